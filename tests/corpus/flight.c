// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that lie in the queue of a unix socket and that no process has: of kinds to which a restore
 * does something by descriptor at its end.
 */
#include <netinet/in.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include "corpus.h"

static int pair[2], client;

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

static void send_file(int fd)
{
	union control control = { .head = { CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec io = { "x", 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	need(sendmsg(pair[0], &m, 0) == 1);
	need(!close(fd));
}

static int get_file(void)
{
	union control control;
	char c;
	struct iovec io = { &c, 1 };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	int fd;

	need(recvmsg(pair[1], &m, MSG_DONTWAIT) == 1);
	equal(control.head.cmsg_type, SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}

static void make_pair(void)
{
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static void spoil(void)
{
	close(get_file());
}

/* --- a timer that runs, for so many hours that a slow machine takes none of them */
static void set_up_timer(void)
{
	const struct itimerspec hours = { { 60, 0 }, { 360000, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	make_pair();
	need(fd >= 0 && !timerfd_settime(fd, 0, &hours, NULL));
	send_file(fd);
}

static void verify_timer(void)
{
	struct itimerspec left;
	int fd = get_file();

	need(!timerfd_gettime(fd, &left));
	equal(left.it_interval.tv_sec, 60);
	need(left.it_value.tv_sec > 300000 && left.it_value.tv_sec < 360000);
	send_file(fd);
}

STATE(flight_timer, "a timer in the queue of a socket", set_up_timer, verify_timer, spoil);

/* --- a watch that has seen nothing */
static void set_up_watch(void)
{
	int fd = inotify_init1(IN_NONBLOCK);

	make_pair();
	need(!mkdir("watched", 0700));
	need(fd >= 0 && inotify_add_watch(fd, "watched", IN_CREATE) > 0);
	send_file(fd);
}

static void verify_watch(void)
{
	int fd = get_file();
	char buf[4096];

	need(read(fd, buf, sizeof(buf)) < 0);
	equal(errno, EAGAIN);
	need(!mkdir("watched/seen", 0700));
	need(read(fd, buf, sizeof(buf)) > 0);
	need(!rmdir("watched/seen"));
	send_file(fd);
}

STATE(flight_watch, "an inotify in the queue of a socket", set_up_watch, verify_watch, spoil);

/* --- a connection that was accepted for another process */
static void set_up_tcp(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	int server, listener = socket(AF_INET, SOCK_STREAM, 0);

	make_pair();
	need(!bind(listener, (void *)&in, len) && !listen(listener, 1));
	need(!getsockname(listener, (void *)&in, &len));
	need((client = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
	need(!connect(client, (void *)&in, len));
	need((server = accept(listener, NULL, NULL)) >= 0 && !close(listener));
	put_all(client, "request", 7);
	send_file(server);
}

static void verify_tcp(void)
{
	int server = get_file();
	struct pollfd answer = { client, POLLIN };
	char text[8] = "";

	get_all(server, text, 7);
	texts(text, "request");
	put_all(server, "answer", 6);
	equal(poll(&answer, 1, patience_ms), 1);
	get_all(client, text, 6);
	same(text, "answer", 6);
	put_all(client, "request", 7);
	send_file(server);
}

STATE(flight_tcp, "a connection in the queue of a socket", set_up_tcp, verify_tcp, spoil);
