// SPDX-License-Identifier: GPL-2.0-or-later
/* Trees that are removed: deep, wide, with links and flags; and files that are replaced whole. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/cgtree.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/tree.h"
#include "libvz/tree_cursor.h"
#include "libvz/tree_todo.h"
#include "tests/unit/tap.h"

#define DEEP	20000

static char base[] = "/tmp/test-tree.XXXXXX";
static int at;

static char *in_base(const char *name)
{
	static char buf[256];

	snprintf(buf, sizeof(buf), "%s/%s", base, name);
	return buf;
}

static bool there(const char *name)
{
	struct stat st;

	return !fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW);
}

static int put(int dir, const char *name)
{
	return openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

/* A chain of folders with a file in each, all below base/name. */
static bool make_chain(const char *name, int depth)
{
	int dir = dup(at);

	for (int i = 0; i < depth; i++) {
		int sub, f;

		if (mkdirat(dir, i ? "d" : name, 0700))
			return false;
		sub = openat(dir, i ? "d" : name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(dir);
		dir = sub;
		f = put(dir, "file");
		if (dir < 0 || f < 0)
			return false;
		close(f);
	}
	close(dir);
	return true;
}

/* With few descriptors and little stack: neither may grow with the depth. */
static void depth_costs_nothing(void)
{
	struct rlimit few = { 32, 32 }, old;
	struct vz_err e = { 0 };

	CHECK(make_chain("deep", DEEP));
	CHECK(!getrlimit(RLIMIT_NOFILE, &old));
	few.rlim_max = old.rlim_max;
	CHECK(!setrlimit(RLIMIT_NOFILE, &few));
	CHECK(!vz_path_remove(in_base("deep"), &e));
	CHECK(!setrlimit(RLIMIT_NOFILE, &old));
	CHECK(!there("deep") && !there("deep.trash"));
}

static unsigned long steps;	/* names that the kernel was asked to follow */

/* libvz opens below a folder by this call of libc. */
long syscall(long number, ...)
{
	static long (*next)(long, ...);
	va_list args;
	long a[6];

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_openat2)
		for (const char *p = (const char *)a[1]; p; steps++) {
			p = strchr(p, '/');
			p = p ? p + 1 : NULL;
		}
	if (!next)
		next = dlsym(RTLD_NEXT, "syscall");
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Names followed in a walk over that chain, with a folder beside each of its folders. */
static unsigned long walk_chain(const char *name, int depth, int *folders)
{
	struct vz_tree_todo k = { 0 };
	int dir, ret;

	CHECK(make_chain(name, depth));
	dir = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0, top = dup(dir), sub; i < depth; i++, top = sub) {
		mkdirat(top, "e", 0700);
		sub = openat(top, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(top);
	}
	*folders = 0;
	steps = 0;
	ret = vz_tree_todo_push(&k, "", "");
	while (!ret && k.n) {
		char *path = vz_tree_todo_pop(&k);
		int fd = vz_tree_todo_open(&k, dir, path);

		ret = fd < 0 ? fd : 0;
		if (!ret && !faccessat(fd, "e", F_OK, 0))
			ret = vz_tree_todo_push(&k, path, "e");
		if (!ret && !faccessat(fd, "d", F_OK, 0))
			ret = vz_tree_todo_push(&k, path, "d");
		close(fd);
		free(path);
		++*folders;
	}
	vz_tree_todo_clear(&k);
	close(dir);
	CHECK(!ret && steps > (unsigned long)depth);
	return steps;
}

/* Four times as deep takes four times as many, and not sixteen times. */
static void walk_is_linear(void)
{
	int few, many;
	unsigned long shallow = walk_chain("shallow", 3000, &few);
	unsigned long deep = walk_chain("deep", 12000, &many);

	CHECK(few == 2 * 3000 && many == 2 * 12000);
	printf("# %lu and %lu names followed\n", shallow, deep);
	CHECK(deep < 6 * shallow);
	CHECK(!vz_path_remove(in_base("shallow"), NULL) && !vz_path_remove(in_base("deep"), NULL));
}

/* What was held open has moved: the path is followed anew. */
static void cursor_follows_the_path(void)
{
	struct vz_tree_cursor c = { 0 };
	struct stat st, want;
	int fd;

	CHECK(make_chain("moving", 300));
	fd = vz_tree_cursor_open(&c, at, "moving/d/d/d");
	CHECK(fd >= 0 && !close(fd));
	CHECK(!renameat(at, "moving/d/d", at, "elsewhere"));
	CHECK(!mkdirat(at, "moving/d/d", 0700) && !mkdirat(at, "moving/d/d/d", 0700));
	CHECK(!mkdirat(at, "moving/d/d/d/new", 0700) && !fstatat(at, "moving/d/d/d/new", &want, 0));
	fd = vz_tree_cursor_open(&c, at, "moving/d/d/d/new");
	CHECK(fd >= 0 && !fstat(fd, &st) && st.st_ino == want.st_ino && !close(fd));
	CHECK(vz_tree_cursor_open(&c, at, "moving/d/none") == -ENOENT);
	/* A name that begins as the one that is open is another one. */
	CHECK(!mkdirat(at, "moving/d2", 0700));
	fd = vz_tree_cursor_open(&c, at, "moving/d2");
	CHECK(fd >= 0 && faccessat(fd, "d", F_OK, 0) && !close(fd));
	fd = vz_tree_cursor_open(&c, at, "moving");
	CHECK(fd >= 0 && !faccessat(fd, "d2", F_OK, 0) && !close(fd));
	vz_tree_cursor_drop(&c);
	CHECK(!vz_path_remove(in_base("moving"), NULL));
	CHECK(!vz_path_remove(in_base("elsewhere"), NULL));
}

static void links_are_not_followed(void)
{
	CHECK(!mkdirat(at, "tree", 0700) && !mkdirat(at, "other", 0700) && put(at, "other/f") >= 0);
	CHECK(!symlinkat("../other", at, "tree/rel") &&
	      !symlinkat(in_base("other"), at, "tree/abs"));
	CHECK(!mkfifoat(at, "tree/fifo", 0600));
	CHECK(!vz_path_remove(in_base("tree"), NULL));
	CHECK(!there("tree") && there("other/f"));
	/* A link in place of the tree itself goes, not its target. */
	CHECK(!symlinkat("other", at, "link") && !vz_path_remove(in_base("link"), NULL));
	CHECK(!there("link") && there("other/f"));
}

/* As a removal that was cut short leaves it; one of its numbers is far away. */
static void trash_is_taken_up(void)
{
	CHECK(make_chain("half", 3) && !mkdirat(at, "half.trash", 0700));
	CHECK(!mkdirat(at, "half.trash/t0", 0700) && put(at, "half.trash/t0/x") >= 0);
	CHECK(!mkdirat(at, "half.trash/t5000", 0700) && put(at, "half.trash/t5000/x") >= 0);
	CHECK(!mkdirat(at, "half.trash/odd", 0700) && put(at, "half.trash/odd/x") >= 0);
	CHECK(!vz_path_remove(in_base("half"), NULL));
	CHECK(!there("half") && !there("half.trash"));
	/* Also when only the trash is left. */
	CHECK(!mkdirat(at, "half.trash", 0700) && put(at, "half.trash/x") >= 0);
	CHECK(!vz_path_remove(in_base("half"), NULL) && !there("half.trash"));
	CHECK(!vz_path_remove(in_base("never"), NULL) && !there("never.trash"));
}

static bool set_flag(const char *name, int flag)
{
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC), flags;
	bool ok = fd >= 0 && !ioctl(fd, FS_IOC_GETFLAGS, &flags);

	flags |= flag;
	ok = ok && !ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
	return ok;
}

