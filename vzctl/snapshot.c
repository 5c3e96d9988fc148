// SPDX-License-Identifier: GPL-2.0-or-later
/* The store of snapshots: names, what is known of each, which is current. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/mounted.h"
#include "libvz/tree.h"
#include "vzctl/snapshot.h"

#define BARE	36		/* of an id */
#define INFO	"info.json"
#define CURRENT	"current"

static bool is_bare(const char *s)
{
	for (int i = 0; i < BARE; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-'
							    : !isxdigit((unsigned char)s[i]))
			return false;
	return true;
}

int snapshot_id_parse(const char *text, char id[SNAPSHOT_ID], struct vz_err *e)
{
	size_t len = strlen(text);
	const char *s = text;

	if (len == BARE + 2 && *s == '{' && s[len - 1] == '}')
		s++;
	else if (len != BARE)
		s = NULL;
	if (!s || !is_bare(s))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for --id: %s "
				"({01234567-89ab-cdef-0123-456789abcdef} is one)", text);
	snprintf(id, SNAPSHOT_ID, "{%.*s}", BARE, s);
	for (char *p = id; *p; p++)
		*p = tolower((unsigned char)*p);
	return 0;
}

int snapshot_id_new(char id[SNAPSHOT_ID], struct vz_err *e)
{
	cleanup_free char *text = NULL;
	int ret = vz_read_file("/proc/sys/kernel/random/uuid", &text);

	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "make an id");
	text[strcspn(text, "\n")] = '\0';
	return snapshot_id_parse(text, id, e);
}

char *snapshot_path(char *buf, const struct vz_conf *c, const char *id, const char *sub)
{
	if (id)
		snprintf(buf, PATH_MAX, "%s.snapshots/%.36s%s%s", c->private, id + 1,
			 *sub ? "/" : "", sub);
	else
		snprintf(buf, PATH_MAX, "%s.snapshots%s%s", c->private, *sub ? "/" : "", sub);
	return buf;
}

void snapshot_current(const struct vz_conf *c, char id[SNAPSHOT_ID])
{
	char path[PATH_MAX], text[64] = "";

	*id = '\0';
	if (readlink(snapshot_path(path, c, NULL, CURRENT), text, sizeof(text) - 1) == BARE &&
	    is_bare(text))
		snprintf(id, SNAPSHOT_ID, "{%.36s}", text);
}

int snapshot_set_current(const struct vz_conf *c, const char *id, struct vz_err *e)
{
	char path[PATH_MAX], tmp[PATH_MAX], text[BARE + 1];

	snapshot_path(path, c, NULL, CURRENT);
	if (!*id)
		return unlink(path) && errno != ENOENT ?
		       vz_error_sys(e, VZ_SYSTEM, -errno, "remove %s", path) : 0;
	snprintf(text, sizeof(text), "%.36s", id + 1);
	snapshot_path(tmp, c, NULL, CURRENT ".new");
	unlink(tmp);
	if (symlink(text, tmp) || rename(tmp, path))
		return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, -errno,
				    "write %s", path);
	return 0;
}

int snapshot_stage(const char *stage, const char *id, char folder[PATH_MAX], struct vz_err *e)
{
	snprintf(folder, PATH_MAX, "%s/" VZ_COMMIT_SNAPSHOTS, stage);
	if (mkdir(folder, 0700))
		return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_CREATE, -errno, "make %s",
				    folder);
	snprintf(folder, PATH_MAX, "%s/" VZ_COMMIT_SNAPSHOTS "/%.36s", stage, id + 1);
	return mkdir(folder, 0700) ? vz_error_sys(e, VZ_CREATE, -errno, "make %s", folder) : 0;
}

int snapshot_stage_current(const char *stage, const char *id, struct vz_err *e)
{
	char path[PATH_MAX], text[BARE + 1];

	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_SNAPSHOTS, stage);
	if (mkdir(path, 0700) && errno != EEXIST)
		return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_CREATE, -errno, "make %s",
				    path);
	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_SNAPSHOTS "/" CURRENT, stage);
	snprintf(text, sizeof(text), "%.36s", id + 1);
	return symlink(text, path) ? vz_error_sys(e, VZ_CREATE, -errno, "make %s", path) : 0;
}

void snapshot_free(struct snapshot *s)
{
	free(s->name);
	free(s->description);
	s->name = s->description = NULL;
}

static char *text_of(json_t *m, const char *key)
{
	const char *s = json_string_value(json_object_get(m, key));

	return strdup(s ? s : "");
}

