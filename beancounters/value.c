// SPDX-License-Identifier: GPL-2.0-only
/* Values of rows as text. Owns nothing. */
#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <vz/abi.h>
#include "value.h"

/**
 * ub_parse_value - a decimal number or "max"
 * @text: string
 * @value: filled, at most UB_MAXVALUE
 *
 * Return: 0 or -EINVAL.
 */
int ub_parse_value(const char *text, unsigned long *value)
{
	if (!strcmp(text, "max")) {
		*value = UB_MAXVALUE;
		return 0;
	}
	if (!isdigit(*text) || kstrtoul(text, 10, value) || *value > UB_MAXVALUE)
		return -EINVAL;
	return 0;
}

/* A space and @value, to the right in @width columns. Most bounds are "unlimited". */
void ub_put_value(struct seq_file *m, unsigned long value, unsigned int width)
{
	static const char unlimited[] = "  9223372036854775807";
	size_t len = max_t(size_t, width + 1, 20);

	if (value == UB_MAXVALUE)
		seq_write(m, unlimited + sizeof(unlimited) - 1 - len, len);
	else
		seq_put_decimal_ull_width(m, " ", value, width);
}
