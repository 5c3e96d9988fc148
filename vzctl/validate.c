// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The consistency rules of beancounters ("UBC consistency check" of OpenVZ),
 * as far as they mean something to this kernel. No state.
 */
#include <stdio.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/conf.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/validate.h"

#define KMEM_PER_PROC	(40L * 1024)	/* stack, task, page tables */
#define FILES_PER_PROC	32L
#define DCACHE_PER_FILE	384L
#define BUFFER_PER_SOCK	2560L		/* one packet that must get through */
#define SMALL_TCPBUF	(64L * 1024)
#define SMALL_BUFFER	(129L * 1024)	/* one datagram of 64 KiB */

struct check {
	const struct limits *l;
	struct finding *out;
	size_t n;
};

static const struct vz_limit *of(const struct check *c, enum ub_resource r)
{
	return &c->l->ub[r];
}

static void find(struct check *c, enum finding_level level, enum ub_resource r, long barrier,
		 long limit, const char *why)
{
	struct finding *f = &c->out[c->n];

	if (c->n == FINDINGS_MAX)
		return;
	c->n++;
	f->level = level;
	f->r = r;
	f->to = (struct vz_limit){ true, barrier, limit < barrier ? barrier : limit };
	snprintf(f->text, sizeof(f->text), "%s", why);
}

static long times(long a, long b)
{
	return a > VZ_UNLIMITED / b ? VZ_UNLIMITED : a * b;
}

static long plus(long a, long b)
{
	return a > VZ_UNLIMITED - b ? VZ_UNLIMITED : a + b;
}

bool limits_vswap(const struct limits *l)
{
	return l->ub[UB_PHYSPAGES].set && l->ub[UB_PHYSPAGES].limit != VZ_UNLIMITED;
}

/* Half of those that are allowed, unless it is told. */
long limits_avnumproc(const struct limits *l)
{
	if (l->avnumproc.set)
		return l->avnumproc.barrier;
	return l->ub[UB_NUMPROC].barrier == VZ_UNLIMITED ? 0 : l->ub[UB_NUMPROC].barrier / 2;
}

/* A barrier of at least need; the limit keeps its distance. */
static void barrier_of(struct check *c, enum finding_level level, enum ub_resource r, long need,
		       const char *why)
{
	const struct vz_limit *l = of(c, r);

	if (l->set && l->barrier < need)
		find(c, level, r, need, l->limit == VZ_UNLIMITED ? VZ_UNLIMITED :
		     plus(need, l->limit - l->barrier), why);
}

/* Above the barrier, room for a packet of each socket. */
static void room_of(struct check *c, enum ub_resource buf, enum ub_resource socks, const char *why)
{
	const struct vz_limit *b = of(c, buf), *n = of(c, socks);
	long need;

	if (!b->set || !n->set || b->limit == VZ_UNLIMITED || n->barrier == VZ_UNLIMITED)
		return;
	need = plus(b->barrier, times(n->barrier, BUFFER_PER_SOCK));
	if (b->limit < need)
		find(c, FIND_WARNING, buf, b->barrier, need, why);
}

/* Rules of both modes. */
static void common(struct check *c)
{
	long procs = limits_avnumproc(c->l), need = times(procs, KMEM_PER_PROC);
	const struct vz_limit *dcache = of(c, UB_DCACHESIZE), *files = of(c, UB_NUMFILE);

	if (dcache->set && dcache->limit != VZ_UNLIMITED)
		need = plus(need, dcache->limit);
	barrier_of(c, FIND_ERROR, UB_KMEMSIZE, need,
		   "kmemsize.barrier should be 40 KiB for each expected process (avnumproc) and dcachesize.limit");
	barrier_of(c, FIND_WARNING, UB_NUMFILE, times(procs, FILES_PER_PROC),
		   "numfile should be 32 for each expected process (avnumproc)");
	if (files->set && files->barrier != VZ_UNLIMITED)
		barrier_of(c, FIND_WARNING, UB_DCACHESIZE, times(files->barrier, DCACHE_PER_FILE),
			   "dcachesize.barrier should be 384 bytes for each file of numfile");
	room_of(c, UB_TCPSNDBUF, UB_NUMTCPSOCK,
		"tcpsndbuf.limit should be 2.5 KiB for each socket of numtcpsock above its barrier");
	room_of(c, UB_TCPRCVBUF, UB_NUMTCPSOCK,
		"tcprcvbuf.limit should be 2.5 KiB for each socket of numtcpsock above its barrier");
	room_of(c, UB_OTHERSOCKBUF, UB_NUMOTHERSOCK,
		"othersockbuf.limit should be 2.5 KiB for each socket of numothersock above its barrier");
	barrier_of(c, FIND_RECOMMENDATION, UB_TCPSNDBUF, SMALL_TCPBUF,
		   "tcpsndbuf.barrier should be 64 KiB");
	barrier_of(c, FIND_RECOMMENDATION, UB_TCPRCVBUF, SMALL_TCPBUF,
		   "tcprcvbuf.barrier should be 64 KiB");
	barrier_of(c, FIND_RECOMMENDATION, UB_OTHERSOCKBUF, SMALL_BUFFER,
		   "othersockbuf.barrier should be 129 KiB, or no large datagram can be sent");
	barrier_of(c, FIND_RECOMMENDATION, UB_DGRAMRCVBUF, SMALL_BUFFER,
		   "dgramrcvbuf.barrier should be 129 KiB, or no large datagram can be received");
}

