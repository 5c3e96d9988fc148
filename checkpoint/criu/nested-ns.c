// SPDX-License-Identifier: GPL-2.0-only
/*
 * UTS and IPC namespaces beside that of the root task: a service with a hostname of its own. The
 * root task makes them before it has children and keeps them in the store of descriptors; each
 * task enters its own. Which number there a namespace has is in struct ns_id. User namespaces are
 * made here and are another story: nested-user.c.
 */
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include "fdstore.h"
#include "ipc_ns.h"
#include "log.h"
#include "nested-ns.h"
#include "nested-user.h"
#include "util.h"
#include "uts_ns.h"

#undef LOG_PREFIX
#define LOG_PREFIX "nested-ns: "

/* Images of segments are found by their ids, which each namespace has again. */
int check_nested_ns(const struct ns_id *ns)
{
	struct shm_info info;

	if (ns->type != NS_OTHER || ns->nd != &ipc_ns_desc)
		return 0;
	if (shmctl(0, SHM_INFO, (void *)&info) < 0) {
		pr_perror("Can't count segments of shared memory");
		return -1;
	}
	if (!info.used_ids)
		return 0;
	pr_err("Process %d is in an ipc namespace of its own that has %d segments of SysV shared memory: remove them first\n",
	       ns->ns_pid, info.used_ids);
	return -1;
}

int add_nested_ns(struct pstree_item *item)
{
	const TaskKobjIdsEntry *ids = item->ids;

	if (ids->has_uts_ns_id && rst_add_ns_id(ids->uts_ns_id, item, &uts_ns_desc))
		return -1;
	if (ids->has_user_ns_id && rst_add_ns_id(ids->user_ns_id, item, &user_ns_desc))
		return -1;
	return ids->has_ipc_ns_id ? rst_add_ns_id(ids->ipc_ns_id, item, &ipc_ns_desc) : 0;
}

static bool is_nested(const struct ns_id *ns)
{
	return ns->type == NS_OTHER && ns->nd != &user_ns_desc &&
	       (ns->nd->cflag & NESTED_NS & root_ns_mask);
}

static int make_one(struct ns_id *ns)
{
	int fd, ret;

	if (unshare(ns->nd->cflag)) {
		pr_perror("Can't make a %s namespace", ns->nd->str);
		return -1;
	}
	ret = ns->nd == &uts_ns_desc ? prepare_utsns(ns->id) : prepare_ipc_ns(ns->id);
	if (ret)
		return -1;
	fd = open_proc(PROC_SELF, "ns/%s", ns->nd->str);
	if (fd < 0)
		return -1;
	ns->nested_id = fdstore_add(fd);
	close(fd);
	return ns->nested_id < 0 ? -1 : 0;
}

int prepare_nested_ns(void)
{
	struct ns_id *ns;
	int own, ret;

	if (prepare_nested_users())
		return -1;
	for (ns = ns_ids; ns; ns = ns->next) {
		if (!is_nested(ns))
			continue;
		own = open_proc(PROC_SELF, "ns/%s", ns->nd->str);
		if (own < 0)
			return -1;
		ret = make_one(ns);
		if (setns(own, ns->nd->cflag)) {
			pr_perror("Can't go back to a %s namespace", ns->nd->str);
			ret = -1;
		}
		close(own);
		if (ret)
			return -1;
	}
	return 0;
}

int open_nested_ns(const struct ns_id *ns)
{
	if (ns->nd == &user_ns_desc)
		return open_nested_user_ns(ns->id);
	return is_nested(ns) ? fdstore_get(ns->nested_id) : -1;
}

static int enter_one(bool has, unsigned int id, struct ns_desc *nd)
{
	const struct ns_id *ns = has ? lookup_ns_by_id(id, nd) : NULL;
	int fd, ret;

	if (!ns || !is_nested(ns))
		return 0;
	fd = open_nested_ns(ns);
	if (fd < 0)
		return -1;
	ret = setns(fd, nd->cflag);
	if (ret)
		pr_perror("Can't enter a %s namespace", nd->str);
	close(fd);
	return ret;
}

int enter_nested_ns(const struct pstree_item *item)
{
	const TaskKobjIdsEntry *ids = item->ids;

	if (!ids)
		return 0;
	return enter_one(ids->has_uts_ns_id, ids->uts_ns_id, &uts_ns_desc) ||
			       enter_one(ids->has_ipc_ns_id, ids->ipc_ns_id, &ipc_ns_desc) ?
		       -1 :
		       0;
}
