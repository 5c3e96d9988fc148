// SPDX-License-Identifier: GPL-2.0-or-later
/* Namespaces that a service of a machine makes for itself, and mounts in them. */
#include <net/if.h>
#include <mqueue.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include "corpus.h"

static struct aside *aside;
static int fd;

/* A namespace that may not be made here is not looked at. */
static void unshare_or_skip(void *flags)
{
	if (unshare((long)flags))
		corpus_skip("unshare(%#lx): %s", (long)flags, strerror(errno));
}

static void start_in(long flags)
{
	aside = aside_start(0);
	aside_call(aside, unshare_or_skip, (void *)flags);
}

static void spoil_aside(void)
{
	aside_end(aside);
	aside = aside_start(0);
}

/* --- names of the machine */
static void set_name(void *arg)
{
	need(!sethostname("inner-name", 10) && !setdomainname("inner-domain", 12));
}

static void look_name(void *arg)
{
	char name[65] = "";

	need(!gethostname(name, 64));
	texts(name, "inner-name");
	need(!getdomainname(name, 64));
	texts(name, "inner-domain");
}

static void set_up_uts(void)
{
	start_in(CLONE_NEWUTS);
	aside_call(aside, set_name, NULL);
}

static void verify_uts(void)
{
	char name[65] = "";

	aside_call(aside, look_name, NULL);
	need(!gethostname(name, 64));
	need(strcmp(name, "inner-name"));
}

STATE(ns_uts, "a uts namespace of its own", set_up_uts, verify_uts, spoil_aside);

/* --- mounts of its own, private: tmpfs with content, a bind, a read-only one */
static void make_mounts(void *arg)
{
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("tmp", 0700) && !mkdir("bound", 0700) && !mkdir("frozen", 0700));
	need(!mount("tmpfs", "tmp", "tmpfs", MS_NOSUID, "size=1m,mode=0751"));
	fd = open("tmp/file", O_CREAT | O_RDWR, 0640);
	put_all(fd, "in memory", 9);
	need(!mkdir("tmp/folder", 0711) && !symlink("file", "tmp/link"));
	need(!mknod("tmp/fifo", S_IFIFO | 0600, 0));
	close(fd);
	need(!mount("tmp/folder", "bound", NULL, MS_BIND, NULL));
	need(!mount("tmp", "frozen", NULL, MS_BIND, NULL));
	need(!mount(NULL, "frozen", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NODEV, NULL));
}

static void look_mounts(void *arg)
{
	struct stat st;
	char to[16] = "";

	texts(slurp("tmp/file"), "in memory");
	need(!stat("tmp", &st));
	equal(st.st_mode & 07777, 0751);
	need(!stat("tmp/file", &st));
	equal(st.st_mode & 07777, 0640);
	need(readlink("tmp/link", to, 15) == 4);
	need(!stat("tmp/fifo", &st) && S_ISFIFO(st.st_mode));
	need(!mkdir("bound/new", 0700) && !access("tmp/folder/new", F_OK) && !rmdir("bound/new"));
	need(mkdir("frozen/new", 0700) < 0);
	equal(errno, EROFS);
	need(strstr(slurp("/proc/self/mountinfo"), "nosuid"));
}

static void set_up_mounts(void)
{
	start_in(CLONE_NEWNS);
	aside_call(aside, make_mounts, NULL);
}

static void verify_mounts(void)
{
	struct stat st;

	aside_call(aside, look_mounts, NULL);
	/* Nothing of it is here. */
	need(!stat("tmp", &st));
	equal(st.st_mode & 07777, 0700);
	need(access("tmp/file", F_OK));
}

STATE(ns_mount, "a mount namespace with tmpfs, binds, read-only ones", set_up_mounts,
      verify_mounts, spoil_aside);

