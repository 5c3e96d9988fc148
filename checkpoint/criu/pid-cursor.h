/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CRIU_PID_CURSOR_H
#define CRIU_PID_CURSOR_H

/*
 * Lets the kernel number what is forked from now on with ids that nobody in the images has; called
 * by the first task of a new pid namespace, when it sees that namespace's /proc. Returns 0, or -1
 * and has said why.
 */
int pid_cursor_move(void);

#endif
