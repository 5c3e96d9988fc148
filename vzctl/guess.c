// SPDX-License-Identifier: GPL-2.0-or-later
/* Nearest word, by optimal string alignment. Of the quick vzctl, too: libc alone. */
#include <string.h>
#include "vzctl/guess.h"

#define LETTERS	40
#define FAR	100

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int guess_distance(const char *a, const char *b)
{
	unsigned int row[3][LETTERS + 1];
	unsigned int *before = row[0], *last = row[1], *now = row[2], *t;
	size_t n = strlen(a), m = strlen(b), i, j;

	if (n > LETTERS || m > LETTERS)
		return FAR;
	for (j = 0; j <= m; j++)
		last[j] = before[j] = j;
	for (i = 1; i <= n; i++) {
		now[0] = i;
		for (j = 1; j <= m; j++) {
			now[j] = least(last[j], now[j - 1]) + 1;
			now[j] = least(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		t = before;
		before = last;
		last = now;
		now = t;
	}
	return last[m];
}

/* A third of the letters may be wrong; one that begins with the word is near enough. */
void guess_try(struct guess *g, const char *candidate)
{
	size_t n = strlen(g->word);
	unsigned int far = guess_distance(g->word, candidate);
	unsigned int bound = n < 4 ? 1 : n / 3;

	if (n >= 3 && !strncmp(candidate, g->word, n) && far > bound)
		far = bound;
	if (far > bound || (g->best && far >= g->far))
		return;
	g->best = candidate;
	g->far = far;
}