/* --- a unix socket bound in there, by one that shares its folder with another task */
static void bind_there(void *arg)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "tmp/socket" };

	need((fd = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
	need(!bind(fd, (void *)&un, sizeof(un)) && !listen(fd, 3));
}

static void connect_there(void *arg)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "tmp/socket" };
	int one, other;
	char c;

	need((one = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
	need(!connect(one, (void *)&un, sizeof(un)));
	need((other = accept(fd, NULL, NULL)) >= 0);
	put_all(one, "z", 1);
	get_all(other, &c, 1);
	equal(c, 'z');
	close(one);
	close(other);
}

static void set_up_bound(void)
{
	set_up_mounts();
	aside_call(aside, bind_there, NULL);
}

static void verify_bound(void)
{
	aside_call(aside, connect_there, NULL);
}

STATE(ns_mount_socket, "a unix socket bound in another mount namespace", set_up_bound,
      verify_bound, spoil_aside);

/* A second task shares its root and folder with the one that made the namespace. */
static pid_t partner;

static void *stack_of_partner;

static int partner_main(void *arg)
{
	for (;;)
		pause();
	return 0;
}

static void add_partner(void *arg)
{
	stack_of_partner = malloc(65536);
	partner = clone(partner_main, (char *)stack_of_partner + 65536, CLONE_FS | SIGCHLD, NULL);
	need(partner > 0);
}

static void set_up_shared(void)
{
	set_up_mounts();
	aside_call(aside, add_partner, NULL);
	aside_call(aside, bind_there, NULL);
}

STATE(ns_mount_socket_shared, "the same, bound by a task that shares its folder (CLONE_FS)",
      set_up_shared, verify_bound, spoil_aside);

/* --- files of the outer namespace that are held open in the inner, and the other way round */
static void open_outer(void *arg)
{
	need((fd = open("outer", O_CREAT | O_RDWR, 0600)) >= 0);
	put_all(fd, "outer", 5);
	unshare_or_skip((void *)(long)CLONE_NEWNS);
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("cover", 0700) && !mount("tmpfs", "cover", "tmpfs", 0, NULL));
}

static void look_outer(void *arg)
{
	char buf[6] = "";

	need(pread(fd, buf, 5, 0) == 5);
	texts(buf, "outer");
}

static void set_up_outer(void)
{
	aside = aside_start(0);
	aside_call(aside, open_outer, NULL);
}

static void verify_outer(void)
{
	aside_call(aside, look_outer, NULL);
}

STATE(ns_mount_old_file, "a file of the old mount namespace, open in a new one", set_up_outer,
      verify_outer, spoil_aside);

/* --- a bind mount whose source is gone */
static void bind_gone(void *arg)
{
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("source", 0722) && !mkdir("target", 0700));
	need((fd = open("source/file", O_CREAT | O_RDWR, 0600)) >= 0);
	put_all(fd, "kept", 4);
	need(!close(fd));
	need(!mount("source", "target", NULL, MS_BIND, NULL));
	need(!unlink("source/file") && !rmdir("source"));
}

static void look_bind_gone(void *arg)
{
	struct stat st;

	need(!stat("target", &st));
	equal(st.st_mode & 07777, 0722);
	equal(st.st_nlink, 0);
	need(access("source", F_OK));
}

static void set_up_bind_gone(void)
{
	start_in(CLONE_NEWNS);
	aside_call(aside, bind_gone, NULL);
}

static void verify_bind_gone(void)
{
	aside_call(aside, look_bind_gone, NULL);
}

STATE(mount_source_deleted, "a bind mount whose source was deleted", set_up_bind_gone,
      verify_bind_gone, spoil_aside);

/* --- mounts of the namespace that all are in */
static void set_up_tmpfs(void)
{
	need(!mkdir("tmp", 0700));
	if (mount("tmpfs", "tmp", "tmpfs", 0, "size=2m,nr_inodes=100"))
		corpus_skip("mount: %s", strerror(errno));
	need((fd = open("tmp/file", O_CREAT | O_RDWR, 0600)) >= 0);
	need(!ftruncate(fd, 500000));
	put_all(fd, "begin", 5);
	need(pwrite(fd, "end", 3, 499997) == 3);
	need(!link("tmp/file", "tmp/other"));
	need(!mkdir("tmp/folder", 0700) && !chmod("tmp/folder", 02775));
	close(fd);
}

static void verify_tmpfs(void)
{
	struct stat st, other;
	char buf[6] = "";

	need(!stat("tmp/file", &st) && !stat("tmp/other", &other));
	equal(st.st_ino, other.st_ino);
	equal(st.st_size, 500000);
	need((fd = open("tmp/file", O_RDONLY)) >= 0);
	get_all(fd, buf, 5);
	texts(buf, "begin");
	need(pread(fd, buf, 3, 499997) == 3);
	same(buf, "end", 3);
	close(fd);
	need(!stat("tmp/folder", &st));
	equal(st.st_mode & 07777, 02775);
}

