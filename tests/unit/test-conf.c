// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration files, id ranges and names. Runs in a mount namespace of its
 * own with an empty /etc/vz.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/conf_file.h"
#include "libvz/conf_list.h"
#include "libvz/conf_warn.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/setting.h"
#include "libvz/paths.h"
#include "tests/unit/tap.h"

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

static char *get(const char *path)
{
	char *text = NULL;

	if (vz_read_file(path, &text))
		abort();
	return text;
}

static void reader_takes_what_files_have(void)
{
	struct vz_conf_file *f = vz_conf_file_new();

	CHECK(!vz_conf_file_parse(f,
		"# comment\n"
		"A=\"one two\"\n"
		"B=bare # trailing words\n"
		"  C='single'\n"
		"D=\"\"\n"
		"A=\"again\"\n"
		"not a variable\n"
		"E=\"$(reboot)\"\n"
		"1X=\"no name\"\n"
		"F=\"no newline\""));
	CHECK_STR(vz_conf_file_get(f, "A"), "one two");
	CHECK_STR(vz_conf_file_get(f, "B"), "bare");
	CHECK_STR(vz_conf_file_get(f, "C"), "single");
	CHECK_STR(vz_conf_file_get(f, "D"), "");
	CHECK_STR(vz_conf_file_get(f, "E"), "$(reboot)");
	CHECK_STR(vz_conf_file_get(f, "F"), "no newline");
	CHECK(!vz_conf_file_get(f, "1X") && !vz_conf_file_get(f, "G"));
	vz_conf_file_free(f);
}

