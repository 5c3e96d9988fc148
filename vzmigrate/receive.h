/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A migration to this host. */
#ifndef VZMIGRATE_RECEIVE_H
#define VZMIGRATE_RECEIVE_H

/* `vzmigrate --receive`: the other end of stdin and stdout. Returns the exit code. */
int mig_receive(void);

#endif /* VZMIGRATE_RECEIVE_H */
