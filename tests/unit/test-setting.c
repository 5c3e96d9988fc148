// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of settings and what is made from it. Runs in a mount namespace
 * of its own with an empty /etc/vz.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/setting_text.h"
#include "libvz/ub.h"
#include "tests/unit/tap.h"
#include "vzctl/ctx.h"
#include "vzctl/list_field.h"
#include "vzctl/set_parse.h"
#include "vzctl/set_rules.h"

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

/* What a writer of the table writes. */
static char *text_of(void (*fn)(FILE *out))
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		abort();
	fn(out);
	fclose(out);
	return text;
}

/* One call of set on VE 7; words end with NULL. The caller frees *c. */
static int set(struct vz_conf **c, struct set_call *s, struct vz_err *e, char **words)
{
	cleanup_conf struct vz_conf *was = NULL;
	struct ctx x = { .id = 7 };
	static char *argv[8192] = { "set" };
	int argc = 1, ret;

	while (*words)
		argv[argc++] = strdup(*words++);
	argv[argc] = NULL;
	memset(s, 0, sizeof(*s));
	if (vz_conf_load(7, &x.c, e) || vz_conf_load(7, &was, e))
		abort();
	optind = 0;
	ret = set_parse(&x, argc, argv, s, e);
	if (!ret)
		ret = set_rules(x.c, was, s, e);
	*c = x.c;
	while (argc > 1)
		free(argv[--argc]);
	return ret;
}

#define WORDS(...)	((char *[]){ __VA_ARGS__, NULL })

/* The variable after a call. */
static void set_is(const char *var, const char *want, char **words)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };
	struct set_call s;
	int ret = set(&c, &s, &e, words);

	set_call_free(&s);
	if (ret)
		printf("# %s\n", e.msg);
	vz_error_free(&e);
	CHECK(!ret);
	CHECK_STR(vz_conf_get_own(c, var), want);
}
#define SET_IS(var, want, ...)	set_is(var, want, WORDS(__VA_ARGS__))

static void set_fails(enum vz_cause why, char **words)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };
	struct set_call s;
	int ret = set(&c, &s, &e, words);
	enum vz_cause cause = e.cause;

	set_call_free(&s);
	vz_error_free(&e);
	if (!ret || cause != why)
		printf("# %s %s\n", words[0], words[1]);
	CHECK(ret && cause == why);
}
#define SET_FAILS(why, ...)	set_fails(why, WORDS(__VA_ARGS__))

static void rows_are_whole(void)
{
	bool letters[256] = { false };
	char name[32];

	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		const struct vz_setting *s = &vz_settings[row];

		CHECK(s->var && s->help && strchr(s->help, '.'));
		CHECK(s->flags & VZ_S_VERB || vz_setting_by_var(s->var) == s);
		CHECK(!s->option || s->arg);
		for (unsigned int n = 0; vz_setting_option(s, n, name); n++)
			CHECK(n < 3 && vz_setting_by_option(name) == s);
		CHECK(!s->letter || !letters[(unsigned char)s->letter]);
		letters[(unsigned char)s->letter] = true;
		CHECK(!s->field || (s->head && s->width));
		CHECK(s->type != VZ_T_ONOFF || s->names);
	}
}

static void every_option_is_told(void)
{
	char *help = text_of(vz_settings_help), *man = text_of(vz_settings_man_options);
	char *bash = text_of(vz_settings_completion), *zsh = text_of(vz_settings_zsh);
	char name[32], word[48], troff[64];

	for (int row = 0; row < VZ_NR_SETTINGS; row++)
		for (unsigned int n = 0; vz_setting_option(&vz_settings[row], n, name); n++) {
			char *t = troff;

			snprintf(word, sizeof(word), "--%s", name);
			CHECK(strstr(help, word) && strstr(bash, word) && strstr(zsh, word));
			for (const char *p = word; *p; p++) {
				if (*p == '-')
					*t++ = '\\';
				*t++ = *p;
			}
			*t = '\0';
			CHECK(strstr(man, troff));
		}
	free(help);
	free(man);
	free(bash);
	free(zsh);
}

static void every_counter_is_told(void)
{
	char *man = text_of(vz_settings_man_counters), row[64];

	for (int r = 0; r < UB_NR_RESOURCES; r++) {
		snprintf(row, sizeof(row), "\\fB%s\\fR (", vz_ub_name(r));
		CHECK(!!strstr(man, row) == !!strcmp(vz_ub_name(r), "dummy"));
	}
	free(man);
}

