// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OCI image layouts. Blobs are named by their digests and checked against
 * them before anything in them is believed. No layer is unpacked.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/sha256.h"
#include "vzctl/tmpl_oci.h"
#include "vzctl/tmpl_pack.h"
#include "vzctl/tmpl_source.h"

#define TEXT_MAX	(4 << 20)
#define LAYERS_MAX	256

static int no_image(const char *why, struct vz_err *e)
{
	return vz_error(e, VZ_BADTEMPLATE, -EINVAL, "Not a sound OCI image: %s", why);
}

/* The blob of a descriptor, its digest right. */
static int open_blob(int layout, json_t *descriptor, int *fd, struct vz_err *e)
{
	const char *digest = json_string_value(json_object_get(descriptor, "digest"));
	char path[128], hex[VZ_SHA256_HEX];
	struct stat st;
	int ret;

	if (!digest || strncmp(digest, "sha256:", 7) || strlen(digest) != 71 ||
	    digest[7 + strspn(digest + 7, "0123456789abcdef")])
		return no_image("a digest that is none of SHA-256", e);
	snprintf(path, sizeof(path), "blobs/sha256/%s", digest + 7);
	*fd = openat(layout, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return vz_error_sys(e, VZ_BADTEMPLATE, -errno, "OCI image: %s", path);
	if (fstat(*fd, &st) || !S_ISREG(st.st_mode))
		return no_image("a blob that is no file", e);
	ret = vz_sha256_file(*fd, hex);
	if (ret || lseek(*fd, 0, SEEK_SET))
		return vz_error_sys(e, VZ_BADTEMPLATE, ret ? ret : -errno, "OCI image: %s", path);
	return strcmp(hex, digest + 7) ? no_image("a blob that is not what its digest says", e)
				       : 0;
}

static int blob_json(int layout, json_t *descriptor, json_t **out, struct vz_err *e)
{
	cleanup_close int fd = -1;
	cleanup_free char *text = NULL;
	size_t len = 0;
	int ret = open_blob(layout, descriptor, &fd, e);

	if (ret)
		return ret;
	ret = vz_read_fd(fd, TEXT_MAX, &text, &len);
	*out = ret ? NULL : json_loadb(text, len, 0, NULL);
	return *out ? 0 : no_image("a manifest that is no JSON", e);
}

/* Of several the one for this kind of machine, or the first that does not say. */
static json_t *choose(json_t *index)
{
	json_t *list = json_object_get(index, "manifests"), *first = NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *m = json_array_get(list, i);
		json_t *platform = json_object_get(m, "platform");
		const char *arch = json_string_value(json_object_get(platform, "architecture"));

		if (arch && !strcmp(arch, "amd64"))
			return m;
		if (!arch && !first)
			first = m;
	}
	return first;
}

static int find_manifest(int layout, json_t **manifest, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	json_t *index, *next = NULL;
	size_t len = 0;
	int ret = vz_read_at(layout, "index.json", &text, &len);

	index = ret ? NULL : json_loadb(text, len, 0, NULL);
	if (!index)
		return no_image("there is no index.json that can be read", e);
	/* An index may lead to another one, by architecture. */
	for (int depth = 0; depth < 4 && !ret; depth++) {
		json_t *one = choose(index);

		ret = one ? blob_json(layout, one, &next, e) :
			    no_image("nothing in it is for this machine", e);
		json_decref(index);
		index = ret ? NULL : next;
		if (ret || json_object_get(index, "layers"))
			break;
	}
	if (!ret && !json_is_array(json_object_get(index, "layers"))) {
		json_decref(index);
		return no_image("its manifest has no layers", e);
	}
	*manifest = index;
	return ret;
}

/* ---- layers, from the top down: what is above hides what is below ------------------ */

enum { SEEN = 1, PLAIN = 2, GONE = 4, OPAQUE = 8 };

/* One path of the layers above. */
struct above {
	int what;
	char path[];
};

struct list {
	struct above **one;
	size_t n;
};

/**
 * struct merge - what has gone by
 * @above: tree of struct above
 * @here: of this layer, which hides nothing of itself
 */
struct merge {
	void *above;
	struct list here;
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct above *)a)->path, ((const struct above *)b)->path);
}

