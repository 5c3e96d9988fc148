/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams of UDP that nobody has read, over a dump and a restore. */
#ifndef __CR_SK_UNREAD_H__
#define __CR_SK_UNREAD_H__

#include "images/sk-inet.pb-c.h"

/* Datagrams of UDP that nobody has read: they stay in the queue of lfd, copies go to ie. */
extern int dump_unread(int lfd, InetSkEntry *ie);
extern void release_unread(InetSkEntry *ie);
/* The socket has its name and, if any, its peer; and none of its options yet. */
extern int restore_unread(int sk, InetSkEntry *ie);

#endif
