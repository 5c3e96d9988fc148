// SPDX-License-Identifier: GPL-2.0-or-later
/* The cache of templates. Callers hold its lock but for looking. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/sha256.h"
#include "vzctl/tmpl_store.h"

#define COPY	(1 << 20)

bool tmpl_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n && n < 128 && *name != '.' && *name != '-' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789+-_.")];
}

char *tmpl_path(char *buf, const char *cache, const char *name, const char *end)
{
	snprintf(buf, PATH_MAX, "%s/%s%s", cache, name, end);
	return buf;
}

int tmpl_store_lock(const char *cache, int *fd, struct vz_err *e)
{
	if (mkdir(cache, 0755) && errno != EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make %s", cache);
	*fd = open(cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ?
			       vz_error(e, VZ_LOCKED, -EBUSY, "Another vztmpl works on %s", cache) :
			       vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot lock %s", cache);
	return 0;
}

static json_t *make_manifest(const char *name, const struct tmpl_facts *f, const char *kind,
			     const char *source)
{
	time_t now = time(NULL);
	char stamp[40], file[160];
	struct tm tm;
	json_t *src;

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	snprintf(file, sizeof(file), "%s.tar.zst", name);
	src = json_string(source);
	return json_pack("{s:i, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:o, s:{s:s, s:s, s:s}, s:s}",
			 "format", 1, "name", name, "archive", file, "sha256", f->digest, "bytes",
			 (json_int_t)f->bytes, "files", (json_int_t)f->files, "created", stamp,
			 "kind", kind, "source", src ? src : json_null(), "os", "id", f->os.id,
			 "version", f->os.version, "name", f->os.name, "network",
			 vz_style_name(f->style));
}

int tmpl_store_put(const char *cache, const char *name, const char *partial,
		   const struct tmpl_facts *facts, const char *kind, const char *source,
		   struct vz_err *e)
{
	char path[PATH_MAX];
	json_t *m = make_manifest(name, facts, kind, source);
	cleanup_free char *text = m ? json_dumps(m, JSON_INDENT(2)) : NULL;
	int ret;

	json_decref(m);
	if (!text)
		return vz_error(e, VZ_SYSTEM, -EINVAL, "The manifest of %s cannot be made", name);
	/* What was signed is no more. */
	unlink(tmpl_path(path, cache, name, ".json.sig"));
	ret = vz_replace_file(tmpl_path(path, cache, name, ".json"), text, strlen(text), 0644);
	if (ret)
		return vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, ret,
				    "Cannot write %s", path);
	if (rename(partial, tmpl_path(path, cache, name, ".tar.zst")))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot rename %s to %s", partial, path);
	return 0;
}

json_t *tmpl_manifest(const char *cache, const char *name)
{
	cleanup_free char *text = NULL;
	char path[PATH_MAX];

	return vz_read_file(tmpl_path(path, cache, name, ".json"), &text) ?
		       NULL : json_loads(text, 0, NULL);
}

int tmpl_run(char *const argv[], struct vz_err *e)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	if (!pid) {
		signal(SIGPIPE, SIG_DFL);
		close_range(3, ~0U, 0);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "waitpid");
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return vz_error(e, VZ_SYSTEM, -ENOENT, "%s cannot be run: is it installed?",
				argv[0]);
	return vz_error(e, VZ_SYSTEM, -ECANCELED, "%s has failed", argv[0]);
}

/* What openssl says of it would be the operator's own words, as they are. */
static int check_key(const char *key, struct vz_err *e)
{
	cleanup_close int fd = vz_open_file(key);

	return fd < 0 ? vz_error_sys(e, VZ_BADVALUE, fd, "--key %s", key) : 0;
}

