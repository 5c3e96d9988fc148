// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copy engine of vzmigrate: two local folders made equal over a socketpair.
 * Needs root (owners, device nodes). The comparison does not use the engine's
 * own reading code.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "libvz/err.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_recv.h"
#include "vzmigrate/copy_send.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/pages.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

static int bad;

#define CHECK(x) do { \
	if (!(x)) { \
		bad++; \
		printf("not ok %s:%d: %s (%s)\n", __func__, __LINE__, #x, strerror(errno)); \
	} \
} while (0)

static char base[] = "/tmp/test-migrate-XXXXXX";

static char *at(const char *side, const char *name)
{
	static char buf[8][4096];
	static int k;

	k = (k + 1) % 8;
	snprintf(buf[k], sizeof(buf[k]), "%s/%s/%s", base, side, name);
	return buf[k];
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		CHECK(!"put");
}

/* ---- comparison ------------------------------------------------------------ */

static int differ(const char *name, const char *what)
{
	printf("# %s differs in %s\n", name, what);
	return 1;
}

static int compare_content(const char *name)
{
	static char x[1 << 20], y[1 << 20];
	int a = open(at("src", name), O_RDONLY), b = open(at("dst", name), O_RDONLY), ret = 0;
	ssize_t n, m;

	do {
		n = read(a, x, sizeof(x));
		m = read(b, y, sizeof(y));
		ret = n != m || n < 0 || memcmp(x, y, n);
	} while (!ret && n);
	close(a);
	close(b);
	return ret;
}

static int compare_xattrs(const char *name)
{
	char na[4096], va[70000], vb[70000];
	ssize_t n = llistxattr(at("src", name), na, sizeof(na));
	ssize_t m = llistxattr(at("dst", name), NULL, 0);

	if (n != m)
		return 1;
	for (char *s = na; s < na + n; s += strlen(s) + 1) {
		ssize_t p = lgetxattr(at("src", name), s, va, sizeof(va));
		ssize_t q = lgetxattr(at("dst", name), s, vb, sizeof(vb));

		if (p != q || p < 0 || memcmp(va, vb, p))
			return 1;
	}
	return 0;
}

static int compare_one(const char *name)
{
	struct stat a, b;
	char x[4096] = "", y[4096] = "";

	if (lstat(at("src", name), &a) || lstat(at("dst", name), &b))
		return differ(name, "existence");
	if (a.st_mode != b.st_mode)
		return differ(name, "mode");
	if (a.st_uid != b.st_uid || a.st_gid != b.st_gid)
		return differ(name, "owner");
	if (a.st_mtim.tv_sec != b.st_mtim.tv_sec || a.st_mtim.tv_nsec != b.st_mtim.tv_nsec)
		return differ(name, "mtime");
	if (!S_ISDIR(a.st_mode) && a.st_nlink != b.st_nlink)
		return differ(name, "link count");
	if (vz_tree_flags(AT_FDCWD, at("src", name)) != vz_tree_flags(AT_FDCWD, at("dst", name)))
		return differ(name, "flags");
	if (a.st_rdev != b.st_rdev)
		return differ(name, "device number");
	if (S_ISLNK(a.st_mode) && (readlink(at("src", name), x, sizeof(x) - 1) < 0 ||
				   readlink(at("dst", name), y, sizeof(y) - 1) < 0 || strcmp(x, y)))
		return differ(name, "target");
	if (S_ISREG(a.st_mode) && (a.st_size != b.st_size || compare_content(name)))
		return differ(name, "content");
	if (compare_xattrs(name))
		return differ(name, "attributes");
	return 0;
}

