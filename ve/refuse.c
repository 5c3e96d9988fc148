// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a running VE may not do, as tables, and the hooks that have no LSM
 * hook. Everything that is not listed is refused: what CRIU cannot dump would
 * be lost in a migration, and what is new in the kernel is not known to be
 * dumpable. A feature in ve.features opens the rows that name it.
 *
 * The tables are constant. A refusal asks the user namespace of current, which
 * cannot be left; features do not change while the VE runs, so no lock.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kmod.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/umh.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <vz/controller.h>

#include "log.h"
#include "refuse.h"

/* A name, or the beginning of names when it ends with '*'. */
struct ve_name_rule {
	const char	*name;
	unsigned int	feature;
};

/* Files without a directory entry. CRIU 4.1 dumps those that need no feature. */
static const struct ve_name_rule anon_rules[] = {
	{ "[eventfd]",		VE_ALWAYS },
	{ "[eventpoll]",	VE_ALWAYS },
	{ "inotify",		VE_ALWAYS },
	{ "[fanotify]",		VE_ALWAYS },
	{ "[signalfd]",		VE_ALWAYS },
	{ "[timerfd]",		VE_ALWAYS },
	{ "[fscontext]",	VE_ALWAYS },	/* mount(8); lives for a moment */
	{ "bpf*",		VE_FEATURE_BPF },
	{ "btf",		VE_FEATURE_BPF },
	{ "[io_uring]",		VE_FEATURE_IO_URING },
	{ "[perf_event]",	VE_FEATURE_PERF },
	{ "[userfaultfd]",	VE_FEATURE_USERFAULTFD },
	{ "[landlock-ruleset]",	VE_FEATURE_LANDLOCK },
	{ "seccomp notify",	VE_FEATURE_SECCOMP },
};

/*
 * File systems that a VE may mount, as far as the kernel lets a user namespace
 * mount them at all. Not here though it would: ramfs and cgroup (CRIU does not
 * know them), binfmt_misc (CRIU drops what is registered).
 */
static const struct ve_name_rule fs_rules[] = {
	{ "proc",		VE_ALWAYS },
	{ "sysfs",		VE_ALWAYS },
	{ "tmpfs",		VE_ALWAYS },
	{ "devpts",		VE_ALWAYS },
	{ "mqueue",		VE_ALWAYS },
	{ "cgroup2",		VE_ALWAYS },
	{ "bpf",		VE_FEATURE_BPF },
	{ "fuse",		VE_FEATURE_FUSE },
	{ "overlay",		VE_FEATURE_OVERLAY },
	{ "overlay",		VE_FEATURE_NESTING },
};

/*
 * Kinds of network devices that a VE may make, by rtnetlink, by an old ioctl or
 * an attachment to /dev/net/tun. Not here: tunnels and stacked devices of which
 * nobody has looked at what they cost the host.
 */
static const struct ve_name_rule link_rules[] = {
	{ "venet",		VE_ALWAYS },
	{ "veth",		VE_ALWAYS },
	{ "bridge",		VE_ALWAYS },
	{ "dummy",		VE_ALWAYS },
	{ "tun",		VE_FEATURE_TUN },
	{ "wireguard",		VE_FEATURE_WIREGUARD },
	{ "vlan",		VE_FEATURE_VLAN },
};

/* Threads of the host that it may cause to be: one a device (numnetif), or one for all. */
static const struct ve_name_rule kthread_rules[] = {
	{ "kworker/R-wg-crypt-*", VE_FEATURE_WIREGUARD },
	/* One a file system, of whoever writes to it past the page cache first. */
	{ "kworker/R-dio/*",	VE_ALWAYS },
};

