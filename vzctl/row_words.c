// SPDX-License-Identifier: GPL-2.0-or-later
/* Options of the table of settings, kept until all are known. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/setting.h"
#include "vzctl/row_words.h"

struct option *row_options(struct option *o, char (*names)[32], unsigned int flags)
{
	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		const struct vz_setting *s = &vz_settings[row];

		if (!s->option || (flags && !(s->flags & flags)))
			continue;
		for (int n = 0; n < VZ_TAKE_LONG && vz_setting_option(s, n, *names); n++)
			*o++ = (struct option){ *names++, required_argument, NULL,
						ROW_OPTION + row * VZ_TAKE_NAMES + n };
	}
	return o;
}

/* Row and name of what getopt returned, as one number: row * VZ_TAKE_NAMES + name. */
static int name_of(int opt)
{
	if (opt >= ROW_OPTION)
		return opt - ROW_OPTION;
	for (int row = 0; row < VZ_NR_SETTINGS; row++)
		if (vz_settings[row].letter && vz_settings[row].letter == opt)
			return row * VZ_TAKE_NAMES + VZ_TAKE_LETTER;
	return -EINVAL;
}

int row_words_keep(struct row_words *w, int opt, const char *arg, struct vz_err *e)
{
	int name = name_of(opt);
	unsigned int row = name / VZ_TAKE_NAMES;
	void *more = w->word;

	if (name < 0)
		return 1;
	/* There is room up to the next power of two. */
	if (!(w->n & (w->n - 1)))
		more = reallocarray(more, w->n ? 2 * w->n : 1, sizeof(*w->word));
	if (!more)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "options");
	w->word = more;
	if (row == VZ_SET_IFNAME) {
		/* What was said before the first one is about it, too. */
		for (size_t i = 0; !w->about && i < w->n; i++)
			w->word[i].word.about = arg;
		w->about = arg;
	}
	w->word[w->n].row = row;
	w->word[w->n++].word = (struct vz_word){ arg, name % VZ_TAKE_NAMES, w->about };
	return 0;
}

const char *row_words_last(const struct row_words *w, unsigned int row)
{
	for (size_t i = w->n; i-- > 0;)
		if (w->word[i].row == row)
			return w->word[i].word.arg;
	return NULL;
}

bool row_words_has(const struct row_words *w, unsigned int row)
{
	return row_words_last(w, row);
}

int row_words_take(const struct row_words *w, struct vz_conf *c, struct vz_err *e)
{
	cleanup_free struct vz_word *words = calloc(w->n + 1, sizeof(*words));
	int ret = 0;

	if (!words)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "options");
	for (unsigned int row = 0; !ret && row < VZ_NR_SETTINGS; row++) {
		struct vz_take t = { .s = &vz_settings[row], .c = c, .word = words };

		if (row == VZ_SET_NAME)
			continue;
		for (size_t i = 0; i < w->n; i++)
			if (w->word[i].row == row)
				words[t.n++] = w->word[i].word;
		ret = vz_setting_take(&t, e);
	}
	return ret;
}

void row_words_free(struct row_words *w)
{
	free(w->word);
	*w = (struct row_words){ 0 };
}
