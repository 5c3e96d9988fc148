// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attacks on limits, from inside a VE, as its root.
 *
 * usage: attack NAME SECONDS	one attack; last line is the end it met. It goes
 *				on for up to four minutes while nothing is refused
 *        attack neighbour SECONDS	work that must go on meanwhile; ends early when
 *				there is a file /tmp/stop
 *        attack works SECONDS	the same without using all the CPU that there is
 *        attack busy SECONDS	nothing but use of CPU
 *        attack trap NAME ...	a state in which tools of the host could wait: trap.c
 *        attack watch STOPFILE CGROUP	on the host: what becomes of it; CGROUP's
 *				statistics are read meanwhile
 *        attack pays [NAME]	things that the kernel keeps, see pays.c
 *
 * The end of an attack:
 *
 *	end NAME done N killed N ENOMEM N ...
 *
 * Exits with 0 when the kernel refused with an errno that the table below
 * expects and with no other, 1 when not, 2 when the attack could not be made.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "attack.h"

#define KILLED	-1	/* ended by the VE's own OOM, or for a page table */
#define BOUNDED	-2	/* needs no refusal: what is made is reclaimed */
#define DROPPED	-3	/* no call fails: the VE's own counter tells the refusal */

struct answers *answers;

/* One of the ends must be seen, and no other errno. */
static const struct attack {
	const char *name;
	void (*run)(int worker);
	int workers;
	int ends[6];
	void (*clean)(void);
} attacks[] = {
	{ "fork", attack_fork, 2, { EAGAIN } },
	{ "threads", attack_threads, 2, { EAGAIN } },
	{ "memory", attack_memory, 2, { KILLED, ENOMEM } },
	{ "pagetables", attack_pagetables, 2, { KILLED, ENOMEM } },
	{ "mappings", attack_mappings, 8, { ENOMEM, KILLED } },
	{ "memfd", attack_memfd, 2, { ENOSPC, ENOMEM, KILLED, EFAULT } },
	{ "tmpfs_inodes", attack_tmpfs_inodes, 2, { ENOMEM, ENOSPC, KILLED }, clean_files },
	{ "shm", attack_shm, 2, { ENOMEM, KILLED } },
	{ "sysv_msg", attack_sysv_msg, 2, { ENOMEM, ENOSPC, KILLED }, clean_sysv },
	{ "sysv_sem", attack_sysv_sem, 2, { ENOMEM, ENOSPC, KILLED }, clean_sysv },
	{ "sysv_shm", attack_sysv_shm, 2, { ENOMEM, ENOSPC, KILLED }, clean_sysv },
	{ "mqueue", attack_mqueue, 2, { ENOMEM, ENOSPC, ENFILE, EMFILE, KILLED }, clean_mqueue },
	{ "tcp", attack_tcp, 2, { ENOMEM, ENOBUFS } },
	{ "tcp_memory", attack_tcp, 2, { KILLED, ENOMEM, ENOBUFS } },
	{ "tcp_orphans", attack_tcp_orphans, 2, { ENOMEM, ENOBUFS } },
	{ "unix_buffers", attack_unix_buffers, 2, { ENOBUFS, ENOMEM, ENFILE, KILLED } },
	{ "udp", attack_udp, 2, { ENOBUFS, ENOMEM } },
	{ "udp_drops", attack_udp_drops, 2, { DROPPED, ENOBUFS, ENOMEM } },
	{ "netlink", attack_netlink, 2, { ENOMEM, ENOBUFS } },
	/* ENFILE: what socket(2) says for want of memory. */
	{ "rings", attack_rings, 2, { ENOMEM, ENOBUFS, ENFILE, KILLED } },
	{ "scm_rights", attack_scm_rights, 4, { ENFILE, ETOOMANYREFS, ENOBUFS, ENOMEM } },
	{ "scm_cycles", attack_scm_cycles, 4, { BOUNDED, ENFILE, ETOOMANYREFS, ENOBUFS, ENOMEM } },
	{ "scm_graph", attack_scm_graph, 4, { BOUNDED, ETOOMANYREFS, ENOBUFS, ENOMEM } },
	{ "dentries", attack_dentries, 2, { ENOMEM, ENOSPC, KILLED } },
	{ "negative", attack_negative, 2, { BOUNDED, ENOMEM }, clean_files },
	{ "pipes", attack_pipes, 4, { ENFILE, EPERM, ENOMEM, ENOBUFS, EMFILE, KILLED } },
	{ "pipe_slots", attack_pipe_slots, 4, { EPERM } },
	{ "vmsplice", attack_vmsplice, 4, { ENFILE, EMFILE } },
	{ "locks", attack_locks, 2, { ENOLCK }, clean_files },
	{ "leases", attack_leases, 2, { ENOLCK, ENOMEM, ENFILE }, clean_files },
	{ "poll", attack_poll, 2, { ENOMEM, EAGAIN, KILLED, EFAULT } },
	{ "ptys", attack_ptys, 2, { ENOSPC } },
	{ "signals", attack_signals, 2, { EAGAIN } },
	{ "timers", attack_timers, 2, { EAGAIN, ENOMEM } },
	{ "inotify", attack_inotify, 2, { ENOSPC }, clean_files },
	{ "inotify_users", attack_inotify_users, 2, { EMFILE } },
	{ "epoll", attack_epoll, 4, { ENFILE, ENOMEM, ENOSPC, EMFILE, KILLED } },
	{ "epoll_nested", attack_epoll_nested, 2, { EINVAL } },
	{ "files", attack_files, 4, { ENFILE } },
	{ "aio", attack_aio, 2, { EAGAIN } },
	{ "nft_rules", attack_nft_rules, 1, { ENOMEM }, clean_net },
	{ "nft_elements", attack_nft_elements, 1, { ENOMEM }, clean_net },
	{ "conntrack", attack_conntrack, 1, { ENOMEM }, clean_net },
	{ "devices", attack_devices, 1, { ENOSPC, ENOMEM }, clean_net },
	{ "addresses", attack_addresses, 1, { ENOMEM, ENOBUFS, ENOSPC, KILLED }, clean_net },
	{ "routes", attack_routes, 1, { ENOMEM, ENOBUFS, ENOSPC, KILLED }, clean_net },
	{ "neighbours", attack_neighbours, 1, { ENOBUFS }, clean_net },
	{ "neigh_overflow", attack_neigh_overflow, 1, { ENOBUFS }, clean_net },
	{ "keys", attack_keys, 1, { EPERM } },
	{ "keys_quota", attack_keys, 2, { EDQUOT } },
	{ "keys_users", attack_keys_users, 2, { ENOMEM } },
	{ "mounts", attack_mounts, 2, { ENOSPC, ENOMEM } },
	{ "mount_copies", attack_mount_copies, 2, { ENOSPC, ENOMEM } },
	{ "nested", attack_nested, 1, { EPERM } },
	{ "nested_deep", attack_nested_deep, 2, { EUSERS, ENOSPC, EAGAIN, ENOMEM, KILLED } },
	{ "netns", attack_netns, 2, { ENOSPC } },
	{ "io_uring", attack_io_uring, 1, { EPERM } },
	{ "io_rings", attack_io_rings, 4, { ENOMEM } },
	{ "bpf", attack_bpf, 1, { EPERM } },
	{ "seccomp", attack_seccomp, 4, { ENOMEM, KILLED, EAGAIN } },
	{ "socket_filters", attack_socket_filters, 2, { ENOMEM, ENOBUFS } },
	{ "mlock", attack_mlock, 4, { ENOMEM } },
	{ "cgroups", attack_cgroups, 2, { EAGAIN }, clean_cgroups },
};

