// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VE's cgroup subtree.
 *
 * CRIU recreates only cgroups that hold tasks, and none of cgroup v2's
 * settings. But the VE's systemd watches files of empty cgroups too, so all
 * directories are made before CRIU runs, controllers are switched on in its
 * post-setup-namespaces notification (before that, CRIU's first move of the
 * root task into payload fails with EBUSY; later, watched files of
 * controllers are missing), and settings are written when all tasks are
 * where they belong.
 *
 * A new directory's files belong to the fsuid that made it; files that come
 * with a controller belong to the fsuid that switched it on. So both are done
 * with the ids the VE had.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "checkpoint/cgtree.h"
#include "checkpoint/rates.h"
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"

/* Of all settings and attributes: a VE's root chooses how many there are. */
#define CG_MAX_BYTES	(64 << 20)

struct collect {
	VeState *s;
	size_t bytes;
};

/*
 * Settings and their value in a new cgroup. Of the VE's own only another value is
 * stored; of <id> all, because the tools give a new one what the configuration says.
 */
static const struct {
	const char *name, *fresh;
} knobs[] = {
	{ "cgroup.type", "domain" },
	{ "cgroup.subtree_control", "" },
	{ "cgroup.max.depth", "max" },
	{ "cgroup.max.descendants", "max" },
	{ "cpu.weight", "100" },
	{ "cpu.idle", "0" },
	{ "cpu.max", "max 100000" },
	{ "cpu.max.burst", "0" },
	{ "cpuset.cpus", "" },
	{ "cpuset.mems", "" },
	{ "cpuset.cpus.partition", "member" },
	{ "io.weight", "default 100" },
	{ "io.bfq.weight", "default 100" },
	{ "io.max", "" },
	{ "io.latency", "" },
	{ "memory.min", "0" },
	{ "memory.low", "0" },
	{ "memory.high", "max" },
	{ "memory.max", "max" },
	{ "memory.oom.group", "0" },
	{ "memory.swap.high", "max" },
	{ "memory.swap.max", "max" },
	{ "memory.zswap.max", "max" },
	{ "memory.zswap.writeback", "1" },
	{ "pids.max", "max" },
	{ "ve.cpus", "max" },
	{ "ve.ub.iolimit", "max" },
	{ "ve.ub.iopslimit", "max" },
};

/* Written apart from the others, or by the kernel's own will. */
static bool knob_is_structure(const char *name)
{
	return !strcmp(name, "cgroup.type") || !strcmp(name, "cgroup.subtree_control");
}

bool ckpt_cg_is_knob(const char *name)
{
	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++)
		if (!strcmp(knobs[i].name, name))
			return true;
	return false;
}

static bool dir_is_host(const VeCgDir *d)
{
	return !d->path[0];
}

static int add_knob(struct collect *c, VeCgDir *d, const char *name, const void *value, size_t len,
		    bool xattr)
{
	VeCgKnob **more, *k;

	c->bytes += strlen(name) + len;
	if (c->bytes > CG_MAX_BYTES)
		return -E2BIG;
	more = realloc(d->knob, (d->n_knob + 1) * sizeof(*more));
	k = malloc(sizeof(*k));

	if (more)
		d->knob = more;
	if (!more || !k) {
		free(k);
		return -ENOMEM;
	}
	ve_cg_knob__init(k);
	k->name = strdup(name);
	k->value.data = malloc(len + 1);
	if (!k->name || !k->value.data) {
		free(k->name);
		free(k->value.data);
		free(k);
		return -ENOMEM;
	}
	memcpy(k->value.data, value, len);
	k->value.data[len] = '\0';
	k->value.len = len;
	k->has_xattr = k->xattr = xattr;
	d->knob[d->n_knob++] = k;
	return 0;
}

static int read_knobs(struct collect *c, int fd, VeCgDir *d)
{
	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		cleanup_free char *text = NULL;
		int err = vz_read_at(fd, knobs[i].name, &text, NULL);

		/* Not there: its controller is off. EOPNOTSUPP: not in this kind of cgroup. */
		if (err == -ENOENT || err == -EOPNOTSUPP)
			continue;
		if (err)
			return err;
		if (!dir_is_host(d) && !strcmp(text, knobs[i].fresh))
			continue;
		err = add_knob(c, d, knobs[i].name, text, strlen(text), false);
		if (err)
			return err;
	}
	return 0;
}