/* As a shell would have it, or with a word on why not. */
static void lines_of_shells_are_right_or_named(void)
{
	static const struct { const char *line, *value, *wrong; bool unusable; } cases[] = {
		{ "export V=\"a b\"", "a b", NULL, false },
		{ "\xef\xbb\xbfV=a", "a", NULL, false },
		{ "V=\"a\"\r", "a", NULL, false },
		{ "V=a\r", "a", NULL, false },
		{ "\r", NULL, NULL, false },
		{ "  # words", NULL, NULL, false },
		{ "V=a;", "a", NULL, false },
		{ "V=\"a\"; # words", "a", NULL, false },
		{ "V='$x'", "$x", NULL, false },
		{ "V=/a/$VEID/${VEID}", "/a/$VEID/${VEID}", NULL, false },
		{ "V=a b", "a", "first blank", false },
		{ "V=\"a\" b", "a", "more stands", false },
		{ "V=\"a\"#b", "a", "more stands", false },
		{ "V=\"a\";W=b", "a", "more stands", false },
		{ "V=\"a", "a", "quote does not end", false },
		{ "V='a\r", "a", "quote does not end", false },
		{ "V=\"$x\"", "$x", "a shell", true },
		{ "V=$VEIDx", "$VEIDx", "a shell", true },
		{ "V=`id`", "`id`", "a shell", true },
		{ "V=\"a\\\"b\"", "a\\", "a shell", true },
		{ "V=\"a \\", "a \\", "a shell", true },
		{ "V=(a b)", "(a", "a shell", true },
		{ "V=a\"b\"", "a\"b\"", "a shell", true },
		{ "V = a", NULL, "around its =", false },
		{ "V+=a", NULL, "+=", false },
		{ ". /etc/x", NULL, "other files", false },
		{ "source /etc/x", NULL, "other files", false },
		{ "if true; then", NULL, "it is no NAME", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vz_conf_file *f = vz_conf_file_new();
		const struct vz_conf_line *l;
		const char *value;

		CHECK(!vz_conf_file_parse(f, cases[i].line));
		l = &f->line[0];
		value = vz_conf_file_get(f, "V");
		if (!value != !cases[i].value || !l->wrong != !cases[i].wrong)
			printf("# %s: %s, %s\n", cases[i].line, value, l->wrong);
		CHECK(f->n == 1 && !value == !cases[i].value && !l->wrong == !cases[i].wrong);
		CHECK(!value || !strcmp(value, cases[i].value));
		CHECK(!l->wrong || strstr(l->wrong, cases[i].wrong));
		CHECK(l->unusable == cases[i].unusable);
		CHECK_STR(l->text, cases[i].line);
		vz_conf_file_free(f);
	}
}

static void a_file_that_would_be_lost_is_not_read(void)
{
	static char long_value[600000];
	struct vz_conf_file *f = vz_conf_file_new();
	static const char nul[] = "A=1\nB=\"a\0b\"\nC=2\n";
	FILE *out = fopen("/etc/vz/nul", "w");

	CHECK(out && fwrite(nul, sizeof(nul) - 1, 1, out) == 1 && !fclose(out));
	CHECK(vz_conf_file_read(f, "/etc/vz/nul") == -VZ_ENOTEXT);
	CHECK(vz_conf_file_nul("/etc/vz/nul") == 2);
	/* Nor is one written that nobody could read again. */
	memset(long_value, 'a', sizeof(long_value) - 1);
	CHECK(!vz_conf_file_set(f, "A", long_value) && !vz_conf_file_write(f, "/etc/vz/long"));
	CHECK(!vz_conf_file_set(f, "B", long_value));
	CHECK(vz_conf_file_write(f, "/etc/vz/long") == -EFBIG);
	vz_conf_file_free(f);
	f = vz_conf_file_new();
	CHECK(!vz_conf_file_read(f, "/etc/vz/long"));
	vz_conf_file_free(f);
}

/* How many lines a load of VE 300 adds to the log. */
static unsigned int told_of(unsigned int id)
{
	struct vz_err e = { 0 };
	struct vz_conf *c;
	char *text;
	unsigned int n = 0;

	unlink("/etc/vz/log");
	vz_log_setup("/etc/vz/log", 0, 0, true);
	CHECK(!vz_conf_load(id, &c, &e));
	vz_conf_free(c);
	vz_log_setup(NULL, 0, 0, true);
	if (access("/etc/vz/log", F_OK))
		return 0;
	text = get("/etc/vz/log");
	for (const char *p = text; *p; p++)
		n += *p == '\n';
	n += *text && text[strlen(text) - 1] != '\n';
	free(text);
	return n;
}

/* vzeventd warned once for months, and kept the names of all files it had warned of. */
static void bad_lines_are_told_once_a_change(void)
{
	const size_t kept = vz_conf_warn_kept();
	char path[PATH_MAX];

	put(VZ_CONFDIR "/300.conf", "CPUS=\"x\"\nCPUUNITS=\"y\"\nCPUS=\"1\"\n");
	CHECK(told_of(300) == 3 && told_of(300) == 0 && vz_conf_warn_kept() == kept + 1);
	put(VZ_CONFDIR "/300.conf", "CPUS=\"y\"\n");
	CHECK(told_of(300) == 1 && told_of(300) == 0);
	put(VZ_CONFDIR "/300.conf", "CPUS=\"1\"\n");
	CHECK(told_of(300) == 0 && vz_conf_warn_kept() == kept);
	put(VZ_CONFDIR "/300.conf", "a\nb\nc\nd\ne\n");
	CHECK(told_of(300) == 4);
	for (unsigned int id = 1000; id < 2000; id++) {
		put(vz_conf_path(path, id), "CPUS=\"x\"\n");
		CHECK(told_of(id) == 1);
		CHECK(!unlink(path));
	}
	CHECK(vz_conf_warn_kept() <= 65);
	CHECK(!unlink(VZ_CONFDIR "/300.conf"));
}

static void writer_keeps_foreign_lines(void)
{
	struct vz_conf_file *f = vz_conf_file_new();
	char *text;

	put("/etc/vz/x", "# first\nA=1\n\n#UUID: 0815\nA=2\nODD=\"kept\"  # so\n");
	CHECK(!vz_conf_file_read(f, "/etc/vz/x"));
	CHECK(!vz_conf_file_set(f, "A", "new"));
	CHECK(!vz_conf_file_set(f, "B", "b"));
	CHECK(!vz_conf_file_set(f, "B", NULL));
	CHECK(!vz_conf_file_set(f, "C", "c d"));
	CHECK(!vz_conf_file_write(f, "/etc/vz/x"));
	text = get("/etc/vz/x");
	CHECK_STR(text, "# first\nA=\"new\"\n\n#UUID: 0815\nODD=\"kept\"  # so\nC=\"c d\"\n");
	free(text);
	vz_conf_file_free(f);
}

static void writer_refuses_what_a_shell_would_run(void)
{
	struct vz_conf_file *f = vz_conf_file_new();

	CHECK(vz_conf_file_set(f, "A", "a\"b") == -EINVAL);
	CHECK(vz_conf_file_set(f, "A", "$(id)") == -EINVAL);
	CHECK(vz_conf_file_set(f, "A", "`id`") == -EINVAL);
	CHECK(vz_conf_file_set(f, "A", "a\nB=1") == -EINVAL);
	CHECK(vz_conf_file_set(f, "A", "a\\") == -EINVAL);
	CHECK(!vz_conf_file_set(f, "A", "/vz/private/$VEID"));
	vz_conf_file_free(f);
}

static void writer_follows_a_link(void)
{
	struct vz_conf_file *f = vz_conf_file_new();
	struct stat st;
	char *text;

	put("/etc/vz/target", "A=1\n");
	CHECK(!symlink("/etc/vz/target", "/etc/vz/link"));
	CHECK(!vz_conf_file_set(f, "B", "2"));
	CHECK(!vz_conf_file_write(f, "/etc/vz/link"));
	CHECK(!lstat("/etc/vz/link", &st) && S_ISLNK(st.st_mode));
	text = get("/etc/vz/target");
	CHECK_STR(text, "B=\"2\"\n");
	free(text);
	vz_conf_file_free(f);
}

static void global_is_below_the_own(void)
{
	struct vz_err e = { 0 };
	struct vz_conf *c;

	put(VZ_GLOBAL_CONF, "VE_ROOT=/r/$VEID\nVE_PRIVATE=\"/p/${VEID}/x\"\nSTOP_TIMEOUT=\"7\"\n"
	    "ONBOOT=\"yes\"\nNAMESERVER=inherit # words\n");
	put(VZ_CONFDIR "/101.conf", "ONBOOT=\"no\"\nNUMPROC=\"10:20\"\nPHYSPAGES=\"0:1M\"\n"
	    "KMEMSIZE=\"rubbish\"\nLOCAL_UID=\"1073807360\"\nFOREIGN=\"x\"\n");
	CHECK(!vz_conf_load(101, &c, &e));
	CHECK_STR(c->root, "/r/101");
	CHECK_STR(c->private, "/p/101/x");
	CHECK_STR(c->onboot, "no");
	CHECK_STR(c->nameserver, "inherit");
	CHECK_STR(c->lockdir, "/vz/lock");
	CHECK(c->stop_timeout == 7 && c->uid_base == 1073807360);
	CHECK(c->ub[UB_NUMPROC].barrier == 10 && c->ub[UB_NUMPROC].limit == 20);
	CHECK(c->ub[UB_PHYSPAGES].limit == 256);
	CHECK(!c->ub[UB_KMEMSIZE].set && !c->ub[UB_NUMFILE].set);
	CHECK_STR(vz_conf_get(c, "FOREIGN"), "x");
	CHECK_STR(vz_conf_get(c, "STOP_TIMEOUT"), "7");
	CHECK(!vz_conf_get_own(c, "STOP_TIMEOUT"));
	vz_conf_free(c);
}

static void missing_files_have_their_codes(void)
{
	struct vz_err e = { 0 };
	struct vz_conf *c;

	CHECK(vz_conf_load(555, &c, &e) == -ENOENT && e.cause == VZ_NOVECONFIG && !c);
	rename(VZ_GLOBAL_CONF, VZ_GLOBAL_CONF ".off");
	CHECK(vz_conf_load(101, &c, &e) == -ENOENT && e.cause == VZ_NOCONFIG && !c);
	rename(VZ_GLOBAL_CONF ".off", VZ_GLOBAL_CONF);
	vz_error_free(&e);
}

static void set_checks_and_changes(void)
{
	struct vz_err e = { 0 };
	struct vz_conf *c, *again;

	CHECK(!vz_conf_load(101, &c, &e));
	CHECK(!vz_conf_set(c, "NUMPROC", "30:40", &e) && c->ub[UB_NUMPROC].limit == 40);
	CHECK(vz_conf_set(c, "NUMPROC", "x", &e) == -EINVAL && e.cause == VZ_BADVALUE);
	CHECK(c->ub[UB_NUMPROC].limit == 40);
	CHECK(vz_conf_set(c, "VE_ROOT", "relative", &e) == -EINVAL);
	CHECK(vz_conf_set(c, "LOCAL_UID", "1073807361", &e) == -EINVAL);
	CHECK(!vz_conf_set(c, "HOSTNAME", "h", &e));
	CHECK(!vz_conf_set(c, "ONBOOT", NULL, &e) && !vz_conf_get_own(c, "ONBOOT"));
	CHECK(!vz_conf_save(c, &e));
	CHECK(!vz_conf_load(101, &again, &e));
	CHECK_STR(again->hostname, "h");
	CHECK(again->ub[UB_NUMPROC].barrier == 30);
	vz_conf_free(again);
	vz_conf_free(c);
	vz_error_free(&e);
}

/* vzctl set --applyconfig_map name gave a name back that had been freed. */
static void a_value_may_be_the_one_that_it_replaces(void)
{
	struct vz_conf *c = NULL;
	struct vz_err e = { 0 };

	CHECK(!vz_conf_new(7, &c, &e));
	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		const struct vz_setting *s = &vz_settings[row];
		char **member = (char **)((char *)c + s->off);

		if (!s->off || s->type > VZ_T_WORD || s->valid || s->names)
			continue;
		CHECK(!vz_conf_set(c, s->var, s->type == VZ_T_PATH ? "/a" : "a", &e) && *member);
		CHECK(!vz_conf_set(c, s->var, *member, &e) && **member);
		CHECK(!vz_conf_set(c, s->var, vz_conf_get_own(c, s->var), &e) && **member);
		CHECK_STR(vz_conf_get_own(c, s->var), s->type == VZ_T_PATH ? "/a" : "a");
	}
	CHECK(vz_conf_set(c, "DESCRIPTION", "\033[2J", &e) == -EINVAL);
	CHECK(!vz_conf_set(c, "DESCRIPTION", "a\tb", &e));
	vz_error_free(&e);
	vz_conf_free(c);
}

