// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz/sockets: connections that wait to be accepted are looked at where they are, and put
 * there.
 */
#include "vz.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SOCKETS	"/proc/vz/sockets"
static int sockets = -1;

static int peek(int listener, unsigned int index)
{
	struct ve_sock_peek arg = { listener, index };

	return ioctl(sockets, VE_SOCK_PEEK, &arg);
}

static int put(int listener, int connection)
{
	struct ve_sock_put arg = { listener, connection };

	return ioctl(sockets, VE_SOCK_PUT, &arg);
}

static int listen_at(struct sockaddr_storage *a, int family)
{
	socklen_t len = sizeof(*a);
	int sk = socket(family, SOCK_STREAM, 0);

	need(sk >= 0);
	memset(a, 0, sizeof(*a));
	a->ss_family = family;
	if (family == AF_INET)
		((struct sockaddr_in *)a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (family == AF_INET6)
		((struct sockaddr_in6 *)a)->sin6_addr = in6addr_loopback;
	need(!bind(sk, (struct sockaddr *)a, family == AF_UNIX ? sizeof(sa_family_t) :
		   family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)));
	need(!listen(sk, 10));
	need(!getsockname(sk, (struct sockaddr *)a, &len));
	return sk;
}

static int come(const struct sockaddr_storage *a, socklen_t len, const char *text)
{
	int sk = socket(a->ss_family, SOCK_STREAM, 0);

	need(sk >= 0);
	need(!connect(sk, (const struct sockaddr *)a, len));
	need(send(sk, text, strlen(text), 0) == (ssize_t)strlen(text));
	return sk;
}

static bool says(int sk, const char *text, int flags)
{
	struct pollfd p = { sk, POLLIN, 0 };
	char buf[64] = "";
	ssize_t n;

	if (!(flags & MSG_PEEK) && poll(&p, 1, 20000) != 1)
		return false;
	n = recv(sk, buf, sizeof(buf) - 1, flags);
	return n == (ssize_t)strlen(text) && !strcmp(buf, text);
}

static void test_peek(int family, const char *name)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	int listener = listen_at(&a, family), client[2], view, sk;
	char to[64];

	need(!getsockname(listener, (struct sockaddr *)&a, &len));
	fails_with(ENOENT, peek(listener, 0), "%s: nothing waits", name);
	client[0] = come(&a, len, "first");
	client[1] = come(&a, len, "second");
	view = peek(listener, 1);
	ok(view >= 0, "%s: a file for the second", name);
	ok(wait_until(says(view, "second", MSG_PEEK | MSG_DONTWAIT)),
	   "%s: what it says is seen", name);
	fails_with(EOPNOTSUPP, send(view, "x", 1, 0), "%s: nothing is sent by it", name);
	fails_with(EOPNOTSUPP, shutdown(view, SHUT_RDWR), "%s: nor shut", name);
	fails_with(EBUSY, peek(listener, 1), "%s: one file at a time", name);
	fails_with(ENOTSOCK, put(listener, dup(view)), "%s: it cannot be put once more", name);
	fails_with(ENOENT, peek(listener, 2), "%s: there is no third", name);
	close(view);
	view = peek(listener, 0);
	ok(view >= 0 && says(view, "first", MSG_PEEK), "%s: the first", name);
	sk = accept(listener, NULL, NULL);
	ok(sk >= 0 && says(sk, "first", 0), "%s: accepted while it is looked at", name);
	close(view);
	ok(send(sk, "answer", 6, MSG_NOSIGNAL) == 6 && says(client[0], "answer", 0),
	   "%s: and goes on when that ends", name);
	close(sk);
	sk = accept(listener, NULL, NULL);
	ok(sk >= 0 && says(sk, "second", 0), "%s: nothing was taken from the second", name);
	snprintf(to, sizeof(to), "answer");
	ok(send(sk, to, 6, MSG_NOSIGNAL) == 6 && says(client[1], "answer", 0),
	   "%s: it goes on", name);
	close(sk);

	/* The owner ends while somebody looks. */
	client[0] = come(&a, len, "third");
	view = peek(listener, 0);
	close(listener);
	ok(view >= 0 && recv(view, to, sizeof(to), MSG_DONTWAIT | MSG_PEEK) < (int)sizeof(to),
	   "%s: a file outlives its socket", name);
	close(view);
	close(client[0]);
	close(client[1]);
}

