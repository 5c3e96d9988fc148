/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hosts of an evacuation: their names, and what they say of themselves. */
#ifndef VZMIGRATE_EVACUATE_ASK_H
#define VZMIGRATE_EVACUATE_ASK_H

#include "vzmigrate/evacuate_run.h"

/* Add the hosts of a list with commas between. */
int evac_hosts(struct evac *x, const char *list, struct vz_err *e);
/* Its index; it is added when it is not there. Negative errno. */
int evac_add_host(struct evac *x, const char *name, struct vz_err *e);
/*
 * Ask those from index `first` on what room they have and what of these VEs. Who does not answer
 * is named and gets no identity.
 */
void evac_ask(struct evac *x, size_t first, const unsigned int *ids, size_t n);
/* Destinations that did not answer, this host itself, or a second name of one go out. */
int evac_keep_answers(struct evac *x, struct vz_err *e);

#endif /* VZMIGRATE_EVACUATE_ASK_H */
