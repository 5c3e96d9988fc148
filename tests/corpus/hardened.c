// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors and mounts that hardened services of a distribution have. */
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/un.h>
#include <sys/socket.h>
#include "corpus.h"

static struct aside *aside;
static int fd = -1, more = -1;

static void spoil_aside(void)
{
	aside_end(aside);
	aside = aside_start(0);
}

/* --- descriptors of namespaces: of our own ones */
static void set_up_ns(void)
{
	need((fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) >= 0);
	need((more = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)) >= 0);
}

static void verify_ns(void)
{
	struct stat a, b;

	need(!fstat(fd, &a) && !stat("/proc/self/ns/net", &b));
	equal(a.st_ino, b.st_ino);
	need(!fstat(more, &a) && !stat("/proc/self/ns/mnt", &b));
	equal(a.st_ino, b.st_ino);
}

static void spoil_ns(void)
{
	close(fd);
}

STATE(ns_descriptors, "descriptors of the namespaces that a process is in", set_up_ns, verify_ns,
      spoil_ns);

/* --- one of a link itself, one of a socket's name, one of a fifo */
static void set_up_paths(void)
{
	struct sockaddr_un un = { AF_UNIX, "name" };
	int sk = socket(AF_UNIX, SOCK_STREAM, 0);

	need(!symlink("nowhere", "link"));
	need((fd = open("link", O_PATH | O_NOFOLLOW)) >= 0);
	need(!bind(sk, (void *)&un, sizeof(un)));
	need((more = open("name", O_PATH)) >= 0);
	close(sk);
}

static void verify_paths(void)
{
	struct stat st;
	char to[16] = "";

	equal(readlinkat(fd, "", to, sizeof(to)), 7);
	same(to, "nowhere", 7);
	need(!fstat(more, &st));
	need(S_ISSOCK(st.st_mode));
}

STATE(file_paths, "O_PATH descriptors of a link and of a socket's name", set_up_paths,
      verify_paths, spoil_ns);

/* --- a folder that tells of changes by a signal */
static void set_up_told(void)
{
	need((fd = open(".", O_RDONLY | O_DIRECTORY)) >= 0);
	need(!fcntl(fd, F_SETSIG, SIGRTMIN + 3));
	signal(SIGRTMIN + 3, SIG_IGN);
	if (fcntl(fd, F_NOTIFY, DN_CREATE | DN_MULTISHOT))
		corpus_skip("no F_NOTIFY here");
}

static volatile sig_atomic_t told;
static void on_told(int sig)
{
	told++;
}

static void verify_told(void)
{
	told = 0;
	signal(SIGRTMIN + 3, on_told);
	close(open("made", O_CREAT | O_RDWR, 0600));
	unlink("made");
	/* it comes before the call ends */
	need(told);
}

static void spoil_told(void)
{
	need(!fcntl(fd, F_NOTIFY, 0));
}

STATE(folder_notify, "a folder whose changes a signal tells", set_up_told, verify_told,
      spoil_told);

/* --- proc as ProtectProc=invisible and ProcSubset=pid mount it */
static void mount_invisible(void *arg)
{
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("proc", 0700));
	need(!mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    "hidepid=invisible,subset=pid"));
}

static void look_invisible(void *arg)
{
	need(!access("proc/self/status", F_OK));
	need(access("proc/meminfo", F_OK));
	equal(errno, ENOENT);
	need(!setresgid(1000, 1000, 0) && !setresuid(1000, 1000, 0));
	const int see = access("proc/1/status", F_OK);

	need(!setresuid(0, 0, 0) && !setresgid(0, 0, 0));
	need(see);
}

static void set_up_invisible(void)
{
	aside = aside_start(CLONE_NEWNS);
	aside_call(aside, mount_invisible, NULL);
}

static void verify_invisible(void)
{
	aside_call(aside, look_invisible, NULL);
}

STATE(mount_proc_invisible, "proc that hides the processes of others", set_up_invisible,
      verify_invisible, spoil_aside);

