// SPDX-License-Identifier: GPL-2.0-only
/*
 * lockedpages: mlock, mlockall, mappings that are locked from the start, and
 * SHM_LOCK are refused at the barrier, each with its own errno.
 */
#include "common.h"
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>

#define PAGE	4096UL
#define ROOM	100UL
#define RW	(PROT_READ | PROT_WRITE)
#define PRIVATE	(MAP_PRIVATE | MAP_ANONYMOUS)
#define ROUNDS	10000

static const struct ve *ve;

static struct ub_row row(void)
{
	return ve_read_ub(ve, "lockedpages");
}

static char *map(size_t pages, int flags)
{
	return mmap(NULL, pages * PAGE, RW, PRIVATE | flags, -1, 0);
}

static void unmap(void *p, size_t pages)
{
	need(!munmap(p, pages * PAGE));
}

static void test_mlock(void)
{
	char *p = map(2 * ROOM, 0);
	struct ub_row before = row();

	need(p != MAP_FAILED);
	ok(!mlock(p, ROOM * PAGE), "mlock up to the barrier");
	ok_eq(row().held, ROOM, "held");
	ok_eq(row().maxheld, ROOM, "maxheld");
	ok(!mlock(p, ROOM * PAGE), "what is locked can be locked again");
	ok_eq(row().held, ROOM, "held the same");
	ok(mlock(p + ROOM * PAGE, PAGE) && errno == ENOMEM, "mlock at the barrier: ENOMEM");
	ok_eq(row().failcnt, before.failcnt + 1, "one failure");
	ok_eq(row().maxheld, ROOM, "no new peak");
	need(!munlock(p + 10 * PAGE, 20 * PAGE));
	ok_eq(row().held, ROOM - 20, "held after munlock of a part");
	unmap(p + 50 * PAGE, 10);
	ok_eq(row().held, ROOM - 30, "held after munmap of a part");
	need(!munlock(p, 50 * PAGE) && !munlock(p + 60 * PAGE, ROOM * PAGE));
	ok_eq(row().held, 0, "held after munlock");
	unmap(p, 50);
	unmap(p + 60 * PAGE, 2 * ROOM - 60);
}

/* A lower barrier refuses and frees nothing. */
static void test_lower(void)
{
	char *p = map(ROOM, 0);

	need(p != MAP_FAILED && !mlock(p, 50 * PAGE));
	need(!ve_set_ub(ve, "lockedpages", 10, 20));
	ok_eq(row().held, 50, "held above a lowered barrier");
	ok(mlock(p + 50 * PAGE, PAGE) && errno == ENOMEM, "nothing more");
	ok(!mlock(p, 50 * PAGE), "what is locked stays locked");
	need(!ve_set_ub(ve, "lockedpages", ROOM, ROOM));
	unmap(p, ROOM);
	ok_eq(row().held, 0, "held after munmap");
}

static void test_map_locked(void)
{
	char *p, *q, *guard;

	p = map(60, MAP_LOCKED);
	ok(p != MAP_FAILED, "mmap with MAP_LOCKED");
	ok_eq(row().held, 60, "held");
	ok(map(ROOM - 59, MAP_LOCKED) == MAP_FAILED && errno == EAGAIN,
	   "MAP_LOCKED beyond the barrier: EAGAIN");
	ok_eq(row().held, 60, "held after it");
	ok(mremap(p, 60 * PAGE, (ROOM + 1) * PAGE, MREMAP_MAYMOVE) == MAP_FAILED &&
	   errno == EAGAIN, "mremap beyond the barrier: EAGAIN");
	ok_eq(row().held, 60, "held after it");
	guard = mmap(p + 60 * PAGE, PAGE, PROT_NONE, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0);
	q = mremap(p, 60 * PAGE, ROOM * PAGE, MREMAP_MAYMOVE);
	ok(q != MAP_FAILED, "mremap up to the barrier, moving");
	ok_eq(row().held, ROOM, "held after the move");
	ok_eq(row().maxheld, ROOM, "no false peak");
	if (guard != MAP_FAILED)
		unmap(guard, 1);
	q = mremap(q, ROOM * PAGE, 10 * PAGE, 0);
	need(q != MAP_FAILED);
	ok_eq(row().held, 10, "held after shrinking");
	p = mmap(q, 10 * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0);
	need(p == q);
	ok_eq(row().held, 0, "held when it was replaced by an unlocked one");
	unmap(q, 10);
	/* Fails after the reservation: the descriptor does not exist. */
	need(!mlockall(MCL_FUTURE));
	ok(mmap(NULL, 30 * PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS | (1 << 30), -1, 0) ==
	   MAP_FAILED, "a mapping that fails for another reason");
	ok_eq(row().held, 0, "held nothing for it");
	need(!munlockall());
}

static void test_mlockall(void)
{
	struct ub_row before;
	char *p, *end = sbrk(0);

	need(!mlockall(MCL_FUTURE));
	p = map(ROOM / 2, 0);
	ok(p != MAP_FAILED, "mmap after mlockall(MCL_FUTURE)");
	ok_eq(row().held, ROOM / 2, "held");
	before = row();
	ok(map(ROOM, 0) == MAP_FAILED && errno == EAGAIN, "mmap beyond: EAGAIN");
	ok_eq(row().failcnt, before.failcnt + 1, "one failure");
	ok(sbrk(ROOM * PAGE) == (void *)-1, "brk beyond");
	ok(sbrk(10 * PAGE) != (void *)-1, "brk below");
	ok_eq(row().held, ROOM / 2 + 10, "held");
	need(!brk(end));
	unmap(p, ROOM / 2);
	ok_eq(row().held, 0, "held after munmap");
	need(!munlockall());

	/* The program itself is larger than this. */
	need(!ve_set_ub(ve, "lockedpages", 2, 2));
	before = row();
	ok(!mlockall(MCL_CURRENT), "mlockall(MCL_CURRENT) ignores what it cannot lock");
	ok(row().failcnt > before.failcnt, "the failures show");
	ok(row().held <= 2, "the barrier holds: %lu", row().held);
	need(!munlockall());
	ok_eq(row().held, 0, "held after munlockall");
	need(!ve_set_ub(ve, "lockedpages", ROOM, ROOM));
}

