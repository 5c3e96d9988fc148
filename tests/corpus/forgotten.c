// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory, threads, timers and System V objects in states that are easily forgotten. */
#include <mqueue.h>
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/timerfd.h>
#include "corpus.h"

static int fd, sem, shm;
static char *map;
static size_t page;
static struct aside *other;

/* --- SEM_UNDO: its holder is killed after the restore */
static void take_sem(void *arg)
{
	struct sembuf op = { 0, -1, SEM_UNDO };

	need(!semop(sem, &op, 1));
}

static void set_up_undo(void)
{
	need((sem = semget(IPC_PRIVATE, 2, 0600)) >= 0);
	need(!semctl(sem, 0, SETVAL, 1));
	other = aside_start(0);
	aside_call(other, take_sem, NULL);
	equal(semctl(sem, 0, GETVAL), 0);
}

static void verify_undo(void)
{
	equal(semctl(sem, 0, GETVAL), 0);
	aside_end(other);
	equal(semctl(sem, 0, GETVAL), 1);
	other = aside_start(0);
	aside_call(other, take_sem, NULL);
}

static void spoil_undo(void)
{
	need(!semctl(sem, 0, SETVAL, 0));	/* which forgets what is to be undone */
}

STATE(sem_undo, "a semaphore that is to be released when its holder ends", set_up_undo,
      verify_undo, spoil_undo);

/* Both ways, of two sets, and of a value that is as large as they get. */
static int sets[2];

static int value_at(int set, int num)
{
	return semctl(sets[set], num, GETVAL);
}

static void take_many(void *arg)
{
	struct sembuf first[] = { { 0, 5, SEM_UNDO }, { 2, -2, SEM_UNDO } };
	struct sembuf second = { 1, -1, SEM_UNDO };

	need(!semop(sets[0], first, 2) && !semop(sets[1], &second, 1));
}

static void take_again(void)
{
	need(!semctl(sets[0], 0, SETVAL, 1) && !semctl(sets[0], 2, SETVAL, 9));
	need(!semctl(sets[1], 1, SETVAL, 32767));
	other = aside_start(0);
	aside_call(other, take_many, NULL);
	need(!semop(sets[1], &(struct sembuf){ 1, 1, 0 }, 1));
}

static void set_up_adjusted(void)
{
	need((sets[0] = semget(IPC_PRIVATE, 3, 0600)) >= 0);
	need((sets[1] = semget(IPC_PRIVATE, 2, 0600)) >= 0);
	take_again();
}

static void verify_adjusted(void)
{
	equal(value_at(0, 0), 6);
	equal(value_at(0, 2), 7);
	equal(value_at(1, 1), 32767);
	need(!semop(sets[1], &(struct sembuf){ 1, -7, 0 }, 1));
	aside_end(other);
	equal(value_at(0, 0), 1);
	equal(value_at(0, 1), 0);
	equal(value_at(0, 2), 9);
	equal(value_at(1, 1), 32761);
	take_again();
}

static void spoil_adjusted(void)
{
	need(!semctl(sets[0], 2, SETVAL, 7));
}

STATE(sem_undo_many, "adjustments both ways of two sets", set_up_adjusted, verify_adjusted,
      spoil_adjusted);

/* --- a segment marked for removal while it is attached */
static void set_up_removed(void)
{
	need((shm = shmget(IPC_PRIVATE, 1 << 16, 0640)) >= 0);
	map = shmat(shm, NULL, 0);
	need(map != (void *)-1);
	fill_bytes(map, 1 << 16, 3);
	need(!shmctl(shm, IPC_RMID, NULL));
}

static void verify_removed(void)
{
	struct shmid_ds ds;

	need(bytes_are(map, 1 << 16, 3));
	need(!shmctl(shm, IPC_STAT, &ds));
	equal(ds.shm_nattch, 1);
	equal(ds.shm_perm.mode & 01777, 01640);
	need(!shmdt(map));
	need(shmctl(shm, IPC_STAT, &ds) && errno == EINVAL);
	set_up_removed();
}

static void spoil_removed(void)
{
	need(shmat(shm, NULL, 0) != (void *)-1);
}

STATE(shm_removed, "an attached segment that is marked for removal", set_up_removed,
      verify_removed, spoil_removed);

/* --- MADV_WIPEONFORK and its kin */
static void look_in_child(size_t at, int want)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(map[at]);
	need(waitpid(pid, &status, 0) == pid);
	equal(status, want << 8);
}