void attack_broken(const char *file, int line, const char *what)
{
	printf("broken: %s:%d: %s: %s\n", file, line, what, strerror(errno));
	fflush(stdout);
	_exit(2);
}

bool got(bool granted)
{
	int err = errno;

	if (granted)
		__atomic_add_fetch(&answers->done, 1, __ATOMIC_RELAXED);
	else if (err > 0 && err < NR_ERRNO)
		__atomic_add_fetch(&answers->refused[err], 1, __ATOMIC_RELAXED);
	errno = err;
	return granted;
}

void again(void)
{
	struct timespec ts = { 0, 1000000 };

	nanosleep(&ts, NULL);
}

static const char *place(int worker, bool tmpfs)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/attack.%d", tmpfs ? "/dev/shm" : "/root", worker);
	return path;
}

const char *own_folder(int worker, bool tmpfs)
{
	mkdir(tmpfs ? "/dev/shm" : "/root", 0755);
	must(!mkdir(place(worker, tmpfs), 0755) || errno == EEXIST);
	return place(worker, tmpfs);
}

void clean_files(void)
{
	int status = system("rm -rf /root/attack.* /dev/shm/attack.*");

	(void)status;
}

static void be_worker(const struct attack *a, int worker)
{
	struct rlimit files;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open("/proc/self/oom_score_adj", O_WRONLY);
	if (fd >= 0) {
		must(write(fd, "1000", 4) == 4);
		close(fd);
	}
	must(!getrlimit(RLIMIT_NOFILE, &files));
	files.rlim_cur = files.rlim_max;
	must(!setrlimit(RLIMIT_NOFILE, &files));
	a->run(worker);
	_exit(0);
}

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* In the workers' process group; all that they make stays in it. */
static void start_worker(const struct attack *a, int worker, pid_t *group)
{
	pid_t pid = fork();

	if (pid < 0)
		return;		/* all processes are taken: the others go on */
	if (!pid) {
		setpgid(0, *group);
		be_worker(a, worker);
	}
	setpgid(pid, *group ? *group : pid);
	if (!*group)
		*group = pid;
}