static int count_names(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static int compare_tree(const char *name)
{
	DIR *d = opendir(at("src", name));
	struct dirent *de;
	int ret = compare_one(name);

	if (!d)
		return ret;
	if (count_names(at("src", name)) != count_names(at("dst", name)))
		ret += differ(name, "names");
	while ((de = readdir(d))) {
		char sub[4096];

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		snprintf(sub, sizeof(sub), "%s%s%s", name, *name ? "/" : "", de->d_name);
		ret += de->d_type == DT_DIR ? compare_tree(sub) : compare_one(sub);
	}
	closedir(d);
	return ret;
}

/* ---- a pair of engines -------------------------------------------------------- */

static struct copy_sender sender;
static struct wire out;
static pid_t child;
static int src = -1;
static int store = -1;
static uint32_t nstore;

static int receive(int sock)
{
	int root = open(at("dst", ""), O_RDONLY | O_DIRECTORY);
	int stage = open(at("stage", ""), O_RDONLY | O_DIRECTORY);
	struct copy_receiver r;
	struct vz_err e = { 0 };
	struct wire w;
	int ret = 0;

	wire_init(&w, sock, sock, "source");
	copy_receiver_init(&r, &w, root, stage);
	r.store = store;
	r.nstore = nstore;
	while (!ret) {
		struct wire_frame f;

		ret = wire_recv(&w, &f, &e);
		if (ret == -ECONNRESET) {	/* the end */
			ret = 0;
			break;
		}
		if (!ret && f.type != WIRE_TREE)
			ret = -EPROTO;
		if (!ret)
			ret = copy_recv_pass(&r, (Wire__Tree *)f.msg, &e);
		wire_frame_free(&f);
	}
	if (ret)
		wire_send_fail(&w, &e, false);
	vz_error_free(&e);
	copy_receiver_release(&r);
	wire_release(&w);
	close(root);
	close(stage);
	close(sock);
	return ret ? 1 : 0;
}

static void start(void)
{
	int s[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s))
		abort();
	fflush(stdout);
	child = fork();
	if (!child) {
		close(s[0]);
		exit(receive(s[1]));
	}
	close(s[1]);
	wire_init(&out, s[0], s[0], "destination");
	out.timeout_ms = 300000;	/* the disk may be slow */
	src = open(at("src", ""), O_RDONLY | O_DIRECTORY);
	copy_sender_init(&sender, &out, src, COPY_PRIVATE);
}

