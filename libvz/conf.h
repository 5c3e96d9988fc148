/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files: /etc/vz/vz.conf and /etc/vz/conf/<id>.conf.
 * NAME="value" lines, never evaluated; unknown lines and comments are kept
 * when a file is written again (temporary file, fsync, rename).
 */
#ifndef LIBVZ_CONF_H
#define LIBVZ_CONF_H

#include <stdbool.h>
#include "include/vz/abi.h"
#include "libvz/value.h"

struct vz_conf_file;
struct vz_err;

#define VZ_IOPRIO_MAX	7

/**
 * struct vz_conf - one VE's configuration over the global one
 * @id: VE id, 0 for the global part alone
 * Strings are malloc'ed or NULL; lists are blank-separated.
 */
struct vz_conf {
	unsigned int id;
	/* global */
	char *lockdir, *dumpdir, *template_dir, *logfile, *config_sample, *def_ostemplate;
	bool logging;
	int log_level, verbose;
	/* VE */
	char *root, *private;		/* $VEID expanded */
	char *ostemplate, *hostname, *name, *description, *layout;
	char *ip_address, *nameserver, *searchdomain, *features;
	char *onboot;			/* "yes", "no" or NULL */
	bool disabled;
	bool skip_arpdetect;		/* no duplicate address detection */
	bool error_on_arpfail;		/* an address in use is an error, not a warning */
	int stop_timeout;		/* seconds */
	unsigned int uid_base;		/* LOCAL_UID; 0 when not chosen yet */
	unsigned int cpuunits, cpulimit, cpus;
	char *cpumask, *nodemask;	/* "0-3,5", "all", cpumask also "auto"; NULL when unset */
	unsigned int ioprio;		/* 0..VZ_IOPRIO_MAX */
	long iolimit, iopslimit;	/* bytes, operations a second; 0: none */
	struct vz_limit ub[UB_NR_RESOURCES];	/* in the resource's own unit */
	struct vz_conf_file *file;	/* lines of <id>.conf, for writing back */
	struct vz_conf_file *global;	/* lines of vz.conf, for vz_conf_get() */
};

/* Path of <id>.conf (PATH_MAX buffer). */
char *vz_conf_path(char *buf, unsigned int id);
/* Read the global file; -ENOENT is VZ_NOCONFIG. */
int vz_conf_global(struct vz_conf **c, struct vz_err *e);
/* Read global and VE's; missing <id>.conf is VZ_NOVECONFIG. */
int vz_conf_load(unsigned int id, struct vz_conf **c, struct vz_err *e);
/* Parse a VE configuration from a path other than /etc/vz/conf (samples, incoming migration). */
int vz_conf_load_path(unsigned int id, const char *path, struct vz_conf **c, struct vz_err *e);
/* Set NAME="value" in c->file (NULL value removes it) and re-parse that name; -EINVAL VZ_BADVALUE for a bad value. */
int vz_conf_set(struct vz_conf *c, const char *name, const char *value, struct vz_err *e);
/* Value of any variable as written, the VE's before the global one; NULL when unset. */
const char *vz_conf_get(const struct vz_conf *c, const char *name);
/* The VE's own line only. */
const char *vz_conf_get_own(const struct vz_conf *c, const char *name);
/* Write /etc/vz/conf/<id>.conf. */
int vz_conf_save(const struct vz_conf *c, struct vz_err *e);
/* An empty VE configuration over the global one, for create. */
int vz_conf_new(unsigned int id, struct vz_conf **c, struct vz_err *e);
void vz_conf_free(struct vz_conf *c);

static inline void vz_cleanup_conf(struct vz_conf **c)
{
	vz_conf_free(*c);
}
#define cleanup_conf	__attribute__((cleanup(vz_cleanup_conf)))

#endif /* LIBVZ_CONF_H */
