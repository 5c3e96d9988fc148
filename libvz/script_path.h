/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the action scripts of a VE are, and where they go. What runs them is script.h. */
#ifndef LIBVZ_SCRIPT_PATH_H
#define LIBVZ_SCRIPT_PATH_H

/* Names of a VE's own scripts, what is behind "<id>."; NULL at the end. */
extern const char *const vz_script_ends[];

/* The script end of VE id in the folder of configurations; buf of PATH_MAX is returned. */
char *vz_script_path(char *buf, unsigned int id, const char *end);

struct vz_err;

/**
 * vz_scripts_aside() - scripts of a VE that gives its number up
 * @id: it; the caller holds its lock
 * @why: what is put behind their names, with a dot
 *
 * The next VE of this number would run them. Those of an earlier one that are there under the new
 * names are replaced. A second call does what the first one could not.
 *
 * Return: how many were renamed; VZ_SAVECONF.
 */
int vz_scripts_aside(unsigned int id, const char *why, struct vz_err *e);

#endif /* LIBVZ_SCRIPT_PATH_H */
