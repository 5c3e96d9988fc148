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
#include <vz/controller.h>

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
};

/* Modules that a program of a VE may cause to be loaded. */
static const struct ve_name_rule module_rules[] = {
	{ "net-pf-1",			VE_ALWAYS },
	{ "net-pf-2",			VE_ALWAYS },
	{ "net-pf-10",			VE_ALWAYS },
	{ "net-pf-16",			VE_ALWAYS },
	{ "net-pf-17",			VE_ALWAYS },
	{ "net-pf-16-proto-4-type-*",	VE_ALWAYS },	/* socket diagnosis */
	{ "net-pf-16-proto-12",		VE_ALWAYS },	/* nfnetlink */
	{ "nfnetlink-subsys-*",		VE_ALWAYS },
	{ "nft-*",			VE_ALWAYS },
	{ "nf_conntrack*",		VE_ALWAYS },
	{ "ip_tables",			VE_ALWAYS },
	{ "ip6_tables",			VE_ALWAYS },
	{ "iptable_*",			VE_ALWAYS },
	{ "ip6table_*",			VE_ALWAYS },
	{ "ipt_*",			VE_ALWAYS },
	{ "ip6t_*",			VE_ALWAYS },
	{ "xt_*",			VE_ALWAYS },
	{ "rtnl-link-dummy",		VE_ALWAYS },
	{ "rtnl-link-veth",		VE_ALWAYS },
	{ "fs-fuse",			VE_FEATURE_FUSE },
	{ "fs-overlay",			VE_FEATURE_OVERLAY },
};

static const int family_rules[] = {
	AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
};

/* For AF_INET and AF_INET6. MPTCP, SCTP and others cannot be dumped. */
static const int protocol_rules[] = {
	IPPROTO_IP, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_GRE,
	IPPROTO_ESP, IPPROTO_AH, IPPROTO_ICMPV6, IPPROTO_UDPLITE, IPPROTO_RAW,
};

/* Namespaces of its own kind in a VE: CRIU dumps nested mnt and net only. */
#define VE_NESTING_FLAGS \
	(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWTIME | CLONE_NEWCGROUP)

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

bool ve_allows_module(u64 features, const char *name)
{
	return name_allowed(module_rules, ARRAY_SIZE(module_rules), features,
			    name);
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

int __ve_check_namespaces(unsigned long flags)
{
	struct ve *ve;

	if (!(flags & VE_NESTING_FLAGS))
		return 0;
	ve = ve_enforced();
	return !ve || ve_has_feature(ve, VE_FEATURE_NESTING) ? 0 : -EPERM;
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
