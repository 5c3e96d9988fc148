// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmpages: SysV segments and shared anonymous mappings by size, tmpfs and
 * memfd by block. All of it in privvmpages, too.
 */
#include "common.h"
#include <setjmp.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>

#define PAGE	4096UL
#define ROOM	100UL
#define RW	(PROT_READ | PROT_WRITE)
#define ROUNDS	10000

static const struct ve *ve;
static char zeros[2 * ROOM * PAGE];

static struct ub_row row(void)
{
	return ve_read_ub(ve, "shmpages");
}

static unsigned long private(void)
{
	return ve_read_ub(ve, "privvmpages").held;
}

static char *map(size_t pages)
{
	return mmap(NULL, pages * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void test_sized(void)
{
	unsigned long base = private();
	struct ub_row before = row();
	char *p = map(ROOM);
	int status, id;
	pid_t pid;

	ok(p != MAP_FAILED, "a shared mapping up to the barrier");
	ok_eq(row().held, ROOM, "held, untouched");
	ok_eq(row().maxheld, ROOM, "maxheld");
	ok_eq(private(), base + ROOM, "privvmpages");
	ok(map(1) == MAP_FAILED && errno == ENOMEM, "mmap at the barrier: ENOMEM");
	ok_eq(row().failcnt, before.failcnt + 1, "one failure");
	ok(shmget(IPC_PRIVATE, PAGE, 0600) < 0 && errno == ENOMEM, "shmget: ENOMEM");
	ok_eq(row().failcnt, before.failcnt + 2, "another failure");
	ok_eq(row().held, ROOM, "held after refusals");
	pid = fork();
	if (!pid) {
		p[0] = 1;
		_exit(row().held == ROOM ? 0 : 1);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid);
	ok(!status, "a child shares it");
	need(!munmap(p, ROOM * PAGE));
	ok_eq(row().held, 0, "held after munmap");
	id = shmget(IPC_PRIVATE, (ROOM - 1) * PAGE + 1, 0600);
	ok(id >= 0, "shmget");
	ok_eq(row().held, ROOM, "held, in whole pages");
	need(!shmctl(id, IPC_RMID, NULL));
	ok_eq(row().held, 0, "held after removal");
	ok_eq(private(), base, "privvmpages");
}

static void test_file(int fd, const char *what)
{
	unsigned long base = private();
	struct ub_row before = row();

	ok(pwrite(fd, zeros, ROOM * PAGE, 0) == (long)(ROOM * PAGE), "%s: write up to the barrier",
	   what);
	ok_eq(row().held, ROOM, "held");
	ok_eq(private(), base + ROOM, "privvmpages");
	ok_eq(row().failcnt, before.failcnt, "no failure");
	ok(pwrite(fd, zeros, 1, ROOM * PAGE) < 0 && errno == ENOSPC,
	   "%s: write at the barrier: ENOSPC", what);
	ok_eq(row().failcnt, before.failcnt + 1, "one failure though it asks twice");
	ok(pwrite(fd, zeros, PAGE, 0) == (long)PAGE, "%s: overwriting", what);
	need(!ftruncate(fd, 40 * PAGE));
	ok_eq(row().held, 40, "held after truncation");
	need(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 10 * PAGE));
	ok_eq(row().held, 30, "held after a hole was punched");
	ok(fallocate(fd, 0, 0, 2 * ROOM * PAGE) && errno == ENOSPC, "fallocate: ENOSPC");
	ok_eq(row().held, 30, "held after it");
	ok_eq(row().failcnt, before.failcnt + 2, "one failure more");
	need(!ftruncate(fd, 0));
	ok_eq(row().held, 0, "held of an empty file");
	ok_eq(private(), base, "privvmpages");
}

static sigjmp_buf fault;

static void on_bus(int sig)
{
	siglongjmp(fault, sig);
}

static void test_fault(int fd)
{
	struct sigaction bus = { .sa_handler = on_bus }, old;
	struct ub_row before = row();
	volatile size_t i = 0;
	char *p;

	need(!ftruncate(fd, 2 * ROOM * PAGE));
	ok_eq(row().held, 0, "a sparse file holds nothing");
	p = mmap(NULL, 2 * ROOM * PAGE, RW, MAP_SHARED, fd, 0);
	need(p != MAP_FAILED);
	need(!sigaction(SIGBUS, &bus, &old));
	if (!sigsetjmp(fault, 1))
		for (; i < 2 * ROOM; i++)
			p[i * PAGE] = 1;
	need(!sigaction(SIGBUS, &old, NULL));
	ok_eq(i, ROOM, "SIGBUS at the first page beyond the barrier");
	ok_eq(row().held, ROOM, "held");
	ok_eq(row().failcnt, before.failcnt + 1, "one failure");
	need(!munmap(p, 2 * ROOM * PAGE));
	ok_eq(row().held, ROOM, "the file keeps its pages");
	need(!ftruncate(fd, 0));
	ok_eq(row().held, 0, "and gives them back");
}

/* A full file system is not the beancounter's failure, nor the other row's. */
static void test_others(void)
{
	unsigned long base;
	struct ub_row before, priv;
	int fd;

	need(!mkdir("/tmp/vz-small", 0755) || errno == EEXIST);
	need(!mount("tmpfs", "/tmp/vz-small", "tmpfs", 0, "size=40k"));
	fd = open("/tmp/vz-small/f", O_CREAT | O_RDWR, 0600);
	need(fd >= 0);
	before = row();
	ok(pwrite(fd, zeros, 20 * PAGE, 0) == (long)(10 * PAGE), "a small tmpfs fills up");
	ok(pwrite(fd, zeros, 1, 10 * PAGE) < 0 && errno == ENOSPC, "and refuses: ENOSPC");
	ok_eq(row().failcnt, before.failcnt, "no failure of shmpages");
	ok_eq(row().held, 10, "held");
	need(!ftruncate(fd, 0));
	base = private();
	priv = ve_read_ub(ve, "privvmpages");
	need(!ve_set_ub(ve, "privvmpages", base + 5, base + 5));
	ok(pwrite(fd, zeros, 5 * PAGE, 0) == (long)(5 * PAGE), "up to privvmpages' barrier");
	ok(pwrite(fd, zeros, 1, 5 * PAGE) < 0 && errno == ENOSPC, "which refuses: ENOSPC");
	ok_eq(ve_read_ub(ve, "privvmpages").failcnt, priv.failcnt + 1, "a failure of privvmpages");
	ok_eq(row().failcnt, before.failcnt, "none of shmpages");
	ok_eq(row().held, 5, "held");
	need(!ve_set_ub(ve, "privvmpages", VE_MAX, VE_MAX));
	close(fd);
	need(!unlink("/tmp/vz-small/f"));
	ok_eq(row().held, 0, "held after unlink");
	fd = open("/tmp/vz-small/g", O_CREAT | O_RDWR, 0600);
	need(pwrite(fd, zeros, 3 * PAGE, 0) == (long)(3 * PAGE));
	close(fd);
	ok_eq(row().held, 3, "held by a file that nobody has open");
	need(!umount("/tmp/vz-small"));
	ok_eq(ve_wait_held(ve, "shmpages", 0), 0, "held after umount");
}

static void test_lower(int fd)
{
	need(pwrite(fd, zeros, 50 * PAGE, 0) == (long)(50 * PAGE));
	need(!ve_set_ub(ve, "shmpages", 10, 20));
	ok_eq(row().held, 50, "held above a lowered barrier");
	ok(pwrite(fd, zeros, 1, 50 * PAGE) < 0 && errno == ENOSPC, "nothing more");
	ok(pwrite(fd, zeros, PAGE, 0) == (long)PAGE, "what is there stays");
	need(!ve_set_ub(ve, "shmpages", ROOM, ROOM));
	need(!ftruncate(fd, 0));
}

static void test_drift(int fd)
{
	unsigned int seed = 1;
	char *p = NULL;
	size_t n = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		unsigned int at = rand_r(&seed) % (2 * ROOM);

		switch (rand_r(&seed) % 5) {
		case 0:
		case 1:
			(void)!pwrite(fd, zeros, PAGE * (1 + rand_r(&seed) % 8), at * PAGE);
			break;
		case 2:
			need(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					at * PAGE, PAGE * (1 + rand_r(&seed) % 30)));
			break;
		case 3:
			need(!ftruncate(fd, at * PAGE));
			break;
		default:
			if (p) {
				need(!munmap(p, n * PAGE));
				p = NULL;
			} else {
				n = 1 + rand_r(&seed) % 60;
				p = map(n);
				if (p == MAP_FAILED)
					p = NULL;
				else
					p[0] = 1;
			}
		}
	}
	if (p)
		need(!munmap(p, n * PAGE));
	need(!ftruncate(fd, 0));
	ok_eq(row().held, 0, "held after 10,000 random rounds");
	ok_eq(row().maxheld, ROOM, "the barrier was met and never passed");
}

