// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of a VE's /proc/net in which the kernel tells sums of the whole node: they
 * show what the VE has. What is kept by net namespace is that of the reader's; memory
 * and the number of all sockets are those of the VE's rows.
 *
 * Nothing is owned here; process context.
 */
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <net/inet_frag.h>
#include <net/ping.h>
#include <net/raw.h>
#include <net/rawv6.h>
#include <net/tcp.h>
#include <net/transp_v6.h>
#include <net/udp.h>
#include <net/udplite.h>
#include <vz/controller.h>

#include "cpus.h"
#include "netstat.h"

/* Packets that the host's CPUs took from its devices. */
int ve_softnet_show(struct seq_file *m, void *v)
{
	unsigned int i, cpu, n = ve_nr_cpus(seq_ve(m));

	for (cpu = 0; cpu < n; cpu++) {
		for (i = 0; i < 15; i++)
			seq_printf(m, "%08x%c", i == 12 ? cpu : 0, i < 14 ? ' ' : '\n');
	}
	return 0;
}

static unsigned long held_pages(struct ve *ve, enum ub_resource res)
{
	return DIV_ROUND_UP(ub_held(ve, res), PAGE_SIZE);
}

static unsigned long tcp_pages(struct ve *ve)
{
	return held_pages(ve, UB_TCPSNDBUF) + held_pages(ve, UB_TCPRCVBUF);
}

int ve_sockstat_show(struct seq_file *m, void *v)
{
	struct net *net = current->nsproxy->net_ns;
	struct ve *ve = seq_ve(m);

	seq_printf(m, "sockets: used %d\n", sock_inuse_get(net));
	seq_printf(m, "TCP: inuse %d orphan 0 tw %d alloc %lu mem %lu\n",
		   sock_prot_inuse_get(net, &tcp_prot),
		   refcount_read(&net->ipv4.tcp_death_row.tw_refcount) - 1,
		   ub_held(ve, UB_NUMTCPSOCK), tcp_pages(ve));
	seq_printf(m, "UDP: inuse %d mem %lu\n", sock_prot_inuse_get(net, &udp_prot),
		   held_pages(ve, UB_DGRAMRCVBUF));
	seq_printf(m, "UDPLITE: inuse %d\n", sock_prot_inuse_get(net, &udplite_prot));
	seq_printf(m, "RAW: inuse %d\n", sock_prot_inuse_get(net, &raw_prot));
	seq_printf(m, "FRAG: inuse %u memory %lu\n",
		   atomic_read(&net->ipv4.fqdir->rhashtable.nelems),
		   frag_mem_limit(net->ipv4.fqdir));
	return 0;
}

int ve_sockstat6_show(struct seq_file *m, void *v)
{
#if IS_BUILTIN(CONFIG_IPV6)
	struct net *net = current->nsproxy->net_ns;

	seq_printf(m, "TCP6: inuse %d\n", sock_prot_inuse_get(net, &tcpv6_prot));
	seq_printf(m, "UDP6: inuse %d\n", sock_prot_inuse_get(net, &udpv6_prot));
	seq_printf(m, "UDPLITE6: inuse %d\n", sock_prot_inuse_get(net, &udplitev6_prot));
	seq_printf(m, "RAW6: inuse %d\n", sock_prot_inuse_get(net, &rawv6_prot));
	seq_printf(m, "FRAG6: inuse %u memory %lu\n",
		   atomic_read(&net->ipv6.fqdir->rhashtable.nelems),
		   frag_mem_limit(net->ipv6.fqdir));
#endif
	return 0;
}

/* Which of its functions a protocol has, in the order of the file's columns. */
static void show_methods(struct seq_file *m, const struct proto *p)
{
	const bool has[] = {
		p->close, p->connect, p->disconnect, p->accept, p->ioctl, p->init, p->destroy,
		p->shutdown, p->setsockopt, p->getsockopt, p->sendmsg, p->recvmsg, p->bind,
		p->backlog_rcv, p->hash, p->unhash, p->get_port, p->enter_memory_pressure,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(has); i++)
		seq_printf(m, " %c", has[i] ? 'y' : 'n');
	seq_putc(m, '\n');
}

/* @pages: that its sockets have in the VE; below 0: nobody counts them, as on any machine */
static void show_protocol(struct seq_file *m, const struct proto *p, long pages)
{
	struct net *net = current->nsproxy->net_ns;

	seq_printf(m, "%-9s %4u %6d  %6ld   %-3s %6u   %-3s  %-10s ", p->name, p->obj_size,
		   sock_prot_inuse_get(net, (struct proto *)p), pages, pages < 0 ? "NI" : "no",
		   p->max_header, p->slab ? "yes" : "no", module_name(p->owner));
	show_methods(m, p);
}

int ve_protocols_show(struct seq_file *m, void *v)
{
	struct ve *ve = seq_ve(m);

	seq_printf(m, "%-9s %-4s %-8s %-6s %-5s %-7s %-4s %-10s %s", "protocol", "size",
		   "sockets", "memory", "press", "maxhdr", "slab", "module",
		   "cl co di ac io in de sh ss gs se re bi br ha uh gp em\n");
#if IS_BUILTIN(CONFIG_IPV6)
	show_protocol(m, &udplitev6_prot, -1);
	show_protocol(m, &rawv6_prot, -1);
	show_protocol(m, &udpv6_prot, held_pages(ve, UB_DGRAMRCVBUF));
	show_protocol(m, &tcpv6_prot, tcp_pages(ve));
#endif
	show_protocol(m, &ping_prot, -1);
	show_protocol(m, &raw_prot, -1);
	show_protocol(m, &udplite_prot, -1);
	show_protocol(m, &udp_prot, held_pages(ve, UB_DGRAMRCVBUF));
	show_protocol(m, &tcp_prot, tcp_pages(ve));
	return 0;
}
