// SPDX-License-Identifier: GPL-2.0-or-later
/* What processes share by keys and names: semaphores, queues of System V and of POSIX. */
#include <mqueue.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include "corpus.h"

static int id;
static pid_t holder;
static volatile int *told;

static int add(int number, int by, int flags)
{
	struct sembuf op = { number, by, flags | IPC_NOWAIT };

	return semop(id, &op, 1);
}

/* --- a set of semaphores by a key */
#define KEY	0x5ee7

static void set_up_sem(void)
{
	unsigned short values[3] = { 4, 0, 300 };

	need((id = semget(KEY, 3, IPC_CREAT | IPC_EXCL | 0604)) >= 0);
	need(!semctl(id, 0, SETALL, values));
}

static void verify_sem(void)
{
	unsigned short values[3];
	struct semid_ds ds;

	equal(semget(KEY, 3, 0), id);
	need(!semctl(id, 0, IPC_STAT, &ds));
	equal(ds.sem_perm.mode & 0777, 0604);
	need(!semctl(id, 0, GETALL, values));
	equal(values[0], 4);
	equal(values[1], 0);
	equal(values[2], 300);
	need(!add(0, -4, 0) && add(0, -1, 0) && errno == EAGAIN);
	need(!add(0, 4, 0));
}

static void spoil_sem(void)
{
	need(!add(1, 1, 0));
}

STATE(sem_set, "a set of semaphores with a key", set_up_sem, verify_sem, spoil_sem);

/* --- a task that waits for a semaphore */
static void start_waiter(void)
{
	*told = 0;
	need((holder = fork()) >= 0);
	if (!holder) {
		struct sembuf op = { 0, -1, 0 };

		*told = 1;
		while (semop(id, &op, 1))
			;
		*told = 2;
		_exit(0);
	}
	in_time(*told == 1);
}

static void set_up_waiter(void)
{
	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(told != MAP_FAILED);
	need((id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0);
	start_waiter();
}

static void verify_waiter(void)
{
	usleep(50000);
	equal(*told, 1);
	need(!add(0, 1, 0));
	need(waitpid(holder, NULL, 0) == holder);
	equal(*told, 2);
	start_waiter();
}

static void spoil_waiter(void)
{
	need(!add(0, 1, 0));
}

STATE(sem_waiter, "a process that waits for a semaphore", set_up_waiter, verify_waiter,
      spoil_waiter);

/* --- messages */
struct message {
	long type;
	char text[32];
};

static void put_messages(void)
{
	struct message one = { 7, "seven" }, two = { 3, "three!" };

	need(!msgsnd(id, &one, 6, IPC_NOWAIT) && !msgsnd(id, &two, 7, IPC_NOWAIT));
}

static void set_up_queue(void)
{
	need((id = msgget(KEY, IPC_CREAT | IPC_EXCL | 0640)) >= 0);
	put_messages();
}

static void verify_queue(void)
{
	struct message m;
	struct msqid_ds ds;

	equal(msgget(KEY, 0), id);
	need(!msgctl(id, IPC_STAT, &ds));
	equal(ds.msg_qnum, 2);
	equal(ds.msg_perm.mode & 0777, 0640);
	equal(msgrcv(id, &m, sizeof(m.text), 3, IPC_NOWAIT), 7);
	texts(m.text, "three!");
	equal(msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT), 6);
	equal(m.type, 7);
	texts(m.text, "seven");
	put_messages();
}

static void spoil_queue(void)
{
	struct message m;

	need(msgrcv(id, &m, sizeof(m.text), 0, IPC_NOWAIT) > 0);
}

STATE(msg_queue, "a queue with messages of two types", set_up_queue, verify_queue, spoil_queue);

/* --- POSIX queues */
static mqd_t mq;

static void put_mail(void)
{
	need(!mq_send(mq, "low", 3, 1) && !mq_send(mq, "high!", 5, 9));
}

static void open_mq(const char *name)
{
	struct mq_attr attr = { .mq_maxmsg = 7, .mq_msgsize = 100 };

	mq = mq_open(name, O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0620, &attr);
	if (mq < 0 && errno == ENOSYS)
		corpus_skip("no POSIX queues here");
	need(mq >= 0);
	put_mail();
}

