// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "ghost-attr.h"
#include "log.h"
#include "namespaces.h"
#include "xmalloc.h"

/* The most that the kernel gives, of names and of a value (linux/limits.h). */
#define MOST 65536

/* An attribute of the system needs rights on the host, but a list of access does not. */
static bool is_kept(const char *name)
{
	return !strncmp(name, "user.", 5) || !strncmp(name, "system.posix_acl_", 17);
}

/* The kernel shows numbers of owners as the reader's; who restores has those of the VE. */
static void translate_acl(void *value, size_t size)
{
	struct posix_acl_xattr_header *head = value;
	struct posix_acl_xattr_entry *e = (void *)(head + 1);

	for (; (char *)(e + 1) <= (char *)value + size; e++) {
		if (e->e_tag == ACL_USER)
			e->e_id = userns_uid(e->e_id);
		else if (e->e_tag == ACL_GROUP)
			e->e_id = userns_gid(e->e_id);
	}
}

static int add(GhostFileEntry *gfe, const char *name, const void *value, size_t size)
{
	GhostAttrEntry **more, *a = xmalloc(sizeof(*a));

	more = xrealloc(gfe->attrs, (gfe->n_attrs + 1) * sizeof(*more));
	if (!a || !more)
		return -1;
	gfe->attrs = more;
	ghost_attr_entry__init(a);
	a->name = xstrdup(name);
	a->value.data = xmemdup(value, size ? size : 1);
	a->value.len = size;
	if (!a->name || !a->value.data)
		return -1;
	if (!strncmp(name, "system.", 7))
		translate_acl(a->value.data, size);
	gfe->attrs[gfe->n_attrs++] = a;
	return 0;
}

int ghost_attr_dump(int fd, GhostFileEntry *gfe)
{
	static char names[MOST], value[MOST];
	char path[64];
	ssize_t all, size;

	if (S_ISLNK(gfe->mode))
		return 0;
	/* By its name in /proc: a descriptor may be open for nothing but its path. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	all = listxattr(path, names, sizeof(names));
	if (all < 0 && errno != ENOTSUP) {
		pr_perror("Unable to list the attributes of a ghost");
		return -1;
	}
	for (char *name = names; all > 0 && name < names + all; name += strlen(name) + 1) {
		if (!is_kept(name))
			continue;
		size = getxattr(path, name, value, sizeof(value));
		if (size < 0 && errno == ENODATA)
			continue;
		if (size < 0) {
			pr_perror("Unable to read attribute %s of a ghost", name);
			return -1;
		}
		if (add(gfe, name, value, size))
			return -1;
	}
	return 0;
}

int ghost_attr_restore(const char *path, const GhostFileEntry *gfe)
{
	for (size_t i = 0; i < gfe->n_attrs; i++) {
		const GhostAttrEntry *a = gfe->attrs[i];

		if (is_kept(a->name) &&
		    !lsetxattr(path, a->name, a->value.data, a->value.len, 0))
			continue;
		/* What the file system of the destination does not have is passed over. */
		if (is_kept(a->name) && errno != ENOTSUP) {
			pr_perror("Unable to set attribute %s of ghost %s", a->name, path);
			return -1;
		}
		pr_warn("Attribute %s of ghost %s is left out\n", a->name, path);
	}
	return 0;
}
