/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Archives for the targets that read some. Half of the inputs are the bytes of the archive;
 * the others say what its entries are, as checksums of headers let few of the former through.
 * The caller frees what it gets.
 */
#ifndef FUZZ_TAR_H
#define FUZZ_TAR_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TAR_MAX	(1U << 20)

struct tar_input {
	const uint8_t *p, *end;
};

static inline unsigned int tar_byte(struct tar_input *in)
{
	return in->p < in->end ? *in->p++ : 0;
}

/* Up to 255 bytes, without a NUL in them. */
static inline void tar_word(struct tar_input *in, char *word)
{
	size_t n = tar_byte(in), left = in->end - in->p;

	n = n < left ? n : left;
	memcpy(word, in->p, n);
	word[n] = '\0';
	in->p += n;
}

static inline void tar_put(struct archive *a, const char *name, unsigned int type, const char *link,
			   unsigned int number, const void *data, size_t len)
{
	static const unsigned int types[] = { AE_IFREG, AE_IFDIR, AE_IFLNK, AE_IFCHR, AE_IFBLK,
					      AE_IFIFO, AE_IFSOCK };
	struct archive_entry *en = archive_entry_new();

	archive_entry_set_pathname(en, name);
	archive_entry_set_filetype(en, types[type % 7]);
	archive_entry_set_perm(en, number & 07777);
	archive_entry_set_size(en, type % 7 ? 0 : len);
	if (type % 7 == 3 || type % 7 == 4) {
		archive_entry_set_rdevmajor(en, number & 7);
		archive_entry_set_rdevminor(en, number >> 3);
	}
	if (type % 7 == 2)
		archive_entry_set_symlink(en, link);
	else if (type & 0x40)
		archive_entry_set_hardlink(en, link);
	if (type & 0x80)
		archive_entry_xattr_add_entry(en, link, data, len);
	if (archive_write_header(a, en) >= ARCHIVE_WARN && !(type % 7))
		archive_write_data(a, data, len);
	archive_entry_free(en);
}

/* Bytes of a tar whose entries the input names; those of @head stand first. */
static inline size_t tar_make(struct tar_input in, char *buf, void (*head)(struct archive *a))
{
	struct archive *a = archive_write_new();
	size_t used = 0;

	archive_write_set_format_pax(a);
	archive_write_set_options(a, "hdrcharset=BINARY");
	archive_write_set_bytes_per_block(a, 512);
	archive_write_open_memory(a, buf, TAR_MAX, &used);
	if (head)
		head(a);
	while (in.p < in.end) {
		char name[256], link[256], data[256];
		unsigned int type = tar_byte(&in), number = tar_byte(&in);

		tar_word(&in, name);
		tar_word(&in, link);
		tar_word(&in, data);
		tar_put(a, name, type, link, number, data, strlen(data) + (number & 1));
	}
	archive_write_close(a);
	archive_write_free(a);
	return used;
}

/* A descriptor of a file that is the archive. */
static inline int tar_file(const uint8_t *data, size_t size, void (*head)(struct archive *a))
{
	static char buf[TAR_MAX];
	int fd = memfd_create("archive", MFD_CLOEXEC);
	const void *from = data;

	if (size && data[0] & 1) {
		size = tar_make((struct tar_input){ data + 1, data + size }, buf, head);
		from = buf;
	}
	if (fd < 0 || write(fd, from, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

#endif /* FUZZ_TAR_H */