static void spoil_tmpfs(void)
{
	need(!umount("tmp"));
}

STATE(mount_tmpfs, "a tmpfs with content", set_up_tmpfs, verify_tmpfs, spoil_tmpfs);

static void set_up_full_tmpfs(void)
{
	static char block[65536];

	set_up_tmpfs();
	need((fd = open("tmp/fill", O_CREAT | O_RDWR, 0600)) >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		;
	equal(errno, ENOSPC);
	close(fd);
}

static void verify_full_tmpfs(void)
{
	verify_tmpfs();
	need((fd = open("tmp/fill", O_RDWR | O_APPEND)) >= 0);
	need(write(fd, "x", 1) < 0);
	equal(errno, ENOSPC);
	close(fd);
}

STATE(mount_tmpfs_full, "a full tmpfs, with a hole in one file", set_up_full_tmpfs,
      verify_full_tmpfs, spoil_tmpfs);

static void set_up_proc(void)
{
	need(!mkdir("proc", 0700));
	if (mount("proc", "proc", "proc", MS_NOSUID, NULL))
		corpus_skip("mount: %s", strerror(errno));
	need((fd = open("proc/self/status", O_RDONLY)) >= 0);
}

static void verify_proc(void)
{
	char path[64], buf[8];

	snprintf(path, sizeof(path), "proc/%d/comm", getpid());
	need(!access(path, F_OK));
	need(pread(fd, buf, 5, 0) == 5);
	same(buf, "Name:", 5);
}

static void spoil_proc(void)
{
	need(!close(fd) && !umount("proc"));
}

STATE(mount_proc, "proc, mounted a second time, with a file open", set_up_proc, verify_proc,
      spoil_proc);

/* --- a network of its own, with settings */
static void set_up_lo(void *arg)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int at = socket(AF_INET, SOCK_DGRAM, 0);

	need(at >= 0 && !ioctl(at, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags |= IFF_UP;
	need(!ioctl(at, SIOCSIFFLAGS, &ifr));
	close(at);
}

static void look_lo(void *arg)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int at = socket(AF_INET, SOCK_DGRAM, 0);

	need(at >= 0 && !ioctl(at, SIOCGIFFLAGS, &ifr));
	need(ifr.ifr_flags & IFF_UP);
	close(at);
}

static void set_up_net(void)
{
	start_in(CLONE_NEWNET);
	aside_call(aside, set_up_lo, NULL);
}

static void verify_net(void)
{
	aside_call(aside, look_lo, NULL);
}

static void spoil_net(void)
{
	aside_call(aside, unshare_or_skip, (void *)(long)CLONE_NEWNET);
}

STATE(ns_net, "a network namespace of its own", set_up_net, verify_net, spoil_net);

static void set_sysctls(void *arg)
{
	spit("/proc/sys/net/ipv4/ip_forward", "1");
	spit("/proc/sys/net/ipv4/tcp_fin_timeout", "33");
	spit("/proc/sys/net/ipv4/conf/lo/rp_filter", "2");
}

static void look_sysctls(void *arg)
{
	equal(atoi(slurp("/proc/sys/net/ipv4/ip_forward")), 1);
	equal(atoi(slurp("/proc/sys/net/ipv4/tcp_fin_timeout")), 33);
	equal(atoi(slurp("/proc/sys/net/ipv4/conf/lo/rp_filter")), 2);
}

static void set_up_sysctls(void)
{
	set_up_net();
	if (access("/proc/sys/net/ipv4/ip_forward", W_OK))
		corpus_skip("settings of a network may not be made here");
	aside_call(aside, set_sysctls, NULL);
}

static void verify_sysctls(void)
{
	aside_call(aside, look_sysctls, NULL);
}

STATE(ns_net_sysctls, "a network namespace with settings of its own", set_up_sysctls,
      verify_sysctls, spoil_net);

/* --- processes of its own */
static void set_up_pid(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid < 0)
		corpus_skip("clone(CLONE_NEWPID): %s", strerror(errno));
	if (!pid) {
		/* Its first process, and one more. */
		if (!fork())
			for (;;)
				pause();
		for (;;)
			pause();
	}
	partner = pid;
}

