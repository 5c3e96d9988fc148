// SPDX-License-Identifier: GPL-2.0-only
/*
 * numflock: POSIX, open file description and flock locks and leases. ENOLCK at
 * the barrier, cutting a lock in two up to the limit, taking another's place
 * always. The count is that of the locks that there are, whatever was merged.
 */
#include "row.h"
#include <sys/file.h>

#define BYTES	40	/* of the file of the random test */
#define ROUNDS	10000

static int file = -1;		/* for POSIX locks */
static int host_file = -1;	/* opened by the host */
static bool used[ROW_MANY + 1];

static int range(int fd, int cmd, int type, off_t start, off_t len)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &fl);
}

/* Every other byte: neighbours would be merged. */
static int make_posix(void)
{
	int at = 0;

	while (used[at])
		at++;
	if (range(file, F_SETLK, F_WRLCK, 2 * at, 1))
		return -1;
	used[at] = true;
	return at;
}

static void drop_posix(int at)
{
	used[at] = false;
	need(!range(file, F_SETLK, F_UNLCK, 2 * at, 1));
}

static int make_ofd(void)
{
	int fd = memfd_create("ofd", 0);

	need(fd >= 0);
	if (!range(fd, F_OFD_SETLK, F_WRLCK, 0, 0))
		return fd;
	close(fd);
	errno = ENOLCK;
	return -1;
}

static int make_flock(void)
{
	int fd = memfd_create("flock", 0), err;

	need(fd >= 0);
	if (!flock(fd, LOCK_SH | LOCK_NB))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int make_lease(void)
{
	int fd = open("/tmp/leased", O_RDONLY | O_CREAT, 0600), err;

	need(fd >= 0);
	if (!fcntl(fd, F_SETLEASE, F_RDLCK))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static void drop_fd(int fd)
{
	close(fd);
}

static const struct row posix_row = { "numflock", ENOLCK, 1, make_posix, drop_posix };
static const struct row ofd_row = { "numflock", ENOLCK, 1, make_ofd, drop_fd };
static const struct row flock_row = { "numflock", ENOLCK, 1, make_flock, drop_fd };
static const struct row lease_row = { "numflock", ENOLCK, 1, make_lease, drop_fd };

static unsigned long held(const struct ve *ve)
{
	return row_held(ve, "numflock");
}

/* What is merged, replaced or cut at the barrier. */
static void test_replace(const struct ve *ve)
{
	unsigned long base = held(ve), failcnt;
	int fd = memfd_create("flock", 0);

	need(fd >= 0);
	need(!range(file, F_SETLK, F_WRLCK, 0, 10) && !range(file, F_SETLK, F_WRLCK, 20, 10));
	need(!flock(fd, LOCK_SH));
	ok_eq(held(ve), base + 3, "three locks");
	need(!ve_set_ub(ve, "numflock", base + 3, base + 4));
	failcnt = ve_read_ub(ve, "numflock").failcnt;
	ok(!range(file, F_SETLK, F_RDLCK, 0, 10), "another type in the same place at the barrier");
	ok(!flock(fd, LOCK_EX | LOCK_NB), "the same with flock");
	ok(!flock(fd, LOCK_EX | LOCK_NB), "once more the same lock");
	ok(!range(file, F_SETLK, F_WRLCK, 0, 10), "and back");
	ok_eq(held(ve), base + 3, "held");
	ok(!range(file, F_SETLK, F_WRLCK, 10, 10), "a lock that joins two");
	ok_eq(held(ve), base + 2, "held");
	ok(!range(file, F_SETLK, F_UNLCK, 12, 1), "unlocking the middle cuts it");
	ok(!range(file, F_SETLK, F_UNLCK, 4, 1), "once more, above the barrier");
	ok_eq(held(ve), base + 4, "held at the limit");
	ok_eq(ve_read_ub(ve, "numflock").failcnt, failcnt, "failures until now");
	ok(range(file, F_SETLK, F_UNLCK, 2, 1) && errno == ENOLCK, "not above the limit: ENOLCK");
	ok(range(file, F_SETLK, F_RDLCK, 6, 1) && errno == ENOLCK, "nor for another type in it");
	ok_eq(ve_read_ub(ve, "numflock").failcnt, failcnt + 2, "failures");
	ok_eq(held(ve), base + 4, "held");
	ok(range(host_file, F_SETLK, F_WRLCK, 0, 1) && errno == ENOLCK,
	   "the host's file is no way around");
	ok(!range(file, F_SETLK, F_UNLCK, 0, 0), "unlocking all");
	close(fd);
	ok_eq(ve_wait_held(ve, "numflock", base), base, "held afterwards");
	need(!ve_set_ub(ve, "numflock", VE_MAX, VE_MAX));
}

/* Somebody waits for a lock. */
static bool lock_waits(void)
{
	FILE *f = fopen("/proc/locks", "re");
	char line[256];
	bool found = false;

	need(f);
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, "->");
	fclose(f);
	return found;
}

/* A lock that waits is not charged until it is granted. */
static void test_blocked(const struct ve *ve)
{
	unsigned long base = held(ve);
	int status;
	pid_t pid;

	need(!range(file, F_SETLK, F_WRLCK, 0, 1));
	pid = fork();
	need(pid >= 0);
	if (!pid)
		_exit(range(file, F_SETLKW, F_WRLCK, 0, 1) ? errno : 0);
	ok(wait_until(lock_waits()), "a lock waits");
	ok_eq(held(ve), base + 1, "it does not count");
	need(!ve_set_ub(ve, "numflock", base, base));
	need(!range(file, F_SETLK, F_UNLCK, 0, 1));
	need(waitpid(pid, &status, 0) == pid);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == ENOLCK, "it is refused when it is its turn");
	ok_eq(held(ve), base, "held");
	need(!ve_set_ub(ve, "numflock", VE_MAX, VE_MAX));
}

