// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing that is shared is changed from inside: root of a VE puts a mark on
 * each file and folder of /proc, /sys and cgroupfs in every way there is (mode,
 * owner, times, extended attributes). Afterwards no fresh mount of the host or
 * of another VE shows a mark.
 *
 *	host ----------- fresh mounts: looked through
 *	 |- VE 154 ----- marks all
 *	 '- VE 155 ----- fresh mounts: looked through
 */
#include "vz.h"
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <linux/fs.h>

#define ATTACKER	154
#define OTHER		155

#define MOUNTS		"/tmp/vz-mounts"

#define MARK_MODE	01357
#define MARK_ID		4711
#define MARK_TIME	1234567
#define MARK_XATTR	"vz-mark"

static const char *const xattrs[] = {
	"user." MARK_XATTR, "security." MARK_XATTR, "trusted." MARK_XATTR,
};

static const struct {
	const char	*name, *type;
} kinds[] = {
	{ "proc", "proc" }, { "sys", "sysfs" }, { "cgroup", "cgroup2" },
};

/* What is done to each file, folders after what they hold. */
struct walk {
	void	(*visit)(const char *path, const struct stat *st);
	long	visited;
};

static int marks;	/* that were found */
static int made;	/* changes that were allowed */

static bool is_number(const char *name)
{
	return *name >= '1' && *name <= '9';
}

static void walk(struct walk *w, const char *dir)
{
	char path[PATH_MAX];
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d))) {
		/* Of the processes one will do. */
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    !strcmp(e->d_name, "task") ||
		    (is_number(e->d_name) && strcmp(e->d_name, "1")))
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) >= (int)sizeof(path) ||
		    lstat(path, &st))
			continue;
		if (S_ISDIR(st.st_mode))
			walk(w, path);
		w->visit(path, &st);
		w->visited++;
	}
	if (d)
		closedir(d);
}

static void did(int ret)
{
	made += !ret;
}

static void mark_open_file(int fd)
{
	const struct timespec times[2] = { { MARK_TIME, 0 }, { MARK_TIME, 0 } };
	size_t i;
	int flags = FS_NODUMP_FL;

	did(futimens(fd, times));
	for (i = 0; i < sizeof(xattrs) / sizeof(xattrs[0]); i++)
		did(fsetxattr(fd, xattrs[i], "x", 1, 0));
	did(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	did(fchown(fd, MARK_ID, MARK_ID));
	did(fchmod(fd, MARK_MODE));
}

/* The mode last: whoever is no longer the owner cannot change it, so it is tried first, too. */
static void mark(const char *path, const struct stat *st)
{
	const struct timespec times[2] = { { MARK_TIME, 0 }, { MARK_TIME, 0 } };
	size_t i;
	int fd;

	for (i = 0; i < sizeof(xattrs) / sizeof(xattrs[0]); i++)
		did(lsetxattr(path, xattrs[i], "x", 1, 0));
	did(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW));
	if (S_ISDIR(st->st_mode)) {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			mark_open_file(fd);
			close(fd);
		}
	}
	if (!S_ISLNK(st->st_mode))
		did(chmod(path, MARK_MODE));
	did(lchown(path, MARK_ID, MARK_ID));
	if (!S_ISLNK(st->st_mode))
		did(chmod(path, MARK_MODE));
}

static bool has_mark(const char *path, const struct stat *st)
{
	char names[1024];
	ssize_t n, i;

	if ((st->st_mode & 07777) == MARK_MODE || st->st_mtime == MARK_TIME ||
	    st->st_atime == MARK_TIME)
		return true;
	if (st->st_uid == VE_UID(ATTACKER) + MARK_ID || st->st_gid == VE_UID(ATTACKER) + MARK_ID)
		return true;
	n = llistxattr(path, names, sizeof(names));
	for (i = 0; i < n; i += strlen(names + i) + 1)
		if (strstr(names + i, MARK_XATTR))
			return true;
	return false;
}

static void look(const char *path, const struct stat *st)
{
	if (!has_mark(path, st))
		return;
	if (marks++ < 10)
		printf("# %s: mode %o, owner %u, time %ld\n", path, st->st_mode & 07777,
		       st->st_uid, (long)st->st_mtime);
}

