// SPDX-License-Identifier: GPL-2.0-or-later
/* What the parts of the destination's side share: open folders, the way into place, refusals. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/err.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/copy_receiver.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/wire.pb-c.h"

void copy_todo_free(struct copy_todo *t)
{
	if (t->m)
		protobuf_c_message_free_unpacked(&t->m->base, NULL);
	free(t->path);
	free(t->ask);
	free(t);
}

struct copy_todo *copy_todo_find(struct copy_receiver *r, uint32_t seq)
{
	struct copy_todo *t = r->head;

	while (t && t->m->seq != seq)
		t = t->next;
	return t;
}

void copy_todo_answered(struct copy_receiver *r, struct copy_todo *t, uint32_t index)
{
	struct copy_todo **at = &r->head;

	t->ask[index] = COPY_ASK_NOT;
	if (--t->open)
		return;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	r->ntodo--;
	copy_todo_free(t);
}

void copy_dir_forget(struct copy_receiver *r)
{
	free(r->dir_path);
	r->dir_path = NULL;
	if (r->dir_fd >= 0)
		close(r->dir_fd);
	r->dir_fd = -1;
}

int copy_protocol(struct copy_receiver *r, const char *what, struct vz_err *e)
{
	return vz_error(e, VZ_COPY, -EPROTO, "%s breaks the copy protocol: %s", r->w->peer, what);
}

int copy_failed(const char *dir, const char *name, int err, struct vz_err *e)
{
	return vz_error_sys(e, VZ_COPY, err, "write %s%s%s", dir, *dir ? "/" : "", name);
}

int copy_dir_open(struct copy_receiver *r, const char *path)
{
	if (r->dir_path && !strcmp(r->dir_path, path))
		return r->dir_fd;
	copy_dir_forget(r);
	r->dir_fd = vz_tree_cursor_open(&r->near, r->root, path);
	if (r->dir_fd >= 0)
		r->dir_path = strdup(path);
	return r->dir_fd;
}

int copy_into_place(struct copy_receiver *r, const char *made, int dir, const char *name)
{
	struct stat old, new;
	int ret;

	if (!fstatat(dir, name, &old, AT_SYMLINK_NOFOLLOW)) {
		if (fstatat(r->stage, made, &new, AT_SYMLINK_NOFOLLOW))
			return -errno;
		/* Two names of one inode: rename would do nothing. */
		if (old.st_ino == new.st_ino && old.st_dev == new.st_dev)
			return unlinkat(r->stage, made, 0) ? -errno : 0;
		if (S_ISDIR(old.st_mode) || S_ISDIR(new.st_mode)) {
			vz_tree_cursor_drop(&r->near);
			ret = vz_tree_remove(dir, name, r->stage, &r->counts.removed);
			if (ret)
				return ret;
		}
	}
	if (!renameat(r->stage, made, dir, name))
		return 0;
	if (errno != EPERM || !vz_tree_flags_soften(dir, name))
		return -errno;
	return renameat(r->stage, made, dir, name) ? -errno : 0;
}

bool copy_entry_ok(const Wire__Entry *en)
{
	unsigned int type = en->mode & S_IFMT;

	if (!en->has_mode || !en->has_uid || !en->has_gid || !en->has_mtime_sec ||
	    !en->has_mtime_nsec || en->mtime_nsec > 999999999 || (en->mode & ~(S_IFMT | 07777U)))
		return false;
	if (en->flags & ~VZ_TREE_FLAGS)
		return false;
	return type == S_IFREG || type == S_IFDIR || type == S_IFLNK || type == S_IFIFO ||
	       type == S_IFSOCK || type == S_IFCHR || type == S_IFBLK;
}