static void io_limits(void)
{
	struct vz_err e = { 0 };
	struct vz_conf *c;

	CHECK(!vz_conf_load(101, &c, &e));
	CHECK(c->ioprio == 4 && !c->iolimit && !c->iopslimit);
	CHECK(!vz_conf_set(c, "IOLIMIT", "10485760", &e) && c->iolimit == 10485760);
	CHECK(!vz_conf_set(c, "IOLIMIT", "3M", &e) && c->iolimit == 3145728);
	CHECK(!vz_conf_set(c, "IOLIMIT", "99999999999", &e) && c->iolimit == 99999999999);
	CHECK(vz_conf_set(c, "IOLIMIT", "-1", &e) == -EINVAL && c->iolimit == 99999999999);
	CHECK(!vz_conf_set(c, "IOLIMIT", "unlimited", &e) && !c->iolimit);
	CHECK(!vz_conf_set(c, "IOPRIO", "0", &e) && c->ioprio == 0);
	CHECK(vz_conf_set(c, "IOPRIO", "8", &e) == -EINVAL && c->ioprio == 0);
	CHECK(!vz_conf_set(c, "IOPRIO", NULL, &e) && c->ioprio == 4);
	vz_conf_free(c);
	vz_error_free(&e);
}

static void resolve_ids_and_names(void)
{
	struct vz_err e = { 0 };
	unsigned int id = 0;

	CHECK(!vz_conf_resolve("77", &id, &e) && id == 77);
	CHECK(vz_conf_resolve("web", &id, &e) == -ENOENT && e.cause == VZ_BADVALUE);
	CHECK(!symlink(VZ_CONFDIR "/101.conf", VZ_NAMES "/web"));
	CHECK(!vz_conf_resolve("web", &id, &e) && id == 101);
	CHECK(vz_conf_resolve("../x", &id, &e) == -EINVAL && e.cause == VZ_BADVALUE);
	CHECK(vz_conf_resolve("99999999999", &id, &e) == -EINVAL && e.cause == VZ_BADVALUE);
	vz_error_free(&e);
}

