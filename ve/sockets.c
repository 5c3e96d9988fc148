// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz/sockets: what a checkpoint needs of sockets that no task has a file
 * of, and has no other way to. Ioctls, for the host's root alone:
 *
 *  VE_SOCK_PEEK  a file for a connection that waits to be accepted. The
 *		  connection stays in its queue, and the file does not own it:
 *		  that can be read and asked, not used, and a close ends nothing.
 *  VE_SOCK_PUT	  put a connection of the caller into the queue of a listening
 *		  socket, as if the handshake had just ended. The caller's file
 *		  is closed, whatever comes of it.
 *  VE_SOCK_NAME  give a unix socket a name to tell, as a connection has that of the
 *		  socket that accepted it. It is not found by that name.
 *
 * A view holds a reference on its connection. While it is there the connection
 * has the view's struct socket, unless accept() gave it another one: under
 * sk_callback_lock, as everywhere.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/memcontrol.h>
#include <linux/net.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/uaccess.h>
#include <net/af_unix.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <vz/controller.h>

/* The operations of a view: those of its kind of socket, without what changes it. */
struct ve_view {
	struct proto_ops	ops;
};

static int ve_view_release(struct socket *sock)
{
	struct ve_view *view = container_of(sock->ops, struct ve_view, ops);
	struct sock *sk = sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket == sock) {
		sk_set_socket(sk, NULL);
		RCU_INIT_POINTER(sk->sk_wq, NULL);
	}
	write_unlock_bh(&sk->sk_callback_lock);
	sock->sk = NULL;
	sock_put(sk);
	kfree(view);
	return 0;
}

static struct ve_view *ve_view_alloc(const struct proto_ops *ops)
{
	struct ve_view *view = kmemdup(ops, sizeof(*ops), GFP_KERNEL);

	BUILD_BUG_ON(sizeof(*view) != sizeof(*ops));
	if (!view)
		return NULL;
	view->ops.release = ve_view_release;
	view->ops.bind = sock_no_bind;
	view->ops.connect = sock_no_connect;
	view->ops.socketpair = sock_no_socketpair;
	view->ops.accept = sock_no_accept;
	view->ops.listen = sock_no_listen;
	view->ops.shutdown = sock_no_shutdown;
	view->ops.sendmsg = sock_no_sendmsg;
	view->ops.poll = NULL;
	view->ops.splice_read = NULL;
	view->ops.splice_eof = NULL;
	return view;
}

/* Waiting TCP connection number @index, with a reference, or NULL. */
static struct sock *ve_peek_tcp(struct sock *listener, u32 index)
{
	struct request_sock_queue *queue = &inet_csk(listener)->icsk_accept_queue;
	struct request_sock *req;
	struct sock *sk = NULL;

	spin_lock_bh(&queue->rskq_lock);
	for (req = queue->rskq_accept_head; req; req = req->dl_next) {
		/* A fast open that the handshake has not confirmed may still vanish. */
		if (!req->sk || tcp_rsk(req)->tfo_listener || index--)
			continue;
		sk = req->sk;
		sock_hold(sk);
		break;
	}
	spin_unlock_bh(&queue->rskq_lock);
	return sk;
}

static struct sock *ve_peek_unix(struct sock *listener, u32 index)
{
	struct sock *sk = NULL;
	struct sk_buff *skb;

	spin_lock(&listener->sk_receive_queue.lock);
	skb_queue_walk(&listener->sk_receive_queue, skb) {
		if (index--)
			continue;
		sk = skb->sk;
		sock_hold(sk);
		break;
	}
	spin_unlock(&listener->sk_receive_queue.lock);
	return sk;
}

/* Return: a file that does not own @sk; takes over the caller's reference in any case. */
static struct file *ve_view_open(struct sock *sk, const struct proto_ops *ops)
{
	struct ve_view *view = ve_view_alloc(ops);
	struct socket *sock = view ? sock_alloc() : NULL;
	int err = 0;

