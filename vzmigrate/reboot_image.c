// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The new kernel's file: an x86 bzImage whose configuration has all that a restore
 * needs. The payload is compressed by one of the usual methods; libarchive knows
 * them. Kernels with modules do not embed their configuration; Debian puts it beside
 * them.
 */
#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
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

/* "CONFIG_X=y", or "CONFIG_X=m" where modules will do. */
static bool has_option(const char *text, const char *option, bool modules)
{
	char as_module[64];

	if (has_line(text, option))
		return true;
	snprintf(as_module, sizeof(as_module), "%.*sm", (int)strlen(option) - 1, option);
	return modules && has_line(text, as_module);
}

static char *config_beside(const char *path)
{
	const char *base = strrchr(path, '/');
	char *text = NULL, config[PATH_MAX];

	base = base ? base + 1 : path;
	if (strncmp(base, "vmlinuz-", 8))
		return NULL;
	snprintf(config, sizeof(config), "%.*sconfig-%s", (int)(base - path), path, base + 8);
	vz_read_file(config, &text);
	return text;
}

/* The build that runs tells its number among its notes; so does each image, unpacked. */
static bool is_running(const uint8_t *vmlinux, size_t len)
{
	static const uint8_t head[16] = { 4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0 };
	cleanup_close int fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	uint8_t notes[4096], *id;
	ssize_t n = fd < 0 ? 0 : read(fd, notes, sizeof(notes));

	id = n > 0 ? memmem(notes, n, head, sizeof(head)) : NULL;
	if (!id || id + sizeof(head) + 20 > notes + n)
		return false;
	return memmem(vmlinux, len, id, sizeof(head) + 20);
}

static int check_image(const char *path, const uint8_t *k, size_t len, bool modules, bool *runs,
		       struct vz_err *e)
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
		config = config_beside(path);
	if (!config)
		return vz_error(e, VZ_BADVALUE, -ENOEXEC,
				"%s does not tell its configuration: neither is it embedded (CONFIG_IKCONFIG), nor is there a file config-RELEASE beside it",
				path);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!has_option(config, needed[i], modules))
			return vz_error(e, VZ_BADVALUE, -ENOEXEC,
					"%s lacks %s: VEs could not be restored in it", path,
					needed[i]);
	if (runs)
		*runs = is_running(vmlinux, n);
	return 0;
}

int reboot_check_kernel(const char *path, bool modules, bool *runs, struct vz_err *e)
{
	cleanup_close int fd = vz_open_file(path);
	struct stat st;
	void *map;
	int err;

	if (fd < 0)
		return vz_error_sys(e, VZ_BADVALUE, fd, "kernel %s", path);
	if (fstat(fd, &st))
		return vz_error_sys(e, VZ_BADVALUE, -errno, "kernel %s", path);
	if (st.st_size <= 0 || st.st_size > KERNEL_MAX_BYTES)
		return vz_error(e, VZ_BADVALUE, -ENOEXEC, "%s is not a kernel image", path);
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "read %s", path);
	err = check_image(path, map, st.st_size, modules, runs, e);
	munmap(map, st.st_size);
	return err;
}
