// SPDX-License-Identifier: GPL-2.0-only
#include "row.h"

unsigned long row_held(const struct ve *ve, const char *name)
{
	return ve_read_ub(ve, name).held;
}

void row_test_bounds(const struct ve *ve, const struct row *row)
{
	struct ub_row before = ve_read_ub(ve, row->name), now;
	int handles[5], i, got;

	need(!ve_set_ub(ve, row->name, before.held + 5 * row->unit, before.held + 9 * row->unit));
	for (i = 0; i < 5; i++) {
		handles[i] = row->make();
		need(handles[i] >= 0);
	}
	got = row->make();
	ok(got < 0 && errno == row->err, "%s: refused at the barrier with %s", row->name,
	   strerrorname_np(row->err));
	now = ve_read_ub(ve, row->name);
	ok_eq(now.held, before.held + 5 * row->unit, "held at the barrier");
	ok(now.maxheld >= now.held, "maxheld %lu at the barrier", now.maxheld);
	ok_eq(now.failcnt, before.failcnt + 1, "failures");
	if (now.held > before.maxheld)
		ok_eq(now.maxheld, now.held, "a new peak is exact");

	need(!ve_set_ub(ve, row->name, before.held, before.held));
	got = row->make();
	ok(got < 0 && errno == row->err, "a barrier below held refuses");
	now = ve_read_ub(ve, row->name);
	ok_eq(now.held, before.held + 5 * row->unit, "and frees nothing");
	ok_eq(now.failcnt, before.failcnt + 2, "failures");

	for (i = 0; i < 5; i++)
		row->drop(handles[i]);
	ok_eq(ve_wait_held(ve, row->name, before.held), before.held, "held afterwards");
	got = row->make();
	ok(got < 0 && errno == row->err, "and nothing fits still");
	need(!ve_set_ub(ve, row->name, VE_MAX, VE_MAX));
	got = row->make();
	ok(got >= 0, "until the barrier is lifted");
	row->drop(got);
	ok_eq(ve_wait_held(ve, row->name, before.held), before.held, "held in the end");
}

void row_test_random(const struct ve *ve, const struct row *row, int rounds)
{
	struct ub_row before = ve_read_ub(ve, row->name);
	unsigned long held, barrier = ROW_MANY;
	int handles[ROW_MANY], i, n = 0, peak = 0, wrong = 0, refused = 0;
	unsigned int seed = 42;

	for (i = 0; i < rounds && !wrong; i++) {
		if (i % 64 == 0) {
			barrier = 1 + rand_r(&seed) % ROW_MANY;
			need(!ve_set_ub(ve, row->name, before.held + barrier * row->unit,
					before.held + barrier * row->unit));
		}
		if (rand_r(&seed) % 5 < (i / 128 % 2 ? 3 : 2)) {
			if (n)
				row->drop(handles[--n]);
			continue;
		}
		if (n == ROW_MANY)
			continue;
		handles[n] = row->make();
		if (handles[n] >= 0) {
			n++;
		} else {
			wrong += errno != row->err;
			refused++;
		}
		peak = n > peak ? n : peak;
		if (i % 16)
			continue;
		held = ve_wait_held(ve, row->name, before.held + n * row->unit);
		wrong += held != before.held + n * row->unit;
	}
	ok(!wrong, "%s: %d random rounds, %d refusals, %d went wrong", row->name, i,
	   refused, wrong);
	ok(refused > 0, "some were refused");
	while (n)
		row->drop(handles[--n]);
	ok_eq(ve_wait_held(ve, row->name, before.held), before.held, "held after them");
	held = ve_read_ub(ve, row->name).maxheld;
	ok(held >= before.held + peak * row->unit && held >= before.maxheld,
	   "maxheld %lu covers the peak %d", held, peak);
	need(!ve_set_ub(ve, row->name, VE_MAX, VE_MAX));
}

