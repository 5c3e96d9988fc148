/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations of other containers, translated into a sample of ours. */
#ifndef VZCTL_TMPL_CONF_H
#define VZCTL_TMPL_CONF_H

#include <stddef.h>

struct tmpl_notes;
struct vz_err;

enum tmpl_conf_kind { TMPL_CONF_OPENVZ, TMPL_CONF_LXC, TMPL_CONF_INCUS };

/**
 * struct tmpl_conf - what came of it
 * @sample: text of a sample, malloc'ed
 * @words: options of vzctl create and set for what belongs to one VE, malloc'ed
 * @base: first id on the old host, 0: not shifted
 */
struct tmpl_conf {
	char *sample, *words;
	unsigned int base;
};

/* By its text. */
enum tmpl_conf_kind tmpl_conf_kind(const char *text);
/* What has no counterpart is noted. -ENOMEM. */
int tmpl_conf_translate(enum tmpl_conf_kind kind, const char *text, struct tmpl_conf *c,
			struct tmpl_notes *notes, struct vz_err *e);
void tmpl_conf_free(struct tmpl_conf *c);

#endif /* VZCTL_TMPL_CONF_H */
