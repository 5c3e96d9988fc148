// SPDX-License-Identifier: GPL-2.0-or-later
/* For LD_PRELOAD: who opens a uid_map waits a second first. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static int late(const char *name, int dir, const char *path, int flags, mode_t mode)
{
	int (*real)(int, const char *, int, ...) =
		(int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, name);
	size_t n = strlen(path);

	if (n >= 7 && !strcmp(path + n - 7, "uid_map"))
		sleep(1);
	return real(dir, path, flags, mode);
}

#define LATE(name, fn, ...) \
int fn(__VA_ARGS__ const char *path, int flags, ...); \
int fn(__VA_ARGS__ const char *path, int flags, ...) \
{ \
	va_list ap; \
	mode_t mode; \
\
	va_start(ap, flags); \
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
	va_end(ap); \
	return late(name, DIR, path, flags, mode); \
}

#define DIR	AT_FDCWD
LATE("openat", open)
LATE("openat64", open64)
#undef DIR
#define DIR	dir
LATE("openat", openat, int dir,)
LATE("openat64", openat64, int dir,)
