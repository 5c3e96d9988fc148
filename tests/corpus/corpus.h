// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States that a process of a VE can be in, to be dumped and restored.
 *
 * Each state is a process of its own, in a folder and a session of its own. It sets itself up,
 * says so, and sleeps until it is asked; then it looks whether all is as it was. It may be asked
 * again and again, so what looking uses up (bytes of a pipe) it puts back. Once it may be told
 * to spoil what it set up: from then on looking must fail, which shows that it looks.
 *
 * A state is one STATE() in any file of this folder. A function of it that finds something wrong
 * leaves by need(), equal(), same() or texts(), which say where; none of them returns then.
 */
#ifndef CORPUS_H
#define CORPUS_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct state {
	const char *name;
	const char *what;
	void (*set_up)(void);
	void (*verify)(void);
	void (*spoil)(void);
	/* Its process runs from ./exe, a copy of the program that is its own. */
	bool copy;
};

/* The pointers to all states lie in one section, which the linker gives a begin and an end. */
#define STATE(id, ...)							\
	static const struct state state_##id = { .name = #id, __VA_ARGS__ };	\
	static const struct state *const state_at_##id				\
		__attribute__((used, section("states"))) = &state_##id

/* Says what is wrong and leaves the function of the state. */
_Noreturn void corpus_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* This machine has no such thing: leaves set_up(), and the state is not looked at. */
_Noreturn void corpus_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define need(expr)							\
	((expr) ? (void)0 :						\
	 corpus_fail(__FILE__, __LINE__, "%s%s%s", #expr, errno ? ": " : "",	\
		     errno ? strerror(errno) : ""))
#define equal(got, want) ({						\
	const long long got_ = (long long)(got), want_ = (long long)(want); \
	if (got_ != want_)						\
		corpus_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #got, got_, want_); })
#define same(got, want, size)						\
	(memcmp(got, want, size) ?					\
	 corpus_fail(__FILE__, __LINE__, "%s is not %s", #got, #want) : (void)0)
#define texts(got, want) ({						\
	const char *got_ = (got), *want_ = (want);			\
	if (strcmp(got_, want_))					\
		corpus_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #got,	\
			    got_, want_); })

/*
 * A second process of a state, made by clone() with some flags, its child. It holds no file and
 * does nothing until it is called; what it finds wrong its caller has found wrong.
 */
struct aside;
struct aside *aside_start(int clone_flags);
void aside_call(struct aside *aside, void (*fn)(void *), void *arg);
pid_t aside_pid(const struct aside *aside);
/* Ends it and waits for it. */
void aside_end(struct aside *aside);
/* The same process as a descriptor of /proc, or text of a file there: small helpers. */
const char *slurp(const char *path);		/* a static buffer of 64 KiB, "" when it is empty */
void spit(const char *path, const char *text);	/* one write() into what exists */
/* The text behind the first line that begins with key; fails when there is none. */
const char *line_of(const char *path, const char *key);
/*
 * What does not come in this time is not there. A machine may stand still for a minute, and all
 * states of a VE are at it at once.
 */
extern int patience_ms;
/* Sleeps until the expression is true; fails when it stays false. */
#define in_time(expr) ({						\
	int left_ = patience_ms / 20;					\
	while (!(expr) && --left_)					\
		usleep(20000);						\
	if (!left_)							\
		corpus_fail(__FILE__, __LINE__, "%s: not in time", #expr); })

/* Bytes that differ from page to page and from seed to seed. */
void fill_bytes(void *at, size_t size, unsigned int seed);
bool bytes_are(const void *at, size_t size, unsigned int seed);
/* Both move exactly size bytes, or fail. */
void put_all(int fd, const void *at, size_t size);
void get_all(int fd, void *at, size_t size);

#endif
