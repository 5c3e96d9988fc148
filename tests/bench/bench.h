/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the benchmarks share: a row is an operation that is done many times, a
 * place is where it is done (the host, a cgroup, a VE). On a node with --icount
 * the time stamp counter counts instructions.
 */
#ifndef _BENCH_H
#define _BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <x86intrin.h>

/**
 * struct row - an operation to measure
 * @name: in the table
 * @ops: how many a measurement does
 * @extra: shown, but not a part of the mean
 * @setup: makes what @run needs; may be NULL
 * @run: does it @n times
 */
struct row {
	const char *name;
	unsigned int ops;
	bool extra;
	void (*setup)(void);
	void (*run)(unsigned int n);
};

/* Each ends with a row that has no name. */
extern const struct row file_rows[], task_rows[], memory_rows[], ipc_rows[];

/* Go to a place, for good; the caller's child comes back there. See place.c. */
void enter_place(const char *name);

/* Write @text to a file. Return: 0 or -1. */
int put(const char *text, const char *path_format, ...)
	__attribute__((format(printf, 2, 3)));

void die(const char *what) __attribute__((noreturn));
#define need(cond) \
	do { if (!(cond)) die(#cond); } while (0)

/* Instructions that do nothing but tell count.c where a measurement begins and ends. */
#define MARK(magic)	asm volatile(".byte 0x0f, 0x1f, 0x80; .long " #magic ::: "memory")
#define MARK_BEGIN()	MARK(0x0b5e0001)
#define MARK_END()	MARK(0x0b5e0002)

/* 248 more that only let time pass, in a block that is not in count.c's profile. */
#define MARK_IDLE()	asm volatile(".byte 0x0f, 0x1f, 0x80; .long 0x0b5e0003; " \
				     ".rept 247; nop; .endr" ::: "memory")

#endif /* _BENCH_H */
