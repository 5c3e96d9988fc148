// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the tables of ve/: states, refusals, devices, visibility of /proc,
 * sysctls. They own nothing and touch no VE.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/kdev_t.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <vz/object.h>

#include "core.h"
#include "cpus.h"
#include "devices.h"
#include "log_ring.h"
#include "proc.h"
#include "refuse.h"
#include "sysctl.h"
#include "sysfs.h"
#include "visible.h"

/* Every move of a writer, with an init and no task left. */
static void states_moves(struct kunit *test)
{
	static const bool allowed[VE_NR_STATES][VE_NR_STATES] = {
		[VE_STOPPED]	= { [VE_STARTING] = true, [VE_RESTORING] = true },
		[VE_STARTING]	= { [VE_RUNNING] = true, [VE_STOPPED] = true },
		[VE_RESTORING]	= { [VE_RUNNING] = true, [VE_STOPPED] = true },
		[VE_STOPPING]	= { [VE_STOPPED] = true },
	};
	int from, to;

	for (from = 0; from < VE_NR_STATES; from++)
		for (to = 0; to < VE_NR_STATES; to++)
			KUNIT_EXPECT_EQ_MSG(test, ve_next_state(from, to, true, true),
					    allowed[from][to] ? 0 : -EINVAL,
					    "%s to %s", ve_state_names[from],
					    ve_state_names[to]);
}

static void states_conditions(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ve_next_state(VE_STARTING, VE_RUNNING, false, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, ve_next_state(VE_RESTORING, VE_RUNNING, true, false), 0);
	KUNIT_EXPECT_EQ(test, ve_next_state(VE_STARTING, VE_STOPPED, true, false), -EBUSY);
	KUNIT_EXPECT_EQ(test, ve_next_state(VE_STOPPING, VE_STOPPED, false, false), -EBUSY);
	KUNIT_EXPECT_EQ(test, ve_next_state(VE_RUNNING, VE_STOPPED, true, true), -EINVAL);
	KUNIT_EXPECT_EQ(test, ve_next_state(VE_STOPPED, VE_NR_STATES, true, true), -EINVAL);
}

/* Each name once and none missing: ve.features and ve.state look them up. */
static void names_unique(struct kunit *test)
{
	int i;

	for (i = 0; i < VE_NR_STATES; i++)
		KUNIT_EXPECT_EQ(test, match_string(ve_state_names, VE_NR_STATES,
						   ve_state_names[i]), i);
	for (i = 0; i < VE_NR_FEATURES; i++)
		KUNIT_EXPECT_EQ(test, match_string(ve_feature_names, VE_NR_FEATURES,
						   ve_feature_names[i]), i);
}

static void refuse_anon(struct kunit *test)
{
	static const char *const always[] = {
		"[eventfd]", "[eventpoll]", "inotify", "[fanotify]", "[signalfd]",
		"[timerfd]", "[fscontext]",
	};
	static const char *const never[] = {
		"kvm-vm", "[secretmem]", "something new", "", "[eventfd", "b",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(always); i++)
		KUNIT_EXPECT_TRUE_MSG(test, ve_allows_anon_inode(0, always[i]), "%s", always[i]);
	for (i = 0; i < ARRAY_SIZE(never); i++)
		KUNIT_EXPECT_FALSE_MSG(test, ve_allows_anon_inode(~0ULL, never[i]), "%s", never[i]);
	KUNIT_EXPECT_FALSE(test, ve_allows_anon_inode(0, "bpf-map"));
	KUNIT_EXPECT_TRUE(test, ve_allows_anon_inode(BIT_ULL(VE_FEATURE_BPF), "bpf-map"));
	KUNIT_EXPECT_FALSE(test, ve_allows_anon_inode(BIT_ULL(VE_FEATURE_BPF), "[io_uring]"));
	KUNIT_EXPECT_TRUE(test, ve_allows_anon_inode(BIT_ULL(VE_FEATURE_IO_URING), "[io_uring]"));
}

static void refuse_mount(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ve_allows_filesystem(0, "tmpfs"));
	KUNIT_EXPECT_TRUE(test, ve_allows_filesystem(0, "cgroup2"));
	KUNIT_EXPECT_FALSE(test, ve_allows_filesystem(~0ULL, "cgroup"));
	KUNIT_EXPECT_FALSE(test, ve_allows_filesystem(~0ULL, "ramfs"));
	KUNIT_EXPECT_FALSE(test, ve_allows_filesystem(~0ULL, "ext4"));
	KUNIT_EXPECT_FALSE(test, ve_allows_filesystem(0, "fuse"));
	KUNIT_EXPECT_TRUE(test, ve_allows_filesystem(BIT_ULL(VE_FEATURE_FUSE), "fuse"));
}

