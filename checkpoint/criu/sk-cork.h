/* SPDX-License-Identifier: GPL-2.0-only */
/* Half a datagram that a UDP socket holds back: UDP_CORK, MSG_MORE. */
#ifndef __CR_SK_CORK_H__
#define __CR_SK_CORK_H__

#include <stdbool.h>

#include "images/sk-inet.pb-c.h"

/* It stays in the socket, a copy goes to ie. -1 also when the kernel cannot tell it. */
extern int dump_corked(int lfd, InetSkEntry *ie, bool has_cork);
extern void release_corked(InetSkEntry *ie);
/* The socket has its name, its peer and its options, and may still send. */
extern void restore_corked(int sk, const InetSkEntry *ie);

#endif
