// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A round reads what the VE's processes have of their own, and their shared memory
 * that is no file, and sends the pages that the destination does not know. A process
 * may write, map and end meanwhile: what is read is a guess of what will be wanted,
 * and never more. Only their page tables are looked at, through PAGEMAP_SCAN; nobody
 * is stopped.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "checkpoint/criu/page-sum.h"
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/mappings.h"
#include "vzmigrate/pages.h"
#include "vzmigrate/source_limit.h"
#include "vzmigrate/source_memory.h"
#include "vzmigrate/source_state.h"
#include "vzmigrate/wire.pb-c.h"

#define ROUNDS_MAX	6
#define SETTLED_BYTES	(512U << 10)
#define AT_ONCE		(WIRE_RAW_MAX / PAGES_SIZE)
#define REGIONS		256
/* The kernel takes no end beyond what a process can have. */
#define USER_END	((1ULL << 47) - PAGES_SIZE)

struct round {
	struct mig_src *s;
	struct vz_err *e;
	uint8_t *in, *out;		/* AT_ONCE pages each */
	size_t nout;
	uint64_t fresh, looked;		/* pages */
	dev_t shared;			/* where shared memory without a file is */
};

/* The kernel's own tmpfs. 0: not known. */
static dev_t shared_memory(void)
{
	cleanup_close int fd = memfd_create("", MFD_CLOEXEC);
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_dev;
}

static int flush(struct round *r)
{
	Wire__Done m = WIRE__DONE__INIT;
	size_t n = r->nout;

	r->nout = 0;
	return n ? wire_send(&r->s->w, WIRE_PAGES, &m.base, r->out, n * PAGES_SIZE, r->e) : 0;
}

static int take_page(struct round *r, const uint8_t *page)
{
	bool fresh;

	r->looked++;
	pages_learn(r->s->pages, page, &fresh);
	if (!fresh)
		return 0;
	r->fresh++;
	memcpy(r->out + r->nout++ * PAGES_SIZE, page, PAGES_SIZE);
	return r->nout == AT_ONCE ? flush(r) : 0;
}

static int take_region(struct round *r, int pid, uint64_t start, uint64_t end)
{
	int ret = 0;

	while (!ret && start < end) {
		size_t len = end - start < WIRE_RAW_MAX ? end - start : WIRE_RAW_MAX;
		struct iovec local = { r->in, len }, remote = { (void *)start, len };
		ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);

		/* It is gone, or was never to be read: then it is not guessed. */
		if (n < PAGES_SIZE)
			return 0;
		for (ssize_t i = 0; !ret && i + PAGES_SIZE <= n; i += PAGES_SIZE)
			ret = take_page(r, r->in + i);
		start += len;
	}
	return ret;
}

/* Pages of a process in a range, of the categories that a mask and its inversion want. */
static int take_range(struct round *r, int pid, int pagemap, struct pm_scan_arg a)
{
	struct page_region region[REGIONS];
	int ret = 0;

	a.size = sizeof(a);
	a.vec = (uintptr_t)region;
	a.vec_len = REGIONS;
	a.return_mask = PAGE_IS_PRESENT;
	while (!ret && a.start < a.end) {
		int n = ioctl(pagemap, PAGEMAP_SCAN, &a);

		if (n < 0) {
			if (errno != ESRCH)
				vz_debug("memory of process %d: %s", pid, strerror(errno));
			return 0;
		}
		for (int i = 0; !ret && i < n; i++)
			ret = take_region(r, pid, region[i].start, region[i].end);
		if (a.walk_end <= a.start)
			break;
		a.start = a.walk_end;
	}
	return ret;
}

/* A process while its mappings are looked at. */
struct looked {
	struct round *r;
	int pid, pagemap;
};

/* Shared memory without a file: of a mapping, SysV or a memfd. */
static int take_shared(void *arg, const struct mapping *m)
{
	const struct pm_scan_arg all = {
		.start = m->start, .end = m->end, .category_mask = PAGE_IS_PRESENT,
	};
	struct looked *l = arg;

	if (m->perms[0] != 'r' || m->perms[3] != 's' || m->dev != l->r->shared)
		return 0;
	return take_range(l->r, l->pid, l->pagemap, all);
}

static int take_process(struct round *r, int pid)
{
	const uint64_t no = PAGE_IS_FILE | PAGE_IS_PFNZERO;
	const struct pm_scan_arg own = {
		.end = USER_END, .category_inverted = no, .category_mask = PAGE_IS_PRESENT | no,
	};
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	ret = take_range(r, pid, fd, own);
	return ret ? ret : mappings_walk(pid, take_shared, &(struct looked){ r, pid, fd });
}

static int take_cgroup(void *arg, int fd, const char *path)
{
	cleanup_free char *list = NULL;
	char *save = NULL, *line;
	int ret = vz_read_at(fd, "cgroup.procs", &list, NULL);

	if (ret)
		return ret == -EOPNOTSUPP || ret == -ENODEV ? 0 : ret;
	for (line = strtok_r(list, "\n", &save); line && !ret; line = strtok_r(NULL, "\n", &save))
		ret = take_process(arg, atoi(line));
	return ret;
}

static int one_round(struct round *r)
{
	char path[PATH_MAX];
	int ret;

	r->fresh = r->looked = 0;
	vz_cgroup_path(path, r->s->c->id, "payload");
	ret = vz_cgtree_walk(AT_FDCWD, path, take_cgroup, r);
	if (ret && !r->e->err)
		vz_error_sys(r->e, VZ_COPY, ret, "look at the memory of VE %u", r->s->c->id);
	return ret ? ret : flush(r);
}

int src_memory_rounds(struct mig_src *s, uint64_t *fresh, struct vz_err *e)
{
	cleanup_free uint8_t *in = malloc(WIRE_RAW_MAX), *out = malloc(WIRE_RAW_MAX);
	struct round r = { .s = s, .e = e, .in = in, .out = out, .shared = shared_memory() };
	uint64_t before = UINT64_MAX;
	int ret = 0;

	if (!in || !out)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	for (int i = 1; !ret && i <= ROUNDS_MAX; i++) {
		uint64_t start = vz_now_us();

		ret = one_round(&r);
		*fresh = r.fresh * PAGES_SIZE;
		s->memory_bytes += *fresh;
		s->rounds = i;
		vz_debug("memory, round %d: %" PRIu64 " KiB, %" PRIu64 " KiB new, %.2f s", i,
			 r.looked * PAGES_SIZE >> 10, *fresh >> 10, (vz_now_us() - start) / 1e6);
		if (!ret)
			limit_learn(s, *fresh, vz_now_us() - start);
		if (*fresh <= SETTLED_BYTES || *fresh > before / 5 * 4)
			break;
		before = *fresh;
	}
	return ret;
}

int src_memory_tell(void *arg, int images, struct vz_err *e)
{
	const struct mig_src *s = arg;
	cleanup_close int fd = openat(images, PAGE_KNOWN_FILE,
				      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int ret = fd < 0 ? -errno : pages_save(s->pages, fd);

	(void)e;
	if (!ret)
		return 0;
	vz_debug("VE %u: all of its memory is dumped: %s", s->c->id, strerror(-ret));
	unlinkat(images, PAGE_KNOWN_FILE, 0);
	return 0;
}
