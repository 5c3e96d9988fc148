// SPDX-License-Identifier: GPL-2.0-or-later
/* Files inside a VE: nothing is written outside its root, shadow lines are edited right. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/passwd.h"
#include "libvz/private.h"
#include "tests/unit/tap.h"

static void shadow_line_is_replaced(void)
{
	bool found;
	char *t = vz_shadow_edit("root:*:19000:0:99999:7:::\nu:!:1::::::\n", "u", "$y$h", 20000, &found);

	CHECK(found);
	CHECK_STR(t, "root:*:19000:0:99999:7:::\nu:$y$h:20000::::::\n");
	free(t);
}

static void shadow_edges(void)
{
	bool found;
	char *t = vz_shadow_edit("root2:x:1::::::\nroot:x", "root", "H", 5, &found);

	CHECK(found);
	CHECK_STR(t, "root2:x:1::::::\nroot:H:5::::::\n");
	free(t);
	t = vz_shadow_edit("a:b:1::::::\n", "root", "H", 5, &found);
	CHECK(!found);
	CHECK_STR(t, "a:b:1::::::\n");
	free(t);
	t = vz_shadow_edit("", "root", "H", 5, &found);
	CHECK(!found);
	CHECK_STR(t, "");
	free(t);
}

static char base[] = "/tmp/vzroot.XXXXXX";

static char *path(const char *name)
{
	static char buf[2][PATH_MAX];
	static int turn;

	turn = !turn;
	snprintf(buf[turn], sizeof(buf[0]), "%s/%s", base, name);
	return buf[turn];
}

/* base/ve is the root; base/host lies beside it. */
static int make_tree(void)
{
	CHECK(!mkdir(path("ve"), 0755) && !mkdir(path("host"), 0755));
	CHECK(!mkdir(path("ve/etc"), 0755));
	CHECK(!symlink("../../host", path("ve/up")));
	CHECK(!symlink(path("host"), path("ve/abs")));
	return open(path("ve"), O_RDONLY | O_DIRECTORY);
}

static void links_stay_inside(void)
{
	int root = make_tree(), fd;

	CHECK(root >= 0);
	/* Both lead to names inside the root, which are not there. */
	CHECK(vz_replace_in_root(root, "up", "f", "x", 0644) == -ENOENT);
	CHECK(vz_replace_in_root(root, "abs", "f", "x", 0644) == -ENOENT);
	CHECK(vz_open_in_root(root, "../../../../etc/passwd", O_RDONLY, 0) == -ENOENT);
	CHECK(vz_open_in_root(root, "/proc/self/root/etc/passwd", O_RDONLY, 0) < 0);
	CHECK(access(path("host/f"), F_OK));
	fd = vz_open_in_root(root, "/etc", O_RDONLY | O_DIRECTORY, 0);
	CHECK(fd >= 0);
	close(fd);
	close(root);
}

static void replace_takes_the_link_not_its_target(void)
{
	int root = open(path("ve"), O_RDONLY | O_DIRECTORY);
	struct stat st;
	char *text;
	FILE *f = fopen(path("host/secret"), "w");

	CHECK(f && fputs("old", f) >= 0 && !fclose(f));
	CHECK(!symlink("../../host/secret", path("ve/etc/resolv.conf")));
	CHECK(!vz_replace_in_root(root, "etc", "resolv.conf", "new\n", 0644));
	CHECK(!lstat(path("ve/etc/resolv.conf"), &st) && S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0644);
	CHECK(!vz_read_file(path("host/secret"), &text));
	CHECK_STR(text, "old");
	free(text);
	/* Mode of an old file stays. */
	CHECK(!chmod(path("ve/etc/resolv.conf"), 0600));
	CHECK(!vz_replace_in_root(root, "etc", "resolv.conf", "newer\n", 0644));
	CHECK(!stat(path("ve/etc/resolv.conf"), &st) && (st.st_mode & 0777) == 0600);
	CHECK(!vz_read_file(path("ve/etc/resolv.conf"), &text));
	CHECK_STR(text, "newer\n");
	free(text);
	close(root);
}

static void remove_follows_no_link(void)
{
	char dir[PATH_MAX];
	struct vz_conf c = { .id = 1, .private = dir };
	struct vz_err e = { 0 };

	snprintf(dir, sizeof(dir), "%s/ve", base);
	CHECK(!vz_private_remove(&c, &e));
	CHECK(access(dir, F_OK) && !access(path("host/secret"), F_OK));
	/* What is not there is removed already. */
	CHECK(!vz_private_remove(&c, &e));
}

int main(void)
{
	struct vz_conf c = { .id = 1, .private = base };
	struct vz_err e = { 0 };

	if (!mkdtemp(base))
		return 1;
	TEST(shadow_line_is_replaced);
	TEST(shadow_edges);
	TEST(links_stay_inside);
	TEST(replace_takes_the_link_not_its_target);
	TEST(remove_follows_no_link);
	if (vz_private_remove(&c, &e))
		return 1;
	return tap_failed;
}
