// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that changed under who uses them: programs, watched files, big deleted ones, mounts. */
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include "corpus.h"

static int fd, watch;
static struct aside *other;

/* --- a program that lost its x bit while it runs */
static void set_up_no_x(void)
{
	need(!chmod("exe", 0600));
}

static void verify_no_x(void)
{
	char path[4096] = "";
	struct stat st, named;

	need(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	need(!strcmp(strrchr(path, '/'), "/exe"));
	need(!stat("/proc/self/exe", &st) && !stat("exe", &named));
	equal(st.st_ino, named.st_ino);
	equal(st.st_mode & 07777, 0600);
}

static void spoil_no_x(void)
{
	need(!chmod("exe", 0700));
}

STATE(program_no_x, "a program whose file is executable no more", set_up_no_x, verify_no_x,
      spoil_no_x, .copy = true);

/* --- one whose file was replaced by an upgrade, and one that was deleted without an x bit */
static void set_up_replaced(void)
{
	need((fd = open("new", O_CREAT | O_WRONLY, 0755)) >= 0);
	put_all(fd, "new", 3);
	need(!rename("new", "exe"));
	close(fd);
}

static void verify_replaced(void)
{
	char path[4096] = "";
	struct stat st;

	need(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	/* Its name is taken, so CRIU gives it another before it is deleted. */
	need(strstr(path, "/exe") && strstr(path, " (deleted)"));
	texts(slurp("exe"), "new");
	need(!stat("/proc/self/exe", &st));
	equal(st.st_nlink, 0);
	need(st.st_mode & 0100);
}

static void spoil_replaced(void)
{
	need(!rename("exe", "away"));
}

STATE(program_replaced, "a program whose file an upgrade has replaced", set_up_replaced,
      verify_replaced, spoil_replaced, .copy = true);

static void set_up_gone_no_x(void)
{
	need(!chmod("exe", 0600) && !unlink("exe"));
}

static void verify_gone_no_x(void)
{
	struct stat st;

	need(!stat("/proc/self/exe", &st));
	equal(st.st_nlink, 0);
	equal(st.st_mode & 07777, 0600);
	need(access("exe", F_OK));
}

static void spoil_gone_no_x(void)
{
	need(!link("data", "exe") || !mkdir("exe", 0700));
}

STATE(program_gone_no_x, "a deleted program without x bit", set_up_gone_no_x, verify_gone_no_x,
      spoil_gone_no_x, .copy = true);

/* --- on a mount that has become noexec */
static void set_up_noexec(void)
{
	need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("m", 0755) && !mount("t", "m", "tmpfs", 0, NULL));
	need(!rename("exe", "exe2"));
	need((fd = open("exe2", O_RDONLY)) >= 0);
	watch = open("m/prog", O_CREAT | O_WRONLY, 0755);
	for (char buf[65536]; ;) {
		ssize_t got = read(fd, buf, sizeof(buf));

		if (got <= 0)
			break;
		put_all(watch, buf, got);
	}
	close(fd), close(watch);
	fd = open("m/prog", O_RDONLY);
	need(!mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC, NULL));
}

static void verify_noexec(void)
{
	struct stat st, named;

	need(!fstat(fd, &st) && !stat("m/prog", &named));
	equal(st.st_ino, named.st_ino);
	execl("m/prog", "m/prog", "list", NULL);
	equal(errno, EACCES);
}

static void spoil_noexec(void)
{
	close(fd);
}

STATE(mount_noexec, "a tmpfs with flags of its mount, in a mount namespace", set_up_noexec,
      verify_noexec, spoil_noexec, .copy = true);

/* --- watches */
static void set_up_watch_gone(void)
{
	need((fd = open("f", O_CREAT | O_RDWR, 0600)) >= 0);
	need((watch = inotify_init1(IN_NONBLOCK)) >= 0);
	equal(inotify_add_watch(watch, "f", IN_MODIFY), 1);
	need(!unlink("f"));
}

static void verify_watch_gone(void)
{
	char buf[4096];
	struct inotify_event *e = (void *)buf;

	need(read(watch, buf, sizeof(buf)) < 0 && errno == EAGAIN);
	put_all(fd, "x", 1);
	need(read(watch, buf, sizeof(buf)) >= (ssize_t)sizeof(*e));
	equal(e->wd, 1);
	equal(e->mask, IN_MODIFY);
	need(read(watch, buf, sizeof(buf)) < 0 && errno == EAGAIN);
}

static void spoil_watch_gone(void)
{
	need(!inotify_rm_watch(watch, 1));
}

STATE(watch_deleted, "a watch on a deleted file that is still written", set_up_watch_gone,
      verify_watch_gone, spoil_watch_gone);

static void set_up_watch_gone_folder(void)
{
	need(!mkdir("d", 0755));
	need((watch = inotify_init1(IN_NONBLOCK)) >= 0);
	equal(inotify_add_watch(watch, "d", IN_CREATE), 1);
	need((fd = open("d", O_RDONLY | O_DIRECTORY)) >= 0);
	need(!rmdir("d"));
}

static void verify_watch_gone_folder(void)
{
	struct stat st;

	need(!fstat(fd, &st));
	equal(st.st_nlink, 0);
	need(!inotify_rm_watch(watch, 1));
	equal(inotify_add_watch(watch, ".", IN_CREATE), 2);
	need(!inotify_rm_watch(watch, 2));
	/* For the next time it is there again, as number 1. */
	close(watch);
	need((watch = inotify_init1(IN_NONBLOCK)) >= 0);
	equal(inotify_add_watch(watch, ".", IN_CREATE), 1);
}