static void set_up_wipe(void)
{
	page = sysconf(_SC_PAGESIZE);
	map = mmap(NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(map != MAP_FAILED);
	memset(map, 7, 8 * page);
	need(!madvise(map + 2 * page, 2 * page, MADV_WIPEONFORK));
	need(!madvise(map + 5 * page, page, MADV_DONTDUMP));
}

static void verify_wipe(void)
{
	equal(map[2 * page], 7);
	look_in_child(page, 7);
	look_in_child(2 * page, 0);
	look_in_child(4 * page - 1, 0);
	look_in_child(4 * page, 7);
}

static void spoil_wipe(void)
{
	need(!madvise(map + 2 * page, 2 * page, MADV_KEEPONFORK));
}

STATE(memory_wipe_on_fork, "memory that a child gets as zeros", set_up_wipe, verify_wipe,
      spoil_wipe);

/* --- 40,000 mappings */
#define MANY	40000
static void set_up_many(void)
{
	page = sysconf(_SC_PAGESIZE);
	map = mmap(NULL, MANY * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(map != MAP_FAILED);
	for (size_t i = 0; i < MANY; i += 2)
		need(!mprotect(map + i * page, page, PROT_READ | PROT_WRITE));
	for (size_t i = 0; i < MANY; i += 1000)
		map[i * page] = 1 + i / 1000;
}

static void verify_many(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/maps", "r");
	int lines = 0;

	need(f);
	while (fgets(line, sizeof(line), f))
		lines++;
	fclose(f);
	need(lines >= MANY);
	for (size_t i = 0; i < MANY; i += 1000)
		equal(map[i * page], 1 + i / 1000);
	equal(map[page], 0);
}

static void spoil_many(void)
{
	need(!munmap(map, MANY / 2 * page));
}

STATE(memory_many_mappings, "40,000 mappings", set_up_many, verify_many, spoil_many);

/* --- a timerfd that repeats: ticks not read, and when the next comes */
static void set_up_timer(void)
{
	struct itimerspec t = { .it_interval = { 360000, 0 }, .it_value = { 0, 1000000 } };

	need((fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)) >= 0);
	need(!timerfd_settime(fd, 0, &t, NULL));
	usleep(50000);
}

static void verify_timer(void)
{
	struct itimerspec t;
	uint64_t ticks = 0;

	need(!timerfd_gettime(fd, &t));
	equal(t.it_interval.tv_sec, 360000);
	need(t.it_value.tv_sec > 180000 && t.it_value.tv_sec < 360000);
	need(read(fd, &ticks, sizeof(ticks)) == sizeof(ticks));
	equal(ticks, 1);
	need(!timerfd_gettime(fd, &t));
	need(t.it_value.tv_sec > 180000 && t.it_value.tv_sec < 360000);
	close(fd);
	set_up_timer();
}

static void spoil_timer(void)
{
	uint64_t ticks;

	need(read(fd, &ticks, sizeof(ticks)) == sizeof(ticks));
}

STATE(timerfd_repeats, "a timerfd that repeats, with a tick that nobody has read", set_up_timer,
      verify_timer, spoil_timer);

/* --- tasks whose session leader has ended; we asked for them, as "systemd --user" does */
static pid_t orphan, forked;
static void at(pid_t pid, char *state, int *ppid, int *pgid, int *sid)
{
	char path[64], comm[40];
	int was;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	equal(sscanf(slurp(path), "%d (%39[^)]) %c %d %d %d", &was, comm, state, ppid, pgid, sid),
	      6);
}

static void make_orphan(bool zombie)
{
	int ends[2], status;
	pid_t leader;

	need(!prctl(PR_SET_CHILD_SUBREAPER, 1) && !pipe(ends));
	leader = fork();
	if (!leader) {
		siginfo_t info;

		setsid();
		orphan = fork();
		if (!orphan && zombie)
			_exit(242);
		while (!orphan)
			pause();
		put_all(ends[1], &orphan, sizeof(orphan));
		if (zombie)
			waitid(P_PID, orphan, &info, WEXITED | WNOWAIT);
		_exit(0);
	}
	get_all(ends[0], &orphan, sizeof(orphan));
	need(waitpid(leader, &status, 0) == leader);
	close(ends[0]), close(ends[1]);
}

static void look_at_orphan(char want)
{
	int ppid, pgid, sid, flag = 0;
	char state;

	at(orphan, &state, &ppid, &pgid, &sid);
	equal(state, want);
	equal(ppid, getpid());
	need(sid != getsid(0) && sid != orphan);
	need(kill(sid, 0) && errno == ESRCH);
	equal(pgid, sid);
	need(!prctl(PR_GET_CHILD_SUBREAPER, &flag));
	equal(flag, 1);
}

static void set_up_orphan(void)
{
	make_orphan(false);
}

static void verify_orphan(void)
{
	look_at_orphan('S');
	need(!waitpid(orphan, NULL, WNOHANG));
}

static void spoil_orphan(void)
{
	kill(orphan, SIGKILL);
}

STATE(orphan_of_session, "a task whose session leader has ended, below a subreaper", set_up_orphan,
      verify_orphan, spoil_orphan);

static void set_up_zombie(void)
{
	make_orphan(true);
}

static void verify_zombie(void)
{
	siginfo_t info = { 0 };

	look_at_orphan('Z');
	need(!waitid(P_PID, orphan, &info, WEXITED | WNOWAIT | WNOHANG));
	equal(info.si_pid, orphan);
	equal(info.si_code, CLD_EXITED);
	equal(info.si_status, 242);
}

static void spoil_zombie(void)
{
	need(waitpid(orphan, NULL, 0) == orphan);
}

STATE(zombie_of_session, "a zombie whose session leader has ended, below a subreaper",
      set_up_zombie, verify_zombie, spoil_zombie);

/* --- a child forked before its parent began a session of its own; the old one has ended */
static void set_up_forked_before(void)
{
	int ends[2], status;
	pid_t leader;

	need(!prctl(PR_SET_CHILD_SUBREAPER, 1) && !pipe(ends));
	leader = fork();
	if (!leader) {
		setsid();
		orphan = fork();
		if (!orphan) {
			prctl(PR_SET_CHILD_SUBREAPER, 0);
			forked = fork();
			while (!forked)
				pause();
			setsid();
			put_all(ends[1], &forked, sizeof(forked));
			for (;;)
				pause();
		}
		put_all(ends[1], &orphan, sizeof(orphan));
		usleep(200000);
		_exit(0);
	}
	get_all(ends[0], &orphan, sizeof(orphan));
	get_all(ends[0], &forked, sizeof(forked));
	if (forked < orphan) {
		pid_t other = forked;

		forked = orphan;
		orphan = other;
	}
	need(waitpid(leader, &status, 0) == leader);
	close(ends[0]), close(ends[1]);
}

static void verify_forked_before(void)
{
	int ppid, pgid, sid;
	char state;

	at(orphan, &state, &ppid, &pgid, &sid);
	equal(ppid, getpid());
	equal(sid, orphan);
	at(forked, &state, &ppid, &pgid, &sid);
	equal(ppid, orphan);
	need(sid != orphan && sid != forked && sid != getsid(0));
	need(kill(sid, 0) && errno == ESRCH);
}

static void spoil_forked_before(void)
{
	need(!kill(orphan, SIGKILL) && waitpid(orphan, NULL, 0) == orphan);
}

STATE(child_of_older_session, "a child forked before its parent left a session that has ended",
      set_up_forked_before, verify_forked_before, spoil_forked_before);

/* --- a System V message queue that is full, with a size and a message beyond the usual */
static void set_up_msg(void)
{
	char buf[8 + 8000];

	need((sem = msgget(IPC_PRIVATE, 0600)) >= 0);
	for (long i = 1; i <= 2; i++) {
		memcpy(buf, &i, sizeof(i));
		fill_bytes(buf + 8, 8000, i);
		need(!msgsnd(sem, buf, 8000, IPC_NOWAIT));
	}
	struct msqid_ds ds;

	need(!msgctl(sem, IPC_STAT, &ds));
	ds.msg_qbytes = 16000;
	need(!msgctl(sem, IPC_SET, &ds));
}

static void verify_msg(void)
{
	struct msqid_ds ds;
	char buf[8 + 8000];

	need(!msgctl(sem, IPC_STAT, &ds));
	equal(ds.msg_qnum, 2);
	equal(ds.msg_qbytes, 16000);
	need(msgsnd(sem, &(long[2]){ 3, 3 }, 8, IPC_NOWAIT) && errno == EAGAIN);
	equal(msgrcv(sem, buf, 8000, 2, IPC_NOWAIT), 8000);
	need(bytes_are(buf + 8, 8000, 2));
	need(!msgsnd(sem, buf, 8000, IPC_NOWAIT));
}

static void spoil_msg(void)
{
	char buf[8 + 8000];

	need(msgrcv(sem, buf, 8000, 0, IPC_NOWAIT) == 8000);
}

STATE(msg_full, "a System V message queue that is full", set_up_msg, verify_msg, spoil_msg);

/* --- threads with ids of their own */
static volatile int ids_say, ids_turn;
static void *with_ids(void *unused)
{
	syscall(SYS_setresgid, 0, 33, 0);
	syscall(SYS_setresuid, 0, 33, 0);
	ids_turn = 1;
	for (;;) {
		unsigned int r, e, s;

		usleep(20000);
		if (ids_turn == 3)
			syscall(SYS_setresuid, 0, 0, 0), ids_turn = 1;
		if (ids_turn != 2)
			continue;
		syscall(SYS_getresuid, &r, &e, &s);
		ids_say = r || e != 33 || s;
		syscall(SYS_getresgid, &r, &e, &s);
		ids_say |= (r || e != 33 || s) << 1;
		ids_turn = 1;
	}
	return NULL;
}

static void set_up_ids(void)
{
	pthread_t t;

	need(!pthread_create(&t, NULL, with_ids, NULL));
	in_time(ids_turn == 1);
}

static void verify_ids(void)
{
	ids_turn = 2;
	in_time(ids_turn == 1);
	equal(ids_say, 0);
	equal(geteuid(), 0);
}

static void spoil_ids(void)
{
	ids_turn = 3;
	in_time(ids_turn == 1);
}

STATE(thread_ids, "a thread with ids of its own", set_up_ids, verify_ids, spoil_ids);

/* --- a POSIX message queue */
static mqd_t queue;
static void set_up_mqueue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 5, .mq_msgsize = 100 };

	mq_unlink("/corpus");
	queue = mq_open("/corpus", O_CREAT | O_RDWR | O_NONBLOCK, 0620, &attr);
	need(queue >= 0);
	need(!mq_send(queue, "low", 3, 1) && !mq_send(queue, "high", 4, 9));
	need(!mq_send(queue, "", 0, 9));
}

