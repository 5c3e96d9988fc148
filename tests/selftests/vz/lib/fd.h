/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors through a socket, to hand them from a VE to the host and back. */
#ifndef _VZ_SELFTESTS_FD_H
#define _VZ_SELFTESTS_FD_H

#include "common.h"
#include <sys/socket.h>

/* @flags: of sendmsg(2). Return: 0, or -1 with errno. */
int try_send_fd(int sock, int fd, int flags);

/*
 * @flags: of recvmsg(2). Return: the descriptor, or -1 with errno; ENOBUFS when
 * the message came without it.
 */
int try_receive_fd(int sock, int flags);

void send_fd(int sock, int fd);

int receive_fd(int sock);

#endif /* _VZ_SELFTESTS_FD_H */