static void look_at_mail(void)
{
	struct mq_attr attr;
	char buf[100];
	unsigned int priority;

	need(!mq_getattr(mq, &attr));
	equal(attr.mq_maxmsg, 7);
	equal(attr.mq_msgsize, 100);
	equal(attr.mq_curmsgs, 2);
	equal(attr.mq_flags, O_NONBLOCK);
	equal(mq_receive(mq, buf, 100, &priority), 5);
	equal(priority, 9);
	equal(mq_receive(mq, buf, 100, &priority), 3);
	same(buf, "low", 3);
	put_mail();
}

static void set_up_mq(void)
{
	open_mq("/corpus-mq");
}

static void verify_mq(void)
{
	mqd_t again;

	look_at_mail();
	need((again = mq_open("/corpus-mq", O_RDONLY)) >= 0);
	need(!mq_close(again));
}

static void spoil_mq(void)
{
	char buf[100];

	need(mq_receive(mq, buf, 100, NULL) > 0);
}

STATE(mq, "a POSIX queue with messages, open", set_up_mq, verify_mq, spoil_mq);

static void set_up_mq_deleted(void)
{
	open_mq("/corpus-gone");
	need(!mq_unlink("/corpus-gone"));
}

static void verify_mq_deleted(void)
{
	look_at_mail();
	need(mq_open("/corpus-gone", O_RDONLY) < 0);
}

STATE(mq_deleted, "a POSIX queue whose name is gone", set_up_mq_deleted, verify_mq_deleted,
      spoil_mq);

static void set_up_mq_closed(void)
{
	open_mq("/corpus-closed");
	need(!mq_close(mq));
}

static void verify_mq_closed(void)
{
	mq = mq_open("/corpus-closed", O_RDWR | O_NONBLOCK);
	need(mq >= 0);
	look_at_mail();
	need(!mq_close(mq));
}

static void spoil_mq_closed(void)
{
	need(!mq_unlink("/corpus-closed"));
}

STATE(mq_closed, "a POSIX queue with messages that nobody has open", set_up_mq_closed,
      verify_mq_closed, spoil_mq_closed);

/* --- who asks to be told of the next message: by a signal */
static void ask_for_signal(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2 };

	ev.sigev_value.sival_int = 0x7e11;
	need(!mq_notify(mq, &ev));
}

static void open_empty(const char *name)
{
	char text[100];

	open_mq(name);
	while (mq_receive(mq, text, sizeof(text), NULL) >= 0)
		;
}

static void set_up_told(void)
{
	sigset_t set;

	open_empty("/corpus-told");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	need(!sigprocmask(SIG_BLOCK, &set, NULL));
	ask_for_signal();
}

static void verify_told(void)
{
	struct timespec patience = { patience_ms / 1000, 0 }, now = { 0, 0 };
	char text[100];
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	need(sigtimedwait(&set, &info, &now) < 0 && errno == EAGAIN);
	need(!mq_send(mq, "a", 1, 0));
	need(sigtimedwait(&set, &info, &patience) == SIGUSR2);
	equal(info.si_code, SI_MESGQ);
	equal(info.si_value.sival_int, 0x7e11);
	/* Once only. */
	equal(mq_receive(mq, text, sizeof(text), NULL), 1);
	need(!mq_send(mq, "b", 1, 0));
	need(sigtimedwait(&set, &info, &now) < 0 && errno == EAGAIN);
	equal(mq_receive(mq, text, sizeof(text), NULL), 1);
	ask_for_signal();
}

static void spoil_told(void)
{
	need(!mq_notify(mq, NULL));
}

STATE(mq_told_by_signal, "a process that asked for a signal at the next message", set_up_told,
      verify_told, spoil_told);

/* --- and by a socket, as the C library does for a thread; the queue has messages already */
#define COOKIE 32
static int teller;

static void ask_for_cookie(void)
{
	static char cookie[COOKIE] = "this is what the thread is told";
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD, .sigev_signo = teller };

	ev.sigev_value.sival_ptr = cookie;
	need(!syscall(SYS_mq_notify, mq, &ev));
}

static void set_up_cookie(void)
{
	open_mq("/corpus-cookie");
	need((teller = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0)) >= 0);
	ask_for_cookie();
}

