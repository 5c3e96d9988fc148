// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that kernel threads close: one of a VE whose end takes for ever does not
 * keep those of another VE, nor of the host, from being closed.
 *
 * The file is on a FUSE file system of the VE and has been written through another
 * one, so that its end is to write the inode, for which the server is asked. It
 * does not answer. All garbage here is sockets in flight to themselves, with other
 * files beside: their collector leaves them to a kernel thread.
 */
#include "fd.h"
#include "fuse.h"
#include "sock.h"

#define CYCLES	100
#define OPEN	2	/* of the VE with the server: its end of FUSE, and one that stays open */

static int asked[2];	/* written to when the server has been asked by a kernel thread */
static int go_on[2];	/* read from before the server dies */

/* Of a socket to itself, with a file beside. */
struct cycle {
	int sv[2];
};

/* Send @fd, which is closed here. */
static void cycle_make(struct cycle *cycle, int fd)
{
	int *sv = cycle->sv;

	need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sv));
	send_fd(sv[0], fd);
	send_fd(sv[0], sv[1]);
	close(fd);
}

/* Garbage once its socket is closed, and found when that which sent it is. */
static void cycle_leave(struct cycle *cycle)
{
	close(cycle->sv[1]);
	close(cycle->sv[0]);
}

static bool ignore(const struct fuse_in_header *in)
{
	/* Tasks outside of the VE have no pid there. */
	if (in->opcode == FUSE_SETATTR && !in->pid)
		need(write(asked[1], "", 1) == 1);
	return in->opcode == FUSE_SETATTR || in->opcode == FUSE_WRITE;
}

static int open_file(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CLOEXEC);

	need(fd >= 0);
	return fd;
}

static int for_ever(const struct ve *ve)
{
	int dev = fuse_mount("/tmp"), fd, status;
	pid_t server = fork();
	struct cycle cycle;
	char c;

	need(server >= 0);
	if (!server) {
		fuse_serve(dev, ignore);
		_exit(0);
	}
	close(dev);
	fd = open_file();
	/* While it is clean, for closing it here would write it too. */
	cycle_make(&cycle, open_file());
	need(write(fd, "dirty", 5) == 5);
	cycle_leave(&cycle);

	need(read(go_on[0], &c, 1) == 1);
	need(!kill(server, SIGKILL) && waitpid(server, &status, 0) == server);
	ok_eq(ve_wait_held(ve, "numfile", 1), 1, "files once the server is dead");
	ok_eq(ve_wait_held(ve, "numothersock", 0), 0, "sockets once the server is dead");
	return 0;
}

static int garbage(const struct ve *ve)
{
	struct cycle cycle;
	int i, fd;

	for (i = 0; i < CYCLES; i++) {
		fd = open("/", O_RDONLY | O_CLOEXEC);
		need(fd >= 0);
		cycle_make(&cycle, fd);
		cycle_leave(&cycle);
	}
	ok_eq(ve_wait_held(ve, "numfile", 0), 0, "files of another VE meanwhile");
	ok_eq(ve_wait_held(ve, "numothersock", 0), 0, "sockets of another VE meanwhile");
	return 0;
}

static void host_garbage(void)
{
	struct cycle cycle;
	int ends[2];

	need(!pipe2(ends, O_CLOEXEC));
	cycle_make(&cycle, ends[1]);
	ok(!polls(ends[0], POLLHUP, 0), "a file of the host in flight is open");
	cycle_leave(&cycle);
	ok(polls(ends[0], POLLHUP, PATIENCE * 1000), "it is closed meanwhile");
	close(ends[0]);
}

int main(void)
{
	struct ve ve, other;
	unsigned long held;

	ve_setup(&ve, 143);
	ve_setup(&other, 144);
	need(!pipe2(asked, O_CLOEXEC) && !pipe2(go_on, O_CLOEXEC));
	need(!chmod("/dev/fuse", 0666));
	errno = ve_write(&ve, "ve.features", "fuse");
	need(!errno);
	ve_start(&ve, for_ever, "RUNNING");
	ok(polls(asked[0], POLLIN, PATIENCE * 1000), "a kernel thread asks the server");

	ve_spawn(&other, garbage);
	host_garbage();
	held = ve_read_ub(&ve, "numfile").held;
	ok(held > OPEN, "the file whose server does not answer is still held: %lu files", held);
	ve_teardown(&other);

	need(write(go_on[1], "", 1) == 1);
	ok_eq(ve_wait(&ve), 0, "its VE's end");
	ok_eq(ve_wait_held(&ve, "numfile", 0), 0, "its files");
	ok_eq(ve_wait_held(&ve, "numothersock", 0), 0, "its sockets");
	ve_teardown(&ve);
	close(asked[0]);
	close(asked[1]);
	ok_eq(ve_wait_freed(), 0, "cgroups that are kept");
	return test_end();
}