/* Modules that a program of a VE may cause to be loaded, apart from those of netfilter. */
static const struct ve_name_rule module_rules[] = {
	{ "net-pf-1",			VE_ALWAYS },
	{ "net-pf-2",			VE_ALWAYS },
	{ "net-pf-10",			VE_ALWAYS },
	{ "net-pf-16",			VE_ALWAYS },
	{ "net-pf-17",			VE_ALWAYS },
	/* socket diagnosis: unix, inet with tcp, udp, udplite and raw, inet6, netlink, packet */
	{ "net-pf-16-proto-4-type-1",	VE_ALWAYS },
	{ "net-pf-16-proto-4-type-2",	VE_ALWAYS },
	{ "net-pf-16-proto-4-type-2-6",	VE_ALWAYS },
	{ "net-pf-16-proto-4-type-2-17", VE_ALWAYS },
	{ "net-pf-16-proto-4-type-2-136", VE_ALWAYS },
	{ "net-pf-16-proto-4-type-2-255", VE_ALWAYS },
	{ "net-pf-16-proto-4-type-10",	VE_ALWAYS },
	{ "net-pf-16-proto-4-type-10-255", VE_ALWAYS },
	{ "net-pf-16-proto-4-type-16",	VE_ALWAYS },
	{ "net-pf-16-proto-4-type-17",	VE_ALWAYS },
	{ "net-pf-16-proto-12",		VE_ALWAYS },	/* nfnetlink */
	{ "nfnetlink-subsys-1",		VE_ALWAYS },	/* conntrack */
	{ "nfnetlink-subsys-2",		VE_ALWAYS },	/* its expectations */
	{ "nfnetlink-subsys-3",		VE_ALWAYS },	/* queue */
	{ "nfnetlink-subsys-4",		VE_ALWAYS },	/* log */
	{ "nfnetlink-subsys-10",	VE_ALWAYS },	/* nf_tables */
	{ "nfnetlink-subsys-11",	VE_ALWAYS },	/* xtables in nf_tables */
	{ "nfnetlink-subsys-12",	VE_ALWAYS },	/* what is hooked in where */
	{ "nf_conntrack",		VE_ALWAYS },
	{ "nf_conntrack_netlink",	VE_ALWAYS },
	{ "nf_conntrack-2",		VE_ALWAYS },
	{ "nf_conntrack-10",		VE_ALWAYS },
	{ "ip_conntrack_netlink",	VE_ALWAYS },
	{ "ip_tables",			VE_ALWAYS },
	{ "ip6_tables",			VE_ALWAYS },
	{ "rtnl-link-veth",		VE_ALWAYS },
	{ "rtnl-link-dummy",		VE_ALWAYS },
	{ "rtnl-link-bridge",		VE_ALWAYS },
	{ "bridge",			VE_ALWAYS },	/* SIOCBRADDBR */
	{ "rtnl-link-tun",		VE_FEATURE_TUN },
	{ "char-major-10-200",		VE_FEATURE_TUN },
	{ "rtnl-link-wireguard",	VE_FEATURE_WIREGUARD },
	{ "net-pf-16-proto-16-family-wireguard", VE_FEATURE_WIREGUARD },
	{ "rtnl-link-vlan",		VE_FEATURE_VLAN },
	{ "8021q",			VE_FEATURE_VLAN },	/* SIOCSIFVLAN */
	{ "fs-fuse",			VE_FEATURE_FUSE },
	{ "char-major-10-229",		VE_FEATURE_FUSE },
	{ "fs-overlay",			VE_FEATURE_OVERLAY },
	{ "fs-overlay",			VE_FEATURE_NESTING },
};

/* Names behind "iptable_" and "ip6table_". */
static const char *const table_names[] = {
	"filter", "mangle", "nat", "raw", "security",
};

/*
 * Targets and matches of xtables, behind "ipt_", "ip6t_" and "xt_". Not here:
 * what acts on the machine or is told outside of the VE (AUDIT, IDLETIMER, LED,
 * SECMARK, CONNSECMARK, RATEEST, nfacct, cgroup, bpf, ipvs, physdev).
 */
static const char *const xt_names[] = {
	"CHECKSUM", "CLASSIFY", "CONNMARK", "CT", "DNAT", "DNPT", "DSCP", "HL", "HMARK", "LOG",
	"MARK", "MASQUERADE", "NETMAP", "NFLOG", "NFQUEUE", "NOTRACK", "REDIRECT", "REJECT",
	"SET", "SNAT", "SNPT", "SYNPROXY", "TCPMSS", "TCPOPTSTRIP", "TEE", "TOS", "TPROXY",
	"TRACE", "TTL",
	"addrtype", "ah", "cluster", "comment", "connbytes", "connlabel", "connlimit", "connmark",
	"conntrack", "cpu", "dccp", "devgroup", "dscp", "dst", "ecn", "esp", "eui64", "frag",
	"hashlimit", "hbh", "helper", "hl", "icmp", "icmp6", "ipcomp", "iprange", "ipv6header",
	"l2tp", "length", "limit", "mac", "mark", "mh", "multiport", "nat", "osf", "owner",
	"pkttype", "policy", "quota", "realm", "recent", "rpfilter", "rt", "sctp", "set",
	"socket", "srh", "standard", "state", "statistic", "string", "tcp", "tcpmss", "tcpudp",
	"time", "tos", "ttl", "u32", "udp",
};

/* Expressions of nf_tables, behind "nft-expr-" and perhaps "<family>-". */
static const char *const nft_expr_names[] = {
	"connlimit", "ct", "dup", "exthdr", "fib", "flow_offload", "fwd", "hash", "limit", "log",
	"masq", "match", "meta", "nat", "notrack", "numgen", "osf", "queue", "quota", "redir",
	"reject", "rt", "socket", "synproxy", "target", "tproxy", "tunnel", "xfrm",
};

