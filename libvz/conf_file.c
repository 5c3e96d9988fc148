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
#include "libvz/err.h"
#include "libvz/file.h"

#define FILE_MAX	(1024 * 1024)

struct vz_conf_file *vz_conf_file_new(void)
{
	return calloc(1, sizeof(struct vz_conf_file));
}

struct vz_conf_block {
	struct vz_conf_block *next;
	char text[];
};

void vz_conf_file_free(struct vz_conf_file *f)
{
	struct vz_conf_block *b, *next;
	size_t i;

	if (!f || (f->readers && --f->readers))
		return;
	for (i = 0; i < f->n; i++)
		free(f->line[i].set);
	for (b = f->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(f->line);
	free(f);
}

static struct vz_conf_line *line_add(struct vz_conf_file *f)
{
	struct vz_conf_line *p = f->line;

	if (f->n == f->room) {
		p = reallocarray(p, f->room * 2 + 48, sizeof(*p));
		if (!p)
			return NULL;
		f->line = p;
		f->room = f->room * 2 + 48;
	}
	p += f->n++;
	memset(p, 0, sizeof(*p));
	return p;
}

/* Twice the text in one piece: lines as they are, and a copy that is cut into names and values. */
static char *block_add(struct vz_conf_file *f, const char *text, size_t n)
{
	struct vz_conf_block *b = malloc(sizeof(*b) + 2 * (n + 1));

	if (!b)
		return NULL;
	memcpy(b->text, text, n + 1);
	memcpy(b->text + n + 1, text, n + 1);
	b->next = f->blocks;
	f->blocks = b;
	return b->text;
}

int vz_conf_file_parse(struct vz_conf_file *f, const char *text)
{
	size_t n = strlen(text);
	char *p = block_add(f, text, n), *end = p + n, *stop;
	char *copy = end + 1;

	if (!p)
		return -ENOMEM;
	for (; p < end; copy += stop + 1 - p, p = stop + 1) {
		struct vz_conf_line *l = line_add(f);

		if (!l)
			return -ENOMEM;
		stop = memchr(p, '\n', end - p);
		if (!stop)
			stop = end;
		*stop = copy[stop - p] = '\0';
		l->text = p;
		/* What some editors put before a text. */
		vz_conf_line_split(l == f->line && !strncmp(copy, "\xef\xbb\xbf", 3) ? copy + 3 :
										      copy, l);
	}
	return 0;
}

static int read_at(struct vz_conf_file *f, const char *path, struct stat *st)
{
	cleanup_close int fd = vz_open_file_stat(path, st);
	cleanup_free char *buf = NULL;
	size_t n = 0;

	if (fd < 0)
		return fd;
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
	/* Behind a NUL nothing would be read, and all of it lost with the next change. */
	if (strlen(buf) != n)
		return -VZ_ENOTEXT;
	return vz_conf_file_parse(f, buf);
}

size_t vz_conf_file_nul(const char *path)
{
	cleanup_close int fd = vz_open_file(path);
	cleanup_free char *text = NULL;
	size_t len = 0, line = 1;

	if (fd < 0 || vz_read_fd(fd, FILE_MAX, &text, &len) || strlen(text) == len)
		return 0;
	for (const char *p = text; *p; p++)
		line += *p == '\n';
	return line;
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

bool vz_conf_value_ok(const char *s)
{
	for (; *s; s++)
		if (strchr("\"\\`", *s) || (iscntrl((unsigned char)*s) && *s != '\t') ||
		    (*s == '$' && !vz_conf_is_veid(s)))
			return false;
	return true;
}

static void remove_from(struct vz_conf_file *f, const char *name, size_t start)
{
	size_t i, keep = start;

	for (i = start; i < f->n; i++) {
		if (f->line[i].name && !strcmp(f->line[i].name, name))
			free(f->line[i].set);
		else
			f->line[keep++] = f->line[i];
	}
	f->n = keep;
}

int vz_conf_file_set(struct vz_conf_file *f, const char *name, const char *value)
{
	struct vz_conf_line new = { 0 };
	size_t room = strlen(name) + 1, i;
	struct vz_conf_line *l;

	if (!value) {
		remove_from(f, name, 0);
		return 0;
	}
	if (!vz_conf_value_ok(value))
		return -EINVAL;
	new.set = malloc(room + strlen(value) + 1);
	if (!new.set)
		return -ENOMEM;
	new.name = strcpy(new.set, name);
	new.value = strcpy(new.set + room, value);
	for (i = 0; i < f->n && (!f->line[i].name || strcmp(f->line[i].name, name)); i++)
		;
	l = i < f->n ? &f->line[i] : line_add(f);
	if (!l) {
		free(new.set);
		return -ENOMEM;
	}
	/* Name and value may be those of the old line. */
	free(l->set);
	*l = new;
	remove_from(f, new.name, i + 1);
	return 0;
}

static int text_of(const struct vz_conf_file *f, char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);
	size_t i;

	if (!out)
		return -ENOMEM;
	for (i = 0; i < f->n; i++) {
		const struct vz_conf_line *l = &f->line[i];

		if (l->text)
			fprintf(out, "%s\n", l->text);
		else
			fprintf(out, "%s=\"%s\"\n", l->name, l->value);
	}
	return fclose(out) ? -ENOMEM : 0;
}

int vz_conf_file_write(const struct vz_conf_file *f, const char *path)
{
	cleanup_free char *text = NULL;
	char real[PATH_MAX];
	size_t len;
	int ret;

	if (!realpath(path, real)) {
		if (errno != ENOENT || strlen(path) >= sizeof(real))
			return -errno;
		strcpy(real, path);
	}
	ret = text_of(f, &text, &len);
	/* Nobody would read it again. */
	if (!ret && len > FILE_MAX)
		ret = -EFBIG;
	return ret ? ret : vz_replace_file(real, text, len, 0644);
}

int vz_conf_file_put(const struct vz_conf_file *f, int fd)
{
	cleanup_free char *text = NULL;
	size_t len;
	int ret = text_of(f, &text, &len);

	if (ret)
		return ret;
	return write(fd, text, len) == (ssize_t)len ? 0 : -EIO;
}
