// SPDX-License-Identifier: GPL-2.0-only
/*
 * Root of a VE against the host, interface by interface (docs/attack-list.md, lines B):
 * helpers, modules, file systems, nodes of devices, terminals, processes, IPC and mounts
 * of the host. What other tests look at, each for itself, is not here.
 *
 *	host ----------- has something of each kind, and compares it before and after
 *	 '- VE 273 ----- tries
 */
#include "vz.h"
#include <linux/mount.h>
#include <mqueue.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#define TOP	"/tmp/walls"
#define HELPER	TOP "/helper"
#define RAN	TOP "/ran"
#define KEY	0x766e6f74
#define QUEUE	"/vz-walls"

/* What the VE is told of the host. */
static pid_t host_pid;
static int host_pair[2], host_pty[2], host_spaces[8], nr_spaces;
static char *types[128];
static int nr_types;

/* --- B1, B2: helpers and modules ----------------------------------------------------- */

/* What a VE may write for itself alone. */
static const char *const kept[] = {
	"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/sysrq", "/proc/sys/kernel/panic",
	"/proc/sys/vm/overcommit_memory",
};

static const char *const helpers[] = {
	"/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug", "/proc/sys/kernel/poweroff_cmd",
	"/proc/sys/kernel/usermodehelper/bset", "/proc/sys/kernel/usermodehelper/inheritable",
	"/proc/sys/kernel/cad_pid", "/proc/sys/kernel/modules_disabled",
	"/proc/sys/fs/binfmt_misc/register",
	"/sys/kernel/uevent_helper", "/proc/sysrq-trigger",
};

static void try_helpers(void)
{
	for (size_t i = 0; i < sizeof(helpers) / sizeof(*helpers); i++)
		ok(write_file(helpers[i], "0"), "B1: %s is not written", helpers[i]);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		ok(!write_file(kept[i], "1") && !strcmp(read_file(kept[i]), "1"),
		   "B1: %s is the VE's own", kept[i]);
}

static int try_exec(const char *path)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execl(path, path, NULL);
		_exit(errno == ENOEXEC ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* Whatever of these the kernel lacks it would ask the host's modprobe for. */
static void try_modules(void)
{
	static const int open_families[] = {
		AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
	};
	/* One more than each of routes, users, diagnosis, FIB, netfilter, uevents, generic. */
	static const char protocols[] = "\1\3\5\13\15\20\21";
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), family, fd, taken = 0;
	char name[32];
	size_t i;

	for (family = 0; family < 64; family++) {
		for (i = 0; i < sizeof(open_families) / sizeof(*open_families); i++)
			if (family == open_families[i])
				break;
		fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && i == sizeof(open_families) / sizeof(*open_families) && ++taken)
			printf("# family %d\n", family);
		close(fd);
	}
	ok(!taken, "B2: families of sockets beyond the list: %d", taken);
	for (family = 0, taken = 0; family < 32; family++) {
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
		if (fd >= 0 && !strchr(protocols, family + 1) && ++taken)
			printf("# protocol %d\n", family);
		close(fd);
	}
	ok(!taken, "B2: protocols of netlink beyond those that a VE has: %d", taken);
	for (family = 0, taken = 0; family < 100; family++) {
		snprintf(name, sizeof(name), "vznone%d", family);
		taken += !mount("none", TOP "/m", name, 0, NULL);
		taken += !setsockopt(tcp, 6, 13 /* TCP_CONGESTION */, name, strlen(name));
	}
	ok(!taken, "B2: 100 unknown names of file systems and of congestion control: %d", taken);
	close(tcp);
	ok(!try_exec(TOP "/strange"), "B2: a program of an unknown format");
}

/* --- B3: the machine ----------------------------------------------------------------- */

static void try_machine(void)
{
	static const int commands[] = { RB_ENABLE_CAD, RB_DISABLE_CAD, RB_KEXEC, RB_SW_SUSPEND };

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		ok(reboot(commands[i]), "B3: reboot(%#x) is refused", commands[i]);
	ok(access("/proc/kcore", F_OK) && access("/proc/sysrq-trigger", F_OK),
	   "B3: no way by /proc");
}

/* --- B5: file systems ---------------------------------------------------------------- */