static void refuse_socket(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ve_allows_family(AF_UNIX));
	KUNIT_EXPECT_TRUE(test, ve_allows_family(AF_INET6));
	KUNIT_EXPECT_FALSE(test, ve_allows_family(AF_ALG));
	KUNIT_EXPECT_FALSE(test, ve_allows_family(AF_VSOCK));
	KUNIT_EXPECT_FALSE(test, ve_allows_family(AF_MAX + 1));
	KUNIT_EXPECT_TRUE(test, ve_allows_protocol(AF_INET, SOCK_STREAM, 0));
	KUNIT_EXPECT_TRUE(test, ve_allows_protocol(AF_INET, SOCK_RAW, IPPROTO_PIM));
	KUNIT_EXPECT_FALSE(test, ve_allows_protocol(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
	KUNIT_EXPECT_FALSE(test, ve_allows_protocol(AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP));
	KUNIT_EXPECT_FALSE(test, ve_allows_protocol(AF_INET, SOCK_RAW, -1));
	KUNIT_EXPECT_TRUE(test, ve_allows_protocol(AF_NETLINK, SOCK_RAW, 15));
}

static void refuse_socket_option(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ve_allows_socket_option(SOL_SOCKET, SO_REUSEPORT));
	KUNIT_EXPECT_TRUE(test, ve_allows_socket_option(SOL_SOCKET, SO_ATTACH_FILTER));
	KUNIT_EXPECT_TRUE(test, ve_allows_socket_option(SOL_TCP, TCP_NODELAY));
	KUNIT_EXPECT_FALSE(test, ve_allows_socket_option(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF));
	KUNIT_EXPECT_FALSE(test, ve_allows_socket_option(SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF));
	KUNIT_EXPECT_FALSE(test, ve_allows_socket_option(SOL_TCP, TCP_ULP));
	KUNIT_EXPECT_FALSE(test, ve_allows_socket_option(SOL_TCP, TCP_MD5SIG));
	KUNIT_EXPECT_FALSE(test, ve_allows_socket_option(SOL_TCP, TCP_MD5SIG_EXT));
	KUNIT_EXPECT_FALSE(test, ve_allows_socket_option(SOL_TCP, TCP_AO_ADD_KEY));
}

static void refuse_module(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ve_allows_module(0, "net-pf-16-proto-4-type-2"));
	KUNIT_EXPECT_TRUE(test, ve_allows_module(0, "xt_conntrack"));
	KUNIT_EXPECT_TRUE(test, ve_allows_module(0, "ipt_MASQUERADE"));
	KUNIT_EXPECT_TRUE(test, ve_allows_module(0, "ip6table_filter"));
	KUNIT_EXPECT_TRUE(test, ve_allows_module(0, "nft-expr-ct"));
	KUNIT_EXPECT_TRUE(test, ve_allows_module(0, "nft-expr-2-reject"));
	KUNIT_EXPECT_TRUE(test, ve_allows_module(0, "nft-chain-1-nat"));
	/* exact names: what only begins like one is another module */
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "xt_conntrack2"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "xt_"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "xt_LED"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "ipt_IDLETIMER"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "iptable_"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "nft-expr-7-reject"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "nft-expr-2-2-reject"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "nf_conntrack_h323"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "nfnetlink-subsys-6"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "net-pf-16-proto-4-type-40"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "net-pf-38"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(0, "fs-fuse"));
	KUNIT_EXPECT_TRUE(test, ve_allows_module(BIT_ULL(VE_FEATURE_FUSE), "fs-fuse"));
	KUNIT_EXPECT_FALSE(test, ve_allows_module(~0ULL, "crypto-sha256"));
}

static void refuse_link(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ve_allows_link(0, "veth"));
	KUNIT_EXPECT_TRUE(test, ve_allows_link(0, "bridge"));
	KUNIT_EXPECT_FALSE(test, ve_allows_link(0, "wireguard"));
	KUNIT_EXPECT_TRUE(test, ve_allows_link(BIT_ULL(VE_FEATURE_WIREGUARD), "wireguard"));
	KUNIT_EXPECT_FALSE(test, ve_allows_link(BIT_ULL(VE_FEATURE_WIREGUARD), "tun"));
	KUNIT_EXPECT_FALSE(test, ve_allows_link(~0ULL, "bond"));
	KUNIT_EXPECT_FALSE(test, ve_allows_link(~0ULL, ""));
	KUNIT_EXPECT_FALSE(test, ve_allows_kthread(0, "kworker/R-wg-crypt-wg0"));
	KUNIT_EXPECT_TRUE(test, ve_allows_kthread(BIT_ULL(VE_FEATURE_WIREGUARD),
						  "kworker/R-wg-crypt-wg0"));
	KUNIT_EXPECT_FALSE(test, ve_allows_kthread(~0ULL, "kworker/R-bond0"));
	KUNIT_EXPECT_TRUE(test, ve_allows_kthread(0, "kworker/R-dio/vda"));
	KUNIT_EXPECT_FALSE(test, ve_allows_kthread(~0ULL, "napi/wg0-1"));
}