	if (!sock || !try_module_get(ops->owner)) {
		if (sock)
			sock_release(sock);
		kfree(view);
		sock_put(sk);
		return ERR_PTR(-ENOMEM);
	}
	sock->type = sk->sk_type;
	sock->state = SS_CONNECTED;
	sock->sk = sk;
	WRITE_ONCE(sock->ops, &view->ops);
	write_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket) {	/* accepted by now, or seen by another view */
		err = -EBUSY;
	} else {
		rcu_assign_pointer(sk->sk_wq, &sock->wq);
		sk_set_socket(sk, sock);
	}
	write_unlock_bh(&sk->sk_callback_lock);
	if (err) {
		sock_release(sock);
		return ERR_PTR(err);
	}
	return sock_alloc_file(sock, O_NONBLOCK, NULL);
}

static long ve_sock_peek(const struct ve_sock_peek *arg)
{
	struct socket *listener;
	struct file *file;
	struct sock *sk;
	int fd, err;

	listener = sockfd_lookup(arg->listener, &err);
	if (!listener)
		return err;
	err = -EINVAL;
	sk = NULL;
	if (READ_ONCE(listener->sk->sk_state) == TCP_LISTEN) {
		err = -ENOENT;
		if (sk_is_tcp(listener->sk))
			sk = ve_peek_tcp(listener->sk, arg->index);
		else if (listener->sk->sk_family == AF_UNIX)
			sk = ve_peek_unix(listener->sk, arg->index);
		else
			err = -EOPNOTSUPP;
	}
	if (!sk)
		goto out;
	file = ve_view_open(sk, READ_ONCE(listener->ops));
	err = PTR_ERR_OR_ZERO(file);
	if (err)
		goto out;
	fd = get_unused_fd_flags(O_CLOEXEC);
	err = fd;
	if (fd < 0)
		fput(file);
	else
		fd_install(fd, file);
out:
	sockfd_put(listener);
	return err;
}

/* What accept() charges again. Context: lock of @sk. */
static void ve_sock_uncharge(struct sock *sk)
{
	int pages;

	if (!mem_cgroup_sockets_enabled || !sk->sk_memcg)
		return;
	pages = sk_mem_pages(sk->sk_forward_alloc + atomic_read(&sk->sk_rmem_alloc));
	if (pages)
		mem_cgroup_uncharge_skmem(sk->sk_memcg, pages);
	mem_cgroup_sk_free(sk);
	sk->sk_memcg = NULL;
}

static bool ve_may_wait(const struct sock *listener, const struct sock *sk)
{
	return sk_is_tcp(sk) && listener != sk && listener->sk_state == TCP_LISTEN &&
	       net_eq(sock_net(listener), sock_net(sk)) &&
	       listener->sk_family == sk->sk_family && !tcp_sk(sk)->repair &&
	       !inet_csk_has_ulp(sk) &&
	       ((1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)) &&
	       /* accept() charges what was received, and knows nothing of more */
	       !sk->sk_wmem_queued;
}

static int ve_queue_tcp(struct sock *listener, struct socket *sock)
{
	struct request_sock *req;
	struct sock *sk = sock->sk;
	int err = -EINVAL;

	lock_sock(listener);
	lock_sock_nested(sk, SINGLE_DEPTH_NESTING);
	if (!ve_may_wait(listener, sk))
		goto out;
	err = -ENOMEM;
	local_bh_disable();
	req = inet_reqsk_alloc(&tcp_request_sock_ops, listener, true);
	if (!req)
		goto out_bh;
	/* The handshake's part: nobody asks for it any more, and it is not set. */
	memset((void *)req + sizeof(*req), 0, tcp_request_sock_ops.obj_size - sizeof(*req));
	refcount_set(&req->rsk_refcnt, 1);
	ve_sock_uncharge(sk);
	write_lock(&sk->sk_callback_lock);
	sk_set_socket(sk, NULL);
	RCU_INIT_POINTER(sk->sk_wq, NULL);
	write_unlock(&sk->sk_callback_lock);
	sock->sk = NULL;	/* its reference is the queue's now */
	sock->state = SS_UNCONNECTED;
	/* Does not fail: the state cannot change while the listener is locked. */
	inet_csk_reqsk_queue_add(listener, req, sk);
	err = 0;
out_bh:
	local_bh_enable();
out:
	release_sock(sk);
	if (!err)
		listener->sk_data_ready(listener);
	release_sock(listener);
	return err;
}

