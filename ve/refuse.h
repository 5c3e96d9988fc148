/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of refusals, shared by the hooks, the ve LSM and the unit tests. */
#ifndef _VE_REFUSE_H
#define _VE_REFUSE_H

#include <linux/types.h>
#include <vz/abi.h>

struct seq_file;
struct user_namespace;
struct ve;

/* Values of a table row that need no feature, or that no feature opens. */
#define VE_ALWAYS	VE_NR_FEATURES

/* The VE whose refusals act on current, NULL when none do. */
struct ve *ve_enforced(void);
/* May namespaces of any kind belong to @ns, which is the VE's own or was made by somebody in it? */
bool ve_may_own(const struct ve *ve, const struct user_namespace *ns);

bool ve_allows_anon_inode(u64 features, const char *name);
bool ve_allows_filesystem(u64 features, const char *name);
bool ve_allows_link(u64 features, const char *kind);
bool ve_allows_kthread(u64 features, const char *name);
bool ve_allows_family(int family);
bool ve_allows_protocol(int family, int type, int protocol);
bool ve_allows_socket_option(int level, int option);
bool ve_allows_module(u64 features, const char *name);

int ve_filesystems_show(struct seq_file *m, void *v);

#endif /* _VE_REFUSE_H */
