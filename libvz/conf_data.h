/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration holds in memory. setting.def says which variable fills which member. */
#ifndef LIBVZ_CONF_DATA_H
#define LIBVZ_CONF_DATA_H

#include <stdbool.h>
#include "include/vz/abi.h"
#include "libvz/ip.h"
#include "libvz/value.h"

struct vz_conf_file;

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
	char *lower;			/* layout overlay: folder below TEMPLATE/overlay */
	char *ostemplate, *hostname, *name, *description, *layout;
	struct vz_ips ip;		/* IP_ADDRESS */
	char *nameserver, *searchdomain, *features;
	char *netfilter;		/* word of ve.netfilter, NULL: full */
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
	char *disk_quota;		/* "yes", "no" or NULL */
	struct vz_limit diskspace, diskinodes;	/* soft, hard; 1K blocks, inodes */
	char *capability;		/* "sys_time:off ..." */
	bool shaping;			/* TRAFFIC_SHAPING */
	bool venet_direct;		/* VENET_DIRECT */
	char *rate, *totalrate, *ratempu;	/* see rate.h */
	char *ratebound;		/* "yes", "no" or NULL */
	char *devices, *devnodes;	/* as --devices and --devnodes have them */
	struct vz_limit ub[UB_NR_RESOURCES];	/* in the resource's own unit */
	struct vz_conf_file *file;	/* lines of <id>.conf, for writing back */
	struct vz_conf_file *global;	/* lines of vz.conf, for vz_conf_get() */
};

#endif /* LIBVZ_CONF_DATA_H */
