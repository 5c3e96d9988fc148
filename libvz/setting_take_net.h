/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments of the settings of the network, as setting.def names them: functions of struct vz_take.
 * They take all words of their row at once, so that thousands of them cost no more than one list.
 */
#ifndef LIBVZ_SETTING_TAKE_NET_H
#define LIBVZ_SETTING_TAKE_NET_H

struct vz_err;
struct vz_take;

int take_ipadd(struct vz_take *t, struct vz_err *e);
int take_ipdel(struct vz_take *t, struct vz_err *e);
int take_netif_add(struct vz_take *t, struct vz_err *e);
int take_netif_del(struct vz_take *t, struct vz_err *e);
int take_ifname(struct vz_take *t, struct vz_err *e);
int take_netif_field(struct vz_take *t, struct vz_err *e);

#endif /* LIBVZ_SETTING_TAKE_NET_H */
