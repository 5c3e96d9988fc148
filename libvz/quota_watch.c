// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Warnings of the kernel's quota over netlink (VFS_DQUOT). Only the host's network namespace
 * gets them.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/quota.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/quota.h"
#include "libvz/quota_watch.h"

#define FAMILY		"VFS_DQUOT"
#define GROUP		"events"
#define TOLD_MAX	64	/* VEs of this minute that are remembered */

union message {
	struct nlmsghdr h;
	char room[8192];
};

static struct nlattr *first_attr(union message *m, int *len)
{
	*len = (int)m->h.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	return (struct nlattr *)(m->room + NLMSG_HDRLEN + GENL_HDRLEN);
}

static ssize_t receive(int fd, union message *m, int flags)
{
	struct sockaddr_nl from = { 0 };
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, m, sizeof(*m), flags, (void *)&from, &len);

	if (n < 0)
		return -errno;
	/* Others than the kernel may send as well. */
	if (from.nl_pid || m->h.nlmsg_len > (size_t)n)
		return 0;
	return m->h.nlmsg_len < (size_t)(NLMSG_HDRLEN + GENL_HDRLEN) ? 0 : n;
}

/* ---- finding the group ---- */

static int ask(int fd)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
		struct nlattr a;
		char name[12];
	} q = {
		.h = { sizeof(q), GENL_ID_CTRL, NLM_F_REQUEST, 1, 0 },
		.g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.a = { NLA_HDRLEN + sizeof(FAMILY), CTRL_ATTR_FAMILY_NAME },
		.name = FAMILY,
	};

	return send(fd, &q, sizeof(q), 0) == sizeof(q) ? 0 : -errno;
}

static int group_of(struct nlattr *groups)
{
	struct nlattr *one;
	int left;

	nla_for_each_nested(one, groups, left) {
		struct nlattr *name = nla_find(nla_data(one), nla_len(one),
					       CTRL_ATTR_MCAST_GRP_NAME);
		struct nlattr *id = nla_find(nla_data(one), nla_len(one), CTRL_ATTR_MCAST_GRP_ID);

		if (name && id && !nla_strcmp(name, GROUP))
			return nla_get_u32(id);
	}
	return -ENOENT;
}

static int find_group(int fd)
{
	union message m;
	struct nlattr *a;
	int len, ret = ask(fd);
	ssize_t n;

	if (ret)
		return ret;
	n = receive(fd, &m, 0);
	if (n <= 0)
		return n ? n : -EPROTO;
	if (m.h.nlmsg_type == NLMSG_ERROR)
		return -ENOENT;
	a = first_attr(&m, &len);
	a = nla_find(a, len, CTRL_ATTR_MCAST_GROUPS);
	return a ? group_of(a) : -ENOENT;
}

int vz_quota_watch_open(void)
{
	cleanup_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int group;

	if (fd < 0)
		return -errno;
	group = find_group(fd);
	if (group < 0)
		return group;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return -errno;
	return vz_take_fd(&fd);
}

/* ---- what has come ---- */

static const struct {
	const char *event, *text;
	unsigned int over;
} kinds[] = {
	[QUOTA_NL_BSOFTWARN] = { "diskspace-soft",
				 "is above its soft limit of disk space (DISKSPACE)",
				 VZ_QUOTA_SPACE },
	[QUOTA_NL_ISOFTWARN] = { "diskinodes-soft",
				 "is above its soft limit of inodes (DISKINODES)",
				 VZ_QUOTA_FILES },
	[QUOTA_NL_BSOFTLONGWARN] = { "diskspace-grace",
				     "was above its soft limit of disk space for too long", 0 },
	[QUOTA_NL_ISOFTLONGWARN] = { "diskinodes-grace",
				     "was above its soft limit of inodes for too long", 0 },
	[QUOTA_NL_BHARDWARN] = { "diskspace-hard", "has used up its disk space (DISKSPACE)", 0 },
	[QUOTA_NL_IHARDWARN] = { "diskinodes-hard", "has used up its inodes (DISKINODES)", 0 },
};

/* false: this was said within the last minute, or too much was. */
static bool may_tell(unsigned int ctid, unsigned int kind)
{
	static struct { unsigned int ctid, kind; } told[TOLD_MAX];
	static unsigned int n;
	static time_t since;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - since >= 60) {
		since = now.tv_sec;
		n = 0;
	}
	for (unsigned int i = 0; i < n; i++)
		if (told[i].ctid == ctid && told[i].kind == kind)
			return false;
	if (n == TOLD_MAX)
		return false;
	told[n].ctid = ctid;
	told[n++].kind = kind;
	return true;
}

/* false: it is about none of our VEs. */
static bool take(union message *m, struct vz_quota_news *news)
{
	struct nlattr *a, *type, *id, *warning;
	uint64_t project;
	unsigned int kind;
	int len;

	a = first_attr(m, &len);
	type = nla_find(a, len, QUOTA_NL_A_QTYPE);
	id = nla_find(a, len, QUOTA_NL_A_EXCESS_ID);
	warning = nla_find(a, len, QUOTA_NL_A_WARNING);
	if (!type || nla_len(type) < 4 || !id || nla_len(id) < 8 || !warning ||
	    nla_len(warning) < 4 || nla_get_u32(type) != PRJQUOTA)
		return false;
	project = nla_get_u64(id);
	kind = nla_get_u32(warning);
	if (project <= VZ_PROJECT_BASE || project > (uint64_t)VZ_PROJECT_BASE + VE_ID_MAX ||
	    kind >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[kind].event)
		return false;
	news->id = project - VZ_PROJECT_BASE;
	news->event = kinds[kind].event;
	news->text = kinds[kind].text;
	news->over = kinds[kind].over;
	news->again = !may_tell(news->id, kind);
	return true;
}

void vz_quota_watch_read(int fd, void (*tell)(void *arg, const struct vz_quota_news *news),
			 void *arg)
{
	struct vz_quota_news news;
	union message m;
	ssize_t n;

	/* -ENOBUFS: some were lost; what comes next is heard again. */
	while ((n = receive(fd, &m, MSG_DONTWAIT)) >= 0 || n == -ENOBUFS || n == -EINTR)
		if (n > 0 && m.h.nlmsg_type >= NLMSG_MIN_TYPE && take(&m, &news))
			tell(arg, &news);
}
