/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the action scripts of a VE are. What runs them is script.h. */
#ifndef LIBVZ_SCRIPT_PATH_H
#define LIBVZ_SCRIPT_PATH_H

/* Names of a VE's own scripts, what is behind "<id>."; NULL at the end. */
extern const char *const vz_script_ends[];

/* The script end of VE id in the folder of configurations; buf of PATH_MAX is returned. */
char *vz_script_path(char *buf, unsigned int id, const char *end);

#endif /* LIBVZ_SCRIPT_PATH_H */
