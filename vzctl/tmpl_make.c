// SPDX-License-Identifier: GPL-2.0-or-later
/* How templates come to be. Nothing has its name before it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf_file.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/paths.h"
#include "libvz/root_kind.h"
#include "libvz/tree.h"
#include "vzctl/tmpl_conf.h"
#include "vzctl/tmpl_make.h"
#include "vzctl/tmpl_oci.h"
#include "vzctl/tmpl_pack.h"
#include "vzctl/tmpl_source.h"
#include "vzctl/tmpl_store.h"

#define CONF_MAX	(1 << 20)

enum source { FROM_TAR, FROM_FOLDER, FROM_OCI };

/* Pack what fd is into the cache. */
static int pack(const char *cache, const char *name, enum source kind, int fd, unsigned int base,
		const char *kind_name, const char *source, struct tmpl_notes *notes,
		struct vz_err *e)
{
	struct tmpl_facts facts;
	struct tmpl_pack *p;
	char partial[PATH_MAX];
	int ret;

	/* Of a call that was cut off; we have the lock. */
	unlink(tmpl_path(partial, cache, name, ".partial"));
	ret = tmpl_pack_open(partial, base, notes, &p, e);
	if (ret)
		return ret;
	ret = kind == FROM_TAR	  ? tmpl_source_tar(fd, p, e) :
	      kind == FROM_FOLDER ? tmpl_source_folder(fd, p, e) :
				    tmpl_oci_read(fd, p, e);
	if (!ret)
		ret = tmpl_pack_finish(p, &facts, e);
	if (ret) {
		tmpl_pack_abort(p);
		return ret;
	}
	ret = tmpl_store_put(cache, name, partial, &facts, kind_name, source, e);
	if (ret)
		unlink(partial);
	return ret;
}

/* ---- definitions ---------------------------------------------------------------- */

bool tmpl_definition(const char *name, char *path)
{
	static const char *const folders[] = { TMPL_OWN_DEFINITIONS, TMPL_DEFINITIONS };

	for (size_t i = 0; i < 2; i++)
		if (!access(tmpl_path(path, folders[i], name, ".conf"), R_OK))
			return true;
	return false;
}

/* A setup is a script beside the definitions, and gets the root as its argument. */
static int setup_path(const char *definition, const char *setup, char *path, struct vz_err *e)
{
	const char *slash = strrchr(definition, '/');

	if (strchr(setup, '/'))
		return vz_error(e, VZ_BADTEMPLATE, -EINVAL, "%s: SETUP is a name, without a path",
				definition);
	snprintf(path, PATH_MAX, "%.*s/%s", (int)(slash - definition), definition, setup);
	return access(path, X_OK) ? vz_error_sys(e, VZ_BADTEMPLATE, -errno, "Setup %s", path) : 0;
}

static int build_debian(const struct vz_conf_file *f, const char *setup, const char *tar,
			struct vz_err *e)
{
	const char *packages = vz_conf_file_get(f, "PACKAGES");
	const char *mirror = vz_conf_file_get(f, "MIRROR");
	const char *variant = vz_conf_file_get(f, "VARIANT");
	cleanup_free char *include = NULL, *hook = NULL, *type = NULL;
	char *argv[12] = { "mmdebstrap", "--mode=root", "--format=tar", "--quiet" };
	int n = 4;

	if (asprintf(&type, "--variant=%s", variant ? variant : "minbase") < 0 ||
	    asprintf(&include, "--include=%s", packages ? packages : "") < 0 ||
	    asprintf(&hook, "--customize-hook=%s \"$1\"", setup) < 0)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	for (char *p = include; *p; p++)
		if (strchr(" \t", *p))
			*p = ',';
	argv[n++] = type;
	if (packages && *packages)
		argv[n++] = include;
	if (*setup)
		argv[n++] = hook;
	argv[n++] = (char *)vz_conf_file_get(f, "SUITE");
	argv[n++] = (char *)tar;
	if (mirror)
		argv[n++] = (char *)mirror;
	return tmpl_run(argv, e);
}

