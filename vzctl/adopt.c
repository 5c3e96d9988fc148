// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/netif_list.h"
#include "libvz/overlay.h"
#include "libvz/root_kind.h"
#include "vzctl/adopt.h"

int adopt_check_area(const struct vz_conf *c, struct vz_err *e)
{
	struct vz_root_kind kind = { 0 };
	cleanup_close int area = -1;
	int ret = vz_area_open(c, &area, e);
	bool image;

	if (ret || vz_is_overlay(c))
		return ret;
	vz_root_kind_look(&kind, area);
	ret = vz_root_kind_check(&kind, c->private, e);
	if (!ret)
		return 0;
	image = !faccessat(area, "root.hdd", F_OK, AT_SYMLINK_NOFOLLOW);
	e->cause = image ? VZ_PLOOP : VZ_PRIVATEMISSING;
	return vz_error_context(e, "Container private area holds no system");
}

/* Taken once its configuration is saved, hence the lock on the folder. */
static int take_range(struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int dir = -1;
	int ret;

	if (c->uid_base)
		return 0;
	ret = vz_conf_list_lock(&dir, e);
	if (!ret)
		ret = vz_conf_choose_range(c, e);
	if (!ret)
		ret = vz_conf_save(c, e);
	if (!ret)
		vz_say("The configuration has no range of user ids (LOCAL_UID): from now on it is %u",
		       c->uid_base);
	return ret;
}

static int complete_devices(struct vz_conf *c, struct vz_err *e)
{
	struct vz_netifs *l = vz_netifs_open(vz_conf_get_own(c, "NETIF"));
	cleanup_free char *text = NULL;
	bool changed = false;
	int ret;

	if (!l)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	ret = vz_netifs_complete(l, c->id, &changed, e);
	if (!ret && changed)
		text = vz_netifs_text(l);
	vz_netifs_free(l);
	if (ret || !changed)
		return ret;
	ret = text ? vz_conf_set(c, "NETIF", text, e) : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	if (!ret)
		ret = vz_conf_save(c, e);
	if (!ret)
		vz_say("The configuration has ethernet devices without an address or a name on the "
		       "host: from now on they are NETIF=\"%s\"", text);
	return ret;
}

int adopt_conf(struct vz_conf *c, struct vz_err *e)
{
	int ret = take_range(c, e);

	return ret ? ret : complete_devices(c, e);
}
