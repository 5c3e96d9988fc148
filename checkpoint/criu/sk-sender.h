/* SPDX-License-Identifier: GPL-2.0-only */
/* The names that datagrams of unix sockets came from, over a restore. */
#ifndef __CR_SK_SENDER_H__
#define __CR_SK_SENDER_H__

#include <stdbool.h>
#include <sys/socket.h>

#include "images/sk-packet.pb-c.h"

typedef int (*send_fn)(int fd, struct msghdr *mh, const SkPacketEntry *entry);

/* Sends by fd, or by a socket that has the sender's name for that moment, when there is one. */
extern int send_from(int fd, struct msghdr *mh, const SkPacketEntry *entry, send_fn send);

/* Of sk-unix.c: files of unix sockets that this task has; -1: none. */
extern int unix_fd_by_id(unsigned int id);
/* A datagram socket of that name, open or not: *alive tells. */
extern int unix_fd_by_name(const ProtobufCBinaryData *name, bool *alive);
/* Calls it in a child that shares files and memory, and has a root of its own. */
extern int unix_call_in_child(int (*fn)(void *), void *arg);

#endif
