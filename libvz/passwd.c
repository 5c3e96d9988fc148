// SPDX-License-Identifier: GPL-2.0-or-later
/* Passwords of a VE's users: one line of its /etc/shadow, hashed with yescrypt. */
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/guest.h"
#include "libvz/passwd.h"

#define SHADOW_MAX	(4 * 1024 * 1024)

char *vz_shadow_edit(const char *text, const char *user, const char *hash, long day, bool *found)
{
	size_t len = strlen(user), n;
	char *buf = NULL;
	FILE *out = open_memstream(&buf, &n);

	*found = false;
	if (!out)
		return NULL;
	while (*text) {
		size_t line = strcspn(text, "\n");

		if (!*found && line > len && !strncmp(text, user, len) && text[len] == ':') {
			const char *rest = text + len + 1, *end = text + line;

			/* Behind the old hash and the old day. */
			rest = memchr(rest, ':', end - rest);
			rest = rest ? memchr(rest + 1, ':', end - rest - 1) : NULL;
			fprintf(out, "%s:%s:%ld%.*s\n", user, hash, day,
				rest ? (int)(end - rest) : 6, rest ? rest : "::::::");
			*found = true;
		} else {
			fprintf(out, "%.*s\n", (int)line, text);
		}
		text += line + (text[line] == '\n');
	}
	fclose(out);
	return buf;
}

static int hash_password(const char *password, char *hash, size_t size, struct vz_err *e)
{
	cleanup_free struct crypt_data *d = calloc(1, sizeof(*d));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *h;

	if (!d || !crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)))
		return vz_error_sys(e, VZ_PASSWD, d ? -errno : -ENOMEM, "Cannot make a salt");
	h = crypt_r(password, salt, d);
	if (!h || *h == '*')
		return vz_error(e, VZ_PASSWD, -EINVAL, "Cannot hash the password");
	snprintf(hash, size, "%s", h);
	explicit_bzero(d, sizeof(*d));
	return 0;
}

int vz_guest_password(const struct vz_conf *c, const char *user, const char *password,
		      struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	cleanup_free char *old = NULL, *text = NULL;
	char hash[CRYPT_OUTPUT_SIZE];
	bool found;
	int ret = vz_guest_open(c, &g, e);

	if (ret)
		return ret;
	if (!*user || strpbrk(user, ":\n/") || strpbrk(password, "\n"))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad user name or password");
	ret = vz_guest_read(&g, "etc/shadow", SHADOW_MAX, &old);
	if (ret)
		return vz_error_sys(e, VZ_PASSWD, ret, "Cannot read /etc/shadow of the CT");
	ret = hash_password(password, hash, sizeof(hash), e);
	if (ret)
		return ret;
	text = vz_shadow_edit(old, user, hash, time(NULL) / 86400, &found);
	if (!text)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "shadow");
	if (!found)
		return vz_error(e, VZ_PASSWD, -ENOENT, "There is no user %s in the CT", user);
	ret = vz_guest_replace(&g, "etc", "shadow", text, 0640);
	return ret ? vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_PASSWD, ret,
				  "Cannot write /etc/shadow of the CT") : 0;
}
