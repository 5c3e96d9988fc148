/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configurations that no create of ours has made: copied from an OpenVZ host, or written by a
 * panel from a sample. What each VE here needs and such a file has not is made up once, and kept.
 */
#ifndef VZCTL_ADOPT_H
#define VZCTL_ADOPT_H

struct vz_conf;
struct vz_err;

/*
 * There is a system in the private area, as far as the names at its top tell; what layout overlay
 * shares is not looked at. VZ_PLOOP: there are images of ploop. VZ_PRIVATEMISSING: something else.
 */
int adopt_check_area(const struct vz_conf *c, struct vz_err *e);
/* A range of user ids, and addresses and names of ethernet devices; c is saved when anything was
 * made up. Called with the VE's lock. VZ_SAVECONF, VZ_RESOURCES. */
int adopt_conf(struct vz_conf *c, struct vz_err *e);

#endif /* VZCTL_ADOPT_H */
