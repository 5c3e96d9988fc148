// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl top: what running VEs use just now, the busiest first. A row is the
 * difference between two looks; nothing is kept, no lock is taken.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/report.h"
#include "libvz/state.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/cmd_top.h"
#include "vzctl/ctx.h"
#include "vzctl/ids.h"
#include "vzctl/options.h"
#include "vzctl/ubc_text.h"

#define STEP_MS	100

/* Counters of one VE at one look; times in microseconds. */
struct use {
	unsigned int id;
	uint64_t when, cpu, read, write;
	struct vz_ub_row ub[UB_NR_RESOURCES];
};

struct uses {
	struct use *use;
	size_t n;
};

/* One VE as it is shown: between two looks. */
struct row {
	const struct use *now;
	double cpu, read, write;	/* percent of a processor; bytes a second */
};

struct args {
	bool batch;
	long rounds, seconds;		/* rounds 0: for ever */
	enum format format;
};

static uint64_t number_of(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = text; p && *p; p = strchr(p, '\n')) {
		p += strspn(p, " \t\n");
		if (!strncmp(p, name, n) && strchr(" \t", p[n]))
			return strtoull(p + n, NULL, 10);
	}
	return 0;
}

static bool read_use(unsigned int id, struct use *u)
{
	cleanup_free char *cpu = NULL, *io = NULL;
	char path[64];

	memset(u, 0, sizeof(*u));
	u->id = id;
	u->when = vz_now_us();
	if (!vz_ve_occupied(id) || vz_cgroup_read(id, "cpu.stat", &cpu, NULL) ||
	    vz_ub_read(id, u->ub, NULL))
		return false;
	u->cpu = number_of(cpu, "usage_usec");
	snprintf(path, sizeof(path), "/proc/bc/%u/ioacct", id);
	if (!vz_read_file(path, &io)) {
		u->read = number_of(io, "read");
		u->write = number_of(io, "write");
	}
	return true;
}

static int look(const struct ids *wanted, struct uses *u, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = vz_cgroup_ids(&ids), i;

	u->n = 0;
	u->use = calloc(n + 1, sizeof(*u->use));
	if (!u->use)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "vzctl top");
	for (i = 0; i < n; i++)
		if (ids_has(wanted, ids[i]) && read_use(ids[i], &u->use[u->n]))
			u->n++;
	return 0;
}

/* A VE that was started again counts from 0. */
static double rate(uint64_t was, uint64_t is, double seconds)
{
	return is > was && seconds > 0 ? (is - was) / seconds : 0;
}

static struct row row_of(const struct uses *before, const struct use *now)
{
	struct row r = { .now = now };

	for (size_t i = 0; i < before->n; i++) {
		const struct use *was = &before->use[i];
		double seconds = (now->when - was->when) / 1e6;

		if (was->id != now->id)
			continue;
		r.cpu = rate(was->cpu, now->cpu, seconds) / 1e4;
		r.read = rate(was->read, now->read, seconds);
		r.write = rate(was->write, now->write, seconds);
	}
	return r;
}

static int by_cpu(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? 1 : -1;
	return x->now->id < y->now->id ? -1 : x->now->id > y->now->id;
}

static double percent(const struct vz_ub_row *r)
{
	return r->limit == VZ_UNLIMITED || !r->limit ? -1 : 100.0 * r->held / r->limit;
}

static void put_row(const struct row *r)
{
	const struct vz_ub_row *mem = &r->now->ub[UB_PHYSPAGES];
	char text[5][32], share[16] = "-";

	if (percent(mem) >= 0)
		snprintf(share, sizeof(share), "%.1f", percent(mem));
	printf("%10u %7.1f %9s %6s %9s %6ld %9s %9s\n", r->now->id, r->cpu,
	       ub_value_text(UB_PHYSPAGES, mem->held, false, text[0]), share,
	       ub_value_text(UB_SWAPPAGES, r->now->ub[UB_SWAPPAGES].held, false, text[1]),
	       r->now->ub[UB_NUMPROC].held,
	       ub_value_text(UB_KMEMSIZE, (long)r->read, false, text[2]),
	       ub_value_text(UB_KMEMSIZE, (long)r->write, false, text[3]));
}

