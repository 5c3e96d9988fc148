// SPDX-License-Identifier: GPL-2.0-or-later
/* Templates of hostile sources, and configurations of other containers. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/err.h"
#include "tests/unit/tap.h"
#include "vzctl/tmpl_conf.h"
#include "vzctl/tmpl_pack.h"
#include "vzctl/tmpl_source.h"
#include "vzctl/tmpl_store.h"

static char path[] = "/tmp/vz-tmpl-XXXXXX";
static char file[PATH_MAX];

/* One entry as a source has it. */
struct given {
	const char *path;
	unsigned int type;
	const char *link, *text;	/* of a link; content of a file */
	bool hard;
	int64_t uid;
	unsigned int major, minor;
};

#define FILE_OF(p, t)	{ .path = (p), .type = AE_IFREG, .text = (t) }
#define FOLDER(p)	{ .path = (p), .type = AE_IFDIR }
#define LINK_OF(p, to)	{ .path = (p), .type = AE_IFLNK, .link = (to) }
#define HARD(p, to)	{ .path = (p), .type = AE_IFREG, .link = (to), .hard = true }
#define NODE(p, t, a, b)	{ .path = (p), .type = (t), .major = (a), .minor = (b) }
#define OWNED(p, t, id)	{ .path = (p), .type = AE_IFREG, .text = (t), .uid = (id) }

static ssize_t read_given(void *arg, void *buf, size_t len)
{
	const char **text = arg;
	size_t n = strlen(*text) < len ? strlen(*text) : len;

	memcpy(buf, *text, n);
	*text += n;
	return n;
}

static int give(struct tmpl_pack *p, const struct given *g, struct vz_err *e)
{
	struct archive_entry *en = archive_entry_new();
	const char *text = g->text ? g->text : "";
	int ret;

	archive_entry_set_pathname(en, g->path);
	archive_entry_set_filetype(en, g->type);
	archive_entry_set_perm(en, 04755);
	archive_entry_set_uid(en, g->uid);
	archive_entry_set_gid(en, g->uid);
	archive_entry_set_size(en, g->type == AE_IFREG ? strlen(text) : 0);
	archive_entry_set_rdevmajor(en, g->major);
	archive_entry_set_rdevminor(en, g->minor);
	if (g->link && g->hard)
		archive_entry_set_hardlink(en, g->link);
	else if (g->link)
		archive_entry_set_symlink(en, g->link);
	ret = tmpl_pack_entry(p, en, read_given, &text, e);
	archive_entry_free(en);
	return ret;
}

/* 0, or the error; what came out as "path(type,uid)text;..." in got. */
static char got[4096];

static void list_archive(void)
{
	struct archive *a = archive_read_new();
	struct archive_entry *en;

	archive_read_support_filter_all(a);
	archive_read_support_format_tar(a);
	CHECK(!archive_read_open_filename(a, file, 10240));
	while (archive_read_next_header(a, &en) == ARCHIVE_OK) {
		char text[512] = "", line[1024];
		la_ssize_t n = archive_read_data(a, text, sizeof(text) - 1);

		CHECK(n >= 0);
		snprintf(line, sizeof(line), "%s(%o,%d)%s;", archive_entry_pathname(en),
			 archive_entry_filetype(en) >> 12, (int)archive_entry_uid(en), text);
		strcat(got, line);
	}
	archive_read_free(a);
}

static int pack(const struct given *g, size_t n, unsigned int base, struct tmpl_notes *notes,
		struct tmpl_facts *facts)
{
	struct vz_err e = { 0 };
	struct tmpl_pack *p;
	int ret;

	*got = '\0';
	unlink(file);
	CHECK(!tmpl_pack_open(file, base, notes, &p, &e));
	for (ret = 0; !ret && n--; g++)
		ret = give(p, g, &e);
	if (!ret)
		ret = tmpl_pack_finish(p, facts, &e);
	if (ret) {
		CHECK(e.msg && e.cause == VZ_BADTEMPLATE);
		tmpl_pack_abort(p);
		CHECK(access(file, F_OK));
	} else {
		list_archive();
	}
	vz_error_free(&e);
	return ret;
}

#define PACK(list, base, notes, facts) \
	pack(list, sizeof(list) / sizeof((list)[0]), base, notes, facts)

