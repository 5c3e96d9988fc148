/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic classes: the file of networks and the host's tables in the kernel. */
#ifndef LIBVZ_NET_CLASSES_H
#define LIBVZ_NET_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include "libvz/ip.h"
#include "libvz/paths.h"

struct vz_err;

#define VZ_NET_CLASSES_FILE	VZ_CONFDIR "/networks_classes"

/* Classes are 0 to 15. As many lines of one family as the kernel takes. */
#define VZ_NET_CLASSES		16
#define VZ_NET_CLASS_LINES	1024

/**
 * struct vz_net_class - a line of a table
 * @class: 0 to 15
 * @net: a network
 */
struct vz_net_class {
	unsigned int class;
	struct vz_ip net;
};

/**
 * struct vz_net_classes - a table of both families; { 0 } is an empty one
 * @line: malloc'ed; of those that cover an address the last one counts
 * @n: how many
 */
struct vz_net_classes {
	struct vz_net_class *line;
	size_t n;
};

/**
 * vz_net_classes_parse - the text of a file of networks
 * @text: "CLASS NETWORK/LEN" lines, comments from # to the end of a line
 * @name: the file, for errors
 * @sort: networks that lie in others go behind them, whatever the order of the lines
 * @out: the lines, those of class 0 last, as the classic tool has it; empty on errors
 * @e: names file and line
 *
 * Return: 0; -EINVAL (VZ_BADVALUE), -E2BIG (VZ_BADVALUE), -ENOMEM.
 */
int vz_net_classes_parse(const char *text, const char *name, bool sort,
			 struct vz_net_classes *out, struct vz_err *e);
/* Of a file. -ENOENT: there is none (VZ_SYSTEM). */
int vz_net_classes_load(const char *path, bool sort, struct vz_net_classes *out,
			struct vz_err *e);
/*
 * Into the kernel, both families or none. -ENOENT (VZ_BADKERNEL): this kernel has no classes.
 */
int vz_net_classes_set(const struct vz_net_classes *t, struct vz_err *e);
/* What the kernel has, IPv4 first. */
int vz_net_classes_get(struct vz_net_classes *out, struct vz_err *e);
void vz_net_classes_free(struct vz_net_classes *t);
#define cleanup_net_classes	__attribute__((cleanup(vz_net_classes_free)))

#endif /* LIBVZ_NET_CLASSES_H */
