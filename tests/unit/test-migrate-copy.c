// SPDX-License-Identifier: GPL-2.0-or-later
/* Copy engine of vzmigrate: what arrives, and what later passes send. */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "libvz/tree_flags.h"
#include "tests/unit/copy_pair.h"

static void test_round_trip(void)
{
	struct stat st;

	start();
	CHECK(!pass(false, false));
	CHECK(!compare_tree(""));
	CHECK(!stat(at("dst", "sparse"), &st) && st.st_blocks * 512 < 1 << 20);
	CHECK(count_names(at("stage", "")) == 2);
	/* Nothing changed: nothing is sent, once the times are old enough to be trusted. */
	usleep(100000);
	CHECK(!pass(false, false));
	CHECK(!pass(false, true));
	CHECK(sender.counts.files == 0 && sender.counts.bytes == 0);
	CHECK(!compare_tree(""));
	CHECK(!stop());
}

/* Files that chattr protects arrive, are changed by later passes, and end as they are. */
static void test_flags(void)
{
	static const struct { const char *name; unsigned int flags; } f[] = {
		{ "flags/i", FS_IMMUTABLE_FL }, { "flags/a", FS_APPEND_FL },
		{ "flags/dA", FS_NODUMP_FL | FS_NOATIME_FL }, { "flags/in/x", FS_IMMUTABLE_FL },
		{ "flags/in", FS_IMMUTABLE_FL | FS_NODUMP_FL }, { "flags/log", FS_APPEND_FL },
		{ "flags/two", FS_IMMUTABLE_FL },
	};
	size_t n = sizeof(f) / sizeof(*f);

	mkdir(at("src", "flags"), 0755);
	mkdir(at("src", "flags/in"), 0755);
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].name, "flags/in"))
			put(at("src", f[i].name), "kept");
	CHECK(!link(at("src", "flags/two"), at("src", "flags/one")));
	for (size_t i = 0; i < n; i++) {
		int ret = vz_tree_flags_set(AT_FDCWD, at("src", f[i].name), f[i].flags);

		if (ret == -EOPNOTSUPP || ret == -EPERM) {
			printf("# no such flags on this file system\n");
			return;
		}
		CHECK(!ret);
	}
	start();
	CHECK(!pass(true, false));
	/* What is protected changes all the same: taken off, changed, put back. */
	CHECK(vz_tree_flags_soften(AT_FDCWD, at("src", "flags/i")));
	put(at("src", "flags/i"), "new content");
	CHECK(!vz_tree_flags_set(AT_FDCWD, at("src", "flags/i"), FS_IMMUTABLE_FL));
	CHECK(vz_tree_flags_soften(AT_FDCWD, at("src", "flags/in")));
	CHECK(!rename(at("src", "flags/in"), at("src", "flags/moved")));
	CHECK(!vz_tree_flags_set(AT_FDCWD, at("src", "flags/moved"), FS_IMMUTABLE_FL));
	/* This one gives its name to another, which has none. */
	CHECK(vz_tree_flags_soften(AT_FDCWD, at("src", "flags/a")));
	CHECK(!unlink(at("src", "flags/a")));
	put(at("src", "flags/a"), "plain");
	CHECK(!pass(false, true));
	CHECK(!compare_tree(""));
	CHECK(!stop());
	/* A second migration meets them at the destination. */
	CHECK(vz_tree_flags_soften(AT_FDCWD, at("src", "flags/moved")));
	CHECK(vz_tree_flags_soften(AT_FDCWD, at("src", "flags/moved/x")));
	CHECK(!unlink(at("src", "flags/moved/x")));
	CHECK(vz_tree_flags_soften(AT_FDCWD, at("src", "flags/log")));
	CHECK(!unlink(at("src", "flags/log")) && !mkdir(at("src", "flags/log"), 0700));
	start();
	CHECK(!pass(true, true));
	CHECK(!compare_tree(""));
	CHECK(!stop());
}