static void every_field_is_a_column(void)
{
	struct list_col col;

	for (int row = 0; row < VZ_NR_SETTINGS; row++)
		CHECK(!vz_settings[row].field || !list_column(vz_settings[row].field, &col));
	CHECK(!list_column("numproc.f", &col) && list_column("cpus.f", &col) == -ENOENT);
}

static void options_become_variables(void)
{
	SET_IS("CPUS", "3", "--cpus", "3");
	SET_IS("CPUUNITS", "2000", "--cpuweight=2000");
	SET_IS("NUMPTY", "5:5", "-t", "5");
	SET_IS("KMEMSIZE", "1048576:2097152", "--kmemsize", "1M:2M");
	SET_IS("PRIVVMPAGES", "10:9223372036854775807", "--privvmpages", "10:unlimited");
	SET_IS("IOLIMIT", "10485760", "--iolimit", "10");
	SET_IS("IOLIMIT", "524288", "--iolimit", "512K");
	SET_IS("AVNUMPROC", "40:40", "--avnumproc", "40");
	SET_IS("ONBOOT", "yes", "--onboot", "yes");
	SET_IS("HOSTNAME", "h", "--hostname", "h");
}

static void bad_values_are_refused(void)
{
	SET_FAILS(VZ_BADVALUE, "--cpus", "-1");
	SET_FAILS(VZ_BADVALUE, "--cpuunits", "7");
	SET_FAILS(VZ_BADVALUE, "--onboot", "maybe");
	SET_FAILS(VZ_BADVALUE, "--numproc", "40:30");
	SET_FAILS(VZ_BADVALUE, "--ioprio", "8");
	SET_FAILS(VZ_BADVALUE, "--nodemask", "0");
	SET_FAILS(VZ_BADVALUE, "--fly", "1");
	SET_FAILS(VZ_BADVALUE, "--features", "fly:on");
	SET_FAILS(VZ_BADVALUE, "--features", "nesting");
	SET_FAILS(VZ_BADVALUE, "--features", "nfs");
	SET_FAILS(VZ_BADVALUE, "--features", "nfs:on");
	SET_FAILS(VZ_BADVALUE, "--features", "nfs:off,ipip:on");
	SET_FAILS(VZ_BADVALUE, "--capability", "nfs:off");
	SET_FAILS(VZ_BADVALUE, "--features", "");
	SET_FAILS(VZ_BADSYNTAX, "--cpus", "1", "word");
	SET_FAILS(VZ_BADIP, "--ipadd", "127.0.0.1");
	SET_FAILS(VZ_BADIP, "--ipadd", "");
	SET_FAILS(VZ_BADDNS, "--nameserver", "here");
	SET_FAILS(VZ_HOSTNAME, "--hostname", "-h");
}

static void lists_are_built(void)
{
	SET_IS("IP_ADDRESS", "10.0.0.1 10.0.0.3", "--ipadd", "10.0.0.3", "--ipdel", "10.0.0.2");
	SET_IS("IP_ADDRESS", "fd00::1", "--ipadd", "fd00::1", "--ipdel", "all");
	SET_IS("IP_ADDRESS", "10.0.0.2 10.0.0.1", "--ipadd", "10.0.0.1/24");
	SET_IS("NAMESERVER", "10.0.0.8 10.0.0.9", "--nameserver", "10.0.0.8", "--nameserver",
	       "10.0.0.9");
	SET_IS("SEARCHDOMAIN", "a b c", "--searchdomain", "a b", "--searchdomain", "c");
	SET_IS("FEATURES", "fuse:on nesting:off", "--features", "nesting:off");
	SET_IS("FEATURES", "fuse:on nesting:off", "--features", "nfs:off,nesting:off,ipip:off");
	SET_IS("FEATURES", "nesting:on fuse:off bpf:on", "--features", "fuse:off,bpf:on");
	/* what OpenVZ asks for and each VE has */
	SET_IS("FEATURES", "nesting:on fuse:on bridge:on", "--features", "bridge:on");
}