static void test_put(int family, const char *name)
{
	struct sockaddr_storage a, b;
	socklen_t len = sizeof(a);
	int listener = listen_at(&a, family), other, client[2], sk[2], two, ep;
	struct epoll_event ev = { .events = EPOLLIN };

	need(!getsockname(listener, (struct sockaddr *)&a, &len));
	client[0] = come(&a, len, "one");
	client[1] = come(&a, len, "two");
	sk[0] = accept(listener, NULL, NULL);
	sk[1] = accept(listener, NULL, NULL);
	need(sk[0] >= 0 && sk[1] >= 0);
	ok(!put(listener, sk[1]), "%s: put back", name);
	fails_with(EBADF, fcntl(sk[1], F_GETFD), "%s: the file is closed", name);
	ok(!put(listener, sk[0]), "%s: and the other behind it", name);
	ok(poll(&(struct pollfd){ listener, POLLIN, 0 }, 1, 0) == 1,
	   "%s: there is something", name);
	sk[1] = accept(listener, NULL, NULL);
	ok(sk[1] >= 0 && says(sk[1], "two", 0), "%s: first put, first accepted", name);
	sk[0] = accept(listener, NULL, NULL);
	ok(sk[0] >= 0 && says(sk[0], "one", 0), "%s: then the other", name);
	ok(send(sk[0], "yes", 3, MSG_NOSIGNAL) == 3 && says(client[0], "yes", 0),
	   "%s: it answers", name);
	ok(send(client[1], "more", 4, MSG_NOSIGNAL) == 4 && says(sk[1], "more", 0),
	   "%s: and hears", name);

	two = dup(sk[0]);
	fails_with(EBUSY, put(listener, sk[0]), "%s: not one that is open twice", name);
	fails_with(EBADF, fcntl(sk[0], F_GETFD), "%s: but it is closed", name);
	ep = epoll_create1(0);
	need(!epoll_ctl(ep, EPOLL_CTL_ADD, two, &ev));
	fails_with(EBUSY, put(listener, two), "%s: not one that is waited for", name);
	ok(says(client[0], "", 0), "%s: that was its end", name);
	fails_with(EINVAL, put(listener, socket(family, SOCK_STREAM, 0)),
		   "%s: not without a peer", name);
	other = listen_at(&b, family);
	fails_with(EINVAL, put(client[0], sk[1]), "%s: not into what does not listen", name);
	close(other);
	fails_with(EBADF, put(listener, 999), "%s: not what is not open", name);
	fails_with(ENOTSOCK, put(listener, open("/dev/null", O_RDONLY)),
		   "%s: not what is no socket", name);
	fails_with(EBADF, put(999, socket(family, SOCK_STREAM, 0)), "%s: nor into that", name);

	/* The listening socket ends with them in its queue. */
	close(client[0]);
	client[0] = come(&a, len, "three");
	sk[0] = accept(listener, NULL, NULL);
	ok(!put(listener, sk[0]), "%s: put once more", name);
	close(listener);
	ok(poll(&(struct pollfd){ client[0], POLLIN, 0 }, 1, 20000) == 1 &&
	   recv(client[0], &ev, sizeof(ev), 0) < 0 && errno == ECONNRESET,
	   "%s: the peer hears that the server has ended", name);
	close(client[0]);
	close(client[1]);
}

static int open_in_ve(void *unused)
{
	(void)unused;
	need(!mount("proc", "/mnt", "proc", 0, NULL));
	fails_with(EPERM, open("/mnt/vz/sockets", O_RDONLY), "a VE's root may not open its own");
	return 0;
}

int main(void)
{
	test_start();
	sockets = open(SOCKETS, O_RDONLY | O_CLOEXEC);
	need(sockets >= 0);
	need(!system("ip link set lo up"));
	fails_with(EBADF, peek(999, 0), "not of what is not open");
	fails_with(EINVAL, peek(socket(AF_INET, SOCK_STREAM, 0), 0),
		   "not of what does not listen");
	fails_with(ENOTTY, ioctl(sockets, _IO('v', 1)), "not without an argument");
	test_peek(AF_INET, "tcp");
	test_peek(AF_INET6, "tcp6");
	test_peek(AF_UNIX, "unix");
	test_put(AF_INET, "tcp");
	test_put(AF_INET6, "tcp6");
	need(!mkdir("/mnt", 0755) || errno == EEXIST);
	ok(!in_ve(157, "", open_in_ve, NULL), "a VE has tried");
	return test_end();
}
