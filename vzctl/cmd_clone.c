// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl clone: another VE with the same files and settings. vzctl move: the same VE
 * with its private area elsewhere. Both make all that is new beside its place and put
 * it there at once (libvz/commit.h); until then nothing has happened.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/making.h"
#include "libvz/private.h"
#include "libvz/quota.h"
#include "libvz/vacant.h"
#include "vzctl/at_rest.h"
#include "vzctl/cmd_clone.h"
#include "vzctl/name.h"
#include "vzctl/options.h"
#include "vzctl/snapshot.h"
#include "vzctl/snapshot_take.h"

/* new's area in its stage, from c's. */
static int build_area(const struct vz_conf *c, const struct vz_conf *new, const char *stage,
		      struct vz_err *e)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_AREA, stage);
	ret = vz_private_make(new, path, e);
	return ret ? ret : snapshot_copy_live(c, stage, e);
}

static int put_config(const struct vz_conf *new, const char *stage, struct vz_err *e)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_CONFIG, stage);
	return vz_conf_write(new, path, e);
}

/* ---- clone ---- */

static int one_word(int argc, char **argv, const char *what, const char **word, struct vz_err *e)
{
	if (optind + 1 != argc)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "%s needs %s", argv[0], what);
	*word = argv[optind];
	return 0;
}

static int parse_clone(int argc, char **argv, unsigned int *id, const char **name,
		       struct vz_err *e)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' }, { NULL, 0, NULL, 0 },
	};
	const char *word = NULL;
	int c;

	*name = NULL;
	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		*name = optarg;
	}
	if (one_word(argc, argv, "the id of the new CT, as the last word", &word, e))
		return e->err;
	if (vz_parse_id(word, id) || !*id)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad CT ID %s", word);
	return 0;
}

/* What can be only once on a host, or in a network, stays with the old one. */
static int clone_config(const struct vz_conf *c, unsigned int id, struct vz_conf **new,
			struct vz_err *e)
{
	static const char *const own[] = {
		"LOCAL_UID", "LOCAL_GID", "UUID", "GENERATION", "NAME", "IP_ADDRESS", "NETIF",
		"DISABLED", VZ_MAKING,
	};
	char path[PATH_MAX];
	int ret = vz_conf_load_path(id, vz_conf_path(path, c->id), new, e);

	for (size_t i = 0; !ret && i < sizeof(own) / sizeof(own[0]); i++)
		if (vz_conf_get_own(*new, own[i]))
			ret = vz_conf_set(*new, own[i], NULL, e);
	/* A path that has no number in it is the old one's. */
	if (!ret && c->private && !strcmp((*new)->private, c->private))
		ret = vz_conf_set(*new, "VE_PRIVATE", NULL, e);
	if (!ret && c->root && !strcmp((*new)->root, c->root))
		ret = vz_conf_set(*new, "VE_ROOT", NULL, e);
	return ret;
}

/* The range of ids is taken when the configuration has its name, hence the lock. */
static int settle_clone(struct vz_conf *new, const char *stage, const char *name,
			struct vz_err *e)
{
	cleanup_close int dir = -1;
	int ret = vz_conf_list_lock(&dir, e);

	if (ret)
		return ret;
	ret = vz_conf_choose_range(new, e);
	if (!ret && name)
		ret = name_check(new, name, e);
	if (!ret && name)
		ret = vz_conf_set(new, "NAME", name, e);
	if (!ret)
		ret = put_config(new, stage, e);
	return ret ? ret : vz_commit_do(new, e);
}

static int clone_locked(const struct vz_conf *c, struct vz_conf *new, const char *name,
			struct vz_err *e)
{
	char path[PATH_MAX], stage[PATH_MAX];
	bool done;
	int ret = vz_commit_finish(new, &done, e);

	if (!ret && !access(vz_conf_path(path, new->id), F_OK))
		ret = vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "CT %u is there already", new->id);
	if (!ret)
		ret = vz_vacant_take(new, false, e);
	if (!ret && name)
		ret = name_check(new, name, e);
	if (ret)
		return ret;
	ret = vz_private_place(new, e);
	if (ret)
		return ret;
	ret = vz_commit_begin(new, stage, e);
	if (ret)
		return ret;
	ret = build_area(c, new, stage, e);
	if (!ret)
		ret = settle_clone(new, stage, name, e);
	if (!ret)
		return 0;
	vz_commit_undo(new);
	if (access(path, F_OK))
		vz_quota_forget(new);
	return ret;
}

int cmd_clone(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *new = NULL;
	const char *name;
	unsigned int id;
	int ret = parse_clone(argc, argv, &id, &name, e);

	if (ret)
		return ret;
	ret = clone_config(x->c, id, &new, e);
	if (ret)
		return ret;
	ret = vz_lock(new, "clone", e);
	if (ret)
		return ret;
	vz_say("Cloning container %u to %u", x->id, id);
	ret = clone_locked(x->c, new, name, e);
	vz_unlock(new);
	if (!ret)
		vz_say("Container %u was made; it has no addresses and devices of the other", id);
	return ret;
}

/* ---- move ---- */

static int check_move(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret;

	ret = at_rest_check(c, e);
	if (ret)
		return ret;
	if (!access(snapshot_path(path, c, NULL, ""), F_OK))
		return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP, "Container has snapshots in %s: "
				"delete them first", path);
	return 0;
}

static int move_to(const struct vz_conf *c, struct vz_conf *new, struct vz_err *e)
{
	char stage[PATH_MAX], path[PATH_MAX];
	const char *left = c->private;
	bool done;
	/* One that was cut short is taken up. */
	int ret = vz_commit_finish(new, &done, e);

	if (ret || done)
		return ret;
	ret = vz_private_place(new, e);
	if (ret)
		return ret;
	ret = vz_commit_begin(new, stage, e);
	if (ret)
		return ret;
	ret = build_area(c, new, stage, e);
	if (!ret)
		ret = put_config(new, stage, e);
	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_LEAVES, stage);
	/* A note, which nobody follows. */
	if (!ret && symlink(left, path))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "make %s", path);
	if (!ret)
		return vz_commit_do(new, e);
	vz_commit_undo(new);
	return ret;
}

int cmd_move(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	cleanup_conf struct vz_conf *new = NULL;
	const char *place = NULL;
	int ret;

	if (next_option(argc, argv, none, VZ_BADSYNTAX, e) == '?' ||
	    one_word(argc, argv, "the path of the new private area", &place, e))
		return e->err;
	if (*place != '/' || strlen(place) > PATH_MAX - 64)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Not an absolute path: %s", place);
	ret = check_move(x->c, e);
	if (ret)
		return ret;
	ret = vz_conf_load(x->id, &new, e);
	if (ret)
		return ret;
	ret = vz_conf_set(new, "VE_PRIVATE", place, e);
	if (ret)
		return ret;
	if (!strcmp(new->private, x->c->private)) {
		vz_say("Container's private area is there already");
		return 0;
	}
	vz_say("Moving container private area to %s", new->private);
	ret = move_to(x->c, new, e);
	if (!ret)
		vz_say("Container private area was moved");
	return ret;
}
