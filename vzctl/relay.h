/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Relay between our terminal or files and a process of a VE. */
#ifndef VZCTL_RELAY_H
#define VZCTL_RELAY_H

/* Until the process ends; returns its wait status. The descriptors are taken over. */
int relay_pipes(int child, int in, int out, int err);
int relay_tty(int child, int master);
/* The same, until Escape and a dot are typed: the child is hung up then. Escape twice sends one. */
int relay_console(int child, int master);

#endif /* VZCTL_RELAY_H */