/* Objects of nf_tables behind "nft-obj-", by number. */
static const char *const nft_obj_names[] = {
	"2",	/* quota */
	"3",	/* helper of conntrack */
	"4",	/* limit */
	"5",	/* limit of connections */
	"7",	/* timeout of conntrack */
	"9",	/* expectation of conntrack */
	"10",	/* synproxy */
};

static const char *const nft_chain_names[] = { "filter", "nat", "route" };

/* Protocol families of nf_tables: inet, ip, netdev, ip6. */
static const char *const nft_families[] = { "1-", "2-", "5-", "10-" };

static const int family_rules[] = {
	AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
};

/* For AF_INET and AF_INET6. MPTCP, SCTP and others cannot be dumped. */
static const int protocol_rules[] = {
	IPPROTO_IP, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_GRE,
	IPPROTO_ESP, IPPROTO_AH, IPPROTO_ICMPV6, IPPROTO_UDPLITE, IPPROTO_RAW,
};

/*
 * Options of sockets that no feature opens, as nothing reads them back and CRIU would lose them:
 * the program that chooses among the sockets of a port, protocols on top of TCP (kTLS), and keys
 * that sign what a connection sends (RFC 2385, RFC 5925), without which the peer would drop it.
 * Programs have a way without: the kernel's own choice, and the library's own cipher.
 */
static const struct {
	int level, option;
} lost_options[] = {
	{ SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF },
	{ SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF },
	{ SOL_TCP, TCP_ULP },
	{ SOL_TCP, TCP_MD5SIG },
	{ SOL_TCP, TCP_MD5SIG_EXT },
	{ SOL_TCP, TCP_AO_ADD_KEY },
};

/* Namespaces of its own kind in a VE: CRIU dumps nested mnt and net only. */
#define VE_NESTING_FLAGS \
	(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWTIME | CLONE_NEWCGROUP)
/* And of these only those of the VE's own root. */
#define VE_OWNED_FLAGS	(CLONE_NEWNS | CLONE_NEWNET)

static bool name_allowed(const struct ve_name_rule *rules, size_t n,
			 u64 features, const char *name)
{
	size_t i, len;

	for (i = 0; i < n; i++) {
		if (rules[i].feature != VE_ALWAYS &&
		    !(features & BIT_ULL(rules[i].feature)))
			continue;
		len = strlen(rules[i].name);
		if (rules[i].name[len - 1] == '*' ?
		    !strncmp(name, rules[i].name, len - 1) :
		    !strcmp(name, rules[i].name))
			return true;
	}
	return false;
}

bool ve_allows_anon_inode(u64 features, const char *name)
{
	return name_allowed(anon_rules, ARRAY_SIZE(anon_rules), features, name);
}

bool ve_allows_filesystem(u64 features, const char *name)
{
	return name_allowed(fs_rules, ARRAY_SIZE(fs_rules), features, name);
}

bool ve_allows_link(u64 features, const char *kind)
{
	return name_allowed(link_rules, ARRAY_SIZE(link_rules), features, kind);
}

bool ve_allows_kthread(u64 features, const char *name)
{
	return name_allowed(kthread_rules, ARRAY_SIZE(kthread_rules), features, name);
}

bool ve_allows_socket_option(int level, int option)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(lost_options); i++)
		if (lost_options[i].level == level && lost_options[i].option == option)
			return false;
	return true;
}

static bool name_listed(const char *const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* @name behind @prefix, NULL when it begins otherwise */
static const char *name_behind(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) ? NULL : name + len;
}

static const char *skip_nft_family(const char *name)
{
	const char *rest;
	int i;

	for (i = 0; i < ARRAY_SIZE(nft_families); i++) {
		rest = name_behind(name, nft_families[i]);
		if (rest)
			return rest;
	}
	return name;
}

/* Names that are put together: each part is from a list, and nothing is behind the last. */
static bool allows_netfilter_module(const char *name)
{
	static const struct {
		const char		*prefix;
		const char *const	*names;
		size_t			n;
		bool			family;
	} rules[] = {
		{ "iptable_",	table_names, ARRAY_SIZE(table_names) },
		{ "ip6table_",	table_names, ARRAY_SIZE(table_names) },
		{ "ipt_",	xt_names, ARRAY_SIZE(xt_names) },
		{ "ip6t_",	xt_names, ARRAY_SIZE(xt_names) },
		{ "xt_",	xt_names, ARRAY_SIZE(xt_names) },
		{ "nft-expr-",	nft_expr_names, ARRAY_SIZE(nft_expr_names), true },
		{ "nft-obj-",	nft_obj_names, ARRAY_SIZE(nft_obj_names) },
		{ "nft-chain-",	nft_chain_names, ARRAY_SIZE(nft_chain_names), true },
	};
	const char *rest;
	int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		rest = name_behind(name, rules[i].prefix);
		if (!rest)
			continue;
		if (rules[i].family)
			rest = skip_nft_family(rest);
		if (name_listed(rules[i].names, rules[i].n, rest))
			return true;
	}
	return false;
}

