// SPDX-License-Identifier: GPL-2.0-or-later
/* The list belongs to its sender; oldest first, as the answers come. */
#include <stdlib.h>
#include <string.h>
#include "vzmigrate/copy_batch.h"
#include "vzmigrate/copy_sender.h"

static void batch_free(struct copy_batch *b)
{
	for (size_t i = 0; b->name && i < b->n; i++)
		free(b->name[i]);
	free(b->name);
	free(b->path);
	free(b);
}

struct copy_batch *copy_batch_add(struct copy_sender *s, const char *path, size_t n)
{
	struct copy_batch *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->seq = ++s->seq;
	b->path = strdup(path);
	b->name = calloc(n + 1, sizeof(*b->name));
	if (!b->path || !b->name) {
		batch_free(b);
		return NULL;
	}
	*s->tail = b;
	s->tail = &b->next;
	s->nbatches++;
	return b;
}

struct copy_batch *copy_batch_find(struct copy_sender *s, uint32_t seq)
{
	struct copy_batch *b = s->head;

	while (b && b->seq != seq)
		b = b->next;
	return b;
}

void copy_batch_end(struct copy_sender *s, struct copy_batch *b)
{
	struct copy_batch **at = &s->head;

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	if (!*at)
		s->tail = at;
	s->nbatches--;
	batch_free(b);
}

void copy_batch_drop_all(struct copy_sender *s)
{
	while (s->head) {
		struct copy_batch *b = s->head;

		s->head = b->next;
		batch_free(b);
	}
	s->tail = &s->head;
	s->nbatches = 0;
}