static void verify_mqueue(void)
{
	struct mq_attr attr;
	char buf[100];
	unsigned int prio;
	struct stat st;

	need(!mq_getattr(queue, &attr));
	equal(attr.mq_curmsgs, 3);
	equal(attr.mq_maxmsg, 5);
	equal(attr.mq_msgsize, 100);
	equal(attr.mq_flags, O_NONBLOCK);
	need(!fstat(queue, &st));
	equal(st.st_mode & 07777, 0620);
	equal(mq_receive(queue, buf, sizeof(buf), &prio), 4);
	equal(prio, 9);
	same(buf, "high", 4);
	equal(mq_receive(queue, buf, sizeof(buf), &prio), 0);
	equal(mq_receive(queue, buf, sizeof(buf), &prio), 3);
	equal(prio, 1);
	need(mq_receive(queue, buf, sizeof(buf), &prio) < 0 && errno == EAGAIN);
	mq_close(queue);
	set_up_mqueue();
}

static void spoil_mqueue(void)
{
	char buf[100];

	need(mq_receive(queue, buf, sizeof(buf), NULL) >= 0);
}

STATE(mqueue, "a POSIX message queue with messages in it", set_up_mqueue, verify_mqueue,
      spoil_mqueue);

/* --- network namespaces of their own, with sysctls set in them */
static void set_up_range(void)
{
	need(!unshare(CLONE_NEWNET));
	spit("/proc/sys/net/ipv4/ping_group_range", "0 100");
	spit("/proc/sys/net/ipv4/conf/all/rp_filter", "2");
	spit("/proc/sys/net/ipv4/conf/default/forwarding", "1");
}

