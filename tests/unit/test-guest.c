// SPDX-License-Identifier: GPL-2.0-or-later
/* Files inside a VE: nothing is written outside its root, shadow lines are edited right. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/guest.h"
#include "libvz/passwd.h"
#include "libvz/private.h"
#include "tests/unit/tap.h"

static void shadow_line_is_replaced(void)
{
	bool found;
	char *t = vz_shadow_edit("root:*:19000:0:99999:7:::\nu:!:1::::::\n", "u", "$y$h", 20000,
				 &found);

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

static struct vz_guest guest(void)
{
	char dir[PATH_MAX];
	struct vz_conf c = { .id = 1, .private = dir };
	struct vz_guest g;

	snprintf(dir, sizeof(dir), "%s/ve", base);
	vz_guest_open(&c, &g, NULL);
	return g;
}

static void links_are_not_followed(void)
{
	int root = make_tree(), fd;
	cleanup_guest struct vz_guest g = guest();

	CHECK(root >= 0 && g.root >= 0);
	CHECK(vz_guest_replace(&g, "up", "f", "x", 0644) == -ELOOP);
	CHECK(vz_guest_replace(&g, "abs", "f", "x", 0644) == -ELOOP);
	CHECK(vz_guest_folder(&g, "../../etc") == -EXDEV);
	CHECK(vz_guest_folder(&g, "/etc") == -EXDEV);
	CHECK(access(path("host/f"), F_OK));
	fd = vz_guest_folder(&g, "etc");
	CHECK(fd >= 0);
	close(fd);
	/* The first process of a VE may follow the VE's links, within it. */
	CHECK(vz_open_in_root(root, "../../../../etc/passwd", O_RDONLY, 0) == -ENOENT);
	CHECK(vz_open_in_root(root, "/proc/self/root/etc/passwd", O_RDONLY, 0) < 0);
	close(root);
}

/* What would wait, act or never end is not read. */
static void only_files_are_read(void)
{
	cleanup_guest struct vz_guest g = guest();
	char *text;
	int fd;

	alarm(20);
	CHECK(!mkfifo(path("ve/etc/fifo"), 0600) && !symlink("fifo", path("ve/etc/link")));
	CHECK(vz_guest_read(&g, "etc/fifo", 100, &text) == -EINVAL);
	CHECK(vz_guest_read(&g, "etc/link", 100, &text) == -ELOOP);
	CHECK(vz_guest_read(&g, "etc", 100, &text) == -EINVAL);
	fd = open(path("ve/etc/big"), O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0 && !ftruncate(fd, 1 << 20));
	CHECK(vz_guest_read(&g, "etc/big", 1000, &text) == -EFBIG);
	/* Somebody holds a lease and does not let go of it. */
	CHECK(!ftruncate(fd, 10));
	signal(SIGIO, SIG_IGN);
	if (!fcntl(fd, F_SETLEASE, F_WRLCK))
		CHECK(vz_guest_read(&g, "etc/big", 1000, &text) == -EAGAIN);
	close(fd);
	alarm(0);
}

static void replace_takes_the_link_not_its_target(void)
{
	cleanup_guest struct vz_guest g = guest();
	struct stat st;
	char *text;
	FILE *f = fopen(path("host/secret"), "w");

	CHECK(f && fputs("old", f) >= 0 && !fclose(f));
	CHECK(!symlink("../../host/secret", path("ve/etc/resolv.conf")));
	CHECK(!vz_guest_replace(&g, "etc", "resolv.conf", "new\n", 0644));
	CHECK(!lstat(path("ve/etc/resolv.conf"), &st) && S_ISREG(st.st_mode) &&
	      (st.st_mode & 0777) == 0644);
	CHECK(!vz_read_file(path("host/secret"), &text));
	CHECK_STR(text, "old");
	free(text);
	/* Mode of an old file stays. */
	CHECK(!chmod(path("ve/etc/resolv.conf"), 0600));
	CHECK(!vz_guest_replace(&g, "etc", "resolv.conf", "newer\n", 0644));
	CHECK(!stat(path("ve/etc/resolv.conf"), &st) && (st.st_mode & 0777) == 0600);
	CHECK(!vz_read_file(path("ve/etc/resolv.conf"), &text));
	CHECK_STR(text, "newer\n");
	free(text);
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
	TEST(links_are_not_followed);
	TEST(only_files_are_read);
	TEST(replace_takes_the_link_not_its_target);
	TEST(remove_follows_no_link);
	if (vz_private_remove(&c, &e))
		return 1;
	return tap_failed;
}
