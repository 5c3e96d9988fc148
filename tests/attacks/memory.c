// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages, page tables, mappings, shared memory, locked memory. */
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include "attack.h"

#define MIB	(1UL << 20)

static void *map(size_t len, int prot, int flags)
{
	return mmap(NULL, len, prot, flags | MAP_ANONYMOUS, -1, 0);
}

void attack_memory(int worker)
{
	(void)worker;
	for (;;) {
		char *at = map(MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE);

		if (got(at != MAP_FAILED))
			memset(at, 1, MIB);
		else
			again();
	}
}

/*
 * Reading one byte in 2 MiB maps the zero page: no page of the process's own,
 * but a page table each. Mappings that are only read are not private pages.
 */
void attack_pagetables(int worker)
{
	size_t len = 1UL << 30, i;

	(void)worker;
	for (;;) {
		volatile char *at;

		insist((at = map(len, PROT_READ, MAP_PRIVATE | MAP_NORESERVE)) != MAP_FAILED);
		for (i = 0; i < len; i += 2 * MIB)
			(void)at[i];
	}
}

/* Areas that cannot be merged, 65530 a process. */
void attack_mappings(int worker)
{
	int i = 0;

	(void)worker;
	for (;;) {
		if (got(map(4096, i++ & 1 ? PROT_READ : PROT_NONE, MAP_PRIVATE) != MAP_FAILED))
			continue;
		if (fork() < 0)		/* the child has all of them too */
			again();
	}
}

void attack_memfd(int worker)
{
	static char buf[65536];
	int fd = memfd_create("attack", 0);

	(void)worker;
	must(fd >= 0);
	for (;;)
		if (!got(write(fd, buf, sizeof(buf)) > 0))
			again();
}

void attack_tmpfs_inodes(int worker)
{
	const char *dir = own_folder(worker, true);
	char path[128];
	int i, fd;

	for (i = 0;; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, i);
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		if (got(fd >= 0))
			close(fd);
		else
			again();
	}
}

void attack_shm(int worker)
{
	(void)worker;
	for (;;) {
		char *at = map(MIB, PROT_READ | PROT_WRITE, MAP_SHARED);

		if (got(at != MAP_FAILED))
			memset(at, 1, MIB);
		else
			again();
	}
}

void attack_sysv_msg(int worker)
{
	static struct { long type; char text[8000]; } msg = { .type = 1 };
	int id;

	(void)worker;
	for (;;) {
		insist((id = msgget(IPC_PRIVATE, 0600)) >= 0);
		while (!msgsnd(id, &msg, sizeof(msg.text), IPC_NOWAIT))
			got(true);
		if (errno != EAGAIN)	/* the queue is full: that is its own bound */
			got(false);
	}
}

void attack_sysv_sem(int worker)
{
	(void)worker;
	for (;;)
		if (!got(semget(IPC_PRIVATE, 32000, 0600) >= 0))
			again();
}

void attack_sysv_shm(int worker)
{
	int id;
	char *at;

	(void)worker;
	for (;;) {
		insist((id = shmget(IPC_PRIVATE, MIB, 0600)) >= 0);
		at = shmat(id, NULL, 0);
		if (at != (void *)-1)
			memset(at, 1, MIB);
	}
}

void clean_sysv(void)
{
	int i, last, id;
	struct shmid_ds shm;
	struct seminfo sem;
	struct msginfo msg;

	last = shmctl(0, SHM_INFO, &shm);
	for (i = 0; i <= last; i++) {
		id = shmctl(i, SHM_STAT, &shm);
		if (id >= 0)
			shmctl(id, IPC_RMID, NULL);
	}
	last = semctl(0, 0, SEM_INFO, &sem);
	for (i = 0; i <= last; i++) {
		struct semid_ds ds;

		id = semctl(i, 0, SEM_STAT, &ds);
		if (id >= 0)
			semctl(id, 0, IPC_RMID);
	}
	last = msgctl(0, MSG_INFO, (struct msqid_ds *)&msg);
	for (i = 0; i <= last; i++) {
		struct msqid_ds ds;

		id = msgctl(i, MSG_STAT, &ds);
		if (id >= 0)
			msgctl(id, IPC_RMID, NULL);
	}
}

static void mq_name(char *name, int worker, int i)
{
	sprintf(name, "/attack.%d.%d", worker, i);
}

void attack_mqueue(int worker)
{
	struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = 8192 };
	static char text[8192];
	char name[32];
	int i = 0;
	mqd_t q;

	for (;;) {
		mq_name(name, worker, i);
		insist((q = mq_open(name, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attr)) >= 0);
		i++;
		while (!mq_send(q, text, sizeof(text), 0))
			got(true);
		if (errno != EAGAIN)
			got(false);
		mq_close(q);
	}
}

void clean_mqueue(void)
{
	char name[32];
	int w, i;

	for (w = 0; w < 64; w++) {
		for (i = 0;; i++) {
			mq_name(name, w, i);
			if (mq_unlink(name))
				break;
		}
	}
}

void attack_mlock(int worker)
{
	(void)worker;
	for (;;) {
		char *at = map(65536, PROT_READ | PROT_WRITE, MAP_PRIVATE);

		must(at != MAP_FAILED);
		if (!got(!mlock(at, 65536))) {
			munmap(at, 65536);
			again();
		}
	}
}
