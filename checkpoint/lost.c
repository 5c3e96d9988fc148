// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Network devices and tables that a VE has made for itself, by a feature or without, and that
 * CRIU does not carry. They are looked for in each net namespace of its processes before
 * anything is frozen or copied: CRIU's own word comes after that, and names a number. Mounts are
 * in lost_mounts.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "checkpoint/lost.h"
#include "checkpoint/lost_kind.h"
#include "checkpoint/lost_detached.h"
#include "checkpoint/lost_ipsec.h"
#include "checkpoint/lost_mounts.h"
#include "checkpoint/netlink_check.h"
#include "checkpoint/owned.h"
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/report.h"
#include "libvz/state.h"

/* Kinds of devices with what opens them. */
static const struct lost_kind lost_links[] = {
	{ "vlan", "feature vlan" },
	{ "wireguard", "feature wireguard" },
};

/* Payload of an attribute of a type in @size bytes; NULL when there is none. */
static const struct rtattr *attribute(const struct rtattr *a, int size, int type)
{
	for (; RTA_OK(a, size); a = RTA_NEXT(a, size))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

static int check_link(unsigned int id, const struct nlmsghdr *h, struct vz_err *e)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);
	const struct rtattr *info = attribute(IFLA_RTA(i), IFLA_PAYLOAD(h), IFLA_LINKINFO), *kind;
	const struct rtattr *name = attribute(IFLA_RTA(i), IFLA_PAYLOAD(h), IFLA_IFNAME);
	const struct lost_kind *l;

	kind = info ? attribute(RTA_DATA(info), RTA_PAYLOAD(info), IFLA_INFO_KIND) : NULL;
	if (!kind)
		return 0;
	l = lost_kind_find(lost_links, sizeof(lost_links) / sizeof(*lost_links), RTA_DATA(kind),
			   strnlen(RTA_DATA(kind), RTA_PAYLOAD(kind)));
	if (!l)
		return 0;
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"VE %u has network device %.16s of kind %s, which CRIU cannot dump (%s): remove it first, or move the VE stopped",
			id, name ? (const char *)RTA_DATA(name) : "?", l->name, l->why);
}

/* In the net namespace. What cannot be listed is left to CRIU. */
static int check_in_net(void *arg, struct vz_err *e)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
	} ask = {
		.h = { .nlmsg_len = sizeof(ask), .nlmsg_type = RTM_GETLINK },
	};
	const unsigned int id = *(unsigned int *)arg;
	int err = ckpt_netlink_check(NETLINK_ROUTE, &ask.h, RTM_NEWLINK, check_link, id, e);

	if (!err)
		err = ckpt_check_owned_tables(id, e);
	return err ? err : ckpt_check_ipsec(id, e);
}

/* A process may end meanwhile, and its namespace with it. */
static int unless_gone(int err, struct vz_err *e)
{
	if (!err || (e && e->cause == VZ_CHKPNT))
		return err;
	if (e)
		vz_error_free(e);
	return 0;
}

static int check_net(unsigned int id, pid_t pid, struct vz_err *e)
{
	return unless_gone(vz_in_ns(pid, CLONE_NEWNET, check_in_net, &id, e), e);
}

/* Is this namespace another one than those before? 0: no, or the process is gone. */
static ino_t namespace_of(pid_t pid, const char *kind)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	return stat(path, &st) ? 0 : st.st_ino;
}

static bool is_new(ino_t **seen, size_t *n, ino_t ns)
{
	ino_t *more;

	if (!ns)
		return false;
	for (size_t i = 0; i < *n; i++)
		if ((*seen)[i] == ns)
			return false;
	more = reallocarray(*seen, *n + 1, sizeof(*more));
	if (!more)
		return true;	/* looked at twice */
	*seen = more;
	more[(*n)++] = ns;
	return true;
}

/* Kinds of which a VE has one that CRIU dumps; ours dumps nested ones of the last three. */
static const char *const single[] = { "pid", "cgroup", "time", "uts", "ipc", "user" };
#define OURS_FROM 3
#define IPC 4
#define USER 5

static int check_single(unsigned int id, pid_t pid, const ino_t *own, struct vz_err *e)
{
	char comm[VZ_PROCESS_NAME];

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		ino_t ns = namespace_of(pid, single[i]);

		if (!ns || !own[i] || ns == own[i])
			continue;
		if (i >= OURS_FROM && ckpt_criu_is_ours())
			continue;
		vz_process_name(pid, comm);
		return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
				"process %d %s of VE %u is in a %s namespace of its own, which CRIU cannot dump (feature nesting): end it first, or move the VE stopped",
				pid, comm, id, single[i]);
	}
	return 0;
}