static void listing_is_sorted(void)
{
	struct vz_err e = { 0 };
	unsigned int *ids;
	size_t n;

	put(VZ_CONFDIR "/9.conf", "");
	put(VZ_CONFDIR "/0.conf", "");
	put(VZ_CONFDIR "/x.conf", "");
	put(VZ_CONFDIR "/007.conf", "");
	put(VZ_CONFDIR "/55.conf.destroyed", "");
	CHECK(!vz_conf_list(&ids, &n, &e));
	CHECK(n == 2 && ids[0] == 9 && ids[1] == 101);
	free(ids);
}

static struct vz_conf *fresh(unsigned int id)
{
	struct vz_err e = { 0 };
	struct vz_conf *c;

	CHECK(!vz_conf_new(id, &c, &e));
	return c;
}

static void ranges_do_not_overlap(void)
{
	struct vz_err e = { 0 };
	struct vz_conf *a = fresh(5), *b = fresh(5 + VZ_RANGE_SLOTS);

	CHECK(!vz_conf_choose_range(a, &e));
	CHECK(a->uid_base == VZ_RANGE_FIRST + 5 * VZ_RANGE);
	CHECK(!vz_conf_save(a, &e));
	CHECK(!vz_conf_choose_range(b, &e));
	CHECK(b->uid_base == VZ_RANGE_FIRST + 6 * VZ_RANGE);
	CHECK_STR(vz_conf_get_own(b, "LOCAL_GID"), vz_conf_get_own(b, "LOCAL_UID"));
	CHECK(vz_conf_check_range(6, a->uid_base, &e) == -EEXIST && e.cause == VZ_BADVALUE);
	CHECK(!vz_conf_check_range(5, a->uid_base, &e));
	CHECK(vz_conf_check_range(5, 100000, &e) == -EINVAL);
	CHECK(vz_conf_check_range(5, 0x80000000U, &e) == -EINVAL);
	vz_conf_free(a);
	vz_conf_free(b);
	vz_error_free(&e);
}

