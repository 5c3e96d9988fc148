/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What the kernel and the tools must agree on: names of states, features and
 * beancounter resources. This header lives once and is used by both sides.
 */
#ifndef _VZ_ABI_H
#define _VZ_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* First word of /proc/vz/version; the tools refuse a kernel without it. */
#define VE_KERNEL_VERSION	"openve.1"

/* Largest VE id. 0 is the host. Same bound as the classic tools. */
#define VE_ID_MAX		2147483644U

/*
 * VE_STATES(X) - states of a VE, in the order of enum ve_state.
 * Refusals and limits bite in RUNNING and STOPPING only.
 */
#define VE_STATES(X) \
	X(STOPPED) X(STARTING) X(RESTORING) X(RUNNING) X(STOPPING)

enum ve_state {
#define VE_STATE_ENUM(name)	VE_##name,
	VE_STATES(VE_STATE_ENUM)
#undef VE_STATE_ENUM
	VE_NR_STATES,
};

/*
 * VE_FEATURES(X) - what ve.features may open for a VE, X(bit, name).
 * Everything listed here is refused unless the feature is on.
 */
#define VE_FEATURES(X) \
	X(NESTING,     "nesting")	/* user, pid, uts, ipc, cgroup, time namespaces */ \
	X(BPF,         "bpf")		/* bpf(2) */ \
	X(IO_URING,    "io_uring")	/* io_uring_setup(2) */ \
	X(PERF,        "perf")		/* perf_event_open(2) */ \
	X(USERFAULTFD, "userfaultfd")	/* userfaultfd(2) */ \
	X(KEYS,        "keys")		/* add_key(2), keyctl(2) */ \
	X(LANDLOCK,    "landlock")	/* landlock rule sets */ \
	X(SECCOMP,     "seccomp_notify") /* seccomp user notification */ \
	X(FUSE,        "fuse")		/* /dev/fuse, mounting fuse */ \
	X(OVERLAY,     "overlay")	/* mounting overlay; nesting has it, too */ \
	X(TUN,         "tun")		/* /dev/net/tun, tun and tap devices */ \
	X(WIREGUARD,   "wireguard")	/* wireguard devices */ \
	X(VLAN,        "vlan")		/* VLAN devices */ \
	X(USERNS,      "userns")	/* what belongs to a user namespace; nesting has it, too */

enum ve_feature {
#define VE_FEATURE_ENUM(bit, name)	VE_FEATURE_##bit,
	VE_FEATURES(VE_FEATURE_ENUM)
#undef VE_FEATURE_ENUM
	VE_NR_FEATURES,
};

/*
 * VE_NETFILTER(X) - words of ve.netfilter, X(LEVEL, word): how much of netfilter a VE
 * has, the most first. A VE has all unless told.
 */
#define VE_NETFILTER(X) \
	X(FULL,      "full")		/* all */ \
	X(STATEFUL,  "stateful")	/* no translation of addresses */ \
	X(STATELESS, "stateless")	/* no tracking of connections either */ \
	X(DISABLED,  "disabled")	/* none */

enum ve_netfilter {
#define VE_NETFILTER_ENUM(level, word)	VE_NETFILTER_##level,
	VE_NETFILTER(VE_NETFILTER_ENUM)
#undef VE_NETFILTER_ENUM
	VE_NR_NETFILTER,
};

/*
 * VE_DEVICES_DEFAULT(X) - what ve.devices lists from the start, X(TYPE, MAJOR,
 * MINOR, ACCESS). VE_DEVICE_ROW makes a line of the file out of each.
 */
#define VE_DEVICES_DEFAULT(X) \
	X(c, 1, 3, rwm)		/* null */ \
	X(c, 1, 5, rwm)		/* zero */ \
	X(c, 1, 7, rwm)		/* full */ \
	X(c, 1, 8, rwm)		/* random */ \
	X(c, 1, 9, rwm)		/* urandom */ \
	X(c, 1, 11, rwm)	/* kmsg: the VE's own log */ \
	X(c, 5, 0, rwm)		/* tty */ \
	X(c, 5, 1, rwm)		/* console */ \
	X(c, 5, 2, rwm)		/* ptmx */ \
	X(c, 136, *, rwm)	/* pts */

#define VE_DEVICE_ROW(type, major, minor, access)	#type " " #major ":" #minor " " #access

/* Most rows that the list may have. */
#define VE_DEVICES_MAX		64

