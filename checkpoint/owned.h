/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of nftables that go with a socket: see owned.c. */
#ifndef CHECKPOINT_OWNED_H
#define CHECKPOINT_OWNED_H

struct vz_err;

/*
 * In the net namespace of VE @id. 0, or VZ_CHKPNT with the table and what to do. What
 * cannot be listed is left to CRIU.
 */
int ckpt_check_owned_tables(unsigned int id, struct vz_err *e);

#endif /* CHECKPOINT_OWNED_H */
