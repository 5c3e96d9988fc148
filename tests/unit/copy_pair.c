// SPDX-License-Identifier: GPL-2.0-or-later
/* Two folders and a pair of copy engines; see the header. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "libvz/err.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "tests/unit/copy_pair.h"
#include "vzmigrate/copy.h"

int bad;
static char base[] = "/tmp/test-migrate-XXXXXX";

char *at(const char *side, const char *name)
{
	static char buf[8][4096];
	static int k;

	k = (k + 1) % 8;
	snprintf(buf[k], sizeof(buf[k]), "%s/%s/%s", base, side, name);
	return buf[k];
}

void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		CHECK(!"put");
}

/* --- comparison: with no code of the engine */
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

int count_names(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

int compare_tree(const char *name)
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

/* --- a pair of engines */
struct copy_sender sender;
struct wire out;
static pid_t child;
static int src = -1;
int store = -1;
uint32_t nstore;

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

void start(void)
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

int stop(void)
{
	int status;

	close(out.in);
	copy_sender_release(&sender);
	wire_release(&out);
	close(src);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

int pass(bool verify, bool final)
{
	struct vz_err e = { 0 };
	int ret = copy_send_pass(&sender, verify, final, &e);

	if (ret)
		printf("# pass: %s\n", e.msg);
	vz_error_free(&e);
	return ret;
}

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

void copy_pair_begin(void)
{
	static const char *const sides[] = { "src", "dst", "stage", "trash" };

	umask(0);
	if (!mkdtemp(base))
		abort();
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++)
		mkdir(at(sides[i], ""), 0700);
	make_tree();
}

uint64_t copy_pair_end(void)
{
	char aside[] = "/tmp/test-migrate-aside-XXXXXX";
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	uint64_t n = 0;

	if (!mkdtemp(aside))
		abort();
	CHECK(!vz_tree_remove(fd, base + 5, open(aside, O_RDONLY | O_DIRECTORY), &n));
	CHECK(access(base, F_OK));
	rmdir(aside);
	close(fd);
	return n;
}