/*
 * UB_RESOURCES(X) - X(SYMBOL, name), in ABI order: the position is the row of
 * /proc/user_beancounters. Rows 4 and 20..22 are the old dummies. swappages
 * and what follows are not printed there, only in ve.ub.resources and
 * /proc/bc. Source: include/bc/beancounter.h of OpenVZ 042stab, ABI only.
 */
#define UB_RESOURCES(X) \
	X(KMEMSIZE,     "kmemsize") \
	X(LOCKEDPAGES,  "lockedpages") \
	X(PRIVVMPAGES,  "privvmpages") \
	X(SHMPAGES,     "shmpages") \
	X(DUMMY0,       "dummy") \
	X(NUMPROC,      "numproc") \
	X(PHYSPAGES,    "physpages") \
	X(VMGUARPAGES,  "vmguarpages") \
	X(OOMGUARPAGES, "oomguarpages") \
	X(NUMTCPSOCK,   "numtcpsock") \
	X(NUMFLOCK,     "numflock") \
	X(NUMPTY,       "numpty") \
	X(NUMSIGINFO,   "numsiginfo") \
	X(TCPSNDBUF,    "tcpsndbuf") \
	X(TCPRCVBUF,    "tcprcvbuf") \
	X(OTHERSOCKBUF, "othersockbuf") \
	X(DGRAMRCVBUF,  "dgramrcvbuf") \
	X(NUMOTHERSOCK, "numothersock") \
	X(DCACHESIZE,   "dcachesize") \
	X(NUMFILE,      "numfile") \
	X(DUMMY1,       "dummy") \
	X(DUMMY2,       "dummy") \
	X(DUMMY3,       "dummy") \
	X(NUMIPTENT,    "numiptent") \
	X(SWAPPAGES,    "swappages") \
	X(NUMMOUNT,     "nummount")	/* mounts, of all namespaces */ \
	X(NUMNETIF,     "numnetif")	/* network devices */ \
	X(NUMNETNS,     "numnetns")	/* network namespaces */ \
	X(NUMNEIGH,     "numneigh")	/* neighbour entries, IPv4 and IPv6 */ \
	X(NUMCONNTRACK, "numconntrack")	/* tracked connections */ \
	X(NUMINOTIFY,   "numinotify")	/* inotify watches */ \
	X(PIPEPAGES,    "pipepages")	/* pages that pipes may hold */ \
	X(NUMCGROUP,    "numcgroup")	/* cgroups, removed ones that linger included */ \
	X(NUMAIO,       "numaio")	/* aio requests promised by io_setup(2) */

enum ub_resource {
#define UB_RESOURCE_ENUM(sym, name)	UB_##sym,
	UB_RESOURCES(UB_RESOURCE_ENUM)
#undef UB_RESOURCE_ENUM
	UB_NR_RESOURCES,
};

/* Rows of /proc/user_beancounters. */
#define UB_NR_CLASSIC		24

/* "unlimited" as barrier or limit. */
#define UB_MAXVALUE		0x7fffffffffffffffL

/*
 * /proc/vz/sockets: ioctls for a checkpoint, see ve/sockets.c. Files are the
 * caller's. PEEK returns a file for connection number @index of those that wait to
 * be accepted, ENOENT behind the last. PUT closes @connection in any case. NAME: a unix
 * socket without a name tells its peers the one of @len bytes that @name points to.
 */
struct ve_sock_peek {
	__s32 listener;
	__u32 index;
};

struct ve_sock_put {
	__s32 listener;
	__s32 connection;
};

struct ve_sock_name {
	__s32 socket;
	__u32 len;
	__u64 name;
};

#define VE_SOCK_PEEK		_IOW('v', 1, struct ve_sock_peek)
#define VE_SOCK_PUT		_IOW('v', 2, struct ve_sock_put)
#define VE_SOCK_NAME		_IOW('v', 9, struct ve_sock_name)

/*
 * The ioctl of /proc/vz/semundo, for the host's root: what is undone of SysV semaphores
 * when task @pid (of the caller's namespace) ends. @adj points to room for @nsems numbers
 * of type __s16. Returns how many semaphores set @semid has, with that and a number for
 * each filled in, 0 behind the last set.
 */
struct ve_sem_undo {
	__s32 pid;
	__u32 index;
	__s32 semid;
	__u32 nsems;
	__u64 adj;
};

