// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses and ethernet devices of an option into the configuration in memory. No state. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/ip.h"
#include "libvz/netif_list.h"
#include "libvz/setting_take_net.h"
#include "libvz/setting_word.h"
#include "libvz/value.h"

/* ---- addresses ---- */

static int no_memory(const struct vz_take *t, struct vz_err *e)
{
	return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", t->s->var);
}

static int no_address(const char *text, struct vz_err *e)
{
	return vz_error(e, VZ_BADIP, -EINVAL, "Invalid IP address: %s", text);
}

static int keep_addresses(const struct vz_take *t, const struct vz_ips *list, struct vz_err *e)
{
	cleanup_free char *text = vz_ips_text(list);

	return text ? vz_conf_set(t->c, "IP_ADDRESS", text, e) : no_memory(t, e);
}

/* Those of one argument to the list's end. */
static int append_addresses(const struct vz_take *t, struct vz_ips *list, struct vz_err *e)
{
	const char *p = t->arg;
	char word[VZ_IP_TEXT];
	struct vz_ip ip;

	if (!p[strspn(p, " ,")])
		return vz_error(e, VZ_BADIP, -EINVAL, "Invalid IP address: \"%s\"", t->arg);
	while (vz_word(&p, word, sizeof(word))) {
		if (vz_ip_parse(word, &ip))
			return no_address(word, e);
		if (vz_ips_append(list, &ip))
			return no_memory(t, e);
	}
	return 0;
}

int take_ipadd(struct vz_take *t, struct vz_err *e)
{
	cleanup_ips struct vz_ips list = { 0 };
	int ret;

	/* A copy: the configuration's list is replaced by what it is told. */
	for (size_t i = 0; i < t->c->ip.n; i++)
		if (vz_ips_append(&list, &t->c->ip.ip[i]))
			return no_memory(t, e);
	do {
		ret = append_addresses(t, &list, e);
	} while (!ret && vz_take_next(t));
	if (!ret && vz_ips_unique(&list))
		ret = no_memory(t, e);
	return ret ? ret : keep_addresses(t, &list, e);
}

int take_ipdel(struct vz_take *t, struct vz_err *e)
{
	cleanup_ips struct vz_ips gone = { 0 }, list = { 0 };
	bool all = false;
	struct vz_ip ip;

	do {
		if (!strcmp(t->arg, "all"))
			all = true;
		else if (vz_ip_parse(t->arg, &ip))
			return no_address(t->arg, e);
		else if (vz_ips_append(&gone, &ip))
			return no_memory(t, e);
	} while (vz_take_next(t));
	if (!all && vz_ips_without(&list, &t->c->ip, &gone))
		return no_memory(t, e);
	return keep_addresses(t, &list, e);
}

/* ---- ethernet devices ---- */

typedef int netif_fn(struct vz_netifs *l, const struct vz_take *t, struct vz_err *e);

/* The list is read once and written once, whatever is done in between. */
static int each_word(struct vz_take *t, netif_fn *fn, struct vz_err *e)
{
	struct vz_netifs *l = vz_netifs_open(vz_conf_get_own(t->c, "NETIF"));
	cleanup_free char *text = NULL;
	int ret;

	if (!l)
		return no_memory(t, e);
	do {
		ret = fn(l, t, e);
	} while (!ret && vz_take_next(t));
	if (!ret)
		text = vz_netifs_text(l);
	vz_netifs_free(l);
	if (ret)
		return ret;
	return text ? vz_conf_set(t->c, "NETIF", text, e) : no_memory(t, e);
}

static int add_one(struct vz_netifs *l, const struct vz_take *t, struct vz_err *e)
{
	return vz_netifs_add(l, t->c->id, t->arg, e);
}

int take_netif_add(struct vz_take *t, struct vz_err *e)
{
	return each_word(t, add_one, e);
}

static int del_one(struct vz_netifs *l, const struct vz_take *t, struct vz_err *e)
{
	return vz_netifs_del(l, t->arg, e);
}

int take_netif_del(struct vz_take *t, struct vz_err *e)
{
	return each_word(t, del_one, e);
}

static int want_one(struct vz_netifs *l, const struct vz_take *t, struct vz_err *e)
{
	return vz_netifs_want(l, t->arg, e);
}

int take_ifname(struct vz_take *t, struct vz_err *e)
{
	return each_word(t, want_one, e);
}

static int edit_one(struct vz_netifs *l, const struct vz_take *t, struct vz_err *e)
{
	const char *name = t->word[t->nr].about;

	if (!name)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL,
				"--%s needs --ifname: which device is it about?", t->s->option);
	return vz_netifs_edit(l, name, t->s->option, t->arg, e);
}

int take_netif_field(struct vz_take *t, struct vz_err *e)
{
	return each_word(t, edit_one, e);
}
