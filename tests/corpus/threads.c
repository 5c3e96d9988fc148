// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads, and what each of them has of its own. */
#include <linux/futex.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "corpus.h"

static pthread_t thread;
static volatile int turn, answer;
static char wrong[200];

#define EXPECT(expr)							\
	((expr) ? (void)0 : (void)snprintf(wrong, sizeof(wrong), "%d: %s", __LINE__, #expr))

static void (*do_first)(void), (*do_look)(void), (*do_spoil)(void);

static void *thread_main(void *arg)
{
	do_first();
	answer = 1;
	for (int seen = 1;; seen++) {
		while (turn < seen)
			usleep(50000);
		(do_spoil ? do_spoil : do_look)();
		answer = seen + 1;
	}
	return NULL;
}

static void start(void (*first)(void), void (*look)(void))
{
	do_first = first;
	do_look = look;
	need(!pthread_create(&thread, NULL, thread_main, NULL));
	in_time(answer == 1);
	if (wrong[0])
		corpus_fail(__FILE__, __LINE__, "thread: %s", wrong);
}

static void look(void)
{
	wrong[0] = 0;
	turn++;
	in_time(answer == turn + 1);
	if (wrong[0])
		corpus_fail(__FILE__, __LINE__, "thread: %s", wrong);
}

static void spoil_by(void (*fn)(void))
{
	do_spoil = fn;
	look();
	do_spoil = NULL;
}

/* --- name, mask, nice, policy, affinity */
static void first_plain(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	EXPECT(!pthread_sigmask(SIG_BLOCK, &set, NULL));
	EXPECT(!prctl(PR_SET_NAME, "a thread"));
	EXPECT(!setpriority(PRIO_PROCESS, syscall(SYS_gettid), 11));
	EXPECT(!prctl(PR_SET_PDEATHSIG, 0));
	EXPECT(!pthread_kill(pthread_self(), SIGUSR2));
}

static void look_plain(void)
{
	sigset_t set;
	char name[17] = "";

	EXPECT(!pthread_sigmask(SIG_BLOCK, NULL, &set) && sigismember(&set, SIGUSR2));
	EXPECT(!prctl(PR_GET_NAME, name) && !strcmp(name, "a thread"));
	EXPECT(getpriority(PRIO_PROCESS, syscall(SYS_gettid)) == 11);
	EXPECT(!sigpending(&set) && sigismember(&set, SIGUSR2));
}

static void set_up_plain(void)
{
	start(first_plain, look_plain);
}

static void verify_plain(void)
{
	sigset_t set;

	look();
	equal(getpriority(PRIO_PROCESS, 0), 0);
	/* The signal waits for the thread, not for the process. */
	need(!sigpending(&set));
	equal(sigismember(&set, SIGUSR2), 0);
}

static void rename_thread(void)
{
	prctl(PR_SET_NAME, "another");
}

static void spoil_plain(void)
{
	spoil_by(rename_thread);
}

STATE(thread_plain, "a thread's name, mask, nice and signal that waits", set_up_plain,
      verify_plain, spoil_plain);

/* --- a folder of its own */
static void first_folder(void)
{
	EXPECT(!unshare(CLONE_FS));
	EXPECT(!chdir("/tmp") || !chdir("/"));
	umask(0123);
}

static void look_folder(void)
{
	char at[4096] = "";

	EXPECT(getcwd(at, sizeof(at)) && strlen(at) <= 4);
	EXPECT(umask(0123) == 0123);
}

static void set_up_folder(void)
{
	start(first_folder, look_folder);
}

static void verify_folder(void)
{
	char at[4096] = "";

	look();
	need(getcwd(at, sizeof(at)));
	need(strlen(at) > 4);
	equal(umask(0), 0);
}

static void change_folder(void)
{
	umask(0);
}

static void spoil_folder(void)
{
	spoil_by(change_folder);
}

STATE(thread_folder, "a thread with a working folder and umask of its own", set_up_folder,
      verify_folder, spoil_folder);

/* --- the list of robust futexes, and what a dead holder leaves */
static pthread_mutex_t *mutex;

static pid_t holder;

static void hold_mutex(void)
{
	need((holder = fork()) >= 0);
	if (!holder) {
		pthread_mutex_lock(mutex);
		*(volatile int *)(mutex + 1) = 1;
		for (;;)
			pause();
	}
	in_time(*(volatile int *)(mutex + 1) == 1);
}

static void set_up_robust(void)
{
	pthread_mutexattr_t attr;

	mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(mutex != MAP_FAILED);
	need(!pthread_mutexattr_init(&attr));
	need(!pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED));
	need(!pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
	need(!pthread_mutex_init(mutex, &attr));
	hold_mutex();
}

static void verify_robust(void)
{
	equal(pthread_mutex_trylock(mutex), EBUSY);
	need(!kill(holder, SIGKILL) && waitpid(holder, NULL, 0) == holder);
	equal(pthread_mutex_lock(mutex), EOWNERDEAD);
	need(!pthread_mutex_consistent(mutex) && !pthread_mutex_unlock(mutex));
	*(volatile int *)(mutex + 1) = 0;
	hold_mutex();
}

static void spoil_robust(void)
{
	need(!kill(holder, SIGKILL) && waitpid(holder, NULL, 0) == holder);
}

STATE(futex_robust, "a robust mutex whose holder dies later", set_up_robust, verify_robust,
      spoil_robust);

/* --- a thread that waits at a futex, without and with a time */
static int word;
static volatile int woken;

static void *wait_futex(void *arg)
{
	for (;;) {
		struct timespec t = { 3000, 0 };
		int now = __atomic_load_n(&word, __ATOMIC_SEQ_CST);

		if (!syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, now, arg ? &t : NULL, NULL, 0))
			__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void set_up_futex(void)
{
	need(!pthread_create(&thread, NULL, wait_futex, NULL));
	need(!pthread_create(&thread, NULL, wait_futex, &word));
	usleep(50000);
}

static void verify_futex(void)
{
	const int before = woken;

	/* Whoever is between two waits is woken a moment later. */
	for (int i = 0; woken < before + 2 && i < 300; i++) {
		syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0);
		usleep(20000);
	}
	need(woken >= 0 && woken >= before + 2);
}

static void spoil_futex(void)
{
	/* They find another word and cannot be woken at this one. */
	word++;
	woken = -1000000;
	thread = 0;
}

STATE(futex_waiters, "threads that wait at a futex", set_up_futex, verify_futex, spoil_futex);

/* --- many */
static volatile int alive;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t open_gate = PTHREAD_COND_INITIALIZER;
static int passes;

static void *wait_at_gate(void *arg)
{
	char name[16], now[17] = "";

	snprintf(name, sizeof(name), "gate-%ld", (long)arg);
	prctl(PR_SET_NAME, name);
	pthread_mutex_lock(&gate);
	for (int seen = 0;;) {
		alive++;
		while (passes == seen)
			pthread_cond_wait(&open_gate, &gate);
		prctl(PR_GET_NAME, now);
		if (strcmp(name, now))
			snprintf(wrong, sizeof(wrong), "\"%s\", not \"%s\"", now, name);
		seen = passes;
	}
	return NULL;
}

static void set_up_many(void)
{
	pthread_attr_t attr;

	need(!pthread_attr_init(&attr) && !pthread_attr_setstacksize(&attr, 32768));
	for (long i = 0; i < 50; i++)
		need(!pthread_create(&thread, &attr, wait_at_gate, (void *)i));
	in_time(alive == 50);
}

static void verify_many(void)
{
	pthread_mutex_lock(&gate);
	passes++;
	alive = 0;
	pthread_cond_broadcast(&open_gate);
	pthread_mutex_unlock(&gate);
	in_time(alive == 50);
	if (wrong[0])
		corpus_fail(__FILE__, __LINE__, "%s", wrong);
}

static void spoil_many(void)
{
	snprintf(wrong, sizeof(wrong), "spoilt");
}

STATE(threads_many, "50 threads that wait for a condition", set_up_many, verify_many, spoil_many);

/* --- the leader has ended, a thread goes on */
static volatile int *beats;
static pid_t headless;

static void *beat(void *arg)
{
	for (;;) {
		++*beats;
		usleep(50000);
	}
	return NULL;
}

static void set_up_headless(void)
{
	beats = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(beats != MAP_FAILED);
	need((headless = fork()) >= 0);
	if (!headless) {
		pthread_create(&thread, NULL, beat, NULL);
		syscall(SYS_exit, 0);
	}
	in_time(*beats > 2);
}

static void verify_headless(void)
{
	const int before = *beats;

	in_time(*beats > before + 1);
}

static void spoil_headless(void)
{
	need(!kill(headless, SIGKILL));
	need(waitpid(headless, NULL, 0) == headless);
}

STATE(thread_leader_gone, "a process whose first thread has ended", set_up_headless,
      verify_headless, spoil_headless);

/* --- a thread that has left what the others share, which is found before anything is frozen */
static volatile int left;

static void *leave(void *flags)
{
	left = unshare((long)flags) ? -errno : 1;
	for (;;)
		pause();
	return NULL;
}

static void start_leaver(long flags)
{
	pthread_t thread;

	need(!pthread_create(&thread, NULL, leave, (void *)flags));
	in_time(left);
	if (left < 0)
		corpus_skip("unshare(%#lx): %s", flags, strerror(-left));
}

static void set_up_net_thread(void)
{
	start_leaver(CLONE_NEWNET);
}

static void verify_left(void)
{
	equal(left, 1);
}

static void spoil_left(void)
{
	left = 0;
}

STATE(thread_net, "a thread in another network namespace", set_up_net_thread, verify_left,
      spoil_left);

static void set_up_files_thread(void)
{
	start_leaver(CLONE_FILES);
}

STATE(thread_files, "a thread with descriptors of its own", set_up_files_thread, verify_left,
      spoil_left);
