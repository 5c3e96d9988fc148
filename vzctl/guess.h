/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody meant who mistyped a word. No state. */
#ifndef VZCTL_GUESS_H
#define VZCTL_GUESS_H

#include <stddef.h>

/*
 * How many letters must be changed, added, left out or exchanged with their neighbour to make b
 * of a; words longer than 40 letters are no match of anything: 100.
 */
unsigned int guess_distance(const char *a, const char *b);

/**
 * struct guess - the best candidate so far; begin with the word alone
 * @word: what was typed
 * @best: the candidate that is next to it; NULL while none is near enough
 * @far: its distance
 */
struct guess {
	const char *word, *best;
	unsigned int far;
};

void guess_try(struct guess *g, const char *candidate);

#endif /* VZCTL_GUESS_H */