static bool may_mount(const char *type, const char *features)
{
	static const char *const always[] = {
		"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup2",
	};

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		if (!strcmp(type, always[i]))
			return true;
	return *features && !strcmp(type, "overlay");
}

static bool mounts(const char *type, const char *source)
{
	int fd, mnt = -1;
	bool taken = !mount(source, TOP "/m", type, 0, NULL);

	if (taken)
		umount2(TOP "/m", MNT_DETACH);
	fd = syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
	if (fd >= 0) {
		if (source)
			syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING, "source", source, 0);
		if (!syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
			mnt = syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, 0);
		close(fd);
	}
	if (mnt >= 0)
		close(mnt);
	return taken || mnt >= 0;
}

static int try_types(void *features)
{
	static const char *const sources[] = { "none", TOP "/disk", TOP "/file", NULL };
	int taken = 0, mine = 0;

	for (int i = 0; i < nr_types; i++)
		for (size_t s = 0; s < sizeof(sources) / sizeof(*sources); s++) {
			if (!mounts(types[i], sources[s]))
				continue;
			mine++;
			if (!may_mount(types[i], features) && ++taken)
				printf("# %s from %s mounts\n", types[i], sources[s] ?: "nothing");
		}
	ok(mine > 4 && !taken, "B5: of %d types of file systems, %d mount that may not%s%s",
	   nr_types, taken, *(char *)features ? ", with " : "", (char *)features);
	return 0;
}

/* --- B7: nodes ----------------------------------------------------------------------- */

static void try_nodes(void)
{
	int made = 0;

	for (int major = 0; major < 512; major++)
		for (int kind = 0; kind < 2; kind++) {
			const char *path = TOP "/m/node";

			if (mknod(path, (kind ? S_IFBLK : S_IFCHR) | 0666, makedev(major, 1)))
				continue;
			made++;
			printf("# node %d:1\n", major);
			unlink(path);
		}
	ok(!made, "B7: nodes of 512 drivers: %d were made", made);
}

/* --- B8: terminals ------------------------------------------------------------------- */

static void type_into(int tty, const char *whose)
{
	static const struct {
		const char *name;
		unsigned long call;
		long arg;
	} calls[] = {
		{ "TIOCLINUX", 0x541c, 0 }, { "TIOCCONS", TIOCCONS, 0 },
		{ "VT_ACTIVATE", 0x5606, 1 }, { "KDSETMODE", 0x4b3a, 1 }, { "KDSKBENT", 0x4b47, 0 },
	};
	int taken = 0;
	long line;
	char c = 'x';

	ok(ioctl(tty, TIOCSTI, &c), "B8: no key is typed into %s", whose);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		ok(ioctl(tty, calls[i].call, calls[i].arg ? (void *)calls[i].arg : (void *)&c),
		   "B8: %s of %s", calls[i].name, whose);
	for (line = 1; line < 40; line++) {
		int disc = line;

		if (line != 27 /* N_NULL */ && !ioctl(tty, TIOCSETD, &disc) && ++taken)
			printf("# line discipline %ld\n", line);
	}
	ok(!taken, "B8: line disciplines of %s beyond the usual one: %d", whose, taken);
}

