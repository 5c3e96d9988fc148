// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a command, counts each system call of it and of all its children that changes a file
 * system, and lets a fault happen just before the one that is asked for. Counted over all of
 * them together, so each step of each process has its turn.
 *
 * usage: steps [-l LOG] FAULT N COMMAND [ARG...]
 *
 * FAULT  count  none: only LOG is wanted
 *        kill   SIGKILL to all of them: as when the power fails
 *        main   SIGKILL to the first process only: its children go on
 *        int    SIGINT to all of them, as Ctrl-C does; term: SIGTERM
 *        full   this step and each one after it that needs space fails with ENOSPC
 *        fail   this step fails with EIO, the others do not
 *
 * LOG gets a line a step: number, number of the process, call, path. Exits as the first process
 * does; 255 when a signal has ended it, 254 when step N never came.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_SIZE	256
#define MAX_TASKS	256

enum { F_COUNT, F_KILL, F_MAIN, F_INT, F_TERM, F_FULL, F_FAIL, NR_FAULTS };
static const char *const fault_names[NR_FAULTS] = {
	"count", "kill", "main", "int", "term", "full", "fail",
};

/*
 * path: which argument is one, with the folder's descriptor before it if at is set; fd: which
 * one is a descriptor of a file. space: needs room. -1: none.
 */
struct call {
	int nr, path, fd;
	bool at, space;
	const char *name;
};
#define PATH(x, arg, needs)	{ SYS_##x, arg, -1, false, needs, #x }
#define AT(x, arg, needs)	{ SYS_##x, arg, -1, true, needs, #x }
#define FD(x, arg, needs)	{ SYS_##x, -1, arg, false, needs, #x }
static const struct call calls[] = {
	PATH(open, 0, true), AT(openat, 1, true), PATH(creat, 0, true), AT(openat2, 1, true),
	PATH(mkdir, 0, true), AT(mkdirat, 1, true), PATH(mknod, 0, true), AT(mknodat, 1, true),
	PATH(rename, 1, false), AT(renameat, 3, false), AT(renameat2, 3, false),
	PATH(link, 1, true), AT(linkat, 3, true), PATH(symlink, 1, true), AT(symlinkat, 2, true),
	PATH(unlink, 0, false), AT(unlinkat, 1, false), PATH(rmdir, 0, false),
	PATH(chmod, 0, false), FD(fchmod, 0, false), AT(fchmodat, 1, false),
	PATH(chown, 0, false), PATH(lchown, 0, false), FD(fchown, 0, false),
	AT(fchownat, 1, false), AT(utimensat, 1, false), PATH(truncate, 0, true),
	FD(ftruncate, 0, false), FD(fallocate, 0, true), FD(write, 0, true), FD(pwrite64, 0, true),
	FD(writev, 0, true), FD(copy_file_range, 2, true), FD(sendfile, 0, true),
	PATH(setxattr, 0, true), PATH(lsetxattr, 0, true), FD(fsetxattr, 0, true),
	PATH(removexattr, 0, false), FD(fremovexattr, 0, false), FD(ioctl, 0, true),
	PATH(mount, 1, false), PATH(umount2, 0, false), AT(move_mount, 3, false),
};

struct task {
	pid_t pid;
	unsigned int ordinal;
	bool inside;		/* between the two stops of a call */
	long result;		/* not 0: what the call is to return instead */
};

static struct task tasks[MAX_TASKS];
static unsigned int nr_tasks, nr_seen;
static pid_t first;
static int fault;
static unsigned long at, steps;
static bool happened;
static FILE *log_file;

static void die(const char *what)
{
	fprintf(stderr, "steps: %s: %s\n", what, strerror(errno));
	exit(126);
}

static struct task *task_of(pid_t pid)
{
	for (unsigned int i = 0; i < nr_tasks; i++)
		if (tasks[i].pid == pid)
			return &tasks[i];
	if (nr_tasks == MAX_TASKS) {
		errno = E2BIG;
		die("processes");
	}
	tasks[nr_tasks] = (struct task){ .pid = pid, .ordinal = nr_seen++ };
	return &tasks[nr_tasks++];
}

static void task_gone(pid_t pid)
{
	for (unsigned int i = 0; i < nr_tasks; i++)
		if (tasks[i].pid == pid)
			tasks[i] = tasks[--nr_tasks];
}

static void read_path(pid_t pid, uint64_t from, char *buf)
{
	struct iovec here = { buf, PATH_SIZE - 1 }, there = { (void *)from, PATH_SIZE - 1 };
	ssize_t n = from ? process_vm_readv(pid, &here, 1, &there, 1, 0) : 0;

	/* It may lie at the end of a page, with nothing behind. */
	if (from && n < 0) {
		here.iov_len = there.iov_len = 4096 - from % 4096 < PATH_SIZE ?
					       4096 - from % 4096 : PATH_SIZE - 1;
		n = process_vm_readv(pid, &here, 1, &there, 1, 0);
	}
	buf[n > 0 ? n : 0] = '\0';
}

static void read_link(pid_t pid, const char *what, int fd, char *buf)
{
	char link[64];
	ssize_t n;

	if (fd >= 0)
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
	else
		snprintf(link, sizeof(link), "/proc/%d/%s", pid, what);
	n = readlink(link, buf, PATH_SIZE - 1);
	buf[n > 0 ? n : 0] = '\0';
}

