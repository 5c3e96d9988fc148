// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that can stand against a VE coming to this host and can be known
 * before a byte of it is copied. Reads only; holds no lock, so the
 * reservation that follows may still fail.
 */
#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "checkpoint/cpu.h"
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_room.h"
#include "libvz/conf_list.h"
#include "libvz/cpuset.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/kernel.h"
#include "libvz/lower.h"
#include "libvz/overlay.h"
#include "libvz/paths.h"
#include "libvz/quota.h"
#include "libvz/state.h"
#include "libvz/vacant.h"
#include "libvz/value.h"
#include "libvz/journal.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/place.h"
#include "vzmigrate/receive_check.h"
#include "vzmigrate/wire.pb-c.h"

/* Room that must stay on the file system. */
#define SPARE_BYTES	(16ULL << 20)

static int check_kernel(const Wire__Hello *h, struct vz_err *e)
{
	return vz_kernel_check(e);
}

/* What the VE's programs have found on the source must be here. */
static int check_cpu(const Wire__Hello *h, struct vz_err *e)
{
	int ret;

	if (!h->cpu || (h->skip & MIG_SKIP_CPU))
		return 0;
	ret = ckpt_cpu_check(h->cpu, e);
	if (ret != -EOPNOTSUPP)
		return ret;
	vz_error_context(e, "VE %u cannot move here with its processes", h->veid);
	return vz_error(
		e, VZ_CPU, ret,
		"%s. Choose a host that has it, stop the VE first, or take the risk with --nodeps=cpu",
		e->msg);
}

static int check_list(const char *name, const char *list, const char *file, struct vz_err *e)
{
	cleanup_free char *here = NULL;

	if (!list || !strcmp(list, "all") || !strcmp(list, "auto"))
		return 0;
	if (vz_read_file(file, &here))
		here = strdup("0");	/* a kernel that knows one memory node */
	if (!here)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	here[strcspn(here, "\n")] = 0;
	if (vz_cpulist_within(list, here))
		return 0;
	return vz_error(e, VZ_CPU, -EOPNOTSUPP, "the VE has %s %s, this host has %s: set another "
			"(vzctl set --%s all), or go on without it (--nodeps=cpu)", name, list, here, name);
}

static int check_pinned(const Wire__Hello *h, const struct vz_conf *c, struct vz_err *e)
{
	int ret;

	if (h->skip & MIG_SKIP_CPU)
		return 0;
	ret = check_list("cpumask", c->cpumask, "/sys/devices/system/cpu/possible", e);
	return ret ? ret
		   : check_list("nodemask", c->nodemask, "/sys/devices/system/node/possible", e);
}

static int check_criu(const Wire__Hello *h, struct vz_err *e)
{
	int ret = h->mode == MIG_ONLINE || h->suspended ? ckpt_check(e) : 0;

	if (ret)
		e->cause = VZ_NOCRIU;
	return ret;
}

static int exists(unsigned int id, const char *path, struct vz_err *e)
{
	struct stat st;

	if (lstat(path, &st))
		return 0;
	return vz_error(e, VZ_VEEXISTS, -EEXIST, "VE %u exists here already: %s", id, path);
}

static int check_id(const Wire__Hello *h, const struct vz_conf *here, struct vz_err *e)
{
	unsigned int id = h->veid;
	char path[PATH_MAX];
	int ret = exists(id, vz_conf_path(path, id), e);

	if (!ret)
		ret = exists(id, here->private, e);
	if (!ret)
		ret = vz_vacant_check(here, false, e);
	if (!ret)
		ret = vz_conf_check_range(id, h->uid_base, e);
	if (ret)
		e->cause = VZ_VEEXISTS;
	return ret;
}

static int address_used(const char *text, const char *by, struct vz_err *e)
{
	return vz_error(e, VZ_IPUSED, -EADDRINUSE, "address %s is in use here by %s", text, by);
}

