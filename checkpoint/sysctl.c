// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network sysctls of a VE: those of its net namespace that are not what a new one
 * has. CRIU knows some by name; here all files below /proc/sys/net are looked at that
 * can be read and written.
 *
 * As text a list has a line for each: name, tab, value, with newlines in a value as
 * tabs. Names are relative to /proc/sys/net. Walks are made by a child in the
 * namespace, which leaves its list in a file without a name.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "checkpoint/sysctl.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/report.h"

#define SYSCTL_NET	"/proc/sys/net"
#define DEPTH		8

/* Buffers that hold all that is sent: a socket cannot be filled again below this. */
static const char *const not_early[] = { "ipv4/tcp_notsent_lowat" };

bool ckpt_sysctl_name_valid(const char *name)
{
	const char *p = name;

	if (strlen(name) >= 256)
		return false;
	for (;;) {
		size_t n = strcspn(p, "/");

		if (!n || strspn(p, ".") >= n)
			return false;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)p[i] <= ' ' || p[i] == 127)
				return false;
		p += n;
		if (!*p)
			return true;
		p++;
	}
}

/* One that has become a line; false when it is not to be read, or too long. */
static bool read_value(int dir, const char *name, char *value, size_t size)
{
	cleanup_close int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, value, size - 1);

	if (n <= 0 || n == (ssize_t)size - 1)
		return false;
	while (n && value[n - 1] == '\n')
		n--;
	value[n] = '\0';
	for (char *p = value; *p; p++)
		if (*p == '\n')
			*p = '\t';
	return strlen(value) == (size_t)n;
}

static void walk(int at, const char *name, char *path, size_t used, int depth, FILE *out)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *n;

	while (d && depth < DEPTH && (n = readdir(d))) {
		char value[CKPT_SYSCTL_BYTES];
		struct stat st;
		int len;

		if (n->d_name[0] == '.')
			continue;
		len = snprintf(path + used, PATH_MAX - used, "%s%s", used ? "/" : "", n->d_name);
		if (fstatat(fd, n->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    used + len >= PATH_MAX)
			continue;
		if (S_ISDIR(st.st_mode))
			walk(fd, n->d_name, path, used + len, depth + 1, out);
		else if ((st.st_mode & 0600) == 0600 && ckpt_sysctl_name_valid(path) &&
			 read_value(fd, n->d_name, value, sizeof(value)))
			fprintf(out, "%s\t%s\n", path, value);
	}
}

struct list {
	int fd;
	bool fresh;
};

static int list_here(void *arg, struct vz_err *e)
{
	const struct list *l = arg;
	char path[PATH_MAX] = "";
	cleanup_file FILE *out = fdopen(dup(l->fd), "w");

	if (!out || (l->fresh && unshare(CLONE_NEWNET)))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "make a net namespace");
	walk(AT_FDCWD, SYSCTL_NET, path, 0, 0, out);
	return fflush(out) ? vz_error_sys(e, VZ_SYSTEM, -errno, "list sysctls") : 0;
}

static int take_list(int fd, char **text, struct vz_err *e)
{
	off_t size = lseek(fd, 0, SEEK_END);

	*text = size < 0 ? NULL : malloc(size + 1);
	if (!*text || pread(fd, *text, size, 0) != size) {
		free(*text);
		*text = NULL;
		return vz_error_sys(e, VZ_SYSTEM, -errno, "read a list of sysctls");
	}
	(*text)[size] = '\0';
	return 0;
}

int ckpt_sysctl_fresh(char **text, struct vz_err *e)
{
	cleanup_close int fd = memfd_create("sysctls", MFD_CLOEXEC);
	struct list l = { fd, true };
	int err;

	if (fd < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "memfd_create");
	err = vz_in_child(list_here, &l, e);
	return err ? err : take_list(fd, text, e);
}