static void refused_paths(void)
{
	static const struct given bad[] = {
		FILE_OF("/etc/passwd", "x"), FILE_OF("../x", "x"),
		FILE_OF("a/../../x", "x"), FILE_OF("a//b", "x"),
		FILE_OF("", "x"), FOLDER("a/./b"), FOLDER(".."),
		FILE_OF("././../x", "x"),
		HARD("h", "/etc/shadow"),
		HARD("h", "../../etc/shadow"),
		HARD("h", "not-there"),
	};
	struct tmpl_notes notes = { 0 };
	struct tmpl_facts facts;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct given all[] = { FOLDER("etc"), bad[i] };

		if (!PACK(all, 0, &notes, &facts)) {
			/* Only the root itself may have no name. */
			printf("# %s\n", bad[i].path);
			CHECK(!*bad[i].path);
		}
	}
	tmpl_notes_free(&notes);
}

static void refused_links(void)
{
	static const struct given through[] = {
		FOLDER("etc"), LINK_OF("out", "/etc"), FILE_OF("out/passwd", "x"),
	};
	static const struct given deeper[] = {
		FOLDER("etc"), FOLDER("a"), LINK_OF("a/out", "../.."), FOLDER("a/out/b/c"),
	};
	static const struct given no_root[] = { FILE_OF("x", "x") };
	static const struct given hard[] = {
		FOLDER("etc"), LINK_OF("out", "/etc/shadow"), HARD("h", "out"),
	};
	struct tmpl_notes notes = { 0 };
	struct tmpl_facts facts;

	CHECK(PACK(through, 0, &notes, &facts) == -EINVAL);
	CHECK(PACK(deeper, 0, &notes, &facts) == -EINVAL);
	CHECK(PACK(hard, 0, &notes, &facts) == -EINVAL);
	CHECK(pack(NULL, 0, 0, &notes, &facts) == -ENODATA);
	CHECK(PACK(no_root, 0, &notes, &facts) == -EINVAL);
	CHECK(!notes.n);
}

static void what_is_left_out(void)
{
	static const struct given all[] = {
		FOLDER("."), FOLDER("./dev/"),
		NODE("./dev/sda", AE_IFBLK, 8, 0), NODE("dev/mem", AE_IFCHR, 1, 1),
		NODE("dev/null", AE_IFCHR, 1, 3), NODE("run/s", AE_IFSOCK, 0, 0),
		FILE_OF("proc/kcore", "x"), FOLDER("proc"),
		FILE_OF("etc/sysconfig/network-scripts/ifcfg-venet0", "x"),
		NODE("a\nb", AE_IFSOCK, 0, 0),
	};
	struct tmpl_notes notes = { 0 };
	struct tmpl_facts facts;

	CHECK(!PACK(all, 0, &notes, &facts));
	CHECK_STR(got, "./(4,0);dev/(4,0);dev/null(2,0);proc/(4,0);");
	CHECK(notes.n == 5);
	CHECK_STR(notes.line[4], "/a?b: a socket, or nothing that is known");
	tmpl_notes_free(&notes);
}

static void ids_are_shifted(void)
{
	static const struct given all[] = {
		OWNED("lib", "x", 100000),
		OWNED("b", "y", 101000),
		OWNED("c", "z", 0),
		OWNED("d", "", 165536),
	};
	struct tmpl_notes notes = { 0 };
	struct tmpl_facts facts;

	CHECK(!PACK(all, 100000, &notes, &facts));
	CHECK_STR(got, "lib(10,0)x;b(10,1000)y;c(10,65534)z;d(10,65534);");
	CHECK(notes.n == 2 && facts.files == 4 && strlen(facts.digest) == 64);
	tmpl_notes_free(&notes);
}