/* Runs of equal type: as many locks as the kernel keeps. */
static int count_runs(const char *map)
{
	int i, n = 0;

	for (i = 0; i < BYTES; i++)
		n += map[i] && (!i || map[i] != map[i - 1]);
	return n;
}

static void test_ranges(const struct ve *ve)
{
	unsigned long base = held(ve), barrier = base + 10;
	char map[BYTES] = { 0 }, next[BYTES];
	int i, refused = 0, wrong = 0, before, after;
	unsigned int seed = 7;

	need(!ve_set_ub(ve, "numflock", barrier, barrier));
	for (i = 0; i < ROUNDS; i++) {
		static const int types[] = { F_UNLCK, F_RDLCK, F_WRLCK };
		int at = rand_r(&seed) % BYTES, len = 1 + rand_r(&seed) % 6;
		int type = rand_r(&seed) % 3, ret;

		if (at + len > BYTES)
			len = BYTES - at;
		memcpy(next, map, BYTES);
		memset(next + at, type, len);
		before = count_runs(map);
		after = count_runs(next);
		ret = range(file, F_SETLK, types[type], at, len);
		if (!ret) {
			memcpy(map, next, BYTES);
			wrong += after > 10 && after > before;
		} else {
			refused++;
			wrong += errno != ENOLCK || after <= 10;
		}
		if (i % 8 == 0)
			wrong += held(ve) != base + count_runs(map);
	}
	ok(!wrong, "%d random ranges, %d refused, %d went wrong", ROUNDS, refused, wrong);
	ok(refused > 0, "some were refused");
	need(!range(file, F_SETLK, F_UNLCK, 0, 0));
	ok_eq(held(ve), base, "held after them");
	need(!ve_set_ub(ve, "numflock", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	private_tmp();
	file = memfd_create("posix", 0);
	need(file >= 0);
	ok_eq(held(ve), 0, "held in the beginning");
	row_test_bounds(ve, &posix_row);
	row_test_bounds(ve, &ofd_row);
	row_test_bounds(ve, &flock_row);
	row_test_bounds(ve, &lease_row);
	test_replace(ve);
	test_blocked(ve);
	row_test_exit(ve, &posix_row);
	row_test_exit(ve, &flock_row);
	row_test_random(ve, &posix_row, ROUNDS);
	row_test_random(ve, &flock_row, ROUNDS);
	test_ranges(ve);
	/* Stays when we end: the file is the host's. */
	need(!flock(host_file, LOCK_EX));
	ok_eq(held(ve), 1, "a lock on the host's file is the VE's");
	return 0;
}

int main(void)
{
	struct ve ve;

	host_file = memfd_create("host", 0);
	need(host_file >= 0);
	ve_setup(&ve, 131);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numflock", 1), 1, "and still is when the VE has stopped");
	close(host_file);
	ok_eq(ve_wait_held(&ve, "numflock", 0), 0, "until the host closes the file");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