/* systemd keeps notes on its cgroups in user.* attributes; others may keep more. */
static int read_xattrs(struct collect *c, int fd, VeCgDir *d)
{
	cleanup_free char *list = malloc(XATTR_LIST_MAX), *value = malloc(XATTR_SIZE_MAX + 1);
	ssize_t n;

	if (!list || !value)
		return -ENOMEM;
	n = flistxattr(fd, list, XATTR_LIST_MAX);
	if (n < 0)
		return errno == EOPNOTSUPP ? 0 : -errno;
	for (char *p = list; p < list + n; p += strlen(p) + 1) {
		ssize_t len = fgetxattr(fd, p, value, XATTR_SIZE_MAX);
		int err;

		if (len < 0 && errno == ENODATA)
			continue;
		if (len < 0)
			return -errno;
		err = add_knob(c, d, p, value, len, true);
		if (err)
			return err;
	}
	return 0;
}

static int add_dir(void *arg, int fd, const char *path)
{
	struct collect *c = arg;
	VeState *s = c->s;
	struct stat dir, maker, procs;
	VeCgDir **more, *d;
	int err;

	if (s->n_cgroup == CKPT_CG_MAX_DIRS)
		return -E2BIG;
	c->bytes += strlen(path);
	if (fstat(fd, &dir) || fstatat(fd, "cgroup.stat", &maker, 0) ||
	    fstatat(fd, "cgroup.procs", &procs, 0))
		return -errno;
	more = realloc(s->cgroup, (s->n_cgroup + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	s->cgroup = more;
	d = malloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	ve_cg_dir__init(d);
	s->cgroup[s->n_cgroup++] = d;
	d->path = strdup(path);
	if (!d->path) {
		/* Without a path it could not be freed as a message. */
		s->n_cgroup--;
		free(d);
		return -ENOMEM;
	}
	d->uid = dir.st_uid;
	d->gid = dir.st_gid;
	d->mode = dir.st_mode & 07777;
	d->maker_uid = maker.st_uid;
	d->maker_gid = maker.st_gid;
	d->procs_uid = procs.st_uid;
	d->procs_gid = procs.st_gid;
	err = read_knobs(c, fd, d);
	return err ? err : read_xattrs(c, fd, d);
}

static int open_base(unsigned int id)
{
	char path[PATH_MAX];
	int fd = open(vz_cgroup_path(path, id, ""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int ckpt_cg_collect(unsigned int id, VeState *s, struct vz_err *e)
{
	cleanup_close int base = open_base(id);
	struct collect c = { .s = s };
	int err = base < 0 ? base : add_dir(&c, base, "");

	/* Parents come before their children: the order in which they are made again. */
	if (!err)
		err = vz_cgtree_walk(base, "payload", add_dir, &c);
	if (err == -E2BIG)
		return vz_error(e, VZ_CHKPNT, err,
				"the cgroups of VE %u are too many, or their settings "
				"and attributes more than %d MiB",
				id, CG_MAX_BYTES >> 20);
	return err ? vz_error_sys(e, VZ_CHKPNT, err, "read the cgroup tree of VE %u", id) : 0;
}

static void fsid(uint32_t uid, uint32_t gid)
{
	setfsgid(gid);
	setfsuid(uid);
}

/* To whom a cgroup was given he has its files; those that are not there yet come later. */
static int give_files(int fd, const VeCgDir *d)
{
	if (d->procs_uid == d->maker_uid && d->procs_gid == d->maker_gid)
		return 0;
	return vz_cgroup_give_files(fd, d->procs_uid, d->procs_gid);
}

static int open_dir(int base, const VeCgDir *d)
{
	int fd = openat(base, d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : fd;
}

static int make_dir(int base, const VeCgDir *d)
{
	cleanup_close int fd = -1;
	int err = 0;

	fsid(d->maker_uid, d->maker_gid);
	if (mkdirat(base, d->path, d->mode & 0777) && errno != EEXIST)
		err = -errno;
	fsid(0, 0);
	if (err)
		return err;
	fd = open_dir(base, d);
	if (fd < 0)
		return fd;
	if (fchown(fd, d->uid, d->gid) || fchmod(fd, d->mode))
		return -errno;
	return give_files(fd, d);
}

int ckpt_cg_clear(unsigned int id, struct vz_err *e)
{
	cleanup_close int base = open_base(id);
	int err = base == -ENOENT ? 0 : base < 0 ? base : vz_cgtree_remove(base, "payload");

	return err ? vz_error_sys(e, VZ_RESTORE, err, "remove the old cgroups of VE %u", id) : 0;
}

int ckpt_cg_make(unsigned int id, const VeState *s, struct vz_err *e)
{
	cleanup_close int base = open_base(id);

	if (base < 0)
		return vz_error_sys(e, VZ_RESTORE, base, "open the cgroup of VE %u", id);
	for (size_t i = 0; i < s->n_cgroup; i++) {
		const VeCgDir *d = s->cgroup[i];
		int err = dir_is_host(d) ? 0 : make_dir(base, d);

		if (err)
			return vz_error_sys(e, VZ_RESTORE, err, "VE %u: make cgroup %s", id,
					    d->path);
	}
	return 0;
}

static int write_at(int base, const char *dir, const char *name, const void *text, size_t len)
{
	cleanup_free char *path = NULL;
	cleanup_close int fd = -1;

	if (asprintf(&path, "%s%s%s", dir, dir[0] ? "/" : "", name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = openat(base, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		return errno ? -errno : -EIO;
	return 0;
}

/* "cpu memory" -> "+cpu +memory" */
static char *enable_list(const VeCgKnob *k)
{
	cleanup_free char *names = strndup((char *)k->value.data, k->value.len);
	char *out = calloc(1, 2 * k->value.len + 3), *save, *w;

	if (!names || !out) {
		free(out);
		return NULL;
	}
	for (w = strtok_r(names, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		strcat(out, "+");
		strcat(out, w);
		strcat(out, " ");
	}
	return out;
}

static const VeCgKnob *find_knob(const VeCgDir *d, const char *name)
{
	for (size_t i = 0; i < d->n_knob; i++)
		if (!d->knob[i]->xattr && !strcmp(d->knob[i]->name, name))
			return d->knob[i];
	return NULL;
}

/* Whose the files of controllers are in the cgroups below: who made these; if none, who may. */
static void owner_below(const VeState *s, size_t at, uint32_t *uid, uint32_t *gid)
{
	const VeCgDir *d = s->cgroup[at];
	size_t len = strlen(d->path);

	*uid = d->procs_uid;
	*gid = d->procs_gid;
	for (size_t i = at + 1; i < s->n_cgroup; i++) {
		const VeCgDir *below = s->cgroup[i];

		if (strncmp(below->path, d->path, len) || below->path[len] != '/')
			continue;
		*uid = below->maker_uid;
		*gid = below->maker_gid;
		return;
	}
}

/*
 * The file may be somebody's to whom the cgroup was given (systemd does that with the one of
 * a user), so it is opened as root; the kernel looks at who writes.
 */
static int switch_on(int base, const VeState *s, size_t at, const char *name, const char *text)
{
	cleanup_free char *path = NULL;
	cleanup_close int fd = -1;
	uint32_t uid, gid;
	int err = 0;

	if (asprintf(&path, "%s/%s", s->cgroup[at]->path, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = openat(base, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	owner_below(s, at, &uid, &gid);
	fsid(uid, gid);
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	fsid(0, 0);
	return err;
}

/* Files of controllers are there since these were switched on. */
static int give_all(int base, unsigned int id, const VeState *s, struct vz_err *e)
{
	for (size_t i = 0; i < s->n_cgroup; i++) {
		const VeCgDir *d = s->cgroup[i];
		cleanup_close int fd = dir_is_host(d) ? -1 : open_dir(base, d);
		int err = dir_is_host(d) ? 0 : fd < 0 ? fd : give_files(fd, d);

		if (err)
			return vz_error_sys(e, VZ_RESTORE, err, "VE %u: give away cgroup %s", id,
					    d->path);
	}
	return 0;
}

int ckpt_cg_subtree_control(unsigned int id, const VeState *s, struct vz_err *e)
{
	cleanup_close int base = open_base(id);

	if (base < 0)
		return vz_error_sys(e, VZ_RESTORE, base, "open the cgroup of VE %u", id);
	for (size_t i = 0; i < s->n_cgroup; i++) {
		const VeCgDir *d = s->cgroup[i];
		const VeCgKnob *k = find_knob(d, "cgroup.subtree_control");
		cleanup_free char *text = NULL;
		int err;

		if (dir_is_host(d) || !k)
			continue;
		text = enable_list(k);
		if (!text)
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "VE %u", id);
		err = switch_on(base, s, i, k->name, text);
		if (err)
			return vz_error_sys(e, VZ_RESTORE, err,
					    "VE %u: switch on '%s' in cgroup %s", id, text,
					    d->path);
	}
	return give_all(base, id, s, e);
}

static int write_knob(int base, const VeCgDir *d, const VeCgKnob *k)
{
	cleanup_close int fd = -1;
	cleanup_free char *lines = NULL;
	char *line, *save;

	if (k->xattr) {
		fd = openat(base, d->path[0] ? d->path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || fsetxattr(fd, k->name, k->value.data, k->value.len, 0))
			return -errno;
		return 0;
	}
	/* io.max and io.weight have a line a device, and take one a write. */
	lines = strndup((char *)k->value.data, k->value.len);
	if (!lines)
		return -ENOMEM;
	for (line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		int err = write_at(base, d->path, k->name, line, strlen(line));

		if (err)
			return err;
	}
	return 0;
}

/* What would slow CRIU down; memory.max and memory.swap.max of <id> are rows of the beancounter. */
static bool knob_presses(const VeCgDir *d, const char *name)
{
	return ckpt_is_rate(name) || (dir_is_host(d) && !strcmp(name, "memory.high"));
}

static bool knob_is_row(const VeCgDir *d, const char *name)
{
	return dir_is_host(d) && (!strcmp(name, "memory.max") || !strcmp(name, "memory.swap.max"));
}

static int write_one(int base, const VeCgDir *d, const VeCgKnob *k, unsigned int id,
		     struct vz_err *e)
{
	int err = write_knob(base, d, k);

	/* A device of io.max that this host does not have. */
	if (!err || err == -ENODEV)
		return 0;
	/* An IO scheduler, or a controller that nobody asked for here. */
	if (err == -ENOENT && dir_is_host(d)) {
		vz_debug("VE %u: this host has no %s", id, k->name);
		return 0;
	}
	return vz_error_sys(e, VZ_RESTORE, err, "VE %u: write cgroup %s/%s", id, d->path, k->name);
}

int ckpt_cg_knobs(unsigned int id, const VeState *s, bool pressing, struct vz_err *e)
{
	cleanup_close int base = open_base(id);

	if (base < 0)
		return vz_error_sys(e, VZ_RESTORE, base, "open the cgroup of VE %u", id);
	for (size_t i = 0; i < s->n_cgroup; i++) {
		const VeCgDir *d = s->cgroup[i];

		for (size_t n = 0; n < d->n_knob; n++) {
			const VeCgKnob *k = d->knob[n];
			int err;

			if (knob_is_structure(k->name) || knob_is_row(d, k->name) ||
			    knob_presses(d, k->name) != pressing)
				continue;
			err = write_one(base, d, k, id, e);
			if (err)
				return err;
		}
	}
	return 0;
}

char *ckpt_cg_value(const VeState *s, const char *name)
{
	for (size_t i = 0; i < s->n_cgroup; i++) {
		const VeCgKnob *k =
			dir_is_host(s->cgroup[i]) ? find_knob(s->cgroup[i], name) : NULL;

		if (k)
			return strndup((char *)k->value.data, k->value.len);
	}
	return NULL;
}
