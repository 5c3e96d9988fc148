// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mounts that CRIU does not dump, or dumps and cannot restore: file systems that it does not
 * know, what is mounted on or bound from the folder of a process in /proc, which is not there
 * when mounts are made, sockets that are bound elsewhere, and parts of one group of a tmpfs that
 * is mounted nowhere as a whole. All are looked for before anything is frozen or copied.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/stat.h>
#include "checkpoint/lost_kind.h"
#include "checkpoint/lost_mounts.h"
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/report.h"
#include "libvz/state.h"

/* A line of mountinfo: "36 35 0:5 ROOT POINT OPTIONS [optional...] - TYPE SOURCE ...". */
struct mounted {
	unsigned int id, parent;
	unsigned int group, master;	/* of propagation, 0: none */
	char dev[32], type[64], *root, *point;
	pid_t pid;
};

struct mounts {
	struct mounted *m;
	size_t n, room;
};

/* Types with what opens them. */
static const struct lost_kind lost[] = {
	{ "fuse", "feature fuse" },
	{ "fuseblk", "feature fuse" },
	{ "overlay", "feature overlay or nesting" },
	{ "bpf", "feature bpf" },
	{ "nsfs", "a namespace that is kept by a name, as \"ip netns\" does" },
};

/*
 * File systems whose parts CRIU binds from one that it mounts as a whole. A part of a tmpfs
 * becomes one of its own, unless it hands mounts on to another part.
 */
static const char *const whole[] = { "proc", "sysfs", "devpts", "mqueue" };

/* "fuse.sshfs" is one of fuse. */
static const struct lost_kind *find(const char *type)
{
	return lost_kind_find(lost, sizeof(lost) / sizeof(*lost), type, strcspn(type, "."));
}

static void free_mounts(struct mounts *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->m[i].root);
		free(all->m[i].point);
	}
	free(all->m);
}

/* Of a field before the end of a line's first part, 0 when it has none. */
static unsigned int number_behind(const char *line, const char *end, const char *field)
{
	const char *at = strstr(line, field);

	return at && at < end ? strtoul(at + strlen(field), NULL, 10) : 0;
}

/* A line that is none is passed over. */
static int add(struct mounts *all, pid_t pid, const char *line)
{
	const char *type = strstr(line, " - ");
	struct mounted m = { .pid = pid };

	if (type) {
		m.group = number_behind(line, type, " shared:");
		m.master = number_behind(line, type, " master:");
	}
	if (!type || sscanf(type + 3, "%63s", m.type) != 1 ||
	    sscanf(line, "%u %u %31s %ms %ms", &m.id, &m.parent, m.dev, &m.root, &m.point) != 5) {
		free(m.root);
		free(m.point);
		return 0;
	}
	if (all->n == all->room) {
		const size_t room = all->room ? 2 * all->room : 64;
		struct mounted *more = reallocarray(all->m, room, sizeof(*more));

		if (!more) {
			free(m.root);
			free(m.point);
			return -ENOMEM;
		}
		all->m = more;
		all->room = room;
	}
	all->m[all->n++] = m;
	return 0;
}

/* Those of one namespace. It may be gone with its process. */
static int list(struct mounts *all, pid_t pid)
{
	cleanup_file FILE *f = NULL;
	cleanup_free char *line = NULL;
	char path[64];
	size_t room = 0;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	f = fopen(path, "re");
	while (f && !err && getline(&line, &room, f) > 0)
		err = add(all, pid, line);
	return err;
}

/* The device of the VE's root, which it may have mounted elsewhere too: layout overlay. */
static void root_device(unsigned int id, char dev[32])
{
	struct mounts of_init = {};

	*dev = '\0';
	if (!list(&of_init, vz_ve_init(id)))
		/* The last one at "/" is what its init has as root. */
		for (size_t i = 0; i < of_init.n; i++)
			if (!strcmp(of_init.m[i].point, "/"))
				strcpy(dev, of_init.m[i].dev);
	free_mounts(&of_init);
}

static bool of_process(const char *in_proc)
{
	return *in_proc == '/' && isdigit((unsigned char)in_proc[1]);
}

/* Is it on the folder of a process, or from there? */
static bool goes_with_process(const struct mounts *all, const struct mounted *m)
{
	if (!strcmp(m->type, "proc") && of_process(m->root))
		return true;
	for (size_t i = 0; i < all->n; i++) {
		const struct mounted *up = &all->m[i];
		const size_t len = strlen(up->point);

		if (up->id == m->parent && !strcmp(up->type, "proc") && !strcmp(up->root, "/") &&
		    !strncmp(m->point, up->point, len))
			return of_process(m->point + len);
	}
	return false;
}