/* Row by row: all must be there, and memory is what was guaranteed at least. */
static void classic(struct check *c)
{
	static const enum ub_resource must[] = {
		UB_KMEMSIZE,	UB_LOCKEDPAGES,	 UB_PRIVVMPAGES,  UB_SHMPAGES,	 UB_NUMPROC,
		UB_PHYSPAGES,	UB_VMGUARPAGES,	 UB_OOMGUARPAGES, UB_NUMTCPSOCK, UB_NUMFLOCK,
		UB_NUMPTY,	UB_NUMSIGINFO,	 UB_TCPSNDBUF,	  UB_TCPRCVBUF,	 UB_OTHERSOCKBUF,
		UB_DGRAMRCVBUF, UB_NUMOTHERSOCK, UB_DCACHESIZE,	  UB_NUMFILE,	 UB_NUMIPTENT,
	};
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(must) / sizeof(must[0]); i++) {
		if (of(c, must[i])->set)
			continue;
		snprintf(text, sizeof(text), "%s is not set", vz_ub_name(must[i]));
		find(c, FIND_ERROR, must[i], must[i] == UB_PHYSPAGES ? 0 : VZ_UNLIMITED,
		     VZ_UNLIMITED, text);
	}
	if (of(c, UB_VMGUARPAGES)->set && of(c, UB_VMGUARPAGES)->barrier != VZ_UNLIMITED)
		barrier_of(c, FIND_WARNING, UB_PRIVVMPAGES, of(c, UB_VMGUARPAGES)->barrier,
			   "privvmpages.barrier should not be below the guarantee, vmguarpages.barrier");
}

static void vswap(struct check *c)
{
	const struct vz_limit *ram = of(c, UB_PHYSPAGES), *swap = of(c, UB_SWAPPAGES);
	const struct vz_limit *priv = of(c, UB_PRIVVMPAGES);
	long all = plus(ram->limit, swap->limit);

	if (!ram->set || ram->limit == VZ_UNLIMITED) {
		find(c, FIND_ERROR, UB_PHYSPAGES, 0, VZ_UNLIMITED,
		     "physpages.limit (ram) is not set");
		c->out[c->n - 1].to.set = false;
		return;
	}
	if (!swap->set) {
		find(c, FIND_ERROR, UB_SWAPPAGES, 0, ram->limit,
		     "swappages.limit (swap) is not set");
		return;
	}
	if (priv->set && priv->barrier < all)
		find(c, FIND_WARNING, UB_PRIVVMPAGES, all, VZ_UNLIMITED,
		     "privvmpages.barrier is below ram and swap, which cannot be used up then");
	if (of(c, UB_LOCKEDPAGES)->set && of(c, UB_LOCKEDPAGES)->barrier > ram->limit)
		find(c, FIND_RECOMMENDATION, UB_LOCKEDPAGES, ram->limit,
		     of(c, UB_LOCKEDPAGES)->limit, "lockedpages.barrier is above ram");
}

size_t limits_check(const struct limits *l, bool is_vswap, struct finding *out)
{
	struct check c = { l, out, 0 };

	if (is_vswap)
		vswap(&c);
	else
		classic(&c);
	common(&c);
	return c.n;
}