static void try_terminals(void)
{
	int tty = -1, master, unlock = 0;

	need(!mkdir(TOP "/m/pts", 0755));
	need(!mount("devpts", TOP "/m/pts", "devpts", 0, "newinstance,ptmxmode=0666"));
	master = open(TOP "/m/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	need(master >= 0 && !ioctl(master, TIOCSPTLCK, &unlock));
	tty = open(TOP "/m/pts/0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	need(tty >= 0);
	type_into(tty, "its own");
	type_into(host_pty[1], "the host's");
	ok(ioctl(host_pty[1], TIOCSCTTY, 1), "B8: the host's is no terminal of its session");
	close(tty);
	close(master);
}

/* --- B9: processes, namespaces and IPC of the host ----------------------------------- */

static int sent_as(pid_t pid, uid_t uid)
{
	char room[CMSG_SPACE(sizeof(struct ucred))] = { 0 }, c = 'c';
	struct iovec iov = { &c, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	struct ucred who = { pid, uid, uid };

	*h = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(sizeof(who)), .cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_CREDENTIALS,
	};
	memcpy(CMSG_DATA(h), &who, sizeof(who));
	return sendmsg(host_pair[1], &m, 0) == 1 ? 0 : -1;
}

static void try_processes(void)
{
	char byte;
	struct iovec iov = { &byte, 1 };
	struct { int type; pid_t pid; } owner = { 1 /* F_OWNER_PID */, host_pid };
	int i;

	fails_with(ESRCH, kill(host_pid, 0), "B9: a process of the host");
	fails_with(ESRCH, syscall(SYS_tgkill, host_pid, host_pid, 0), "B9: tgkill");
	fails_with(ESRCH, syscall(SYS_pidfd_open, host_pid, 0), "B9: pidfd_open");
	fails_with(ESRCH, ptrace(PTRACE_SEIZE, host_pid, 0, 0), "B9: ptrace");
	fails_with(ESRCH, process_vm_readv(host_pid, &iov, 1, &iov, 1, 0), "B9: process_vm_readv");
	fails_with(ESRCH, syscall(SYS_kcmp, host_pid, host_pid, 0, 0, 0), "B9: kcmp");
	fails_with(ESRCH, setpriority(PRIO_PROCESS, host_pid, 19), "B9: setpriority");
	fails_with(ESRCH, fcntl(host_pair[1], F_SETOWN_EX, &owner), "B9: an owner of its files");
	fails_with(ESRCH, kill(-1, SIGURG), "B9: all there are");
	for (i = 0; i < nr_spaces; i++)
		fails_with(EPERM, setns(host_spaces[i], 0), "B9: a namespace of the host, %d", i);
	ok(sent_as(1, 70000), "B9: credentials of a user that it has not");
	ok(sent_as(host_pid, 0), "B9: or of a process that it cannot see");
	fails_with(0, sent_as(getpid(), 0), "B9: its own, which say root");
	fails_with(ENOENT, shmget(KEY, 0, 0), "B9: memory by a key of the host");
	fails_with(ENOENT, mq_open(QUEUE, O_RDONLY), "B9: a queue by its name");
}

/* --- B14: mounts --------------------------------------------------------------------- */

static void try_mounts(void)
{
	struct mount_attr idmap = { .attr_set = MOUNT_ATTR_IDMAP };
	int fd;

	fails_with(EPERM, mount(NULL, TOP "/locked", NULL, MS_REMOUNT | MS_BIND, NULL),
		   "B14: flags that the host has set");
	fails_with(EINVAL, umount(TOP "/locked"), "B14: a mount that it was given");
	fails_with(EINVAL, umount2(TOP "/locked", MNT_DETACH), "B14: or lazily");
	fails_with(EPERM, mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_RDONLY, NULL),
		   "B14: a file system of the host read-only");
	fails_with(EPERM, mount(NULL, "/tmp", NULL, MS_REMOUNT, "size=1"), "B14: its options");
	fd = syscall(SYS_fspick, AT_FDCWD, "/tmp", FSPICK_CLOEXEC);
	ok(fd < 0 || syscall(SYS_fsconfig, fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0),
	   "B14: nor by fspick");
	close(fd);
	idmap.userns_fd = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	fd = syscall(SYS_open_tree, AT_FDCWD, "/tmp", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	ok(fd < 0 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &idmap, sizeof(idmap)),
	   "B14: an id map on files of the host");
	close(fd);
	need(!mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL));
	need(!mount("vz-leak", TOP "/shared", "tmpfs", 0, NULL));
	need(!mount("vz-leak", TOP "/m", "tmpfs", 0, NULL));
}

/* --- B19 ----------------------------------------------------------------------------- */

static void try_counters(void)
{
	char *p = read_file("/proc/user_beancounters");

	ok(strstr(p, " 273:") && !strstr(p, " 0:"), "B19: its own counters and no others");
	ok(write_file("/proc/user_beancounters", "1"), "B19: which it does not write");
	fails_with(ENOENT, access("/proc/bc", F_OK), "B19: no others by /proc/bc");
}

static int attack(void *unused)
{
	(void)unused;
	need(!mount("own", TOP "/m", "tmpfs", 0, NULL));
	try_helpers();
	try_modules();
	try_machine();
	try_nodes();
	try_terminals();
	try_processes();
	try_counters();
	try_types("");
	try_mounts();
	return 0;
}

