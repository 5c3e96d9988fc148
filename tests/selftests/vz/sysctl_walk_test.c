// SPDX-License-Identifier: GPL-2.0-only
/*
 * Root of a VE writes to each file below /proc/sys whatever does harm: huge,
 * negative, no, too many and broken numbers, in one piece and in pieces. No file
 * takes a value beyond the table (ve/sysctl.def), none is open that is not in
 * it, and afterwards the host and another VE have what they had.
 *
 *	host ----------- compares before and after; enters the first VE's net
 *	 |- VE 158 ----- writes, first while it is restored, then while it runs
 *	 '- VE 159 ----- compares before and after
 */
#include "vz.h"
#include "nl.h"
#include <ftw.h>
#include <linux/ip.h>

#define ATTACKER	158
#define OTHER		159

#define ROOT		"/proc/sys/"
#define FILES		4096
#define VALUE		512

struct range {
	__int128 min, max;
};

struct row {
	const char *path;
	unsigned int text, nr;
	struct range ranges[4];
};

#define NUMBERS(file, ...)	{ file, 0, sizeof((struct range[]){ __VA_ARGS__ }) / \
				  sizeof(struct range), { __VA_ARGS__ } },
#define TEXT(file, bytes)	{ file, bytes, 0, { { 0, 0 } } },

/* What is the VE's own is written like what belongs to a namespace. */
#define OWN(file, first, ...)		NUMBERS(file, __VA_ARGS__)
#define OWN_TEXT(file, first, bytes)	TEXT(file, bytes)
#define SHOWN(file, function)

static const struct row rows[] = {
#include "../../../ve/sysctl.def"
#include "../../../ve/sysctl_own.def"
};

/* They belong to no table of namespaces: their handlers know whose they are. */
static const char *const own[] = { "kernel/ns_last_pid" };

/* What changes by itself. */
static const char *const restless[] = {
	"fs/aio-nr", "fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state",
	"fs/quota/", "kernel/ns_last_pid", "kernel/pty/nr", "kernel/random/entropy_avail",
	"kernel/random/uuid", "net/netfilter/nf_conntrack_count", "vm/stat_refresh",
};

/* Each is also the first of many, the last of many, and in pieces. */
static const char *const values[] = {
	"0", "1", "-1", "2", "99", "255", "256", "65535", "65536", "1048576", "1000000000",
	"2147483646", "2147483647", "2147483648", "4294967295", "4294967296",
	"-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
	"-9223372036854775808", "18446744073709551615", "18446744073709551616",
	"99999999999999999999999999999999", "0x7fffffff", "0xffffffff", "017777777777",
	"-0x80000000", "000000000000000000000000000007", "", "\n", " ", "x", "1x", "-", "--1", "+1",
	"1-", "1,2", "1 x", "1.5", "1e9", "0x", "cubic", "reno", "NONE", "nf_log_syslog", "::1",
	"1 0", "0 0", "1 1", "-1 -1", "1000000000 1000000000", "0 2147483647",
	"0 0 0", "1000000000 1000000000 1000000000", "4096 2147483647 2147483647",
	"1 1 1 1", "2147483647 2147483647 2147483647 2147483647", "1 2 3 4 5 6 7 8 9",
};

static struct shot {
	int n;
	struct {
		char path[128], value[VALUE];
		bool writable;
	} files[FILES];
} now, before;

static int bad;		/* attacks that went through */

static bool is_one_of(const char *path, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strncmp(path, names[i], strlen(names[i])))
			return true;
	return false;
}

static bool matches(const char *pattern, const char *path)
{
	const char *star = strchr(pattern, '*');
	size_t len = star ? (size_t)(star - pattern) : strlen(pattern);

	if (strncmp(pattern, path, len))
		return false;
	path += len;
	return star ? *path && *path != '/' && matches(star + 1, path + strcspn(path, "/")) :
		      !*path;
}

static const struct row *find_row(const char *path)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (matches(rows[i].path, path))
			return &rows[i];
	return NULL;
}