int snapshot_load(const struct vz_conf *c, const char *id, struct snapshot *s, struct vz_err *e)
{
	char path[PATH_MAX];
	cleanup_free char *text = NULL;
	json_error_t why;
	json_t *m;
	int ret = vz_read_file(snapshot_path(path, c, id, INFO), &text);

	*s = (struct snapshot){ 0 };
	if (ret)
		return vz_error(e, VZ_BADVALUE, ret == -ENOTDIR ? -ENOENT : ret,
				"There is no snapshot %s of this CT", id);
	m = json_loads(text, 0, &why);
	if (!m)
		return vz_error(e, VZ_SYSTEM, -EINVAL, "%s is damaged: %s", path, why.text);
	snprintf(s->id, sizeof(s->id), "%s", id);
	s->name = text_of(m, "parent");
	snprintf(s->parent, sizeof(s->parent), "%s", s->name ? s->name : "");
	free(s->name);
	s->name = text_of(m, "date");
	snprintf(s->date, sizeof(s->date), "%s", s->name ? s->name : "");
	free(s->name);
	s->name = text_of(m, "name");
	s->description = text_of(m, "description");
	s->memory = json_is_true(json_object_get(m, "memory"));
	s->config = json_is_true(json_object_get(m, "config"));
	json_decref(m);
	return s->name && s->description ? 0 : vz_error(e, VZ_NOMEM, -ENOMEM, "snapshot");
}

int snapshot_save(const struct snapshot *s, const char *dir, struct vz_err *e)
{
	json_t *m = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b}", "id", s->id, "parent",
			      s->parent, "date", s->date, "name", s->name ? s->name : "",
			      "description", s->description ? s->description : "", "memory",
			      s->memory, "config", s->config);
	cleanup_free char *text = m ? json_dumps(m, JSON_INDENT(2)) : NULL;
	char path[PATH_MAX];
	int ret;

	json_decref(m);
	if (!text)
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"The name and the description must be UTF-8 text");
	snprintf(path, sizeof(path), "%s/" INFO, dir);
	ret = vz_replace_file(path, text, strlen(text), 0600);
	return ret ? vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, ret, "write %s", path)
		   : 0;
}

static int older(const void *a, const void *b)
{
	const struct snapshot *x = a, *y = b;
	int by_date = strcmp(x->date, y->date);

	return by_date ? by_date : strcmp(x->id, y->id);
}

int snapshot_list(const struct vz_conf *c, struct snapshot **list, size_t *n, struct vz_err *e)
{
	char path[PATH_MAX], id[SNAPSHOT_ID];
	cleanup_dir DIR *d = opendir(snapshot_path(path, c, NULL, ""));
	struct dirent *de;
	int ret = 0;

	*list = NULL;
	*n = 0;
	if (!d)
		return errno == ENOENT ? 0 : vz_error_sys(e, VZ_SYSTEM, -errno, "open %s", path);
	while (!ret && (de = readdir(d))) {
		struct snapshot *more;

		if (strlen(de->d_name) != BARE || !is_bare(de->d_name))
			continue;
		more = realloc(*list, (*n + 1) * sizeof(**list));
		if (!more)
			return vz_error(e, VZ_NOMEM, -ENOMEM, "list of snapshots");
		*list = more;
		snprintf(id, sizeof(id), "{%.36s}", de->d_name);
		ret = snapshot_load(c, id, &more[*n], e);
		*n += !ret;
	}
	if (*n)
		qsort(*list, *n, sizeof(**list), older);
	return ret;
}

int snapshot_check_unused(const struct vz_conf *c, struct vz_err *e)
{
	struct snapshot *list = NULL;
	struct vz_err damaged = { 0 };
	size_t n = 0;
	int ret = 0;

	snapshot_list(c, &list, &n, &damaged);
	vz_error_free(&damaged);
	for (size_t i = 0; i < n; i++) {
		char target[PATH_MAX];

		if (!ret && snapshot_mounted(c, list[i].id, target))
			ret = vz_error(e, VZ_MOUNTED, -EBUSY, "Snapshot %s is mounted on %s: "
				       "vzctl snapshot-umount first", list[i].id, target);
		snapshot_free(&list[i]);
	}
	free(list);
	return ret;
}

int snapshot_remove_all(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];

	return c->private ? vz_path_remove(snapshot_path(path, c, NULL, ""), e) : 0;
}

bool snapshot_mounted(const struct vz_conf *c, const char *id, char target[PATH_MAX])
{
	char path[PATH_MAX];
	ssize_t n = readlink(snapshot_path(path, c, id, SNAPSHOT_TARGET), target, PATH_MAX - 1);

	target[n < 0 ? 0 : n] = '\0';
	return n > 0 && vz_is_mountpoint(target);
}