/* Kinds that a restore makes in the VE's user namespace: root of another one would lose them. */
static const char *const owned_by_ve[] = { "mnt", "net", "uts", "ipc" };

/* The user namespace to which this one belongs. 0: it cannot be told, or the process is gone. */
static ino_t owner_of(pid_t pid, const char *kind)
{
	cleanup_close int ns = -1, owner = -1;
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	owner = ns < 0 ? -1 : ioctl(ns, NS_GET_USERNS);
	return owner < 0 || fstat(owner, &st) ? 0 : st.st_ino;
}

static int check_owners(unsigned int id, pid_t init, pid_t pid, ino_t ve_user, struct vz_err *e)
{
	char comm[VZ_PROCESS_NAME];

	for (size_t i = 0; i < sizeof(owned_by_ve) / sizeof(owned_by_ve[0]); i++) {
		const char *kind = owned_by_ve[i];
		ino_t owner;

		if (namespace_of(pid, kind) == namespace_of(init, kind))
			continue;
		owner = owner_of(pid, kind);
		if (!owner || !ve_user || owner == ve_user)
			continue;
		vz_process_name(pid, comm);
		return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
				"process %d %s of VE %u is in a %s namespace that belongs to a user namespace of its own, which CRIU cannot dump (feature userns or nesting): end it first, or move the VE stopped",
				pid, comm, id, kind);
	}
	return 0;
}

struct whose {
	unsigned int id;
	pid_t pid;
};

/*
 * In the ipc namespace, by a child. Segments of two namespaces have the same numbers, and their
 * images the same names.
 */
static int no_segments(void *arg, struct vz_err *e)
{
	cleanup_file FILE *f = fopen("/proc/sysvipc/shm", "re");
	const struct whose *w = arg;
	char comm[VZ_PROCESS_NAME];
	int c, lines = 0;

	while (f && (c = getc(f)) != EOF)
		lines += c == '\n';
	/* One is the head. */
	if (lines < 2)
		return 0;
	vz_process_name(w->pid, comm);
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"process %d %s of VE %u is in an ipc namespace of its own with System V shared memory, which CRIU cannot dump: end it first, or move the VE stopped",
			w->pid, comm, w->id);
}

static int check_segments(unsigned int id, pid_t pid, struct vz_err *e)
{
	struct whose w = { id, pid };

	return unless_gone(vz_in_ns(pid, CLONE_NEWIPC, no_segments, &w, e), e);
}

int ckpt_check_nesting(unsigned int id, pid_t init, const pid_t *pid, size_t n, struct vz_err *e)
{
	ino_t own[sizeof(single) / sizeof(single[0])];
	cleanup_free ino_t *seen = NULL;
	size_t nr = 0;
	int err = 0;

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		own[i] = namespace_of(init, single[i]);
	for (size_t i = 0; i < n && !err; i++) {
		const ino_t ipc = namespace_of(pid[i], "ipc");

		err = check_single(id, pid[i], own, e);
		if (!err)
			err = check_owners(id, init, pid[i], own[USER], e);
		if (!err && ipc != own[IPC] && is_new(&seen, &nr, ipc))
			err = check_segments(id, pid[i], e);
	}
	return err;
}

static int check_namespaces(unsigned int id, const pid_t *pid, size_t n, struct vz_err *e)
{
	cleanup_free pid_t *in_mnt = calloc(n + 1, sizeof(*in_mnt));
	cleanup_free unsigned int *mounts = NULL;
	cleanup_free ino_t *seen = NULL;
	size_t nr = 0, mnt = 0, n_mounts = 0;
	int err = in_mnt ? 0 : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "list namespaces");

	for (size_t i = 0; i < n && !err; i++) {
		if (is_new(&seen, &nr, namespace_of(pid[i], "mnt")))
			in_mnt[mnt++] = pid[i];
		if (is_new(&seen, &nr, namespace_of(pid[i], "net")))
			err = check_net(id, pid[i], e);
	}
	if (!err)
		err = ckpt_check_mounts(id, in_mnt, mnt, &mounts, &n_mounts, e);
	return err ? err : ckpt_check_detached(id, pid, n, mounts, n_mounts, e);
}

/* Once more when something is found: what runs mounts and opens while it is looked at. */
int ckpt_check_namespaces(unsigned int id, const pid_t *pid, size_t n, struct vz_err *e)
{
	struct vz_err first = {};

	if (!check_namespaces(id, pid, n, &first))
		return 0;
	vz_error_free(&first);
	return check_namespaces(id, pid, n, e);
}
