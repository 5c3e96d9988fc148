// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets of the unix family. */
#include <poll.h>
#include <stdarg.h>
#include <sys/un.h>
#include "net.h"

static int ends[2], listener, carried[2];
static struct sockaddr_un un = { .sun_family = AF_UNIX };
static socklen_t un_size;
static char buf[1000];

static void name_is(const char *path)
{
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	un_size = sizeof(un);
}

/* --- a stream with unread bytes both ways, one direction then ended */
static void put_stream(void)
{
	put_all(ends[0], "to one", 6);
	put_all(ends[1], "to other", 8);
}

static void set_up_stream(void)
{
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	put_stream();
}

static void verify_stream(void)
{
	get_all(ends[1], buf, 6);
	same(buf, "to one", 6);
	get_all(ends[0], buf, 8);
	same(buf, "to other", 8);
	need(recv(ends[0], buf, 1, MSG_DONTWAIT) < 0);
	put_stream();
}

static void spoil_take(void)
{
	need(read(ends[1], buf, 3) > 0);
	signal(SIGPIPE, SIG_IGN);
	(void)!write(ends[0], "new", 3);
}

STATE(unix_stream, "a pair of unix streams with unread bytes", set_up_stream, verify_stream,
      spoil_take);

static void set_up_shut(void)
{
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	put_all(ends[0], "end", 3);
	need(!shutdown(ends[0], SHUT_WR));
}

static void verify_shut(void)
{
	get_all(ends[1], buf, 3);
	equal(read(ends[1], buf, 1), 0);
	put_all(ends[1], "still", 5);
	get_all(ends[0], buf, 5);
	close(ends[0]);
	close(ends[1]);
	set_up_shut();
}

STATE(unix_half_closed, "a unix stream with one direction ended", set_up_shut, verify_shut,
      spoil_take);

/* --- the other end is gone, and left something */
static void set_up_left(void)
{
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	put_all(ends[0], "will", 4);
	close(ends[0]);
}

static void verify_left(void)
{
	get_all(ends[1], buf, 4);
	same(buf, "will", 4);
	equal(read(ends[1], buf, 1), 0);
	signal(SIGPIPE, SIG_IGN);
	need(write(ends[1], "x", 1) < 0);
	equal(errno, EPIPE);
	close(ends[1]);
	set_up_left();
}

STATE(unix_peer_gone, "a unix stream whose peer is gone, with unread bytes", set_up_left,
      verify_left, spoil_take);

/* --- packets keep their bounds */
static void put_records(void)
{
	need(send(ends[0], "a", 1, 0) == 1 && send(ends[0], "bcd", 3, 0) == 3);
}