static int check_host_address(const struct vz_ip *ip, const char *text, struct vz_err *e)
{
	struct ifaddrs *all, *a;
	bool found = false;

	if (getifaddrs(&all))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "list this host's addresses");
	for (a = all; a && !found; a = a->ifa_next) {
		if (!a->ifa_addr || a->ifa_addr->sa_family != ip->family)
			continue;
		found = ip->family == AF_INET ?
			!memcmp(&((struct sockaddr_in *)a->ifa_addr)->sin_addr, &ip->v4, 4) :
			!memcmp(&((struct sockaddr_in6 *)a->ifa_addr)->sin6_addr, &ip->v6, 16);
	}
	freeifaddrs(all);
	return found ? address_used(text, "the host itself", e) : 0;
}

/* ve.ip of one VE of this host. */
static int check_ve_address(unsigned int id, const struct vz_ip *ip, const char *text,
			    struct vz_err *e)
{
	cleanup_free char *list = NULL;
	struct vz_err ignored = { 0 };
	char word[VZ_IP_TEXT], by[32];
	struct vz_ip other;
	const char *p;

	if (vz_cgroup_read(id, "ve.ip", &list, &ignored)) {
		vz_error_free(&ignored);
		return 0;
	}
	snprintf(by, sizeof(by), "VE %u", id);
	for (p = list; *p; p++)
		if (*p == '\n')
			list[p - list] = ' ';
	p = list;
	while (vz_word(&p, word, sizeof(word)))
		if (!vz_ip_parse(word, &other) && vz_ip_equal(ip, &other))
			return address_used(text, by, e);
	return 0;
}

/* By another than the VE itself, of which an earlier try may have left something. */
static int check_address(unsigned int own, const char *text, struct vz_err *e)
{
	cleanup_dir DIR *d = opendir(vz_cgroup_base());
	struct dirent *de;
	struct vz_ip ip;
	int ret;

	if (vz_ip_parse(text, &ip))
		return vz_error(e, VZ_BADCONF, -EINVAL, "bad address %.60s", text);
	ret = check_host_address(&ip, text, e);
	while (!ret && d && (de = readdir(d))) {
		unsigned int id;

		if (!vz_parse_id(de->d_name, &id) && id != own)
			ret = check_ve_address(id, &ip, text, e);
	}
	return ret;
}

static int check_space(const Wire__Hello *h, const struct vz_conf *here, uint64_t *free_bytes,
		       struct vz_err *e)
{
	cleanup_free char *dir = strdup(here->private);
	uint64_t need = h->disk_bytes + h->memory_bytes + SPARE_BYTES;
	struct statvfs v;
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (!slash)
		return vz_error(e, VZ_HOSTCONF, -EINVAL, "VE_PRIVATE is not usable");
	*slash = 0;
	if (statvfs(dir, &v))
		return vz_error_sys(e, VZ_HOSTCONF, -errno, "file system of %s", dir);
	*free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	if (*free_bytes >= need || (h->skip & MIG_SKIP_SPACE))
		return 0;
	return vz_error(e, VZ_COPY, -ENOSPC,
			"not enough room in %s: the VE needs %llu MiB, %llu MiB are free", dir,
			(unsigned long long)need >> 20, (unsigned long long)*free_bytes >> 20);
}

/* What an earlier migration of this VE to this host, or from it, has left. */
static int check_journal(const Wire__Hello *h, bool *stale, struct vz_err *e)
{
	struct journal j;
	int ret = journal_read(h->veid, &j, e);

	*stale = false;
	if (ret == -ENOENT)
		return 0;
	if (ret)
		return ret;
	if (journal_alive(&j))
		return vz_error(e, VZ_LOCKED, -EBUSY, "VE %u is being migrated by process %d",
				h->veid, j.pid);
	if (j.source || j.state >= JOURNAL_GRANTED)
		return vz_error(e, VZ_VEEXISTS, -EEXIST,
				"a migration of VE %u did not end cleanly here: see vzmigrate --status %u",
				h->veid, h->veid);
	/* It never owned the VE, and nobody works on it: dst_clear() removes it. */
	*stale = true;
	return 0;
}

