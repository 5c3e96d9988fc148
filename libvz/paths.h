/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fixed places of the tools and the id range of a VE. */
#ifndef LIBVZ_PATHS_H
#define LIBVZ_PATHS_H

#define VZ_ETC		"/etc/vz"
#define VZ_CONFDIR	VZ_ETC "/conf"
#define VZ_NAMES	VZ_ETC "/names"
#define VZ_GLOBAL_CONF	VZ_ETC "/vz.conf"
#define VZ_RUNDIR	"/run/vz"
#define VZ_STATEDIR	"/var/lib/vzctl"

/* Programs that users do not call themselves. */
#define VZ_LIBEXECDIR	"/usr/lib/openve"

/* Memory that survives kexec, and where its file system is mounted. */
#define VZ_PMEM_DEVICE	"/dev/pmem0"
#define VZ_PMEM_STORE	"/vz/pmem"

/* Written last into a dump, removed first. */
#define VZ_DUMP_MARKER	"ve.complete"

/* Ids of one VE, and the zone in which ranges lie. */
#define VZ_RANGE	65536U
#define VZ_RANGE_FIRST	0x40000000U
#define VZ_RANGE_SLOTS	16384U

#endif /* LIBVZ_PATHS_H */
