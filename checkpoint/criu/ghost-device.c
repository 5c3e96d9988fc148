// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device nodes that were deleted, or whose name is another's by now, while a process has them
 * open. The kernel lets nobody in a user namespace make one, so the process of CRIU that stayed
 * on the host does, by a descriptor of the folder. It takes the ids of the namespace's root: the
 * mount may know no others.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ghost-device.h"
#include "log.h"
#include "namespaces.h"
#include "util.h"

#undef LOG_PREFIX
#define LOG_PREFIX "ghost device: "

struct node {
	mode_t mode;
	dev_t rdev;
	char name[NAME_MAX + 1];
};

/* With the ids go what is allowed: the kernel takes it from who is no root any more. */
static int allow_all(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return -1;
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted;
	return syscall(SYS_capset, &head, data);
}

/* What 0 is to us in a map of ids of a process. */
static unsigned int root_of(pid_t pid, const char *map)
{
	unsigned int inner, outer;
	char path[64];
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, map);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while ((n = fscanf(f, "%u %u %*u", &inner, &outer)) == 2 && inner)
		;
	fclose(f);
	return n == 2 ? outer : 0;
}

static int make_node(void *arg, int folder, pid_t pid)
{
	const struct node *n = arg;
	const uid_t uid = setfsuid(root_of(pid, "uid_map"));
	const gid_t gid = setfsgid(root_of(pid, "gid_map"));
	int ret = -1;

	if (!allow_all())
		ret = mknodat(folder, n->name, n->mode, n->rdev);
	ret = ret ? -errno : 0;
	setfsgid(gid);
	setfsuid(uid);
	return ret;
}

int make_ghost_device(const char *path, mode_t mode, dev_t rdev)
{
	struct node n = { .mode = mode, .rdev = rdev };
	const char *name = strrchr(path, '/');
	char folder[PATH_MAX];
	int fd, ret;

	if (!name || snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path) >=
			     PATH_MAX) {
		errno = EINVAL;
		return -1;
	}
	snprintf(n.name, sizeof(n.name), "%s", name + 1);
	fd = open(*folder ? folder : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = userns_call(make_node, 0, &n, sizeof(n), fd);
	close(fd);
	if (!ret)
		return 0;
	errno = -ret;
	return -1;
}
