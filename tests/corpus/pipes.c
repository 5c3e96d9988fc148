// SPDX-License-Identifier: GPL-2.0-or-later
/* Pipes and FIFOs with what is in them. */
#include <poll.h>
#include <sys/ioctl.h>
#include "corpus.h"

static int ends[2];
static size_t held;
static char buf[1 << 20];

/* Puts bytes into the pipe until there is no room. */
static void fill_pipe(int fd, unsigned int seed)
{
	ssize_t got;

	fill_bytes(buf, sizeof(buf), seed);
	need(!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK));
	for (held = 0; (got = write(fd, buf + held, sizeof(buf) - held)) > 0;)
		held += got;
	equal(errno, EAGAIN);
	need(held);
}

static void verify_filled(unsigned int seed)
{
	struct pollfd p = { ends[1], POLLOUT };
	int there;

	need(!ioctl(ends[0], FIONREAD, &there));
	equal(there, held);
	equal(poll(&p, 1, 0), 0);
	memset(buf, 0, held);
	get_all(ends[0], buf, held);
	need(bytes_are(buf, held, seed));
	fill_pipe(ends[1], seed);
}

static void take_some(void)
{
	get_all(ends[0], buf, 4096);
}

static void set_up_full(void)
{
	need(!pipe(ends));
	fill_pipe(ends[1], 3);
}

static void verify_full(void)
{
	verify_filled(3);
}

STATE(pipe_full, "a full pipe", set_up_full, verify_full, take_some);

/* --- a larger one */
static void set_up_large(void)
{
	need(!pipe2(ends, O_CLOEXEC));
	need(fcntl(ends[0], F_SETPIPE_SZ, 512 << 10) == 512 << 10);
	fill_pipe(ends[1], 4);
}

static void verify_large(void)
{
	equal(fcntl(ends[1], F_GETPIPE_SZ), 512 << 10);
	equal(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	verify_filled(4);
}

STATE(pipe_large, "a full pipe of 512 KiB", set_up_large, verify_large, take_some);

/* --- packets */
static void put_packets(void)
{
	put_all(ends[1], "one", 3);
	put_all(ends[1], "three", 5);
	put_all(ends[1], "4", 1);
}

static void set_up_packets(void)
{
	need(!pipe2(ends, O_DIRECT));
	put_packets();
}

static void verify_packets(void)
{
	need(fcntl(ends[1], F_GETFL) & O_DIRECT);
	equal(read(ends[0], buf, 100), 3);
	equal(read(ends[0], buf, 100), 5);
	same(buf, "three", 5);
	equal(read(ends[0], buf, 100), 1);
	put_packets();
}

static void spoil_packets(void)
{
	equal(read(ends[0], buf, 100), 3);
	put_all(ends[1], "ten bytes.", 10);
}

STATE(pipe_packets, "a pipe in packet mode with three packets", set_up_packets, verify_packets,
      spoil_packets);

/* --- nobody writes any more, something is left */
static void set_up_eof(void)
{
	need(!pipe(ends));
	put_all(ends[1], "rest", 4);
	close(ends[1]);
}

static void verify_eof(void)
{
	int there;

	need(!ioctl(ends[0], FIONREAD, &there));
	equal(there, 4);
	get_all(ends[0], buf, 4);
	same(buf, "rest", 4);
	equal(read(ends[0], buf, 1), 0);
	close(ends[0]);
	set_up_eof();
}

STATE(pipe_eof, "a pipe that nobody writes any more, with a rest in it", set_up_eof, verify_eof,
      set_up_full);

/* --- nobody reads any more */
static void set_up_broken(void)
{
	need(!pipe(ends));
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
}

static void verify_broken(void)
{
	need(write(ends[1], "x", 1) < 0);
	equal(errno, EPIPE);
}

STATE(pipe_broken, "a pipe that nobody reads any more", set_up_broken, verify_broken, set_up_full);

/* --- a FIFO with bytes in it, and one whose name is gone */
static void set_up_fifo(void)
{
	need(!mkfifo("fifo", 0620));
	need((ends[0] = open("fifo", O_RDONLY | O_NONBLOCK)) >= 0);
	need((ends[1] = open("fifo", O_WRONLY)) >= 0);
	fill_pipe(ends[1], 5);
}

static void verify_fifo(void)
{
	struct stat st, other;

	need(!fstat(ends[0], &st) && !stat("fifo", &other));
	equal(st.st_ino, other.st_ino);
	equal(st.st_mode, S_IFIFO | 0620);
	verify_filled(5);
}

STATE(fifo_full, "a full FIFO", set_up_fifo, verify_fifo, take_some);

static void set_up_deleted_fifo(void)
{
	set_up_fifo();
	need(!unlink("fifo"));
}

static void verify_deleted_fifo(void)
{
	need(access("fifo", F_OK));
	verify_filled(5);
}

STATE(fifo_deleted, "a full FIFO whose name is gone", set_up_deleted_fifo, verify_deleted_fifo,
      take_some);

/* --- a process that is blocked in write(2) */
static volatile int *written;

static void set_up_writer(void)
{
	written = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(written != MAP_FAILED);
	need(!pipe(ends));
	fill_pipe(ends[1], 6);
	need(!fcntl(ends[1], F_SETFL, 0));
	if (fork())
		return;
	for (;;) {
		put_all(ends[1], "abcd", 4);
		++*written;
	}
}

static void verify_writer(void)
{
	const int before = *written;

	/* A page of room is what a full pipe waits for. */
	get_all(ends[0], buf, 4096);
	in_time(*written >= before + 512);
}

static void spoil_writer(void)
{
	close(ends[0]);
}

STATE(pipe_writer, "a process that waits for room in a pipe", set_up_writer, verify_writer,
      spoil_writer);
