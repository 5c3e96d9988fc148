// SPDX-License-Identifier: GPL-2.0-or-later
/* Which VE a line of the log is about. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "vzctl/log_line.h"

bool log_line_of(const char *line, unsigned int id)
{
	const char *text = strstr(line, " : ");
	char ct[24];
	int n = snprintf(ct, sizeof(ct), "CT %u", id);

	return text && !strncmp(text + 3, ct, n) && !isdigit((unsigned char)text[3 + n]);
}
