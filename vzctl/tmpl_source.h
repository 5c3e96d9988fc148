/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a template is made of: a folder, an archive. */
#ifndef VZCTL_TMPL_SOURCE_H
#define VZCTL_TMPL_SOURCE_H

struct archive_entry;
struct tmpl_pack;
struct vz_err;

/* A folder, which stands still. */
int tmpl_source_folder(int root, struct tmpl_pack *p, struct vz_err *e);
/* A tar of a root file system, packed in any way that libarchive knows. */
int tmpl_source_tar(int fd, struct tmpl_pack *p, struct vz_err *e);
/* The same; filter looks at each entry before: 1 leaves it out. */
int tmpl_source_some(int fd, int (*filter)(void *arg, struct archive_entry *en, struct vz_err *e),
		     void *arg, struct tmpl_pack *p, struct vz_err *e);

#endif /* VZCTL_TMPL_SOURCE_H */
