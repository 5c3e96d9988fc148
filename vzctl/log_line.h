/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the log of the tools. No state. */
#ifndef VZCTL_LOG_LINE_H
#define VZCTL_LOG_LINE_H

#include <stdbool.h>

/* "TIME PROGRAM : CT 101 : text", or ": CT 101 has ended": it is about that VE. */
bool log_line_of(const char *line, unsigned int id);

#endif /* VZCTL_LOG_LINE_H */