static void devices_list(struct kunit *test)
{
	struct ve_devices *list = ve_devices_alloc();
	char text[64];

	KUNIT_ASSERT_NOT_NULL(test, list);
	strscpy(text, "default\nb 7:* r\n");
	KUNIT_EXPECT_EQ(test, ve_devices_edit(list, text), 0);
	KUNIT_EXPECT_TRUE(test, ve_devices_allow(list, 'c', MKDEV(1, 3),
						 VE_DEVICE_READ | VE_DEVICE_WRITE));
	KUNIT_EXPECT_TRUE(test, ve_devices_allow(list, 'c', MKDEV(136, 77), VE_DEVICE_WRITE));
	KUNIT_EXPECT_FALSE(test, ve_devices_allow(list, 'c', MKDEV(1, 1), VE_DEVICE_READ));
	KUNIT_EXPECT_FALSE(test, ve_devices_allow(list, 'b', MKDEV(1, 3), VE_DEVICE_READ));
	KUNIT_EXPECT_TRUE(test, ve_devices_allow(list, 'b', MKDEV(7, 5), VE_DEVICE_READ));
	KUNIT_EXPECT_FALSE(test, ve_devices_allow(list, 'b', MKDEV(7, 5),
						  VE_DEVICE_READ | VE_DEVICE_WRITE));
	KUNIT_EXPECT_FALSE(test, ve_devices_allow(list, 'b', MKDEV(8, 0), VE_DEVICE_READ));

	/* what several rows give adds up; a sign changes only what it names */
	strscpy(text, "+b 7:5 w\n-c 1:3");
	KUNIT_EXPECT_EQ(test, ve_devices_edit(list, text), 0);
	KUNIT_EXPECT_TRUE(test, ve_devices_allow(list, 'b', MKDEV(7, 5),
						 VE_DEVICE_READ | VE_DEVICE_WRITE));
	KUNIT_EXPECT_FALSE(test, ve_devices_allow(list, 'c', MKDEV(1, 3), VE_DEVICE_READ));
	KUNIT_EXPECT_TRUE(test, ve_devices_allow(list, 'c', MKDEV(1, 5), VE_DEVICE_READ));
	kfree(list);
}

static void visible_classes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ve_proc_class("net"), VE_PROC_NATIVE);
	KUNIT_EXPECT_EQ(test, ve_proc_class("net/stat/nf_conntrack"), VE_PROC_NATIVE);
	KUNIT_EXPECT_EQ(test, ve_proc_class("network"), VE_PROC_HIDDEN);
	KUNIT_EXPECT_EQ(test, ve_proc_class("tty"), VE_PROC_NATIVE);
	KUNIT_EXPECT_EQ(test, ve_proc_class("tty/driver/serial"), VE_PROC_HIDDEN);
	KUNIT_EXPECT_EQ(test, ve_proc_class("fs/ext4/vda"), VE_PROC_HIDDEN);
	KUNIT_EXPECT_EQ(test, ve_proc_class("meminfo"), VE_PROC_VIRTUAL);
	KUNIT_EXPECT_EQ(test, ve_proc_class("vz/veip"), VE_PROC_OWN);
	KUNIT_EXPECT_EQ(test, ve_proc_class("vz/version"), VE_PROC_HIDDEN);
	KUNIT_EXPECT_EQ(test, ve_proc_class("bc/101/resources"), VE_PROC_HIDDEN);
	KUNIT_EXPECT_EQ(test, ve_proc_class("kcore"), VE_PROC_HIDDEN);
	KUNIT_EXPECT_EQ(test, ve_proc_class(""), VE_PROC_HIDDEN);
}

/* A row that says "virtual" without a file would be a hole. */
static void visible_replacements(struct kunit *test)
{
	static const char *const names[] = {
		"meminfo", "cpuinfo", "swaps", "vmstat", "stat", "uptime", "loadavg",
		"filesystems", "devices", "partitions", "diskstats", "modules",
		"cmdline", "kmsg", "interrupts", "softirqs",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_EQ(test, ve_proc_class(names[i]), VE_PROC_VIRTUAL);
		KUNIT_EXPECT_NOT_NULL(test, ve_proc_replacement(names[i]));
	}
	KUNIT_EXPECT_NULL(test, ve_proc_replacement("kcore"));
}

