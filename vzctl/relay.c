// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the caller's files and a process inside a VE. The process never gets
 * a descriptor of the host: a terminal could be fed with commands, a file
 * reopened with other rights.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "vzctl/relay.h"

/*
 * One direction. It waits for its source while its buffer is empty and for its
 * sink while it is not, so no direction ever holds up another: a program that
 * writes before it has read all must not stop us from reading.
 */
struct flow {
	int from, to;		/* ours, but for 0 to 2; from is -1 at its end */
	size_t off, len;
	bool close_to;		/* the sink is ours: its end is passed on */
	bool close_from;	/* the source is ours: so is that */
	const char *last_words;	/* written when the source ends */
	bool escapes;		/* Escape and a dot end it: */
	bool escaped, left;	/* Escape was the last key; they did */
	char buf[16384];
};

/* A pipe that is ready for writing takes this much without blocking. */
#define WRITE_MAX	4096
#define ESCAPE		'\033'
/* A pipe holds so much at most (fs.pipe-max-size). */
#define UNDER_WAY_MAX	(1 << 20)

static bool pending(const struct flow *f)
{
	return f->off < f->len;
}

static void want(const struct flow *f, struct pollfd *p)
{
	p->fd = pending(f) ? f->to : f->from;
	p->events = pending(f) ? POLLOUT : POLLIN;
	p->revents = 0;
}

/* Nobody takes it any more, so nobody may wait to be read: what writes gets SIGPIPE. */
static void stop(struct flow *f)
{
	if (f->close_from && f->from >= 0)
		close(f->from);
	f->from = -1;
	f->off = f->len = 0;
	if (f->close_to && f->to >= 0) {
		close(f->to);
		f->to = -1;
	}
}

static void ended(struct flow *f)
{
	size_t n = f->last_words ? strlen(f->last_words) : 0;

	f->from = -1;
	if (!n) {
		stop(f);
		return;
	}
	memcpy(f->buf, f->last_words, n);
	f->last_words = NULL;
	f->off = 0;
	f->len = n;
}

static void push(struct flow *f)
{
	size_t n = f->len - f->off;
	ssize_t w = write(f->to, f->buf + f->off, n < WRITE_MAX ? n : WRITE_MAX);

	if (w < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (w < 0) {
		stop(f);
		return;
	}
	f->off += w;
	if (!pending(f) && f->from < 0)
		stop(f);
}

/* What was typed without what is meant for us. Escape waits for the next key. */
static size_t filter(struct flow *f, const char *in, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n && !f->left; i++) {
		if (!f->escaped && in[i] == ESCAPE) {
			f->escaped = true;
			continue;
		}
		f->left = f->escaped && in[i] == '.';
		if (f->escaped && !f->left && in[i] != ESCAPE)
			f->buf[k++] = ESCAPE;
		if (!f->left)
			f->buf[k++] = in[i];
		f->escaped = false;
	}
	return k;
}

/* Half of the buffer: each key may become two. */
static void pull_keys(struct flow *f)
{
	char in[sizeof(f->buf) / 2];
	ssize_t n = read(f->from, in, sizeof(in));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		ended(f);
		return;
	}
	f->off = 0;
	f->len = filter(f, in, n);
}

static void pull(struct flow *f)
{
	ssize_t n;

	if (f->escapes) {
		pull_keys(f);
		return;
	}
	n = read(f->from, f->buf, sizeof(f->buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		ended(f);
		return;
	}
	f->off = 0;
	f->len = n;
}

static void step(struct flow *f, const struct pollfd *p)
{
	if (p->fd < 0 || !p->revents)
		return;
	if (pending(f))
		push(f);
	else
		pull(f);
}

/*
 * What has come already, without waiting for others that still hold the source's
 * other end; no more than can have been under way, because they may write on for ever.
 */
static void drain(struct flow *f)
{
	size_t left = UNDER_WAY_MAX / sizeof(f->buf);
	struct pollfd p;

	while (pending(f) || left--) {
		want(f, &p);
		if (p.fd < 0 || poll(&p, 1, pending(f) ? -1 : 0) != 1)
			return;
		step(f, &p);
	}
}

static int wait_status(int child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* Until the program ends: it may leave daemons behind that hold its pipes. */
static void run(struct flow *flows, int n, int done, void (*extra)(void *arg), int extra_fd,
		void *arg)
{
	struct pollfd p[6];
	int i;

	for (;;) {
		for (i = 0; i < n; i++)
			want(&flows[i], &p[i]);
		p[n] = (struct pollfd){ .fd = done, .events = POLLIN };
		p[n + 1] = (struct pollfd){ .fd = extra_fd, .events = POLLIN };
		if (poll(p, n + 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			break;
		}
		for (i = 0; i < n; i++)
			step(&flows[i], &p[i]);
		if (p[n + 1].revents)
			extra(arg);
		if (p[n].revents || flows[0].left)
			break;
	}
	/* The first flow goes to the program, which is gone. */
	for (i = 1; i < n; i++) {
		drain(&flows[i]);
		stop(&flows[i]);
	}
	stop(&flows[0]);
}

int relay_pipes(int child, int in, int out, int err)
{
	cleanup_close int done = pidfd_open(child, 0);
	struct flow f[3] = {
		{ .from = STDIN_FILENO, .to = in, .close_to = true },
		{ .from = out, .to = STDOUT_FILENO, .close_from = true },
		{ .from = err, .to = STDERR_FILENO, .close_from = true },
	};

	fcntl(in, F_SETFL, O_NONBLOCK);
	run(f, 3, done, NULL, -1, NULL);
	return wait_status(child);
}

static void copy_size(int master)
{
	struct winsize w;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &w))
		ioctl(master, TIOCSWINSZ, &w);
}

static int raw_mode(struct termios *saved)
{
	struct termios t;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, saved))
		return -1;
	t = *saved;
	cfmakeraw(&t);
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

struct tty {
	int master, winch;
};

static void resized(void *arg)
{
	const struct tty *t = arg;
	struct signalfd_siginfo si;

	if (read(t->winch, &si, sizeof(si)) > 0)
		copy_size(t->master);
}

/* A login that does not end when it is hung up is left to the VE. */
static int hang_up(int child)
{
	int status = 0;

	kill(child, SIGHUP);
	for (int i = 0; i < 100 && !waitpid(child, &status, WNOHANG); i++)
		usleep(20000);
	return status;
}

static int relay_terminal(int child, int master, bool escapes)
{
	cleanup_close int done = pidfd_open(child, 0);
	cleanup_close int winch = -1;
	/* The end of a script is what a person ends with this key. */
	struct flow f[2] = {
		{ .from = STDIN_FILENO, .to = master, .last_words = "\4",
		  .escapes = escapes },
		{ .from = master, .to = STDOUT_FILENO, .close_from = true },
	};
	struct tty t = { .master = master };
	struct termios saved;
	bool raw = !raw_mode(&saved);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	t.winch = winch = signalfd(-1, &set, SFD_CLOEXEC);
	copy_size(master);
	run(f, 2, done, resized, winch, &t);
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	return f[0].left ? hang_up(child) : wait_status(child);
}

int relay_tty(int child, int master)
{
	return relay_terminal(child, master, false);
}

int relay_console(int child, int master)
{
	return relay_terminal(child, master, true);
}
