/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of the source to what the destination needs. */
#ifndef VZMIGRATE_COPY_SEND_FILE_H
#define VZMIGRATE_COPY_SEND_FILE_H

struct copy_sender;
struct vz_err;

/*
 * Receive one NEED frame and send what it asks for; the batch is over when no
 * digest was asked for.
 */
int copy_send_answer(struct copy_sender *s, struct vz_err *e);

#endif /* VZMIGRATE_COPY_SEND_FILE_H */
