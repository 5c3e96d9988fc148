/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What states with user namespaces ask of them. All fail as need() does. */
#ifndef CORPUS_USERS_H
#define CORPUS_USERS_H

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include "corpus.h"

#define BIT(cap) (1ULL << (cap))

/* The name of a file of a process in /proc. */
void users_file(char *to, size_t size, pid_t pid, const char *name);
/* Write to such a file of an aside. */
void users_put(struct aside *of, const char *name, const char *text);
/* "0 1000 5;5 2000 1" of a map, as this process sees it, in a static buffer. */
const char *users_map(pid_t pid, const char *name);

/* A namespace of a process: a descriptor, its number; the number of an open one. */
int users_open_ns(pid_t pid, const char *kind);
ino_t users_ns(pid_t pid, const char *kind);
ino_t users_inode(int fd);
/* How many steps up it is from its user namespace to ours, and whose it is. */
int users_level(pid_t pid);
uid_t users_owner(pid_t pid);

/* Make one for this process; skips the state where that is not to be had. */
void users_unshare(void *unused);
/* An aside in one of its own, without maps. */
struct aside *users_start(void);

/* Capabilities of this thread, @set is one of "epi"; and all that there are. */
uint64_t users_caps(int set);
void users_set_caps(uint64_t permitted, uint64_t inheritable);
uint64_t users_all_caps(void);
/* A child makes and changes what only root of its user namespace may. */
void users_may_make_more(void);

#endif
