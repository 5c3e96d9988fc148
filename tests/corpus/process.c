// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process has beside its memory and files: root, folder, limits, program, name, rights. */
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/ioprio.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "corpus.h"

static struct aside *aside;

/* --- a working folder that is gone */
static void go_into_gone(void *arg)
{
	need(!mkdir("gone", 0755) && !chdir("gone") && !rmdir("../gone"));
}

static void look_gone(void *arg)
{
	char at[64];

	need(!getcwd(at, sizeof(at)));
	equal(errno, ENOENT);
	need(open("new", O_CREAT | O_RDWR, 0600) < 0);
	equal(errno, ENOENT);
}

static void go_home(void *arg)
{
	need(!chdir("/"));
}

static void set_up_gone(void)
{
	aside = aside_start(0);
	aside_call(aside, go_into_gone, NULL);
}

static void verify_gone(void)
{
	aside_call(aside, look_gone, NULL);
	need(access("gone", F_OK));
}

static void spoil_gone(void)
{
	aside_call(aside, go_home, NULL);
}

STATE(folder_deleted, "a working folder that was deleted", set_up_gone, verify_gone, spoil_gone);

static void set_up_renewed(void)
{
	set_up_gone();
	need(!mkdir("gone", 0700) && !mkdir("gone/inside", 0700));
}

static void verify_renewed(void)
{
	aside_call(aside, look_gone, NULL);
	need(!access("gone/inside", F_OK));
}

STATE(folder_deleted_renewed, "the same, and its name is another's", set_up_renewed,
      verify_renewed, spoil_gone);

/* --- a root of its own */
static void go_into_root(void *arg)
{
	need(!mkdir("root", 0755) && !mkdir("root/inside", 0700));
	need(!chroot("root") && !chdir("/inside"));
}

static void look_root(void *arg)
{
	char at[64];

	need(getcwd(at, sizeof(at)));
	texts(at, "/inside");
	need(!access("/inside", F_OK) && access("/proc", F_OK));
}

static void set_up_root(void)
{
	aside = aside_start(0);
	aside_call(aside, go_into_root, NULL);
}

static void verify_root(void)
{
	aside_call(aside, look_root, NULL);
}

STATE(root_changed, "a process with a root of its own", set_up_root, verify_root, spoil_gone);

/* --- umask, limits, priorities, what the memory killer thinks of it */
static void set_up_umask(void)
{
	umask(0137);
}

static void verify_umask(void)
{
	equal(umask(0137), 0137);
}

static void spoil_umask(void)
{
	umask(0);
}

STATE(umask, "a umask", set_up_umask, verify_umask, spoil_umask);

/* Below what it may be. */
static rlim_t soft_limit(int i, rlim_t hard)
{
	const rlim_t some = i == RLIMIT_AS || i == RLIMIT_DATA || i == RLIMIT_STACK ?
			    1 << 30 : 99000 + i;

	return hard < some ? hard / 2 : some;
}

static void set_up_limits(void)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit l;

		need(!getrlimit(i, &l));
		l.rlim_cur = soft_limit(i, l.rlim_max);
		need(!setrlimit(i, &l));
	}
}

static void verify_limits(void)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit l;

		need(!getrlimit(i, &l));
		if (l.rlim_cur != soft_limit(i, l.rlim_max))
			corpus_fail(__FILE__, __LINE__, "limit %d is %ld, not %ld", i,
				    (long)l.rlim_cur, (long)soft_limit(i, l.rlim_max));
	}
}

static void spoil_limits(void)
{
	struct rlimit l = { 0, RLIM_INFINITY };

	need(!getrlimit(RLIMIT_CORE, &l));
	l.rlim_cur = 5;
	need(!setrlimit(RLIMIT_CORE, &l));
}

STATE(limits, "soft limits of all kinds", set_up_limits, verify_limits, spoil_limits);

#define IO_LEVEL(n)	IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, n)

static void set_up_priority(void)
{
	need(!setpriority(PRIO_PROCESS, 0, 7));
	need(!syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IO_LEVEL(6)));
	spit("/proc/self/oom_score_adj", "321");
}

