// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that are open while something is mounted over their path, and over places they are in. */
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include "corpus.h"

enum { FOLDER, ABOVE, TMPFS, DEVICE, PROC, PROCESS, PIPE, LINK, TTY, FILES };

static struct aside *aside;
static int fd[FILES], master;
static char *mapped;

static int open_new(const char *path, const char *text)
{
	int at = open(path, O_CREAT | O_RDWR, 0600);

	need(at >= 0);
	put_all(at, text, strlen(text));
	return at;
}

static void cover(const char *at)
{
	need(!mount("tmpfs", at, "tmpfs", 0, "size=1m"));
}

static void make_hidden(void *arg)
{
	char path[64];

	need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("folder", 0700) && !mkdir("folder/in", 0700) && !mkdir("tmp", 0700));
	need(!mkfifo("folder/pipe", 0600) && !symlink("file", "folder/link"));
	fd[FOLDER] = open_new("folder/file", "in a folder");
	fd[ABOVE] = open_new("folder/in/file", "in a folder of that");
	need((fd[PIPE] = open("folder/pipe", O_RDWR)) >= 0);
	put_all(fd[PIPE], "bytes", 5);
	need((fd[LINK] = open("folder/link", O_PATH | O_NOFOLLOW)) >= 0);
	cover("tmp");
	fd[TMPFS] = open_new("tmp/file", "in a tmpfs");
	need((fd[DEVICE] = open("/dev/zero", O_RDWR)) >= 0);
	need((fd[PROC] = open("/proc/meminfo", O_RDONLY)) >= 0);
	snprintf(path, sizeof(path), "/proc/%d/comm", getppid());
	need((fd[PROCESS] = open(path, O_RDWR)) >= 0);
	need((master = posix_openpt(O_RDWR | O_NOCTTY)) >= 0);
	need(!grantpt(master) && !unlockpt(master));
	need((fd[TTY] = open(ptsname(master), O_RDWR | O_NOCTTY)) >= 0);
	mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd[ABOVE], 0);
	need(mapped != MAP_FAILED);
	need(!chdir("folder/in"));
	/* A part of a mount, a mount as a whole, both. */
	cover("..");
	cover("../../tmp");
	cover("/dev/pts");
	cover("/dev");
	cover("/proc");
}

static void text_at(int at, const char *want)
{
	char text[64] = "";

	need(pread(at, text, 63, 0) >= (ssize_t)strlen(want));
	same(text, want, strlen(want));
}

static void look_hidden(void *arg)
{
	struct stat st, named;
	char text[64] = "";

	text_at(fd[FOLDER], "in a folder");
	text_at(fd[ABOVE], "in a folder of that");
	text_at(fd[TMPFS], "in a tmpfs");
	text_at(fd[PROC], "MemTotal:");
	get_all(fd[PIPE], text, 5);
	texts(text, "bytes");
	put_all(fd[PIPE], "bytes", 5);
	need(!fstat(fd[LINK], &st) && S_ISLNK(st.st_mode));
	need(!fstat(fd[DEVICE], &st));
	equal(st.st_rdev, makedev(1, 5));
	need(pread(fd[PROCESS], text, 63, 0) > 0);
	same(text, "corpus", 6);
	/* What is written by the mapping is in the file, and the folder is the one of the file. */
	mapped[0] ^= ' ';
	need(pread(fd[ABOVE], text, 1, 0) == 1);
	equal(text[0], mapped[0]);
	mapped[0] ^= ' ';
	need(!stat("file", &named) && !fstat(fd[ABOVE], &st));
	equal(named.st_ino, st.st_ino);
	put_all(master, "typed\n", 6);
	need(read(fd[TTY], text, sizeof(text)) == 6);
	same(text, "typed\n", 6);
	need(read(master, text, sizeof(text)) > 0);
	/* They are still covered. */
	need(access("/dev/zero", F_OK) && access("/proc/meminfo", F_OK));
}

static void set_up_hidden(void)
{
	aside = aside_start(0);
	aside_call(aside, make_hidden, NULL);
}

static void verify_hidden(void)
{
	aside_call(aside, look_hidden, NULL);
}

static void cut(void *arg)
{
	need(!ftruncate(fd[TMPFS], 0));
}

static void spoil_hidden(void)
{
	aside_call(aside, cut, NULL);
}

STATE(mount_hides_files, "files that are open under what was mounted over them later",
      set_up_hidden, verify_hidden, spoil_hidden);
