/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was done to which VE, for the host's journal. */
#ifndef LIBVZ_AUDIT_H
#define LIBVZ_AUDIT_H

/*
 * One entry with the fields VEID, VE_COMMAND and VE_EXIT, so that
 * "journalctl VEID=101" tells a VE's story. code is an exit code; text says why it
 * is not 0, or is NULL. Never waits; without a journal nothing happens.
 */
void vz_audit(unsigned int id, const char *command, int code, const char *text);

#endif /* LIBVZ_AUDIT_H */