static int check_signature(const char *manifest, const char *key, struct vz_err *e)
{
	char sig[PATH_MAX + 8];
	const char *dot = strrchr(key, '.');
	bool pem = dot && !strcmp(dot, ".pem");
	char *const openssl[] = { "openssl", "pkeyutl", "-verify", "-pubin", "-inkey",
				  (char *)key, "-rawin", "-in", (char *)manifest, "-sigfile", sig,
				  NULL };
	char *const gpgv[] = { "gpgv", "--keyring", (char *)key, sig, (char *)manifest, NULL };
	int ret;

	snprintf(sig, sizeof(sig), "%s.sig", manifest);
	if (access(sig, R_OK))
		return vz_error_sys(e, VZ_BADTEMPLATE, -errno, "It is not signed: %s", sig);
	/* gpgv looks for a mere name in a folder of its own. */
	ret = pem || strchr(key, '/') ? check_key(key, e) : 0;
	if (ret)
		return ret;
	ret = tmpl_run(pem ? openssl : gpgv, e);
	return ret == -ECANCELED ? vz_error(e, VZ_BADTEMPLATE, ret,
					    "%s does not bear the signature of %s", manifest, key)
				 : ret;
}

int tmpl_store_verify(const char *cache, const char *name, const char *key, struct vz_err *e)
{
	json_t *m = tmpl_manifest(cache, name);
	cleanup_close int fd = -1;
	char path[PATH_MAX], hex[VZ_SHA256_HEX], want[VZ_SHA256_HEX] = "";
	const char *digest = json_string_value(json_object_get(m, "sha256"));
	int ret = 0;

	if (digest)
		snprintf(want, sizeof(want), "%s", digest);
	json_decref(m);
	if (!*want)
		return vz_error(e, VZ_BADTEMPLATE, -ENOENT,
				"Template %s has no manifest that can be read: %s", name,
				tmpl_path(path, cache, name, ".json"));
	fd = vz_open_file(tmpl_path(path, cache, name, ".tar.zst"));
	if (fd < 0)
		return vz_error_sys(e, VZ_NOTEMPLATE, fd, "%s", path);
	ret = vz_sha256_file(fd, hex);
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "read %s", path);
	if (strcmp(hex, want))
		return vz_error(e, VZ_BADTEMPLATE, -EBADMSG,
				"%s is not what its manifest says: its digest is %s", path, hex);
	return key ? check_signature(tmpl_path(path, cache, name, ".json"), key, e) : 0;
}

int tmpl_store_sign(const char *cache, const char *name, const char *key, struct vz_err *e)
{
	char manifest[PATH_MAX], sig[PATH_MAX];
	char *const openssl[] = { "openssl", "pkeyutl", "-sign", "-inkey", (char *)key, "-rawin",
				  "-in", manifest, "-out", sig, NULL };
	int ret = tmpl_store_verify(cache, name, NULL, e);

	tmpl_path(manifest, cache, name, ".json");
	tmpl_path(sig, cache, name, ".json.sig");
	if (!ret)
		ret = check_key(key, e);
	return ret ? ret : tmpl_run(openssl, e);
}

static int copy_file(const char *from, const char *to, struct vz_err *e)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	cleanup_close int in = vz_open_file(from), out = -1;
	cleanup_free char *buf = malloc(COPY);
	ssize_t n = buf ? 0 : -1;

	if (in < 0)
		return vz_error_sys(e, VZ_SYSTEM, in, "%s", from);
	out = open(to, flags, 0644);
	if (out < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make %s", to);
	while (!n && (n = read(in, buf, COPY)) > 0)
		n = write(out, buf, n) == n ? 0 : -1;
	if (!n && !fsync(out))
		return 0;
	n = -errno;
	unlink(to);
	return vz_error_sys(e, n == -ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, n, "Cannot write %s", to);
}

int tmpl_store_export(const char *cache, const char *name, const char *folder, struct vz_err *e)
{
	static const char *const ends[] = { ".tar.zst", ".json", ".json.sig" };
	char from[PATH_MAX], to[PATH_MAX];
	struct stat st;
	int ret;

	/* An empty word would be the host's root. */
	if (stat(folder, &st) || !S_ISDIR(st.st_mode))
		return vz_error(e, VZ_BADVALUE, -ENOTDIR, "There is no folder \"%s\" to export to",
				folder);
	ret = tmpl_store_verify(cache, name, NULL, e);
	for (size_t i = 0; !ret && i < sizeof(ends) / sizeof(ends[0]); i++) {
		tmpl_path(from, cache, name, ends[i]);
		if (i == 2 && access(from, F_OK))
			break;
		ret = copy_file(from, tmpl_path(to, folder, name, ends[i]), e);
	}
	return ret;
}