#define VE_SEM_UNDO		_IOWR('v', 3, struct ve_sem_undo)

/*
 * /proc/vz/unread: ioctls for the host's root, see ve/unread.c. What lies in the kernel for a
 * program, looked at and not taken. Files are the caller's; what is put goes behind the rest.
 *
 * VE_MQ_ASK: of a POSIX message queue, who made it, and who is told of the next message:
 * @notify is -1 without, else a SIGEV_ number. For SIGEV_THREAD @socket is the inode of a
 * netlink socket and @cookie what it gets. Ids are those of the caller's namespaces.
 * VE_MQ_PEEK: message number @index in the order of receipt; @bytes points to room for @size.
 * Returns its length; ENOENT behind the last, EMSGSIZE without enough room.
 */
struct ve_mq_ask {
	__s32 queue;
	__u32 uid;
	__s32 notify;
	__s32 pid;
	__s32 signo;
	__u32 socket;
	__u64 value;
	__u8 cookie[32];
};

struct ve_mq_peek {
	__s32 queue;
	__u32 index;
	__u32 priority;
	__u32 size;
	__u64 bytes;
};

/*
 * VE_UDP_CORKED: the part of a datagram that a UDP socket holds back (UDP_CORK, MSG_MORE), and
 * where it goes. Addresses and ports as on the wire; those of AF_INET are one number. @ttl and
 * @tos are -1 where the datagram says nothing of its own. Returns the length, 0 without one.
 */
struct ve_udp_corked {
	__s32 socket;
	__u32 family;
	__u32 from[4];
	__u32 to[4];
	__u16 port;
	__u16 segment;
	__u32 device;
	__s32 ttl;
	__s32 tos;
	__u32 label;
	__u32 size;
	__u64 bytes;
};

/* VE_INOTIFY_PEEK, ENOENT behind the last event, and VE_INOTIFY_PUT, ENOSPC when it is full. */
struct ve_inotify_event {
	__s32 inotify;
	__u32 index;
	__s32 wd;
	__u32 mask;
	__u32 cookie;
	char name[256];
};

#define VE_MQ_ASK		_IOWR('v', 4, struct ve_mq_ask)
#define VE_MQ_PEEK		_IOWR('v', 5, struct ve_mq_peek)
#define VE_UDP_CORKED		_IOWR('v', 6, struct ve_udp_corked)
#define VE_INOTIFY_PEEK		_IOWR('v', 7, struct ve_inotify_event)
#define VE_INOTIFY_PUT		_IOW('v', 8, struct ve_inotify_event)

/*
 * An ioctl of a file of /proc/pressure in a VE: what was written to it, to be written to another
 * one; "" when nothing was.
 */
#define VE_TRIGGER_SIZE		32
#define VE_TRIGGER_GET		_IOR('v', 12, char[VE_TRIGGER_SIZE])

/*
 * VE_RESTART_GET, VE_RESTART_PUT of /proc/vz/restart: how a call goes on that was interrupted
 * without a signal handler (restart_syscall(2)). The kernel keeps it with the thread, which the
 * caller must trace and which must be stopped: EBUSY else. ESRCH: there is no such thread.
 *
 * @thread: by its number in the caller's pid namespace
 * @kind: VE_RESTART_*; NONE: no such call, or of a kind that is not kept
 * @clock: of @until: CLOCK_MONOTONIC, CLOCK_BOOTTIME or CLOCK_REALTIME
 * @until: when it ends, ns as the thread sees that clock; VE_RESTART_NEVER: not by time
 * @at: SLEEP: where what is left is written, or 0; POLL: its pollfds; FUTEX: its word
 * @number: POLL: how many; FUTEX: the value
 * @mask: FUTEX: its bits
 * @shared: FUTEX: between processes
 */
struct ve_restart {
	__s32 thread;
	__u32 kind;
	__s32 clock;
	__u32 number;
	__s64 until;
	__u64 at;
	__u32 mask;
	__u32 shared;
};

#define VE_RESTART_NONE		0
#define VE_RESTART_SLEEP	1
#define VE_RESTART_POLL		2
#define VE_RESTART_FUTEX	3

#define VE_RESTART_NEVER	0x7fffffffffffffffLL

#define VE_RESTART_GET		_IOWR('v', 9, struct ve_restart)
#define VE_RESTART_PUT		_IOW('v', 10, struct ve_restart)

#endif /* _VZ_ABI_H */