static int kept;

static int body(const struct ve *this)
{
	unsigned long base;
	int fd, mem;

	ve = this;
	need(!mount("tmpfs", "/tmp", "tmpfs", 0, NULL));
	base = private();
	test_sized();
	mem = memfd_create("test", 0);
	need(mem >= 0);
	test_file(mem, "memfd");
	fd = open("/tmp/file", O_CREAT | O_RDWR, 0600);
	need(fd >= 0);
	test_file(fd, "tmpfs");
	test_fault(mem);
	test_lower(mem);
	test_others();
	test_drift(mem);
	close(fd);
	close(mem);
	ok_eq(private(), base, "privvmpages at the end");
	need(pwrite(kept, zeros, 7 * PAGE, 0) == (long)(7 * PAGE));
	ok_eq(row().held, 0, "a memfd of the host is the host's");
	fd = open("/tmp/left", O_CREAT | O_RDWR, 0600);
	need(pwrite(fd, zeros, 7 * PAGE, 0) == (long)(7 * PAGE));
	ok_eq(row().held, 7, "left at exit");
	return 0;
}

int main(void)
{
	struct ve v;

	kept = memfd_create("host", 0);
	need(kept >= 0);
	ve_setup(&v, 122);
	ok_eq(ve_set_ub(&v, "shmpages", ROOM, ROOM), 0, "set shmpages");
	ve_spawn(&v, body);
	ok_eq(ve_wait_held(&v, "shmpages", 0), 0, "held of a stopped VE");
	ok_eq(ve_wait_held(&v, "privvmpages", 0), 0, "privvmpages");
	close(kept);
	ve_teardown(&v);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
