// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One ring of perf records a processor, written by the kernel, read here; no
 * lock, one thread. The numbers are kept unsorted with duplicates, and made a
 * set when the array is full or asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "vzmigrate/changes.h"

#define ONLINE		"/sys/devices/system/cpu/online"
#define RING_PAGES	128	/* some 8000 changes on a processor between two looks */
#define SET_MIN		4096
#define SET_MAX		(1U << 22)
/* File times are as coarse as a clock tick: what has one of before is dirty again after it. */
#define TICK_US		60000

/*
 * An inode's time moves, and then the inode is marked dirty, or a handle of the
 * journal was begun for it: attributes and extended ones are written so.
 */
static const char *const events[] = {
	"events/ext4/ext4_mark_inode_dirty",
	"events/ext4/ext4_journal_start_inode",
};
#define NR_EVENTS	(sizeof(events) / sizeof(events[0]))

struct ring {
	int fd;
	unsigned int at;		/* of the number in a record */
	uint64_t lost;			/* records, when we began */
	struct perf_event_mmap_page *page;
	size_t size;			/* of the mapping */
	uint64_t tail;
};

struct changes {
	struct ring *ring;
	size_t nrings;
	char *online;			/* processors at the beginning */
	bool lost;
	uint64_t *ino;
	size_t n, cap;
};

/* ---- what the kernel offers ---------------------------------------------------- */

static int open_tracefs(void)
{
	cleanup_close int fs = fsopen("tracefs", FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0 || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	fd = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	return fd < 0 ? -errno : fd;
}

static int find_event(int dir, const char *event, uint64_t *id, unsigned int *at)
{
	cleanup_free char *number = NULL, *format = NULL;
	char path[128], *p;
	unsigned int size;
	int ret;

	snprintf(path, sizeof(path), "%s/id", event);
	ret = vz_read_at(dir, path, &number, NULL);
	snprintf(path, sizeof(path), "%s/format", event);
	if (ret)
		return ret;
	ret = vz_read_at(dir, path, &format, NULL);
	if (ret)
		return ret;
	*id = strtoull(number, NULL, 10);
	p = strstr(format, " ino;");
	if (!p || sscanf(p, " ino; offset:%u; size:%u;", at, &size) != 2 || size != 8)
		return -ENOTSUP;
	return 0;
}

static int ring_open(struct ring *r, int cpu, uint64_t id)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(a), .config = id,
		.sample_period = 1, .sample_type = PERF_SAMPLE_RAW,
		.read_format = PERF_FORMAT_LOST, .watermark = 1, .wakeup_watermark = UINT32_MAX,
	};

	r->fd = syscall(SYS_perf_event_open, &a, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (r->fd < 0)
		return -errno;
	r->size = (RING_PAGES + 1) * sysconf(_SC_PAGESIZE);
	r->page = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (r->page == MAP_FAILED) {
		int err = -errno;

		r->page = NULL;
		close(r->fd);
		return err;
	}
	return 0;
}

/* "0-3,8": one ring each. */
static int open_rings(struct changes *c, uint64_t id, unsigned int at)
{
	char *p = c->online;
	int ret = 0;

	while (!ret && *p) {
		unsigned long first = strtoul(p, &p, 10), last = first;

		if (*p == '-')
			last = strtoul(p + 1, &p, 10);
		for (; !ret && first <= last; first++) {
			struct ring *more = realloc(c->ring, (c->nrings + 1) * sizeof(*more));

			if (!more)
				return -ENOMEM;
			c->ring = more;
			more[c->nrings] = (struct ring){ .fd = -1, .at = at };
			ret = ring_open(&more[c->nrings], first, id);
			if (!ret)
				c->nrings++;
		}
		if (*p && *p != ',')
			break;
		p += *p == ',';
	}
	return ret;
}

static char *online_now(void)
{
	char *text = NULL;

	if (vz_read_file(ONLINE, &text))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

struct changes *changes_open(struct vz_err *e)
{
	struct changes *c = calloc(1, sizeof(*c));
	cleanup_close int dir = open_tracefs();
	int ret = c ? (dir < 0 ? dir : 0) : -ENOMEM;

	if (!ret) {
		c->online = online_now();
		ret = c->online ? 0 : -ENOENT;
	}
	for (size_t i = 0; !ret && i < NR_EVENTS; i++) {
		unsigned int at;
		uint64_t id;

		ret = find_event(dir, events[i], &id, &at);
		if (!ret)
			ret = open_rings(c, id, at);
	}
	if (!ret)
		return c;
	changes_close(c);
	vz_error_sys(e, VZ_BADKERNEL, ret, "this kernel does not tell which files change");
	return NULL;
}

void changes_close(struct changes *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nrings; i++) {
		munmap(c->ring[i].page, c->ring[i].size);
		close(c->ring[i].fd);
	}
	free(c->ring);
	free(c->online);
	free(c->ino);
	free(c);
}