static void change_everything(void)
{
	struct stat st;
	int fd;

	CHECK(!stat(at("src", "etc/passwd"), &st));
	/* Same size, same mtime, other content: only the change time tells. */
	fd = open(at("src", "etc/passwd"), O_WRONLY);
	CHECK(pwrite(fd, "ROOT", 4, 0) == 4);
	CHECK(!futimens(fd, (struct timespec[2]){ st.st_atim, st.st_mtim }));
	close(fd);
	CHECK(!rename(at("src", "etc/suid"), at("src", "etc/moved")));
	CHECK(!unlink(at("src", "dangling")) && !mkdir(at("src", "dangling"), 0755));
	put(at("src", "dangling/inside"), "now a folder\n");
	CHECK(!unlink(at("src", "null")));
	CHECK(!unlink(at("src", "hard")) && !link(at("src", "big"), at("src", "hard")));
	CHECK(!rename(at("src", "d0"), at("src", "elsewhere")));
	CHECK(!lremovexattr(at("src", "nothing"), "user.note"));
	CHECK(!chmod(at("src", "fifo"), 0600));
	CHECK(!truncate(at("src", "sparse"), 1 << 20));
	CHECK(!unlink(at("src", "empty/many-17")) && !mkdir(at("src", "empty/many-17"), 0700));
	CHECK(!symlink("a", at("src", "new-link")));
}

static void test_changes(void)
{
	start();
	CHECK(!pass(false, false));
	usleep(100000);
	CHECK(!pass(false, false));
	change_everything();
	CHECK(!pass(false, true));
	CHECK(!compare_tree(""));
	CHECK(sender.counts.removed > 100);
	CHECK(!stop());
}

/* --- the last pass over what changed only */

struct known {
	uint64_t ino;
	struct timespec ctime;
};

static struct known known[8192];
static size_t knows, nlist;
static uint64_t list[8192];
static bool listing;

static int see(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t i = 0;

	while (i < knows && known[i].ino != st->st_ino)
		i++;
	if (!listing && i == knows && knows < 8192)
		known[knows++] = (struct known){ st->st_ino, st->st_ctim };
	else if (listing && (i == knows || known[i].ctime.tv_sec != st->st_ctim.tv_sec ||
			     known[i].ctime.tv_nsec != st->st_ctim.tv_nsec) && nlist < 8192)
		list[nlist++] = st->st_ino;
	return 0;
}