static ssize_t read_sysctl(const char *path, char *buf)
{
	char full[256];
	ssize_t n;
	int fd;

	snprintf(full, sizeof(full), ROOT "%s", path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, VALUE - 1);
	buf[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return n;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int fd;

	(void)type;
	(void)ftw;
	if (!S_ISREG(st->st_mode))
		return 0;
	need(now.n < FILES && strlen(path) < sizeof(now.files[0].path));
	strcpy(now.files[now.n].path, path + strlen(ROOT));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	now.files[now.n].writable = fd >= 0;
	if (fd >= 0)
		close(fd);
	read_sysctl(now.files[now.n].path, now.files[now.n].value);
	now.n++;
	return 0;
}

static void take_shot(void)
{
	now.n = 0;
	need(!nftw("/proc/sys", visit, 32, FTW_PHYS));
}

static void compare_shots(const char *whose)
{
	int i, differ = 0;

	before = now;
	take_shot();
	for (i = 0; i < now.n && i < before.n; i++) {
		if (!strcmp(now.files[i].value, before.files[i].value) &&
		    !strcmp(now.files[i].path, before.files[i].path))
			continue;
		if (is_one_of(now.files[i].path, restless, sizeof(restless) / sizeof(*restless)))
			continue;
		differ++;
		printf("# %s: was %s# now %s", now.files[i].path, before.files[i].value,
		       now.files[i].value);
	}
	ok(!differ && now.n == before.n && now.n > 300, "%s: %d of %d files differ", whose, differ,
	   now.n);
}

static bool is_within(const struct row *row, const char *text)
{
	unsigned int n;

	if (row->text)
		return strlen(text) <= row->text;
	for (n = 0; *(text += strspn(text, " \t\n")); n++) {
		bool negative = *text == '-';
		__int128 value;
		char *end;

		errno = 0;
		value = strtoull(text + negative, &end, 10);
		if (errno || n == row->nr || end == text + negative)
			return false;
		if (negative)
			value = -value;
		if (value < row->ranges[n].min || value > row->ranges[n].max)
			return false;
		text = end;
	}
	return true;
}

static void look(const struct row *row, const char *path, const char *what)
{
	char value[VALUE];

	if (read_sysctl(path, value) < 0 || is_within(row, value))
		return;
	bad++;
	printf("# %s after \"%s\": %s", path, what, value);
}

static int open_sysctl(const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), ROOT "%s", path);
	return open(full, O_WRONLY | O_CLOEXEC);
}

/* In one piece; in pieces of two bytes; at an offset; with a 0 behind it. */
static void attack_with(const struct row *row, const char *path, const char *value)
{
	size_t len = strlen(value), at;
	int fd = open_sysctl(path);

	if (fd < 0)
		return;
	if (write(fd, value, len) >= 0)
		look(row, path, value);
	close(fd);
	fd = open_sysctl(path);
	for (at = 0; at < len; at += 2)
		if (write(fd, value + at, len - at < 2 ? len - at : 2) < 0)
			lseek(fd, 2, SEEK_CUR);
	look(row, path, value);
	if (pwrite(fd, value, len, 1) > 0 || pwrite(fd, value, len + 1, 1L << 40) > 0) {
		bad++;
		printf("# %s takes \"%s\" at an offset\n", path, value);
	}
	if (pwrite(fd, value, len + 1, 0) >= 0)
		look(row, path, value);
	close(fd);
}

static void put_back(const char *path, const char *value)
{
	int fd = open_sysctl(path);

	if (fd < 0)
		return;
	/* The kernel itself takes no -1, which says that the next id is free to choose. */
	if (write(fd, value, strlen(value)) < 0 && strcspn(value, "\n") &&
	    !strstr(path, "_next_id")) {
		bad++;
		printf("# %s: its own %s# is refused: %s\n", path, value, strerror(errno));
	}
	close(fd);
}

/* Much more than any file takes. */
static void attack_with_much(const struct row *row, const char *path)
{
	static char much[64 * 1024];
	int fd = open_sysctl(path);
	size_t i;

	for (i = 0; i < sizeof(much) - 2; i += 2)
		memcpy(much + i, "1 ", 3);
	if (pwrite(fd, much, sizeof(much) - 1, 0) >= 0)
		look(row, path, "1 1 1 ...");
	memset(much, '7', sizeof(much) - 1);
	if (pwrite(fd, much, sizeof(much) - 1, 0) >= 0)
		look(row, path, "777...");
	close(fd);
}

/* With each @step-th of the values. */
static void walk(const char *whose, size_t step)
{
	int i, attacked = 0;

	take_shot();
	for (i = 0; i < now.n; i++) {
		const char *path = now.files[i].path;
		const struct row *row = find_row(path);

		if (!now.files[i].writable)
			continue;
		if (is_one_of(path, own, sizeof(own) / sizeof(own[0])))
			continue;
		if (!row) {
			bad++;
			printf("# %s is not in the table and open\n", path);
			continue;
		}
		look(row, path, "nothing");
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k += step)
			attack_with(row, path, values[k]);
		attack_with_much(row, path);
		put_back(path, now.files[i].value);
		attacked++;
	}
	ok(!bad && attacked > 300, "%s: %d files attacked, %d attacks went through", whose,
	   attacked, bad);
}