static void put_csv(const struct row *r)
{
	printf("%u,%.1f,%ld,%ld,%ld,%ld,%.0f,%.0f\n", r->now->id, r->cpu,
	       r->now->ub[UB_PHYSPAGES].held, r->now->ub[UB_PHYSPAGES].limit,
	       r->now->ub[UB_SWAPPAGES].held, r->now->ub[UB_NUMPROC].held, r->read, r->write);
}

static json_t *row_json(const struct row *r)
{
	return json_pack("{s:I, s:f, s:I, s:I, s:I, s:I, s:f, s:f}", "ctid",
			 (json_int_t)r->now->id, "cpu_percent", r->cpu, "physpages",
			 (json_int_t)r->now->ub[UB_PHYSPAGES].held, "physpages_limit",
			 (json_int_t)r->now->ub[UB_PHYSPAGES].limit, "swappages",
			 (json_int_t)r->now->ub[UB_SWAPPAGES].held, "numproc",
			 (json_int_t)r->now->ub[UB_NUMPROC].held, "read_bytes_per_second", r->read,
			 "write_bytes_per_second", r->write);
}

static void put_head(const struct args *a)
{
	if (a->format == FORMAT_CSV)
		printf("ctid,cpu_percent,physpages,physpages_limit,swappages,numproc,"
		       "read_bytes_per_second,write_bytes_per_second\n");
	if (a->format != FORMAT_TABLE)
		return;
	if (!a->batch)
		fputs("\033[H\033[J", stdout);
	printf("%10s %7s %9s %6s %9s %6s %9s %9s\n", "CTID", "CPU%", "MEMORY", "LIMIT%", "SWAP",
	       "NPROC", "READ/S", "WRITE/S");
}

static int show(const struct args *a, const struct uses *before, const struct uses *now,
		struct vz_err *e)
{
	cleanup_free struct row *rows = calloc(now->n + 1, sizeof(*rows));
	json_t *list = a->format == FORMAT_JSON ? json_array() : NULL;

	if (!rows)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "vzctl top");
	for (size_t i = 0; i < now->n; i++)
		rows[i] = row_of(before, &now->use[i]);
	qsort(rows, now->n, sizeof(*rows), by_cpu);
	put_head(a);
	for (size_t i = 0; i < now->n; i++) {
		if (list)
			json_array_append_new(list, row_json(&rows[i]));
		else if (a->format == FORMAT_CSV)
			put_csv(&rows[i]);
		else
			put_row(&rows[i]);
	}
	/* A round is a line. */
	if (list) {
		json_dumpf(list, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
		putchar('\n');
		json_decref(list);
	}
	return 0;
}

static int take(int opt, void *arg, struct vz_err *e)
{
	struct args *a = arg;

	switch (opt) {
	case 'b': a->batch = true; return 0;
	case 'n': return take_number(optarg, "rounds", 1, 1000000000, &a->rounds, e);
	case 'd': return take_number(optarg, "delay", 1, 3600, &a->seconds, e);
	default: return take_format(optarg, &a->format, e);
	}
}

static void pause_for(long seconds)
{
	int64_t end = vz_now_ms() + seconds * 1000;

	while (vz_now_ms() < end && !vz_interrupted())
		usleep(STEP_MS * 1000);
}

static int rounds(const struct args *a, const struct ids *wanted, struct vz_err *e)
{
	struct uses before, now;
	int ret = look(wanted, &before, e);

	for (long i = 0; !ret && (!a->rounds || i < a->rounds); i++) {
		pause_for(a->seconds);
		if (vz_interrupted())
			break;
		ret = look(wanted, &now, e);
		if (ret)
			break;
		ret = show(a, &before, &now, e);
		free(before.use);
		before = now;
		if (fflush(stdout))
			break;
	}
	free(before.use);
	return ret;
}

int cmd_top(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option options[] = {
		{ "batch", no_argument, NULL, 'b' }, { "rounds", required_argument, NULL, 'n' },
		{ "delay", required_argument, NULL, 'd' },
		{ "format", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	struct args a = { .seconds = 2 };
	struct ids wanted = { 0 };
	int ret = ids_take(argc, argv, options, take, &a, &wanted, e);

	/* For a program it is one answer. */
	if (!isatty(STDOUT_FILENO) || a.format != FORMAT_TABLE)
		a.batch = true;
	if (a.batch && !a.rounds)
		a.rounds = 1;
	vz_catch_signals();
	if (!ret)
		ret = rounds(&a, &wanted, e);
	free(wanted.id);
	return ret;
}