static int stop(void)
{
	int status;

	close(out.in);
	copy_sender_release(&sender);
	wire_release(&out);
	close(src);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int pass(bool verify, bool final)
{
	struct vz_err e = { 0 };
	int ret = copy_send_pass(&sender, verify, final, &e);

	if (ret)
		printf("# pass: %s\n", e.msg);
	vz_error_free(&e);
	return ret;
}

/* ---- what is copied --------------------------------------------------------------- */

static void make_tree(void)
{
	static const struct timespec t[2] = { { 1, 2 }, { 1234567890, 987654321 } };
	static const uint8_t cap[20] = { 1, 0, 0, 2, 0, 4 };	/* cap_net_bind_service=ep */
	char deep[700], *p = deep;
	int fd;

	mkdir(at("src", "etc"), 0755);
	mkdir(at("src", "empty"), 01777);
	mkdir(at("src", "Ünïcode \n dir"), 0700);
	put(at("src", "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
	put(at("src", "etc/suid"), "#!/bin/sh\n");
	CHECK(!chown(at("src", "etc/suid"), 100, 65534) && !chmod(at("src", "etc/suid"), 06755));
	put(at("src", "nothing"), "");
	put(at("src", "pair"), "two names\n");
	put(at("src", "Ünïcode \n dir/file"), "x");
	CHECK(!utimensat(AT_FDCWD, at("src", "etc/passwd"), t, 0));
	CHECK(!symlink("../etc/passwd", at("src", "etc/link")));
	CHECK(!symlink("/nowhere/at/all", at("src", "dangling")));
	CHECK(!lchown(at("src", "dangling"), 1000, 1000));
	CHECK(!link(at("src", "etc/passwd"), at("src", "etc/passwd-")));
	CHECK(!link(at("src", "etc/passwd"), at("src", "hard")));
	CHECK(!mkfifo(at("src", "fifo"), 0640));
	CHECK(!mknod(at("src", "null"), S_IFCHR | 0666, makedev(1, 3)));
	CHECK(!mknod(at("src", "block"), S_IFBLK | 0600, makedev(259, 70000)));
	CHECK(!mknod(at("src", "sock"), S_IFSOCK | 0700, 0));
	CHECK(!lsetxattr(at("src", "etc/suid"), "security.capability", cap, sizeof(cap), 0));
	CHECK(!lsetxattr(at("src", "nothing"), "user.note", "a\0b", 3, 0));
	CHECK(!lsetxattr(at("src", "empty"), "user.empty", "", 0, 0));
	fd = open(at("src", "sparse"), O_WRONLY | O_CREAT, 0644);
	CHECK(pwrite(fd, "begin", 5, 0) == 5 && pwrite(fd, "middle", 6, 5 << 20) == 6);
	CHECK(!ftruncate(fd, 64 << 20));
	close(fd);
	fd = open(at("src", "big"), O_WRONLY | O_CREAT, 0644);
	for (int i = 0; i < 200000; i++)
		dprintf(fd, "line %d of a file of several frames\n", i);
	close(fd);
	for (int i = 0; i < 900; i++) {		/* more than two batches */
		char name[32];

		snprintf(name, sizeof(name), "empty/many-%d", i);
		put(at("src", name), i % 3 ? name : "");
	}
	for (int i = 0; i < 100; i++)
		p += sprintf(p, "%sd%d", i ? "/" : "", i);
	for (char *s = deep; (s = strchr(s, '/')); s++) {
		*s = 0;
		mkdir(at("src", deep), 0755);
		*s = '/';
	}
	CHECK(!link(at("src", "etc/passwd"), at("src", "d0/d1/hard")));
	/* Only one of the two will move, with its folder. */
	CHECK(!link(at("src", "pair"), at("src", "d0/pair")));
	CHECK(!utimensat(AT_FDCWD, at("src", "empty"), t, 0));
}

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

/* ---- pages that the destination has -------------------------------------------------- */

static void test_pages(void)
{
	static uint32_t page[4][PAGES_SIZE / 4];
	static const int order[] = { 0, 1, 2, 1, 3, 3, 2, 0 };
	struct pages *p = pages_new(2);
	bool fresh;
	int fd;

	for (int i = 1; i < 4; i++)
		for (int k = 0; k < PAGES_SIZE / 4; k++)
			page[i][k] = i * 1000003u + k;
	page[3][0] = page[2][0];	/* they differ at the end only */
	memcpy(page[3], page[2], PAGES_SIZE - 4);
	store = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	CHECK(pages_learn(p, page[0], &fresh) == PAGES_ZERO && !fresh);
	for (int i = 1; i < 3; i++) {
		CHECK(pages_learn(p, page[i], &fresh) == (uint32_t)i && fresh);
		CHECK(pages_learn(p, page[i], &fresh) == (uint32_t)i && !fresh);
		CHECK(write(store, page[i], PAGES_SIZE) == PAGES_SIZE);
	}
	/* There is room for no more. */
	CHECK(pages_learn(p, page[3], &fresh) == PAGES_LITERAL && !fresh);
	CHECK(pages_refer(p, page[3]) == PAGES_LITERAL && pages_count(p) == 2);
	nstore = 2;
	fd = open(at("src", "pages-7.img"), O_WRONLY | O_CREAT, 0600);
	for (int k = 0; k < 400; k++)
		for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
			CHECK(write(fd, page[order[i]], PAGES_SIZE) == PAGES_SIZE);
	close(fd);
	put(at("src", "pages-odd"), "no whole page\n");
	start();
	sender.pages = p;
	CHECK(!pass(false, true));
	CHECK(!compare_tree(""));
	/* A quarter of them had to be sent, and a word for each. */
	CHECK(sender.counts.bytes < 800 * PAGES_SIZE + 4 * 3200 + 100);
	CHECK(!stop());
	unlink(at("src", "pages-7.img"));
	unlink(at("src", "pages-odd"));
	close(store);
	store = -1;
	nstore = 0;
	pages_free(p);
}

/* ---- the last pass over what changed only ------------------------------------------- */

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

/* ---- a peer that lies ----------------------------------------------------------------- */

enum lie { ESCAPE_NAME, ESCAPE_PATH, ESCAPE_LINK, THROUGH_SYMLINK, UNASKED, BEHIND_END, BAD_MODE,
	   TRUSTED_XATTR, UNKNOWN_PAGE, HALF_A_PAGE, NR_LIES };

static void lie(enum lie what)
{
	Wire__Tree t = WIRE__TREE__INIT;
	Wire__Dir d = WIRE__DIR__INIT;
	Wire__Entry en = WIRE__ENTRY__INIT, meta, *list = &en;
	Wire__Xattr x = WIRE__XATTR__INIT, *xs = &x;
	Wire__File m = WIRE__FILE__INIT;
	struct stat st;
	struct vz_err e = { 0 };
	struct wire_frame f = { 0 };
	char *name = "victim", *path = "", *link = "../../x";

	if (what == ESCAPE_NAME)
		name = "..";
	if (what == ESCAPE_PATH)
		path = "etc/../..";
	if (what == THROUGH_SYMLINK)
		path = "to-tmp";
	lstat(at("src", "big"), &st);
	tree_entry_stat(&st, &en);
	en.mode = what == BAD_MODE ? 0170644 : S_IFREG | 0644;
	en.nlink = 1;
	en.size = what >= UNKNOWN_PAGE ? PAGES_SIZE : 4;
	en.name.data = (uint8_t *)name;
	en.name.len = strlen(name);
	meta = en;
	if (what == ESCAPE_LINK) {
		en.has_link = true;
		en.link.data = (uint8_t *)link;
		en.link.len = strlen(link);
	}
	if (what == TRUSTED_XATTR) {
		x.name.data = (uint8_t *)"trusted.overlay.opaque";
		x.name.len = strlen((char *)x.name.data);
		meta.xattr = &xs;
		meta.n_xattr = 1;
	}
	d.seq = 1;
	d.path.data = (uint8_t *)path;
	d.path.len = strlen(path);
	d.entry = &list;
	d.n_entry = 1;
	d.last = true;
	m.seq = 1;
	m.index = what == UNASKED ? 1 : 0;
	m.has_offset = true;
	m.offset = what == BEHIND_END ? 2 : 0;
	m.has_refs = m.refs = what >= UNKNOWN_PAGE;
	m.meta = &meta;
	m.last = true;
	start();
	wire_send(&out, WIRE_TREE, &t.base, NULL, 0, &e);
	wire_send(&out, WIRE_DIR, &d.base, NULL, 0, &e);
	wire_send(&out, WIRE_FILE, &m.base, what == HALF_A_PAGE ? "\377\377\377\377" : "evil", 4,
		  &e);
	/* NEED may come first; then the receiver gives up. */
	if (!wire_recv(&out, &f, &e)) {
		CHECK(f.type == WIRE_NEED);
		wire_frame_free(&f);
		CHECK(wire_recv(&out, &f, &e) < 0);
	}
	CHECK(out.peer_failed);
	vz_error_free(&e);
	CHECK(stop() == 1);
	CHECK(access(at("dst", "victim"), F_OK));
	CHECK(access("/tmp/victim", F_OK));
	unlink(at("stage", "f"));
}

static void test_lies(void)
{
	CHECK(!symlink("/tmp", at("dst", "to-tmp")));
	for (int i = 0; i < NR_LIES; i++)
		lie(i);
}

int main(void)
{
	static const char *const sides[] = { "src", "dst", "stage", "trash" };
	uint64_t n = 0;
	int fd;

	if (geteuid()) {
		printf("not ok migrate-copy: needs root\n");
		return 1;
	}
	umask(0);
	if (!mkdtemp(base))
		abort();
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++)
		mkdir(at(sides[i], ""), 0700);
	make_tree();
	test_round_trip();
	test_changes();
	test_changed_only();
	test_pages();
	test_verify();
	test_forced();
	test_busy();
	test_deep();
	test_lies();
	test_flags();
	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	mkdir("/tmp/test-migrate-stage", 0700);
	CHECK(!vz_tree_remove(fd, base + 5,
			      openat(fd, "test-migrate-stage", O_RDONLY | O_DIRECTORY), &n));
	CHECK(access(base, F_OK) && n > 1000);
	rmdir("/tmp/test-migrate-stage");
	close(fd);
	if (!bad)
		printf("ok migrate-copy\n");
	return bad ? 1 : 0;
}