bool ve_allows_module(u64 features, const char *name)
{
	return name_allowed(module_rules, ARRAY_SIZE(module_rules), features, name) ||
	       allows_netfilter_module(name);
}

bool ve_allows_family(int family)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(family_rules); i++)
		if (family_rules[i] == family)
			return true;
	return false;
}

bool ve_allows_protocol(int family, int type, int protocol)
{
	int i;

	if (family != AF_INET && family != AF_INET6)
		return true;
	for (i = 0; i < ARRAY_SIZE(protocol_rules); i++)
		if (protocol_rules[i] == protocol)
			return true;
	/* A raw socket takes any protocol number and is dumpable with it. */
	return type == SOCK_RAW && protocol > 0 && protocol < IPPROTO_MAX;
}

/* /proc/filesystems of a VE: what it may mount. */
int ve_filesystems_show(struct seq_file *m, void *v)
{
	struct ve *ve = seq_ve(m);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fs_rules); i++)
		if (ve_allows_filesystem(ve->features, fs_rules[i].name))
			seq_printf(m, "nodev\t%s\n", fs_rules[i].name);
	return 0;
}

struct ve *ve_enforced(void)
{
	struct ve *ve = user_ns_ve(current_user_ns());

	return ve && ve_enforces(ve) ? ve : NULL;
}

bool ve_may_own(const struct ve *ve, const struct user_namespace *ns)
{
	return user_ns_ve(ns->parent) != ve || ve_has_feature(ve, VE_FEATURE_NESTING) ||
	       ve_has_feature(ve, VE_FEATURE_USERNS);
}

int __ve_check_namespaces(unsigned long flags, const struct user_namespace *owner)
{
	struct ve *ve;

	if (!(flags & (VE_NESTING_FLAGS | VE_OWNED_FLAGS)))
		return 0;
	ve = ve_enforced();
	if (!ve || ve_has_feature(ve, VE_FEATURE_NESTING))
		return 0;
	if (flags & VE_NESTING_FLAGS)
		return -EPERM;
	if (ve_may_own(ve, owner))
		return 0;
	ve_log_refused(ve, "a namespace that belongs to a user namespace (feature userns)");
	return -EPERM;
}

int __ve_check_anon_inode(const char *name)
{
	struct ve *ve = ve_enforced();

	return !ve || ve_allows_anon_inode(ve->features, name) ? 0 : -EPERM;
}

bool __ve_may_mount(const struct file_system_type *type)
{
	struct ve *ve = ve_enforced();

	return !ve || ve_allows_filesystem(ve->features, type->name);
}

/* The pool is the host's, and no row counts what is taken from it. */
bool __ve_refuses_huge_pages(void)
{
	return ve_enforced();
}

#ifdef CONFIG_MODULES
/* call_modprobe() runs: modprobe_path -q -- NAME */
static bool is_modprobe(const struct subprocess_info *info, const char **name)
{
	*name = NULL;
	if (info->path != modprobe_path)
		return false;
	*name = info->argv[3];
	return true;
}
#else
static bool is_modprobe(const struct subprocess_info *info, const char **name)
{
	return false;
}
#endif

/*
 * Helpers run as the host's root in its namespaces, so a VE starts none, apart
 * from modprobe with a module of the list. A core_pattern pipe ends here too.
 */
int __ve_check_helper(const struct subprocess_info *info)
{
	struct ve *ve = ve_enforced();
	const char *name;

	if (!ve)
		return 0;
	if (is_modprobe(info, &name) && ve_allows_module(ve->features, name))
		return 0;
	return -EPERM;
}

/*
 * A kernel thread works on nobody's account and is in no row: threaded NAPI alone
 * would give a VE one for each queue of a device. docs/kernel-threads.md lists
 * who makes some.
 */
int __ve_check_kthread(const char *format, va_list args)
{
	struct ve *ve = ve_enforced();
	char name[64];
	va_list copy;

	if (!ve)
		return 0;
	va_copy(copy, args);
	vsnprintf(name, sizeof(name), format, copy);
	va_end(copy);
	return ve_allows_kthread(ve->features, name) ? 0 : -EPERM;
}

/* No feature opens it: a device may have thousands of queues. */
int __ve_check_queue_threads(void)
{
	return ve_enforced() ? -EPERM : 0;
}
