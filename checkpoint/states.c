// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States of processes that no CRIU can dump, looked for before anything is frozen
 * or copied, so that the message names the process and says what to do. What
 * comes into being after the look is found by CRIU, as before.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "checkpoint/lost.h"
#include "checkpoint/pids.h"
#include "checkpoint/states.h"
#include "checkpoint/states_tasks.h"
#include "checkpoint/tasks.h"
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/state.h"

#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC	0x19800202
#endif

/* What /proc says of it, malloc'ed, and the end of its name in there. NULL: it is not there. */
static char *read_stat(pid_t pid, char **end)
{
	char path[64], *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (vz_read_at(AT_FDCWD, path, &stat, NULL))
		return NULL;
	*end = strrchr(stat, ')');
	if (*end && strlen(*end) > 4)
		return stat;
	free(stat);
	return NULL;
}

/* "(comm)" of a process that is alive, else NULL. */
static const char *alive(pid_t pid, char buf[512])
{
	char *end;
	cleanup_free char *stat = read_stat(pid, &end);

	if (!stat || strchr("ZX", end[2]))
		return NULL;
	snprintf(buf, 512, "%.*s", (int)(end + 1 - strchrnul(stat, '(')), strchrnul(stat, '('));
	return buf;
}

/* By where their struct lies, in an order that the kernel gives and does not tell. */
static int by_fs(const void *a, const void *b)
{
	static const int order[] = { 0, -1, 1, -1 };
	long ret = syscall(SYS_kcmp, *(const pid_t *)a, *(const pid_t *)b, KCMP_FS, 0, 0);

	return ret < 0 || ret > 3 ? (*(const pid_t *)a < *(const pid_t *)b ? -1 : 1) : order[ret];
}

/*
 * Who shares is made by clone() of one that has it: our CRIU does that too, so all but one of
 * them need a parent among them. The kernel has no way to share afterwards.
 */
static int check_sharers(unsigned int id, const pid_t *pid, size_t n, struct vz_err *e)
{
	pid_t apart[2] = {};
	char one[512], other[512];
	size_t tops = 0;

	for (size_t i = 0; i < n; i++) {
		pid_t parent = vz_process_parent(pid[i]);
		bool within = false;

		for (size_t k = 0; k < n; k++)
			within |= pid[k] == parent;
		/* Those that have ended have none, and so the same. */
		if (within || !alive(pid[i], one) || tops == 2 ||
		    (tops && by_fs(&apart[0], &pid[i])))
			continue;
		apart[tops++] = pid[i];
	}
	if (!ckpt_criu_is_ours() && tops && n > 1) {
		for (size_t k = 0; tops == 1 && k < n; k++)
			if (pid[k] != apart[0] && alive(pid[k], other) &&
			    !by_fs(&apart[0], &pid[k]))
				apart[tops++] = pid[k];
	}
	if (tops < 2 || !alive(apart[0], one) || !alive(apart[1], other))
		return 0;
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"processes %d %s and %d %s of VE %u share their working directory (CLONE_FS)%s, which CRIU cannot restore: end one of them first, or move the VE stopped",
			apart[0], one, apart[1], other, id,
			ckpt_criu_is_ours() ? ", and the one that made them has ended" : "");
}

static int check_shared_fs(unsigned int id, struct ckpt_pids *p, struct vz_err *e)
{
	size_t from = 0;
	int err = 0;

	if (!p->n)
		return 0;
	qsort(p->pid, p->n, sizeof(*p->pid), by_fs);
	for (size_t i = 1; i <= p->n && !err; i++) {
		if (i < p->n && !by_fs(&p->pid[from], &p->pid[i]))
			continue;
		if (i - from > 1)
			err = check_sharers(id, p->pid + from, i - from, e);
		from = i;
	}
	return err;
}

/* A message queue lies at the top of a file system of its own; that is looked at for few. */
static bool is_mqueue(const char *path, const char *link)
{
	struct statfs fs;

	return link[0] == '/' && !strchr(link + 1, '/') && !statfs(path, &fs) &&
	       fs.f_type == MQUEUE_MAGIC;
}

/* Of files that features open and that have no name, what is behind "anon_inode:". */
static const char *const no_dump[] = {
	"[io_uring]", "[userfaultfd]",	"[perf_event]", "[landlock-ruleset]",
	"bpf",	      "seccomp notify", "btf",
};

/* What it is of those that no CRIU dumps, NULL for others. Our CRIU dumps queues by our kernel. */
static const char *not_dumped(const char *path, const char *link, bool queues)
{
	const char *name = link + sizeof("anon_inode:") - 1;

	if (!queues && is_mqueue(path, link))
		return "POSIX message queue";
	if (strncmp(link, "anon_inode:", sizeof("anon_inode:") - 1))
		return NULL;
	for (size_t i = 0; i < sizeof(no_dump) / sizeof(no_dump[0]); i++)
		if (!strncmp(name, no_dump[i], strlen(no_dump[i])))
			return "file";
	return NULL;
}

static int check_files(unsigned int id, pid_t pid, bool queues, struct vz_err *e)
{
	cleanup_dir DIR *d = NULL;
	char path[320], comm[512], link[256];
	const char *kind;
	struct dirent *n;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (d && (n = readdir(d))) {
		ssize_t len = readlinkat(dirfd(d), n->d_name, link, sizeof(link) - 1);

		if (len <= 0)
			continue;
		link[len] = '\0';
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, n->d_name);
		kind = not_dumped(path, link, queues);
		if (kind && alive(pid, comm))
			return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
					"process %d %s of VE %u has %s %s open as descriptor %s, which CRIU cannot dump: end it first, or move the VE stopped",
					pid, comm, id, kind, link, n->d_name);
	}
	return 0;
}

int ckpt_check_processes(unsigned int id, pid_t *pid, size_t n, struct vz_err *e)
{
	struct ckpt_pids p = { .pid = pid, .n = n };
	bool queues = ckpt_criu_is_ours() && !access("/proc/vz/unread", F_OK);
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = check_files(id, pid[i], queues, e);
	if (!err)
		err = ckpt_check_tasks(id, pid, n, e);
	return err ? err : check_shared_fs(id, &p, e);
}

int ckpt_check_states(unsigned int id, struct vz_err *e)
{
	struct ckpt_pids p = {};
	int err = ckpt_cg_check_iced(id, e);

	if (!err)
		err = ckpt_pids_list(id, &p, e);
	if (!err)
		err = ckpt_check_nesting(id, vz_ve_init(id), p.pid, p.n, e);
	if (!err)
		err = ckpt_check_namespaces(id, p.pid, p.n, e);
	if (!err)
		err = ckpt_check_processes(id, p.pid, p.n, e);
	free(p.pid);
	return err;
}