static struct above *above_new(const char *path, size_t len, int what)
{
	struct above *a = calloc(1, sizeof(*a) + len + 1);

	if (a) {
		memcpy(a->path, path, len);
		a->what = what;
	}
	return a;
}

static int what_of(const struct merge *m, const char *path, size_t len)
{
	cleanup_free struct above *key = above_new(path, len, 0);
	struct above **found = key ? tfind(key, &m->above, by_path) : NULL;

	return found ? (*found)->what : 0;
}

static int remember(struct merge *m, const char *path, size_t len, int what, struct vz_err *e)
{
	struct above *a = above_new(path, len, what), **more;

	more = a ? reallocarray(m->here.one, m->here.n + 1, sizeof(*more)) : NULL;
	if (!more) {
		free(a);
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "OCI image");
	}
	m->here.one = more;
	more[m->here.n++] = a;
	return 0;
}

/* This layer is one of those above now. */
static int rise(struct merge *m, struct vz_err *e)
{
	int ret = 0;

	for (size_t i = 0; i < m->here.n; i++) {
		struct above *a = m->here.one[i], **got = tsearch(a, &m->above, by_path);

		if (!got)
			ret = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "OCI image");
		else
			(*got)->what |= a->what;
		if (!got || *got != a)
			free(a);
	}
	free(m->here.one);
	m->here = (struct list){ 0 };
	return ret;
}

static bool is_hidden(const struct merge *m, const char *path)
{
	if (what_of(m, path, strlen(path)) & (SEEN | GONE) || what_of(m, "", 0) & OPAQUE)
		return true;
	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/'))
		if (what_of(m, path, s - path) & (PLAIN | GONE | OPAQUE))
			return true;
	return false;
}

/* ".wh.name" takes a name of the layers below away, ".wh..wh..opq" all of its folder. */
static int whiteout(struct merge *m, const char *path, const char *name, struct vz_err *e)
{
	cleanup_free char *gone = NULL;
	size_t folder = name > path ? name - path - 1 : 0;

	if (!strcmp(name, ".wh..wh..opq"))
		return remember(m, path, folder, OPAQUE, e);
	if (asprintf(&gone, "%.*s%s%s", (int)folder, path, folder ? "/" : "", name + 4) < 0)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "OCI image");
	return remember(m, gone, strlen(gone), GONE, e);
}

static int filter(void *arg, struct archive_entry *en, struct vz_err *e)
{
	const char *path = archive_entry_pathname(en), *slash, *name;
	cleanup_free char *clean = NULL;
	struct merge *m = arg;
	size_t n;
	int ret;

	while (path && path[0] == '.' && path[1] == '/')
		path += 2;
	clean = strdup(path && strcmp(path, ".") ? path : "");
	if (!clean)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "OCI image");
	n = strlen(clean);
	if (n > 1 && clean[n - 1] == '/')
		clean[n - 1] = '\0';
	slash = strrchr(clean, '/');
	name = slash ? slash + 1 : clean;
	if (!strncmp(name, ".wh.", 4)) {
		ret = whiteout(m, clean, name, e);
		return ret ? ret : 1;
	}
	if (is_hidden(m, clean))
		return 1;
	return remember(m, clean, strlen(clean),
			archive_entry_filetype(en) == AE_IFDIR ? SEEN : SEEN | PLAIN, e);
}

int tmpl_oci_read(int layout, struct tmpl_pack *p, struct vz_err *e)
{
	struct merge m = { 0 };
	json_t *manifest = NULL, *layers;
	int ret = find_manifest(layout, &manifest, e);

	if (ret)
		return ret;
	layers = json_object_get(manifest, "layers");
	if (!json_array_size(layers) || json_array_size(layers) > LAYERS_MAX)
		ret = no_image("no layers, or too many", e);
	for (size_t i = json_array_size(layers); !ret && i--;) {
		cleanup_close int fd = -1;

		ret = open_blob(layout, json_array_get(layers, i), &fd, e);
		if (!ret)
			ret = tmpl_source_some(fd, filter, &m, p, e);
		if (rise(&m, ret ? NULL : e) && !ret)
			ret = e->err;
	}
	tdestroy(m.above, free);
	json_decref(manifest);
	return ret;
}
