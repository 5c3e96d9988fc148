// SPDX-License-Identifier: GPL-2.0-or-later
/* What ve.img may say: names from lists, paths beneath the VE, ids of the VE. Owns nothing. */
#include <limits.h>
#include <string.h>
#include "checkpoint/cgtree.h"
#include "checkpoint/lines.h"
#include "checkpoint/state_check.h"
#include "checkpoint/sysctl.h"
#include "libvz/devices.h"
#include "libvz/paths.h"
#include "libvz/setting.h"
#include "libvz/ip.h"
#include "libvz/traffic.h"
#include "libvz/value.h"

/* Largest value of a setting that the kernel takes in one write. */
#define KNOB_MAX	4096
#define WORD_MAX	256
#define MANY_ADDRESSES	4096

/* "", "payload" or below it, in plain components: nothing that leads elsewhere. */
static bool path_is_inside(const char *path)
{
	static const char top[] = "payload";
	const char *p = path + sizeof(top) - 1;

	if (!*path)
		return true;
	if (strlen(path) >= PATH_MAX || strncmp(path, top, sizeof(top) - 1))
		return false;
	while (*p) {
		size_t n;

		if (*p++ != '/')
			return false;
		n = strcspn(p, "/");
		if (!n || n > NAME_MAX || (n <= 2 && strspn(p, ".") >= n))
			return false;
		p += n;
	}
	return true;
}

/* The host's root made the first of them, all others belong to the VE. */
static bool id_is_inside(const VeState *s, uint32_t id)
{
	return !id || (id >= s->uid_base && id - s->uid_base < VZ_RANGE);
}

static bool text_is_word(const char *text, const char *set)
{
	size_t n = strlen(text);

	return n && n <= WORD_MAX && strspn(text, set) == n;
}

static bool xattr_is_allowed(const char *name)
{
	return strlen(name) <= NAME_MAX + sizeof("trusted.") &&
	       (!strncmp(name, "user.", 5) || !strncmp(name, "trusted.", 8));
}

static const char *check_knob(const VeCgKnob *k)
{
	if (k->xattr)
		return xattr_is_allowed(k->name) ? NULL : "an attribute that no cgroup of a VE has";
	if (!ckpt_cg_is_knob(k->name))
		return "a file that is no setting of a cgroup";
	if (k->value.len > KNOB_MAX || memchr(k->value.data, 0, k->value.len))
		return "a setting that no kernel takes";
	return NULL;
}

static const char *check_dir(const VeState *s, const VeCgDir *d)
{
	const char *why = NULL;
	size_t i;

	if (!path_is_inside(d->path))
		return "a cgroup outside of the VE";
	if (!id_is_inside(s, d->uid) || !id_is_inside(s, d->gid) ||
	    !id_is_inside(s, d->maker_uid) || !id_is_inside(s, d->maker_gid) ||
	    !id_is_inside(s, d->procs_uid) || !id_is_inside(s, d->procs_gid))
		return "a cgroup of a user outside of the VE's range";
	for (i = 0; i < d->n_knob && !why; i++)
		why = check_knob(d->knob[i]);
	return why;
}

static const char *check_addresses(const VeState *s)
{
	struct vz_ip ip;
	size_t i;

	if (s->n_address > MANY_ADDRESSES)
		return "more addresses than a VE can have";
	for (i = 0; i < s->n_address; i++)
		if (vz_ip_parse(s->address[i], &ip))
			return "something that is no address";
	return NULL;
}

static const char *check_words(const VeState *s)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	struct vz_traffic traffic;
	size_t i;

	for (i = 0; i < s->n_ub; i++)
		if (!text_is_word(s->ub[i]->name, lower))
			return "something that is no name of a row";
	if (strlen(s->features) > WORD_MAX || strchr(s->features, '\n'))
		return "something that is no list of features";
	if (s->boot_id && !text_is_word(s->boot_id, "0123456789abcdefABCDEF-"))
		return "something that is no boot id";
	if (s->devices && vz_devices_check(s->devices, NULL))
		return "something that is no list of devices";
	if (s->log && !ckpt_lines_sane(s->log))
		return "something that is no kernel log";
	if (s->starts && !ckpt_lines_sane(s->starts))
		return "something that is no list of tasks";
	if (s->own_sysctl && !ckpt_lines_sane(s->own_sysctl))
		return "something that is no list of sysctls";
	if (s->netfilter && !vz_is_name(vz_netfilter_names, s->netfilter))
		return "something that is no level of netfilter";
	if (s->traffic && vz_traffic_parse(s->traffic, &traffic))
		return "something that is no list of traffic counters";
	return NULL;
}

static const char *check_sysctls(VeSysctl *const *list, size_t n)
{
	if (n > CKPT_SYSCTL_MAX)
		return "more sysctls than there are";
	for (size_t i = 0; i < n; i++) {
		if (!ckpt_sysctl_name_valid(list[i]->name))
			return "a sysctl outside of the network's";
		if (strlen(list[i]->value) >= CKPT_SYSCTL_BYTES || strchr(list[i]->value, '\n'))
			return "a sysctl's value that no kernel has";
	}
	return NULL;
}

static const char *check_all_sysctls(const VeState *s)
{
	const char *why = check_sysctls(s->sysctl, s->n_sysctl);

	if (s->n_netns > CKPT_NETNS_MAX)
		return "more net namespaces than are looked at";
	for (size_t i = 0; i < s->n_netns && !why; i++)
		why = check_sysctls(s->netns[i]->sysctl, s->netns[i]->n_sysctl);
	return why;
}

const char *ckpt_state_check(const VeState *s)
{
	const char *why = check_words(s);
	size_t i;

	if (!why)
		why = check_addresses(s);
	if (!why)
		why = check_all_sysctls(s);
	if (!why && s->n_cgroup > CKPT_CG_MAX_DIRS)
		why = "more cgroups than a VE can have";
	for (i = 0; i < s->n_cgroup && !why; i++)
		why = check_dir(s, s->cgroup[i]);
	return why;
}
