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
/* What vzctl/completion.bash needs to know of them, as bash. */
void vz_settings_completion(FILE *out);

#endif /* LIBVZ_SETTING_TEXT_H */