/* --- the host ------------------------------------------------------------------------ */

static void read_types(void)
{
	char *line, *text = strdup(read_file("/proc/filesystems"));

	while ((line = strsep(&text, "\n")) && nr_types < 128)
		types[nr_types++] = strchr(line, '\t') ? strchr(line, '\t') + 1 : line;
}

static void write_all(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	need(!fchmod(fd, mode) && !close(fd));
}

/* What is set, of all that the VE has tried; the trigger cannot be read. */
static char *all_values(void)
{
	static char text[2048];
	size_t i, len = 0;

	for (i = 0; i < sizeof(helpers) / sizeof(*helpers); i++)
		if (!strstr(helpers[i], "trigger"))
			len += snprintf(text + len, sizeof(text) - len, "%s ",
					read_file(helpers[i]));
	for (i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		len += snprintf(text + len, sizeof(text) - len, "%s ", read_file(kept[i]));
	return strdup(text);
}

static char *values;

static void host_has(void)
{
	static const char *const spaces[] = { "user", "mnt", "pid", "net", "ipc", "uts", "cgroup" };
	static const char *const folders[] = { TOP, TOP "/m", TOP "/shared", TOP "/locked" };
	char path[64];
	int yes = 1;

	umask(0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		need(!mkdir(folders[i], 0777));
	write_all(HELPER, "#!/bin/sh\n: > " RAN "\n", 0755);
	write_all(TOP "/strange", "\x01\x80\xfe\xff what is this", 0755);
	write_all(TOP "/file", "file", 0666);
	need(!mknod(TOP "/disk", S_IFBLK | 0666, makedev(7, 0)));
	need(!mount("locked", TOP "/locked", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, NULL));
	for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", spaces[i]);
		host_spaces[nr_spaces++] = open(path, O_RDONLY | O_CLOEXEC);
		need(host_spaces[nr_spaces - 1] >= 0);
	}
	need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, host_pair));
	need(!setsockopt(host_pair[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)));
	need(!openpty(&host_pty[0], &host_pty[1], NULL, NULL, NULL));
	need(shmget(KEY, 4096, IPC_CREAT | 0666) >= 0);
	need(mq_open(QUEUE, O_RDWR | O_CREAT, 0666, NULL) >= 0);
	host_pid = getpid();
	if (write_file("/proc/sys/kernel/modprobe", HELPER))
		puts("# this kernel has no modules");
	values = all_values();
	read_types();
}

/* Who the host takes the sender for: the user of the VE's range that is its root. */
static void host_heard(void)
{
	char room[CMSG_SPACE(sizeof(struct ucred))], c;
	struct iovec iov = { &c, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct ucred who;

	need(recvmsg(host_pair[0], &m, MSG_DONTWAIT) == 1 && CMSG_FIRSTHDR(&m));
	memcpy(&who, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(who));
	ok(who.uid >= 0x40000000u && who.pid != 1 && who.pid != host_pid,
	   "B9: to the host its root is user %u", who.uid);
	ok(recvmsg(host_pair[0], &m, MSG_DONTWAIT) < 0, "B9: it has no other message");
}

static void host_still_has(void)
{
	char *mounted;
	int waiting = 0;

	ok(!strcmp(values, all_values()), "B1: the host's are what they were: %s", values);
	fails_with(ENOENT, access(RAN, F_OK), "B2: and none ran");
	ok(!ioctl(host_pty[1], FIONREAD, &waiting) && !waiting,
	   "B8: nobody typed at the host's terminal");
	mounted = read_file("/proc/self/mountinfo");
	ok(*mounted && !strstr(mounted, "vz-leak"), "B14: the host has no mount of the VE's");
	ok(strstr(mounted, " " TOP "/locked ro,nosuid,nodev"), "B14: and its own as it was");
	host_heard();
}

int main(void)
{
	test_start();
	host_has();
	ok(!in_ve(273, "", attack, NULL), "a VE tried all");
	host_still_has();
	ok(!in_ve(274, "nesting", try_types, "nesting"), "file systems, with nesting");
	return test_end();
}
