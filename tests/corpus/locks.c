// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks of files and leases. A second process, or a second open, sees who holds what. */
#include <sys/file.h>
#include "corpus.h"

static int fd;
static struct aside *other;

static void make_file(void)
{
	need((fd = open("locked", O_CREAT | O_RDWR, 0600)) >= 0);
	put_all(fd, "0123456789", 10);
}

/* --- POSIX: two ranges of the process, seen by another one */
static struct flock range(short type, off_t from, off_t len)
{
	return (struct flock){ .l_type = type, .l_start = from, .l_len = len };
}

static void look_posix(void *arg)
{
	struct flock l = range(F_WRLCK, 0, 1);
	int at = open("locked", O_RDWR);

	need(at >= 0);
	need(!fcntl(at, F_GETLK, &l));
	equal(l.l_type, F_RDLCK);
	equal(l.l_start, 0);
	equal(l.l_len, 3);
	equal(l.l_pid, getppid());
	l = range(F_RDLCK, 5, 1);
	need(!fcntl(at, F_GETLK, &l));
	equal(l.l_type, F_WRLCK);
	equal(l.l_start, 5);
	l = range(F_WRLCK, 3, 2);
	need(!fcntl(at, F_GETLK, &l));
	equal(l.l_type, F_UNLCK);
	close(at);
}

static void set_up_posix(void)
{
	struct flock l = range(F_RDLCK, 0, 3);

	other = aside_start(0);
	make_file();
	need(!fcntl(fd, F_SETLK, &l));
	l = range(F_WRLCK, 5, 0);
	need(!fcntl(fd, F_SETLK, &l));
}

static void verify_posix(void)
{
	aside_call(other, look_posix, NULL);
}

static void spoil_posix(void)
{
	struct flock l = range(F_UNLCK, 5, 1);

	need(!fcntl(fd, F_SETLK, &l));
}

STATE(lock_posix, "POSIX locks of two ranges", set_up_posix, verify_posix, spoil_posix);

/* --- flock: goes with the open description */
static void set_up_flock(void)
{
	make_file();
	need(!flock(fd, LOCK_SH));
}

static void verify_flock(void)
{
	int at = open("locked", O_RDWR);

	need(at >= 0);
	need(flock(at, LOCK_EX | LOCK_NB) < 0);
	equal(errno, EWOULDBLOCK);
	need(!flock(at, LOCK_SH | LOCK_NB));
	close(at);
}

static void spoil_flock(void)
{
	need(!flock(fd, LOCK_UN));
}

STATE(lock_flock, "a shared flock", set_up_flock, verify_flock, spoil_flock);

/* --- OFD locks */
static void set_up_ofd(void)
{
	struct flock l = range(F_WRLCK, 2, 4);

	make_file();
	need(!fcntl(fd, F_OFD_SETLK, &l));
}

static void verify_ofd(void)
{
	struct flock l = range(F_RDLCK, 0, 0);
	int at = open("locked", O_RDWR);

	need(at >= 0);
	need(!fcntl(at, F_OFD_GETLK, &l));
	equal(l.l_type, F_WRLCK);
	equal(l.l_start, 2);
	equal(l.l_len, 4);
	equal(l.l_pid, -1);
	close(at);
}

static void spoil_ofd(void)
{
	struct flock l = range(F_UNLCK, 2, 4);

	need(!fcntl(fd, F_OFD_SETLK, &l));
}

STATE(lock_ofd, "a lock of an open file description", set_up_ofd, verify_ofd, spoil_ofd);

/* --- one that waits for a lock gets it when it is let go */
static volatile int *got;

static pid_t waiter;

static void wait_for_lock(void)
{
	need((waiter = fork()) >= 0);
	if (waiter)
		return;
	fd = open("locked", O_RDWR);
	*got = 1;
	if (!flock(fd, LOCK_EX))
		*got = 2;
	for (;;)
		pause();
}

static void set_up_waiter(void)
{
	got = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(got != MAP_FAILED);
	make_file();
	need(!flock(fd, LOCK_EX));
	wait_for_lock();
	in_time(*got == 1);
}

static void verify_waiter(void)
{
	equal(*got, 1);
	usleep(50000);
	equal(*got, 1);
	need(!flock(fd, LOCK_UN));
	in_time(*got == 2);
	need(!kill(waiter, SIGKILL) && waitpid(waiter, NULL, 0) == waiter);
	*got = 0;
	need(!flock(fd, LOCK_EX));
	wait_for_lock();
	in_time(*got == 1);
}

static void spoil_waiter(void)
{
	need(!flock(fd, LOCK_UN));
}

STATE(lock_waiter, "a process that waits for a flock", set_up_waiter, verify_waiter, spoil_waiter);

/* --- a lease: there, and no signal of a break that never was */
static void set_up_lease(void)
{
	make_file();
	need(!close(fd));
	need((fd = open("locked", O_RDONLY)) >= 0);
	signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) && errno == EINVAL)
		corpus_skip("no leases here");
	need(fcntl(fd, F_GETLEASE) == F_RDLCK);
}

static void verify_lease(void)
{
	equal(fcntl(fd, F_GETLEASE), F_RDLCK);
}

static void spoil_lease(void)
{
	need(!fcntl(fd, F_SETLEASE, F_UNLCK));
}

STATE(lease_read, "a read lease", set_up_lease, verify_lease, spoil_lease);

static volatile int signals;

static void count_signal(int signal)
{
	signals++;
}

static void set_up_quiet_lease(void)
{
	make_file();
	signal(SIGIO, count_signal);
	if (fcntl(fd, F_SETLEASE, F_WRLCK) && errno == EINVAL)
		corpus_skip("no leases here");
	need(fcntl(fd, F_GETLEASE) == F_WRLCK);
}

static void verify_quiet_lease(void)
{
	equal(fcntl(fd, F_GETLEASE), F_WRLCK);
	equal(signals, 0);
}

static void spoil_quiet_lease(void)
{
	raise(SIGIO);
}

STATE(lease_write, "a write lease that nobody breaks: no signal comes", set_up_quiet_lease,
      verify_quiet_lease, spoil_quiet_lease);
