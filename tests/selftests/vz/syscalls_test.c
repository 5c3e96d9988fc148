// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every number of the system call table, tried as root and as a user of a VE that has no
 * feature: what syscalls.def says comes out, and nothing else is there. The numbers of
 * x32 are not, and those of 32-bit programs are refused where their 64-bit ones are.
 */
#include "vz.h"
#include <grp.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sys/timex.h>
#include <sys/ucontext.h>

enum class {
	OPEN, ROOT, USERNS, VE, NONE, OPEN_OR_NONE, NONE_OR_OPEN, USERNS_OR_NONE, VE_OR_NONE,
	FORKS, ENDS, WAITS, NR_CLASSES,
};

static const char *const class_names[NR_CLASSES] = {
	"open", "open to root", "refused by the user namespace", "refused by the VE's rules",
	"not there", "open, or not built", "open, or not built",
	"refused by the user namespace, or not built", "refused by the VE's rules, or not built",
	"open, forks", "open, ends the process", "open, waits",
};

/* What arguments point to. */
static struct timespec zero[4];
static struct timex modes = { .modes = ADJ_FREQUENCY };
static const char nowhere[] = "/tmp/nowhere", user[] = "user";
static struct perf_event_attr perf = {
	.type = PERF_TYPE_SOFTWARE, .size = sizeof(perf), .config = PERF_COUNT_SW_TASK_CLOCK,
	.exclude_kernel = 1, .exclude_hv = 1,
};
static union bpf_attr bpf = {
	.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
};
static unsigned long landlock[3] = { 1 };
static char buffer[256];

#define P(object)	((long)&(object))

static const struct call {
	int nr;
	const char *name;
	enum class class;
	long arg[6];
} calls[] = {
#define CALL(number, what, kind, ...)	{ number, #what, kind, { __VA_ARGS__ } },
#include "syscalls.def"
#undef CALL
};

#define NCALLS	(sizeof(calls) / sizeof(calls[0]))

/* Nothing of libc between us and the kernel; a second return ends there. */
static long raw_call(long nr, const long *a)
{
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10),
			 "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return ret;
}

/* The same for calls that return in a child, too, perhaps on our own stack. */
static long fork_call(long nr, const long *a)
{
	long ret;

	__asm__ volatile("xor %%r10d, %%r10d\n\txor %%r8d, %%r8d\n\tsyscall\n\t"
			 "test %%rax, %%rax\n\tjnz 1f\n\t"
			 "mov $60, %%eax\n\txor %%edi, %%edi\n\tsyscall\n1:"
			 : "=a"(ret) : "a"(nr), "D"(a[0]), "S"(0L), "d"(0L)
			 : "rcx", "r8", "r10", "r11", "memory");
	return ret;
}

#define NOTHING	1000000	/* it did not come back */

