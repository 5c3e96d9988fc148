/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of rows as text. Private to beancounters/. */
#ifndef _VZ_UB_VALUE_H
#define _VZ_UB_VALUE_H

struct seq_file;

int ub_parse_value(const char *text, unsigned long *value);
void ub_put_value(struct seq_file *m, unsigned long value, unsigned int width);

#endif /* _VZ_UB_VALUE_H */