static int compare_ino(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static void last_pass_after(void (*change)(void))
{
	knows = nlist = 0;
	listing = false;
	nftw(at("src", ""), see, 64, FTW_PHYS);
	start();
	CHECK(!pass(false, false));
	usleep(100000);
	CHECK(!pass(false, false));
	change();
	listing = true;
	nftw(at("src", ""), see, 64, FTW_PHYS);
	/* What has nothing to do with the tree may be in it too. */
	list[nlist++] = 1;
	list[nlist++] = UINT64_MAX;
	qsort(list, nlist, sizeof(*list), compare_ino);
	sender.changed = list;
	sender.nchanged = nlist;
	CHECK(!pass(false, true));
	CHECK(!compare_tree(""));
	CHECK(!stop());
}

static void change_nothing(void)
{
}

static void change_some(void)
{
	mkdir(at("src", "etc/sub"), 0755);
	mkdir(at("src", "etc/sub/sub"), 0755);
	put(at("src", "etc/sub/sub/new"), "new\n");
	put(at("src", "etc/moved"), "changed\n");
	CHECK(!chmod(at("src", "empty"), 0711));
	CHECK(!unlink(at("src", "empty/many-3")));
	CHECK(!lsetxattr(at("src", "nothing"), "user.more", "1", 1, 0));
	/* Below a folder that moves, and in its old place another one. */
	put(at("src", "elsewhere/d1/d2/d3/deep"), "deep\n");
	CHECK(!rename(at("src", "elsewhere/d1/d2"), at("src", "etc/there")));
	mkdir(at("src", "elsewhere/d1/d2"), 0700);
	mkdir(at("src", "elsewhere/d1/d2/d3"), 0700);
	put(at("src", "elsewhere/d1/d2/d3/other"), "other\n");
	/* Two that change places. */
	CHECK(!renameat2(AT_FDCWD, at("src", "Ünïcode \n dir"), AT_FDCWD, at("src", "dangling"),
			 RENAME_EXCHANGE));
	put(at("src", "dangling/file"), "y");
}

static void change_link(void)
{
	struct stat st;
	int fd = open(at("src", "etc/passwd"), O_WRONLY);

	CHECK(!fstat(fd, &st) && st.st_nlink > 2);
	CHECK(pwrite(fd, "TOOR", 4, 0) == 4);
	close(fd);
	CHECK(!link(at("src", "etc/moved"), at("src", "empty/moved")));
}

static void test_changed_only(void)
{
	last_pass_after(change_nothing);
	CHECK(sender.partial && !sender.nfolders && !sender.counts.files);
	last_pass_after(change_some);
	/* Of more than a hundred; the moved ones are sent anew. */
	CHECK(sender.partial && sender.counts.files < 20);
	/* One name of a file with several leads to all others only through the whole tree. */
	last_pass_after(change_link);
	CHECK(!sender.partial);
}

/* The destination has a tree already, with a lie in it: same size and time, other content. */
static void test_verify(void)
{
	struct stat st;
	int fd;

	CHECK(!stat(at("dst", "big"), &st));
	fd = open(at("dst", "big"), O_WRONLY);
	CHECK(pwrite(fd, "LIES", 4, 3 << 20) == 4);
	CHECK(!futimens(fd, (struct timespec[2]){ st.st_atim, st.st_mtim }));
	close(fd);
	put(at("dst", "left-over"), "x");
	start();
	CHECK(!pass(true, false));
	CHECK(sender.counts.files == 1);
	CHECK(!compare_tree(""));
	CHECK(!stop());
}

/* A shared mapping that is written without the file's times moving at once. */
static void test_forced(void)
{
	struct stat st;
	uint64_t ino;

	CHECK(!stat(at("src", "etc/moved"), &st));
	ino = st.st_ino;
	start();
	CHECK(!pass(false, false));
	usleep(100000);
	CHECK(!pass(false, false));
	sender.force = &ino;
	sender.nforce = 1;
	CHECK(!pass(false, true));
	CHECK(sender.counts.files == 1);
	CHECK(!stop());
}

/* Passes over a tree in which another process makes, moves and removes files. */
static void test_busy(void)
{
	pid_t busy;

	fflush(stdout);
	busy = fork();
	if (!busy) {
		for (unsigned int i = 0;; i++) {
			char a[64], b[64], c[64];

			snprintf(a, sizeof(a), "etc/busy-%u", i % 97);
			snprintf(b, sizeof(b), "empty/busy-%u", i % 89);
			snprintf(c, sizeof(c), "busy-dir-%u", i % 13);
			if (i % 5)
				put(at("src", a), b);
			rename(at("src", a), at("src", b));
			unlink(at("src", i % 2 ? a : b));
			if (i % 3)
				mkdir(at("src", c), 0755);
			else
				rmdir(at("src", c));
			if (i % 11 == 0) {
				unlink(at("src", a));
				symlink("etc", at("src", a));
			}
			if (i % 17 == 0)
				link(at("src", b), at("src", a));
		}
	}
	start();
	for (int i = 0; i < 15; i++)
		CHECK(!pass(false, false));
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	CHECK(!pass(false, true));
	CHECK(!compare_tree(""));
	CHECK(!stop());
}

/* A path that no single call of the kernel takes. */
static void test_deep(void)
{
	int fd = open(at("src", ""), O_RDONLY | O_DIRECTORY);
	char name[201];

	memset(name, 'n', 200);
	name[200] = 0;
	for (int i = 0; i < 40; i++) {
		int sub;

		CHECK(!mkdirat(fd, name, 0755));
		sub = openat(fd, name, O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = sub;
	}
	close(openat(fd, "bottom", O_CREAT | O_WRONLY, 0600));
	close(fd);
	start();
	CHECK(!pass(false, false));
	fd = open(at("dst", ""), O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 40; i++) {
		int sub = openat(fd, name, O_RDONLY | O_DIRECTORY);

		close(fd);
		fd = sub;
	}
	CHECK(!faccessat(fd, "bottom", F_OK, 0));
	close(fd);
	CHECK(!renameat2(AT_FDCWD, at("src", name), AT_FDCWD, at("trash", "deep"), 0));
	CHECK(!pass(false, true));
	CHECK(access(at("dst", name), F_OK));
	CHECK(!stop());
}

int main(void)
{
	if (geteuid()) {
		printf("not ok migrate-copy: needs root\n");
		return 1;
	}
	copy_pair_begin();
	test_round_trip();
	test_changes();
	test_changed_only();
	test_verify();
	test_forced();
	test_busy();
	test_deep();
	test_flags();
	CHECK(copy_pair_end() > 1000);
	if (!bad)
		printf("ok migrate-copy\n");
	return bad ? 1 : 0;
}