static void last_slot_wraps(void)
{
	struct vz_err e = { 0 };
	struct vz_conf *a = fresh(VZ_RANGE_SLOTS - 1), *b = fresh(2 * VZ_RANGE_SLOTS - 1);

	CHECK(!vz_conf_choose_range(a, &e));
	CHECK(a->uid_base == VZ_RANGE_FIRST + (VZ_RANGE_SLOTS - 1) * VZ_RANGE);
	CHECK(!vz_conf_save(a, &e));
	CHECK(!vz_conf_choose_range(b, &e) && b->uid_base == VZ_RANGE_FIRST);
	vz_conf_free(a);
	vz_conf_free(b);
}

int main(void)
{
	/* In a chroot "/" is no mount; its runner has made mounts private already. */
	if (unshare(CLONE_NEWNS) ||
	    (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL) ||
	    (mkdir(VZ_ETC, 0755) && errno != EEXIST) || mount("none", VZ_ETC, "tmpfs", 0, NULL) ||
	    mkdir(VZ_CONFDIR, 0755) || mkdir(VZ_NAMES, 0755)) {
		perror("test-conf");
		return 1;
	}
	vz_log_setup(NULL, 0, 0, true);
	TEST(reader_takes_what_files_have);
	TEST(lines_of_shells_are_right_or_named);
	TEST(a_file_that_would_be_lost_is_not_read);
	TEST(writer_keeps_foreign_lines);
	TEST(writer_refuses_what_a_shell_would_run);
	TEST(writer_follows_a_link);
	TEST(global_is_below_the_own);
	TEST(missing_files_have_their_codes);
	TEST(bad_lines_are_told_once_a_change);
	TEST(set_checks_and_changes);
	TEST(a_value_may_be_the_one_that_it_replaces);
	TEST(io_limits);
	TEST(resolve_ids_and_names);
	TEST(listing_is_sorted);
	TEST(ranges_do_not_overlap);
	TEST(last_slot_wraps);
	return tap_failed;
}