/* ---- the numbers ---------------------------------------------------------------- */

static int compare(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static void make_set(struct changes *c)
{
	size_t n = 0;

	if (c->n)
		qsort(c->ino, c->n, sizeof(*c->ino), compare);
	for (size_t i = 0; i < c->n; i++)
		if (!n || c->ino[i] != c->ino[n - 1])
			c->ino[n++] = c->ino[i];
	c->n = n;
}

static void add(struct changes *c, uint64_t ino)
{
	if (c->n == c->cap) {
		uint64_t *more;

		make_set(c);
		if (c->n > c->cap / 2 || !c->cap) {
			size_t cap = c->cap ? c->cap * 2 : SET_MIN;

			more = cap > SET_MAX ? NULL : realloc(c->ino, cap * sizeof(*more));
			if (!more) {
				c->lost = true;
				c->n = 0;
				return;
			}
			c->ino = more;
			c->cap = cap;
		}
	}
	c->ino[c->n++] = ino;
}

static void copy_out(const struct ring *r, uint64_t pos, void *to, size_t len)
{
	const size_t size = r->page->data_size;
	const char *data = (const char *)r->page + r->page->data_offset;
	size_t at = pos % size, first = len < size - at ? len : size - at;

	memcpy(to, data + at, first);
	memcpy((char *)to + first, data, len - first);
}

static void take_record(struct changes *c, const struct ring *r, uint64_t pos,
			const struct perf_event_header *h)
{
	uint32_t len;
	uint64_t ino;

	if (h->type != PERF_RECORD_SAMPLE) {	/* lost, throttled, or what we do not know */
		c->lost = true;
		return;
	}
	copy_out(r, pos + sizeof(*h), &len, sizeof(len));
	if (r->at + sizeof(ino) > len || sizeof(*h) + sizeof(len) + len > h->size) {
		c->lost = true;
		return;
	}
	copy_out(r, pos + sizeof(*h) + sizeof(len) + r->at, &ino, sizeof(ino));
	add(c, ino);
}

static void take_ring(struct changes *c, struct ring *r)
{
	uint64_t head = __atomic_load_n(&r->page->data_head, __ATOMIC_ACQUIRE);

	while (r->tail < head) {
		struct perf_event_header h;

		copy_out(r, r->tail, &h, sizeof(h));
		if (h.size < sizeof(h)) {
			c->lost = true;
			r->tail = head;
			break;
		}
		take_record(c, r, r->tail, &h);
		r->tail += h.size;
	}
	__atomic_store_n(&r->page->data_tail, r->tail, __ATOMIC_RELEASE);
}

void changes_take(struct changes *c)
{
	for (size_t i = 0; c && i < c->nrings; i++)
		take_ring(c, &c->ring[i]);
}

/* A full ring says so in its next record, which may never come; the count is at once. */
static uint64_t lost_of(const struct ring *r)
{
	uint64_t value[2];

	return read(r->fd, value, sizeof(value)) == sizeof(value) ? value[1] : UINT64_MAX;
}

void changes_restart(struct changes *c)
{
	if (!c)
		return;
	changes_take(c);
	c->n = 0;
	c->lost = false;
	for (size_t i = 0; i < c->nrings; i++)
		c->ring[i].lost = lost_of(&c->ring[i]);
	usleep(TICK_US);
}

bool changes_list(struct changes *c, const uint64_t **ino, size_t *n)
{
	static const uint64_t none;
	cleanup_free char *now = online_now();

	*ino = NULL;
	*n = 0;
	if (!c)
		return false;
	for (size_t i = 0; i < c->nrings; i++)
		if (lost_of(&c->ring[i]) != c->ring[i].lost || c->ring[i].lost == UINT64_MAX)
			c->lost = true;
	changes_take(c);
	/* What a processor did that came later was not heard. */
	if (c->lost || !now || strcmp(now, c->online))
		return false;
	make_set(c);
	*ino = c->ino ? c->ino : &none;
	*n = c->n;
	return true;
}
