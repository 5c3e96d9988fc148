// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel runs the program for each frame that comes out of the VE. Frames beyond the
 * rate are dropped, not kept: the host's end has no queue for what comes in. The state is
 * one number, which CPUs change by compare and exchange; it lives as long as the program.
 */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>
#include "libvz/bpf.h"
#include "libvz/cleanup.h"
#include "libvz/veth_rate.h"

#define NAME		"ve_rate"	/* of the program */
#define BURST		100000000	/* ns that may be saved up, and sent at once */
#define TRIES		8	/* to change the number, while other CPUs change it */

/* ns that a byte takes at one kbit/s */
#define BYTE_NS		8000000

#define CTX	BPF_REG_6
#define NOW	BPF_REG_7
#define COST	BPF_REG_8
#define STATE	BPF_REG_9

/* A frame may go when those before it are paid for, so a large one passes a slow device too. */
static void write_try(struct vz_bpf *p, int pass, int drop)
{
	int saved = vz_bpf_label(p);

	vz_bpf_put(p, BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_0, STATE, 0, 0);
	vz_bpf_op_reg(p, BPF_MOV, BPF_REG_2, BPF_REG_0);
	vz_bpf_op_reg(p, BPF_MOV, BPF_REG_1, NOW);
	vz_bpf_op(p, BPF_SUB, BPF_REG_1, BURST);
	vz_bpf_jump_reg(p, BPF_JGE, BPF_REG_1, BPF_REG_0, saved);
	vz_bpf_op_reg(p, BPF_MOV, BPF_REG_1, BPF_REG_0);
	vz_bpf_place(p, saved);
	vz_bpf_jump_reg(p, BPF_JGT, BPF_REG_1, NOW, drop);
	vz_bpf_op_reg(p, BPF_ADD, BPF_REG_1, COST);
	vz_bpf_put(p, BPF_STX | BPF_ATOMIC | BPF_DW, STATE, BPF_REG_1, 0, BPF_CMPXCHG);
	vz_bpf_jump_reg(p, BPF_JEQ, BPF_REG_0, BPF_REG_2, pass);
}

int vz_veth_rate_write(struct vz_bpf *p, unsigned int kbit, int map)
{
	int pass = vz_bpf_label(p), drop = vz_bpf_label(p);

	vz_bpf_op_reg(p, BPF_MOV, CTX, BPF_REG_1);
	vz_bpf_put(p, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns);
	vz_bpf_op_reg(p, BPF_MOV, NOW, BPF_REG_0);
	vz_bpf_put(p, BPF_LDX | BPF_MEM | BPF_W, COST, CTX, offsetof(struct __sk_buff, len), 0);
	vz_bpf_op(p, BPF_MUL, COST, BYTE_NS);
	vz_bpf_op(p, BPF_DIV, COST, (int32_t)kbit);
	vz_bpf_value(p, STATE, map);
	for (int i = 0; i < TRIES; i++)
		write_try(p, pass, drop);
	vz_bpf_place(p, drop);
	vz_bpf_return(p, TCX_DROP);
	vz_bpf_place(p, pass);
	vz_bpf_return(p, TCX_NEXT);
	return vz_bpf_finish(p);
}

int vz_veth_rate_set(int ifindex, unsigned int kbit)
{
	cleanup_bpf struct vz_bpf p = { 0 };
	cleanup_close int fd = -1, map = -1;
	int ret;

	if (!kbit)
		return vz_bpf_ingress(-1, NAME, ifindex);
	map = vz_bpf_map(sizeof(uint64_t), NAME);
	if (map < 0)
		return map;
	ret = vz_veth_rate_write(&p, kbit, map);
	if (ret)
		return ret;
	fd = vz_bpf_load(&p, NAME);
	return fd < 0 ? fd : vz_bpf_ingress(fd, NAME, ifindex);
}
