// SPDX-License-Identifier: GPL-2.0-or-later
/* Read anew at each call; no lock: the checks of the migration itself decide. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/state.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/room.h"
#include "vzmigrate/ssh.h"

#define ANSWER_MS	60000

/* ---- of this host -------------------------------------------------------------- */

static uint64_t memory_free(void)
{
	cleanup_file FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t kib;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1)
			return kib << 10;
	return 0;
}

static int disk_free(uint64_t *bytes, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	cleanup_free char *dir = NULL;
	struct statvfs v;
	char *slash;
	int ret = vz_conf_new(1, &c, e);

	if (ret)
		return ret;
	dir = strdup(c->private);
	slash = dir ? strrchr(dir, '/') : NULL;
	if (!slash)
		return vz_error(e, VZ_HOSTCONF, -EINVAL, "VE_PRIVATE is not usable");
	*slash = 0;
	if (statvfs(*dir ? dir : "/", &v))
		return vz_error_sys(e, VZ_HOSTCONF, -errno, "file system of %s", dir);
	*bytes = (uint64_t)v.f_bavail * v.f_frsize;
	return 0;
}

/* "NAME NUMBER" at the begin of a line. */
static uint64_t row(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (!strncmp(p, name, len) && p[len] == ' ')
			return strtoull(p + len, NULL, 10);
	return 0;
}

static uint64_t knob(unsigned int id, const char *file)
{
	cleanup_free char *text = NULL;
	struct vz_err ignored = { 0 };
	int ret = vz_cgroup_read(id, file, &text, &ignored);

	vz_error_free(&ignored);
	return ret ? 0 : strtoull(text, NULL, 10);
}

/* What it will need elsewhere: files that are only cached are read again there. */
static uint64_t memory_of(unsigned int id)
{
	cleanup_free char *text = NULL;
	struct vz_err ignored = { 0 };
	uint64_t held = knob(id, "memory.current"), files = 0;

	if (!vz_cgroup_read(id, "memory.stat", &text, &ignored))
		files = row(text, "file") - row(text, "shmem");
	vz_error_free(&ignored);
	return (held > files ? held - files : 0) + knob(id, "memory.swap.current");
}

static bool look_at(unsigned int id, struct room_ve *v)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };
	const char *generation;
	char path[PATH_MAX];
	int ret = vz_conf_load(id, &c, &e);

	*v = (struct room_ve){ .id = id };
	if (ret) {
		vz_error_free(&e);
		/* One that cannot be read takes the number all the same. */
		return !access(vz_conf_path(path, id), F_OK);
	}
	generation = vz_conf_get_own(c, "GENERATION");
	v->generation = generation ? strtoull(generation, NULL, 10) : 0;
	v->running = vz_ve_occupied(id);
	v->suspended = !v->running && vz_ve_suspended(c);
	v->memory = v->running	 ? memory_of(id)
		    : v->suspended ? ckpt_bytes(vz_dump_path(path, c))
				   : 0;
	return true;
}

int room_here(const unsigned int *ids, size_t n, struct room *r, struct vz_err *e)
{
	int ret;

	*r = (struct room){ .memory = memory_free() };
	ret = host_identity(r->host, e);
	if (ret)
		return ret;
	ret = disk_free(&r->disk, e);
	if (ret)
		return ret;
	r->ve = calloc(n + 1, sizeof(*r->ve));
	if (!r->ve)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		if (ids[i] && ids[i] <= VE_ID_MAX)
			r->n += look_at(ids[i], &r->ve[r->n]);
	return 0;
}

const struct room_ve *room_find(const struct room *r, unsigned int id)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ve[i].id == id)
			return &r->ve[i];
	return NULL;
}

void room_free(struct room *r)
{
	free(r->ve);
	*r = (struct room){ 0 };
}

/* ---- over the wire --------------------------------------------------------------- */

int room_tell(struct wire *w, const Wire__Room *asked, struct vz_err *e)
{
	cleanup_free Wire__Held *held = NULL;
	cleanup_free Wire__Held **list = NULL;
	Wire__Room m = WIRE__ROOM__INIT;
	struct room r;
	int ret = room_here(asked->veid, asked->n_veid, &r, e);

	if (ret)
		return ret;
	held = calloc(r.n + 1, sizeof(*held));
	list = calloc(r.n + 1, sizeof(*list));
	for (size_t i = 0; held && list && i < r.n; i++) {
		list[i] = &held[i];
		wire__held__init(&held[i]);
		held[i].veid = r.ve[i].id;
		held[i].generation = r.ve[i].generation;
		held[i].memory_bytes = r.ve[i].memory;
		held[i].running = r.ve[i].running;
		held[i].suspended = r.ve[i].suspended;
	}
	m.host = r.host;
	m.has_memory_bytes = m.has_disk_bytes = true;
	m.memory_bytes = r.memory;
	m.disk_bytes = r.disk;
	m.held = list;
	m.n_held = r.n;
	ret = held && list ? wire_send(w, WIRE_ROOM, &m.base, NULL, 0, e)
			   : vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	room_free(&r);
	return ret;
}

static int take(const Wire__Room *m, const char *host, struct room *r, struct vz_err *e)
{
	if (!m->host || strlen(m->host) != HOST_IDENTITY - 1)
		return vz_error(e, VZ_CONNECT, -EPROTO, "%s does not say which host it is", host);
	snprintf(r->host, sizeof(r->host), "%s", m->host);
	r->memory = m->memory_bytes;
	r->disk = m->disk_bytes;
	r->ve = calloc(m->n_held + 1, sizeof(*r->ve));
	if (!r->ve)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	for (size_t i = 0; i < m->n_held; i++)
		r->ve[r->n++] = (struct room_ve){
			.id = m->held[i]->veid, .generation = m->held[i]->generation,
			.memory = m->held[i]->memory_bytes, .running = m->held[i]->running,
			.suspended = m->held[i]->suspended,
		};
	return 0;
}

int room_ask(const char *host, const char *ssh, const unsigned int *ids, size_t n, struct room *r,
	     struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	struct ssh s = { .in = -1, .out = -1 };
	Wire__Room m = WIRE__ROOM__INIT;
	struct wire w;
	int ret = ssh_open(&s, host, ssh, e);

	*r = (struct room){ 0 };
	if (ret)
		return ret;
	wire_init(&w, s.in, s.out, host);
	w.timeout_ms = ANSWER_MS;
	m.veid = (uint32_t *)ids;
	m.n_veid = n;
	ret = wire_send(&w, WIRE_ROOM, &m.base, NULL, 0, e);
	ret = ret ? wire_why(&w, ret, e) : wire_expect(&w, WIRE_ROOM, &f, e);
	if (!ret)
		ret = take((const Wire__Room *)f.msg, host, r, e);
	else if (!w.peer_failed)
		ret = ssh_explain(&s, host, ret, e);
	wire_release(&w);
	ssh_close(&s);
	return ret;
}
