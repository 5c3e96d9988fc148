// SPDX-License-Identifier: GPL-2.0-or-later
/* No state: the hosts' figures are those of the begin, and all that was sent since counts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "vzmigrate/evacuate_plan.h"

/* As the destination's own check has it. */
#define SPARE	(64ULL << 20)
#define MIB(n)	((unsigned long long)(n) >> 20)

static const char *const names[] = {
#define EVAC_POLICY_NAME(sym, word)	[EVAC_##sym] = word,
	EVAC_POLICIES(EVAC_POLICY_NAME)
#undef EVAC_POLICY_NAME
};

const char *evac_policy_name(enum evac_policy p)
{
	return names[p];
}

enum evac_policy evac_policy_find(const char *word)
{
	int p = 0;

	while (p < EVAC_NR_POLICIES && strcmp(word, names[p]))
		p++;
	return p;
}

struct need {
	uint64_t lasting, passing, disk;
};

/* A suspended VE's memory is on the disk; it is read back where it goes on. */
static struct need need_of(const struct evac_ve *v)
{
	struct need n = { .disk = v->disk + v->memory + SPARE };

	if (v->running || v->dumped)
		n.lasting = v->memory;
	if (v->running && v->policy == EVAC_LIVE && v->result == EVAC_OPEN)
		n.passing = v->memory;
	return n;
}

static uint64_t less(uint64_t have, uint64_t used)
{
	return have > used ? have - used : 0;
}

/* What host h has left for ve[i]; in the end: when what is on its way has arrived. */
static struct need left(const struct evac_host *h, int index, const struct evac_ve *ve, size_t n,
			size_t i)
{
	struct need have = { .lasting = less(h->room.memory, SPARE), .disk = h->room.disk };
	struct need used = { 0 };

	for (size_t k = 0; k < n; k++) {
		struct need one;

		if (k == i || ve[k].host != index ||
		    (ve[k].result != EVAC_OPEN && ve[k].result != EVAC_MOVED))
			continue;
		one = need_of(&ve[k]);
		used.lasting += one.lasting;
		used.passing += one.passing;
		used.disk += ve[k].disk + (ve[k].result == EVAC_OPEN ? ve[k].memory : 0);
	}
	have.passing = less(have.lasting, used.lasting + used.passing);
	have.lasting = less(have.lasting, used.lasting);
	have.disk = less(have.disk, used.disk);
	return have;
}

static void say_lack(FILE *f, const struct evac_host *h, const struct evac_ve *v,
		     const struct need *have, const struct need *want)
{
	const char *more = ftell(f) > 0 ? "; " : "";

	if (room_find(&h->room, v->id))
		fprintf(f, "%s%s has a VE %u", more, h->name, v->id);
	else if (have->disk < want->disk)
		fprintf(f, "%s%s has %llu MiB of disk left, %llu are needed", more, h->name,
			MIB(have->disk), MIB(want->disk));
	else
		fprintf(f, "%s%s has %llu MiB of memory left, %llu are needed", more, h->name,
			MIB(have->lasting), MIB(want->lasting + want->passing));
}

int evac_choose(const struct evac_host *hosts, size_t nhosts, const struct evac_ve *ve, size_t n,
		size_t i, char **why)
{
	const struct need want = need_of(&ve[i]);
	int best = EVAC_NONE;
	uint64_t most = 0;
	size_t len;
	FILE *f = open_memstream(why, &len);

	for (size_t k = 0; k < nhosts; k++) {
		const struct need have = left(&hosts[k], k, ve, n, i);

		if (ve[i].tried & (1U << k))
			continue;
		if (room_find(&hosts[k].room, ve[i].id) || have.disk < want.disk ||
		    have.lasting < want.lasting + want.passing) {
			if (f)
				say_lack(f, &hosts[k], &ve[i], &have, &want);
			continue;
		}
		if (have.passing < want.lasting + want.passing) {
			best = best == EVAC_NONE ? EVAC_WAIT : best;
		} else if (best < 0 || have.passing > most) {
			best = k;
			most = have.passing;
		}
	}
	if (f)
		fclose(f);
	return best;
}
