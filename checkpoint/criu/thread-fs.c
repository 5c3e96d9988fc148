// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads with a working directory and umask of their own. Such a thread is cloned without
 * CLONE_FS and goes to its directory itself; the descriptor for that is opened by the task. What
 * is collected lives as long as the task's struct rst_info.
 */
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files-reg.h"
#include "files.h"
#include "log.h"
#include "rst_info.h"
#include "thread-fs.h"
#include "util.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "thread-fs: "

static int umask_of(pid_t tid, u32 *mask)
{
	char path[64], line[128];
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	f = fopen(path, "r");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "Umask: %o", mask) == 1;
	if (f)
		fclose(f);
	return found ? 0 : -1;
}

static bool same_root(pid_t a, pid_t b)
{
	char path[64];
	struct stat one, other;

	snprintf(path, sizeof(path), "/proc/%d/root", a);
	if (stat(path, &one))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/root", b);
	return !stat(path, &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int dump_one(pid_t pid, pid_t tid, ThreadFsEntry *e)
{
	struct fd_parms p;
	int fd, ret;

	if (!same_root(pid, tid)) {
		pr_err("Thread %d of process %d has a root directory of its own\n", tid, pid);
		return -1;
	}
	if (umask_of(tid, &e->umask)) {
		pr_err("Can't tell the umask of thread %d\n", tid);
		return -1;
	}
	fd = open_proc_path(tid, "cwd");
	if (fd < 0)
		return -1;
	ret = fill_fd_params_special(fd, &p);
	if (!ret)
		ret = dump_one_reg_file_cond(fd, &e->cwd_id, &p);
	close(fd);
	return ret < 0 ? -1 : 0;
}

int dump_thread_fs(const struct pstree_item *item, FsEntry *fe)
{
	const pid_t pid = item->pid->real;
	int i;

	for (i = 0; i < item->nr_threads; i++) {
		const pid_t tid = item->threads[i].real;
		ThreadFsEntry *e;

		if (tid == pid || syscall(SYS_kcmp, pid, tid, KCMP_FS, 0, 0) <= 0)
			continue;
		e = xmalloc(sizeof(*e));
		if (!e || xrealloc_safe(&fe->thread, (fe->n_thread + 1) * sizeof(e))) {
			xfree(e);
			return -1;
		}
		thread_fs_entry__init(e);
		fe->thread[fe->n_thread++] = e;
		e->thread = i;
		if (dump_one(pid, tid, e))
			return -1;
	}
	return 0;
}

void release_thread_fs(FsEntry *fe)
{
	while (fe->n_thread)
		xfree(fe->thread[--fe->n_thread]);
	xfree(fe->thread);
	fe->thread = NULL;
}

struct thread_fs {
	struct thread_fs *next;
	struct file_desc *cwd;
	u32 thread, umask;
};

int collect_thread_fs(struct pstree_item *item, const FsEntry *fe)
{
	size_t i;

	for (i = 0; i < fe->n_thread; i++) {
		struct thread_fs *t = xmalloc(sizeof(*t));

		if (!t)
			return -1;
		t->thread = fe->thread[i]->thread;
		t->umask = fe->thread[i]->umask;
		t->cwd = collect_special_file(fe->thread[i]->cwd_id);
		t->next = rsti(item)->thread_fs;
		rsti(item)->thread_fs = t;
		if (!t->cwd) {
			pr_err("Can't find the working directory of a thread\n");
			return -1;
		}
	}
	return 0;
}

int open_thread_fs(struct pstree_item *item, int thread, struct thread_restore_args *a)
{
	const struct thread_fs *t = rsti(item)->thread_fs;

	a->fs_fd = -1;
	while (t && t->thread != thread)
		t = t->next;
	if (!t)
		return 0;
	a->umask = t->umask;
	a->fs_fd = open_reg_fd(t->cwd);
	return a->fs_fd < 0 ? -1 : 0;
}
