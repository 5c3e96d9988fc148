// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz/unread: what lies in the kernel for a program to read, and what a program has given
 * it and that has not left yet. Who reads it takes it, or nobody can; a checkpoint must look at
 * it where it is, since a dump may fail and the VE go on. Ioctls for the host's root alone:
 *
 *  VE_MQ_ASK, VE_MQ_PEEK	POSIX message queues. Putting back takes no help.
 *  VE_UDP_CORKED		half a datagram. Nor does this: MSG_MORE.
 *  VE_INOTIFY_PEEK, _PUT	events of inotify.
 *  VE_FILE_STATE		what a file is in: file_state.c
 *
 * Nothing is owned here; each call takes the lock of what it looks at.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/sock.h>
#include <vz/controller.h>
#include <vz/file_state.h>
#include <vz/unread.h>

static void ve_corked_v4(struct sock *sk, struct ve_udp_corked *arg)
{
	const struct inet_cork_full *cork = &inet_sk(sk)->cork;
	const struct flowi4 *fl = &cork->fl.u.ip4;

	arg->from[0] = (__force u32)fl->saddr;
	arg->to[0] = (__force u32)fl->daddr;
	arg->port = (__force u16)fl->fl4_dport;
	arg->device = fl->flowi4_oif;
	arg->ttl = cork->base.ttl ?: -1;
	arg->tos = cork->base.tos;
}

static void ve_corked_v6(struct sock *sk, struct ve_udp_corked *arg)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct flowi6 *fl = &inet_sk(sk)->cork.fl.u.ip6;
	const struct inet6_cork *cork = &inet6_sk(sk)->cork;

	memcpy(arg->from, &fl->saddr, sizeof(arg->from));
	memcpy(arg->to, &fl->daddr, sizeof(arg->to));
	arg->port = (__force u16)fl->fl6_dport;
	arg->device = fl->flowi6_oif;
	arg->ttl = cork->hop_limit;
	arg->tos = cork->tclass;
	arg->label = be32_to_cpu(fl->flowlabel & IPV6_FLOWLABEL_MASK);
#endif
}

/* The bytes behind the headers that each piece has room for. Return: how many, or an error. */
static int ve_corked_bytes(struct sock *sk, u8 *to, int room)
{
	int skip = sizeof(struct udphdr), used = 0;
	struct sk_buff *skb;

	skb_queue_walk(&sk->sk_write_queue, skb) {
		int from = skb_transport_offset(skb) + skip, len = skb->len - from;

		if (len < 0 || len > room - used || skb_copy_bits(skb, from, to + used, len))
			return -EMSGSIZE;
		used += len;
		skip = 0;
	}
	/* Options lie before the bytes; they would be taken for them. */
	return used + sizeof(struct udphdr) == udp_sk(sk)->len ? used : -EOPNOTSUPP;
}

static int ve_corked(struct sock *sk, struct ve_udp_corked *arg, u8 *to)
{
	int ret;

	lock_sock(sk);
	arg->family = udp_sk(sk)->pending;
	arg->segment = inet_sk(sk)->cork.base.gso_size;
	if (arg->family == AF_INET)
		ve_corked_v4(sk, arg);
	else if (arg->family == AF_INET6)
		ve_corked_v6(sk, arg);
	ret = arg->family ? ve_corked_bytes(sk, to, arg->size) : 0;
	release_sock(sk);
	return ret;
}

static int ve_udp_corked(struct file *file, struct ve_udp_corked *arg)
{
	struct socket *sock = sock_from_file(file);
	u8 *bytes;
	int ret;

	if (!sock || !sk_is_udp(sock->sk))
		return -EINVAL;
	arg->size = min_t(u32, arg->size, U16_MAX);
	bytes = kvmalloc(arg->size + 1, GFP_KERNEL);
	if (!bytes)
		return -ENOMEM;
	ret = ve_corked(sock->sk, arg, bytes);
	if (ret > 0 && copy_to_user(u64_to_user_ptr(arg->bytes), bytes, ret))
		ret = -EFAULT;
	kvfree(bytes);
	return ret;
}

/* All begin with the number of a file. */
union ve_unread {
	s32			file;
	struct ve_mq_ask	mq;
	struct ve_mq_peek	message;
	struct ve_udp_corked	corked;
	struct ve_inotify_event	event;
	struct ve_file_state	state;
};

static long ve_unread_do(unsigned int cmd, union ve_unread *arg)
{
	struct file *file __free(fput) = fget(arg->file);

	if (!file)
		return -EBADF;
	switch (cmd) {
	case VE_MQ_ASK:
		return ve_mq_ask(file, &arg->mq);
	case VE_MQ_PEEK:
		return ve_mq_peek(file, &arg->message);
	case VE_UDP_CORKED:
		return ve_udp_corked(file, &arg->corked);
	case VE_INOTIFY_PEEK:
		return ve_inotify_peek(file, &arg->event);
	case VE_INOTIFY_PUT:
		return ve_inotify_put(file, &arg->event);
	case VE_FILE_STATE:
		return ve_file_state(file, &arg->state);
	}
	return -ENOTTY;
}

static long ve_unread_ioctl(struct file *file, unsigned int cmd, unsigned long at)
{
	size_t size = _IOC_SIZE(cmd);
	union ve_unread *arg;
	long ret = -EFAULT;

	if (size < sizeof(arg->file) || size > sizeof(*arg))
		return -ENOTTY;
	arg = kzalloc(sizeof(*arg), GFP_KERNEL);
	if (!arg)
		return -ENOMEM;
	if (!copy_from_user(arg, (void __user *)at, size))
		ret = ve_unread_do(cmd, arg);
	if (ret >= 0 && (_IOC_DIR(cmd) & _IOC_READ) && copy_to_user((void __user *)at, arg, size))
		ret = -EFAULT;
	kfree(arg);
	return ret;
}

static const struct proc_ops ve_unread_proc = {
	.proc_open = ve_proc_open_restore,
	.proc_ioctl = ve_unread_ioctl,
	.proc_lseek = noop_llseek,
};

static int __init ve_unread_init(void)
{
	return proc_create("unread", 0400, proc_vz_dir, &ve_unread_proc) ? 0 : -ENOMEM;
}
fs_initcall_sync(ve_unread_init);
