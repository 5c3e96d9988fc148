// SPDX-License-Identifier: GPL-2.0-or-later
/* NAME="value" files: strict reader that never evaluates, writer that keeps foreign lines. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf_file.h"
#include "libvz/file.h"

#define FILE_MAX	(1024 * 1024)

struct vz_conf_file *vz_conf_file_new(void)
{
	return calloc(1, sizeof(struct vz_conf_file));
}

static void line_clear(struct vz_conf_line *l)
{
	free(l->name);
	free(l->value);
	free(l->text);
}

void vz_conf_file_free(struct vz_conf_file *f)
{
	size_t i;

	if (!f || (f->readers && --f->readers))
		return;
	for (i = 0; i < f->n; i++)
		line_clear(&f->line[i]);
	free(f->line);
	free(f);
}

static struct vz_conf_line *line_add(struct vz_conf_file *f)
{
	struct vz_conf_line *p = reallocarray(f->line, f->n + 1, sizeof(*p));

	if (!p)
		return NULL;
	f->line = p;
	p += f->n++;
	memset(p, 0, sizeof(*p));
	return p;
}

/* Splits NAME=value; false for anything else, which is kept as it is. */
static bool split(const char *s, size_t n, char **name, char **value)
{
	const char *end = s + n, *p, *v;
	char quote = 0;

	while (s < end && isblank((unsigned char)*s))
		s++;
	for (p = s; p < end && (isalnum((unsigned char)*p) || *p == '_'); p++)
		;
	if (p == s || p == end || *p != '=' || isdigit((unsigned char)*s))
		return false;
	v = p + 1;
	if (v < end && (*v == '"' || *v == '\''))
		quote = *v++;
	*name = strndup(s, p - s);
	for (p = v; p < end && (quote ? *p != quote : !isspace((unsigned char)*p)); p++)
		;
	*value = strndup(v, p - v);
	return true;
}

int vz_conf_file_parse(struct vz_conf_file *f, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		struct vz_conf_line *l = line_add(f);

		if (!l)
			return -ENOMEM;
		l->text = strndup(text, n);
		if (!l->text)
			return -ENOMEM;
		if (split(text, n, &l->name, &l->value) && (!l->name || !l->value))
			return -ENOMEM;
		text += n + (text[n] == '\n');
	}
	return 0;
}

static int read_at(struct vz_conf_file *f, const char *path, struct stat *st)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	cleanup_free char *buf = NULL;
	size_t n = 0;

	if (fd < 0 || fstat(fd, st))
		return -errno;
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	if (st->st_size > FILE_MAX)
		return -EFBIG;
	buf = malloc(st->st_size + 1);
	if (!buf)
		return -ENOMEM;
	while (n < (size_t)st->st_size) {
		ssize_t r = read(fd, buf + n, st->st_size - n);

		if (r < 0)
			return -errno;
		if (!r)
			break;
		n += r;
	}
	buf[n] = '\0';
	return vz_conf_file_parse(f, buf);
}

int vz_conf_file_read(struct vz_conf_file *f, const char *path)
{
	struct stat st;

	return read_at(f, path, &st);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       !memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) &&
	       !memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim));
}

int vz_conf_file_share(const char *path, struct vz_conf_file **out)
{
	static struct {
		struct vz_conf_file *f;
		struct stat st;
	} last;
	struct vz_conf_file *f;
	struct stat st;
	int ret;

	if (last.f && !stat(path, &st) && same_file(&st, &last.st)) {
		last.f->readers++;
		*out = last.f;
		return 0;
	}
	f = vz_conf_file_new();
	if (!f)
		return -ENOMEM;
	ret = read_at(f, path, &st);
	if (ret) {
		vz_conf_file_free(f);
		return ret;
	}
	vz_conf_file_free(last.f);
	f->readers = 2;		/* the caller, and we */
	last.f = f;
	last.st = st;
	*out = f;
	return 0;
}

const char *vz_conf_file_get(const struct vz_conf_file *f, const char *name)
{
	size_t i;

	for (i = 0; f && i < f->n; i++)
		if (f->line[i].name && *f->line[i].name == *name && !strcmp(f->line[i].name, name))
			return f->line[i].value;
	return NULL;
}

/* The same text must mean the same to a shell that sources the file. */
static bool quotable(const char *s)
{
	for (; *s; s++)
		if (strchr("\"\\`\n\r", *s) || (*s == '$' && strncmp(s, "$VEID", 5)))
			return false;
	return true;
}

static void remove_from(struct vz_conf_file *f, const char *name, size_t start)
{
	size_t i, keep = start;

	for (i = start; i < f->n; i++) {
		if (f->line[i].name && !strcmp(f->line[i].name, name))
			line_clear(&f->line[i]);
		else
			f->line[keep++] = f->line[i];
	}
	f->n = keep;
}

int vz_conf_file_set(struct vz_conf_file *f, const char *name, const char *value)
{
	struct vz_conf_line *l;
	char *copy;
	size_t i;

	if (!value) {
		remove_from(f, name, 0);
		return 0;
	}
	if (!quotable(value))
		return -EINVAL;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	for (i = 0; i < f->n; i++) {
		l = &f->line[i];
		if (!l->name || strcmp(l->name, name))
			continue;
		free(l->value);
		free(l->text);
		l->value = copy;
		l->text = NULL;
		remove_from(f, name, i + 1);
		return 0;
	}
	l = line_add(f);
	if (l)
		l->name = strdup(name);
	if (!l || !l->name) {
		free(copy);
		return -ENOMEM;
	}
	l->value = copy;
	return 0;
}

int vz_conf_file_write(const struct vz_conf_file *f, const char *path)
{
	cleanup_free char *text = NULL;
	char real[PATH_MAX];
	size_t len, i;
	FILE *out;

	if (!realpath(path, real)) {
		if (errno != ENOENT || strlen(path) >= sizeof(real))
			return -errno;
		strcpy(real, path);
	}
	out = open_memstream(&text, &len);
	if (!out)
		return -ENOMEM;
	for (i = 0; i < f->n; i++) {
		const struct vz_conf_line *l = &f->line[i];

		if (l->text)
			fprintf(out, "%s\n", l->text);
		else
			fprintf(out, "%s=\"%s\"\n", l->name, l->value);
	}
	if (fclose(out))
		return -ENOMEM;
	return vz_replace_file(real, text, len, 0644);
}
