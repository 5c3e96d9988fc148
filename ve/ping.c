// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which groups of a VE may ping without CAP_NET_RAW: net.ipv4.ping_group_range.
 *
 * Debian sets it to 0 2147483647 when it boots, and its ping needs that. In a VE
 * the last of these is no group: only those up to 65535 are mapped, so the write
 * failed. Here a range ends at the last group that there is, a new net namespace
 * of a VE begins with all of its groups, and the numbers are always those of the
 * namespace's owner: a restorer of the host reads and writes what the VE sees.
 *
 * Nothing is owned. Process context; the caller keeps the net namespace, which
 * keeps its user namespace. The map of that is set once.
 */
#include <linux/cred.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include <vz/object.h>
#include <vz/sysctl.h>

struct user_namespace *__ve_ping_user_ns(const kgid_t *range)
{
	const struct net *net = container_of(range, struct net, ipv4.ping_group_range.range[0]);

	return user_ns_ve(net->user_ns) ? net->user_ns : current_user_ns();
}

/* Map of @ns as map_id_range_down() reads it. */
unsigned long __ve_last_group(const struct user_namespace *ns, unsigned long last)
{
	const struct uid_gid_map *map = &ns->gid_map;
	unsigned int i, nr = READ_ONCE(map->nr_extents);
	unsigned long found = 0;
	bool any = false;

	if (!user_ns_ve(ns))
		return last;
	/* Pairs with the barrier of who wrote the map. */
	smp_rmb();
	for (i = 0; i < nr; i++) {
		const struct uid_gid_extent *e = nr <= UID_GID_MAP_MAX_BASE_EXTENTS ?
						 &map->extent[i] : &map->forward[i];

		if (e->first > last)
			continue;
		found = max(found, min(last, e->first + e->count - 1UL));
		any = true;
	}
	return any ? found : last;
}

/* @net is new and nobody's yet. */
void __ve_open_ping(struct net *net)
{
	struct user_namespace *ns = net->user_ns;
	kgid_t first, last;

	if (!user_ns_ve(ns))
		return;
	first = make_kgid(ns, 0);
	last = make_kgid(ns, __ve_last_group(ns, INT_MAX));
	/* Not mapped yet: it stays closed until somebody sets it. */
	if (!gid_valid(first) || !gid_valid(last) || gid_lt(last, first))
		return;
	net->ipv4.ping_group_range.range[0] = first;
	net->ipv4.ping_group_range.range[1] = last;
}
