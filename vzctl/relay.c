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
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "vzctl/vzctl.h"

static int write_all(int fd, const char *p, ssize_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && (errno == EINTR || errno == EAGAIN)) {
			struct pollfd pf = { .fd = fd, .events = POLLOUT };

			poll(&pf, 1, 100);
			continue;
		}
		if (w < 0)
			return -errno;
		p += w;
		n -= w;
	}
	return 0;
}

/* false: this direction is over. */
static bool copy(int from, int to)
{
	char buf[16384];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	return n > 0 && !write_all(to, buf, n);
}

static int wait_status(int child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* What is in a pipe now, without waiting for those that still hold its end. */
static void drain(int from, int to)
{
	struct pollfd p = { .fd = from, .events = POLLIN };

	while (from >= 0 && poll(&p, 1, 0) == 1 && (p.revents & POLLIN) && copy(from, to))
		;
}

int relay_pipes(int child, int in, int out, int err)
{
	cleanup_close int done = pidfd_open(child, 0);
	struct pollfd p[4] = {
		{ .fd = STDIN_FILENO, .events = POLLIN }, { .fd = out, .events = POLLIN },
		{ .fd = err, .events = POLLIN }, { .fd = done, .events = POLLIN },
	};
	const int to[3] = { in, STDOUT_FILENO, STDERR_FILENO };
	int i;

	for (;;) {
		if (poll(p, 4, -1) < 0 && errno != EINTR)
			break;
		for (i = 0; i < 3; i++) {
			if (p[i].fd < 0 || !(p[i].revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)))
				continue;
			if (copy(p[i].fd, to[i]))
				continue;
			p[i].fd = -1;
			if (i == 0)
				close(in);
		}
		/* The end of the program is the end, though it may leave daemons with its pipes. */
		if (p[3].revents & POLLIN)
			break;
	}
	drain(p[1].fd, STDOUT_FILENO);
	drain(p[2].fd, STDERR_FILENO);
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

int relay_tty(int child, int master)
{
	cleanup_close int done = pidfd_open(child, 0);
	cleanup_close int winch = -1;
	struct signalfd_siginfo si;
	struct termios saved;
	bool raw = !raw_mode(&saved);
	struct pollfd p[4];
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	winch = signalfd(-1, &set, SFD_CLOEXEC);
	copy_size(master);
	p[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = master, .events = POLLIN };
	p[2] = (struct pollfd){ .fd = winch, .events = POLLIN };
	p[3] = (struct pollfd){ .fd = done, .events = POLLIN };
	for (;;) {
		if (poll(p, 4, -1) < 0 && errno != EINTR)
			break;
		if (p[2].revents && read(winch, &si, sizeof(si)) > 0)
			copy_size(master);
		if (p[0].fd >= 0 && p[0].revents && !copy(STDIN_FILENO, master)) {
			/* The end of a script: what a person ends with this key. */
			write_all(master, "\4", 1);
			p[0].fd = -1;
		}
		if (p[1].fd >= 0 && p[1].revents && !copy(master, STDOUT_FILENO))
			p[1].fd = -1;
		if (p[3].revents & POLLIN)
			break;
	}
	drain(p[1].fd, STDOUT_FILENO);
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	return wait_status(child);
}