static long ve_sock_put(const struct ve_sock_put *arg)
{
	struct file *file = file_close_fd(arg->connection);
	struct socket *sock = file ? sock_from_file(file) : NULL;
	struct socket *listener;
	int err = -ENOTSOCK;

	if (!file)
		return -EBADF;
	/* What a view shows is in a queue already. */
	if (!sock || READ_ONCE(sock->ops)->release == ve_view_release)
		goto out;
	listener = sockfd_lookup(arg->listener, &err);
	if (!listener)
		goto out;
	/* In no table, and nobody else uses it or can come to it: ours to take apart. */
	err = -EBUSY;
	if (file_count(file) == 1 && !READ_ONCE(file->f_ep)) {
		err = -EOPNOTSUPP;
		if (sk_is_tcp(listener->sk))
			err = ve_queue_tcp(listener->sk, sock);
	}
	sockfd_put(listener);
out:
	filp_close(file, current->files);
	return err;
}

/* In no table and with no file: who else has the name does not matter. */
static int ve_name_unix(struct unix_sock *u, struct unix_address *addr)
{
	int err = 0;

	mutex_lock(&u->bindlock);
	if (u->addr)
		err = -EINVAL;
	else
		smp_store_release(&u->addr, addr);	/* as bind(): read by unix_getname() */
	mutex_unlock(&u->bindlock);
	return err;
}

static long ve_sock_name(const struct ve_sock_name *arg)
{
	struct unix_address *addr;
	struct socket *sock;
	int err;

	if (!arg->len || arg->len > UNIX_PATH_MAX)
		return -EINVAL;
	addr = kzalloc(sizeof(*addr) + sizeof(struct sockaddr_un) + 1, GFP_KERNEL_ACCOUNT);
	if (!addr)
		return -ENOMEM;
	refcount_set(&addr->refcnt, 1);
	addr->len = offsetof(struct sockaddr_un, sun_path) + arg->len;
	addr->name->sun_family = AF_UNIX;
	err = -EFAULT;
	if (copy_from_user(addr->name->sun_path, u64_to_user_ptr(arg->name), arg->len))
		goto out;
	sock = sockfd_lookup(arg->socket, &err);
	if (!sock)
		goto out;
	err = -EINVAL;
	if (sock->sk && sock->sk->sk_family == AF_UNIX)
		err = ve_name_unix(unix_sk(sock->sk), addr);
	sockfd_put(sock);
out:
	if (err)
		kfree(addr);
	return err;
}

static long ve_sockets_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	union {
		struct ve_sock_peek peek;
		struct ve_sock_put put;
		struct ve_sock_name name;
	} u;

	if (_IOC_SIZE(cmd) > sizeof(u))
		return -ENOTTY;
	if (copy_from_user(&u, (void __user *)arg, _IOC_SIZE(cmd)))
		return -EFAULT;
	switch (cmd) {
	case VE_SOCK_PEEK:
		return ve_sock_peek(&u.peek);
	case VE_SOCK_PUT:
		return ve_sock_put(&u.put);
	case VE_SOCK_NAME:
		return ve_sock_name(&u.name);
	}
	return -ENOTTY;
}

static const struct proc_ops ve_sockets_proc = {
	.proc_open = ve_proc_open_restore,
	.proc_ioctl = ve_sockets_ioctl,
	.proc_lseek = noop_llseek,
};

static int __init ve_sockets_init(void)
{
	return proc_create("sockets", 0400, proc_vz_dir, &ve_sockets_proc) ? 0 : -ENOMEM;
}
fs_initcall_sync(ve_sockets_init);
