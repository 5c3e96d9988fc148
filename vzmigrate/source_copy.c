// SPDX-License-Identifier: GPL-2.0-or-later
/* What the source sends: the private area in passes, images, action scripts. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/script_path.h"
#include "vzmigrate/changes.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_send.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/images_send.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/place.h"
#include "vzmigrate/source_busy.h"
#include "vzmigrate/source_copy.h"
#include "vzmigrate/source_limit.h"
#include "vzmigrate/source_memory.h"
#include "vzmigrate/source_state.h"
#include "vzmigrate/wire.pb-c.h"

/* Passes over a running VE: until one sends this little, or does not get smaller. */
#define SETTLED_BYTES	(4ULL << 20)
#define PASSES_MAX	5

static int one_pass(struct mig_src *s, bool verify, bool final, struct vz_err *e)
{
	uint64_t start = vz_now_us(), sent = s->w.sent + s->w.saved;
	int ret = copy_send_pass(&s->tree, verify, final, e);

	if (!ret && !final)
		limit_learn(s, s->w.sent + s->w.saved - sent, vz_now_us() - start);
	if (!ret)
		vz_debug("pass %u: %u folders%s, %" PRIu64 " files, %" PRIu64 " KiB, %" PRIu64
			 " removed, %.2f s",
			 s->tree.passes, s->tree.nfolders,
			 s->tree.partial ? " of those changed" : "",
			 s->tree.counts.files, s->tree.counts.bytes >> 10, s->tree.counts.removed,
			 (vz_now_us() - start) / 1e6);
	return ret;
}

/* One after the first: from here on what changes is heard, for the last one. */
static int later_pass(struct mig_src *s, struct vz_err *e)
{
	changes_restart(s->tree.changes);
	return one_pass(s, false, false, e);
}

/* Where nothing tells, the last pass looks at the whole tree. */
static void listen_for_changes(struct mig_src *s)
{
	struct vz_err e = { 0 };
	struct statfs fs;

	if (fstatfs(s->root, &fs) || fs.f_type != EXT4_SUPER_MAGIC)
		return;
	s->tree.changes = changes_open(&e);
	if (!s->tree.changes)
		vz_debug("%s: the last pass will be over the whole tree", e.msg);
	vz_error_free(&e);
}

int src_copy_running(struct mig_src *s, bool basis, struct vz_err *e)
{
	struct vz_progress p;
	uint64_t before;
	int ret;

	listen_for_changes(s);

	vz_progress_start(&p, "Copying the private area", s->disk_bytes);
	s->tree.progress = &p;
	ret = one_pass(s, basis, false, e);
	s->tree.progress = NULL;
	vz_progress_end(&p);
	s->first_bytes = before = s->tree.counts.bytes;
	for (int i = 1; !ret && i < PASSES_MAX && before > SETTLED_BYTES; i++) {
		ret = later_pass(s, e);
		s->first_bytes += s->tree.counts.bytes;
		if (s->tree.counts.bytes >= before / 5 * 4)
			break;
		before = s->tree.counts.bytes;
	}
	if (!ret && s->pages) {
		src_phase(s, PHASE_MEMORY);
		ret = src_memory_rounds(s, &s->fresh_bytes, e);
		src_phase(s, PHASE_COPY);
	}
	/* A short one right before the freeze: what was written during the long ones. */
	if (!ret && (s->tree.passes == 1 || s->pages))
		ret = later_pass(s, e);
	return ret;
}

int src_copy_final(struct mig_src *s, bool verify, struct vz_err *e)
{
	bool known = changes_list(s->tree.changes, &s->tree.changed, &s->tree.nchanged);
	struct src_busy busy = { 0 };
	int ret = 0;

	/* The first store to a page since then was heard: busy ones are no exception. */
	if (!known && s->mode == MIG_ONLINE)
		ret = src_busy_files(s->c, s->root, &busy, e);
	if (ret)
		return ret;
	s->tree.force = busy.ino;
	s->tree.nforce = busy.n;
	ret = one_pass(s, verify || busy.lost, true, e);
	free(busy.ino);
	s->tree.force = NULL;
	s->tree.nforce = 0;
	s->tree.changed = NULL;
	s->last_bytes = s->tree.counts.bytes;
	return ret;
}

int src_send_images(struct mig_src *s, const char *dir, struct vz_err *e)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct copy_sender images;
	int ret;

	if (fd < 0)
		return vz_error_sys(e, VZ_COPY, -errno, "open %s", dir);
	if (s->streams)
		return images_send(&s->w, fd, s->pages, &s->image_bytes, e);
	copy_sender_init(&images, &s->w, fd, COPY_IMAGES);
	images.pages = s->pages;
	ret = copy_send_pass(&images, false, true, e);
	s->image_bytes = images.counts.bytes;
	copy_sender_release(&images);
	return ret;
}

/* taken false: only say that it stays. */
static int send_script(struct mig_src *s, const char *suffix, bool taken, struct vz_err *e)
{
	Wire__Script m = WIRE__SCRIPT__INIT;
	cleanup_free char *text = NULL;
	char path[PATH_MAX];
	struct stat st;

	if (lstat(vz_script_path(path, s->c->id, suffix), &st))
		return errno == ENOENT ? 0 : vz_error_sys(e, VZ_BADCONF, -errno, "read %s", path);
	if (!taken) {
		vz_warn("VE %u: action script %s stays here: %s takes none "
			"(MIGRATE_SCRIPTS=yes in its vz.conf lets them come)",
			s->c->id, path, s->o->host);
		return 0;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > 65536 || vz_read_file(path, &text))
		return vz_error(e, VZ_BADCONF, -EINVAL, "%s is no action script that can be copied",
				path);
	m.suffix = (char *)suffix;
	m.mode = st.st_mode & 0777;
	return wire_send(&s->w, WIRE_SCRIPT, &m.base, text, strlen(text), e);
}

int src_send_scripts(struct mig_src *s, bool taken, struct vz_err *e)
{
	int ret = 0;

	for (int i = 0; !ret && vz_script_ends[i]; i++)
		ret = send_script(s, vz_script_ends[i], taken, e);
	return ret;
}