static void system_is_found(void)
{
	static const struct given all[] = {
		FILE_OF("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
		FILE_OF("etc/network/interfaces",
		  "auto venet0\niface venet0 inet manual\n\tup x\nauto lo\n"),
		FILE_OF("usr/sbin/ifup", ""),
	};
	static const struct given nm[] = {
		FILE_OF("usr/sbin/NetworkManager", ""),
		FOLDER("etc/NetworkManager/conf.d"),
	};
	struct tmpl_notes notes = { 0 };
	struct tmpl_facts facts;

	CHECK(!PACK(all, 0, &notes, &facts));
	CHECK_STR(facts.os.id, "debian");
	CHECK(facts.style == VZ_STYLE_IFUPDOWN && notes.n == 1);
	CHECK(strstr(got, "etc/network/interfaces(10,0)auto lo\n;"));
	CHECK(!PACK(nm, 0, &notes, &facts));
	CHECK(strstr(got, "etc/NetworkManager/conf.d/10-venet0.conf(10,0)# Written by vzctl"));
	tmpl_notes_free(&notes);
}

/* ---- configurations ------------------------------------------------------------------ */

static struct tmpl_conf conf;
static struct tmpl_notes left;

static const char *translated(const char *text)
{
	struct vz_err e = { 0 };
	static char all[2048];

	tmpl_conf_free(&conf);
	tmpl_notes_free(&left);
	CHECK(!tmpl_conf_translate(tmpl_conf_kind(text), text, &conf, &left, &e));
	snprintf(all, sizeof(all), "%s|%s|%u|%zu", conf.sample, conf.words, conf.base, left.n);
	return all;
}

static void of_openvz(void)
{
	CHECK_STR(translated("# x\nONBOOT=\"yes\"\nVE_PRIVATE=\"/vz/private/$VEID\"\n"
			     "PHYSPAGES=\"0:512M\"\nOSTEMPLATE=\".centos-7\"\nCPUUNITS=\"2000\"\n"
			     "HOSTNAME=\"a.example\"\nIP_ADDRESS=\"10.0.0.1/255.255.255.0 bad\"\n"
			     "BINDMOUNT=\"/a\"\nNUMPROC=\"much\"\nUUID=\"x\"\n"),
		  "ONBOOT=\"yes\"\nPHYSPAGES=\"0:512M\"\nCPUUNITS=\"2000\"\n|"
		  " --hostname 'a.example' --ipadd '10.0.0.1'|0|3");
	/* Nothing of a stranger's gets into a line of ours, or into a shell. */
	CHECK_STR(translated("HOSTNAME=\"a' ; rm -rf / '\"\nNAME=\"$(id)\"\nDESCRIPTION=\"`id`\"\n"
			     "SEARCHDOMAIN=\"a$b\"\n"),
		  "| --name '$(id)' --description '`id`'|0|2");
	CHECK_STR(translated(""), "||0|0");
}

static void of_lxc(void)
{
	CHECK_STR(translated("# template\nlxc.include = /usr/share/lxc/config/debian.common.conf\n"
			     "lxc.arch = linux64\nlxc.idmap = u 0 100000 65536\n"
			     "lxc.idmap = g 0 100000 65536\nlxc.rootfs.path = dir:/var/lib/lxc/a/rootfs\n"
			     "lxc.uts.name = a\nlxc.cgroup2.memory.max = 1G\nlxc.start.auto = 1\n"
			     "lxc.cgroup2.cpuset.cpus = 0-1\nlxc.net.0.type = veth\n"
			     "lxc.mount.entry = /srv srv none bind 0 0\n"),
		  "PHYSPAGES=\"0:1024M\"\nSWAPPAGES=\"0:1024M\"\nONBOOT=\"yes\"\nCPUMASK=\"0-1\"\n|"
		  " --hostname 'a'|100000|2");
}

static void of_incus(void)
{
	CHECK_STR(translated("container:\n  architecture: x86_64\n  config:\n"
			     "    limits.memory: 512MiB\n    limits.cpu: \"2\"\n"
			     "    boot.autostart: \"true\"\n    security.nesting: \"true\"\n"
			     "    volatile.idmap.base: \"1000000\"\n    image.os: Debian\n"
			     "    limits.memory.swap: \"false\"\n  name: web\n"
			     "snapshots:\n- config:\n    limits.memory: 1GiB\n  name: snap0\n"),
		  "PHYSPAGES=\"0:512M\"\nSWAPPAGES=\"0:512M\"\nCPUS=\"2\"\nONBOOT=\"yes\"\n"
		  "FEATURES=\"nesting:on\"\n| --hostname 'web'|1000000|1");
}

static void names(void)
{
	CHECK(tmpl_name_ok("debian-13-x86_64") && tmpl_name_ok("a.b+c"));
	CHECK(!tmpl_name_ok("") && !tmpl_name_ok(".a") && !tmpl_name_ok("a/b") &&
	      !tmpl_name_ok("-x") && !tmpl_name_ok("a b") && !tmpl_name_ok(".."));
}

int main(void)
{
	if (!mkdtemp(path))
		return 1;
	snprintf(file, sizeof(file), "%s/t.tar.zst", path);
	TEST(refused_paths);
	TEST(refused_links);
	TEST(what_is_left_out);
	TEST(ids_are_shifted);
	TEST(system_is_found);
	TEST(of_openvz);
	TEST(of_lxc);
	TEST(of_incus);
	TEST(names);
	tmpl_conf_free(&conf);
	tmpl_notes_free(&left);
	unlink(file);
	rmdir(path);
	return tap_failed;
}