static void set_up_records(void)
{
	need(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
	put_records();
}

static void verify_records(void)
{
	equal(recv(ends[1], buf, 100, 0), 1);
	equal(recv(ends[1], buf, 100, 0), 3);
	same(buf, "bcd", 3);
	put_records();
}

STATE(unix_seqpacket, "a pair of seqpacket sockets with two packets", set_up_records,
      verify_records, spoil_take);

/* --- datagrams from several, with who sent them */
static int sender;

static void send_named(void)
{
	need(sendto(sender, "hello", 5, 0, (void *)&un, un_size) == 5);
}

static void set_up_datagram(void)
{
	struct sockaddr_un from = { .sun_family = AF_UNIX, .sun_path = "sender" };

	name_is("receiver");
	need((ends[1] = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
	need(!bind(ends[1], (void *)&un, un_size));
	need((sender = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
	need(!bind(sender, (void *)&from, sizeof(from)));
	send_named();
}

static void verify_datagram(void)
{
	struct sockaddr_un from = { 0 };
	socklen_t size = sizeof(from);

	equal(recvfrom(ends[1], buf, 100, MSG_DONTWAIT, (void *)&from, &size), 5);
	texts(from.sun_path, "sender");
	send_named();
}

STATE(unix_datagram, "a bound datagram socket with a datagram and its sender", set_up_datagram,
      verify_datagram, spoil_take);

/* --- and from such that are at no path, or not there any more, their names taken by others */
static struct sockaddr_un sender_at;
static socklen_t sender_size;

static void send_and_go(void)
{
	need((sender = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
	need(!bind(sender, (void *)&sender_at, sender_size));
	send_named();
	need(!close(sender));
	if (sender_at.sun_path[0])
		need(!unlink(sender_at.sun_path) && !mkdir(sender_at.sun_path, 0700));
}

static void take_named(void)
{
	struct sockaddr_un from = { 0 };
	socklen_t size = sizeof(from);

	equal(recvfrom(ends[1], buf, 100, MSG_DONTWAIT, (void *)&from, &size), 5);
	equal(size, sender_size);
	same(&from, &sender_at, size);
}

static void verify_gone(void)
{
	take_named();
	if (sender_at.sun_path[0])
		need(!rmdir(sender_at.sun_path));
	send_and_go();
}

static void receive(void)
{
	name_is("receiver");
	need((ends[1] = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
	need(!bind(ends[1], (void *)&un, un_size));
	sender_at.sun_family = AF_UNIX;
}

static void set_up_gone(void)
{
	receive();
	need(getcwd(sender_at.sun_path, 90));
	strcat(sender_at.sun_path, "/gone");
	sender_size = offsetof(struct sockaddr_un, sun_path) + strlen(sender_at.sun_path) + 1;
	send_and_go();
}

static void set_up_gone_abstract(void)
{
	receive();
	sender_size = offsetof(struct sockaddr_un, sun_path) + 9;
	memcpy(sender_at.sun_path, "\0gone-one", 9);
	send_and_go();
}

STATE(unix_sender_gone, "a datagram whose sender is gone, its path another's", set_up_gone,
      verify_gone, spoil_take);
STATE(unix_sender_abstract, "a datagram of an abstract sender that is gone", set_up_gone_abstract,
      verify_gone, spoil_take);

/* --- from one at an abstract name that is there */
static void verify_there(void)
{
	take_named();
	send_named();
}

static void set_up_there(void)
{
	receive();
	sender_size = offsetof(struct sockaddr_un, sun_path) + 11;
	memcpy(sender_at.sun_path, "\0is-present", 11);
	need((sender = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
	need(!bind(sender, (void *)&sender_at, sender_size));
	send_named();
}

STATE(unix_sender_there, "a datagram of an abstract sender that is there", set_up_there,
      verify_there, spoil_take);

/* --- listening, by a path, a name of its own kind, and with the file gone */
static void listen_at(void)
{
	need((listener = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
	need(!bind(listener, (void *)&un, un_size) && !listen(listener, 8));
}

static int connect_to(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	need(fd >= 0);
	need(!connect(fd, (void *)&un, un_size));
	return fd;
}

static void set_up_listen(void)
{
	name_is("socket");
	listen_at();
	need(!chmod("socket", 0660));
}

static void verify_listen(void)
{
	struct stat st;

	if (un.sun_path[0]) {
		need(!stat(un.sun_path, &st));
		equal(st.st_mode, S_IFSOCK | 0660);
	}
	equal(net_option(listener, SOL_SOCKET, SO_ACCEPTCONN), 1);
	ends[0] = connect_to();
	need((ends[1] = accept(listener, NULL, NULL)) >= 0);
	put_stream();
	get_all(ends[1], buf, 6);
	close(ends[0]);
	close(ends[1]);
}

static void spoil_listen(void)
{
	close(listener);
}

STATE(unix_listen, "a unix socket that listens at a path", set_up_listen, verify_listen,
      spoil_listen);

static void set_up_abstract(void)
{
	un_size = offsetof(struct sockaddr_un, sun_path) +
		  snprintf(un.sun_path, sizeof(un.sun_path), "%c%cabstract", 0, 7);
	listen_at();
}

STATE(unix_abstract, "a unix socket that listens at an abstract name", set_up_abstract,
      verify_listen, spoil_listen);

static void set_up_nameless(void)
{
	set_up_listen();
	ends[0] = connect_to();
	need((ends[1] = accept(listener, NULL, NULL)) >= 0);
	need(!unlink("socket"));
}

static void verify_nameless(void)
{
	struct sockaddr_un name = { 0 };
	socklen_t size = sizeof(name);

	need(access("socket", F_OK));
	need(!getsockname(ends[1], (void *)&name, &size));
	texts(name.sun_path, "socket");
	size = sizeof(name);
	need(!getpeername(ends[0], (void *)&name, &size));
	equal(size, offsetof(struct sockaddr_un, sun_path) + 7);
	texts(name.sun_path, "socket");
	put_stream();
	get_all(ends[1], buf, 6);
	same(buf, "to one", 6);
	get_all(ends[0], buf, 8);
}

static void spoil_nameless(void)
{
	close(ends[1]);
}

STATE(unix_deleted, "a listening unix socket and a connection, the file is deleted",
      set_up_nameless, verify_nameless, spoil_nameless);

/* --- a connection whose listener is gone, from a client with a name; its file is another's */
static struct sockaddr_un caller;

static void set_up_orphan(void)
{
	set_up_abstract();
	caller.sun_family = AF_UNIX;
	strcpy(caller.sun_path, "caller");
	need((ends[0] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
	need(!bind(ends[0], (void *)&caller, sizeof(caller)));
	need(!connect(ends[0], (void *)&un, un_size));
	need((ends[1] = accept(listener, NULL, NULL)) >= 0);
	close(listener);
	need(!unlink("caller") && !mkdir("caller", 0700));
}

static void verify_orphan(void)
{
	struct sockaddr_un name = { 0 };
	socklen_t size = sizeof(name);

	need(!getsockname(ends[1], (void *)&name, &size));
	equal(size, un_size);
	same(&name, &un, un_size);
	size = sizeof(name);
	need(!getpeername(ends[1], (void *)&name, &size));
	texts(name.sun_path, "caller");
	put_stream();
	get_all(ends[1], buf, 6);
	same(buf, "to one", 6);
	get_all(ends[0], buf, 8);
	need(!rmdir("caller") && !mkdir("caller", 0700));
}

STATE(unix_orphan, "a connection to an abstract name that nobody has any more", set_up_orphan,
      verify_orphan, spoil_nameless);

static void set_up_renamed(void)
{
	set_up_listen();
	need(!rename("socket", "moved"));
	name_is("moved");
}

STATE(unix_renamed, "a listening unix socket whose file was renamed", set_up_renamed, verify_listen,
      spoil_listen);

/* --- a request that waits to be accepted; and one whose client is gone */
static void send_request(void)
{
	ends[0] = connect_to();
	put_all(ends[0], "request", 7);
}

static void set_up_waiting(void)
{
	set_up_listen();
	send_request();
}

static void verify_waiting(void)
{
	struct pollfd p = { listener, POLLIN };

	/* It is there, or the client was told; a new one is served in any case. */
	if (poll(&p, 1, 0) == 1) {
		need((ends[1] = accept(listener, NULL, NULL)) >= 0);
		get_all(ends[1], buf, 7);
		same(buf, "request", 7);
		close(ends[1]);
	} else {
		need(recv(ends[0], buf, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN);
	}
	close(ends[0]);
	verify_listen();
	send_request();
}

STATE(unix_not_accepted, "a unix connection, with a request, that is not accepted yet",
      set_up_waiting, verify_waiting, spoil_listen);

static void set_up_abandoned(void)
{
	set_up_waiting();
	close(ends[0]);
}

static void verify_abandoned(void)
{
	struct pollfd p = { listener, POLLIN };

	if (poll(&p, 1, 0) == 1) {
		need((ends[1] = accept(listener, NULL, NULL)) >= 0);
		get_all(ends[1], buf, 7);
		equal(read(ends[1], buf, 1), 0);
		close(ends[1]);
	}
	verify_listen();
	send_request();
	close(ends[0]);
}

STATE(unix_abandoned, "the same, but its client is gone", set_up_abandoned, verify_abandoned,
      spoil_listen);

/* --- descriptors on their way */
static void send_with(int type, const void *data, size_t size, const char *text)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(64)]; } control = { };
	struct iovec iov = { (void *)text, strlen(text) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = CMSG_SPACE(size) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), data, size);
	equal(sendmsg(ends[0], &msg, 0), strlen(text));
}

static void take_with(int type, void *data, size_t size, const char *text)
{
	union { struct cmsghdr head; char room[CMSG_SPACE(64)]; } control = { };
	struct iovec iov = { buf, strlen(text) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c;

	equal(recvmsg(ends[1], &msg, MSG_DONTWAIT), strlen(text));
	same(buf, text, strlen(text));
	need((c = CMSG_FIRSTHDR(&msg)));
	equal(c->cmsg_type, type);
	equal(c->cmsg_len, CMSG_LEN(size));
	memcpy(data, CMSG_DATA(c), size);
}

static void send_descriptors(void)
{
	need(!pipe(carried));
	put_all(carried[1], "inside", 6);
	send_with(SCM_RIGHTS, carried, sizeof(carried), "two");
	close(carried[0]);
	close(carried[1]);
}

static void set_up_descriptors(void)
{
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	send_descriptors();
}

static void verify_descriptors(void)
{
	take_with(SCM_RIGHTS, carried, sizeof(carried), "two");
	get_all(carried[0], buf, 6);
	same(buf, "inside", 6);
	put_all(carried[1], "x", 1);
	get_all(carried[0], buf, 1);
	close(carried[0]);
	close(carried[1]);
	send_descriptors();
}

STATE(unix_descriptors, "descriptors of a pipe on their way through a unix socket",
      set_up_descriptors, verify_descriptors, spoil_take);

/* --- credentials in a queue, as a system log has them */
static void send_credentials(void)
{
	struct ucred cred = { getpid(), 12, 34 };

	send_with(SCM_CREDENTIALS, &cred, sizeof(cred), "<13>line");
}

static void set_up_credentials(void)
{
	int on = 1;

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	need(!setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	send_credentials();
}

static void verify_credentials(void)
{
	struct ucred cred;

	equal(net_option(ends[1], SOL_SOCKET, SO_PASSCRED), 1);
	take_with(SCM_CREDENTIALS, &cred, sizeof(cred), "<13>line");
	equal(cred.pid, getpid());
	equal(cred.uid, 12);
	equal(cred.gid, 34);
	send_credentials();
}

STATE(unix_credentials, "a datagram with credentials, not read yet", set_up_credentials,
      verify_credentials, spoil_take);

/* --- who the peer is */
static void set_up_peer(void)
{
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static void verify_peer(void)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	need(!getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &cred, &size));
	equal(cred.uid, 0);
	equal(cred.gid, 0);
	equal(cred.pid, getpid());
}

static void spoil_peer(void)
{
	close(ends[0]);
}

STATE(unix_peer, "the credentials of a unix stream's peer", set_up_peer, verify_peer, spoil_peer);

/* --- a connected datagram socket; the receiver's queue is full, a sender waits */
static void set_up_full(void)
{
	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	memset(buf, 'q', sizeof(buf));
	while (send(ends[0], buf, 100, MSG_DONTWAIT) == 100)
		sender++;
	need(errno == EAGAIN && sender > 5);
}

static void verify_full(void)
{
	for (int i = 0; i < sender; i++)
		equal(recv(ends[1], buf, sizeof(buf), MSG_DONTWAIT), 100);
	need(recv(ends[1], buf, sizeof(buf), MSG_DONTWAIT) < 0);
	for (int i = 0; i < sender; i++)
		equal(send(ends[0], buf, 100, MSG_DONTWAIT), 100);
}

STATE(unix_full, "a pair of datagram sockets with a full queue", set_up_full, verify_full,
      spoil_take);

/* --- a socket on its way through itself */
static void send_self(void)
{
	int fds[1] = { ends[0] };

	send_with(SCM_RIGHTS, fds, sizeof(fds), "me");
}

static void set_up_self(void)
{
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	send_self();
}

static void verify_self(void)
{
	int got[1];
	char c;

	take_with(SCM_RIGHTS, got, sizeof(got), "me");
	put_all(got[0], "s", 1);
	get_all(ends[1], &c, 1);
	equal(c, 's');
	close(got[0]);
	send_self();
}

STATE(unix_in_flight_itself, "a unix socket on its way through itself", set_up_self, verify_self,
      spoil_take);