static void flags_do_not_keep_it(void)
{
	CHECK(!mkdirat(at, "hard", 0700) && !mkdirat(at, "hard/in", 0700) &&
	      put(at, "hard/in/f") >= 0);
	CHECK(put(at, "hard/a") >= 0);
	if (!set_flag("hard/in/f", FS_IMMUTABLE_FL)) {
		printf("# this file system or user has no such flags\n");
		CHECK(!vz_path_remove(in_base("hard"), NULL));
		return;
	}
	CHECK(set_flag("hard/in", FS_IMMUTABLE_FL) && set_flag("hard/a", FS_APPEND_FL) &&
	      set_flag("hard", FS_IMMUTABLE_FL));
	CHECK(unlinkat(at, "hard/a", 0));
	CHECK(!vz_path_remove(in_base("hard"), NULL));
	CHECK(!there("hard") && !there("hard.trash"));
}

/* Another file system below the tree is left alone, and all beside it goes. */
static void mounts_are_not_entered(void)
{
	struct vz_err e = { 0 };

	CHECK(!mkdirat(at, "m", 0700) && !mkdirat(at, "m/sub", 0700) && put(at, "m/z") >= 0);
	/* In a root that is no mount point all is private already. */
	if (unshare(CLONE_NEWNS) ||
	    (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL) ||
	    mount("t", in_base("m/sub"), "tmpfs", 0, NULL)) {
		printf("# no mounts here\n");
		CHECK(!vz_path_remove(in_base("m"), NULL));
		return;
	}
	CHECK(put(at, "m/sub/kept") >= 0);
	CHECK(vz_path_remove(in_base("m"), &e) == -EBUSY);
	vz_error_free(&e);
	CHECK(there("m.trash/t0/sub/kept") && !there("m.trash/t0/z"));
	CHECK(!umount(in_base("m.trash/t0/sub")));
	CHECK(!vz_path_remove(in_base("m"), NULL) && !there("m.trash"));
}

