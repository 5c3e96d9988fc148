// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts of cgroup files that are longer than one write: the kernel log of a VE and
 * when its tasks began. What the file showed goes back to it, some lines a write.
 * The kernel looks at each line; here only what cannot be such a text is found,
 * before anything is made.
 */
#include <errno.h>
#include <string.h>
#include "checkpoint/lines.h"
#include "libvz/cgroup.h"
#include "libvz/err.h"

/* As much as the kernel takes in one write: the longest line fits. */
#define PART	5000

/* Escaped, the largest log has four bytes for one, and a head for each message. */
#define TEXT_MAX	(1024 * 1024)

bool ckpt_lines_sane(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (*p != '\n' && (*p < ' ' || *p > '~'))
			return false;
	return p - text <= TEXT_MAX;
}

/* Length of the lines at @text that fit into @size; 0 when the first one does not. */
static size_t whole_lines(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (!text[n])
		return n;
	while (n && text[n - 1] != '\n')
		n--;
	return n;
}

/* With @repeat the first line stands before each part. */
int ckpt_lines_write(unsigned int id, const char *file, const char *text, bool repeat,
		     struct vz_err *e)
{
	const char *head = text;
	size_t top = 0, n;
	char part[PART + 1];
	int err = 0;

	if (repeat && strchr(text, '\n')) {
		top = strchr(text, '\n') + 1 - text;
		text += top;
	}
	while (!err && *text) {
		n = top < PART ? whole_lines(text, PART - top) : 0;
		if (!n)
			return vz_error(e, VZ_RESTORE, -EBADMSG,
					"%s of VE %u in its image has a line that is too long", file,
					id);
		memcpy(part, head, top);
		memcpy(part + top, text, n);
		part[top + n] = '\0';
		err = vz_cgroup_write_if_any(id, file, part, e);
		text += n;
	}
	return err;
}
