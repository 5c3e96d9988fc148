// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Build-time filter: man pages and completion come in, and each line that
 * holds @part@ goes out as that part of the table of settings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/setting_text.h"

static const struct {
	const char *mark;
	void (*put)(FILE *out);
} parts[] = {
	{ "@options@", vz_settings_man_options },
	{ "@variables@", vz_settings_man_variables },
	{ "@host@", vz_settings_man_host },
	{ "@fields@", vz_settings_man_fields },
	{ "@counters@", vz_settings_man_counters },
	{ "@completion@", vz_settings_completion },
	{ "@zsh@", vz_settings_zsh },
};

int main(void)
{
	char *line = NULL;
	size_t room = 0, i;

	while (getline(&line, &room, stdin) > 0) {
		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (strstr(line, parts[i].mark))
				break;
		if (i < sizeof(parts) / sizeof(parts[0]))
			parts[i].put(stdout);
		else
			fputs(line, stdout);
	}
	free(line);
	return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
