/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a configuration. It is read as a shell would read it that sources the file, as far as
 * that is a name and a plain value; what else a shell would do with it is said, and not done.
 */
#ifndef LIBVZ_CONF_LINE_H
#define LIBVZ_CONF_LINE_H

#include <stdbool.h>

/**
 * struct vz_conf_line - a line
 * @name, @value: NULL: it is a comment, blank or none of ours
 * @text: as read; NULL when it was set by us
 * @set: memory of a line that was set: its own, not the file's
 * @wrong: why a shell would not take it, or not as it is here; static text, or NULL
 * @unusable: the value is none that was meant
 */
struct vz_conf_line {
	char *name, *value;
	char *text;
	char *set;
	const char *wrong;
	bool unusable;
};

/* $VEID and ${VEID}, which are replaced in paths. */
bool vz_conf_is_veid(const char *s);
/* Name and value of a line, cut out where it stands. */
void vz_conf_line_split(char *s, struct vz_conf_line *l);

#endif /* LIBVZ_CONF_LINE_H */
