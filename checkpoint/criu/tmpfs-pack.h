/* SPDX-License-Identifier: GPL-2.0-only */
/* The content of a tmpfs packed without a program, as tar --gzip would read it. */
#ifndef __CR_TMPFS_PACK_H__
#define __CR_TMPFS_PACK_H__

/* What says that an archive is ours: the comment in gzip's header. */
#define TMPFS_PACK_MARK "openve tmpfs 1"
/* More content than this is better compressed, by programs. */
#define TMPFS_PACK_MAX (1U << 20)
/* With what tar adds to each of its files. */
#define TMPFS_PACK_WHOLE_MAX (16U << 20)
#define TMPFS_PACK_BLOCK 512

enum { TMPFS_PACK_DONE, TMPFS_PACK_NOT_OURS };

/* A header of tar. Numbers are octal digits, names end at a zero or with the field. */
struct tmpfs_pack_head {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8];
	char type, link[100], magic[6], version[2], owner[32], group[32];
	char major[8], minor[8], prefix[155], rest[12];
};

/*
 * dir: the tmpfs; image: where the archive goes; userns_pid: whose user namespace
 * the numbers of owners are of, or -1. TMPFS_PACK_NOT_OURS: it has files that need
 * tar, nothing is written. Negative: it failed, and was told.
 */
int tmpfs_pack(int dir, int image, int userns_pid);

/*
 * image: read from where it stands; path: of the empty tmpfs. TMPFS_PACK_NOT_OURS:
 * another program's archive, image stands where it did.
 */
int tmpfs_unpack(int image, const char *path);

#endif /* __CR_TMPFS_PACK_H__ */