static void classic_settings_are_kept(void)
{
	SET_IS("DISKSPACE", "1048576:2097152", "--diskspace", "1G:2G");
	SET_IS("DISKSPACE", "1000:1100", "--diskspace", "1000:1100");
	SET_IS("DISKSPACE", "2306868:2306868", "--diskspace", "2.2G");
	SET_IS("DISKINODES", "200:220", "--diskinodes", "200:220");
	SET_IS("QUOTATIME", "600", "--quotatime", "600");
	SET_IS("BOOTORDER", "7", "--bootorder", "7");
	SET_IS("NETFILTER", "stateful", "--netfilter", "stateful");
	SET_IS("MEMINFO", "privvmpages:3", "--meminfo", "privvmpages:3");
	SET_IS("CAPABILITY", "sys_time:on net_raw:off", "--capability", "sys_time:on,net_raw:off");
	SET_IS("DEVICES", "c:10:229:rw b:8:all:none", "--devices", "c:10:229:r", "--devices",
	       "c:10:229:rw", "--devices", "b:8:all:none");
	SET_IS("DEVNODES", "null:rw", "--devnodes", "null:rw");
	SET_FAILS(VZ_BADVALUE, "--diskspace", "2G:1G");
	SET_FAILS(VZ_BADVALUE, "--netfilter", "most");
	SET_FAILS(VZ_BADVALUE, "--meminfo", "pages");
	SET_FAILS(VZ_BADVALUE, "--meminfo", "pages:0");
	SET_FAILS(VZ_BADVALUE, "--capability", "fly:on");
	SET_IS("CAPABILITY", "chown:on", "--capability", "CAP_CHOWN:on");
	SET_FAILS(VZ_BADVALUE, "--devices", "c:10:rw");
	SET_FAILS(VZ_BADVALUE, "--devices", "b:7:0:rw");
	SET_FAILS(VZ_BADVALUE, "--devices", "c:10:229:r c:1:1:rw");
	SET_FAILS(VZ_BADVALUE, "--devnodes", "../mem:r");
	SET_FAILS(VZ_BADVALUE, "--devnodes", "no-such-node:r");
}

static void capabilities_have_the_kernels_numbers(void)
{
	int n = 0;

	while (vz_capability_names[n])
		n++;
	CHECK(n == CAP_LAST_CAP + 1);
	CHECK_STR(vz_capability_names[CAP_SYS_TIME], "sys_time");
}

static void ethernet_devices_make_a_list(void)
{
	static char no_rates[][16] = { "", "0", "00", "-1", "1.5", "8k", "on",
						"100000001", "99999999999", "0x10" };

	SET_IS("NETIF", "ifname=eth0,bridge=br0,mac=02:00:00:00:00:01,host_ifname=veth7.0,"
	       "host_mac=02:00:00:00:00:02", "--netif_add",
	       "eth0,02:00:00:00:00:01,,02:00:00:00:00:02,br0");
	SET_IS("NETIF",
	       "ifname=eth1,mac=02:00:00:00:00:01,host_ifname=h,host_mac=02:00:00:00:00:02;"
	       "ifname=eth2,mac=02:00:00:00:00:03,host_ifname=veth7.0,host_mac=02:00:00:00:00:04",
	       "--netif_add", "eth1,02:00:00:00:00:01,h,02:00:00:00:00:02",
	       "--netif_add", "eth2,02:00:00:00:00:05,,02:00:00:00:00:04",
	       "--netif_add", "eth2,02:00:00:00:00:03,,02:00:00:00:00:04");
	SET_IS("NETIF",
	       "ifname=eth1,mac=02:00:00:00:00:11,host_ifname=h,host_mac=02:00:00:00:00:02,"
	       "bridge=br5,mac_filter=off;ifname=eth2,mac=02:00:00:00:00:05,host_ifname=veth0.0,"
	       "host_mac=02:00:00:00:00:04",
	       "--netif_add", "eth1,02:00:00:00:00:01,h,02:00:00:00:00:02",
	       "--netif_add", "eth2,02:00:00:00:00:05,veth0.0,02:00:00:00:00:04",
	       "--mac_filter", "off", "--bridge", "br5", "--mac", "02:00:00:00:00:11",
	       "--ifname", "eth1");
	SET_FAILS(VZ_BADSYNTAX, "--mac_filter", "off");
	SET_IS("NETIF",
	       "ifname=eth1,mac=02:00:00:00:00:01,host_ifname=h,host_mac=02:00:00:00:00:02,"
	       "ip_filter=10.0.0.1 10.1.0.0/16 fd00::1",
	       "--netif_add", "eth1,02:00:00:00:00:01,h,02:00:00:00:00:02",
	       "--ip_filter", "10.0.0.1,10.1.0.0/255.255.0.0 fd00:0:0::1/128", "--ifname", "eth1");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0", "--ifname", "eth0", "--ip_filter", "");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0", "--ifname", "eth0", "--ip_filter",
		  "10.0.0.1 x");
	SET_IS("NETIF",
	       "ifname=eth1,mac=02:00:00:00:00:01,host_ifname=h,host_mac=02:00:00:00:00:02,"
	       "ratelimit=1600",
	       "--netif_add", "eth1,02:00:00:00:00:01,h,02:00:00:00:00:02",
	       "--ratelimit", "800", "--ratelimit", "1600", "--ifname", "eth1");
	SET_FAILS(VZ_BADSYNTAX, "--ratelimit", "1600");
	for (size_t i = 0; i < sizeof(no_rates) / sizeof(no_rates[0]); i++)
		SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0", "--ifname", "eth0", "--ratelimit",
			  no_rates[i]);
	SET_FAILS(VZ_BADVALUE, "--ifname", "eth9", "--mac_filter", "off");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0", "--ifname", "eth0",
		  "--mac_filter", "maybe");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0", "--ifname", "eth0", "--bridge", "a b");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0;x");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0,02:00:00:00:00:0");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0,03:00:00:00:00:01");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "a-name-that-is-too-long");
	SET_FAILS(VZ_BADVALUE, "--netif_add", "eth0,,,,,more");
	SET_FAILS(VZ_BADVALUE, "--netif_del", "eth0");
}

