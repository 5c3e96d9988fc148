// SPDX-License-Identifier: GPL-2.0-or-later
/* Sums over beancounters, as "UBC systemwide configuration" reckons them. No state. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/state.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/usage.h"

#define PAGE	4096.0

/* "MemTotal:   1024 kB" in bytes, negative when it is not there. */
static double kilobytes(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtod(p + strlen(name), NULL) * 1024 : -1;
}

bool host_parse(const char *meminfo, struct host *h)
{
	h->ram = kilobytes(meminfo, "MemTotal:");
	h->swap = kilobytes(meminfo, "SwapTotal:");
	if (h->swap < 0)
		h->swap = 0;
	return h->ram > 0;
}

static double number_in(const char *path)
{
	cleanup_free char *text = NULL;

	return vz_read_file(path, &text) ? 0 : strtod(text, NULL);
}

int host_read(struct host *h, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	double pids = number_in("/proc/sys/kernel/pid_max");
	int ret = vz_read_file("/proc/meminfo", &text);

	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read /proc/meminfo");
	if (!host_parse(text, h))
		return vz_error(e, VZ_SYSTEM, -EINVAL, "/proc/meminfo has no MemTotal");
	h->tasks = number_in("/proc/sys/kernel/threads-max");
	if (pids > 0 && (h->tasks <= 0 || pids < h->tasks))
		h->tasks = pids;
	return 0;
}

double host_pool(const struct host *h, enum pool p)
{
	return p == LOWMEM || p == RAM ? h->ram : h->ram + h->swap;
}

static double less(double a, double b)
{
	return a < b ? a : b;
}

static bool finite_limit(const struct vz_ub_row *r)
{
	return r->known && r->limit != VZ_UNLIMITED;
}

/* Kernel memory and socket buffers: held, and their limits (instead: one of them has none). */
static double kernel_held(const struct vz_ub_row *rows)
{
	return (double)rows[UB_KMEMSIZE].held + rows[UB_TCPSNDBUF].held + rows[UB_TCPRCVBUF].held +
	       rows[UB_OTHERSOCKBUF].held + rows[UB_DGRAMRCVBUF].held;
}

static double kernel_limit(const struct vz_ub_row *rows, double instead)
{
	static const enum ub_resource part[] = {
		UB_KMEMSIZE, UB_TCPSNDBUF, UB_TCPRCVBUF, UB_OTHERSOCKBUF, UB_DGRAMRCVBUF,
	};
	double sum = 0;
	size_t i;

	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		if (!finite_limit(&rows[part[i]]))
			return instead;
		sum += rows[part[i]].limit;
	}
	return sum;
}

/* A number of pages and kernel memory on top of it. */
static double with_kernel(const struct vz_ub_row *rows, bool known, long pages, double instead)
{
	double kernel = kernel_limit(rows, -1);

	if (!known || pages == VZ_UNLIMITED || kernel < 0)
		return instead;
	return pages * PAGE + kernel;
}

static double pages_or(const struct vz_ub_row *r, double instead)
{
	return finite_limit(r) ? r->limit * PAGE : instead;
}

void usage_of(const struct vz_ub_row rows[UB_NR_RESOURCES], const struct host *h, struct usage *u)
{
	double ram = pages_or(&rows[UB_PHYSPAGES], h->ram);
	double all = ram + pages_or(&rows[UB_SWAPPAGES], h->swap);
	double kernel = kernel_held(rows);
	const struct vz_ub_row *oom = &rows[UB_OOMGUARPAGES], *vm = &rows[UB_VMGUARPAGES];
	const struct vz_ub_row *priv = &rows[UB_PRIVVMPAGES];
	struct share *s = u->of;

	s[LOWMEM].now = kernel;
	s[LOWMEM].promised = s[LOWMEM].max = less(kernel_limit(rows, ram), ram);
	/* Kernel memory is in physpages already. */
	s[RAM].now = rows[UB_PHYSPAGES].held * PAGE;
	s[RAM].promised = s[RAM].max = ram;
	/* A kernel that does not count oomguarpages tells 0 for it. */
	if (oom->maxheld)
		s[MEMSWAP].now = oom->held * PAGE + kernel;
	else
		s[MEMSWAP].now = (rows[UB_PHYSPAGES].held + rows[UB_SWAPPAGES].held) * PAGE;
	s[MEMSWAP].promised = with_kernel(rows, oom->known, oom->barrier, all);
	s[MEMSWAP].max = all;
	s[ALLOC].now = priv->held * PAGE + kernel;
	s[ALLOC].promised = with_kernel(rows, vm->known, vm->barrier, all);
	s[ALLOC].max = with_kernel(rows, priv->known, priv->limit, all);
}

void usage_add(struct usage *sum, const struct usage *u)
{
	int p;

	for (p = 0; p < NR_POOLS; p++) {
		sum->of[p].now += u->of[p].now;
		sum->of[p].promised += u->of[p].promised;
		sum->of[p].max += u->of[p].max;
	}
}

int usage_rows(unsigned int id, struct vz_ub_row rows[UB_NR_RESOURCES], bool *running,
	       struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret;

	memset(rows, 0, UB_NR_RESOURCES * sizeof(*rows));
	*running = vz_ve_occupied(id);
	if (*running)
		return vz_ub_read(id, rows, e);
	ret = vz_conf_load(id, &c, e);
	if (!ret)
		vz_ub_of_conf(c, rows);
	return ret;
}

double cpu_bogomips(const char *cpuinfo)
{
	static const char name[] = "bogomips";
	double sum = 0;
	const char *p;

	for (p = cpuinfo; (p = strcasestr(p, name)); ) {
		p += strlen(name);
		p += strspn(p, " \t:");
		sum += strtod(p, NULL);
	}
	return sum;
}
