/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHECKPOINT_LOST_IPSEC_H
#define CHECKPOINT_LOST_IPSEC_H

struct vz_err;

/**
 * ckpt_check_ipsec() - is there IPsec in the net namespace of the caller?
 *
 * Without it what was to be encrypted would leave as it is, so it is no matter of convenience.
 * What the kernel does not tell, or cannot, is none.
 *
 * Return: 0, or VZ_CHKPNT.
 */
int ckpt_check_ipsec(unsigned int id, struct vz_err *e);

#endif /* CHECKPOINT_LOST_IPSEC_H */
