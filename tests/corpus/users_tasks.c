// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks in one user namespace: processes, those that share their folder, threads. The process of
 * the last state goes in and is looked at by its aside; the others look at theirs.
 */
#include <pthread.h>
#include "users.h"

static struct aside *aside, *second, *third;

static void spoil_aside(void)
{
	aside_end(aside);
	aside = aside_start(0);
}

/* --- two in one namespace, a third in one of the same maps */
static pid_t child;

static int nap(void *arg)
{
	for (;;)
		pause();
	return 0;
}

static void add_child(void *flags)
{
	static char stack[65536];

	child = clone(nap, stack + sizeof(stack), (long)flags | SIGCHLD, NULL);
	need(child > 0);
}

static void put_pid(void *to)
{
	*(pid_t *)to = child;
}

static pid_t *child_of_aside;

static void start_pair(long flags)
{
	child_of_aside = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			      0);
	need(child_of_aside != MAP_FAILED);
	aside = users_start();
	users_put(aside, "uid_map", "0 0 10");
	aside_call(aside, add_child, (void *)flags);
	aside_call(aside, put_pid, child_of_aside);
}

static void set_up_pair(void)
{
	start_pair(0);
	second = users_start();
	users_put(second, "uid_map", "0 0 10");
	third = aside_start(0);
}

static void verify_pair(void)
{
	const ino_t one = users_ns(aside_pid(aside), "user");

	equal(users_ns(*child_of_aside, "user"), one);
	need(users_ns(aside_pid(second), "user") != one);
	need(users_ns(aside_pid(third), "user") == users_ns(getpid(), "user"));
	texts(users_map(*child_of_aside, "uid_map"), "0 0 10");
}

static void spoil_pair(void)
{
	aside_end(second);
	second = aside_start(0);
	need(!kill(*child_of_aside, SIGKILL));
	spoil_aside();
}

STATE(ns_user_shared, "two in one user namespace, others beside it", set_up_pair, verify_pair,
      spoil_pair);

/* --- two that share their folder */
static void move_folder(void *arg)
{
	need(!mkdir("there", 0777) || errno == EEXIST);
	need(!chdir("there"));
}

static void come_back(void *arg)
{
	need(!chdir(".."));
}

static void set_up_folder(void)
{
	start_pair(CLONE_FS);
}

static void verify_folder(void)
{
	char path[64], to[256] = "";

	aside_call(aside, move_folder, NULL);
	users_file(path, sizeof(path), *child_of_aside, "cwd");
	need(readlink(path, to, 255) > 0);
	aside_call(aside, come_back, NULL);
	need(strstr(to, "/there"));
	equal(users_ns(*child_of_aside, "user"), users_ns(aside_pid(aside), "user"));
	need(users_ns(*child_of_aside, "user") != users_ns(getpid(), "user"));
}

static void spoil_folder(void)
{
	need(!kill(*child_of_aside, SIGKILL));
	spoil_aside();
}

STATE(ns_user_folder, "two that share their folder, in a user namespace", set_up_folder,
      verify_folder, spoil_folder);

/* --- threads, each with users and capabilities of its own */
#define MEMBERS 3

static struct member {
	uid_t uid, outer;
	uint64_t caps;
	const char *wrong;
	volatile int turn, answer;
} members[MEMBERS] = {
	{ 0, 0, BIT(CAP_SETUID) | BIT(CAP_SYS_ADMIN) },
	{ 5, 1005, BIT(CAP_CHOWN) },
	{ 6, 1006, 0 },
};

static struct { pid_t process, thread[MEMBERS]; } *ids;
static bool gives_up;

static void own_ns(char *to, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/ns/user", tid);
	memset(to, 0, 64);
	if (readlink(path, to, 63) < 0)
		to[0] = 0;
}

/* The kernel's calls are for one thread, those of libc for all. */
static const char *become(const struct member *m)
{
	if (syscall(SYS_prctl, PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) ||
	    syscall(SYS_setresuid, m->uid, m->uid, m->uid))
		return "it cannot be another user";
	users_set_caps(m->caps, 0);
	return NULL;
}

static const char *look_member(const struct member *m)
{
	char own[64], leader[64];

	own_ns(own, syscall(SYS_gettid));
	own_ns(leader, getpid());
	if (!*own || strcmp(own, leader))
		return "it is in another user namespace";
	if (syscall(SYS_geteuid) != m->uid)
		return "it is another user";
	if (users_caps('e') != m->caps || users_caps('p') != m->caps)
		return "it has other capabilities";
	return NULL;
}

static void *member_main(void *arg)
{
	struct member *m = arg;

	ids->thread[m - members] = syscall(SYS_gettid);
	m->wrong = become(m);
	m->answer = 1;
	for (int seen = 1;; seen++) {
		while (m->turn < seen)
			usleep(50000);
		if (gives_up)
			users_set_caps(0, 0);
		else
			m->wrong = look_member(m);
		m->answer = seen + 1;
	}
	return NULL;
}

static void map_process(void *unused)
{
	char path[64];

	users_file(path, sizeof(path), ids->process, "uid_map");
	spit(path, "0 0 1\n5 1005 5\n");
}

static void hear_members(void)
{
	for (struct member *m = members; m < members + MEMBERS; m++) {
		in_time(m->answer == m->turn + 1);
		if (m->wrong)
			corpus_fail(__FILE__, __LINE__, "thread %d: %s", (int)(m - members),
				    m->wrong);
	}
}

static void call_members(void)
{
	for (struct member *m = members; m < members + MEMBERS; m++)
		m->turn++;
	hear_members();
}

static void set_up_members(void)
{
	pthread_t thread;

	ids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(ids != MAP_FAILED);
	ids->process = getpid();
	aside = aside_start(0);
	users_unshare(NULL);
	aside_call(aside, map_process, NULL);
	for (int i = 0; i < MEMBERS; i++)
		need(!pthread_create(&thread, NULL, member_main, &members[i]));
	hear_members();
}

static void look_from_outside(void *unused)
{
	char path[80], want[80];

	for (int i = 0; i < MEMBERS; i++) {
		const uid_t u = members[i].outer;

		snprintf(path, sizeof(path), "/proc/%d/task/%d/status", ids->process,
			 ids->thread[i]);
		snprintf(want, sizeof(want), "%d\t%d\t%d\t%d", u, u, u, u);
		texts(line_of(path, "Uid:"), want);
	}
	texts(users_map(ids->process, "uid_map"), "0 0 1;5 1005 5");
	equal(users_level(ids->process), 1);
}

static void verify_members(void)
{
	call_members();
	equal(users_caps('e'), users_all_caps());
	aside_call(aside, look_from_outside, NULL);
}

static void spoil_members(void)
{
	gives_up = true;
	call_members();
	gives_up = false;
}

STATE(ns_user_threads, "threads with users and capabilities of their own in a user namespace",
      set_up_members, verify_members, spoil_members);
