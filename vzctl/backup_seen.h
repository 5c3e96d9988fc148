/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a backup has seen of a tree, by path; and the first name of each file with several. */
#ifndef VZCTL_BACKUP_SEEN_H
#define VZCTL_BACKUP_SEEN_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

/**
 * struct backup_file - one name
 * @ino, @ctime, @type: as it was when it was last written to the archive
 * @flags: FS_*_FL of libvz/tree_flags.h
 * @size, @digest: of the content that was written of a regular file; NULL: not known
 * @pass: the pass in which it was last there
 * @put: the pass in which it was last written
 */
struct backup_file {
	char *path;
	ino_t ino;
	struct timespec ctime;
	mode_t type;
	off_t size;
	char *digest;
	unsigned int flags, pass, put;
};

struct backup_seen;

/* NULL without memory. */
struct backup_seen *backup_seen_new(void);
void backup_seen_free(struct backup_seen *s);

/* The name's place, made when it is new (pass 0). NULL without memory. */
struct backup_file *backup_seen_file(struct backup_seen *s, const char *path);
/*
 * It is as it was in the pass before this one, which began at start or later: by inode and
 * change time. A time that is younger than start, or nearly, is not trusted.
 */
bool backup_seen_same(const struct backup_file *f, const struct stat *st, unsigned int pass,
		      const struct timespec *start);
/*
 * The first name of that inode in this pass: path itself when it is the first. NULL
 * without memory.
 */
const char *backup_seen_first(struct backup_seen *s, ino_t ino, unsigned int pass,
			      const char *path);
/* It was not written after all: the next name of the inode is the first. */
void backup_seen_forget_first(struct backup_seen *s, ino_t ino, const char *path);
/* Call each for all names in order of their paths, until it returns other than 0. */
int backup_seen_each(struct backup_seen *s, int (*each)(struct backup_file *f, void *arg),
		     void *arg);

#endif /* VZCTL_BACKUP_SEEN_H */