/* Is one of the two below the other, or the same? */
static bool is_within(const struct mounted *a, const struct mounted *b)
{
	const size_t len = strlen(a->root) < strlen(b->root) ? strlen(a->root) : strlen(b->root);

	return !strncmp(a->root, b->root, len) && strchr("/", a->root[len]) &&
	       strchr("/", b->root[len]);
}

/* Does what is mounted on one of two other folders come to the other? */
static bool hands_on(const struct mounted *m, const struct mounted *to)
{
	return (m->group && (to->group == m->group || to->master == m->group)) ||
	       (m->master && to->master == m->master);
}

static bool is_part_of_nothing(const struct mounts *all, const struct mounted *m)
{
	bool tmpfs = !strcmp(m->type, "tmpfs"), known = tmpfs, found = !tmpfs;

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		known |= !strcmp(m->type, whole[i]);
	if (!known || !strcmp(m->root, "/"))
		return false;
	for (size_t i = 0; i < all->n; i++) {
		const struct mounted *other = &all->m[i];

		if (strcmp(other->dev, m->dev))
			continue;
		if (!strcmp(other->root, "/"))
			return false;
		found |= hands_on(m, other) && !is_within(m, other);
	}
	return found;
}

static int check(unsigned int id, const struct mounts *all, const struct mounted *m,
		 struct vz_err *e)
{
	const struct lost_kind *l = find(m->type);
	char comm[VZ_PROCESS_NAME];

	vz_process_name(m->pid, comm);
	if (l)
		return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
				"VE %u has a file system of type %s at %.200s (process %d %s), which CRIU cannot dump (%s): unmount it first, or move the VE stopped",
				id, m->type, m->point, m->pid, comm, l->why);
	if (goes_with_process(all, m))
		return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
				"VE %u has a mount at %.200s (process %d %s) that goes with a process of /proc, which CRIU cannot restore: unmount it first, or move the VE stopped",
				id, m->point, m->pid, comm);
	if (is_part_of_nothing(all, m))
		return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
				"VE %u has folder %.200s of a %s at %.200s (process %d %s), which is mounted nowhere as a whole, and CRIU cannot dump that: unmount it first, or move the VE stopped",
				id, m->root, m->type, m->point, m->pid, comm);
	return 0;
}

/* A part of a file system in memory: what CRIU makes anew, without the names of its sockets. */
static bool may_be_socket(const struct mounted *m)
{
	return !strcmp(m->type, "tmpfs") && strcmp(m->root, "/");
}

struct look {
	unsigned int id;
	pid_t pid;
	const struct mounts *all;
	const char *comm;
};

/* In the mount namespace of a process, by a child. Sockets come after all mounts. */
static int no_sockets(void *arg, struct vz_err *e)
{
	const struct look *look = arg;
	struct stat st;

	for (size_t i = 0; i < look->all->n; i++) {
		const struct mounted *m = &look->all->m[i];

		if (m->pid != look->pid || !may_be_socket(m) || lstat(m->point, &st) ||
		    !S_ISSOCK(st.st_mode))
			continue;
		return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
				"VE %u has socket %.200s mounted at %.200s (process %d %s), which CRIU cannot restore: end its unit first (RootDirectory= binds the sockets of the log), or move the VE stopped",
				look->id, m->root, m->point, m->pid, look->comm);
	}
	return 0;
}

static int check_sockets(unsigned int id, const struct mounts *all, pid_t pid, struct vz_err *e)
{
	char comm[VZ_PROCESS_NAME];
	struct look look = { id, pid, all, comm };
	bool any = false;
	int err;

	for (size_t i = 0; i < all->n; i++)
		any |= all->m[i].pid == pid && may_be_socket(&all->m[i]);
	if (!any)
		return 0;
	vz_process_name(pid, comm);
	err = vz_in_ns(pid, CLONE_NEWNS, no_sockets, &look, e);
	if (!err || e->cause == VZ_CHKPNT)
		return err;
	/* It is gone, and its namespace with it. */
	vz_error_free(e);
	return 0;
}

int ckpt_check_mounts(unsigned int id, const pid_t *pid, size_t n, unsigned int **ids,
		      size_t *n_ids, struct vz_err *e)
{
	struct mounts all = {};
	char own[32];
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = list(&all, pid[i]);
	if (err)
		vz_error_sys(e, VZ_NOMEM, err, "list mounts");
	root_device(id, own);
	for (size_t i = 0; i < all.n && !err; i++)
		if (strcmp(all.m[i].dev, own))
			err = check(id, &all, &all.m[i], e);
	for (size_t i = 0; i < n && !err; i++)
		err = check_sockets(id, &all, pid[i], e);
	*ids = err ? NULL : calloc(all.n + 1, sizeof(**ids));
	*n_ids = all.n;
	for (size_t i = 0; i < all.n && *ids; i++)
		(*ids)[i] = all.m[i].id;
	free_mounts(&all);
	if (!err && !*ids)
		err = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "list mounts");
	return err;
}