/* What an ordinary machine sets at boot, and what would void the limits. */
static void set_usual(const char *whose)
{
	static const struct {
		const char *path, *good, *evil;
	} files[] = {
		{ "net/core/somaxconn", "4096", "65536" },
		{ "net/ipv4/tcp_keepalive_intvl", "75", "0" },
		{ "net/ipv4/tcp_keepalive_time", "300", "0" },
		{ "net/ipv4/tcp_max_syn_backlog", "4096", "2147483647" },
		{ "net/ipv4/tcp_rmem", "4096\t131072\t6291456\n", "4096 131072 1073741824" },
		{ "net/ipv4/ipfrag_time", "30", "2147483" },
		{ "net/ipv4/igmp_max_msf", "10", "2147483647" },
		{ "net/ipv4/conf/all/rp_filter", "2", "-1" },
		{ "net/ipv4/neigh/lo/unres_qlen_bytes", "65536", "2147483647" },
		{ "net/ipv6/conf/lo/max_addresses", "16", "0" },
		{ "net/unix/max_dgram_qlen", "512", "2147483647" },
		{ "kernel/sem", "250 32000 100 128", "250 32000 2147483647 128" },
		{ "kernel/shmmax", "68719476736", "-2" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		ok_eq(write_at(ROOT, files[i].path, files[i].good), 0, files[i].path);
		ok_eq(write_at(ROOT, files[i].path, files[i].evil), EINVAL, whose);
	}
}

/* The same numbers by netlink. */
static void attack_by_netlink(void)
{
	static const char queue[] = "net/ipv4/neigh/lo/unres_qlen_bytes";
	unsigned int lo = if_nametoindex("lo"), much = 1 << 30;
	int fd = nl_open(NETLINK_ROUTE);
	struct ifinfomsg *ifi;
	struct nlattr *a, *b, *c;
	struct nl nl = { 0 };
	struct ndtmsg *ndt;

	ndt = nl_msg(&nl, RTM_SETNEIGHTBL, NLM_F_ACK, sizeof(*ndt));
	ndt->ndtm_family = AF_INET;
	nl_text(&nl, NDTA_NAME, "arp_cache");
	a = nl_nest(&nl, NDTA_PARMS);
	nl_put(&nl, NDTPA_IFINDEX, &lo, sizeof(lo));
	nl_put(&nl, NDTPA_QUEUE_LENBYTES, &much, sizeof(much));
	nl_end(&nl, a);
	ok_eq(nl_talk(fd, &nl, 1), EPERM, "what neighbours hold, by netlink");
	look(find_row(queue), queue, "netlink");

	ifi = nl_msg(&nl, RTM_NEWLINK, NLM_F_ACK, sizeof(*ifi));
	ifi->ifi_index = lo;
	a = nl_nest(&nl, IFLA_AF_SPEC);
	b = nl_nest(&nl, AF_INET);
	c = nl_nest(&nl, IFLA_INET_CONF);
	nl_put(&nl, IPV4_DEVCONF_RP_FILTER, &much, sizeof(much));
	nl_end(&nl, c);
	nl_end(&nl, b);
	nl_end(&nl, a);
	ok_eq(nl_talk(fd, &nl, 1), EPERM, "a device's rp_filter, by netlink");
	close(fd);
}

static int attack_running(void *unused)
{
	(void)unused;
	attack_by_netlink();
	walk("a VE", 1);
	set_usual("a VE");
	return 0;
}

static int attack_as_restored(void *unused)
{
	(void)unused;
	attack_by_netlink();
	walk("a VE that is restored", 5);
	set_usual("a VE that is restored");
	return 0;
}

/* Root of the host, in the namespace of a VE: what a restorer of a hostile image does. */
static int attack_from_host(void *unused)
{
	(void)unused;
	ok_eq(write_at(ROOT, "net/ipv4/tcp_wmem", "1073741824 1073741824 1073741824"), EINVAL,
	      "tcp_wmem");
	ok_eq(write_at(ROOT, "net/core/somaxconn", "1000000"), EINVAL, "somaxconn");
	ok_eq(write_at(ROOT, "net/core/somaxconn", "1024"), 0, "somaxconn as usual");
	return 0;
}

static int enter(const struct test_ve *ve, int (*fn)(void *))
{
	char path[64];
	int fd, status;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", ve->helper);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0);
	pid = fork();
	need(pid >= 0);
	if (!pid)
		_exit(setns(fd, CLONE_NEWNET) || fn(NULL));
	close(fd);
	need(waitpid(pid, &status, 0) == pid);
	return status;
}

static int ready[2], go[2];

static int other(void *unused)
{
	char c;

	(void)unused;
	take_shot();
	need(write(ready[1], "x", 1) == 1 && read(go[0], &c, 1) == 1);
	compare_shots("another VE");
	return 0;
}

/* Its first process runs while it is restored. */
static void attack_restoring(void)
{
	struct test_ve ve;

	need(!ve_create(&ve, ATTACKER));
	need(!ve_boot(&ve, attack_as_restored, NULL, "RESTORING"));
	close(ve.go);
	ok(!ve_join(&ve), "a VE that is restored has tried everything");
	ve_destroy(&ve);
}

int main(void)
{
	struct test_ve ve, other_ve;
	char c;

	test_start();
	need(!pipe2(ready, O_CLOEXEC) && !pipe2(go, O_CLOEXEC));
	need(!ve_create(&ve, ATTACKER) && !ve_create(&other_ve, OTHER));
	need(!ve_boot(&other_ve, other, NULL, "STARTING") && !ve_run(&other_ve));
	need(read(ready[0], &c, 1) == 1);
	need(!ve_boot(&ve, attack_running, NULL, "STARTING"));
	take_shot();
	ok(!enter(&ve, attack_from_host), "the host has entered");
	need(!ve_run(&ve));
	ok(!ve_join(&ve), "a VE has tried everything");
	ve_destroy(&ve);
	attack_restoring();

	compare_shots("the host");
	need(write(go[1], "x", 1) == 1);
	ok(!ve_join(&other_ve), "another VE has compared");
	ve_destroy(&other_ve);
	return test_end();
}