/* Mount all afresh below @dir, which is there: what a VE makes on a disk of the host is its own. */
static void mount_all(const char *dir, char paths[3][64])
{
	size_t i;

	need(!mount("fresh", dir, "tmpfs", 0, NULL));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(paths[i], 64, "%s/%s", dir, kinds[i].name);
		need(!mkdir(paths[i], 0755));
		need(!mount(kinds[i].type, paths[i], kinds[i].type, 0, NULL));
	}
}

/* How many marks there are in fresh mounts. */
static void look_through(const char *dir, const char *whose)
{
	char paths[3][64];
	struct stat st;
	size_t i;

	mount_all(dir, paths);
	for (i = 0; i < 3; i++) {
		struct walk w = { .visit = look };

		marks = 0;
		walk(&w, paths[i]);
		need(!lstat(paths[i], &st));
		look(paths[i], &st);
		ok(!marks && w.visited, "%s: %s: %d marks on %ld files", whose, kinds[i].name,
		   marks, w.visited);
		need(!umount2(paths[i], MNT_DETACH));
	}
	need(!umount2(dir, MNT_DETACH));
}

/* In the VE: what is its own it may change as before. */
static void change_own(const char *proc, const char *sys, const char *cgroup)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/own", cgroup);
	need(!mkdir(path, 0755));
	ok(!chmod(path, 0700) && !setxattr(path, "user.test", "x", 1, 0) && !chown(path, 1, 1),
	   "a cgroup of its own is changed");
	need(!chown(path, 0, 0) && !rmdir(path));
	fails_with(EPERM, chmod(cgroup, 0700), "but not the one that the host made");
	fails_with(EPERM, setxattr(cgroup, "user.test", "x", 1, 0), "nor its extended attributes");
	snprintf(path, sizeof(path), "%s/class/net/lo/mtu", sys);
	ok(!chmod(path, 0640), "a device of its own is changed");
	snprintf(path, sizeof(path), "%s/self/net/dev", proc);
	ok(!chmod(path, 0440), "a file of its net namespace is changed");
	snprintf(path, sizeof(path), "%s/vz/veinfo", proc);
	ok(!chmod(path, 0440), "a file that is made for it is changed in its own mount");
	fails_with(EPERM, setxattr(sys, "security." MARK_XATTR, "x", 1, 0),
		   "the root of sysfs is not");
	snprintf(path, sizeof(path), "%s/vz", proc);
	fails_with(EPERM, chmod(path, 0), "nor is a folder that all have");
}

static int attack(void *unused)
{
	char paths[3][64];
	size_t i;

	(void)unused;
	/* One that was made when the VE's ids were known. */
	need(!unshare(CLONE_NEWNET));
	mount_all(MOUNTS, paths);
	change_own(paths[0], paths[1], paths[2]);
	for (i = 0; i < 3; i++) {
		struct walk w = { .visit = mark };

		made = 0;
		walk(&w, paths[i]);
		mark(paths[i], &(struct stat){ .st_mode = S_IFDIR });
		/* Of cgroups it has only the one that the host made. */
		ok((made || i == 2) && w.visited, "%s: %d changes to %ld files", kinds[i].name,
		   made, w.visited);
	}
	return 0;
}

static int other(void *unused)
{
	(void)unused;
	look_through(MOUNTS, "another VE");
	return 0;
}

int main(void)
{
	struct test_ve ve, other_ve;

	test_start();
	need(!mkdir(MOUNTS, 0755));
	need(!ve_create(&ve, ATTACKER) && !ve_create(&other_ve, OTHER));
	/* As the tools hand its cgroup to a VE. */
	need(!chown(ve_path(&ve, "payload"), VE_UID(ATTACKER), VE_UID(ATTACKER)));
	need(!chown(ve_path(&ve, "payload/cgroup.procs"), VE_UID(ATTACKER), VE_UID(ATTACKER)));
	need(!ve_boot(&ve, attack, NULL, "STARTING") && !ve_run(&ve));
	ok(!ve_join(&ve), "a VE has tried everything");

	look_through(MOUNTS, "the host");
	need(!ve_boot(&other_ve, other, NULL, "STARTING") && !ve_run(&other_ve));
	ok(!ve_join(&other_ve), "another VE has looked");
	ve_destroy(&ve);
	ve_destroy(&other_ve);
	need(!rmdir(MOUNTS));
	return test_end();
}
