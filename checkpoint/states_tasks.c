// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that no CRIU dumps: one that is traced, as CRIU traces each itself; one whose first
 * thread has ended before the others; one with a thread that has left the namespaces or the
 * descriptors of the others, which would be back in theirs; two that share their memory without
 * being threads. The second and the last are also what a process passes through as it ends, and
 * what vfork() makes for a moment.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "checkpoint/states_tasks.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"

#define TRIES		20
#define PAUSE_US	100000

struct status {
	char name[64], state;
	int tracer, threads;
};

static void find(const char *text, const char *key, const char *fmt, void *value)
{
	const char *at = strstr(text, key);

	if (at)
		sscanf(at + strlen(key), fmt, value);
}

/* state is 0 when it is not there any more. */
static struct status status_of(pid_t pid)
{
	struct status s = { .name = "?" };
	cleanup_free char *text = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (vz_read_at(AT_FDCWD, path, &text, NULL))
		return s;
	/* A name has no line break of its own: the kernel writes it as \n. */
	find(text, "Name:", " %63[^\n]", s.name);
	find(text, "\nState:", " %c", &s.state);
	find(text, "\nTracerPid:", "%d", &s.tracer);
	find(text, "\nThreads:", "%d", &s.threads);
	return s;
}

static int no_tracer(unsigned int id, pid_t pid, const struct status *s, struct vz_err *e)
{
	if (!s->tracer)
		return 0;
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"process %d (%s) of VE %u is traced by process %d, and CRIU would have to trace it: end that debugger or strace first",
			pid, s->name, id, s->tracer);
}

static int no_headless(unsigned int id, pid_t pid, const struct status *s, struct vz_err *e)
{
	if (s->state != 'Z' || s->threads < 2)
		return 0;
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"the first thread of process %d (%s) of VE %u has ended before the others, which CRIU cannot dump: end the process first, or move the VE stopped",
			pid, s->name, id);
}

static ino_t namespace_of(pid_t pid, const char *tid, const char *kind)
{
	struct stat st;
	char path[320];

	snprintf(path, sizeof(path), "/proc/%d/task/%s/ns/%s", pid, tid, kind);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* What a thread has apart from the first, NULL: nothing. */
static const char *apart(pid_t pid, const char *tid)
{
	static const char *const kinds[] = { "net", "mnt", "uts", "ipc", "cgroup" };
	char first[16];

	snprintf(first, sizeof(first), "%d", pid);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const ino_t own = namespace_of(pid, tid, kinds[i]);
		const ino_t other = namespace_of(pid, first, kinds[i]);

		if (own && other && own != other)
			return kinds[i];
	}
	return syscall(SYS_kcmp, pid, atoi(tid), KCMP_FILES, 0, 0) > 0 ? "files" : NULL;
}

/* What ends meanwhile has no files, or is not there. */
static int no_thread_apart(unsigned int id, pid_t pid, const struct status *s, struct vz_err *e)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *n;
	char path[64];

	if (s->threads < 2 || s->state == 'Z')
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	while (d && (n = readdir(d))) {
		const char *what = atoi(n->d_name) ? apart(pid, n->d_name) : NULL;

		if (!what || !strchr("RSDT", status_of(atoi(n->d_name)).state))
			continue;
		return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
				"thread %s of process %d (%s) of VE %u has %s%s of its own, which CRIU cannot dump: end the process first, or move the VE stopped",
				n->d_name, pid, s->name, id, what,
				strcmp(what, "files") ? " namespace" : "");
	}
	return 0;
}

/* By where their memory's struct lies, in an order that the kernel gives and does not tell. */
static int by_memory(const void *a, const void *b)
{
	static const int order[] = { 0, -1, 1, -1 };
	const pid_t one = *(const pid_t *)a, other = *(const pid_t *)b;
	long ret = syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0);

	return ret < 0 || ret > 3 ? (one > other) - (one < other) : order[ret];
}

/* Those that have ended have none, and so the same. */
static int no_sharers(unsigned int id, pid_t a, pid_t b, struct vz_err *e)
{
	struct status one = status_of(a), other = status_of(b);

	if (by_memory(&a, &b) || !one.state || strchr("ZX", one.state) || !other.state ||
	    strchr("ZX", other.state))
		return 0;
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"processes %d (%s) and %d (%s) of VE %u share their memory without being threads (CLONE_VM), which CRIU cannot dump: end one of them first, or move the VE stopped",
			a, one.name, b, other.name, id);
}

static int look(unsigned int id, pid_t *pid, size_t n, struct vz_err *e)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		const struct status s = status_of(pid[i]);

		err = no_tracer(id, pid[i], &s, e);
		if (!err)
			err = no_headless(id, pid[i], &s, e);
		if (!err)
			err = no_thread_apart(id, pid[i], &s, e);
	}
	if (n)
		qsort(pid, n, sizeof(*pid), by_memory);
	for (size_t i = 1; i < n && !err; i++)
		err = no_sharers(id, pid[i - 1], pid[i], e);
	return err;
}

int ckpt_check_tasks(unsigned int id, pid_t *pid, size_t n, struct vz_err *e)
{
	int err;

	for (int i = 1; (err = look(id, pid, n, e)) && i < TRIES; i++) {
		vz_error_free(e);
		usleep(PAUSE_US);
	}
	return err;
}