static void row_worker(const struct row *row, struct row_team *team, int me)
{
	unsigned int seed = 42 + me;
	int handles[ROW_EACH], n = 0, i;
	bool over;

	do {
		pthread_barrier_wait(&team->start);
		/* Written before the barrier only. */
		over = team->over;
		for (i = 0; i < ROW_STEPS && !over; i++) {
			if (n == ROW_EACH || (n && rand_r(&seed) % 2)) {
				row->drop(handles[--n]);
				continue;
			}
			handles[n] = row->make();
			if (handles[n] >= 0) {
				n++;
			} else {
				team->wrong[me] += errno != row->err;
				team->refused[me]++;
			}
		}
		while (over && n)
			row->drop(handles[--n]);
		team->n[me] = n;
		pthread_barrier_wait(&team->end);
	} while (!over);
	_exit(0);
}

static struct row_team *row_team_start(const struct row *row)
{
	struct row_team *team = mmap(NULL, sizeof(*team), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_barrierattr_t shared;
	pid_t pid;
	int i;

	need(team != MAP_FAILED);
	need(!pthread_barrierattr_init(&shared));
	need(!pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED));
	need(!pthread_barrier_init(&team->start, &shared, ROW_WORKERS + 1));
	need(!pthread_barrier_init(&team->end, &shared, ROW_WORKERS + 1));
	for (i = 0; i < ROW_WORKERS; i++) {
		pid = fork();
		need(pid >= 0);
		if (!pid)
			row_worker(row, team, i);
	}
	return team;
}

void row_test_team(const struct ve *ve, const struct row *row, int rounds)
{
	struct row_team *team = row_team_start(row);
	struct ub_row before = ve_read_ub(ve, row->name);
	unsigned long barrier, held, sum;
	int i, k, wrong = 0, refused = 0, status;
	unsigned int seed = 1;

	for (i = 0; i < rounds && !wrong; i += ROW_WORKERS * ROW_STEPS) {
		for (k = 0, sum = 0; k < ROW_WORKERS; k++)
			sum += team->n[k];
		/* Never below what is there: what it lets in is then exact. */
		barrier = sum + ROW_WORKERS / 2 + rand_r(&seed) % (ROW_WORKERS * ROW_EACH);
		need(!ve_set_ub(ve, row->name, before.held + barrier * row->unit,
				before.held + barrier * row->unit));
		pthread_barrier_wait(&team->start);
		pthread_barrier_wait(&team->end);
		for (k = 0, sum = 0; k < ROW_WORKERS; k++)
			sum += team->n[k];
		held = ve_wait_held(ve, row->name, before.held + sum * row->unit);
		wrong += held != before.held + sum * row->unit || sum > barrier;
	}
	team->over = true;
	pthread_barrier_wait(&team->start);
	pthread_barrier_wait(&team->end);
	for (k = 0; k < ROW_WORKERS; k++) {
		wrong += team->wrong[k];
		refused += team->refused[k];
		need(wait(&status) > 0 && !status);
	}
	ok(!wrong, "%s: %d random rounds by %d at a time, %d refusals, %d went wrong", row->name,
	   i, ROW_WORKERS, refused, wrong);
	ok(refused > 0, "some were refused");
	ok_eq(ve_wait_held(ve, row->name, before.held), before.held, "held after them");
	need(!ve_set_ub(ve, row->name, VE_MAX, VE_MAX));
	need(!munmap(team, sizeof(*team)));
}

void row_test_exit(const struct ve *ve, const struct row *row)
{
	unsigned long base = row_held(ve, row->name);
	int status, i;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		for (i = 0; i < 3; i++)
			if (row->make() < 0)
				_exit(1);
		_exit(row_held(ve, row->name) >= base + 3 * row->unit ? 0 : 2);
	}
	need(waitpid(pid, &status, 0) == pid);
	ok(!status, "%s: a child makes three", row->name);
	ok_eq(ve_wait_held(ve, row->name, base), base, "held after its exit");
}

pid_t ve_init_pid(const struct ve *ve)
{
	char path[128];
	pid_t pid = 0;
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "%s/payload/cgroup.procs", ve->dir);
	f = fopen(path, "r");
	need(f);
	while (fscanf(f, "%d", &n) == 1)
		if (n != ve->keeper)
			pid = n;
	fclose(f);
	need(pid);
	return pid;
}

void private_tmp(void)
{
	need(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("none", "/tmp", "tmpfs", 0, NULL));
}
