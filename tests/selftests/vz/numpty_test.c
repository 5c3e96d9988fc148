// SPDX-License-Identifier: GPL-2.0-only
/*
 * numpty: ENOSPC at the barrier; the mounter's VE pays until both ends are
 * closed; the host may always open one more.
 */
#include "fd.h"
#include "row.h"
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

static int sock[2];	/* to the host */

static int make(void)
{
	return open("/tmp/pts/ptmx", O_RDWR | O_NOCTTY);
}

static void drop(int fd)
{
	close(fd);
}

static const struct row pty = { "numpty", ENOSPC, 1, make, drop };

static void test_two_ends(const struct ve *ve)
{
	unsigned long base = row_held(ve, "numpty");
	int zero = 0, master, slave;

	master = make();
	need(master >= 0 && !ioctl(master, TIOCSPTLCK, &zero));
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	need(slave >= 0);
	ok_eq(row_held(ve, "numpty"), base + 1, "both ends are one");
	close(master);
	ve_sleep_ms(100);
	ok_eq(row_held(ve, "numpty"), base + 1, "the other end keeps it");
	close(slave);
	ok_eq(ve_wait_held(ve, "numpty", base), base, "until it is closed");
}

static int body(const struct ve *ve)
{
	char c;
	int dir, fd;

	private_tmp();
	need(!mkdir("/tmp/pts", 0755));
	need(!mount("none", "/tmp/pts", "devpts", 0, "newinstance,ptmxmode=0666"));
	ok_eq(row_held(ve, "numpty"), 0, "held in the beginning");
	row_test_bounds(ve, &pty);
	test_two_ends(ve);
	row_test_exit(ve, &pty);
	row_test_random(ve, &pty, 10000);

	/* The host opens one here, then gets one of ours. */
	need(!ve_set_ub(ve, "numpty", 0, 0));
	dir = open("/tmp/pts", O_RDONLY | O_DIRECTORY);
	need(dir >= 0);
	send_fd(sock[1], dir);
	need(read(sock[1], &c, 1) == 1);
	fd = make();
	ok(fd < 0 && errno == ENOSPC, "the VE still may not");
	need(!ve_set_ub(ve, "numpty", VE_MAX, VE_MAX));
	fd = make();
	need(fd >= 0);
	send_fd(sock[1], fd);
	return 0;
}

int main(void)
{
	int dir, own, fd;
	struct ve ve;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	ve_setup(&ve, 132);
	ve_start(&ve, body, "RUNNING");
	dir = receive_fd(sock[0]);
	own = openat(dir, "ptmx", O_RDWR | O_NOCTTY);
	ok(own >= 0, "the host opens a terminal of a VE at its barrier");
	ok_eq(row_held(&ve, "numpty"), 1, "which counts");
	close(dir);
	need(write(sock[0], "", 1) == 1);
	fd = receive_fd(sock[0]);
	ok_eq(ve_wait(&ve), 0, "init");
	ok_eq(ve_wait_held(&ve, "numpty", 2), 2, "held by the host when the VE has stopped");
	close(own);
	close(fd);
	ok_eq(ve_wait_held(&ve, "numpty", 0), 0, "held when the host has closed both");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
