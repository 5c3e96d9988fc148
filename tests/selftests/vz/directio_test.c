// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous writes past the page cache, as databases make them: the first on a
 * file system makes the kernel start a work queue for all of it, with a thread. A VE
 * may be the first.
 */
#include "common.h"
#include "disk.h"
#include <linux/aio_abi.h>

#define DIR	"/tmp/direct"
#define BLOCK	4096

static int body(const struct ve *ve)
{
	static char page[BLOCK] __attribute__((aligned(BLOCK))), back[BLOCK];
	struct io_event event = { 0 };
	struct iocb write_block = { .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_nbytes = BLOCK };
	struct iocb *one = &write_block;
	aio_context_t ctx = 0;
	int fd;

	(void)ve;
	/* What is there already is written over asynchronously; a file that grows is not. */
	fd = open(DIR "/f", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	need(fd >= 0 && write(fd, page, BLOCK) == BLOCK && !fsync(fd) && !close(fd));
	fd = open(DIR "/f", O_RDWR | O_DIRECT | O_CLOEXEC);
	need(fd >= 0);
	memset(page, 'x', sizeof(page));
	write_block.aio_fildes = fd;
	write_block.aio_buf = (unsigned long)page;
	need(!syscall(SYS_io_setup, 1, &ctx));
	ok_eq(syscall(SYS_io_submit, ctx, 1, &one), 1, "a direct write is begun");
	ok_eq(syscall(SYS_io_getevents, ctx, 1, 1, &event, NULL), 1, "and ends");
	ok_eq(event.res, BLOCK, "all of it is written");
	close(fd);
	fd = open(DIR "/f", O_RDONLY | O_CLOEXEC);
	need(fd >= 0);
	ok(read(fd, back, BLOCK) == BLOCK && !memcmp(page, back, BLOCK), "and there");
	close(fd);
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 172);
	disk_mount(DIR, 16);
	ve_spawn(&ve, body);
	need(!umount(DIR));
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
