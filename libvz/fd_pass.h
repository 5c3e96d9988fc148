/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One descriptor over a socket, with one byte. */
#ifndef LIBVZ_FD_PASS_H
#define LIBVZ_FD_PASS_H

/* 0 or negative errno. The sender keeps its own. */
int vz_fd_send(int sock, int fd);
/* The descriptor, close-on-exec, or negative errno. Does not wait. */
int vz_fd_receive(int sock);

#endif /* LIBVZ_FD_PASS_H */