static void each_ifname_begins_another_device(void)
{
	SET_IS("NETIF",
	       "ifname=a,mac=02:00:00:00:00:11,host_ifname=h,host_mac=02:00:00:00:00:02,bridge=br1;"
	       "ifname=b,mac=02:00:00:00:00:05,host_ifname=i,host_mac=02:00:00:00:00:04,bridge=br2",
	       "--netif_add", "a,02:00:00:00:00:01,h,02:00:00:00:00:02",
	       "--netif_add", "b,02:00:00:00:00:05,i,02:00:00:00:00:04",
	       "--mac", "02:00:00:00:00:11", "--ifname", "a", "--bridge", "br1",
	       "--ifname", "b", "--bridge", "br2");
}

/* Of the sanitizer's run time; its header is not everywhere. */
int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void *p, size_t n),
					      void (*freed)(const volatile void *p));

static size_t allocated;

static void count_allocated(const volatile void *p, size_t n)
{
	allocated += n;
}

static void count_nothing(const volatile void *p)
{
}

/* What a call of set with n options allocates in all. */
static size_t cost_of(char *option, const char *format, unsigned int n)
{
	static char words[2 * 2000][32];
	static char *list[2 * 2000 + 1];
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };
	struct set_call s;
	size_t before;

	for (unsigned int i = 0; i < n; i++) {
		list[2 * i] = option;
		snprintf(list[2 * i + 1] = words[i], sizeof(words[i]), format, i / 250, i % 250);
	}
	list[2 * n] = NULL;
	before = allocated;
	CHECK(!set(&c, &s, &e, list));
	set_call_free(&s);
	return allocated - before;
}

/* Ten times the options are ten times the work, not a hundred times. */
static void many_options_cost_what_they_are(void)
{
	static char *const options[][2] = {
		{ "--ipadd", "10.0.%u.%u" }, { "--ipdel", "10.1.%u.%u" },
		{ "--netif_add", "e%u.%u" }, { "--numproc", "%u%u" },
	};

	CHECK(__sanitizer_install_malloc_and_free_hooks(count_allocated, count_nothing));
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t few = cost_of(options[i][0], options[i][1], 200);
		size_t many = cost_of(options[i][0], options[i][1], 2000);

		if (many > 20 * few)
			printf("# %s: %zu and %zu bytes\n", options[i][0], few, many);
		CHECK(few > 2000 && many < 20 * few);
	}
}

