/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of the table of settings as given to set and create. They are kept first, and taken in
 * the order of the table: deletions go before additions whatever was said first.
 */
#ifndef VZCTL_ROW_WORDS_H
#define VZCTL_ROW_WORDS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include "libvz/setting_take.h"

struct vz_err;

/* getopt values of the rows' long options, above letters and what callers have of their own. */
#define ROW_OPTION		1000
#define ROW_OPTIONS_MAX		(VZ_TAKE_LONG * VZ_NR_SETTINGS)

/**
 * struct row_words - options in the order of the call; { 0 } is none; row_words_free() in the end
 * @word, @n: the words, and the row of each
 * @about: what the last --ifname said
 */
struct row_words {
	struct { unsigned int row; struct vz_word word; } *word;
	size_t n;
	const char *about;
};

/*
 * Long options of the rows that have one of flags (0: of all) for getopt; returns where the next
 * one goes. names: ROW_OPTIONS_MAX of them, which the options point at.
 */
struct option *row_options(struct option *o, char (*names)[32], unsigned int flags);
/* Is opt, of getopt, one of a row, long or a letter? Then arg is kept; 1: it is none. -ENOMEM. */
int row_words_keep(struct row_words *w, int opt, const char *arg, struct vz_err *e);
/* The last word of a row, NULL: it was not given. */
const char *row_words_last(const struct row_words *w, unsigned int row);
bool row_words_has(const struct row_words *w, unsigned int row);
/* All of them into c, but for --name, which is a link as well. An error leaves c half done. */
int row_words_take(const struct row_words *w, struct vz_conf *c, struct vz_err *e);
void row_words_free(struct row_words *w);

#endif /* VZCTL_ROW_WORDS_H */