int dst_clear(const Wire__Hello *h, const struct vz_conf *here, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct journal j;
	bool stale;
	int ret = check_journal(h, &stale, e);

	if (!ret && stale) {
		ret = journal_read(h->veid, &j, e);
		if (!ret)
			ret = place_conf_load(h->veid, &c, e);
		if (!ret)
			ret = place_discard(&j, c, h->keep_dst, e);
	}
	if (!ret)
		ret = check_id(h, here, e);
	return ret ? ret : vz_vacant_take(here, false, e);
}

/* What the configuration asks for; it must say what the message says. */
static int check_conf(const Wire__Hello *h, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	const char *generation;
	char path[PATH_MAX];
	struct stat st;
	int ret = place_conf_parse(h->veid, h->config.data, h->config.len, &c, e);

	if (!ret && c->name) {
		snprintf(path, sizeof(path), VZ_NAMES "/%s", c->name);
		if (!vz_name_valid(c->name) || !lstat(path, &st))
			ret = vz_error(e, VZ_VEEXISTS, -EEXIST, "the name %s is in use here",
				       c->name);
	}
	if (ret)
		return ret;
	if (c->uid_base != h->uid_base)
		return vz_error(e, VZ_BADCONF, -EINVAL,
				"the VE's configuration does not match its ids");
	generation = vz_conf_get_own(c, "GENERATION");
	if ((generation ? strtoull(generation, NULL, 10) : 0) + 1 != h->generation)
		return vz_error(e, VZ_BADCONF, -EINVAL,
				"the VE's configuration is of another generation");
	ret = check_pinned(h, c, e);
	/* Only what the VE has changed comes along. */
	if (!ret && vz_is_overlay(c) && vz_lower_ready(c, path, e)) {
		vz_error_context(e, "VE %u has layout overlay", h->veid);
		e->cause = VZ_HOSTCONF;
		ret = e->err;
	}
	if (!ret && vz_quota_has_limits(c) && vz_quota_check_place(c, e)) {
		vz_error_context(e, "VE %u has a limit of disk space", h->veid);
		e->cause = VZ_HOSTCONF;
		ret = e->err;
	}
	return ret;
}

/* Those that the VE will have here are those of its configuration. */
static int check_addresses(const Wire__Hello *h, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	char word[VZ_IP_TEXT];
	int ret = place_conf_parse(h->veid, h->config.data, h->config.len, &c, e);

	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < c->ip.n; i++)
		ret = check_address(h->veid, vz_ip_text(&c->ip.ip[i], word), e);
	for (size_t i = 0; !ret && i < h->n_address; i++)
		ret = check_address(h->veid, h->address[i], e);
	return ret;
}

int dst_check(const Wire__Hello *h, uint64_t *free_bytes, struct vz_err *e)
{
	cleanup_conf struct vz_conf *here = NULL;
	bool stale;
	int ret;

	if (!h->veid || h->veid > VE_ID_MAX || h->mode >= MIG_NR_MODES || h->uuid.len != 16 ||
	    h->config.len > 65536)
		return vz_error(e, VZ_BADCONF, -EPROTO, "bad request from the source");
	ret = check_kernel(h, e);
	if (ret)
		return ret;
	ret = vz_conf_new(h->veid, &here, e);
	if (ret) {
		e->cause = VZ_HOSTCONF;
		return ret;
	}
	ret = check_journal(h, &stale, e);
	/* What is to be removed first does not stand in the way. */
	if (!ret && !stale)
		ret = check_id(h, here, e);
	if (!ret)
		ret = check_addresses(h, e);
	if (!ret)
		ret = check_cpu(h, e);
	if (!ret)
		ret = check_criu(h, e);
	if (!ret)
		ret = check_space(h, here, free_bytes, e);
	/* Its configuration comes last, when it runs here. */
	if (!ret)
		ret = vz_conf_has_room(h->veid, e);
	return ret ? ret : check_conf(h, e);
}
