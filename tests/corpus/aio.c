// SPDX-License-Identifier: GPL-2.0-or-later
/* Input and output that a task does not wait for. */
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include "corpus.h"

static aio_context_t context;
static int fd;

static void write_async(const char *text)
{
	struct iocb cb = { .aio_data = 7, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd,
			   .aio_buf = (unsigned long)text, .aio_nbytes = strlen(text) };
	struct iocb *list = &cb;

	equal(syscall(SYS_io_submit, context, 1, &list), 1);
}

static void set_up_aio(void)
{
	if (syscall(SYS_io_setup, 20, &context) && (errno == ENOSYS || errno == EAGAIN))
		corpus_skip("no aio here");
	need(context);
	need((fd = open("file", O_CREAT | O_RDWR, 0600)) >= 0);
	/* The ring has turned, and is empty. */
	for (int i = 0; i < 3; i++) {
		struct io_event e;

		write_async("first");
		equal(syscall(SYS_io_getevents, context, 1, 1, &e, NULL), 1);
	}
}

static void verify_aio(void)
{
	struct io_event e;
	char buf[8] = "";

	write_async("again");
	equal(syscall(SYS_io_getevents, context, 1, 1, &e, NULL), 1);
	equal(e.data, 7);
	equal(e.res, 5);
	need(pread(fd, buf, 5, 0) == 5);
	texts(buf, "again");
}

static void spoil_aio(void)
{
	need(!syscall(SYS_io_destroy, context));
}

STATE(aio, "a context of asynchronous input and output", set_up_aio, verify_aio, spoil_aio);

static void set_up_done(void)
{
	set_up_aio();
	write_async("done.");
	usleep(100000);
}

static void verify_done(void)
{
	struct timespec patience = { patience_ms / 1000, 0 };
	struct io_event e;

	equal(syscall(SYS_io_getevents, context, 1, 1, &e, &patience), 1);
	equal(e.res, 5);
	write_async("done.");
	usleep(100000);
}

STATE(aio_done, "the same with a result that is not fetched", set_up_done, verify_done, spoil_aio);

/* --- io_uring: an empty ring */
static void set_up_uring(void)
{
	struct io_uring_params p = { };

	fd = syscall(SYS_io_uring_setup, 4, &p);
	if (fd < 0)
		corpus_skip("no io_uring here");
}

static void verify_uring(void)
{
	equal(syscall(SYS_io_uring_enter, fd, 0, 0, 0, NULL, 0), 0);
}

static void spoil_uring(void)
{
	close(fd);
}

STATE(io_uring, "an io_uring that is idle", set_up_uring, verify_uring, spoil_uring);