static void spoil_watch_gone_folder(void)
{
	inotify_rm_watch(watch, 1);
}

STATE(watch_deleted_folder, "a watch on a deleted folder", set_up_watch_gone_folder,
      verify_watch_gone_folder, spoil_watch_gone_folder);

static void set_up_unread(void)
{
	need(!mkdir("d", 0755));
	need((watch = inotify_init1(IN_NONBLOCK)) >= 0);
	equal(inotify_add_watch(watch, "d", IN_CREATE | IN_DELETE), 1);
	need((fd = open("d/one", O_CREAT | O_RDWR, 0600)) >= 0);
	need(!unlink("d/one"));
	need(!mkdir("d/two", 0700));
}

static void one_event(const char **at, const char *end, unsigned int mask, const char *name)
{
	const struct inotify_event *e = (const void *)*at;

	need(*at + sizeof(*e) <= end);
	equal(e->wd, 1);
	equal(e->mask, mask);
	texts(e->len ? e->name : "", name);
	*at += sizeof(*e) + e->len;
}

static void verify_unread(void)
{
	char buf[4096] __attribute__((aligned(8)));
	const char *at = buf, *end;
	ssize_t got = read(watch, buf, sizeof(buf));

	need(got > 0);
	end = buf + got;
	one_event(&at, end, IN_CREATE, "one");
	one_event(&at, end, IN_DELETE, "one");
	one_event(&at, end, IN_CREATE | IN_ISDIR, "two");
	need(at == end);
	/* The same again. */
	inotify_rm_watch(watch, 1);
	close(watch);
	need((watch = inotify_init1(IN_NONBLOCK)) >= 0);
	need(!rmdir("d/two"));
	equal(inotify_add_watch(watch, "d", IN_CREATE | IN_DELETE), 1);
	need((fd = open("d/one", O_CREAT | O_RDWR, 0600)) >= 0);
	need(!unlink("d/one"));
	need(!mkdir("d/two", 0700));
}

static void spoil_unread(void)
{
	char buf[40];

	need(read(watch, buf, sizeof(buf)) > 0);
}

STATE(watch_unread, "events of a watch that nobody has read yet", set_up_unread, verify_unread,
      spoil_unread);

/* --- a bind mount whose source was deleted */
static void set_up_bind_gone(void)
{
	need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("from", 0751) && !mkdir("to", 0755));
	need(!mount("from", "to", NULL, MS_BIND, NULL) && !rmdir("from"));
	need((fd = open("ff", O_CREAT | O_RDWR, 0640)) >= 0);
	put_all(fd, "text", 4);
	close(fd);
	need((fd = open("tf", O_CREAT | O_RDWR, 0600)) >= 0);
	close(fd);
	need(!mount("ff", "tf", NULL, MS_BIND, NULL) && !unlink("ff"));
}

static void verify_bind_gone(void)
{
	struct stat st, own;

	need(!stat("to", &st) && !stat("tf", &own));
	equal(st.st_mode & 07777, 0751);
	equal(st.st_nlink, 0);
	equal(own.st_nlink, 0);
	equal(own.st_mode & 07777, 0640);
	texts(slurp("tf"), "text");
	need(access("from", F_OK) && access("ff", F_OK));
	need(mkdir("to/x", 0700) && errno == ENOENT);
}

static void spoil_bind_gone(void)
{
	need(!umount2("to", 0));
}

STATE(bind_deleted, "bind mounts of a folder and a file that were deleted", set_up_bind_gone,
      verify_bind_gone, spoil_bind_gone);

/* --- a task that shares its working directory and root */
static void go_down(void *arg)
{
	need(!chdir(arg));
}

static void set_up_shared_fs(void)
{
	need(!mkdir("d", 0755));
	other = aside_start(CLONE_FS);
}

static void verify_shared_fs(void)
{
	char path[4096];

	aside_call(other, go_down, "d");
	need(getcwd(path, sizeof(path)));
	texts(strrchr(path, '/'), "/d");
	need(!chdir(".."));
}

static void spoil_shared_fs(void)
{
	need(!unshare(CLONE_FS));
}

STATE(task_shared_fs, "a task that shares its working directory", set_up_shared_fs,
      verify_shared_fs, spoil_shared_fs);

/* --- more pipes than a table of fixed size holds */
#define PIPES	1100
static int (*ends)[2];

static void set_up_pipes(void)
{
	struct rlimit many = { 3000, 3000 };

	need(!setrlimit(RLIMIT_NOFILE, &many));
	need((ends = calloc(PIPES, sizeof(*ends))) != NULL);
	for (int i = 0; i < PIPES; i++) {
		need(!pipe(ends[i]));
		/* A page each: more than a user may have is made already, and others need some. */
		need(fcntl(ends[i][0], F_SETPIPE_SZ, 4096) == 4096);
		put_all(ends[i][1], &i, sizeof(i));
	}
}

static void verify_pipes(void)
{
	int got;

	for (int i = 0; i < PIPES; i++) {
		get_all(ends[i][0], &got, sizeof(got));
		equal(got, i);
		put_all(ends[i][1], &i, sizeof(i));
	}
}

static void spoil_pipes(void)
{
	put_all(ends[9][1], "beef", 4);
	get_all(ends[9][0], &(int){ 0 }, 4);
}

STATE(pipe_many, "1100 pipes with a few bytes each", set_up_pipes, verify_pipes, spoil_pipes);
