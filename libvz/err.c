// SPDX-License-Identifier: GPL-2.0-or-later
/* The error object: set, put in context, release. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "libvz/plain.h"

static const char *const names[VZ_NR_CAUSES] = {
#define CAUSE_NAME(name, what)	[VZ_##name] = #name,
	VZ_CAUSES(CAUSE_NAME)
#undef CAUSE_NAME
};

const char *vz_cause_name(enum vz_cause cause)
{
	return cause < VZ_NR_CAUSES ? names[cause] : NULL;
}

enum vz_cause vz_cause_find(const char *name)
{
	enum vz_cause c;

	for (c = VZ_NO_CAUSE + 1; c < VZ_NR_CAUSES; c++)
		if (!strcmp(names[c], name))
			return c;
	return VZ_NO_CAUSE;
}

enum vz_cause vz_cause_of_path(int err)
{
	switch (err) {
	case ENOENT: case ENOTDIR: case EISDIR: case ENAMETOOLONG: case ELOOP: case EEXIST:
	case EINVAL: case ENXIO: case ENODEV: case EROFS: case EACCES: case EPERM: case VZ_ENOFILE:
		return VZ_BADVALUE;
	case ENOSPC: case EDQUOT:
		return VZ_NOSPACE;
	default:
		return VZ_SYSTEM;
	}
}

static int set(struct vz_err *e, enum vz_cause cause, int err, char *msg)
{
	if (!e) {
		free(msg);
		return err;
	}
	free(e->msg);
	e->cause = cause;
	e->err = err;
	e->msg = vz_plain(msg);
	return err;
}

int vz_error(struct vz_err *e, enum vz_cause cause, int err, const char *fmt, ...)
{
	char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&msg, fmt, ap) < 0)
		msg = NULL;
	va_end(ap);
	return set(e, cause, err, msg);
}

const char *vz_reason(int err)
{
	if (err == VZ_ENOTEXT)
		return "There is a NUL in it: this is no text, or one of UTF-16";
	return err == VZ_ENOFILE ? "Not a regular file" : strerror(err);
}

int vz_error_sys(struct vz_err *e, enum vz_cause cause, int err, const char *fmt, ...)
{
	char *text = NULL, *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text && asprintf(&msg, "%s: %s", text, vz_reason(-err)) < 0)
		msg = NULL;
	free(text);
	return set(e, cause, err, msg);
}

int vz_error_context(struct vz_err *e, const char *fmt, ...)
{
	char *text = NULL, *msg = NULL;
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text && asprintf(&msg, "%s: %s", text, e->msg ? e->msg : "unknown error") >= 0) {
		free(e->msg);
		e->msg = vz_plain(msg);
	}
	free(text);
	return e->err;
}

void vz_error_free(struct vz_err *e)
{
	free(e->msg);
	e->msg = NULL;
	e->cause = VZ_NO_CAUSE;
	e->err = 0;
}