/* Is "name\tvalue" a line of @fresh? */
static bool is_fresh(const char *fresh, const char *line)
{
	const size_t n = strlen(line);
	const char *p = fresh;

	while ((p = strstr(p, line))) {
		if ((p == fresh || p[-1] == '\n') && p[n] == '\n')
			return true;
		p += n;
	}
	return false;
}

static int add(VeSysctl ***list, size_t *n, const char *name, const char *value)
{
	VeSysctl **more = realloc(*list, (*n + 1) * sizeof(*more));
	VeSysctl *one = malloc(sizeof(*one));

	if (more)
		*list = more;
	if (!more || !one) {
		free(one);
		return -ENOMEM;
	}
	ve_sysctl__init(one);
	one->name = strdup(name);
	one->value = strdup(value);
	more[(*n)++] = one;
	return one->name && one->value ? 0 : -ENOMEM;
}

int ckpt_sysctl_list(pid_t pid, const char *fresh, VeSysctl ***list, size_t *n,
		     struct vz_err *e)
{
	cleanup_close int fd = memfd_create("sysctls", MFD_CLOEXEC);
	cleanup_free char *text = NULL;
	struct list l = { fd, false };
	char *line, *save;
	int err;

	if (fd < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "memfd_create");
	err = vz_in_ns(pid, CLONE_NEWNET, list_here, &l, e);
	if (err)
		return err;
	err = take_list(fd, &text, e);
	if (err)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, '\t');

		if (!value || is_fresh(fresh, line) || *n == CKPT_SYSCTL_MAX)
			continue;
		*value++ = '\0';
		if (add(list, n, line, value))
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "sysctls of process %d", pid);
	}
	return 0;
}

struct job {
	unsigned int id;
	pid_t pid;
	VeSysctl **list;
	size_t n;
	bool last;
};

static int write_one(int net, const VeSysctl *c)
{
	struct open_how how = { .flags = O_RDWR | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
					   RESOLVE_NO_XDEV };
	const size_t n = strlen(c->value);
	char now[CKPT_SYSCTL_BYTES];
	cleanup_close int fd = -1;

	if (read_value(net, c->name, now, sizeof(now)) && !strcmp(now, c->value))
		return 0;
	fd = syscall(SYS_openat2, net, c->name, &how, sizeof(how));
	if (fd < 0)
		return -errno;
	return write(fd, c->value, n) == (ssize_t)n ? 0 : -errno;
}

static bool waits(const char *name)
{
	for (size_t i = 0; i < sizeof(not_early) / sizeof(not_early[0]); i++)
		if (!strcmp(name, not_early[i]))
			return true;
	return false;
}

static int write_here(void *arg, struct vz_err *e)
{
	const struct job *j = arg;
	cleanup_close int net = -1;

	if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "become root of VE %u", j->id);
	net = open(SYSCTL_NET, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (net < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "open " SYSCTL_NET);
	for (size_t i = 0; i < j->n; i++) {
		const VeSysctl *c = j->list[i];
		int err = j->last || !waits(c->name) ? write_one(net, c) : 0;

		if (err && j->last)
			vz_warn("VE %u: net/%s is not %s again: %s", j->id, c->name, c->value,
				strerror(-err));
	}
	return 0;
}

static int enter(void *arg, struct vz_err *e)
{
	const struct job *j = arg;
	int err = vz_cgroup_attach(j->id, "criu", 0, e);

	return err ? err : vz_in_ns(j->pid, CLONE_NEWUSER | CLONE_NEWNET, write_here, arg, e);
}

/* A VE is not lost for a sysctl. */
void ckpt_sysctl_write(unsigned int id, pid_t pid, VeSysctl **list, size_t n, bool last)
{
	struct job j = { id, pid, list, n, last };
	struct vz_err e = {};

	if (n && vz_in_child(enter, &j, &e))
		vz_warn("VE %u: network sysctls: %s", id, e.msg ? e.msg : "not written");
	vz_error_free(&e);
}