static void verify_pid(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", partner);
	need(strstr(line_of(path, "NSpid:"), "\t1"));
	equal(waitpid(partner, NULL, WNOHANG), 0);
}

static void spoil_pid(void)
{
	need(!kill(partner, SIGKILL) && waitpid(partner, NULL, 0) == partner);
}

STATE(ns_pid, "a pid namespace of its own", set_up_pid, verify_pid, spoil_pid);

/* --- keys and queues of its own */
static mqd_t inner_queue;

static void fill_ipc(void *arg)
{
	struct mq_attr attr = { .mq_maxmsg = 3, .mq_msgsize = 16 };
	int id;

	need((id = semget(0x1e5, 1, IPC_CREAT | IPC_EXCL | 0600)) >= 0);
	need(!semctl(id, 0, SETVAL, 5));
	inner_queue = mq_open("/inner", O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0600, &attr);
	need(inner_queue >= 0 && !mq_send(inner_queue, "letter", 6, 2));
}

static void look_ipc(void *arg)
{
	unsigned int priority;
	char text[16];
	int id;

	need((id = semget(0x1e5, 1, 0)) >= 0);
	equal(semctl(id, 0, GETVAL), 5);
	equal(mq_receive(inner_queue, text, sizeof(text), &priority), 6);
	equal(priority, 2);
	same(text, "letter", 6);
	need(!mq_send(inner_queue, "letter", 6, 2));
}

static void set_up_ipc(void)
{
	start_in(CLONE_NEWIPC);
	aside_call(aside, fill_ipc, NULL);
}

static void verify_ipc(void)
{
	char path[64], own[64] = "", other[64] = "";

	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", aside_pid(aside));
	need(readlink(path, other, 63) > 0 && readlink("/proc/self/ns/ipc", own, 63) > 0);
	need(strcmp(own, other));
	aside_call(aside, look_ipc, NULL);
	need(semget(0x1e5, 1, 0) < 0 && errno == ENOENT);
	need(mq_open("/inner", O_RDONLY) < 0 && errno == ENOENT);
}

STATE(ns_ipc, "an ipc namespace of its own", set_up_ipc, verify_ipc, spoil_aside);

/* --- the same with its queues mounted, beside those of the machine */
static void mount_queues(void *arg)
{
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mkdir("queues", 0700) && !mount("mqueue", "queues", "mqueue", MS_NOSUID, NULL));
	need(!access("queues/inner", F_OK));
}

static void look_mounted(void *arg)
{
	struct stat st;

	need(!stat("queues/inner", &st));
	equal(st.st_mode & 0777, 0600);
	need(access("queues/outer", F_OK) && errno == ENOENT);
}

static void set_up_ipc_mount(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 16 };

	start_in(CLONE_NEWIPC | CLONE_NEWNS);
	aside_call(aside, fill_ipc, NULL);
	aside_call(aside, mount_queues, NULL);
	need(mq_open("/outer", O_CREAT | O_EXCL | O_RDWR, 0600, &attr) >= 0);
}

static void verify_ipc_mount(void)
{
	verify_ipc();
	aside_call(aside, look_mounted, NULL);
	need(mq_open("/outer", O_RDONLY) >= 0);
}

STATE(ns_ipc_mounted, "an ipc namespace of its own whose queues are mounted", set_up_ipc_mount,
      verify_ipc_mount, spoil_aside);

/* --- the same with shared memory, which is found before anything is frozen */
static int inner_segment;

static void fill_segment(void *arg)
{
	char *at;

	need((inner_segment = shmget(0x1e6, 4096, IPC_CREAT | IPC_EXCL | 0600)) >= 0);
	need((at = shmat(inner_segment, NULL, 0)) != (void *)-1);
	strcpy(at, "inner");
}

static void look_segment(void *arg)
{
	char *at = shmat(shmget(0x1e6, 4096, 0), NULL, 0);

	need(at != (void *)-1);
	texts(at, "inner");
	need(!shmdt(at));
}

static void set_up_ipc_shm(void)
{
	start_in(CLONE_NEWIPC);
	aside_call(aside, fill_segment, NULL);
}

static void verify_ipc_shm(void)
{
	aside_call(aside, look_segment, NULL);
}

STATE(ns_ipc_shm, "an ipc namespace of its own with shared memory", set_up_ipc_shm, verify_ipc_shm,
      spoil_aside);
