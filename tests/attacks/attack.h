/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the attacks share. An attack is a function that takes as much of one
 * kind of thing as it is given and then goes on asking until it is killed. It
 * runs in several processes of the VE at once. Each answer is noted in memory
 * that they share with the process that started them, which judges the end.
 */
#ifndef OPENVE_ATTACK_H
#define OPENVE_ATTACK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NR_ERRNO	134

struct answers {
	unsigned long done;		/* asked for and got */
	unsigned long refused[NR_ERRNO];
	unsigned long killed;		/* processes that the kernel ended */
	unsigned long dropped;		/* times that refusals were seen in the VE's counter only */
};

extern struct answers *answers;

/* An attack cannot be set up: not an answer of the kernel's limits. */
#define must(good) do { if (!(good)) attack_broken(__FILE__, __LINE__, #good); } while (0)
void attack_broken(const char *file, int line, const char *what) __attribute__((noreturn));

/* Note the answer to one request. Return: whether it was granted. */
bool got(bool granted);

/* Ask again in a moment: the attack has what it can get and keeps asking. */
void again(void);

/* Ask until it is granted. */
#define insist(granted) do { while (!got(granted)) again(); } while (0)

/* An empty folder that the worker may fill, on the VE's disk or on tmpfs. */
const char *own_folder(int worker, bool tmpfs);

#define ATTACKS(X)                                                                                 \
	X(fork)                                                                                    \
	X(threads) X(memory) X(pagetables) X(mappings) X(memfd) X(tmpfs_inodes) X(shm) X(          \
		sysv_msg) X(sysv_sem) X(sysv_shm) X(mqueue) X(tcp) X(tcp_orphans) X(unix_buffers)  \
		X(udp) X(udp_drops) X(netlink) X(rings) X(scm_rights) X(scm_cycles) X(             \
			scm_graph) X(dentries) X(negative) X(pipes) X(pipe_slots) X(vmsplice)      \
			X(locks) X(leases) X(poll) X(ptys) X(signals) X(timers) X(inotify) X(      \
				inotify_users) X(epoll) X(epoll_nested) X(files) X(aio)            \
				X(nft_rules) X(nft_elements) X(conntrack) X(devices) X(addresses)  \
					X(routes) X(neighbours) X(neigh_overflow) X(keys)          \
						X(keys_users) X(mounts) X(mount_copies) X(nested)  \
							X(nested_deep) X(netns) X(io_uring)        \
								X(io_rings) X(bpf) X(seccomp)      \
									X(socket_filters) X(mlock) \
										X(cgroups)

#define ATTACK_DECLARE(name) void attack_##name(int worker);
ATTACKS(ATTACK_DECLARE)
#undef ATTACK_DECLARE

/* Undo what outlives the processes. */
void clean_sysv(void);
void clean_mqueue(void);
void clean_net(void);
void clean_cgroups(void);
void clean_files(void);

/* One round of work of all kinds. Return: whether all went well; what did not is told. */
bool work_once(unsigned long round);

/* Seconds since boot. */
double now(void);

int busy(int seconds);
int works(int seconds);
int neighbour(int seconds);
int watch(const char *stop, const char *cgroup);
int pays(const char *name);
/* trap.c: argv are the words behind "trap". */
int trap(int argc, char **argv);

#endif