static void verify_priority(void)
{
	equal(getpriority(PRIO_PROCESS, 0), 7);
	equal(atoi(slurp("/proc/self/oom_score_adj")), 321);
}

static void spoil_priority(void)
{
	spit("/proc/self/oom_score_adj", "0");
}

STATE(priorities, "nice and oom_score_adj", set_up_priority, verify_priority, spoil_priority);

static void verify_io(void)
{
	equal(syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0), IO_LEVEL(6));
}

static void spoil_io(void)
{
	need(!syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IO_LEVEL(2)));
}

STATE(io_priority, "a priority of input and output", set_up_priority, verify_io, spoil_io);

/* --- policies */
static void set_up_batch(void)
{
	need(!sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 }));
}

static void verify_batch(void)
{
	equal(sched_getscheduler(0), SCHED_BATCH);
}

static void spoil_batch(void)
{
	need(!sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){ 0 }));
}

STATE(policy_batch, "SCHED_BATCH", set_up_batch, verify_batch, spoil_batch);

static void set_up_affinity(void)
{
	cpu_set_t set;

	need(!sched_getaffinity(0, sizeof(set), &set));
	if (CPU_COUNT(&set) < 2 || !CPU_ISSET(1, &set))
		corpus_skip("one CPU only");
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	need(!sched_setaffinity(0, sizeof(set), &set));
}

static void verify_affinity(void)
{
	cpu_set_t set;

	need(!sched_getaffinity(0, sizeof(set), &set));
	equal(CPU_COUNT(&set), 1);
	equal(CPU_ISSET(1, &set), 1);
}

static void spoil_affinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	need(!sched_setaffinity(0, sizeof(set), &set));
}

STATE(affinity, "a process bound to one CPU", set_up_affinity, verify_affinity, spoil_affinity);

/* --- its program: deleted, replaced, not to be run any more; its name */
static struct stat program;

static void keep_program(void)
{
	need(!stat("/proc/self/exe", &program));
}

static void set_up_exe_deleted(void)
{
	keep_program();
	need(!unlink("exe"));
}

