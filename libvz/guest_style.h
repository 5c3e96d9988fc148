/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a guest sets up its network, found in its own files: never from the name
 * of a template, which says what the guest was once. No state.
 */
#ifndef LIBVZ_GUEST_STYLE_H
#define LIBVZ_GUEST_STYLE_H

#include <stdbool.h>
#include <stddef.h>

/* What os-release says of a system; "" when it does not. */
struct vz_os {
	char id[32], version[32], like[64], name[96];
};

/* Text of os-release; quotes are taken off, control characters are blanks. */
void vz_os_parse(const char *text, struct vz_os *os);

enum vz_style {
	VZ_STYLE_NONE,		/* nothing that we know */
	VZ_STYLE_NETPLAN,
	VZ_STYLE_NETWORKMANAGER,
	VZ_STYLE_IFCFG,		/* Red Hat, SUSE: a file each device */
	VZ_STYLE_IFUPDOWN,
	VZ_STYLE_ALPINE,	/* the interfaces file of busybox */
	VZ_STYLE_NETWORKD,
	VZ_NR_STYLES,
};

const char *vz_style_name(enum vz_style s);

/*
 * The style of a root: has(arg, path) tells whether a path, relative and without
 * links, is there. The first row of the table that fits counts.
 */
enum vz_style vz_style_find(const struct vz_os *os, bool (*has)(void *arg, const char *path),
			    void *arg);
/* Paths that any row asks has() about; NULL behind the last. */
const char *vz_style_marker(size_t n);

/*
 * What keeps the guest's manager from touching venet0, which the host sets up:
 * a file in a folder that must be there. false: it does not touch it anyway.
 */
bool vz_style_leave(enum vz_style s, const char **dir, const char **name, const char **text);

/* The file sets up a venet device as older hosts wanted it: here it would be in the way. */
bool vz_style_is_stale(const char *path);
/* The file may hold parts of that kind among others: vz_style_edit() takes them out. */
bool vz_style_is_edited(const char *path);
/* malloc'ed; NULL without memory. *changed: something was taken out. */
char *vz_style_edit(const char *text, bool *changed);

#endif /* LIBVZ_GUEST_STYLE_H */
