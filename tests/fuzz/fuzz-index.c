// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of files of an archive that an increment is to be made on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "libvz/tree.h"
#include "vzctl/backup_index.h"
#include "vzctl/backup_seen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Paths of it go into the list of what is removed. */
static int look(struct backup_file *f, void *arg)
{
	if (!vz_tree_path_ok(f->path, strlen(f->path)) || (f->digest && strlen(f->digest) != 64))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct backup_seen *s = backup_seen_new();
	struct vz_err e = { 0 };
	struct timespec start;
	char *text = malloc(size + 1);

	if (!s || !text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (!backup_index_read(s, text, size, &start, &e))
		backup_seen_each(s, look, NULL);
	vz_error_free(&e);
	backup_seen_free(s);
	free(text);
	return 0;
}