/* --- a mount in which links are not followed */
static void set_up_flat(void)
{
	struct mount_attr a = { .attr_set = MOUNT_ATTR_NOSYMFOLLOW };

	need(!mkdir("flat", 0700));
	if (mount("tmpfs", "flat", "tmpfs", 0, "size=1m"))
		corpus_skip("mount: %s", strerror(errno));
	need(!syscall(__NR_mount_setattr, AT_FDCWD, "flat", 0, &a, sizeof(a)));
	need(!symlink("there", "flat/link") && (fd = creat("flat/there", 0600)) >= 0);
	close(fd);
}

static void verify_flat(void)
{
	need(!access("flat/there", F_OK) && access("flat/link", F_OK));
	equal(errno, ELOOP);
}

static void spoil_flat(void)
{
	need(!umount("flat"));
}

STATE(mount_no_links, "a mount in which links are not followed", set_up_flat, verify_flat,
      spoil_flat);

/* --- a root of its own, with the working folder left outside of it */
static void leave_root(void *arg)
{
	need(!mkdir("root", 0755) && !mkdir("outside", 0755) && !chdir("outside"));
	need(!chroot("../root"));
}

static void look_outside(void *arg)
{
	need(!access("../outside", F_OK) && !access("../root", F_OK));
	need(access("/outside", F_OK));
}

static void set_up_outside(void)
{
	aside = aside_start(0);
	aside_call(aside, leave_root, NULL);
}

static void verify_outside(void)
{
	aside_call(aside, look_outside, NULL);
}

STATE(root_left_behind, "a working folder outside of the root", set_up_outside, verify_outside,
      spoil_aside);

/* --- a mount that no path leads to any more */
static void set_up_detached(void)
{
	need(!mkdir("tree", 0700));
	if (mount("tmpfs", "tree", "tmpfs", 0, "size=1m"))
		corpus_skip("mount: %s", strerror(errno));
	need((fd = open("tree/file", O_CREAT | O_RDWR, 0600)) >= 0);
	put_all(fd, "kept", 4);
	need(!umount2("tree", MNT_DETACH));
}

static void verify_detached(void)
{
	char now[4];

	equal(pread(fd, now, 4, 0), 4);
	same(now, "kept", 4);
}

STATE(mount_detached, "a file of a mount that was taken away by umount -l", set_up_detached,
      verify_detached, spoil_ns);

/* --- a socket of the log, as RootDirectory= of a unit binds it */
static void bind_socket(void *arg)
{
	struct sockaddr_un un = { AF_UNIX, "log/socket" };
	int at;

	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("log", 0700) && !mount("tmpfs", "log", "tmpfs", 0, "size=1m"));
	need((at = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0 && !bind(at, (void *)&un, sizeof(un)));
	close(at);
	need((at = creat("target", 0600)) >= 0 && !close(at));
	need(!mount("log/socket", "target", NULL, MS_BIND, NULL));
}

static void look_socket(void *arg)
{
	struct stat st, there;

	need(!stat("target", &st) && !stat("log/socket", &there));
	need(S_ISSOCK(st.st_mode));
	equal(st.st_ino, there.st_ino);
}

static void set_up_socket(void)
{
	aside = aside_start(CLONE_NEWNS);
	aside_call(aside, bind_socket, NULL);
}

static void verify_socket(void)
{
	aside_call(aside, look_socket, NULL);
}

STATE(mount_of_socket, "a unix socket of a tmpfs that is bound elsewhere", set_up_socket,
      verify_socket, spoil_aside);

/* --- a program whose file is open by its name, as systemd has its executor */
static void set_up_named(void)
{
	need((fd = open("exe", O_PATH | O_CLOEXEC)) >= 0);
}

static void verify_named(void)
{
	struct stat st, own;

	need(!fstat(fd, &st) && !stat("/proc/self/exe", &own));
	equal(st.st_ino, own.st_ino);
	need(read(fd, &st, 1) < 0);
	equal(errno, EBADF);
}

STATE(exe_named, "a program that has its own file open with O_PATH", set_up_named, verify_named,
      spoil_ns, true);
