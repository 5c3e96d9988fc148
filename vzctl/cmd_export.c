// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl export: a VE into one file. A running VE goes on; at the end it stands
 * still for as long as what has changed meanwhile takes, so the archive is its disk
 * as it was at one instant. A suspended one takes its memory along. With --base the file has
 * only what is not as in an older one.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/guest.h"
#include "libvz/log.h"
#include "libvz/state.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_chain.h"
#include "vzctl/backup_index.h"
#include "vzctl/backup_seen.h"
#include "vzctl/backup_walk.h"
#include "vzctl/cmd_export.h"
#include "vzctl/guard.h"
#include "vzctl/options.h"

#define FREEZE_MS	10000

static int put_head(struct backup_out *out, const struct vz_conf *c, bool suspended,
		    const char *base, struct vz_err *e)
{
	char path[PATH_MAX], when[32];
	cleanup_free char *config = NULL, *text = NULL;
	time_t now = time(NULL);
	struct utsname u;
	json_t *m;
	int ret;

	uname(&u);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	m = json_pack("{s:i, s:i, s:s, s:s, s:s, s:b}", "format", BACKUP_FORMAT, "ctid", c->id,
		      "ostemplate", c->ostemplate ? c->ostemplate : "", "created", when, "kernel",
		      u.release, "suspended", suspended);
	if (m && base)
		json_object_set_new(m, "base", json_string(base));
	text = m ? json_dumps(m, JSON_INDENT(2)) : NULL;
	json_decref(m);
	if (!text)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "manifest");
	ret = vz_read_file(vz_conf_path(path, c->id), &config);
	if (ret)
		return vz_error_sys(e, VZ_NOVECONFIG, ret, "read %s", path);
	ret = backup_out_text(out, BACKUP_MANIFEST, text, strlen(text), e);
	return ret ? ret : backup_out_text(out, BACKUP_CONFIG, config, strlen(config), e);
}

static int thaw(const struct vz_conf *c, struct vz_err *e)
{
	return vz_ve_thaw(c->id, e);
}

static int open_disk(const struct vz_conf *c, struct vz_guest *g, int *root, struct vz_err *e)
{
	int ret = vz_guest_open_disk(c, g, e);

	if (ret)
		return ret;
	*root = vz_guest_folder(g, "");
	return *root < 0 ? vz_error_sys(e, VZ_NOPRIVATE, *root, "open the private area") : 0;
}

/* The VE stands still. Its files are opened again: an overlay would show what was before. */
static int put_still(const struct vz_conf *c, struct backup_walk *w, struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	cleanup_close int root = -1;
	int ret = open_disk(c, &g, &root, e);

	return ret ? ret : backup_walk_rest(w, root, e);
}

/* The second pass, with the VE frozen. Somebody who had frozen it before thaws it himself. */
static int put_rest(const struct vz_conf *c, struct backup_walk *w, struct vz_err *e)
{
	cleanup_close int area = -1;
	bool was = vz_ve_frozen(c->id);
	uint64_t start;
	struct guard guard = GUARD_NONE;
	int ret = vz_area_open(c, &area, e);

	if (ret)
		return ret;
	/* Most of it, before anything stands still. */
	syncfs(area);
	if (!was) {
		ret = guard_make(&guard, c, thaw, e);
		if (ret)
			return ret;
	}
	start = vz_now_us();
	ret = was ? 0 : vz_ve_freeze(c->id, FREEZE_MS, e);
	if (!ret && syncfs(area))
		ret = vz_error_sys(e, VZ_SYSTEM, -errno, "sync the file system of the CT");
	if (!ret)
		ret = put_still(c, w, e);
	if (!was) {
		guard_end(&guard);
		if (vz_ve_frozen(c->id) && vz_ve_thaw(c->id, e))
			return e->err;
		vz_say("Container stood still for %" PRIu64 " ms", (vz_now_us() - start) / 1000);
	}
	return ret;
}

