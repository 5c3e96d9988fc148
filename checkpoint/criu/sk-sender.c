// SPDX-License-Identifier: GPL-2.0-only
/*
 * A datagram of a unix socket tells the name that its sender was bound to, which may have gone
 * since, or be a path that leads elsewhere by now. OpenVE's kernel gives a socket of ours that
 * name. Without it a child binds a socket to the name below a root that is empty, a tmpfs which
 * nobody else sees, and sends from there; the queue keeps the address when socket, root and child
 * are gone. Owns nothing beyond a call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "sk-name.h"
#include "sk-sender.h"
#include "util.h"

#undef LOG_PREFIX
#define LOG_PREFIX "sender: "

#define SIOCUNIXFILE (SIOCPROTOPRIVATE + 0)

#define HEAD offsetof(struct sockaddr_un, sun_path)

struct sending {
	int to;
	struct msghdr *mh;
	const SkPacketEntry *entry;
	send_fn send;
	int ret;
};

static bool has_name(int fd, const ProtobufCBinaryData *name)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);

	return !getsockname(fd, (void *)&own, &len) && len == HEAD + name->len &&
	       !memcmp((char *)&own + HEAD, name->data, name->len);
}

/* Of the receiver: its name if that is no path, else its file, in the folder of descriptors. */
static socklen_t address_of(int to, int file, int folder, struct sockaddr_un *addr)
{
	struct sockaddr_storage name = {};
	socklen_t len = sizeof(name);

	if (getsockname(to, (void *)&name, &len) || len <= HEAD || len > sizeof(name))
		return 0;
	memcpy(addr, &name, sizeof(*addr));
	if (!addr->sun_path[0])
		return len;
	if (file < 0 || fchdir(folder))
		return 0;
	return HEAD + snprintf(addr->sun_path, sizeof(addr->sun_path), "%d", file);
}

static void make_parents(const char *path)
{
	char part[sizeof(((struct sockaddr_un *)0)->sun_path) + 1] = "";
	size_t i;

	for (i = 0; path[i] && i < sizeof(part) - 1; i++) {
		if (i && path[i] == '/')
			mkdir(part, 0700);
		part[i] = path[i];
	}
}

/* Socket sk gets the name, whoever else has it. */
static int bind_to(int sk, const ProtobufCBinaryData *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char path[sizeof(addr.sun_path) + 1] = "";
	int root, ret;

	ret = name_unix_sk(sk, name->data, name->len);
	if (ret <= 0)
		return ret;
	memcpy(addr.sun_path, name->data, name->len);
	if (addr.sun_path[0]) {
		root = mount_detached_fs("tmpfs");
		if (root < 0 || fchdir(root) || chroot(".")) {
			pr_perror("No root for a sender");
			close_safe(&root);
			return -1;
		}
		close(root);
		memcpy(path, name->data, name->len);
		make_parents(path);
	}
	return bind(sk, (void *)&addr, HEAD + name->len);
}

static void enter_net_of(int sk)
{
	int net = ioctl(sk, SIOCGSKNS);

	if (net < 0 || setns(net, CLONE_NEWNET))
		pr_perror("Can't enter the net namespace of a receiver");
	close_safe(&net);
}

static int send_in_child(void *arg)
{
	int file, folder = open_proc(getpid(), "fd"), sk;
	struct sending *s = arg;
	struct sockaddr_un addr;

	enter_net_of(s->to);
	file = ioctl(s->to, SIOCUNIXFILE);
	sk = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sk < 0 || folder < 0 || bind_to(sk, &s->entry->from)) {
		pr_perror("Can't take the name of a sender");
		goto out;
	}
	s->mh->msg_namelen = address_of(s->to, file, folder, &addr);
	if (s->mh->msg_namelen) {
		s->mh->msg_name = &addr;
		s->ret = s->send(sk, s->mh, s->entry);
	}
out:
	close_safe(&sk);
	close_safe(&file);
	close_safe(&folder);
	return 0;
}

int send_from(int fd, struct msghdr *mh, const SkPacketEntry *entry, send_fn send)
{
	struct msghdr with = *mh;
	struct sending s = { .mh = &with, .entry = entry, .send = send, .ret = -1 };
	bool alive = false;
	int sender;

	if (!entry->has_from || !entry->from.len || has_name(fd, &entry->from) ||
	    entry->from.len > sizeof(((struct sockaddr_un *)0)->sun_path))
		return send(fd, mh, entry);
	s.to = unix_fd_by_id(entry->id_for);
	if (can_name_unix_sk()) {
		if (s.to >= 0 && unix_call_in_child(send_in_child, &s))
			s.ret = -1;
	} else if (entry->from.data[0] || (sender = unix_fd_by_name(&entry->from, &alive)) < 0) {
		/* What is no path is one socket's only: it is not taken from one that comes. */
		if (s.to >= 0 && !alive && unix_call_in_child(send_in_child, &s))
			s.ret = -1;
	} else {
		struct sockaddr_un addr;

		with.msg_namelen = s.to < 0 ? 0 : address_of(s.to, -1, -1, &addr);
		with.msg_name = &addr;
		if (with.msg_namelen)
			s.ret = send(sender, &with, entry);
	}
	if (s.ret >= 0)
		return s.ret;
	pr_warn("The sender's name of a packet for %#x is lost\n", entry->id_for);
	return send(fd, mh, entry);
}