static void become_user(void)
{
	need(!setgroups(0, NULL) && !setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
}

/* What a call gives in a process of its own: its errno, 0, or NOTHING. */
static long try_call(const struct call *c, bool as_user)
{
	int answer[2], limit = c->class == WAITS ? 200 : 20000;
	struct pollfd p = { .events = POLLIN };
	long ret = NOTHING;
	pid_t pid;

	need(!pipe2(answer, O_CLOEXEC));
	pid = fork();
	if (!pid) {
		if (as_user)
			become_user();
		ret = c->class == FORKS ? fork_call(c->nr, c->arg) : raw_call(c->nr, c->arg);
		ret = ret < 0 && ret > -4096 ? -ret : 0;
		_exit(write(answer[1], &ret, sizeof(ret)) != sizeof(ret));
	}
	close(answer[1]);
	p.fd = answer[0];
	if (poll(&p, 1, limit) != 1 || read(answer[0], &ret, sizeof(ret)) != sizeof(ret))
		ret = NOTHING;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(answer[0]);
	return ret;
}

static bool is_right(enum class class, long got, bool as_user)
{
	bool refused = got == EPERM || (as_user && got == EACCES);

	switch (class) {
	case OPEN:
	case FORKS:
	case WAITS:
		return got != ENOSYS && (as_user || got != EPERM);
	case ROOT:
		return got != ENOSYS && (as_user || (got != EPERM && got != EACCES));
	case OPEN_OR_NONE:
	case NONE_OR_OPEN:
		return as_user || got != EPERM;
	case USERNS:
	case VE:
		return refused;
	case USERNS_OR_NONE:
		return refused || got == ENOSYS;
	case VE_OR_NONE:
		return refused || got == ENOSYS || got == EOPNOTSUPP;
	case NONE:
		return got == ENOSYS;
	case ENDS:
		return got == NOTHING || got == ENOSYS;
	default:
		return false;
	}
}

static void try_table(bool as_user)
{
	int count[NR_CLASSES] = { 0 }, wrong = 0;
	size_t i;

	for (i = 0; i < NCALLS; i++) {
		long got = try_call(&calls[i], as_user);

		count[calls[i].class]++;
		if (is_right(calls[i].class, got, as_user))
			continue;
		wrong++;
		printf("# %d %s is to be %s: %s\n", calls[i].nr, calls[i].name,
		       class_names[calls[i].class],
		       got == NOTHING ? "it did not return" : strerror(got));
	}
	ok(!wrong, "%s: %zu system calls tried, %d otherwise than the table says",
	   as_user ? "a user" : "root", NCALLS, wrong);
	for (i = 0; i < NR_CLASSES && !as_user; i++)
		if (count[i])
			printf("# %3d %s\n", count[i], class_names[i]);
}

static bool in_table(int nr)
{
	for (size_t i = 0; i < NCALLS; i++)
		if (calls[i].nr == nr)
			return true;
	return false;
}

/* Numbers that the table does not have, and all of x32. */
static int sweep(void)
{
	static const long none[6];
	int nr, found = 0;

	for (nr = 0; nr < 1024; nr++)
		if (!in_table(nr) && raw_call(nr, none) != -ENOSYS) {
			printf("# number %d is there\n", nr);
			found++;
		}
	for (nr = 0; nr < 1024; nr++)
		if (raw_call(0x40000000 | nr, none) != -ENOSYS) {
			printf("# number %d of x32 is there\n", nr);
			found++;
		}
	return found;
}

/* --- 32-bit calls ------------------------------------------------------------------- */

static long compat_call(long nr, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(b), "c"(c), "d"(0L), "S"(0L),
			 "D"(0L) : "r8", "r9", "r10", "r11", "memory");
	return (int)ret;
}

/* Exit status: 0 all refused, 1 none of them, 2 a number came through. */
static int try_compat(void)
{
	static const struct {
		const char *name;
		int nr, b, c;
	} refused[] = {
		{ "settimeofday", 79, 0, 0 }, { "swapon", 87, 0, 0 }, { "swapoff", 115, 0, 0 },
		{ "acct", 51, 0, 0 }, { "vhangup", 111, 0, 0 }, { "iopl", 110, 3, 0 },
		{ "delete_module", 129, 0, 0 }, { "kexec_load", 283, 0, 1 },
		{ "perf_event_open", 336, 0, 0 }, { "bpf", 357, 0, 0 },
		{ "userfaultfd", 374, 1, 0 }, { "io_uring_setup", 425, 1, 0 },
		{ "stime", 25, 0, 0 },
	};
	int bad = 0;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		long ret = compat_call(refused[i].nr, refused[i].b, refused[i].c);

		/* Pointers are none, so that is told first by some. */
		if (ret == -EPERM || ret == -ENOSYS || ret == -EFAULT || ret == -EINVAL)
			continue;
		if (!strcmp(refused[i].name, "settimeofday") && !ret)
			continue;	/* sets nothing */
		printf("# 32-bit %s: %ld\n", refused[i].name, ret);
		bad++;
	}
	return bad;
}

/* The gate is closed. Without a handler the kernel would tell of a fault. */
static void no_gate(int sig)
{
	(void)sig;
	_exit(100);
}

static void test_compat(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, no_gate);
		if (compat_call(20 /* getpid */, 0, 0) != getpid())
			_exit(100);
		_exit(try_compat());
	}
	need(waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status) || WEXITSTATUS(status) == 100)
		ok(true, "32-bit system calls are off");
	else
		ok(!WEXITSTATUS(status), "32-bit system calls: %d came through",
		   WEXITSTATUS(status));
}

static int body(void *arg)
{
	(void)arg;
	need(!mount("tmp", "/tmp", "tmpfs", 0, "mode=1777"));
	try_table(false);
	try_table(true);
	ok_eq(sweep(), 0, "numbers beyond the table");
	test_compat();
	return 0;
}

int main(void)
{
	size_t i;

	test_start();
	for (i = 1; i < NCALLS; i++)
		need(calls[i].nr > calls[i - 1].nr);
	ok_eq(in_ve(250, "", body, NULL), 0, "a VE tried all");
	return test_end();
}
