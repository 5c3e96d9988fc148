/* SPDX-License-Identifier: GPL-2.0-only */
/* User namespaces below that of the root task. */
#ifndef __CR_NESTED_USER_H__
#define __CR_NESTED_USER_H__

#include <sys/types.h>

#include "images/creds.pb-c.h"
#include "images/userns.pb-c.h"
#include "namespaces.h"
#include "pstree.h"

/* All that tasks are in, and those above them, when the maps of the root task are known. */
extern int dump_nested_users(void);
/* Of a task that is in one: makes ids that the root task's namespace has of what it sees itself. */
extern int dump_nested_creds(const struct pstree_item *item, pid_t tid, CredsEntry *ce);

/* By the root task, before it has children; it stays in its own. */
extern int prepare_nested_users(void);
/* What a task is to enter with its credentials, -1 when it is in that of the root task. */
extern int open_nested_users(const struct pstree_item *item, int *fd);
/* A descriptor of it, -1 when there is none of this id. */
extern int open_nested_user_ns(unsigned int id);

/* namespaces.c */
extern int parse_id_map(pid_t pid, char *name, UidGidExtent ***extents);
extern int write_id_map(pid_t pid, UidGidExtent **extents, int n, char *id_map);
extern unsigned int generate_ns_id(int pid, unsigned int kid, struct ns_desc *nd,
				   struct ns_id **ns);

#endif
