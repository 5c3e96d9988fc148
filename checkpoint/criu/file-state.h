/* SPDX-License-Identifier: GPL-2.0-only */
/* What a file is in, that only OpenVE's kernel tells, or that must be put in place last of all. */
#ifndef __CR_FILE_STATE_H__
#define __CR_FILE_STATE_H__

#include <stdbool.h>

#include "images/sk-opts.pb-c.h"
#include "images/tty.pb-c.h"

/*
 * A socket's pending error, before its queue is looked at, which would fail and take it: into soe,
 * which may be NULL. Asked for as often as one likes.
 */
extern int take_socket_error(int sk, SkOptsEntry *soe);
/* Those that were taken, whatever becomes of the dump. */
extern void give_back_socket_errors(void);
/* Does the output of a terminal wait? */
extern void ask_tty_stopped(int lfd, TtyInfoEntry *e);

/* Room that all processes of the restore share, by who makes them. */
extern int prepare_file_states(void);
/* By the task that has made the file, which must be whole but for this. */
extern int put_socket_error_last(int sk, const SkOptsEntry *soe);
extern int put_tty_state_last(int fd, const TtyInfoEntry *e);
/* By CRIU's main process, when all tasks are there and stopped. */
extern int put_file_states(void);

#endif
