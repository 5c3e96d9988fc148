/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small programs of the kernel's packet machine, put together instruction by
 * instruction: jumps go forward, to labels that are placed later.
 */
#ifndef LIBVZ_BPF_H
#define LIBVZ_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VZ_BPF_LABELS	256

/**
 * struct vz_bpf - a program that is being written
 * @code: malloc'ed
 * @failed: there was no memory, or a jump is too far; nothing more is written
 * @labels: how many numbers of labels are taken
 * @at: where each is, once it is placed
 *
 * A jump to a label that is not placed yet has the number of the label, negative
 * and less one, as its target until vz_bpf_load().
 */
struct vz_bpf {
	struct bpf_insn *code;
	size_t n, room;
	bool failed;
	int labels;
	size_t at[VZ_BPF_LABELS];
};

/* Registers, as the kernel's: R0 a loaded value and the result, R6 to R9 are kept. */

/* One instruction. */
void vz_bpf_put(struct vz_bpf *p, uint8_t code, int dst, int src, int off, int32_t imm);
/* R = a constant of 64 bits. */
void vz_bpf_const(struct vz_bpf *p, int reg, uint64_t value);
/* R = address of the value of a map of vz_bpf_map(). */
void vz_bpf_value(struct vz_bpf *p, int reg, int map);
/* R0 = size (BPF_B, BPF_H, BPF_W) of the packet at off, or at off behind register reg. */
void vz_bpf_packet(struct vz_bpf *p, int size, int off);
void vz_bpf_packet_at(struct vz_bpf *p, int size, int reg, int off);
/* R op= constant, R op= register (BPF_MOV, BPF_ADD, BPF_AND, BPF_LSH, ...), of 64 bits. */
void vz_bpf_op(struct vz_bpf *p, int op, int reg, int32_t imm);
void vz_bpf_op_reg(struct vz_bpf *p, int op, int reg, int src);
/* To a label if R op constant holds, of 32 bits (BPF_JEQ, BPF_JNE); always. */
void vz_bpf_jump_if(struct vz_bpf *p, int op, int reg, uint32_t imm, int label);
void vz_bpf_jump_reg(struct vz_bpf *p, int op, int reg, int src, int label);
void vz_bpf_jump(struct vz_bpf *p, int label);
/* End with a result. */
void vz_bpf_return(struct vz_bpf *p, int32_t value);

/* A new label; here it is. */
int vz_bpf_label(struct vz_bpf *p);
void vz_bpf_place(struct vz_bpf *p, int label);

/* All jumps get their targets. Return: 0, -ENOMEM, -EINVAL when a label was not placed. */
int vz_bpf_finish(struct vz_bpf *p);
/* Memory of size bytes, all 0, that lives as long as programs that use it. A descriptor, -errno. */
int vz_bpf_map(uint32_t size, const char *name);
/* Give a finished program to the kernel, as one for traffic control. Return: descriptor, -errno. */
int vz_bpf_load(const struct vz_bpf *p, const char *name);
/*
 * Let a program see what comes in at a device, in place of those of the same name;
 * the device keeps it. With -1 there is none any more. Return: 0, -errno.
 */
int vz_bpf_ingress(int prog, const char *name, int ifindex);
void vz_bpf_free(struct vz_bpf *p);
#define cleanup_bpf	__attribute__((cleanup(vz_bpf_free)))

#endif /* LIBVZ_BPF_H */
