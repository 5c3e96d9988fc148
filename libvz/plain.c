// SPDX-License-Identifier: GPL-2.0-or-later
/* Plain text of any text. No state. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/plain.h"

#define INDENT	"  "

/* Bytes of the UTF-8 character at p, and the character; 0: it is none. */
static int decode(const unsigned char *p, unsigned int *c)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int n = *p < 0x80 ? 1 : *p >> 5 == 6 ? 2 : *p >> 4 == 14 ? 3 : *p >> 3 == 30 ? 4 : 0;

	*c = n > 1 ? *p & (0x7f >> n) : *p;
	for (int i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000) ? 0 : n;
}

/* Control characters, and those that turn the direction or have no width. */
static bool is_plain(unsigned int c)
{
	if (c == '\n' || c == '\t')
		return true;
	return c >= ' ' && (c < 0x7f || c >= 0xa0) && c != 0xad && c != 0xfeff &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2060 && c <= 0x206f) && c < 0xe0000;
}

static void put(FILE *out, const char *text)
{
	const unsigned char *p = (const void *)text;

	while (*p) {
		unsigned int c;
		int n = decode(p, &c);

		if (n && is_plain(c)) {
			fwrite(p, 1, n, out);
			p += n;
			if (c == '\n' && *p && *p != ' ' && *p != '\t')
				fputs(INDENT, out);
			continue;
		}
		for (n = n ? n : 1; n; n--)
			fprintf(out, "\\%03o", *p++);
	}
}

/* Both ends of a long text tell the most. */
static void shorten(char *text, size_t n)
{
	char gap[64];
	size_t head = (VZ_PLAIN_MAX - sizeof(gap)) / 2, tail = n - head;
	int len;

	/* At the first byte of a character. */
	while (head && (text[head] & 0xc0) == 0x80)
		head--;
	while ((text[tail] & 0xc0) == 0x80)
		tail++;
	len = snprintf(gap, sizeof(gap), "[... %zu bytes ...]", tail - head);
	memcpy(text + head, gap, len);
	memmove(text + head + len, text + tail, n - tail + 1);
}

char *vz_plain(char *text)
{
	cleanup_free char *old = text;
	char *made = NULL;
	size_t n = 0;
	FILE *out = text ? open_memstream(&made, &n) : NULL;

	if (!out)
		return NULL;
	put(out, text);
	if (fclose(out)) {
		free(made);
		return NULL;
	}
	if (n > VZ_PLAIN_MAX)
		shorten(made, n);
	return made;
}

char *vz_plain_copy(const char *text)
{
	char *copy = strdup(text);

	return vz_plain_line(text) ? copy : vz_plain(copy);
}

char *vz_plain_format(const char *fmt, va_list ap)
{
	char *text;

	return vasprintf(&text, fmt, ap) < 0 ? NULL : vz_plain(text);
}

bool vz_plain_line(const char *text)
{
	const unsigned char *p = (const void *)text;

	while (*p) {
		unsigned int c;
		int n = decode(p, &c);

		if (!n || !is_plain(c) || c == '\n')
			return false;
		p += n;
	}
	return true;
}
