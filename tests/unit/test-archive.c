// SPDX-License-Identifier: GPL-2.0-or-later
/* What unpacks an archive that somebody else wrote is the library, never a program of the host. */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/archive.h"
#include "libvz/err.h"
#include "libvz/tree.h"
#include "tests/unit/tap.h"
#include "vzctl/backup_read.h"

static char folder[] = "/tmp/test-archive.XXXXXX";

static void put(const char *name, const void *data, size_t len, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);

	CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

/* Heads by which libarchive knows what a program of that name would unpack. */
static const struct { const char *program, *head; size_t len; } foreign[] = {
	{ "lrzip", "LRZI\0\6", 6 },
	{ "grzip", "GRZipII\0\2\4:)", 12 },
	{ "lzop", "\x89LZO\0\r\n\x1a\n\x10\x30\x20\x80\x09\x40", 15 },
};

static void no_program_is_started(void)
{
	static const char program[] = "#!/bin/sh\n: > $0.ran\ncat\n";
	char data[4096] = "", name[32];

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		put(foreign[i].program, program, sizeof(program) - 1, 0755);
	CHECK(!setenv("PATH", folder, 1));
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct vz_err e = { 0 };
		struct backup_in *in;
		struct backup_head h;

		memcpy(data, foreign[i].head, foreign[i].len);
		put("archive", data, sizeof(data), 0600);
		CHECK(backup_in_open("archive", NULL, &in, &e) || backup_in_head(in, &h, &e));
		backup_in_close(in);
		vz_error_free(&e);
		snprintf(name, sizeof(name), "%s.ran", foreign[i].program);
		CHECK(access(name, F_OK));
	}
}

/* The usual ones are unpacked, without any program. */
static void usual_ones_are_read(void)
{
	static int (*const add[])(struct archive *a) = {
		archive_write_add_filter_none, archive_write_add_filter_gzip,
		archive_write_add_filter_bzip2, archive_write_add_filter_xz,
		archive_write_add_filter_lzma, archive_write_add_filter_zstd,
		archive_write_add_filter_lz4,
	};

	for (size_t i = 0; i < sizeof(add) / sizeof(add[0]); i++) {
		cleanup_archive_read struct archive *in = vz_archive_reader();
		cleanup_archive_write struct archive *out = archive_write_new();
		struct archive_entry *en = archive_entry_new();

		CHECK(add[i](out) == ARCHIVE_OK && !archive_write_set_format_pax(out) &&
		      !archive_write_open_filename(out, "archive"));
		archive_entry_set_pathname(en, "name");
		archive_entry_set_filetype(en, AE_IFREG);
		archive_entry_set_size(en, 0);
		CHECK(!archive_write_header(out, en) && !archive_write_close(out));
		archive_entry_free(en);
		CHECK(!archive_read_open_filename(in, "archive", 4096));
		CHECK(!archive_read_next_header(in, &en));
		CHECK_STR(archive_entry_pathname(en), "name");
	}
}

int main(void)
{
	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	TEST(no_program_is_started);
	TEST(usual_ones_are_read);
	return tap_failed || chdir("/") || vz_path_remove(folder, NULL);
}
