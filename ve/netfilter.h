/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of netfilter a VE has: see netfilter.c. */
#ifndef _VE_NETFILTER_H
#define _VE_NETFILTER_H

#include <vz/part.h>

struct sock;

extern const struct ve_part ve_netfilter_part;

/* The ve LSM: refused by ve.netfilter? Return: 0 or -errno */
int ve_check_netfilter_socket(struct ve *ve, int family, int protocol);
int ve_check_netfilter_option(struct ve *ve, int level, int option);

#endif /* _VE_NETFILTER_H */