static void verify_range(void)
{
	texts(slurp("/proc/sys/net/ipv4/ping_group_range"), "0\t100\n");
	texts(slurp("/proc/sys/net/ipv4/conf/all/rp_filter"), "2\n");
	texts(slurp("/proc/sys/net/ipv4/conf/default/forwarding"), "1\n");
}

static void spoil_range(void)
{
	spit("/proc/sys/net/ipv4/ping_group_range", "0 101");
}

STATE(netns_ping_range, "a network namespace with a range of groups that may ping", set_up_range,
      verify_range, spoil_range);

static void set_up_netns(void)
{
	need(!unshare(CLONE_NEWNET));
	spit("/proc/sys/net/ipv4/ip_local_port_range", "20000 30000");
	spit("/proc/sys/net/ipv4/tcp_keepalive_time", "777");
	spit("/proc/sys/net/core/somaxconn", "999");
}

static void verify_netns(void)
{
	texts(slurp("/proc/sys/net/ipv4/ip_local_port_range"), "20000\t30000\n");
	texts(slurp("/proc/sys/net/ipv4/tcp_keepalive_time"), "777\n");
	texts(slurp("/proc/sys/net/core/somaxconn"), "999\n");
}

static void spoil_netns(void)
{
	spit("/proc/sys/net/ipv4/tcp_keepalive_time", "778");
}

STATE(netns_sysctls, "a network namespace with sysctls of its own", set_up_netns, verify_netns,
      spoil_netns);