static bool in_list(const struct attack *a, int what)
{
	size_t i;

	for (i = 0; i < sizeof(a->ends) / sizeof(a->ends[0]); i++)
		if (a->ends[i] == what)
			return true;
	return false;
}

static bool refused(const struct attack *a)
{
	bool any = answers->killed || answers->dropped || in_list(a, BOUNDED);
	int err;

	for (err = 1; err < NR_ERRNO; err++)
		any |= answers->refused[err] != 0;
	return any;
}

/*
 * Workers that the kernel ended are replaced. The first one is only the
 * group's leader: the group needs one that lives.
 */
static bool keep_attacking(const struct attack *a, int seconds, pid_t leader)
{
	double end = now() + seconds, at_most = now() + 240;
	int status, worker = a->workers;
	bool broken = false;
	pid_t pid, group = leader;

	while (now() < end || (!refused(a) && now() < at_most)) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid <= 0) {
			again();
			continue;
		}
		if (WIFSIGNALED(status))
			__atomic_add_fetch(&answers->killed, 1, __ATOMIC_RELAXED);
		else if (WEXITSTATUS(status) == 2)
			broken = true;
		if (broken)
			break;
		if (pid != leader)
			start_worker(a, worker++, &group);
	}
	return broken;
}

static void end_all(pid_t leader)
{
	int status;

	do
		kill(-leader, SIGKILL);
	while (waitpid(-1, &status, 0) > 0);
}

static int judge(const struct attack *a)
{
	bool met = in_list(a, BOUNDED), strange = false;
	int err;

	printf("end %s done %lu killed %lu", a->name, answers->done, answers->killed);
	if (answers->killed) {
		met |= in_list(a, KILLED);
		strange |= !in_list(a, KILLED);
	}
	if (answers->dropped) {
		printf(" dropped %lu", answers->dropped);
		met |= in_list(a, DROPPED);
	}
	for (err = 1; err < NR_ERRNO; err++) {
		if (!answers->refused[err])
			continue;
		printf(" %s %lu", strerrorname_np(err), answers->refused[err]);
		met |= in_list(a, err);
		strange |= !in_list(a, err);
	}
	printf("%s%s\n", met ? "" : " NOT REFUSED", strange ? " UNEXPECTED" : "");
	return !met || strange;
}

static int run_attack(const struct attack *a, int seconds)
{
	pid_t leader, group;
	bool broken;
	int i;

	leader = fork();
	must(leader >= 0);
	if (!leader) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(leader, leader);
	group = leader;
	for (i = 0; i < a->workers; i++)
		start_worker(a, i, &group);
	broken = keep_attacking(a, seconds, leader);
	end_all(leader);
	if (a->clean)
		a->clean();
	return broken ? 2 : judge(a);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 3 && !strcmp(argv[1], "neighbour"))
		return neighbour(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "works"))
		return works(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "busy"))
		return busy(atoi(argv[2]));
	if (argc >= 3 && !strcmp(argv[1], "trap"))
		return trap(argc - 2, argv + 2);
	if (argc == 4 && !strcmp(argv[1], "watch"))
		return watch(argv[2], argv[3]);
	if (argc >= 2 && argc <= 3 && !strcmp(argv[1], "pays"))
		return pays(argv[2]);
	answers = mmap(NULL, sizeof(*answers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	must(answers != MAP_FAILED);
	for (i = 0; argc == 3 && i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (!strcmp(argv[1], attacks[i].name))
			return run_attack(&attacks[i], atoi(argv[2]));
	fprintf(stderr,
		"usage: attack NAME|busy|works|neighbour SECONDS, attack watch FILE CGROUP\n");
	return 2;
}
