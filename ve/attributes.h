/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of shared files: see attributes.c. */
#ifndef _VE_ATTRIBUTES_H
#define _VE_ATTRIBUTES_H

struct inode;

int ve_check_attributes(const struct inode *inode);

#endif /* _VE_ATTRIBUTES_H */
