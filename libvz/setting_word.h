/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of a row as they were given. Constant; whoever reads them has a place in them. */
#ifndef LIBVZ_SETTING_WORD_H
#define LIBVZ_SETTING_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include "libvz/setting.h"

/* Options that stand for one row: as many long ones, and its letter. */
#define VZ_TAKE_LONG	3
#define VZ_TAKE_LETTER	VZ_TAKE_LONG
#define VZ_TAKE_NAMES	(VZ_TAKE_LONG + 1)
#define VZ_TAKE_TEXT	40

/**
 * struct vz_word - an option as given
 * @arg: its argument
 * @by: which of the row's options: its long one of that number, or VZ_TAKE_LETTER
 * @about: what --ifname said that it is about, NULL: nothing
 */
struct vz_word {
	const char *arg;
	unsigned int by;
	const char *about;
};

/**
 * struct vz_take - the options of a row on their way into a configuration
 * @s: the row
 * @c: configuration that they change
 * @word, @n: all of them, in the order of the call
 * @nr, @arg, @by: the one that is taken now
 */
struct vz_take {
	const struct vz_setting *s;
	struct vz_conf *c;
	const struct vz_word *word;
	size_t n, nr;
	const char *arg;
	unsigned int by;
};

/* Word number nr becomes the one that is taken; false: there is none. */
static inline bool vz_take_turn(struct vz_take *t, size_t nr)
{
	if (nr >= t->n)
		return false;
	t->nr = nr;
	t->arg = t->word[nr].arg;
	t->by = t->word[nr].by;
	return true;
}

/* On to the next word, for a function that takes all of a row as one; false: there is none. */
static inline bool vz_take_next(struct vz_take *t)
{
	return vz_take_turn(t, t->nr + 1);
}

#endif /* LIBVZ_SETTING_WORD_H */