static uint64_t read_how(pid_t pid, uint64_t from)
{
	struct open_how how = { 0 };
	struct iovec here = { &how.flags, sizeof(how.flags) };
	struct iovec there = { (void *)from, sizeof(how.flags) };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) > 0 ? how.flags : 0;
}

static bool changes(pid_t pid, const struct call *c, const struct __ptrace_syscall_info *s,
		    const char *path)
{
	const int making = O_CREAT | O_TRUNC;
	unsigned long request = s->entry.args[1];

	switch (c->nr) {
	case SYS_open: return s->entry.args[1] & making;
	case SYS_openat: return s->entry.args[2] & making;
	case SYS_openat2: return read_how(pid, s->entry.args[2]) & making;
	case SYS_ioctl: return request == FICLONE || request == FICLONERANGE ||
			request == FS_IOC_SETFLAGS || request == FS_IOC_FSSETXATTR;
	}
	/* Pipes, sockets and terminals are no files. */
	return c->fd < 0 || (*path == '/' && strncmp(path, "/dev/", 5));
}

/* A step of @pid, or NULL; the path is a hint for people. */
static const struct call *step_of(pid_t pid, const struct __ptrace_syscall_info *s, char *path)
{
	char name[PATH_SIZE] = "", base[PATH_SIZE] = "";

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const struct call *c = &calls[i];

		if ((uint64_t)c->nr != s->entry.nr)
			continue;
		if (c->fd >= 0)
			read_link(pid, NULL, s->entry.args[c->fd], name);
		else
			read_path(pid, s->entry.args[c->path], name);
		/* What is logged is not what is done. */
		if (!changes(pid, c, s, name) || !strncmp(name, "/var/log/", 9))
			return NULL;
		if (c->at && *name != '/' && (int)s->entry.args[c->path - 1] >= 0)
			read_link(pid, NULL, s->entry.args[c->path - 1], base);
		else if (c->path >= 0 && *name != '/')
			read_link(pid, "cwd", -1, base);
		snprintf(path, 2 * PATH_SIZE, "%s%s%s", base, *base && *name ? "/" : "", name);
		return c;
	}
	return NULL;
}

static void all_get(int sig)
{
	for (unsigned int i = 0; i < nr_tasks; i++)
		kill(tasks[i].pid, sig);
}

static void refuse(struct task *t, long err)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, t->pid, 0, &r))
		return;
	r.orig_rax = -1;
	if (!ptrace(PTRACE_SETREGS, t->pid, 0, &r))
		t->result = -err;
}

/* Before the call is made. */
static void meet(struct task *t, const struct call *c, const char *path)
{
	bool here = ++steps == at;

	if (log_file)
		fprintf(log_file, "%lu %u %s %s\n", steps, t->ordinal, c->name, path);
	if (fault == F_FULL && steps >= at) {
		happened = true;
		if (c->space)
			refuse(t, ENOSPC);
	}
	if (!here)
		return;
	happened = true;
	switch (fault) {
	case F_KILL: all_get(SIGKILL); break;
	case F_MAIN: kill(first, SIGKILL); break;
	case F_INT: all_get(SIGINT); break;
	case F_TERM: all_get(SIGTERM); break;
	case F_FAIL: refuse(t, EIO); break;
	}
}

static void enter_or_leave(struct task *t)
{
	struct __ptrace_syscall_info s;
	char path[2 * PATH_SIZE] = "";
	const struct call *c;
	struct user_regs_struct r;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(s), &s) <= 0)
		return;
	if (s.op == PTRACE_SYSCALL_INFO_ENTRY) {
		c = step_of(t->pid, &s, path);
		if (c)
			meet(t, c, path);
	} else if (s.op == PTRACE_SYSCALL_INFO_EXIT && t->result) {
		if (!ptrace(PTRACE_GETREGS, t->pid, 0, &r)) {
			r.rax = t->result;
			ptrace(PTRACE_SETREGS, t->pid, 0, &r);
		}
		t->result = 0;
	}
}

static pid_t run(char **argv)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid) {
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGSTOP))
			_exit(126);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, options))
		die("trace");
	task_of(pid);
	ptrace(PTRACE_SYSCALL, pid, 0, 0);
	return pid;
}

/* What a stop means, and the signal to go on with. */
static int stopped(struct task *t, int status)
{
	int sig = WSTOPSIG(status);

	if (sig == (SIGTRAP | 0x80)) {
		enter_or_leave(t);
		return 0;
	}
	if (status >> 16)
		return 0;
	/* A new child begins so. */
	return sig == SIGSTOP || sig == SIGTRAP ? 0 : sig;
}

int main(int argc, char **argv)
{
	int status, code = 126;
	pid_t pid;

	if (argc > 2 && !strcmp(argv[1], "-l")) {
		log_file = fopen(argv[2], "w");
		if (!log_file)
			die(argv[2]);
		argc -= 2;
		argv += 2;
	}
	while (argc > 3 && fault < NR_FAULTS && strcmp(argv[1], fault_names[fault]))
		fault++;
	if (argc < 4 || fault == NR_FAULTS) {
		fprintf(stderr, "usage: steps [-l LOG] FAULT N COMMAND [ARG...]\n");
		return 126;
	}
	at = strtoul(argv[2], NULL, 10);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	first = run(argv + 3);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			int sig = stopped(task_of(pid), status);

			ptrace(PTRACE_SYSCALL, pid, 0, sig);
			continue;
		}
		if (pid == first)
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
		task_gone(pid);
	}
	if (log_file)
		fclose(log_file);
	return fault == F_COUNT || happened ? code : 254;
}
