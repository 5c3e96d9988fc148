// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways around a limit of disk space, as a process of the VE; each prints a line
 * and the program ends with 0 when none of them got out.
 *
 * usage: disk ids FOLDER [PROJECT]   take the project id off a file and folders
 *        disk hold FOLDER KIB        an unnamed file: prints what it got, waits for stdin's end
 *        disk link FOLDER            give an unnamed file a name
 *        disk fill FOLDER HOW        write until that fails: prints the error's name
 *        disk statfs PATH            KiB in all, KiB free, inodes in all, inodes free
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int bad;

static void expect_refused(const char *what, int ret)
{
	if (ret)
		printf("refused: %s: %s\n", what, strerrorname_np(errno));
	else
		printf("TAKEN: %s\n", what);
	bad |= !ret;
}

static int set_project(const char *path, unsigned int project)
{
	int fd = open(path, O_RDONLY), ret;
	struct fsxattr x;

	if (fd < 0 || ioctl(fd, FS_IOC_FSGETXATTR, &x)) {
		perror(path);
		exit(2);
	}
	x.fsx_projid = project;
	ret = ioctl(fd, FS_IOC_FSSETXATTR, &x);
	close(fd);
	return ret;
}

static int no_inherit(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY), ret;
	struct fsxattr x;

	if (fd < 0 || ioctl(fd, FS_IOC_FSGETXATTR, &x) || !(x.fsx_xflags & FS_XFLAG_PROJINHERIT)) {
		fprintf(stderr, "%s hands on no project id\n", path);
		exit(2);
	}
	x.fsx_xflags &= ~FS_XFLAG_PROJINHERIT;
	ret = ioctl(fd, FS_IOC_FSSETXATTR, &x);
	close(fd);
	return ret;
}

/* 0 when the flag is off afterwards, whatever the call said. */
static int chattr_no_inherit(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY), flags, off, ret;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags)) {
		perror(path);
		exit(2);
	}
	off = flags & ~FS_PROJINHERIT_FL;
	errno = 0;
	ret = ioctl(fd, FS_IOC_SETFLAGS, &off);
	if (!ret && !ioctl(fd, FS_IOC_GETFLAGS, &off) && off & FS_PROJINHERIT_FL) {
		errno = EINVAL;
		ret = -1;
	}
	close(fd);
	return ret;
}

static void all_ids(const char *folder, unsigned int project, const char *who)
{
	char file[4096], sub[4096], what[64];

	snprintf(file, sizeof(file), "%s/f", folder);
	snprintf(sub, sizeof(sub), "%s/d", folder);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	mkdir(sub, 0700);
#define TRY(name, call)	snprintf(what, sizeof(what), "%s %s", who, name), expect_refused(what, call)
	TRY("id of a file", set_project(file, project));
	TRY("id of a folder", set_project(sub, project));
	TRY("id of the root", set_project("/", project));
	TRY("inherit of a folder", no_inherit(sub));
	TRY("inherit of the root", no_inherit("/"));
	TRY("chattr -P of a folder", chattr_no_inherit(sub));
	TRY("chattr -P of the root", chattr_no_inherit("/"));
	unlink(file);
	rmdir(sub);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

static int ids(const char *folder, unsigned int project)
{
	pid_t pid;

	all_ids(folder, project, "root:");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
			_exit(3);
		write_text("/proc/self/setgroups", "deny");
		write_text("/proc/self/uid_map", "0 0 1");
		write_text("/proc/self/gid_map", "0 0 1");
		all_ids(folder, project, "root of a namespace:");
		fflush(stdout);
		_exit(bad);
	}
	if (waitpid(pid, &bad, 0) != pid || bad) {
		fprintf(stderr, "in a user namespace: status %d\n", bad);
		return 1;
	}
	return bad;
}

static int unnamed(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR, 0600);

	if (fd < 0) {
		perror("O_TMPFILE");
		exit(2);
	}
	return fd;
}

static char block[65536];

static long fill_fd(int fd, long max)
{
	long n = 0;

	while (n < max) {
		ssize_t one = write(fd, block, sizeof(block));

		if (one <= 0)
			break;
		n += one;
	}
	if (!fsync(fd) && n >= max)
		errno = 0;
	return n;
}

