// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of a call that takes any number of VEs. */
#include <errno.h>
#include <stdlib.h>
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "vzctl/ids.h"
#include "vzctl/ubc_text.h"

bool ids_has(const struct ids *s, unsigned int id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->id[i] == id)
			return true;
	return !s->n;
}

static int add(struct ids *s, const char *word, struct vz_err *e)
{
	unsigned int *p = reallocarray(s->id, s->n + 1, sizeof(*p));

	if (!p)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "numbers of CTs");
	s->id = p;
	return vz_conf_resolve(word, &p[s->n++], e);
}

int ids_take(int argc, char **argv, const struct option *opts,
	     int (*take)(int opt, void *arg, struct vz_err *e), void *arg, struct ids *s,
	     struct vz_err *e)
{
	int c, ret = 0;

	optind = 0;
	while (!ret && (c = next_word(argc, argv, opts, e)) != -1)
		ret = c == '?' ? e->err : c == 1 ? add(s, optarg, e) : take(c, arg, e);
	while (!ret && optind < argc)
		ret = add(s, argv[optind++], e);
	return ret;
}
