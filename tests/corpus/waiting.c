// SPDX-License-Identifier: GPL-2.0-or-later
/* Unix sockets: clients that wait to be accepted, and packets that say who sent them. */
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "corpus.h"

#define CLIENTS 4
static int listener, clients[CLIENTS];
static struct sockaddr_un at = { .sun_family = AF_UNIX };
static socklen_t at_len;
static char buf[4096];

static void listen_at(const char *name, int type)
{
	at_len = offsetof(struct sockaddr_un, sun_path) + strlen(name + 1) + 1;
	memcpy(at.sun_path, name, strlen(name + 1) + 1);
	listener = socket(AF_UNIX, type, 0);
	need(listener >= 0);
	need(!bind(listener, (struct sockaddr *)&at, at_len));
	need(!listen(listener, 10));
}

static int come(void)
{
	int sk = socket(AF_UNIX, SOCK_STREAM, 0);

	need(sk >= 0);
	need(!connect(sk, (struct sockaddr *)&at, at_len));
	return sk;
}

/* One says nothing, one has said all and half closed, one is gone, one waits for the answer. */
static void all_come(void)
{
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = come();
		if (i)
			put_all(clients[i], "request ", 8);
	}
	need(!shutdown(clients[1], SHUT_WR));
	close(clients[2]);
}

/* In whatever order they are accepted now. */
static void serve(void)
{
	struct pollfd p = { listener, POLLIN, 0 };
	int half = 0, gone = 0, live = 0, silent = 0;

	put_all(clients[3], "!", 1);
	for (int i = 0; i < CLIENTS; i++) {
		int sk, got;

		need(poll(&p, 1, patience_ms) == 1);
		sk = accept(listener, NULL, NULL);
		need(sk >= 0);
		need(!fcntl(sk, F_SETFL, O_NONBLOCK));
		got = read(sk, buf, sizeof(buf));
		if (got < 0) {
			equal(errno, EAGAIN);
			silent++;
			put_all(sk, "to the silent", 13);
			get_all(clients[0], buf, 13);
			put_all(clients[0], "late", 4);
			get_all(sk, buf, 4);
		} else if (got == 9) {
			live++;
			same(buf, "request !", 9);
			put_all(sk, "answer", 6);
			get_all(clients[3], buf, 6);
		} else {
			equal(got, 8);
			same(buf, "request ", 8);
			equal(read(sk, buf, 1), 0);
			if (send(sk, "x", 1, MSG_NOSIGNAL) == 1) {
				half++;
				get_all(clients[1], buf, 1);
			} else {
				equal(errno, EPIPE);
				gone++;
			}
		}
		close(sk);
	}
	equal(silent, 1);
	equal(live, 1);
	equal(half, 1);
	equal(gone, 1);
	equal(poll(&p, 1, 0), 0);
	for (int i = 0; i < CLIENTS; i++)
		if (i != 2)
			close(clients[i]);
	all_come();
}

static void set_up_path(void)
{
	listen_at("./waiting.sock", SOCK_STREAM);
	all_come();
}

static void set_up_abstract(void)
{
	listen_at("\0corpus-waiting", SOCK_STREAM);
	all_come();
}

static void set_up_unlinked(void)
{
	listen_at("./unlinked.sock", SOCK_STREAM);
	all_come();
	need(!unlink("./unlinked.sock"));
}

/* Nobody can come any more: what is there is looked at and stays. */
static void verify_unlinked(void)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);

	need(!getsockname(listener, (struct sockaddr *)&a, &len));
	texts(a.sun_path, "./unlinked.sock");
	need(poll(&(struct pollfd){ listener, POLLIN, 0 }, 1, 0) == 1);
}

static void spoil(void) { close(accept(listener, NULL, NULL)); }
static void spoil_unlinked(void)
{
	for (int i = 0; i < CLIENTS; i++)
		spoil();
}

STATE(unix_queue_path, "clients of a unix socket that nobody has accepted", set_up_path, serve,
      spoil);
STATE(unix_queue_abstract, "the same at an abstract name", set_up_abstract, serve, spoil);
STATE(unix_queue_unlinked, "the same, and its file is deleted", set_up_unlinked, verify_unlinked,
      spoil_unlinked);

/* --- a log's socket: who sent it is asked for, and when */
static int logger[2];

static void log_lines(void)
{
	put_all(logger[1], "first", 5);
	put_all(logger[1], "second line", 11);
}

static void set_up_log(void)
{
	const int one = 1;

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, logger));
	need(!setsockopt(logger[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)));
	need(!setsockopt(logger[0], SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one)));
	log_lines();
}

static void look_at(const char *text)
{
	char control[256];
	struct iovec io = { buf, sizeof(buf) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = sizeof(control) };
	bool cred = false, stamp = false;

	equal(recvmsg(logger[0], &m, MSG_DONTWAIT), strlen(text));
	same(buf, text, strlen(text));
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct ucred who;

		stamp |= c->cmsg_type == SCM_TIMESTAMP;
		if (c->cmsg_type != SCM_CREDENTIALS)
			continue;
		cred = true;
		memcpy(&who, CMSG_DATA(c), sizeof(who));
		equal(who.pid, getpid());
		equal(who.uid, getuid());
		equal(who.gid, getgid());
	}
	need(cred);
	need(stamp);
}

static void verify_log(void)
{
	look_at("first");
	look_at("second line");
	log_lines();
}

static void spoil_log(void) { look_at("first"); }

STATE(unix_log, "a log's datagrams with sender and time", set_up_log, verify_log, spoil_log);

/* --- made under a name of its own, and put where it belongs when all was ready */
static char made[108], now[108];
static int other;

static void set_up_renamed(void)
{
	char dir[64];

	need(getcwd(dir, sizeof(dir)));
	snprintf(made, sizeof(made), "%s/made", dir);
	snprintf(now, sizeof(now), "%s/now", dir);
	listen_at(made, SOCK_STREAM);
	need(!rename(made, now));
	/* and somebody else has the first name */
	other = listener;
	listen_at(made, SOCK_STREAM);
}

static void answers(const char *path, int server)
{
	memset(at.sun_path, 0, sizeof(at.sun_path));
	memcpy(at.sun_path, path, strlen(path));
	at_len = sizeof(at);
	int client = come(), sk = accept(server, NULL, NULL);

	need(sk >= 0);
	put_all(client, "hello", 5);
	get_all(sk, buf, 5);
	close(client);
	close(sk);
}

static void verify_renamed(void)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);

	need(!getsockname(other, (struct sockaddr *)&a, &len));
	texts(a.sun_path, made);
	need(!fcntl(other, F_SETFL, O_NONBLOCK) && !fcntl(listener, F_SETFL, O_NONBLOCK));
	answers(now, other);
	answers(made, listener);
}

static void spoil_renamed(void) { need(!rename(now, made)); }

STATE(unix_moved, "a listening unix socket whose file was renamed, its name another's",
      set_up_renamed, verify_renamed, spoil_renamed);