static int hold(const char *folder, long kib)
{
	int fd = unnamed(folder);
	char c;

	printf("%ld\n", fill_fd(fd, kib * 1024) / 1024);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}

static int give_name(const char *folder)
{
	int fd = unnamed(folder);
	char self[32], path[4096];

	if (write(fd, block, sizeof(block)) != sizeof(block))
		return 1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	snprintf(path, sizeof(path), "%s/named", folder);
	unlink(path);
	if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW)) {
		perror("linkat");
		return 1;
	}
	return 0;
}

static int one(const char *folder, const char *how, unsigned int i)
{
	char path[4096], other[8192];
	int fd = -1, ret;
	char *p;

	snprintf(path, sizeof(path), "%s/%s.%u", folder, how, i);
	if (!strcmp(how, "mkdir"))
		return mkdir(path, 0700);
	if (!strcmp(how, "symlink")) {
		memset(other, 'x', 4000);
		other[4000] = '\0';
		return symlink(other, path);
	}
	if (!strcmp(how, "mknod"))
		return mknod(path, S_IFIFO | 0600, 0);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	if (fd < 0)
		return -1;
	ret = 0;
	if (!strcmp(how, "fallocate")) {
		ret = fallocate(fd, 0, 0, 1 << 20);
	} else if (!strcmp(how, "mmap")) {
		/* A page without a block: the fault takes one, or is SIGBUS. */
		ret = ftruncate(fd, 1 << 20);
		p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		for (int k = 0; !ret && k < 1 << 20; k += 4096)
			p[k] = 1;
		munmap(p, 1 << 20);
	} else if (!strcmp(how, "sendfile")) {
		int from = open("/proc/self/exe", O_RDONLY);

		ret = sendfile(fd, from, NULL, 1 << 20) > 0 ? 0 : -1;
		close(from);
	} else if (!strcmp(how, "copy")) {
		int from = open("/proc/self/exe", O_RDONLY);

		ret = copy_file_range(from, NULL, fd, NULL, 1 << 20, 0) > 0 ? 0 : -1;
		close(from);
	} else if (!strcmp(how, "xattr")) {
		snprintf(block, 16, "%u", i);
		ret = fsetxattr(fd, "user.disk", block, 3000, 0);
	} else if (!strcmp(how, "write")) {
		/* What is short says why at the next call. */
		for (int k = 0; ret >= 0 && k < 1 << 16; k += ret)
			ret = write(fd, block, (1 << 16) - k);
		ret = ret < 0 ? ret : 0;
	} else if (strcmp(how, "create")) {
		exit(2);
	}
	if (!ret)
		ret = fsync(fd);
	close(fd);
	return ret;
}

static volatile unsigned int i;

static void on_sigbus(int sig)
{
	(void)sig;
	printf("SIGBUS %u\n", i);
	fflush(stdout);
	_exit(0);
}

static int fill(const char *folder, const char *how)
{
	signal(SIGBUS, on_sigbus);
	for (i = 0; i < 100000; i++)
		if (one(folder, how, i))
			break;
	printf("%s %u\n", i < 100000 ? strerrorname_np(errno) : "NEVER", i);
	return 0;
}

int main(int argc, char **argv)
{
	struct statfs s;

	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "ids"))
		return ids(argv[2], argc > 3 ? strtoul(argv[3], NULL, 0) : 0);
	if (!strcmp(argv[1], "link"))
		return give_name(argv[2]);
	if (!strcmp(argv[1], "hold") && argc > 3)
		return hold(argv[2], atol(argv[3]));
	if (!strcmp(argv[1], "fill") && argc > 3)
		return fill(argv[2], argv[3]);
	if (strcmp(argv[1], "statfs") || statfs(argv[2], &s))
		return 2;
	printf("%lu %lu %lu %lu\n", (unsigned long)(s.f_blocks * s.f_bsize / 1024),
	       (unsigned long)(s.f_bfree * s.f_bsize / 1024), (unsigned long)s.f_files,
	       (unsigned long)s.f_ffree);
	return 0;
}