static void ram_and_swap_lead(void)
{
	struct set_call s;
	struct vz_err e = { 0 };
	struct vz_conf *c;

	CHECK(!set(&c, &s, &e, WORDS("--swap", "64M", "--ram", "128M", "--lockedpages", "9")));
	CHECK_STR(vz_conf_get_own(c, "PHYSPAGES"), "0:128M");
	CHECK_STR(vz_conf_get_own(c, "SWAPPAGES"), "0:64M");
	CHECK_STR(vz_conf_get_own(c, "LOCKEDPAGES"), "9:9");
	CHECK_STR(vz_conf_get_own(c, "OOMGUARPAGES"), "32768:unlimited");
	CHECK_STR(vz_conf_get_own(c, "VMGUARPAGES"), "49152:9223372036854775807");
	CHECK(s.change.rows[VZ_SET_VMGUARPAGES] && !s.change.rows[VZ_SET_RAM]);
	set_call_free(&s);
	vz_conf_free(c);
	SET_FAILS(VZ_UBCMISSING, "--ram", "128M");
	SET_FAILS(VZ_BADVALUE, "--ram", "1M", "--swap", "1M", "--physpages", "5");
}

static void files_with_old_names_are_read(void)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };

	put(VZ_CONFDIR "/8.conf",
	    "DCACHE=\"4096\"\nIPTENTRIES=\"7\"\nIP_ADDRESS=\"1.2.3.4 rubbish\"\n"
	    "CPUUNITS=\"3\"\n");
	CHECK(!vz_conf_load(8, &c, &e));
	CHECK(c->ub[UB_DCACHESIZE].limit == 4096 && c->ub[UB_NUMIPTENT].limit == 7);
	CHECK(!c->ip.n && c->cpuunits == 1000);
}

static void addresses_are_a_list(void)
{
	struct vz_ips l = { 0 }, gone = { 0 }, rest = { 0 };
	struct vz_ip ip;
	char *text;

	CHECK(!vz_ips_parse(&l, "10.0.0.1, fd00::2\t10.0.0.3/255.255.255.0 10.0.0.1"));
	CHECK(l.n == 3 && l.ip[1].len == 24);
	text = vz_ips_text(&l);
	CHECK_STR(text, "fd00::2 10.0.0.3 10.0.0.1");
	free(text);
	CHECK(vz_ips_parse(&l, "10.0.0.9 x") == -EINVAL && l.n == 3);
	CHECK(!vz_ip_parse("fd00:0::2", &ip) && vz_ips_has(&l, &ip));
	vz_ips_del(&l, &l.ip[0]);
	CHECK(l.n == 2 && !vz_ips_has(&l, &ip));
	CHECK(!vz_ips_parse(&gone, "10.0.0.1 10.0.0.9") && !vz_ips_without(&rest, &l, &gone));
	CHECK(rest.n == 1 && vz_ip_equal(&rest.ip[0], &l.ip[0]));
	vz_ips_free(&rest);
	vz_ips_free(&gone);
	CHECK(!vz_ips_without(&rest, &l, &gone) && rest.n == l.n);
	vz_ips_free(&rest);
	CHECK(!vz_ips_parse(&l, NULL) && !l.n);
	vz_ips_free(&l);
}

int main(void)
{
	if (unshare(CLONE_NEWNS) ||
	    (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL) ||
	    (mkdir(VZ_ETC, 0755) && errno != EEXIST) || mount("none", VZ_ETC, "tmpfs", 0, NULL) ||
	    mkdir(VZ_CONFDIR, 0755)) {
		perror("test-setting");
		return 1;
	}
	vz_log_setup(NULL, 0, 0, true);
	put(VZ_GLOBAL_CONF, "");
	put(VZ_CONFDIR "/7.conf", "IP_ADDRESS=\"10.0.0.1 10.0.0.2\"\nNAMESERVER=\"inherit\"\n"
	    "FEATURES=\"nesting:on fuse:on\"\n");
	TEST(rows_are_whole);
	TEST(every_option_is_told);
	TEST(every_field_is_a_column);
	TEST(every_counter_is_told);
	TEST(options_become_variables);
	TEST(bad_values_are_refused);
	TEST(lists_are_built);
	TEST(classic_settings_are_kept);
	TEST(capabilities_have_the_kernels_numbers);
	TEST(ethernet_devices_make_a_list);
	TEST(each_ifname_begins_another_device);
	TEST(many_options_cost_what_they_are);
	TEST(ram_and_swap_lead);
	TEST(files_with_old_names_are_read);
	TEST(addresses_are_a_list);
	return tap_failed;
}
