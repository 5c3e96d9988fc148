/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A number that a VE is to get: has another VE of this number left something that would be
 * taken for the new one's? All that make a VE of a number ask here.
 */
#ifndef LIBVZ_VACANT_H
#define LIBVZ_VACANT_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/**
 * vz_vacant_check() - nothing of another VE comes to life in this one
 * @c: the VE to be; its configuration may be there already
 * @own_area: its private area is there, and what lies beside it is its own (register)
 *
 * Looks for its processes, its mounts, an open migration, memory of a suspended VE and
 * snapshots. Action scripts are no leftovers: operators put them there before the VE.
 *
 * Return: 0; VZ_RUNNING, VZ_MOUNTED, or VZ_BADVALUE (-EEXIST) with a word on what is to go.
 */
int vz_vacant_check(const struct vz_conf *c, bool own_area, struct vz_err *e);

/**
 * vz_vacant_take() - the same; then only this VE will have the number
 *
 * Names that lead to a configuration that is not there are removed. The caller holds the lock.
 */
int vz_vacant_take(const struct vz_conf *c, bool own_area, struct vz_err *e);

#endif /* LIBVZ_VACANT_H */