static void test_fork(void)
{
	char *p = map(30, MAP_LOCKED);
	int status;
	pid_t pid;

	need(p != MAP_FAILED);
	pid = fork();
	if (!pid) {
		/* Locks are not inherited. */
		_exit(row().held == 30 && map(50, MAP_LOCKED) != MAP_FAILED &&
		      row().held == 80 ? 0 : 1);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid);
	ok(!status, "a child locks for itself");
	ok_eq(ve_wait_held(ve, "lockedpages", 30), 30, "held after its end");
	unmap(p, 30);
}

static void test_shm(void)
{
	int a = shmget(IPC_PRIVATE, 60 * PAGE, 0600), b = shmget(IPC_PRIVATE, 60 * PAGE, 0600);
	struct ub_row before = row();

	need(a >= 0 && b >= 0);
	ok(!shmctl(a, SHM_LOCK, NULL), "SHM_LOCK");
	ok_eq(row().held, 60, "held");
	ok(shmctl(b, SHM_LOCK, NULL) && errno == ENOMEM, "SHM_LOCK beyond the barrier: ENOMEM");
	ok_eq(row().failcnt, before.failcnt + 1, "one failure");
	need(!shmctl(a, SHM_UNLOCK, NULL));
	ok_eq(row().held, 0, "held after SHM_UNLOCK");
	ok(!shmctl(b, SHM_LOCK, NULL), "now the other");
	need(!shmctl(b, IPC_RMID, NULL) && !shmctl(a, IPC_RMID, NULL));
	ok_eq(row().held, 0, "held after removal");
}

static void test_drift(void)
{
	unsigned int seed = 1;
	size_t pages[8];
	char *p[8] = { 0 };
	int i;

	for (i = 0; i < ROUNDS; i++) {
		unsigned int k = rand_r(&seed) % 8;

		if (!p[k]) {
			pages[k] = 2 + rand_r(&seed) % 30;
			p[k] = map(pages[k], rand_r(&seed) % 2 ? MAP_LOCKED : 0);
			if (p[k] == MAP_FAILED)
				p[k] = NULL;
			continue;
		}
		switch (rand_r(&seed) % 4) {
		case 0:
			(void)!mlock(p[k] + pages[k] / 2 * PAGE, PAGE);
			break;
		case 1:
			need(!munlock(p[k], pages[k] / 2 * PAGE));
			break;
		case 2: {
			size_t to = 1 + rand_r(&seed) % 40;
			char *q = mremap(p[k], pages[k] * PAGE, to * PAGE, MREMAP_MAYMOVE);

			if (q != MAP_FAILED) {
				p[k] = q;
				pages[k] = to;
			}
			break;
		}
		default:
			unmap(p[k], pages[k]);
			p[k] = NULL;
		}
	}
	for (i = 0; i < 8; i++)
		if (p[i])
			unmap(p[i], pages[i]);
	ok_eq(row().held, 0, "held after 10,000 random rounds");
	ok(row().maxheld <= ROOM, "the barrier was never passed: %lu", row().maxheld);
	ok(row().failcnt > 0, "though it was met");
}

/* failed_brk_stays_locked: what it had reserved was given back by the next operation only. */
static void test_failed_brk(void)
{
	char *end = (char *)syscall(SYS_brk, 0), *stop;
	unsigned long held;

	stop = mmap((char *)(((uintptr_t)end + PAGE - 1) & -PAGE) + 30 * PAGE, PAGE, PROT_NONE,
		    PRIVATE | MAP_FIXED_NOREPLACE, -1, 0);
	need(stop != MAP_FAILED);
	need(!mlockall(MCL_FUTURE | MCL_ONFAULT));
	held = row().held;
	ok((char *)syscall(SYS_brk, end + 40 * PAGE) == end, "a heap does not grow over a map");
	ok_eq(row().held, held, "held after that");
	need(!munlockall());
	unmap(stop, 1);
}

static int body(const struct ve *this)
{
	ve = this;
	test_mlock();
	test_lower();
	test_map_locked();
	test_mlockall();
	test_fork();
	test_failed_brk();
	test_shm();
	test_drift();
	(void)!mlock(map(20, 0), 20 * PAGE);
	ok_eq(row().held, 20, "left locked at exit");
	return 0;
}

int main(void)
{
	struct rlimit memlock = { RLIM_INFINITY, RLIM_INFINITY };
	struct ve v;

	need(!setrlimit(RLIMIT_MEMLOCK, &memlock));
	ve_setup(&v, 121);
	ok_eq(ve_set_ub(&v, "lockedpages", ROOM, ROOM), 0, "set lockedpages");
	ve_spawn(&v, body);
	ok_eq(ve_wait_held(&v, "lockedpages", 0), 0, "held of a stopped VE");
	ve_teardown(&v);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
