/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of vzlist's fields. */
#ifndef VZCTL_LIST_FIELD_H
#define VZCTL_LIST_FIELD_H

#include <jansson.h>
#include <stddef.h>

struct list_ve;

/* One column: a field, for those with several numbers one of them. */
struct list_col {
	int field;
	char suffix;		/* 0, m, b, l, f; s, h */
};

size_t list_nr_fields(void);
const char *list_field_name(int field);
/* Header text; buf of 64. */
const char *list_header(const struct list_col *col, char *buf);
/* "numproc.m"; -ENOENT. */
int list_column(const char *text, struct list_col *col);
/* Width for printf, negative is left-aligned. */
int list_width(int field);
/* Text of a cell, malloc'ed; "-" when there is no value. */
char *list_cell(const struct list_ve *v, const struct list_col *col);
/* The value as JSON; new reference. */
json_t *list_json(const struct list_ve *v, int field);
/* Three-way comparison by a column. */
int list_compare(const struct list_ve *a, const struct list_ve *b, const struct list_col *col);

#endif /* VZCTL_LIST_FIELD_H */