/* Two VE CPUs on the online CPUs 0, 2, 3, 5 and 6: CPU 0 is 0, 3, 6; CPU 1 is 2, 5. */
static void cpus_fold(struct kunit *test)
{
	static const unsigned long host[] = { 0x00, 0x01, 0x04, 0x09, 0x24, 0x6d };
	static const unsigned long seen[] = { 0x0, 0x1, 0x2, 0x1, 0x2, 0x3 };
	struct cpumask *online = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	struct cpumask *mask = kunit_kzalloc(test, cpumask_size(), GFP_KERNEL);
	int i;

	if (nr_cpu_ids < 7)
		kunit_skip(test, "fewer than 7 possible CPUs");
	KUNIT_ASSERT_TRUE(test, online && mask);
	cpumask_bits(online)[0] = 0x6d;
	for (i = 0; i < ARRAY_SIZE(host); i++) {
		cpumask_bits(mask)[0] = host[i];
		ve_fold_cpus(mask, online, 2);
		KUNIT_EXPECT_EQ(test, cpumask_bits(mask)[0], seen[i]);
	}
	cpumask_bits(mask)[0] = 0x1;
	ve_unfold_cpus(mask, online, 2);
	KUNIT_EXPECT_EQ(test, cpumask_bits(mask)[0], 0x49);
	cpumask_bits(mask)[0] = 0x2;
	ve_unfold_cpus(mask, online, 2);
	KUNIT_EXPECT_EQ(test, cpumask_bits(mask)[0], 0x24);
	cpumask_bits(mask)[0] = 0x7;
	ve_unfold_cpus(mask, online, 2);
	KUNIT_EXPECT_EQ(test, cpumask_bits(mask)[0], 0x6d);
	cpumask_bits(mask)[0] = 0x7c;	/* there are no such CPUs in the VE */
	ve_unfold_cpus(mask, online, 2);
	KUNIT_EXPECT_EQ(test, cpumask_bits(mask)[0], 0);
}

static void sysctl_rows(struct kunit *test)
{
	static const char *const open[] = {
		"net/core/somaxconn", "net/ipv4/conf/eth0.1/rp_filter",
		"net/ipv6/neigh/a*b/locktime", "net/netfilter/nf_conntrack_tcp_timeout_close",
		"user/max_user_namespaces",
	};
	static const char *const fixed[] = {
		"", "net", "net/core", "net/core/somaxconn/", "net/core/somaxcon",
		"net/core/somaxconns", "net/ipv4/conf//rp_filter", "net/ipv4/conf/a/b/rp_filter",
		"net/netfilter/nf_conntrack_tcp_timeout_", "net/netfilter/nf_hooks_lwtunnel",
		"user/max_/x", "kernel/core_pattern",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(open); i++)
		KUNIT_EXPECT_NOT_NULL_MSG(test, ve_sysctl_find(open[i]), "%s", open[i]);
	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		KUNIT_EXPECT_NULL_MSG(test, ve_sysctl_find(fixed[i]), "%s", fixed[i]);
}

static void sysctl_values(struct kunit *test)
{
	static const struct {
		const char *path, *text;
		int ret;
	} cases[] = {
		{ "net/core/somaxconn", "0\n", 0 },
		{ "net/core/somaxconn", " 0xffff ", 0 },
		{ "net/core/somaxconn", "65536", -EINVAL },
		{ "net/core/somaxconn", "-1", -EINVAL },
		{ "net/core/somaxconn", "", -EINVAL },
		{ "net/core/somaxconn", "1 2", -EINVAL },
		{ "net/core/somaxconn", "1x", -EINVAL },
		{ "net/core/somaxconn", "+1", -EINVAL },
		{ "net/core/somaxconn", "-", -EINVAL },
		{ "net/core/somaxconn", "18446744073709551617", -EINVAL },
		{ "net/core/somaxconn", "000000000000000000001", -EINVAL },
		{ "net/ipv4/tcp_rmem", "4096", 0 },
		{ "net/ipv4/tcp_rmem", "4096\t131072\t67108864\n", 0 },
		{ "net/ipv4/tcp_rmem", "4096 131072 67108865", -EINVAL },
		{ "net/ipv4/tcp_rmem", "4096 1 1 1", -EINVAL },
		{ "net/ipv4/tcp_adv_win_scale", "-31", 0 },
		{ "net/ipv4/tcp_adv_win_scale", "-32", -EINVAL },
		{ "net/ipv4/tcp_adv_win_scale", "-18446744073709551615", -EINVAL },
		{ "kernel/shmmax", "18446744073709551615", 0 },
		{ "kernel/shmmax", "-1", -EINVAL },
		{ "net/ipv4/tcp_congestion_control", "reno", 0 },
		{ "net/ipv4/tcp_congestion_control", "a name that is long", -EINVAL },
	};
	const struct ve_sysctl *row;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		row = ve_sysctl_find(cases[i].path);
		KUNIT_ASSERT_NOT_NULL(test, row);
		KUNIT_EXPECT_EQ_MSG(test,
				    ve_sysctl_check(row, cases[i].text, strlen(cases[i].text)),
				    cases[i].ret, "%s: %s", cases[i].path, cases[i].text);
	}
	row = ve_sysctl_find("net/core/somaxconn");
	KUNIT_EXPECT_EQ(test, ve_sysctl_check(row, "1\0002", 3), -EINVAL);
}

