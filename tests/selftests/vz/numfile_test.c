// SPDX-License-Identifier: GPL-2.0-only
/*
 * numfile: struct file, not descriptors; ENFILE at the barrier; the opener pays
 * as long as anybody, the host too, keeps the file open.
 */
#include "fd.h"

#define ROOM	40
#define ROUNDS	20000
#define CHURN	12	/* files that a process opens at most */
#define CHURNERS 6

static int passed[2];	/* socket pair made by the host */

static unsigned long held(const struct ve *ve)
{
	return ve_read_ub(ve, "numfile").held;
}

static void test_barrier(const struct ve *ve, unsigned long base)
{
	struct ub_row before = ve_read_ub(ve, "numfile"), row;
	int fds[ROOM], i, copy;

	need(!ve_set_ub(ve, "numfile", base + ROOM, base + 2 * ROOM));
	for (i = 0; i < ROOM; i++) {
		fds[i] = open("/", O_RDONLY | O_DIRECTORY);
		need(fds[i] >= 0);
	}
	i = open("/", O_RDONLY | O_DIRECTORY);
	ok(i < 0 && errno == ENFILE, "open at the barrier fails with ENFILE");
	i = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(i < 0 && errno == ENFILE, "so does socket");
	row = ve_read_ub(ve, "numfile");
	ok_eq(row.held, base + ROOM, "held at the barrier");
	ok_eq(row.maxheld, base + ROOM, "maxheld at the barrier");
	ok_eq(row.failcnt, before.failcnt + 2, "two failures");
	copy = dup(fds[0]);
	ok(copy >= 0, "dup needs no file");
	ok_eq(held(ve), base + ROOM, "and does not count");
	close(copy);
	for (i = 0; i < ROOM; i++)
		close(fds[i]);
	ok_eq(ve_wait_held(ve, "numfile", base), base, "held afterwards");
	need(!ve_set_ub(ve, "numfile", VE_MAX, VE_MAX));
}

/* Far below the peak: credits. */
static void test_drift(const struct ve *ve, unsigned long base)
{
	int fds[200], i, n;

	for (n = 0; n < 200; n++) {
		fds[n] = open("/", O_RDONLY | O_DIRECTORY);
		need(fds[n] >= 0);
	}
	for (i = 0; i < 200; i++)
		close(fds[i]);
	for (i = 0; i < ROUNDS; i++) {
		int fd = open("/", O_RDONLY | O_DIRECTORY);

		need(fd >= 0);
		if (i % 5 == 0)
			ve_sleep_ms(0);
		close(fd);
	}
	ok_eq(ve_wait_held(ve, "numfile", base), base, "held after many rounds");
	/* maxheld is the true peak even though credits were out. */
	ok_eq(ve_read_ub(ve, "numfile").maxheld, base + 200, "maxheld after many rounds");
}

/* Open and close random numbers of files. Return: 0, 1 for a wrong errno. */
static int churn(unsigned int seed)
{
	int fds[CHURN], i, k, n;

	for (i = 0; i < 400; i++) {
		n = 1 + rand_r(&seed) % CHURN;
		for (k = 0; k < n; k++) {
			fds[k] = open("/", O_RDONLY | O_DIRECTORY);
			if (fds[k] < 0 && errno != ENFILE)
				return 1;
		}
		for (k = 0; k < n; k++)
			if (fds[k] >= 0)
				close(fds[k]);
	}
	return 0;
}

/* Several CPUs at the barrier and below it, the barrier moving. */
static void test_parallel(const struct ve *ve, unsigned long base)
{
	struct ub_row row;
	int i, status, bad = 0;

	for (i = 0; i < CHURNERS; i++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid)
			_exit(churn(i + 1));
	}
	for (i = 0; i < 100; i++) {
		need(!ve_set_ub(ve, "numfile", base + 10 + i, base + 110));
		ve_sleep_ms(1);
	}
	need(!ve_set_ub(ve, "numfile", base + 30, base + 30));
	while (wait(&status) > 0)
		bad += status != 0;
	ok_eq(bad, 0, "processes at the barrier together that went wrong");
	ok_eq(ve_wait_held(ve, "numfile", base), base, "held after them");
	row = ve_read_ub(ve, "numfile");
	ok(row.maxheld <= base + CHURNERS * CHURN, "no false peak: %lu", row.maxheld);
	need(!ve_set_ub(ve, "numfile", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	unsigned long base;
	int fd;

	fd = open("/", O_RDONLY | O_DIRECTORY);
	need(fd >= 0);
	close(fd);
	base = ve_wait_held(ve, "numfile", 0);
	ok_eq(base, 0, "files that the host opened are the host's");
	test_barrier(ve, base);
	test_parallel(ve, base);
	test_drift(ve, base);
	fd = open("/", O_RDONLY | O_DIRECTORY);
	need(fd >= 0);
	send_fd(passed[1], fd);
	return 0;
}

int main(void)
{
	struct ve ve;
	int fd;

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, passed));
	ve_setup(&ve, 102);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numfile", 1), 1, "a file in flight to the host is still the VE's");
	fd = receive_fd(passed[0]);
	ok_eq(held(&ve), 1, "a file that the host keeps open, too");
	close(fd);
	ok_eq(ve_wait_held(&ve, "numfile", 0), 0, "held when the host has closed it");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
