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
	cleanup_close int root = vz_private_open(c, e);
	cleanup_close int fd = -1;
	cleanup_free char *old = NULL, *text = NULL;
	char hash[CRYPT_OUTPUT_SIZE];
	struct stat st;
	bool found;
	int ret;

	if (root < 0)
		return root;
	if (!*user || strpbrk(user, ":\n/") || strpbrk(password, "\n"))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad user name or password");
	fd = vz_open_in_root(root, "etc/shadow", O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return vz_error_sys(e, VZ_PASSWD, fd < 0 ? fd : -EINVAL, "Cannot use /etc/shadow of the CT");
	ret = vz_read_fd(fd, SHADOW_MAX, &old, NULL);
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
	ret = vz_replace_in_root(root, "etc", "shadow", text, 0640);
	return ret ? vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_PASSWD, ret,
				  "Cannot write /etc/shadow of the CT") : 0;
}