static void verify_exe_deleted(void)
{
	char path[4096] = "";
	struct stat st;

	need(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	need(strstr(path, "/exe (deleted)"));
	need(!stat("/proc/self/exe", &st));
	equal(st.st_size, program.st_size);
	equal(st.st_mode, program.st_mode);
	need(access("exe", F_OK));
}

static void spoil_exe(void)
{
	int fd = open("exe", O_CREAT | O_RDWR, 0777);

	need(fd >= 0 && !fchmod(fd, 0777));
}

STATE(exe_deleted, "a program whose file was deleted", set_up_exe_deleted, verify_exe_deleted,
      spoil_exe, .copy = true);

static void set_up_exe_replaced(void)
{
	int fd;

	keep_program();
	need((fd = open("new", O_CREAT | O_RDWR, 0755)) >= 0);
	put_all(fd, "the next version\n", 17);
	close(fd);
	need(!rename("new", "exe"));
}

static void verify_exe_replaced(void)
{
	struct stat st;

	need(!stat("/proc/self/exe", &st));
	equal(st.st_size, program.st_size);
	need(!stat("exe", &st));
	equal(st.st_size, 17);
}

static void spoil_exe_replaced(void)
{
	need(!truncate("exe", 3));
}

STATE(exe_replaced, "a program whose file was replaced", set_up_exe_replaced, verify_exe_replaced,
      spoil_exe_replaced, .copy = true);

static void set_up_exe_plain(void)
{
	keep_program();
	need(!chmod("exe", 0644));
}

static void verify_exe_plain(void)
{
	struct stat st, other;

	need(!stat("/proc/self/exe", &st) && !stat("exe", &other));
	equal(st.st_ino, other.st_ino);
	equal(st.st_mode & 07777, 0644);
}

static void spoil_exe_plain(void)
{
	need(!chmod("exe", 0755));
}

STATE(exe_not_executable, "a program whose file lost its x bits", set_up_exe_plain,
      verify_exe_plain, spoil_exe_plain, .copy = true);

static void set_up_name(void)
{
	need(!prctl(PR_SET_NAME, "odd (na)me"));
}

static void verify_name(void)
{
	char name[17] = "";

	need(!prctl(PR_GET_NAME, name));
	texts(name, "odd (na)me");
	need(strlen(slurp("/proc/self/cmdline")) > 0);
}

static void spoil_name(void)
{
	need(!prctl(PR_SET_NAME, "other"));
}

STATE(name, "a name with odd characters", set_up_name, verify_name, spoil_name);

/* --- a daemon that has given up root: not dumpable, but root looks into it */
static void give_up_root(void *arg)
{
	need(!setgroups(0, NULL) && !setresgid(65534, 65534, 65534));
	need(!setresuid(65534, 65534, 65534));
	equal(prctl(PR_GET_DUMPABLE), 0);
}

static void be_dumpable(void *arg)
{
	need(!prctl(PR_SET_DUMPABLE, 1));
}

static void look_not_dumpable(void *arg)
{
	equal(prctl(PR_GET_DUMPABLE), 0);
}

static void set_up_daemon(void)
{
	aside = aside_start(0);
	aside_call(aside, give_up_root, NULL);
}

static void verify_daemon(void)
{
	char path[64], target[4096];

	aside_call(aside, look_not_dumpable, NULL);
	snprintf(path, sizeof(path), "/proc/%d/exe", aside_pid(aside));
	need(readlink(path, target, sizeof(target)) > 0);
	snprintf(path, sizeof(path), "/proc/%d/fd", aside_pid(aside));
	need(!access(path, R_OK | X_OK));
	snprintf(path, sizeof(path), "/proc/%d/environ", aside_pid(aside));
	slurp(path);
}

static void spoil_daemon(void)
{
	aside_call(aside, be_dumpable, NULL);
}

STATE(daemon, "a process that gave up root, and root looks into it", set_up_daemon, verify_daemon,
      spoil_daemon);

/* --- prctl */
static void set_up_flags(void)
{
	need(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	need(!prctl(PR_SET_DUMPABLE, 0));
	need(!prctl(PR_SET_TIMERSLACK, 77777));
	need(!prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
}

static void verify_dumpable(void)
{
	equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	equal(prctl(PR_GET_DUMPABLE), 0);
	equal(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1);
}

static void spoil_dumpable(void)
{
	need(!prctl(PR_SET_DUMPABLE, 1));
}

STATE(prctl_flags, "no_new_privs, not dumpable, no huge pages", set_up_flags, verify_dumpable,
      spoil_dumpable);

static void verify_slack(void)
{
	equal(prctl(PR_GET_TIMERSLACK), 77777);
}

static void spoil_slack(void)
{
	need(!prctl(PR_SET_TIMERSLACK, 5));
}

STATE(timer_slack, "a timer slack", set_up_flags, verify_slack, spoil_slack);

static void set_up_personality(void)
{
	need(personality(ADDR_NO_RANDOMIZE | UNAME26) >= 0);
}

static void verify_personality(void)
{
	equal(personality(~0UL), ADDR_NO_RANDOMIZE | UNAME26);
}

static void spoil_personality(void)
{
	need(personality(0) >= 0);
}

STATE(personality, "a personality", set_up_personality, verify_personality, spoil_personality);

/* --- rights */
static void capabilities(uint32_t keep)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	need(!syscall(SYS_capget, &head, data));
	data[0].effective = data[0].permitted &= keep;
	data[0].inheritable = keep & 1;
	data[1] = (struct __user_cap_data_struct){ };
	need(!syscall(SYS_capset, &head, data));
}

/* CAP_CHOWN, CAP_KILL and CAP_NET_BIND_SERVICE stay. */
#define KEPT	(1U << CAP_CHOWN | 1U << CAP_KILL | 1U << CAP_NET_BIND_SERVICE)

static void take_rights(void *arg)
{
	const gid_t groups[] = { 5, 77, 1001 };

	need(!prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP));
	need(!prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0));
	need(!setgroups(3, groups));
	need(!setresgid(101, 102, 103));
	need(!setresuid(201, 202, 203));
	capabilities(KEPT);
	need(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
}

static void look_rights(void *arg)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	gid_t groups[8], r, e, s;

	equal(getgroups(8, groups), 3);
	equal(groups[0], 5);
	equal(groups[2], 1001);
	need(!getresgid(&r, &e, &s));
	equal(r, 101);
	equal(e, 102);
	equal(s, 103);
	need(!getresuid(&r, &e, &s));
	equal(r, 201);
	equal(e, 202);
	equal(s, 203);
	equal(setfsuid(-1), 202);
	need(!syscall(SYS_capget, &head, data));
	equal(data[0].permitted, KEPT);
	equal(data[0].effective, KEPT);
	equal(data[0].inheritable, 1);
	equal(prctl(PR_CAPBSET_READ, CAP_SYS_TIME), 0);
	equal(prctl(PR_CAPBSET_READ, CAP_CHOWN), 1);
	equal(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0), 1);
	equal(prctl(PR_GET_SECUREBITS), SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP);
}

