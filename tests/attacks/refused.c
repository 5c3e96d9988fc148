// SPDX-License-Identifier: GPL-2.0-or-later
/* System calls that a VE without features does not have, or has with them; and seccomp(2), which it
 * has. */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include "attack.h"

void attack_io_uring(int worker)
{
	struct io_uring_params p;

	(void)worker;
	for (;;) {
		memset(&p, 0, sizeof(p));
		if (!got(syscall(SYS_io_uring_setup, 4096, &p) >= 0))
			again();
	}
}

/* With the feature: rings, and buffers whose pages they hold. */
void attack_io_rings(int worker)
{
	size_t len = 1 << 20;
	struct io_uring_params p;
	struct iovec iov;
	int fd;

	(void)worker;
	iov = (struct iovec){
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), len
	};
	must(iov.iov_base != MAP_FAILED);
	for (;;) {
		memset(&p, 0, sizeof(p));
		fd = syscall(SYS_io_uring_setup, 4096, &p);
		if (!got(fd >= 0)) {
			again();
			continue;
		}
		got(!syscall(SYS_io_uring_register, fd, IORING_REGISTER_BUFFERS, &iov, 1));
	}
}

void attack_bpf(int worker)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
			       .value_size = 4096, .max_entries = 4096 };

	(void)worker;
	for (;;)
		if (!got(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)) >= 0))
			again();
}

/* Below the bound that the kernel sets a process: 32768 of its own instructions, of which a return
 * is two. */
#define FILTERS	3

static void take_filters(void)
{
	static struct sock_filter code[4096];
	struct sock_fprog prog = { 4096, code };
	int i;

	for (i = 0; i < 4096; i++)
		code[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	for (i = 0; i < FILTERS; i++)
		while (!got(!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog)))
			again();
	for (;;)
		pause();
}

void attack_seccomp(int worker)
{
	(void)worker;
	for (;;) {
		pid_t pid = fork();

		if (!got(pid >= 0))
			again();
		else if (!pid)
			take_filters();
	}
}