static int build(const char *cache, const char *name, const struct vz_conf_file *f,
		 const char *setup, struct tmpl_notes *notes, struct vz_err *e)
{
	cleanup_close int fd = -1;
	const char *suite = vz_conf_file_get(f, "SUITE");
	char raw[PATH_MAX];
	struct vz_err undo = { 0 };
	int ret;

	tmpl_path(raw, cache, name, suite ? ".raw" : ".root");
	ret = vz_path_remove(raw, e);
	if (!ret && suite) {
		ret = build_debian(f, setup, raw, e);
	} else if (!ret) {
		char *const argv[] = { (char *)setup, raw, NULL };

		ret = mkdir(raw, 0755) ? vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make %s", raw)
				       : tmpl_run(argv, e);
	}
	if (!ret) {
		fd = open(raw, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		ret = fd < 0 ? vz_error_sys(e, VZ_SYSTEM, -errno, "%s", raw) :
		      pack(cache, name, suite ? FROM_TAR : FROM_FOLDER, fd, 0, "built",
			   suite ? suite : setup, notes, e);
	}
	vz_path_remove(raw, &undo);
	vz_error_free(&undo);
	return ret;
}

int tmpl_build(const char *cache, const char *name, struct tmpl_notes *notes, struct vz_err *e)
{
	struct vz_conf_file *f = vz_conf_file_new();
	char path[PATH_MAX], setup[PATH_MAX] = "";
	const char *script;
	int ret = f ? 0 : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");

	if (!ret && !tmpl_definition(name, path))
		ret = vz_error(e, VZ_NOTEMPLATE, -ENOENT, "There is no definition of %s in "
			       TMPL_OWN_DEFINITIONS " or " TMPL_DEFINITIONS, name);
	if (!ret && vz_conf_file_read(f, path))
		ret = vz_error(e, VZ_BADTEMPLATE, -EINVAL, "%s cannot be read", path);
	script = ret ? NULL : vz_conf_file_get(f, "SETUP");
	if (!ret && script)
		ret = setup_path(path, script, setup, e);
	if (!ret && !script && !vz_conf_file_get(f, "SUITE"))
		ret = vz_error(e, VZ_BADTEMPLATE, -EINVAL, "%s has neither SUITE nor SETUP", path);
	if (!ret)
		ret = build(cache, name, f, setup, notes, e);
	vz_conf_file_free(f);
	return ret;
}

/* ---- what was made elsewhere ------------------------------------------------------- */

/* The root and the configuration of a folder, by what is in it. */
static int look(const char *folder, enum source *kind, char *root, char *conf, struct vz_err *e)
{
	static const struct { const char *root, *conf; } places[] = {
		{ "rootfs", "backup.yaml" },	/* Incus */
		{ "backup/container/rootfs", "backup/container/backup.yaml" },	/* its export */
		{ "rootfs", "config" },		/* LXC */
		{ "fs", "ve.conf" },		/* OpenVZ 7 */
	};
	char path[PATH_MAX];

	*conf = '\0';
	*kind = FROM_FOLDER;
	snprintf(root, PATH_MAX, "%s", folder);
	if (!access(tmpl_path(path, folder, "oci-layout", ""), F_OK)) {
		*kind = FROM_OCI;
		return 0;
	}
	if (!access(tmpl_path(path, folder, "root.hdd", ""), F_OK))
		return vz_error(e, VZ_BADTEMPLATE, -EOPNOTSUPP,
				"%s has its files in an image: mount that (ploop mount -m FOLDER "
				"DiskDescriptor.xml) and import the folder, with --conf ve.conf", folder);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(tmpl_path(path, folder, places[i].root, ""), F_OK))
			continue;
		snprintf(root, PATH_MAX, "%s", path);
		if (access(tmpl_path(path, folder, places[i].conf, ""), F_OK))
			continue;
		snprintf(conf, PATH_MAX, "%s", path);
		break;
	}
	return 0;
}

static int read_conf(const char *path, struct tmpl_conf *c, struct tmpl_notes *notes,
		     struct vz_err *e)
{
	cleanup_close int fd = vz_open_file(path);
	cleanup_free char *text = NULL;
	size_t len = 0;
	int ret = fd < 0 ? fd : vz_read_fd(fd, CONF_MAX, &text, &len);

	if (ret)
		return vz_error_sys(e, VZ_BADVALUE, ret, "Configuration %s", path);
	if (strlen(text) != len)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Configuration %s is no text", path);
	return tmpl_conf_translate(tmpl_conf_kind(text), text, c, notes, e);
}

/* A container's files lie with the ids of its user namespace, or as they are in it. */
static int choose_base(const struct tmpl_import *im, const struct tmpl_conf *c, int fd,
		       unsigned int *base, struct tmpl_notes *notes, struct vz_err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "%s", im->source);
	if (im->base >= 0)
		*base = im->base;
	else if (st.st_uid == 0)
		*base = 0;
	else
		*base = c->base ? c->base : st.st_uid;
	if (S_ISDIR(st.st_mode) && st.st_uid != *base)
		tmpl_note(notes, "its root folder belongs to %u, not to %u: is --uid-base right?",
			  st.st_uid, *base);
	return 0;
}

static int put_sample(const char *name, const char *text, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), VZ_CONFDIR "/ve-%s.conf-sample", name);
	ret = vz_replace_file(path, text, strlen(text), 0644);
	return ret ? vz_error_sys(e, VZ_SAVECONF, ret, "Cannot write %s", path) : 0;
}

int tmpl_import(const char *cache, struct tmpl_import *im, struct tmpl_notes *notes,
		struct vz_err *e)
{
	char root[PATH_MAX], conf[PATH_MAX] = "";
	cleanup_close int fd = -1;
	struct tmpl_conf c = { 0 };
	struct vz_root_kind top = { 0 };
	enum source kind = FROM_TAR;
	unsigned int base = 0;
	struct stat st;
	int ret = stat(im->source, &st) ?
			  vz_error_sys(e, VZ_BADVALUE, -errno, "%s", im->source) : 0;

	snprintf(root, sizeof(root), "%s", im->source);
	if (!ret && S_ISDIR(st.st_mode))
		ret = look(im->source, &kind, root, conf, e);
	if (!ret && (im->conf || *conf))
		ret = read_conf(im->conf ? im->conf : conf, &c, notes, e);
	if (!ret) {
		fd = open(root, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		ret = fd < 0 ? vz_error_sys(e, VZ_BADVALUE, -errno, "%s", root) : 0;
	}
	if (!ret && kind == FROM_FOLDER) {
		vz_root_kind_look(&top, fd);
		ret = vz_root_kind_check(&top, root, e);
	}
	if (!ret && kind == FROM_FOLDER)
		ret = choose_base(im, &c, fd, &base, notes, e);
	else if (!ret && im->base > 0)
		base = im->base;
	if (!ret)
		ret = pack(cache, im->name, kind, fd, base, "imported", im->source, notes, e);
	if (!ret && c.sample && *c.sample) {
		im->has_sample = true;
		ret = put_sample(im->name, c.sample, e);
	}
	if (!ret) {
		im->words = c.words;
		c.words = NULL;
	}
	tmpl_conf_free(&c);
	return ret;
}
