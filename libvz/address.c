// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses of a running VE, added and removed through all floors. */
#include <errno.h>
#include <sched.h>
#include "libvz/address.h"
#include "libvz/cgroup.h"
#include "libvz/report.h"
#include "libvz/conf.h"
#include "libvz/dad.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/net_ve.h"
#include "libvz/state.h"
#include "libvz/ve_cgroup.h"

struct inside {
	const struct vz_ip *ip;
	unsigned int nr;
};

static int inside_add(void *arg, struct vz_err *e)
{
	struct inside *o = arg;

	return vz_net_inside_add(o->ip, o->nr, e);
}

static int inside_del(void *arg, struct vz_err *e)
{
	struct inside *o = arg;

	return vz_net_inside_del(o->ip, e);
}

/* From the inside out, so that nothing reaches the VE half made. */
int vz_address_add(const struct vz_conf *c, const struct vz_ip *ip, unsigned int nr,
		   struct vz_err *e)
{
	struct inside o = { ip, nr };
	int ret = vz_cgroup_add_ip(c->id, ip, e);

	if (ret)
		return ret;
	ret = vz_in_ns(vz_ve_init(c->id), CLONE_NEWNET, inside_add, &o, e);
	if (!ret) {
		ret = vz_net_host_add(c, ip, true, e);
		if (ret)
			vz_in_ns(vz_ve_init(c->id), CLONE_NEWNET, inside_del, &o, NULL);
	}
	if (ret) {
		vz_net_host_del(c, ip, NULL);
		vz_cgroup_del_ip(c->id, ip, NULL);
	}
	return ret;
}

int vz_address_del(const struct vz_conf *c, const struct vz_ip *ip, struct vz_err *e)
{
	struct inside o = { ip, 0 };
	int ret = vz_net_host_del(c, ip, e);

	if (ret)
		return ret;
	ret = vz_in_ns(vz_ve_init(c->id), CLONE_NEWNET, inside_del, &o, e);
	return ret ? ret : vz_cgroup_del_ip(c->id, ip, e);
}

static int add_new(const struct vz_conf *to, const struct vz_conf *from, struct vz_ips *done,
		   struct vz_err *e)
{
	char text[VZ_IP_TEXT];

	for (size_t i = 0; i < to->ip.n; i++) {
		const struct vz_ip *ip = &to->ip.ip[i];
		int ret;

		if (vz_ips_has(&from->ip, ip))
			continue;
		vz_say("Adding IP address(es): %s", vz_ip_text(ip, text));
		ret = vz_address_add(to, ip, i, e);
		if (ret)
			return ret;
		if (vz_ips_add(done, ip)) {
			vz_address_del(to, ip, NULL);
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "addresses");
		}
	}
	return 0;
}

static int del_old(const struct vz_conf *to, const struct vz_conf *from, struct vz_ips *gone,
		   struct vz_err *e)
{
	char text[VZ_IP_TEXT];

	for (size_t i = 0; i < from->ip.n; i++) {
		const struct vz_ip *ip = &from->ip.ip[i];
		int ret;

		if (vz_ips_has(&to->ip, ip))
			continue;
		vz_say("Deleting IP address(es): %s", vz_ip_text(ip, text));
		/* Half gone counts as gone: it is added again as a whole. */
		if (vz_ips_add(gone, ip))
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "addresses");
		ret = vz_address_del(to, ip, e);
		if (ret)
			return ret;
	}
	return 0;
}

int vz_addresses_change(const struct vz_conf *to, const struct vz_conf *from, struct vz_err *e)
{
	cleanup_ips struct vz_ips done = { 0 }, gone = { 0 };
	cleanup_dad struct vz_dad *dad = vz_dad_begin(to, &to->ip, &from->ip);
	int ret = vz_dad_wait(dad, to, e);

	if (!ret)
		ret = add_new(to, from, &done, e);
	if (!ret)
		ret = del_old(to, from, &gone, e);
	if (!ret)
		return 0;
	for (size_t i = gone.n; i-- > 0;)
		vz_address_add(from, &gone.ip[i], i, NULL);
	for (size_t i = done.n; i-- > 0;)
		vz_address_del(to, &done.ip[i], NULL);
	return ret;
}
