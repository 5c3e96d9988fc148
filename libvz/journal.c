// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal: small files of two lines, replaced as a whole (temporary file, fsync, rename,
 * fsync of the folder). Written by the process that holds the VE's lock.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/journal.h"
#include "libvz/paths.h"

#define JOURNAL_DIR	VZ_STATEDIR "/migrate"

static const char *const names[] = {
#define JOURNAL_NAME(sym, name)	[JOURNAL_##sym] = name,
	JOURNAL_STATES(JOURNAL_NAME)
#undef JOURNAL_NAME
};

const char *journal_state_name(enum journal_state s)
{
	return s < JOURNAL_NR_STATES ? names[s] : "?";
}

static char *journal_path(char *buf, unsigned int id)
{
	snprintf(buf, PATH_MAX, JOURNAL_DIR "/%u", id);
	return buf;
}

static int parse_state(const char *s, enum journal_state *state)
{
	for (int i = 0; i < JOURNAL_NR_STATES; i++)
		if (!strcmp(s, names[i])) {
			*state = i;
			return 0;
		}
	return -EINVAL;
}

static int parse(const char *text, struct journal *j)
{
	char role[16], state[16], uuid[33];
	unsigned int mode, remove, disabled;
	int pid;

	if (sscanf(text, "role=%15s state=%15s mode=%u generation=%" SCNu64
		   " uuid=%32[0-9a-f] pid=%d remove=%u disabled=%u peer=%255[^\n]",
		   role, state, &mode, &j->generation, uuid, &pid, &remove, &disabled,
		   j->peer) != 9)
		return -EINVAL;
	if (strlen(uuid) != 32 || mode >= MIG_NR_MODES || parse_state(state, &j->state))
		return -EINVAL;
	for (int i = 0; i < 16; i++) {
		unsigned int byte;

		sscanf(uuid + 2 * i, "%2x", &byte);
		j->uuid[i] = byte;
	}
	j->source = !strcmp(role, "source");
	j->mode = mode;
	j->pid = pid;
	j->remove = remove;
	j->disabled = disabled;
	return 0;
}

/* The second line came later: without it nobody can ask the peer. */
static void parse_peer(const char *text, struct journal *j)
{
	char value[3][512] = { "", "", "" };

	sscanf(text, "boot=%39[^ \n] host=%39[^ \n] ssh=%511[^\n]", value[0], value[1], value[2]);
	snprintf(j->boot, sizeof(j->boot), "%s", strcmp(value[0], "?") ? value[0] : "");
	snprintf(j->host, sizeof(j->host), "%s", strcmp(value[1], "?") ? value[1] : "");
	snprintf(j->ssh, sizeof(j->ssh), "%s", value[2]);
}

static void boot_id(char *buf, size_t size)
{
	cleanup_free char *text = NULL;

	buf[0] = '\0';
	if (!vz_read_file("/proc/sys/kernel/random/boot_id", &text))
		snprintf(buf, size, "%.*s", (int)strcspn(text, "\n"), text);
}

int journal_read(unsigned int id, struct journal *j, struct vz_err *e)
{
	char path[PATH_MAX], line[1024];
	cleanup_file FILE *f = vz_fopen_file(journal_path(path, id));

	*j = (struct journal){ .id = id };
	if (!f && errno == ENOENT)
		return -ENOENT;
	if (!f)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "open %s", path);
	if (!fgets(line, sizeof(line), f) || parse(line, j))
		return vz_error(e, VZ_SYSTEM, -EINVAL,
				"%s is damaged: check where VE %u runs, then remove the file", path, id);
	if (fgets(line, sizeof(line), f))
		parse_peer(line, j);
	return 0;
}

/*
 * Not by vz_replace_file(): its steps are what faults are put between, and
 * rename(2) of a process that migrates is the journal's alone.
 */
static int write_line(int fd, const struct journal *j)
{
	char uuid[33], boot[sizeof(j->boot)];

	boot_id(boot, sizeof(boot));
	for (int i = 0; i < 16; i++)
		snprintf(uuid + 2 * i, 3, "%02x", j->uuid[i]);
	if (dprintf(fd, "role=%s state=%s mode=%u generation=%" PRIu64
		    " uuid=%s pid=%d remove=%u disabled=%u peer=%s\nboot=%s host=%s ssh=%s\n",
		    j->source ? "source" : "destination", names[j->state], j->mode, j->generation,
		    uuid, j->pid, j->remove, j->disabled, *j->peer ? j->peer : "?",
		    *boot ? boot : "?", *j->host ? j->host : "?", j->ssh) < 0)
		return -errno;
	return fsync(fd) ? -errno : 0;
}

static int sync_dir(void)
{
	cleanup_close int dir = open(JOURNAL_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 || fsync(dir) ? -errno : 0;
}

int journal_write(const struct journal *j, struct vz_err *e)
{
	cleanup_close int fd = -1;
	char path[PATH_MAX], tmp[PATH_MAX];
	int ret;

	mkdir(VZ_STATEDIR, 0755);
	if (mkdir(JOURNAL_DIR, 0700) && errno != EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "make " JOURNAL_DIR);
	journal_path(path, j->id);
	snprintf(tmp, sizeof(tmp), JOURNAL_DIR "/.%u.tmp", j->id);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	ret = fd < 0 ? -errno : write_line(fd, j);
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (!ret)
		ret = sync_dir();
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "write %s", path) : 0;
}

int journal_remove(unsigned int id, struct vz_err *e)
{
	char path[PATH_MAX];

	if (unlink(journal_path(path, id)))
		return errno == ENOENT ? 0 : vz_error_sys(e, VZ_SYSTEM, -errno, "remove %s", path);
	/* Come back after a crash, it would speak of a migration that is over. */
	if (sync_dir())
		return vz_error_sys(e, VZ_SYSTEM, -errno, "sync " JOURNAL_DIR);
	return 0;
}

bool journal_alive(const struct journal *j)
{
	char boot[sizeof(j->boot)];

	boot_id(boot, sizeof(boot));
	if (*j->boot && *boot && strcmp(j->boot, boot))
		return false;
	return j->pid != getpid() && vz_process_alive(j->pid);
}

time_t journal_time(unsigned int id)
{
	char path[PATH_MAX];
	struct stat st;

	return stat(journal_path(path, id), &st) ? 0 : st.st_mtime;
}

int journal_list(unsigned int **ids, size_t *n, struct vz_err *e)
{
	cleanup_dir DIR *d = opendir(JOURNAL_DIR);
	struct dirent *de;

	*ids = NULL;
	*n = 0;
	if (!d)
		return errno == ENOENT ? 0
				       : vz_error_sys(e, VZ_SYSTEM, -errno, "open " JOURNAL_DIR);
	while ((de = readdir(d))) {
		unsigned int *p;

		if (de->d_name[strspn(de->d_name, "0123456789")])
			continue;
		p = realloc(*ids, (*n + 1) * sizeof(*p));
		if (!p)
			return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
		*ids = p;
		p[(*n)++] = strtoul(de->d_name, NULL, 10);
	}
	return 0;
}