static void verify_cookie(void)
{
	char text[100], got[COOKIE];

	equal(mq_receive(mq, text, sizeof(text), NULL), 5);
	equal(mq_receive(mq, text, sizeof(text), NULL), 3);
	need(recv(teller, got, COOKIE, 0) < 0 && errno == EAGAIN);
	need(!mq_send(mq, "a", 1, 0));
	equal(recv(teller, got, COOKIE, 0), COOKIE);
	same(got, "this is what the thread is told", COOKIE - 1);
	equal(mq_receive(mq, text, sizeof(text), NULL), 1);
	put_mail();
	ask_for_cookie();
}

STATE(mq_told_by_socket, "a process that asked for a message to a socket", set_up_cookie,
      verify_cookie, spoil_told);

/* --- of a user, with the rights and the ids that it has */
static void make_as_user(void)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 8192 };
	char letter[8192];
	int fd;

	fill_bytes(letter, sizeof(letter), 5);
	if (setresgid(77, 77, 77) || setresuid(1077, 1077, 1077))
		_exit(1);
	umask(0);
	fd = mq_open("/corpus-user", O_CREAT | O_EXCL | O_RDWR, 0642, &attr);
	_exit(fd < 0 || mq_send(fd, letter, sizeof(letter), 32767) || mq_send(fd, "", 0, 0));
}

static void set_up_user(void)
{
	int status;

	need((holder = fork()) >= 0);
	if (!holder)
		make_as_user();
	need(waitpid(holder, &status, 0) == holder);
	equal(status, 0);
}

static void verify_user(void)
{
	unsigned int priority;
	struct mq_attr attr;
	char letter[8192];
	struct stat st;
	int fd;

	need((fd = mq_open("/corpus-user", O_RDWR | O_NONBLOCK)) >= 0);
	need(!fstat(fd, &st) && !mq_getattr(fd, &attr));
	equal(st.st_uid, 1077);
	equal(st.st_gid, 77);
	equal(st.st_mode & 07777, 0642);
	equal(attr.mq_maxmsg, 2);
	equal(attr.mq_curmsgs, 2);
	equal(mq_receive(fd, letter, sizeof(letter), &priority), sizeof(letter));
	equal(priority, 32767);
	need(bytes_are(letter, sizeof(letter), 5));
	equal(mq_receive(fd, letter, sizeof(letter), &priority), 0);
	equal(priority, 0);
	fill_bytes(letter, sizeof(letter), 5);
	need(!mq_send(fd, letter, sizeof(letter), 32767) && !mq_send(fd, "", 0, 0));
	need(!mq_close(fd));
}

static void spoil_user(void)
{
	need(!mq_unlink("/corpus-user"));
}

STATE(mq_of_user, "a full POSIX queue of a user, which nobody has open", set_up_user, verify_user,
      spoil_user);

/* --- one that two processes have open, one waits for a message, and that an epoll watches */
static int poller;

static void wait_for_mail(void)
{
	char text[100];

	*told = 1;
	for (;;)
		if (mq_receive(mq, text, sizeof(text), NULL) == 4)
			++*told;
}

static void set_up_mq_waiter(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT };

	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(told != MAP_FAILED);
	open_empty("/corpus-waiter");
	need(!fcntl(mq, F_SETFL, 0));
	need((poller = epoll_create1(0)) >= 0);
	need(!epoll_ctl(poller, EPOLL_CTL_ADD, mq, &ev));
	need((holder = fork()) >= 0);
	if (!holder)
		wait_for_mail();
	in_time(*told == 1);
}

static void verify_mq_waiter(void)
{
	const int before = *told;
	struct epoll_event ev;

	need(epoll_wait(poller, &ev, 1, 0) == 1);
	equal(ev.events, EPOLLOUT);
	need(!mq_send(mq, "mail", 4, 3));
	in_time(*told == before + 1);
	need(!kill(holder, 0));
}

static void spoil_mq_waiter(void)
{
	need(!epoll_ctl(poller, EPOLL_CTL_DEL, mq, NULL));
}

STATE(mq_waiter, "a POSIX queue that a process waits at and an epoll watches", set_up_mq_waiter,
      verify_mq_waiter, spoil_mq_waiter);
