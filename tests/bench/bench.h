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
#include <sys/types.h>
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
extern const struct row file_rows[], task_rows[], memory_rows[], ipc_rows[], net_rows[];

/* Go to a place, for good; the caller's child comes back there. See place.c. */
void enter_place(const char *name);

/*
 * When not NULL: called on the host while a VE (or peer) @name starts, when its namespaces are
 * there; @pid lives in them.
 */
extern void (*place_connect)(const char *name, pid_t pid);

/*
 * A place with a network, see network.c: of its name, or NULL. connect_ve() joins a VE whose number
 * is the last character of @name, as place_connect does.
 */
const struct network *network_named(const char *name);
void network_host(const struct network *net);
void network_connect(const char *name, pid_t pid);
/* The address of VE 1, VE 2, or the host (0) there. */
const char *network_address(const struct network *net, int nr);

/* Go to VE 1 of a network; VE 2 and the host wait for what net_rows send. See net.c. */
void enter_network(const struct network *net, const char *name);

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
