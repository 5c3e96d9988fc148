/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extended attributes that belong to the files of a VE. */
#ifndef VZCTL_BACKUP_XATTR_H
#define VZCTL_BACKUP_XATTR_H

struct archive_entry;

/* Take all others from the entry: they are the host's, or of its file system. */
void backup_xattr_keep(struct archive_entry *en);

#endif /* VZCTL_BACKUP_XATTR_H */
