// SPDX-License-Identifier: GPL-2.0-or-later
/* Inside a VE, seen from the host. The VE's root may change everything meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/file.h"
#include "libvz/guest.h"

/* A rename races with the walk; a lease is broken only after a while, and taken again at once. */
#define TRIES	32

int vz_guest_open(const struct vz_conf *c, struct vz_guest *g, struct vz_err *e)
{
	g->root = -1;
	if (!c->private)
		return vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	g->root = open(c->private, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return g->root < 0 ? vz_error_sys(e, VZ_PRIVATEMISSING, -errno, "Container private area %s",
					  c->private) : 0;
}

void vz_guest_close(struct vz_guest *g)
{
	if (g->root >= 0)
		close(g->root);
	g->root = -1;
}

static int guest_open(const struct vz_guest *g, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};
	int fd, tries = 0;

	do
		fd = syscall(SYS_openat2, g->root, *path ? path : ".", &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN) && ++tries < TRIES);
	return fd < 0 ? -errno : fd;
}

int vz_guest_folder(const struct vz_guest *g, const char *path)
{
	return guest_open(g, path, O_RDONLY | O_DIRECTORY);
}

int vz_guest_read(const struct vz_guest *g, const char *path, size_t max, char **text)
{
	cleanup_close int probe = guest_open(g, path, O_PATH), fd = -1;
	struct stat st;

	*text = NULL;
	if (probe < 0)
		return probe;
	/* Looked at first: opening a device or a fifo does something. */
	if (fstat(probe, &st) || !S_ISREG(st.st_mode))
		return -EINVAL;
	fd = guest_open(g, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return -EINVAL;
	return vz_read_fd(fd, max, text, NULL);
}

int vz_guest_replace(const struct vz_guest *g, const char *dir, const char *name,
		     const char *text, mode_t mode)
{
	cleanup_close int d = vz_guest_folder(g, dir);
	struct stat st;
	bool old;

	if (d < 0)
		return d;
	old = !fstatat(d, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode);
	return vz_replace_like(d, name, text, strlen(text), old ? &st : NULL, mode);
}
