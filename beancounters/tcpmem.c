// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcp_rmem and tcp_wmem of a VE's net namespace.
 *
 * TCP grants each socket their first value whatever tcpsndbuf and tcprcvbuf
 * say, so the limits would be void if root of the VE could set it to a
 * gigabyte. Nor may it be less than a page: that much lets a socket at the limit
 * finish the packet whose acknowledgement will wake it. The other two values
 * are bounded by what no limit of a VE needs. The host's namespace is free,
 * whoever writes, and so is that of a VE that is being set up or restored.
 * Process context.
 */
#include <linux/errno.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include "net.h"

#define UB_TCP_MEM_LEAST	((int)PAGE_SIZE)
#define UB_TCP_MEM_FIRST	SZ_64K
#define UB_TCP_MEM_MOST		SZ_64M

/* Whose table it is: its data is a field of struct net. */
static const struct net *ub_tcp_mem_net(const struct ctl_table *table)
{
	if (!strcmp(table->procname, "tcp_wmem"))
		return container_of(table->data, struct net, ipv4.sysctl_tcp_wmem[0]);
	return container_of(table->data, struct net, ipv4.sysctl_tcp_rmem[0]);
}

int ub_do_tcp_mem(const struct ctl_table *table, int write, void *buffer,
		  size_t *lenp, loff_t *ppos)
{
	const struct ve *ve = net_ve(ub_tcp_mem_net(table));
	int *now = table->data, want[3], i, err;
	struct ctl_table copy = *table;

	if (!write || !ve || !ve_enforces(ve))
		return proc_dointvec_minmax(table, write, buffer, lenp, ppos);
	for (i = 0; i < 3; i++)
		want[i] = READ_ONCE(now[i]);
	copy.data = want;
	err = proc_dointvec_minmax(&copy, write, buffer, lenp, ppos);
	if (err)
		return err;
	if (want[0] < UB_TCP_MEM_LEAST || want[0] > UB_TCP_MEM_FIRST ||
	    want[1] > UB_TCP_MEM_MOST || want[2] > UB_TCP_MEM_MOST)
		return -EINVAL;
	for (i = 0; i < 3; i++)
		WRITE_ONCE(now[i], want[i]);
	return 0;
}
