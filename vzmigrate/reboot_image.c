// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The new kernel's file: an x86 bzImage whose embedded configuration
 * (CONFIG_IKCONFIG) has all that a restore needs. The payload is compressed
 * by one of the usual methods; libarchive knows them.
 */
#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "vzmigrate/reboot_image.h"

#define KERNEL_MAX_BYTES	(256u << 20)
#define CONFIG_START		"IKCFG_ST"
#define CONFIG_END		"IKCFG_ED"

/* What a kernel must have to find the images and bring the VEs back. */
static const char *const needed[] = {
	"CONFIG_VE=y",
	"CONFIG_CHECKPOINT_RESTORE=y",
	"CONFIG_X86_PMEM_LEGACY=y",
	"CONFIG_BLK_DEV_PMEM=y",
	"CONFIG_FS_DAX=y",
	"CONFIG_EXT4_FS=y",
	"CONFIG_TIME_NS=y",
};

static uint32_t le32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

/* All that can be decompressed of a stream: a kernel's payload has a tail that is none of it. */
static uint8_t *decompress(const uint8_t *data, size_t len, size_t *out_len)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	uint8_t *out = NULL;
	size_t n = 0, size = 0;

	if (!a)
		return NULL;
	archive_read_support_filter_all(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_memory(a, data, len) == ARCHIVE_OK &&
	    archive_read_next_header(a, &entry) == ARCHIVE_OK) {
		for (;;) {
			ssize_t got;

			if (size - n < 1 << 20) {
				uint8_t *more = size < KERNEL_MAX_BYTES
							? realloc(out, size + (8 << 20))
							: NULL;

				if (!more)
					break;
				out = more;
				size += 8 << 20;
			}
			got = archive_read_data(a, out + n, size - n);
			if (got <= 0)
				break;
			n += got;
		}
	}
	archive_read_free(a);
	*out_len = n;
	return out;
}

static char *embedded_config(const uint8_t *vmlinux, size_t len)
{
	const uint8_t *start = memmem(vmlinux, len, CONFIG_START, strlen(CONFIG_START)), *end;
	size_t n;
	char *text;

	if (!start)
		return NULL;
	start += strlen(CONFIG_START);
	end = memmem(start, len - (start - vmlinux), CONFIG_END, strlen(CONFIG_END));
	if (!end)
		return NULL;
	text = (char *)decompress(start, end - start, &n);
	if (text)
		text[n] = '\0';	/* decompress() leaves room */
	return text;
}

static bool has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = text; (p = strstr(p, line)); p += n)
		if ((p == text || p[-1] == '\n') && (p[n] == '\n' || !p[n]))
			return true;
	return false;
}

static int check_image(const char *path, const uint8_t *k, size_t len, struct vz_err *e)
{
	cleanup_free uint8_t *vmlinux = NULL;
	cleanup_free char *config = NULL;
	size_t offset, plen, n = 0;

	if (len < 0x1000 || k[0x1fe] != 0x55 || k[0x1ff] != 0xaa || memcmp(k + 0x202, "HdrS", 4) ||
	    !(k[0x211] & 1))
		return vz_error(e, VZ_BADVALUE, -ENOEXEC, "%s is not an x86 kernel image (bzImage)",
				path);
	/* Payload: offset from the protected-mode code, which follows the set-up sectors. */
	offset = (size_t)(k[0x1f1] ? k[0x1f1] : 4) * 512 + 512 + le32_at(k + 0x248);
	plen = le32_at(k + 0x24c);
	if (offset >= len || plen > len - offset)
		return vz_error(e, VZ_BADVALUE, -ENOEXEC, "%s is cut short", path);
	vmlinux = decompress(k + offset, plen, &n);
	config = vmlinux ? embedded_config(vmlinux, n) : NULL;
	if (!config)
		return vz_error(e, VZ_BADVALUE, -ENOEXEC,
				"%s does not tell its configuration (CONFIG_IKCONFIG), as every kernel of OpenVE does",
				path);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!has_line(config, needed[i]))
			return vz_error(e, VZ_BADVALUE, -ENOEXEC,
					"%s lacks %s: VEs could not be restored in it", path,
					needed[i]);
	return 0;
}

int reboot_check_kernel(const char *path, struct vz_err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;
	int err;

	if (fd < 0 || fstat(fd, &st))
		return vz_error_sys(e, VZ_BADVALUE, -errno, "kernel %s", path);
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > KERNEL_MAX_BYTES)
		return vz_error(e, VZ_BADVALUE, -ENOEXEC, "%s is not a kernel image", path);
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "read %s", path);
	err = check_image(path, map, st.st_size, e);
	munmap(map, st.st_size);
	return err;
}
