// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network sysctls of all net namespaces of a VE: its own, and those that its
 * processes are in (PrivateNetwork= of a unit, a container). One that no process is in
 * keeps what CRIU knows of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "checkpoint/pids.h"
#include "checkpoint/sysctl.h"
#include "checkpoint/sysctl_nested.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"

/* 0 when the process is gone. */
static ino_t netns_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* What the VE calls process @pid, 0 when it is gone. */
static pid_t pid_in_ve(pid_t pid)
{
	cleanup_free char *status = NULL;
	char path[64], *p;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (vz_read_at(AT_FDCWD, path, &status, NULL))
		return 0;
	p = strstr(status, "\nNSpid:");
	return p && sscanf(p, "\nNSpid: %*d %d", &n) == 1 ? n : 0;
}

static int add_netns(pid_t pid, const char *fresh, VeState *s, struct vz_err *e)
{
	VeNetns **more = realloc(s->netns, (s->n_netns + 1) * sizeof(*more));
	VeNetns *one = malloc(sizeof(*one));

	if (more)
		s->netns = more;
	if (!more || !one) {
		free(one);
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "namespaces of VE %u", s->id);
	}
	ve_netns__init(one);
	one->pid = pid_in_ve(pid);
	s->netns[s->n_netns++] = one;
	return ckpt_sysctl_list(pid, fresh, &one->sysctl, &one->n_sysctl, e);
}

static bool is_in(const ino_t *list, size_t n, ino_t ino)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == ino)
			return true;
	return false;
}

int ckpt_sysctl_collect(pid_t init, const char *fresh, VeState *s, struct vz_err *e)
{
	int err = ckpt_sysctl_list(init, fresh, &s->sysctl, &s->n_sysctl, e);
	ino_t seen[CKPT_NETNS_MAX + 1] = { netns_of(init) };
	struct ckpt_pids p = {};

	if (!err)
		err = ckpt_pids_list(s->id, &p, e);
	for (size_t i = 0; i < p.n && !err && s->n_netns < CKPT_NETNS_MAX; i++) {
		ino_t ino = netns_of(p.pid[i]);

		if (!ino || is_in(seen, s->n_netns + 1, ino))
			continue;
		err = add_netns(p.pid[i], fresh, s, e);
		seen[s->n_netns] = ino;
	}
	free(p.pid);
	return err;
}

static void write_nested(const VeNetns *ns, const VeState *s, const struct ckpt_pids *p,
			 ino_t own)
{
	for (size_t i = 0; i < p->n; i++)
		/* What an image names need not be inside: the VE's own are written apart. */
		if (pid_in_ve(p->pid[i]) == (pid_t)ns->pid && netns_of(p->pid[i]) != own) {
			ckpt_sysctl_write(s->id, p->pid[i], ns->sysctl, ns->n_sysctl, true);
			return;
		}
}

void ckpt_sysctl_write_all(pid_t init, const VeState *s)
{
	const ino_t own = netns_of(init);
	struct ckpt_pids p = {};
	struct vz_err e = {};

	ckpt_sysctl_write(s->id, init, s->sysctl, s->n_sysctl, true);
	if (s->n_netns && !ckpt_pids_list(s->id, &p, &e))
		for (size_t i = 0; i < s->n_netns; i++)
			write_nested(s->netns[i], s, &p, own);
	vz_error_free(&e);
	free(p.pid);
}
