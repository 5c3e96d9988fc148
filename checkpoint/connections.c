// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way back for connections when CRIU has been killed in a dump: from the outside, by a copy
 * of each descriptor (pidfd_getfd(2)).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "checkpoint/connections.h"
#include "checkpoint/criu/deny-filter.h"
#include "checkpoint/pids.h"
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/log.h"

static int get_int(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) ? 0 : value;
}

static void set_int(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		vz_debug("option %d of level %d: %s", name, level, strerror(errno));
}

/* The length of a filter is counted in instructions. */
static bool is_denied(int fd)
{
	struct sock_filter found[DENY_FILTER_LEN];
	socklen_t len = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &len) || len != DENY_FILTER_LEN)
		return false;
	return !getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, found, &len) &&
	       !memcmp(found, deny_filter, sizeof(deny_filter));
}

static void end_repair(int fd)
{
	if (get_int(fd, IPPROTO_TCP, TCP_REPAIR)) {
		set_int(fd, IPPROTO_TCP, TCP_REPAIR, 0);
		set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	}
	if (is_denied(fd))
		set_int(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
}

/* A kernel that is not ours shows nobody who waits. */
static void end_waiting(int sockets, int listener)
{
	struct ve_sock_peek peek = { .listener = listener };
	int fd;

	while ((fd = ioctl(sockets, VE_SOCK_PEEK, &peek)) >= 0) {
		end_repair(fd);
		close(fd);
		peek.index++;
	}
}

static void look_at(int sockets, int fd)
{
	if (get_int(fd, SOL_SOCKET, SO_PROTOCOL) != IPPROTO_TCP)
		return;
	if (!get_int(fd, SOL_SOCKET, SO_ACCEPTCONN))
		end_repair(fd);
	else if (sockets >= 0)
		end_waiting(sockets, fd);
}

static void look_through(int sockets, pid_t pid)
{
	cleanup_close int task = pidfd_open(pid, 0);
	cleanup_dir DIR *d = NULL;
	struct dirent *n;
	char path[64], link[16];

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = task < 0 ? NULL : opendir(path);
	while (d && (n = readdir(d))) {
		cleanup_close int fd = -1;

		if (readlinkat(dirfd(d), n->d_name, link, sizeof(link)) < 8 ||
		    memcmp(link, "socket:[", 8))
			continue;
		fd = pidfd_getfd(task, atoi(n->d_name), 0);
		if (fd >= 0)
			look_at(sockets, fd);
	}
}

int ckpt_connections_end_repair(unsigned int id, struct vz_err *e)
{
	cleanup_close int sockets = open("/proc/vz/sockets", O_RDONLY | O_CLOEXEC);
	struct ckpt_pids p = {};
	int err = ckpt_pids_list(id, &p, e);

	for (size_t i = 0; i < p.n; i++)
		look_through(sockets, p.pid[i]);
	free(p.pid);
	return err;
}
