// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of files of an archive, for an increment on it and for import. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "libvz/tree.h"
#include "vzctl/backup_check.h"
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
	struct backup_base base = { .seen = backup_seen_new() };
	struct backup_check *check = backup_check_new();
	char *text = malloc(size + 1);

	if (!base.seen || !check || !text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *item = text; item < text + size; item += strlen(item) + 1) {
		struct vz_err e = { 0 };

		backup_base_item(item, &base, &e);
		vz_error_free(&e);
		backup_check_item(item, check, &e);
		vz_error_free(&e);
	}
	backup_seen_each(base.seen, look, NULL);
	backup_check_free(check);
	backup_seen_free(base.seen);
	free(text);
	return 0;
}
