/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates from definitions, and from what was made elsewhere. Callers hold the cache's lock. */
#ifndef VZCTL_TMPL_MAKE_H
#define VZCTL_TMPL_MAKE_H

#include <stdbool.h>

struct tmpl_notes;
struct vz_err;

#define TMPL_DEFINITIONS	"/usr/share/openve/templates"
#define TMPL_OWN_DEFINITIONS	"/etc/vz/templates"

/* Path of a definition (PATH_MAX), the operator's before ours; false: there is none. */
bool tmpl_definition(const char *name, char *path);
/* By its definition; what is there already is replaced when all is done. */
int tmpl_build(const char *cache, const char *name, struct tmpl_notes *notes, struct vz_err *e);

/**
 * struct tmpl_import - what is to come
 * @source: file or folder
 * @conf: its configuration, or NULL: looked for beside it
 * @base: first id that owns it; -1: by configuration and owner
 * @words: for the operator, afterwards: what vzctl create is to be told; malloc'ed
 */
struct tmpl_import {
	const char *name, *source, *conf;
	long base;
	char *words;
	bool has_sample;
};

int tmpl_import(const char *cache, struct tmpl_import *im, struct tmpl_notes *notes,
		struct vz_err *e);

#endif /* VZCTL_TMPL_MAKE_H */
