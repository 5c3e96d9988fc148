// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program of a VE does with files, memory and processes while allocations
 * and charges fail: each charge is given back when a later step of the same
 * call fails, and nothing is charged twice. See fault.h.
 */
#include "fault.h"
#include "row.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/shm.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

#define PAGE	4096UL
#define AREA	(64 * PAGE)

static int fds[4] = { -1, -1, -1, -1 };
static char *area, *first, *attached;
static size_t area_size;
static int segment = -1, watch = -1, watcher = -1;
static aio_context_t aio;
static timer_t timer;
static bool timed;
static pid_t child;

static void undo_fds(void)
{
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/* --- files --------------------------------------------------------------------- */

static int run_pipe(void)
{
	return pipe2(fds, O_CLOEXEC);
}

static int run_pipe_size(void)
{
	if (pipe2(fds, O_CLOEXEC))
		return -1;
	return fcntl(fds[0], F_SETPIPE_SZ, 32 * PAGE) < 0 ||
	       fcntl(fds[0], F_SETPIPE_SZ, PAGE) < 0 ? -1 : 0;
}

static int run_fifo(void)
{
	if (mknod("/tmp/fifo", S_IFIFO | 0600, 0))
		return -1;
	fds[0] = open("/tmp/fifo", O_RDWR | O_CLOEXEC);
	return fds[0] < 0 ? -1 : 0;
}

static void undo_fifo(void)
{
	undo_fds();
	unlink("/tmp/fifo");
}

static int run_file(void)
{
	if (mkdir("/tmp/dir", 0700))
		return -1;
	fds[0] = open("/tmp/dir/file", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fds[0] < 0 || pwrite(fds[0], "x", 1, 5 * PAGE) != 1)
		return -1;
	return ftruncate(fds[0], 2 * PAGE) || fallocate(fds[0], 0, 0, 8 * PAGE) ||
	       link("/tmp/dir/file", "/tmp/dir/link") ? -1 : 0;
}

static void undo_file(void)
{
	undo_fds();
	unlink("/tmp/dir/link");
	unlink("/tmp/dir/file");
	rmdir("/tmp/dir");
}

static int run_memfd(void)
{
	fds[0] = memfd_create("m", MFD_CLOEXEC);
	return fds[0] < 0 || ftruncate(fds[0], AREA) || fallocate(fds[0], 0, 0, AREA) ? -1 : 0;
}

static int run_polled(void)
{
	struct epoll_event ev = { .events = EPOLLIN };

	fds[0] = epoll_create1(EPOLL_CLOEXEC);
	fds[1] = eventfd(0, EFD_CLOEXEC);
	fds[2] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		return -1;
	return epoll_ctl(fds[0], EPOLL_CTL_ADD, fds[1], &ev) ||
	       epoll_ctl(fds[0], EPOLL_CTL_ADD, fds[2], &ev) ? -1 : 0;
}

static int run_poll(void)
{
	static struct pollfd many[2000];
	static fd_set set;
	struct timeval now = { 0, 0 };
	int i;

	for (i = 0; i < 2000; i++)
		many[i] = (struct pollfd){ .fd = 0, .events = POLLERR };
	FD_SET(0, &set);
	return poll(many, 2000, 0) < 0 || select(FD_SETSIZE, NULL, NULL, &set, &now) < 0 ? -1 : 0;
}

static int run_locks(void)
{
	struct flock whole = { .l_type = F_WRLCK, .l_len = 100 };
	struct flock hole = { .l_type = F_UNLCK, .l_start = 20, .l_len = 10 };
	struct flock other = { .l_type = F_RDLCK, .l_start = 50, .l_len = 10 };

	fds[0] = open("/tmp/locked", O_RDWR | O_CLOEXEC);
	fds[1] = open("/tmp/locked", O_RDWR | O_CLOEXEC);
	if (fds[0] < 0 || fds[1] < 0)
		return -1;
	if (flock(fds[0], LOCK_SH) || flock(fds[1], LOCK_SH) || flock(fds[1], LOCK_UN) ||
	    flock(fds[0], LOCK_EX))
		return -1;
	if (fcntl(fds[0], F_SETLK, &whole) || fcntl(fds[0], F_SETLK, &hole) ||
	    fcntl(fds[0], F_SETLK, &other))
		return -1;
	whole.l_start = hole.l_start = other.l_start = 1000;
	if (fcntl(fds[0], F_OFD_SETLK, &whole) || fcntl(fds[0], F_OFD_SETLK, &other))
		return -1;
	return 0;
}

static int run_lease(void)
{
	fds[0] = open("/tmp/locked", O_RDONLY | O_CLOEXEC);
	if (fds[0] < 0 || fcntl(fds[0], F_SETLEASE, F_RDLCK))
		return -1;
	return fcntl(fds[0], F_SETLEASE, F_UNLCK) || fcntl(fds[0], F_SETLEASE, F_RDLCK) ? -1 : 0;
}

static int run_pty(void)
{
	int no = 0;

	fds[0] = open("/tmp/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fds[0] < 0 || ioctl(fds[0], TIOCSPTLCK, &no))
		return -1;
	fds[1] = ioctl(fds[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fds[1] < 0 ? -1 : 0;
}

static int run_watch(void)
{
	watch = inotify_add_watch(watcher, "/tmp", IN_DELETE_SELF);
	return watch < 0 ? -1 : 0;
}

static void undo_watch(void)
{
	if (watch >= 0)
		inotify_rm_watch(watcher, watch);
	watch = -1;
}

static int run_mount(void)
{
	return mount("none", "/tmp/m", "tmpfs", 0, NULL) ||
	       mount("/tmp/m", "/tmp/n", NULL, MS_BIND, NULL) ? -1 : 0;
}

static void undo_mount(void)
{
	umount2("/tmp/n", MNT_DETACH);
	umount2("/tmp/m", MNT_DETACH);
}

static int run_aio(void)
{
	return syscall(SYS_io_setup, 16, &aio);
}

static void undo_aio(void)
{
	if (aio)
		need(!syscall(SYS_io_destroy, aio));
	aio = 0;
}

/* Files that we make for the VE: a value, or an error; never a wrong value. */
static int run_proc(void)
{
	static const char *const names[] = {
		"uptime", "stat", "meminfo", "loadavg", "cpuinfo", "vmstat", "swaps",
		"filesystems", "user_beancounters", "vz/veinfo", "vz/veip", "self/status",
	};
	static char buf[16384];
	double up, idle;
	char path[64];
	size_t i;
	ssize_t n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%s", names[i]);
		fds[0] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[0] < 0)
			return -1;
		n = read(fds[0], buf, sizeof(buf) - 1);
		if (n < 0)
			return -1;
		buf[n] = '\0';
		close(fds[0]);
		fds[0] = -1;
		if (i == 0 && (sscanf(buf, "%lf %lf", &up, &idle) != 2 || idle <= 0)) {
			errno = EDOM;
			return -1;
		}
	}
	return 0;
}

/* --- memory -------------------------------------------------------------------- */

static void undo_area(void)
{
	if (area)
		need(!munmap(area, area_size));
	area = NULL;
}

static int map(int prot, int flags)
{
	void *at = mmap(NULL, AREA, prot, flags | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return -1;
	area = at;
	area_size = AREA;
	return 0;
}

static int run_map(void)
{
	if (map(PROT_NONE, MAP_PRIVATE) ||
	    mprotect(area + 8 * PAGE, 8 * PAGE, PROT_READ | PROT_WRITE) ||
	    madvise(area + 8 * PAGE, 8 * PAGE, MADV_POPULATE_WRITE) ||
	    mprotect(area + 10 * PAGE, 2 * PAGE, PROT_READ))
		return -1;
	if (mmap(area + 30 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return -1;
	return munmap(area + 9 * PAGE, 2 * PAGE);
}

static int run_remap(void)
{
	void *at;

	if (map(PROT_READ | PROT_WRITE, MAP_PRIVATE))
		return -1;
	first = area;
	at = mremap(area, AREA, 2 * AREA, MREMAP_MAYMOVE);
	if (at == MAP_FAILED)
		return -1;
	area = at;
	area_size = 2 * AREA;
	return munmap(area + AREA, AREA);
}

/* The old place stays mapped when it cannot be unmapped, and mremap() says nothing of it. */
static void undo_remap(void)
{
	if (first)
		need(!munmap(first, AREA));
	first = NULL;
	undo_area();
}

static int run_shared(void)
{
	return map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE);
}

static int run_locked(void)
{
	if (map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LOCKED))
		return -1;
	return munlock(area + 4 * PAGE, 4 * PAGE) || mlock(area + 5 * PAGE, PAGE) ||
	       mlock2(area + 6 * PAGE, PAGE, MLOCK_ONFAULT) ? -1 : 0;
}

static char *brk_start;

static void prepare_brk(void)
{
	brk_start = (char *)syscall(SYS_brk, 0);
}

/* A heap that is locked when it grows: what a failure had reserved is given back at once. */
static int run_brk(void)
{
	if (mlockall(MCL_FUTURE | MCL_ONFAULT))
		return -1;
	if ((char *)syscall(SYS_brk, brk_start + AREA) != brk_start + AREA) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

static void undo_brk(void)
{
	need((char *)syscall(SYS_brk, brk_start) == brk_start);
	need(!munlockall());
}

static int run_segment(void)
{
	segment = shmget(IPC_PRIVATE, AREA, IPC_CREAT | 0600);
	if (segment < 0 || shmctl(segment, SHM_LOCK, NULL))
		return -1;
	attached = shmat(segment, NULL, 0);
	return attached == (void *)-1 ? -1 : 0;
}

static void undo_segment(void)
{
	if (attached && attached != (void *)-1)
		shmdt(attached);
	attached = NULL;
	if (segment >= 0)
		need(!shmctl(segment, IPC_RMID, NULL));
	segment = -1;
}

/* --- processes and signals ----------------------------------------------------- */

static int run_fork(void)
{
	child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!child)
		_exit(0);
	return child < 0 ? -1 : 0;
}

static void undo_fork(void)
{
	if (child > 0)
		need(waitpid(child, NULL, 0) == child);
	child = 0;
}

/* Does not come back; main() knows what to do. */
static int run_exec(void)
{
	char *argv[] = { "faults", "--exec", NULL }, *envp[] = { NULL };

	return execve("/proc/self/exe", argv, envp);
}

static int run_unshare(void)
{
	return unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_FS | CLONE_FILES);
}

static int run_netns(void)
{
	return unshare(CLONE_NEWNET);
}

static int run_pidns(void)
{
	return unshare(CLONE_NEWPID);
}

static int run_signal(void)
{
	union sigval v = { .sival_int = 1 };

	return sigqueue(getpid(), SIGRTMIN, v) || sigqueue(getpid(), SIGRTMIN, v) ? -1 : 0;
}

static void undo_signal(void)
{
	struct timespec now = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
}

static int run_timer(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec far = { .it_value.tv_sec = 3600 };

	if (timer_create(CLOCK_MONOTONIC, &ev, &timer))
		return -1;
	timed = true;
	return timer_settime(timer, 0, &far, NULL);
}

static void undo_timer(void)
{
	if (timed)
		need(!timer_delete(timer));
	timed = false;
}

static const struct scene scenes[] = {
	{ "pipe",	.run = run_pipe,	.undo = undo_fds },
	{ "pipe size",	.run = run_pipe_size,	.undo = undo_fds },
	{ "fifo",	.run = run_fifo,	.undo = undo_fifo },
	{ "file",	.run = run_file,	.undo = undo_file },
	{ "memfd",	.run = run_memfd,	.undo = undo_fds },
	{ "epoll",	.run = run_polled,	.undo = undo_fds },
	{ "poll",	.run = run_poll },
	{ "locks",	.run = run_locks,	.undo = undo_fds },
	{ "lease",	.run = run_lease,	.undo = undo_fds },
	{ "terminal",	.run = run_pty,		.undo = undo_fds },
	{ "watch",	.run = run_watch,	.undo = undo_watch },
	{ "mount",	.run = run_mount,	.undo = undo_mount },
	{ "aio",	.run = run_aio,		.undo = undo_aio },
	{ "proc",	.run = run_proc,	.undo = undo_fds },
	{ "map",	.run = run_map,		.undo = undo_area },
	{ "remap",	.run = run_remap,	.undo = undo_remap },
	{ "shared map",	.run = run_shared,	.undo = undo_area },
	{ "locked map",	.run = run_locked,	.undo = undo_area },
	{ "locked brk",	.prepare = prepare_brk,	.run = run_brk,	.undo = undo_brk },
	{ "segment",	.run = run_segment,	.undo = undo_segment },
	{ "signal",	.run = run_signal,	.undo = undo_signal },
	{ "timer",	.run = run_timer,	.undo = undo_timer },
	{ "fork",	.run = run_fork,	.undo = undo_fork },
	{ "exec",	.run = run_exec,	.child = true, .foreign = true },
	{ "unshare",	.run = run_unshare,	.child = true },
	{ "pid ns",	.run = run_pidns,	.child = true },
	{ "net ns",	.run = run_netns,	.child = true, .foreign = true },
};

static int body(const struct ve *ve)
{
	sigset_t set;
	size_t i;

	private_tmp();
	need(!mount("proc", "/proc", "proc", 0, NULL));
	need(!mkdir("/tmp/m", 0700) && !mkdir("/tmp/n", 0700) && !mkdir("/tmp/pts", 0700));
	need(!mount("devpts", "/tmp/pts", "devpts", 0, "ptmxmode=0666"));
	fds[0] = open("/tmp/locked", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	need(fds[0] >= 0);
	undo_fds();
	watcher = inotify_init1(IN_CLOEXEC);
	need(watcher >= 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	need(!sigprocmask(SIG_BLOCK, &set, NULL));
	fault_settle(ve);
	for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		fault_sweep(ve, &scenes[i]);
	fault_storm(ve, scenes, i);
	return 0;
}

int main(int argc, char **argv)
{
	struct ve ve;

	if (argc > 1 && !strcmp(argv[1], "--exec"))
		return fault_arrived();
	if (!fault_setup()) {
		puts("1..0 # SKIP the kernel has no fault injection");
		return 4;
	}
	rcu_hurry();
	need(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 4096, 4096 }));
	ve_setup(&ve, 140);
	errno = ve_write(&ve, "ve.features", "nesting");
	need(!errno);
	ve_spawn(&ve, body);
	ve_teardown(&ve);
	/* Rows that are not exact meanwhile are by now, or the kernel has warned. */
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
