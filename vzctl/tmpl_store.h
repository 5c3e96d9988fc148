/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TEMPLATE/cache: NAME.tar.zst, NAME.json that says what it is, and NAME.json.sig
 * when somebody has signed that. A manifest is written before its archive gets its
 * name, and both are replaced by rename: VEs that run keep what they have.
 */
#ifndef VZCTL_TMPL_STORE_H
#define VZCTL_TMPL_STORE_H

#include <jansson.h>
#include "vzctl/tmpl_pack.h"

struct vz_err;

/* Letters, digits, + - _ and dots, none in front. */
bool tmpl_name_ok(const char *name);
/* TEMPLATE/cache/NAME and what stands behind it (PATH_MAX). */
char *tmpl_path(char *buf, const char *cache, const char *name, const char *end);

/* Closing it lets the next one in. */
int tmpl_store_lock(const char *cache, int *fd, struct vz_err *e);
/* partial becomes the archive of name, with a manifest that has kind and source in it. */
int tmpl_store_put(const char *cache, const char *name, const char *partial,
		   const struct tmpl_facts *facts, const char *kind, const char *source,
		   struct vz_err *e);
/* NULL without one that can be read. */
json_t *tmpl_manifest(const char *cache, const char *name);
/*
 * The archive is what its manifest says; with a key, the manifest is what its owner has signed.
 * A key is PEM for openssl, or a keyring for gpgv.
 */
int tmpl_store_verify(const char *cache, const char *name, const char *key, struct vz_err *e);
/* By a private key in PEM. */
int tmpl_store_sign(const char *cache, const char *name, const char *key, struct vz_err *e);
/* Archive, manifest and signature into a folder. */
int tmpl_store_export(const char *cache, const char *name, const char *folder, struct vz_err *e);

/* Runs a program of the host and waits; its status must be 0. VZ_SYSTEM. */
int tmpl_run(char *const argv[], struct vz_err *e);

#endif /* VZCTL_TMPL_STORE_H */
