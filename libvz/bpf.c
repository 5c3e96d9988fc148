// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine and its calls: Documentation/bpf/ of the kernel, include/uapi/linux/bpf.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/bpf.h"

#define PLACED_NOT	((size_t)-1)

void vz_bpf_put(struct vz_bpf *p, uint8_t code, int dst, int src, int off, int32_t imm)
{
	if (p->failed)
		return;
	if (p->n == p->room) {
		size_t room = p->room ? 2 * p->room : 128;
		struct bpf_insn *more = reallocarray(p->code, room, sizeof(*more));

		if (!more) {
			p->failed = true;
			return;
		}
		p->code = more;
		p->room = room;
	}
	p->code[p->n++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm,
	};
}

void vz_bpf_const(struct vz_bpf *p, int reg, uint64_t value)
{
	vz_bpf_put(p, BPF_LD | BPF_IMM | BPF_DW, reg, 0, 0, (int32_t)value);
	vz_bpf_put(p, 0, 0, 0, 0, (int32_t)(value >> 32));
}

void vz_bpf_value(struct vz_bpf *p, int reg, int map)
{
	vz_bpf_put(p, BPF_LD | BPF_IMM | BPF_DW, reg, BPF_PSEUDO_MAP_VALUE, 0, map);
	vz_bpf_put(p, 0, 0, 0, 0, 0);
}

void vz_bpf_packet(struct vz_bpf *p, int size, int off)
{
	vz_bpf_put(p, BPF_LD | BPF_ABS | size, 0, 0, 0, off);
}

void vz_bpf_packet_at(struct vz_bpf *p, int size, int reg, int off)
{
	vz_bpf_put(p, BPF_LD | BPF_IND | size, 0, reg, 0, off);
}

void vz_bpf_op(struct vz_bpf *p, int op, int reg, int32_t imm)
{
	vz_bpf_put(p, BPF_ALU64 | op | BPF_K, reg, 0, 0, imm);
}

void vz_bpf_op_reg(struct vz_bpf *p, int op, int reg, int src)
{
	vz_bpf_put(p, BPF_ALU64 | op | BPF_X, reg, src, 0, 0);
}

void vz_bpf_jump_if(struct vz_bpf *p, int op, int reg, uint32_t imm, int label)
{
	vz_bpf_put(p, BPF_JMP32 | op | BPF_K, reg, 0, -label - 1, (int32_t)imm);
}

void vz_bpf_jump_reg(struct vz_bpf *p, int op, int reg, int src, int label)
{
	vz_bpf_put(p, BPF_JMP | op | BPF_X, reg, src, -label - 1, 0);
}

void vz_bpf_jump(struct vz_bpf *p, int label)
{
	vz_bpf_put(p, BPF_JMP | BPF_JA, 0, 0, -label - 1, 0);
}

void vz_bpf_return(struct vz_bpf *p, int32_t value)
{
	vz_bpf_op(p, BPF_MOV, 0, value);
	vz_bpf_put(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

int vz_bpf_label(struct vz_bpf *p)
{
	if (p->labels == VZ_BPF_LABELS) {
		p->failed = true;
		return 0;
	}
	p->at[p->labels] = PLACED_NOT;
	return p->labels++;
}

void vz_bpf_place(struct vz_bpf *p, int label)
{
	p->at[label] = p->n;
}

static bool is_jump(const struct bpf_insn *in)
{
	int class = BPF_CLASS(in->code);

	return (class == BPF_JMP || class == BPF_JMP32) && BPF_OP(in->code) != BPF_EXIT &&
	       BPF_OP(in->code) != BPF_CALL;
}

int vz_bpf_finish(struct vz_bpf *p)
{
	for (size_t i = 0; i < p->n && !p->failed; i++) {
		struct bpf_insn *in = &p->code[i];
		size_t to;

		if (!is_jump(in) || in->off >= 0)
			continue;
		to = p->at[-in->off - 1];
		if (to == PLACED_NOT || to <= i || to - i - 1 > INT16_MAX)
			return -EINVAL;
		in->off = to - i - 1;
	}
	return p->failed ? -ENOMEM : 0;
}

static int bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

int vz_bpf_load(const struct vz_bpf *p, const char *name)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uintptr_t)p->code;
	attr.insn_cnt = p->n;
	attr.license = (uintptr_t)"GPL";
	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", name);
	return bpf(BPF_PROG_LOAD, &attr);
}

int vz_bpf_map(uint32_t size, const char *name)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = size;
	attr.max_entries = 1;
	snprintf(attr.map_name, sizeof(attr.map_name), "%s", name);
	return bpf(BPF_MAP_CREATE, &attr);
}

static int attach(int cmd, int prog, int ifindex)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_ifindex = ifindex;
	attr.attach_bpf_fd = prog;
	attr.attach_type = BPF_TCX_INGRESS;
	return bpf(cmd, &attr);
}

/* A program by its number, if it is called so. Return: descriptor, -errno. */
static int open_named(uint32_t id, const char *name)
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	int fd, ret;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return fd;
	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	ret = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (!ret && !strncmp(info.name, name, sizeof(info.name)))
		return fd;
	close(fd);
	return ret ? ret : -ENOENT;
}

int vz_bpf_ingress(int prog, const char *name, int ifindex)
{
	uint32_t ids[16];
	union bpf_attr attr;
	int ret;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_ifindex = ifindex;
	attr.query.attach_type = BPF_TCX_INGRESS;
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = sizeof(ids) / sizeof(ids[0]);
	ret = bpf(BPF_PROG_QUERY, &attr);
	if (ret && ret != -ENOENT)
		return ret;
	if (ret)
		attr.query.prog_cnt = 0;
	ret = prog < 0 ? 0 : attach(BPF_PROG_ATTACH, prog, ifindex);
	for (uint32_t i = 0; !ret && i < attr.query.prog_cnt; i++) {
		int old = open_named(ids[i], name);

		if (old < 0)
			continue;
		ret = attach(BPF_PROG_DETACH, old, ifindex);
		close(old);
	}
	return ret;
}

void vz_bpf_free(struct vz_bpf *p)
{
	free(p->code);
	memset(p, 0, sizeof(*p));
}
