// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory region that survives kexec, seen as an ext4 file system with
 * dax, and the manifest in it.
 *
 * A manifest is believed only when its checksum is right and its generation
 * is the one that the root disk awaits, by REBOOT_TRIES kernels at most. The images of a VE
 * are used once: their marker is gone from the region before its first instruction, and
 * before it is started without them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/crc.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/tree.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_store.h"

#define MANIFEST_HEAD	"openve-manifest 1"
#define DEVICE_WAIT_MS	30000
#define TAKEN		REBOOT_MANIFEST ".taken"

int reboot_store_check(struct vz_err *e)
{
	cleanup_file FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	if (!mounts)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "read /proc/self/mounts");
	while ((m = getmntent(mounts))) {
		if (strcmp(m->mnt_dir, REBOOT_STORE))
			continue;
		if (strcmp(m->mnt_fsname, REBOOT_DEVICE) || strcmp(m->mnt_type, "ext4") ||
		    !(hasmntopt(m, "dax") || hasmntopt(m, "dax=always")))
			return vz_error(e, VZ_SYSTEM, -EINVAL,
					REBOOT_STORE
					" is not the ext4 file system of " REBOOT_DEVICE
					" mounted with dax");
		return 0;
	}
	return vz_error(e, VZ_SYSTEM, -ENODEV,
			"nothing is mounted on " REBOOT_STORE
			": boot with memmap=SIZE!START, then mkfs.ext4 -b 4096 " REBOOT_DEVICE
			" and mount -o dax " REBOOT_DEVICE " " REBOOT_STORE);
}

/* Where its driver is a module, the device comes a while after udev has asked for it. */
static void await_device(void)
{
	cleanup_free char *words = NULL;
	char *word, *bang;
	int i;

	if (vz_read_file("/proc/cmdline", &words))
		return;
	word = strstr(words, "memmap=");
	bang = word ? strchr(word, '!') : NULL;
	for (i = 0; bang && i < DEVICE_WAIT_MS && access(REBOOT_DEVICE, F_OK); i += 100)
		usleep(100000);
}

int reboot_store_mount(struct vz_err *e)
{
	struct vz_err unused = {};
	int err = reboot_store_check(&unused);

	vz_error_free(&unused);
	if (!err)
		return 0;
	await_device();
	if ((mkdir("/vz", 0755) && errno != EEXIST) ||
	    (mkdir(REBOOT_STORE, 0700) && errno != EEXIST))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "make " REBOOT_STORE);
	if (mount(REBOOT_DEVICE, REBOOT_STORE, "ext4", MS_NOSUID | MS_NODEV | MS_NOEXEC, "dax"))
		return vz_error_sys(e, VZ_SYSTEM, -errno,
				    "mount " REBOOT_DEVICE " on " REBOOT_STORE);
	return 0;
}

char *reboot_store_path(char *buf, uint64_t generation, unsigned int id)
{
	snprintf(buf, PATH_MAX, REBOOT_STORE "/%" PRIu64 "/%u", generation, id);
	return buf;
}

int reboot_store_make(uint64_t generation, struct vz_err *e)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), REBOOT_STORE "/%" PRIu64, generation);
	if (chmod(REBOOT_STORE, 0700) || (mkdir(path, 0700) && errno != EEXIST))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "make %s", path);
	return 0;
}

void reboot_store_clean(void)
{
	int fd = open(REBOOT_STORE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char path[PATH_MAX];
	struct dirent *n;

	unlink(REBOOT_MANIFEST);
	unlink(TAKEN);
	while (d && (n = readdir(d)))
		if (n->d_name[0] >= '0' && n->d_name[0] <= '9') {
			snprintf(path, sizeof(path), REBOOT_STORE "/%s", n->d_name);
			vz_path_remove(path, NULL);
		}
}

int reboot_manifest_write(const struct reboot_manifest *m, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int err;

	if (!f)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "manifest");
	fprintf(f, MANIFEST_HEAD "\ngeneration %" PRIu64 "\nkernel %s\nfrozen %" PRIu64 "\n",
		m->generation, m->kernel, m->frozen_at);
	if (*m->back)
		fprintf(f, "back %s\ninitrd %s\ncmdline %s\n", m->back,
			*m->back_initrd ? m->back_initrd : "-", m->back_cmdline);
	for (size_t i = 0; i < m->n; i++)
		fprintf(f, "ve %u %" PRIu64 "\n", m->entry[i].id, m->entry[i].image_bytes);
	fflush(f);
	fprintf(f, "crc %08x\n", vz_crc32c(0, text, len));
	if (fclose(f))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "manifest");
	err = vz_replace_file(REBOOT_MANIFEST, text, len, 0600);
	return err ? vz_error_sys(e, VZ_NOSPACE, err, "write " REBOOT_MANIFEST) : 0;
}

/* "WORD REST" with that word: the rest into buf. */
static bool rest_of(const char *line, const char *word, char *buf, size_t size)
{
	size_t n = strlen(word);

	if (strncmp(line, word, n) || line[n] != ' ')
		return false;
	snprintf(buf, size, "%s", line + n + 1);
	return true;
}