static void sysfs_paths(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ve_sysfs_path_shown("class"));
	KUNIT_EXPECT_TRUE(test, ve_sysfs_path_shown("class/net"));
	KUNIT_EXPECT_TRUE(test, ve_sysfs_path_shown("class/net/eth0"));
	KUNIT_EXPECT_FALSE(test, ve_sysfs_path_shown("class/network"));
	KUNIT_EXPECT_FALSE(test, ve_sysfs_path_shown("class/dmi"));
	KUNIT_EXPECT_FALSE(test, ve_sysfs_path_shown("block/vda"));
	KUNIT_EXPECT_FALSE(test, ve_sysfs_path_shown("devices/pci0000:00"));
	KUNIT_EXPECT_FALSE(test, ve_sysfs_path_shown("kernel/mm/transparent_hugepages"));
	KUNIT_EXPECT_FALSE(test, ve_sysfs_path_shown(""));
}

/* Each record is whole however it lies in the ring, and the oldest goes first. */
static void log_wraps(struct kunit *test)
{
	struct ve_log_ring ring = { .size = 4096, .text = kunit_kzalloc(test, 4096, GFP_KERNEL) };
	struct ve_log_at at = VE_LOG_AT(0), old = VE_LOG_AT(0);
	char *text = kunit_kzalloc(test, VE_LOG_TEXT_MAX, GFP_KERNEL);
	struct ve_log_record r = { }, got;
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, ring.text && text);
	KUNIT_EXPECT_FALSE(test, ve_log_get(&ring, &old, &got, text));
	for (i = 0; i < 3000; i++) {
		r.len = i * 7 % (VE_LOG_TEXT_MAX + 1);
		r.when = i;
		memset(text, 'a' + i % 26, r.len);
		ve_log_put(&ring, &r, text);
		KUNIT_EXPECT_LE(test, ring.end - ring.start, ring.size);
		KUNIT_EXPECT_TRUE(test, ve_log_get(&ring, &at, &got, text));
		KUNIT_EXPECT_EQ(test, at.seq, i);
		KUNIT_EXPECT_EQ(test, got.len, r.len);
		KUNIT_EXPECT_EQ(test, got.when, i);
		if (r.len)
			KUNIT_EXPECT_EQ(test, text[r.len - 1], 'a' + i % 26);
		ve_log_step(&at, &got);
	}
	KUNIT_EXPECT_TRUE(test, ve_log_get(&ring, &old, &got, text));
	KUNIT_EXPECT_EQ(test, old.seq, ring.first);
	ve_log_seek(&ring, &at, U64_MAX);
	KUNIT_EXPECT_EQ(test, at.seq, ring.next);
}

static struct kunit_case ve_cases[] = {
	KUNIT_CASE(states_moves),
	KUNIT_CASE(states_conditions),
	KUNIT_CASE(names_unique),
	KUNIT_CASE(refuse_anon),
	KUNIT_CASE(refuse_mount),
	KUNIT_CASE(refuse_socket),
	KUNIT_CASE(refuse_socket_option),
	KUNIT_CASE(refuse_module),
	KUNIT_CASE(refuse_link),
	KUNIT_CASE(devices_list),
	KUNIT_CASE(visible_classes),
	KUNIT_CASE(visible_replacements),
	KUNIT_CASE(cpus_fold),
	KUNIT_CASE(sysctl_rows),
	KUNIT_CASE(sysctl_values),
	KUNIT_CASE(sysfs_paths),
	KUNIT_CASE(log_wraps),
	{ }
};

static struct kunit_suite ve_suite = {
	.name		= "ve",
	.test_cases	= ve_cases,
};
kunit_test_suite(ve_suite);
