// SPDX-License-Identifier: GPL-2.0-or-later
/* The archive of a backup, as vzctl import unpacks it: nothing of it lies beside the area. */
#include "tests/fuzz/tar.h"
#include "tests/fuzz/disk.h"
#include "vzctl/backup_unpack.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/fuzz-import.XXXXXX";
static int here, fds;

/* What the folders of a path may not be: the checks of libvz are not asked again. */
static bool leads_out(const char *path)
{
	for (const char *p = path; *p; p += strcspn(p, "/"), p += *p == '/')
		if (!strncmp(p, "..", 2) && (p[2] == '/' || !p[2]))
			return true;
	return strncmp(path, "root", 4) && strncmp(path, "dump", 4);
}

int fuzz_header(struct archive_entry *en)
{
	const char *name, *link = archive_entry_hardlink(en);
	unsigned int type = archive_entry_filetype(en);
	const void *value;
	size_t n;

	if (leads_out(archive_entry_pathname(en)) || (link && leads_out(link)))
		abort();
	if (!link && (type == AE_IFBLK || (type == AE_IFCHR && archive_entry_rdevmajor(en) != 1 &&
					   archive_entry_rdevmajor(en) != 5)))
		abort();
	archive_entry_xattr_reset(en);
	while (!archive_entry_xattr_next(en, &name, &value, &n))
		if (!strncmp(name, "trusted.", 8))
			abort();
	return ARCHIVE_OK;
}

/* What begins an archive of ours. */
static void head(struct archive *a)
{
	static const char manifest[] =
		"{\"format\": 2, \"ctid\": 7, \"created\": \"\", \"kernel\": \"\", \"suspended\": true,"
		" \"base\": \"0\"}";

	tar_put(a, BACKUP_MANIFEST, 0, "", 0600, manifest, strlen(manifest));
	tar_put(a, BACKUP_CONFIG, 0, "", 0600, "CPUUNITS=1\n", 11);
}

static void prepare(void)
{
	if (!mkdtemp(folder) || chdir(folder) || mkdir("root", 0700) || mkdir("stage", 0700) ||
	    mkdir("root/a", 0700) || mkdir("dump", 0700))
		abort();
	here = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (here < 0 || fds < 0 || chdir("/openve"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct backup_in *in = NULL;
	struct unpack u = { .here = -1 };
	struct backup_head h;
	struct vz_err e = { 0 };
	int fd = tar_file(data, size, head);
	char path[32];

	if (!here)
		prepare();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!backup_in_open(path, NULL, &in, &e) && !backup_in_head(in, &h, &e)) {
		u = (struct unpack){ .check = backup_check_new(), .here = here, .stage = here,
				     .fds = fds };
		if (!u.check)
			abort();
		unpack_one(&u, in, size & 1, &e);
		if (u.disk)
			archive_write_free(u.disk);
		backup_check_free(u.check);
	}
	backup_in_close(in);
	vz_error_free(&e);
	close(fd);
	return 0;
}
