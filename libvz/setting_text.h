/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of settings as text. No state. */
#ifndef LIBVZ_SETTING_TEXT_H
#define LIBVZ_SETTING_TEXT_H

#include <stdio.h>

/* The options with their short sentences, for --help. */
void vz_settings_help(FILE *out);
/* At length, as troff: options, variables of VEs and of the host, fields of vzlist. */
void vz_settings_man_options(FILE *out);
void vz_settings_man_variables(FILE *out);
void vz_settings_man_host(FILE *out);
void vz_settings_man_fields(FILE *out);
/* The beancounters alone: option, unit, what is counted. */
void vz_settings_man_counters(FILE *out);
/* What vzctl/completion.bash and completion.zsh need to know of them, as bash and as zsh. */
void vz_settings_completion(FILE *out);
void vz_settings_zsh(FILE *out);

#endif /* LIBVZ_SETTING_TEXT_H */
