// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs in a VE and holds ranges of memory of each kind, long enough for whatever fills memory in
 * bulk, with holes, beside each other, some of them shared with a child that has changed half.
 *
 * usage: ranges FILE [alone]    a line in FILE, "whole" or what is not, when all is there and after
 *                               each SIGUSR1; alone: without a child
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEN	(1UL << 20)
#define PAGE	4096UL
#define HOLE	100	/* of that many pages one is given back */
#define OWN	(MAP_PRIVATE | MAP_ANONYMOUS)
#define RW	(PROT_READ | PROT_WRITE)

static const struct kind {
	const char *name;
	int flags, prot, advice;
	bool holes;
} kinds[] = {
	{ "plain", OWN, RW, 0, false },
	{ "to be read", OWN, PROT_READ, 0, false },
	{ "of nobody", OWN, PROT_NONE, 0, false },
	{ "with holes", OWN, RW, 0, true },
	{ "not dumped", OWN, RW, MADV_DONTDUMP, false },
	{ "huge", OWN, RW, MADV_HUGEPAGE, false },
	{ "locked", OWN | MAP_LOCKED, RW, 0, false },
	{ "shared", MAP_SHARED | MAP_ANONYMOUS, RW, 0, false },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static char *map[KINDS];
static bool child;

/* Of a word: no two pages are alike, none is zero. */
static uint64_t word(size_t kind, size_t at, bool changed)
{
	return (at + 1) * 0x9e3779b97f4a7c15ULL ^ (kind << 1 | changed);
}

static void fill(size_t kind, char *p, size_t len, bool changed)
{
	for (size_t at = 0; at < len; at += sizeof(uint64_t))
		*(uint64_t *)(p + at) = word(kind, at, changed);
}

static void give_back(size_t kind)
{
	for (size_t at = 0; kinds[kind].holes && at < LEN; at += HOLE * PAGE)
		madvise(map[kind] + at, PAGE, MADV_DONTNEED);
}

static bool make(size_t i)
{
	map[i] = mmap(NULL, LEN, RW, kinds[i].flags, -1, 0);
	if (map[i] == MAP_FAILED)
		return false;
	/* A kernel may have no huge pages. */
	if (kinds[i].advice)
		madvise(map[i], LEN, kinds[i].advice);
	fill(i, map[i], LEN, false);
	give_back(i);
	return true;
}

/* What the child has of its own, and does not have of its parent. */
static void change(void)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].flags & MAP_PRIVATE) {
			fill(i, map[i], LEN / 2, true);
			give_back(i);
		}
}

static uint64_t wanted(size_t kind, size_t at)
{
	if (kinds[kind].holes && at / PAGE % HOLE == 0)
		return 0;
	return word(kind, at, child && kinds[kind].flags & MAP_PRIVATE && at < LEN / 2);
}

/* It may be part of a larger one. */
static bool is_one_mapping(const char *at)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	char line[512];
	bool one = false;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx", &start, &end) == 2)
			one |= start <= (unsigned long)at && (unsigned long)at + LEN <= end;
	if (f)
		fclose(f);
	return one;
}

/* A line of what is wrong, or that nothing is. */
static bool look(int fd)
{
	const char *who = child ? "child" : "parent";
	char line[128];
	int len = snprintf(line, sizeof(line), "%s: whole\n", who);

	for (size_t i = 0; i < KINDS; i++) {
		const bool one = is_one_mapping(map[i]);
		size_t at = 0;

		mprotect(map[i], LEN, RW);
		while (at < LEN && *(uint64_t *)(map[i] + at) == wanted(i, at))
			at += sizeof(uint64_t);
		mprotect(map[i], LEN, kinds[i].prot);
		if (at < LEN)
			len = snprintf(line, sizeof(line), "%s: memory %s, at %#zx\n", who,
				       kinds[i].name, at);
		if (!one)
			len = snprintf(line, sizeof(line), "%s: memory %s: in parts\n", who,
				       kinds[i].name);
	}
	return write(fd, line, len) == len;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600) : -1, sig;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (fd < 0)
		return 2;
	for (size_t i = 0; i < KINDS; i++)
		if (!make(i))
			return 1;
	child = argc == 2 && !fork();
	if (child)
		change();
	while (look(fd) && !sigwait(&set, &sig))
		;
	return 1;
}
