// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/setting.h"
#include "libvz/value.h"
#include "vzctl/ub_table.h"

#define BLANKS	" \t\r"

/* "101:" */
static bool is_head(char *word, unsigned int *id)
{
	size_t n = strlen(word);

	if (n < 2 || word[n - 1] != ':')
		return false;
	word[n - 1] = '\0';
	return !vz_parse_id(word, id);
}

static struct ub_table_ve *one_more(struct ub_table_ve **ves, size_t *n, unsigned int id)
{
	struct ub_table_ve *p = *ves;

	/* There is room up to the next power of two. */
	if (!(*n & (*n - 1)))
		p = reallocarray(p, *n ? 2 * *n : 1, sizeof(*p));
	if (!p)
		return NULL;
	*ves = p;
	p = &p[(*n)++];
	*p = (struct ub_table_ve){ .id = id };
	return p;
}

/* Five numbers behind the name of a row. Rows that we do not know are none of ours. */
static int take_row(const char *name, char **words, struct ub_table_ve *ve)
{
	struct vz_ub_row row = { .known = true, .live = true };
	long *const to[] = { &row.held, &row.maxheld, &row.barrier, &row.limit, &row.failcnt };
	int r = vz_ub_find(name);

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		const char *word = strtok_r(NULL, BLANKS, words);
		int ret = word ? vz_parse_number(word, VZ_UNIT_COUNT, to[i]) : -EINVAL;

		if (ret && ret != -ERANGE)
			return -EINVAL;
	}
	if (r >= 0)
		ve->rows[r] = row;
	return 0;
}

int ub_table_parse(char *text, struct ub_table_ve **ves, size_t *n)
{
	struct ub_table_ve *ve = NULL;
	char *save = NULL;

	*ves = NULL;
	*n = 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *words = NULL, *word = strtok_r(line, BLANKS, &words);
		unsigned int id;

		if (!word || !strcmp(word, "Version:") || !strcmp(word, "uid"))
			continue;
		if (is_head(word, &id)) {
			ve = one_more(ves, n, id);
			if (!ve)
				return -ENOMEM;
			word = strtok_r(NULL, BLANKS, &words);
		}
		if (!ve || (word && take_row(word, &words, ve)))
			return -EINVAL;
	}
	return *n ? 0 : -EINVAL;
}

int ub_table_read(const char *path, struct ub_table_ve **ves, size_t *n, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	int ret = vz_read_file(path, &text);

	*ves = NULL;
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s", path);
	ret = ub_table_parse(text, ves, n);
	if (!ret)
		return 0;
	free(*ves);
	*ves = NULL;
	return ret == -ENOMEM ? vz_error_sys(e, VZ_NOMEM, ret, "%s", path) :
	       vz_error(e, VZ_BADVALUE, ret, "%s is no table of beancounters", path);
}
