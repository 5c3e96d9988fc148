// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipepages: slots of pipes and FIFOs. ENFILE for a new pipe at the barrier,
 * EPERM for a larger one; shrinking gives back; the maker pays as long as
 * anybody keeps an end, and splice's own pipe until exit.
 */
#include "fd.h"
#include "row.h"
#include <sys/sendfile.h>

#define SLOTS	16	/* of a new pipe */

static int sock[2];	/* to the host */

/* Both ends in one handle: the reading end, the other one is a higher number. */
static int ends[1024];

static int make(void)
{
	int fds[2];

	if (pipe(fds))
		return -1;
	ends[fds[0]] = fds[1];
	return fds[0];
}

static void drop(int fd)
{
	close(ends[fd]);
	close(fd);
}

static int make_fifo(void)
{
	char path[32];
	static int n;
	int fd, err;

	snprintf(path, sizeof(path), "/tmp/fifo%d", n++);
	need(!mkfifo(path, 0600));
	fd = open(path, O_RDWR);
	err = errno;
	unlink(path);
	errno = err;
	return fd;
}

static void drop_fifo(int fd)
{
	close(fd);
}

static const struct row pipes = { "pipepages", ENFILE, SLOTS, make, drop };
static const struct row fifos = { "pipepages", ENOMEM, SLOTS, make_fifo, drop_fifo };

static void test_resize(const struct ve *ve)
{
	unsigned long base = row_held(ve, "pipepages");
	int fd = make();

	need(fd >= 0);
	need(!ve_set_ub(ve, "pipepages", base + 64, base + 64));
	ok(fcntl(fd, F_SETPIPE_SZ, 64 * 4096) == 64 * 4096, "a pipe grows to the barrier");
	ok_eq(row_held(ve, "pipepages"), base + 64, "held");
	ok(fcntl(fd, F_SETPIPE_SZ, 128 * 4096) < 0 && errno == EPERM, "not above: EPERM");
	ok_eq(row_held(ve, "pipepages"), base + 64, "held");
	ok(fcntl(fd, F_SETPIPE_SZ, 64 * 4096) == 64 * 4096, "the same size again");
	ok(fcntl(fd, F_SETPIPE_SZ, 2 * 4096) == 2 * 4096, "it shrinks");
	ok_eq(row_held(ve, "pipepages"), base + 2, "held");
	need(write(ends[fd], "x", 1) == 1);
	ok(fcntl(fd, F_SETPIPE_SZ, 32 * 4096) == 32 * 4096, "and grows with data in it");
	ok_eq(row_held(ve, "pipepages"), base + 32, "held");
	drop(fd);
	ok_eq(ve_wait_held(ve, "pipepages", base), base, "held when it is closed");
	need(!ve_set_ub(ve, "pipepages", VE_MAX, VE_MAX));
}

/* sendfile(2) between files keeps a pipe for the task. */
static void test_splice(const struct ve *ve)
{
	unsigned long base = row_held(ve, "pipepages");
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		int from = memfd_create("from", 0), to = memfd_create("to", 0);

		if (ftruncate(from, 8192) || sendfile(to, from, NULL, 8192) != 8192)
			_exit(1);
		_exit(row_held(ve, "pipepages") == base + SLOTS ? 0 : 2);
	}
	need(waitpid(pid, &status, 0) == pid);
	ok(!status, "splice's own pipe counts");
	ok_eq(ve_wait_held(ve, "pipepages", base), base, "until the task ends");
}

static int body(const struct ve *ve)
{
	int fd;

	private_tmp();
	row_test_bounds(ve, &pipes);
	row_test_bounds(ve, &fifos);
	test_resize(ve);
	test_splice(ve);
	row_test_exit(ve, &pipes);
	row_test_random(ve, &pipes, 10000);
	fd = make();
	need(fd >= 0);
	send_fd(sock[1], fd);
	return 0;
}

static int shared = -1;	/* an end of a pipe of the other VE */

/* A VE that has a pipe and does nothing. */
static int keep(const struct ve *ve)
{
	int fd = make();

	(void)ve;
	need(fd >= 0);
	send_fd(sock[1], fd);
	pause();
	return 0;
}

/* Another one, which has got an end of it. */
static int grow(const struct ve *ve)
{
	(void)ve;
	ok(fcntl(shared, F_SETPIPE_SZ, 64 * 4096) < 0 && errno == EPERM,
	   "a program of another VE does not bring the pipe's VE above its limit");
	return 0;
}

/* The pipe's VE pays and is refused, whoever acts; the host's own programs are free. */
static void test_actors(void)
{
	struct ve owner, other;

	ve_setup(&owner, 141);
	ve_setup(&other, 142);
	ve_start(&owner, keep, "RUNNING");
	shared = receive_fd(sock[0]);
	need(!ve_set_ub(&owner, "pipepages", SLOTS, SLOTS));
	ve_spawn(&other, grow);
	ok_eq(row_held(&owner, "pipepages"), SLOTS, "held");
	ok_eq(ve_read_ub(&owner, "pipepages").failcnt, 1, "a failure of the pipe's VE");
	ok(fcntl(shared, F_SETPIPE_SZ, 64 * 4096) == 64 * 4096, "a program of the host does");
	ok_eq(row_held(&owner, "pipepages"), 64, "and the pipe's VE pays");
	close(shared);
	errno = ve_write(&owner, "cgroup.kill", "1");
	need(!errno);
	ve_wait(&owner);
	ve_teardown(&owner);
	ve_teardown(&other);
}

int main(void)
{
	struct ve ve;
	int fd;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	ve_setup(&ve, 138);
	ve_spawn(&ve, body);
	fd = receive_fd(sock[0]);
	ok_eq(ve_wait_held(&ve, "pipepages", SLOTS), SLOTS, "an end that the host keeps");
	close(fd);
	ok_eq(ve_wait_held(&ve, "pipepages", 0), 0, "held when the host has closed it");
	ve_teardown(&ve);
	test_actors();
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
