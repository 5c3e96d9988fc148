// SPDX-License-Identifier: GPL-2.0-only
/*
 * VE_FILE_STATE of /proc/vz/unread: what a program or its peer has brought a file to, that no call
 * tells, or only by taking it away. A checkpoint looks at it, and a restore makes it so.
 *
 * Nothing is owned here. The error of a socket has no lock; a terminal's flow has one of its own.
 */
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/tty.h>
#include <net/sock.h>
#include <vz/file_state.h>

#include "tty.h"

/*
 * Who reads it takes it. It is told as it came, since a restore has let programs wait again
 * before, in epoll(7) too.
 */
static int ve_file_error(struct file *file, struct ve_file_state *arg)
{
	struct socket *sock = sock_from_file(file);
	struct sock *sk;

	if (!sock || !sock->sk)
		return -EINVAL;
	sk = sock->sk;
	if (!arg->set) {
		arg->value = READ_ONCE(sk->sk_err);
		return 0;
	}
	if (arg->value < 0 || arg->value > MAX_ERRNO)
		return -EINVAL;
	WRITE_ONCE(sk->sk_err, arg->value);
	if (arg->value)
		sk_error_report(sk);
	return 0;
}

/*
 * The other end of a pty in packet mode was told when it happened. Nobody is woken: all stand.
 * What was written to either end has come through the line discipline before this returns.
 */
static int ve_file_stopped(struct file *file, struct ve_file_state *arg)
{
	struct tty_struct *tty;

	/* One that was hung up has other operations. */
	if (file->f_op->unlocked_ioctl != tty_ioctl)
		return -EINVAL;
	if (arg->set && arg->value & ~(VE_STOPPED_TYPED | VE_STOPPED_CALL))
		return -EINVAL;
	tty = ((struct tty_file_private *)file->private_data)->tty;
	tty_buffer_flush_work(tty->port);
	if (tty->link)
		tty_buffer_flush_work(tty->link->port);
	spin_lock_irq(&tty->flow.lock);
	if (arg->set) {
		tty->flow.stopped = arg->value;
		tty->flow.tco_stopped = arg->value & VE_STOPPED_CALL;
	} else {
		arg->value = tty->flow.tco_stopped ? VE_STOPPED_CALL :
			     tty->flow.stopped ? VE_STOPPED_TYPED : 0;
	}
	spin_unlock_irq(&tty->flow.lock);
	return 0;
}

int ve_file_state(struct file *file, struct ve_file_state *arg)
{
	switch (arg->kind) {
	case VE_FILE_ERROR:
		return ve_file_error(file, arg);
	case VE_FILE_STOPPED:
		return ve_file_stopped(file, arg);
	}
	return -EINVAL;
}
