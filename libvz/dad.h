/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Duplicate address detection. */
#ifndef LIBVZ_DAD_H
#define LIBVZ_DAD_H

struct vz_conf;
struct vz_err;
struct vz_ips;

/*
 * Duplicate address detection. _begin() asks the links who has the addresses of a list
 * but for those of known (NULL: none); NULL when there is nothing to ask or it cannot.
 * _wait() waits until a second after that: a warning for each that another host
 * answers for, or with ERROR_ON_ARPFAIL -EADDRINUSE, VZ_IPUSED, for the first.
 */
struct vz_dad;
struct vz_dad *vz_dad_begin(const struct vz_conf *c, const struct vz_ips *addresses,
			    const struct vz_ips *known);
int vz_dad_wait(struct vz_dad *d, const struct vz_conf *c, struct vz_err *e);
void vz_dad_free(struct vz_dad *d);

static inline void vz_cleanup_dad(struct vz_dad **d)
{
	vz_dad_free(*d);
}
#define cleanup_dad	__attribute__((cleanup(vz_cleanup_dad)))

#endif /* LIBVZ_DAD_H */