static void files_are_replaced_whole(void)
{
	char *text;
	struct stat st;

	umask(077);
	CHECK(!vz_replace_file(in_base("file"), "one\n", 4, 0644));
	CHECK(!vz_replace_file(in_base("file"), "two\n", 4, 0644));
	umask(022);
	CHECK(!fstatat(at, "file", &st, 0) && (st.st_mode & 07777) == 0644);
	CHECK(!vz_read_at(at, "file", &text, NULL));
	CHECK_STR(text, "two");
	free(text);
	CHECK(vz_replace_file(in_base("no/file"), "x", 1, 0644) == -ENOENT);
}

static int visits;

static int visit(void *arg, int fd, const char *path)
{
	struct stat st;

	visits++;
	return fstatat(*(int *)arg, path, &st, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
}

/* The walk of cgroups on plain folders: each once, parents first, and a bound on the path. */
static void walk_sees_all(void)
{
	struct rlimit few = { 32, 32 }, old;
	int ret;

	CHECK(!mkdirat(at, "w", 0700) && !mkdirat(at, "w/a", 0700) && !mkdirat(at, "w/b", 0700) &&
	      !mkdirat(at, "w/a/c", 0700) && !mkdirat(at, "w/a/d", 0700) &&
	      !mkdirat(at, "w/b/e", 0700));
	CHECK(!vz_cgtree_walk(at, "w", visit, &at) && visits == 6);
	CHECK(!vz_cgtree_remove(at, "w") && !there("w"));
	CHECK(!mkdirat(at, "w", 0700));
	for (int i = 0, dir = openat(at, "w", O_RDONLY | O_DIRECTORY); i < 3000; i++) {
		int sub;

		CHECK(!mkdirat(dir, "d", 0700));
		sub = openat(dir, "d", O_RDONLY | O_DIRECTORY);
		close(dir);
		dir = sub;
	}
	CHECK(!getrlimit(RLIMIT_NOFILE, &old));
	few.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	ret = vz_cgtree_walk(at, "w", visit, &at);
	CHECK(ret == -ENAMETOOLONG);
	CHECK(!vz_cgtree_remove(at, "w") && !there("w"));
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK(!vz_cgtree_remove(at, "w"));
}

int main(void)
{
	if (!mkdtemp(base))
		return 1;
	at = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	TEST(depth_costs_nothing);
	TEST(walk_is_linear);
	TEST(cursor_follows_the_path);
	TEST(links_are_not_followed);
	TEST(trash_is_taken_up);
	TEST(flags_do_not_keep_it);
	TEST(files_are_replaced_whole);
	TEST(walk_sees_all);
	TEST(mounts_are_not_entered);
	vz_path_remove(base, NULL);
	return tap_failed;
}
