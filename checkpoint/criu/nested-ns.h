/* SPDX-License-Identifier: GPL-2.0-only */
/* UTS, IPC and user namespaces beside those of the root task. */
#ifndef __CR_NESTED_NS_H__
#define __CR_NESTED_NS_H__

#include <sched.h>
#include <stdbool.h>

#include "namespaces.h"
#include "pstree.h"

/* Kinds that are made by the root task and entered by who was in one. */
#define NESTED_NS (CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER)

/* In such a namespace: 0, or what of it cannot be dumped has been said. */
extern int check_nested_ns(const struct ns_id *ns);
/* When the images are read: a task is in them. */
extern int add_nested_ns(struct pstree_item *item);
/* By the root task, in its own namespaces; it is there again afterwards. */
extern int prepare_nested_ns(void);
/* By each task; what it has of users comes with its credentials. */
extern int enter_nested_ns(const struct pstree_item *item);
/* A descriptor of it, -1 when it is none of these. */
extern int open_nested_ns(const struct ns_id *ns);

#endif
