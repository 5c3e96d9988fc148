// SPDX-License-Identifier: GPL-2.0-or-later
/* Sealed memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/seal.h"
#include "tests/unit/tap.h"

/* A page of it in a pipe, as one may be on a processor's list. */
static void hold_page(int fd, int pipe)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct iovec v = { p, 4096 };

	CHECK(p != MAP_FAILED && vmsplice(pipe, &v, 1, 0) == 4096 && !munmap(p, 4096));
}

/* On a busy host a command now and then ended with "Cannot seal the program". */
static void a_page_that_is_held_is_waited_for(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING), p[2], status;
	char page[4096];
	pid_t child;

	CHECK(fd >= 0 && !ftruncate(fd, sizeof(page)) && !pipe(p));
	hold_page(fd, p[1]);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) && errno == EBUSY);
	child = fork();
	if (!child) {
		usleep(300000);
		_exit(read(p[0], page, sizeof(page)) != sizeof(page));
	}
	CHECK(child > 0 && !vz_seal_fd(fd));
	CHECK(waitpid(child, &status, 0) == child && !status);
	CHECK(pwrite(fd, "x", 1, 0) < 0 && errno == EPERM);
	close(fd);
}

static void what_cannot_be_sealed_is_an_error(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	CHECK(vz_seal_fd(fd) == -EPERM && vz_seal_fd(-1) == -EBADF);
	close(fd);
}

int main(void)
{
	TEST(a_page_that_is_held_is_waited_for);
	TEST(what_cannot_be_sealed_is_an_error);
	return tap_failed;
}