static void lose_rights(void *arg)
{
	capabilities(1);
}

static void set_up_rights(void)
{
	aside = aside_start(0);
	aside_call(aside, take_rights, NULL);
}

static void verify_rights(void)
{
	aside_call(aside, look_rights, NULL);
}

static void spoil_rights(void)
{
	aside_call(aside, lose_rights, NULL);
}

STATE(rights, "ids, groups, capabilities of all sets, secure bits", set_up_rights, verify_rights,
      spoil_rights);

static void set_up_kept(void)
{
	need(!prctl(PR_SET_KEEPCAPS, 1));
}

static void verify_kept(void)
{
	equal(prctl(PR_GET_KEEPCAPS), 1);
}

static void spoil_kept(void)
{
	need(!prctl(PR_SET_KEEPCAPS, 0));
}

STATE(keep_capabilities, "PR_SET_KEEPCAPS", set_up_kept, verify_kept, spoil_kept);

/* --- seccomp: a filter that refuses one call, and one above it */
static void refuse(int number, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	need(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	need(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static void set_up_seccomp(void)
{
	refuse(SYS_getppid, 71);
	refuse(SYS_sync, 72);
}

static void verify_seccomp(void)
{
	equal(prctl(PR_GET_SECCOMP), SECCOMP_MODE_FILTER);
	equal(atoi(line_of("/proc/self/status", "Seccomp_filters:")), 2);
	need(syscall(SYS_getppid) < 0);
	equal(errno, 71);
	need(syscall(SYS_sync) < 0);
	equal(errno, 72);
}

static void spoil_seccomp(void)
{
	refuse(SYS_getppid, 73);
}

STATE(seccomp_filter, "two filters of seccomp", set_up_seccomp, verify_seccomp, spoil_seccomp);

/* --- seccomp's strict mode: one that reads and writes, and nothing else */
static int to[2], from[2];
static pid_t strict;

static void set_up_strict(void)
{
	char c;

	need(!pipe(to) && !pipe(from));
	need((strict = fork()) >= 0);
	if (!strict) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		for (;;) {
			syscall(SYS_read, to[0], &c, 1);
			c++;
			syscall(SYS_write, from[1], &c, 1);
		}
	}
	put_all(to[1], "a", 1);
	get_all(from[0], &c, 1);
	equal(c, 'b');
}

static void verify_strict(void)
{
	char path[64], c;

	snprintf(path, sizeof(path), "/proc/%d/status", strict);
	equal(atoi(line_of(path, "Seccomp:")), SECCOMP_MODE_STRICT);
	put_all(to[1], "x", 1);
	get_all(from[0], &c, 1);
	equal(c, 'y');
}

static void spoil_strict(void)
{
	need(!kill(strict, SIGKILL));
	need(waitpid(strict, NULL, 0) == strict);
}

STATE(seccomp_strict, "seccomp's strict mode", set_up_strict, verify_strict, spoil_strict);
