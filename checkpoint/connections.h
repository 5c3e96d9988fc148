/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP connections that a dump without an end has left as no program can use them. */
#ifndef CHECKPOINT_CONNECTIONS_H
#define CHECKPOINT_CONNECTIONS_H

struct vz_err;

/*
 * Ends the repair mode of each TCP connection of VE @id and takes CRIU's filter from it: those
 * of its processes, and those that wait to be accepted. For when CRIU, which does this itself,
 * is gone. The VE may run or be frozen. What ends meanwhile is left out. Returns 0 or a negative
 * error, with a message in @e.
 *
 * That a socket had SO_REUSEADDR, or had not, is lost by repair mode: it has it afterwards.
 */
int ckpt_connections_end_repair(unsigned int id, struct vz_err *e);

#endif /* CHECKPOINT_CONNECTIONS_H */
