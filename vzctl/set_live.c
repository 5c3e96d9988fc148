// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of vzctl set made to a running VE. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/conf.h"
#include "libvz/cpuset.h"
#include "libvz/dad.h"
#include "libvz/err.h"
#include "libvz/guest_conf.h"
#include "libvz/limits.h"
#include "libvz/limits_io.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/net_ve.h"
#include "libvz/report.h"
#include "libvz/state.h"
#include "libvz/value.h"
#include "libvz/ve_cgroup.h"
#include "vzctl/ctx.h"
#include "vzctl/set_live.h"
#include "vzctl/set_parse.h"

struct one_ip {
	const struct vz_ip *ip;
	unsigned int nr;
};

static int inside_add(void *arg, struct vz_err *e)
{
	struct one_ip *o = arg;

	return vz_net_inside_add(o->ip, o->nr, e);
}

static int inside_del(void *arg, struct vz_err *e)
{
	struct one_ip *o = arg;

	return vz_net_inside_del(o->ip, e);
}

/* In from the inside out, so that nothing reaches the VE half made. */
static int add(struct ctx *x, const struct vz_ip *ip, unsigned int nr, struct vz_err *e)
{
	struct one_ip o = { ip, nr };
	int ret = vz_cgroup_add_ip(x->id, ip, e);

	if (ret)
		return ret;
	ret = vz_in_ns(vz_ve_init(x->id), CLONE_NEWNET, inside_add, &o, e);
	if (!ret)
		ret = vz_net_host_add(x->c, ip, true, e);
	if (ret)
		vz_cgroup_del_ip(x->id, ip, NULL);
	return ret;
}

static int del(struct ctx *x, const struct vz_ip *ip, struct vz_err *e)
{
	struct one_ip o = { ip, 0 };
	int ret = vz_net_host_del(x->c, ip, e);

	if (!ret)
		ret = vz_in_ns(vz_ve_init(x->id), CLONE_NEWNET, inside_del, &o, e);
	return ret ? ret : vz_cgroup_del_ip(x->id, ip, e);
}

/* Additions can be refused: they come first, and are taken back when one is. */
static int addresses(struct ctx *x, const char *old, struct vz_err *e)
{
	const char *p = x->c->ip_address;
	char word[VZ_IP_TEXT];
	struct vz_ip ip, done[64];
	size_t n = 0;
	unsigned int nr = 0;
	cleanup_dad struct vz_dad *dad = vz_dad_begin(x->c, p, old);
	int ret = vz_dad_wait(dad, x->c, e);

	while (!ret && n < 64 && vz_word(&p, word, sizeof(word))) {
		if (vz_ip_parse(word, &ip) || vz_ip_in_list(old, &ip)) {
			nr++;
			continue;
		}
		vz_say("Adding IP address(es): %s", word);
		ret = add(x, &ip, nr++, e);
		if (!ret)
			done[n++] = ip;
	}
	if (ret) {
		while (n--)
			del(x, &done[n], NULL);
		return ret;
	}
	for (p = old; !ret && vz_word(&p, word, sizeof(word));) {
		if (vz_ip_parse(word, &ip) || vz_ip_in_list(x->c->ip_address, &ip))
			continue;
		vz_say("Deleting IP address(es): %s", word);
		ret = del(x, &ip, e);
	}
	return ret;
}

static int rename_host(void *arg, struct vz_err *e)
{
	const char *name = arg;

	return sethostname(name, strlen(name)) ?
	       vz_error_sys(e, VZ_HOSTNAME, -errno, "Cannot set the host name") : 0;
}

static int limits(struct ctx *x, uint64_t rows, struct vz_err *e)
{
	int r, ret;

	for (r = 0; r < UB_NR_RESOURCES; r++) {
		if (!(rows & 1ULL << r) || !x->c->ub[r].set)
			continue;
		ret = vz_apply_ub(x->id, r, &x->c->ub[r], e);
		if (ret == -EOPNOTSUPP)
			vz_warn("Warning: %s is not enforced by this kernel", vz_ub_var(r));
		else if (ret)
			return ret;
	}
	return 0;
}

int set_live(struct ctx *x, const struct change *ch, bool *restart, struct vz_err *e)
{
	int ret;

	*restart = ch->did & DID_FEATURES;
	if (ch->did & DID_PATH)
		return vz_error(e, VZ_RUNNING, -EBUSY, "VE_ROOT and VE_PRIVATE of a running CT cannot be changed");
	ret = limits(x, ch->ub, e);
	if (!ret && (ch->did & DID_CPU))
		ret = vz_apply_cpu(x->c, e);
	if (!ret && (ch->did & DID_CPUSET))
		ret = vz_apply_cpuset(x->c, e);
	if (!ret && (ch->did & DID_IO))
		ret = vz_apply_io(x->c, e);
	if (!ret && (ch->did & DID_IP))
		ret = addresses(x, ch->old_ip, e);
	if (!ret && (ch->did & DID_HOSTNAME)) {
		vz_say("Set hostname: %s", x->c->hostname);
		ret = vz_in_ns(vz_ve_init(x->id), CLONE_NEWUTS, rename_host, x->c->hostname, e);
		if (!ret)
			ret = vz_guest_hostname(x->c, e);
	}
	if (!ret && (ch->did & DID_DNS)) {
		vz_say("File resolv.conf was modified");
		ret = vz_guest_resolver(x->c, e);
	}
	return ret;
}