/* A store into a page that is dirty already would not move the change time. */
static int put_pages(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int area = -1;
	int ret = vz_area_open(c, &area, e);

	if (ret)
		return ret;
	return syncfs(area) ? vz_error_sys(e, VZ_SYSTEM, -errno, "sync the file system of the CT")
			    : 0;
}

static int put_area(const struct vz_conf *c, struct backup_base *base, struct backup_out *out,
		    uint64_t *files, struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	cleanup_close int root = -1;
	bool runs = vz_ve_occupied(c->id);
	struct backup_walk *w = NULL;
	int ret = runs ? put_pages(c, e) : 0;

	if (ret)
		return ret;
	ret = open_disk(c, &g, &root, e);
	if (ret)
		return ret;
	ret = backup_walk_new(root, BACKUP_ROOT, out, &w, e);
	if (!ret && *base->digest)
		backup_walk_base(w, base);
	if (!ret) {
		backup_walk_digests(w, true);
		ret = backup_walk_all(w, runs, e);
		/* Nobody waits for digests while the VE stands still. */
		backup_walk_digests(w, false);
	}
	if (!ret && runs)
		ret = put_rest(c, w, e);
	if (!ret)
		ret = backup_walk_flags(w, e);
	if (!ret)
		ret = backup_walk_index(w, e);
	*files += w ? backup_walk_files(w) : 0;
	backup_walk_free(w);
	return ret;
}

static int put_dump(const struct vz_conf *c, struct backup_out *out, uint64_t *files,
		    struct vz_err *e)
{
	char path[PATH_MAX];
	cleanup_close int root = open(vz_dump_path(path, c),
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct backup_walk *w = NULL;
	int ret;

	if (root < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "open %s", path);
	ret = backup_walk_new(root, BACKUP_DUMP, out, &w, e);
	if (!ret)
		ret = backup_walk_all(w, false, e);
	*files += w ? backup_walk_files(w) : 0;
	backup_walk_free(w);
	return ret;
}

static int put_all(const struct vz_conf *c, struct backup_base *base, struct backup_out *out,
		   struct vz_err *e)
{
	bool suspended = !vz_ve_occupied(c->id) && vz_ve_suspended(c);
	uint64_t files = 0;
	char text[32];
	int ret = put_head(out, c, suspended, *base->digest ? base->digest : NULL, e);

	if (!ret)
		ret = put_area(c, base, out, &files, e);
	if (!ret && suspended)
		ret = put_dump(c, out, &files, e);
	snprintf(text, sizeof(text), "%" PRIu64, files);
	return ret ? ret : backup_out_text(out, BACKUP_END, text, strlen(text), e);
}

static int parse(int argc, char **argv, const char **file, const char **base, struct vz_err *e)
{
	static const struct option options[] = {
		{ "base", required_argument, NULL, 'b' }, { NULL, 0, NULL, 0 },
	};
	int c;

	*base = NULL;
	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		*base = optarg;
	}
	if (optind + 1 != argc)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL,
				"export needs one file to write, - for standard output");
	*file = argv[optind];
	return 0;
}

static int export_to(const struct vz_conf *c, const char *file, struct backup_base *base,
		     struct vz_err *e)
{
	struct backup_out *out;
	uint64_t bytes;
	int ret = backup_out_open(file, &out, e);

	if (ret)
		return ret;
	ret = put_all(c, base, out, e);
	if (ret) {
		backup_out_abort(out);
		return ret;
	}
	ret = backup_out_finish(out, &bytes, e);
	if (!ret && strcmp(file, "-"))
		vz_say("%s to %s (%" PRIu64 " MiB)", *base->digest ?
		       "What has changed of the container was exported" : "Container was exported",
		       file, bytes >> 20);
	return ret;
}

int cmd_export(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	const char *file = NULL, *older = NULL;
	struct backup_base base = { .seen = NULL };
	int ret = parse(argc, argv, &file, &older, e);

	if (!ret && older)
		ret = backup_base_load(older, &base, e);
	if (!ret)
		ret = export_to(x->c, file, &base, e);
	backup_seen_free(base.seen);
	return ret;
}
