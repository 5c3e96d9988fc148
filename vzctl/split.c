// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host divided into equal parts. What is given away in all is not more than
 * the host has, its own share left out. No state.
 */
#include "libvz/value.h"
#include "vzctl/split.h"

#define PAGE		4096
#define MB		1048576.0

#define HOST_RAM	(96 * MB)	/* the host's own programs */
#define HOST_PART	0.05		/* or this part of a large one */
#define KERNEL_PART	0.4		/* of a VE's RAM may be kernel memory */
#define LEAST_PROCS	24		/* a small system needs that many */
#define PER_PROC	(72 * 1024.0)	/* kernel memory of a process with its files */

static struct vz_limit both(double v)
{
	return (struct vz_limit){ true, (long)v, (long)v };
}

static struct vz_limit pair(double barrier, double limit)
{
	return (struct vz_limit){ true, (long)barrier, (long)limit };
}

static struct vz_limit open_above(double barrier)
{
	return (struct vz_limit){ true, (long)barrier, VZ_UNLIMITED };
}

/* Counts that hang together: processes, files, sockets, terminals. */
static void counts(struct limits *l, double procs)
{
	l->ub[UB_NUMPROC] = both(procs * 2);
	l->avnumproc = both(procs);
	l->ub[UB_NUMFILE] = both(procs * 2 * 32);
	l->ub[UB_NUMTCPSOCK] = both(procs * 2);
	l->ub[UB_NUMOTHERSOCK] = both(procs * 2);
	l->ub[UB_NUMFLOCK] = pair(procs, procs * 1.1);
	l->ub[UB_NUMPTY] = both(procs < 160 ? 16 : procs < 2550 ? procs / 10 : 255);
	l->ub[UB_NUMSIGINFO] = both(procs < 512 ? 512 : procs);
	l->ub[UB_NUMIPTENT] = both(256);
}

/* Ram and swap; the rows that follow from them, as "vzctl set --ram" makes them. */
static void vswap_rows(struct limits *l, double ram, double swap)
{
	l->ub[UB_PHYSPAGES] = pair(0, ram);
	l->ub[UB_SWAPPAGES] = pair(0, swap);
	l->ub[UB_LOCKEDPAGES] = open_above(ram);
	l->ub[UB_OOMGUARPAGES] = open_above(ram);
	l->ub[UB_VMGUARPAGES] = open_above((long)ram + (long)swap);
	l->ub[UB_PRIVVMPAGES] = open_above(0);
	l->ub[UB_PRIVVMPAGES].barrier = VZ_UNLIMITED;
}

/* Row by row. Half of the kernel memory is for processes, a part for names, a part for buffers. */
static void classic_rows(struct limits *l, double ram, double swap, double kernel)
{
	double procs = l->avnumproc.barrier, socks = procs * 2 * 2560;
	double buf = kernel / 10;

	l->ub[UB_PHYSPAGES] = open_above(0);
	l->ub[UB_SWAPPAGES] = open_above(0);
	l->ub[UB_DCACHESIZE] =
		pair(l->ub[UB_NUMFILE].barrier * 400.0, l->ub[UB_NUMFILE].barrier * 440.0);
	l->ub[UB_KMEMSIZE] = pair(kernel / 2 + l->ub[UB_DCACHESIZE].limit,
				  kernel * 0.55 + l->ub[UB_DCACHESIZE].limit);
	l->ub[UB_TCPSNDBUF] = pair(buf, buf + socks);
	l->ub[UB_TCPRCVBUF] = pair(buf, buf + socks);
	l->ub[UB_OTHERSOCKBUF] = pair(buf, buf + socks);
	l->ub[UB_DGRAMRCVBUF] = both(buf);
	l->ub[UB_LOCKEDPAGES] = both(kernel / PAGE / 10);
	l->ub[UB_SHMPAGES] = both(ram / 4);
	l->ub[UB_OOMGUARPAGES] = open_above(ram);
	l->ub[UB_VMGUARPAGES] = open_above(ram + swap);
	l->ub[UB_PRIVVMPAGES] = pair((ram + swap) * 1.5, (ram + swap) * 1.65);
}

bool split_host(const struct host *h, long ves, bool vswap, struct limits *l)
{
	double own = h->ram * HOST_PART > HOST_RAM ? h->ram * HOST_PART : HOST_RAM;
	double ram = (h->ram - own) / ves, swap = h->swap / ves;
	double kernel = ram * KERNEL_PART;
	double procs = kernel / 2 / PER_PROC;

	*l = (struct limits){ 0 };
	if (h->tasks > 0 && procs > h->tasks / ves / 2)
		procs = h->tasks / ves / 2;
	if (ram <= 0 || procs < LEAST_PROCS)
		return false;
	counts(l, (long)procs);
	if (vswap)
		vswap_rows(l, ram / PAGE, swap / PAGE);
	else
		classic_rows(l, ram / PAGE, swap / PAGE, kernel);
	return true;
}