static int parse_manifest(char *text, size_t len, struct reboot_manifest *m)
{
	char *sum = NULL, *line, *save;
	uint32_t crc;

	for (char *p = text; (p = strstr(p, "\ncrc ")); p++)
		sum = p + 1;
	if (!sum || sscanf(sum, "crc %x", &crc) != 1 || vz_crc32c(0, text, sum - text) != crc)
		return -EBADMSG;
	*sum = '\0';
	m->entry = calloc(REBOOT_MAX_VES, sizeof(*m->entry));
	if (!m->entry)
		return -ENOMEM;
	line = strtok_r(text, "\n", &save);
	if (!line || strcmp(line, MANIFEST_HEAD))
		return -EPROTO;
	while ((line = strtok_r(NULL, "\n", &save))) {
		struct reboot_entry *v = &m->entry[m->n];

		if (sscanf(line, "generation %" SCNu64, &m->generation) == 1 ||
		    sscanf(line, "kernel %127s", m->kernel) == 1 ||
		    sscanf(line, "frozen %" SCNu64, &m->frozen_at) == 1 ||
		    rest_of(line, "back", m->back, sizeof(m->back)) ||
		    rest_of(line, "initrd", m->back_initrd, sizeof(m->back_initrd)) ||
		    rest_of(line, "cmdline", m->back_cmdline, sizeof(m->back_cmdline)))
			continue;
		if (m->n == REBOOT_MAX_VES ||
		    sscanf(line, "ve %u %" SCNu64, &v->id, &v->image_bytes) != 2)
			return -EPROTO;
		m->n++;
	}
	if (!strcmp(m->back_initrd, "-"))
		*m->back_initrd = '\0';
	return 0;
}

static char *slurp(const char *path, size_t *len)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) || st.st_size > 1 << 20)
		return NULL;
	text = malloc(st.st_size + 1);
	n = text ? read(fd, text, st.st_size) : -1;
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	*len = n;
	return text;
}

/* How many kernels have taken the generation that is awaited. */
static unsigned int tries_before(void)
{
	size_t len;
	cleanup_free char *text = slurp(REBOOT_GENERATION, &len);
	unsigned int n;

	return text && sscanf(text, "%*u awaited %u", &n) == 1 ? n : 0;
}

static int count_try(uint64_t generation, unsigned int tries, struct vz_err *e)
{
	char text[64];
	int err;

	snprintf(text, sizeof(text), "%" PRIu64 " awaited %u\n", generation, tries);
	err = vz_replace_file(REBOOT_GENERATION, text, strlen(text), 0600);
	return err ? vz_error_sys(e, VZ_RESTORE, err, "write " REBOOT_GENERATION) : 0;
}

static int withdraw(struct vz_err *e)
{
	if (rename(REBOOT_MANIFEST, TAKEN))
		return vz_error_sys(e, VZ_RESTORE, -errno, "withdraw " REBOOT_MANIFEST);
	sync();
	return 0;
}

static int check_manifest(char *text, size_t len, struct reboot_manifest *m, struct vz_err *e)
{
	bool awaited;
	uint64_t want = reboot_generation_last(&awaited);
	int err = parse_manifest(text, len, m);

	if (err)
		return vz_error(e, VZ_RESTORE, err, REBOOT_MANIFEST " is damaged");
	if (!awaited || m->generation != want)
		return vz_error(e, VZ_RESTORE, -ESTALE, REBOOT_MANIFEST " is of generation %" PRIu64
				", but %s %" PRIu64 ": its VEs have run since", m->generation,
				awaited ? "this host awaits" : "nothing is awaited after", want);
	m->tries = tries_before() + 1;
	if (m->tries > REBOOT_TRIES)
		return vz_error(e, VZ_RESTORE, -ELOOP,
				"%d kernels have tried to restore the VEs that vzreboot saved, and "
				"died: they are not tried again", REBOOT_TRIES);
	/* Before anything is believed: who dies over it is counted. */
	return count_try(want, m->tries, e);
}

int reboot_manifest_take(struct reboot_manifest *m, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	struct vz_err own = {};
	size_t len = 0;
	int err;

	memset(m, 0, sizeof(*m));
	text = slurp(REBOOT_MANIFEST, &len);
	if (!text)
		return -ENOENT;
	err = check_manifest(text, len, m, e);
	if (err)
		withdraw(&own);
	vz_error_free(&own);
	return err;
}

int reboot_manifest_done(const struct reboot_manifest *m, struct vz_err *e)
{
	int err = reboot_generation_set(m->generation, false, e);

	return err ? err : withdraw(e);
}

uint64_t reboot_generation_last(bool *awaited)
{
	size_t len;
	cleanup_free char *text = slurp(REBOOT_GENERATION, &len);
	uint64_t g = 0;
	char word[16] = "";

	if (!text || sscanf(text, "%" SCNu64 " %15s", &g, word) < 1)
		g = 0;
	if (awaited)
		*awaited = !strcmp(word, "awaited");
	return g;
}

int reboot_generation_set(uint64_t generation, bool awaited, struct vz_err *e)
{
	char text[64];
	int err;

	snprintf(text, sizeof(text), "%" PRIu64 "%s\n", generation, awaited ? " awaited" : "");
	err = vz_replace_file(REBOOT_GENERATION, text, strlen(text), 0600);
	return err ? vz_error_sys(e, VZ_SYSTEM, err, "write " REBOOT_GENERATION) : 0;
}
