/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __CR_SK_URGENT_H__
#define __CR_SK_URGENT_H__

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/*
 * An urgent byte (MSG_OOB) in the queue of a TCP socket. The kernel counts and gives what is
 * before it, so all behind it was lost. Nothing makes a byte urgent again: it is left out, as
 * for a program that does not ask for it, and what is before and behind it is kept.
 *
 * Source: tcp(7); SO_OOBINLINE and SO_PEEK_OFF in socket(7), the latter of TCP since 6.10.
 */

/* *size: what may be read up to that byte; all but that byte on return. 0, or -1. */
static inline int sk_urgent_count(int fd, int *size)
{
	const int on = 1, off = 0;
	int in_line, all, ret;
	socklen_t len = sizeof(in_line);

	if (getsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &in_line, &len))
		return -1;
	if (in_line)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, len))
		return -1;
	ret = ioctl(fd, SIOCINQ, &all);
	if (setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &off, len) || ret)
		return -1;
	if (all > *size)
		*size = all - 1;
	return 0;
}

/*
 * As recv(MSG_PEEK | MSG_DONTWAIT) of all that is there, which ends at such a byte: asked again
 * for what is behind it. Where a program has got to with SO_PEEK_OFF does not matter.
 */
static inline int sk_urgent_peek(int fd, char *buf, int size)
{
	const int flags = MSG_PEEK | MSG_DONTWAIT, begin = 0;
	int from, got, more;
	socklen_t len = sizeof(from);

	if (getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &from, &len) ||
	    setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &begin, len))
		return recv(fd, buf, size, flags);
	got = recv(fd, buf, size, flags);
	/* One more is asked for than there should be; the kernel goes on from where it was. */
	if (got >= 0 && got < size - 1) {
		more = recv(fd, buf + got, size - got, flags);
		got += more < 0 ? 0 : more;
	}
	return setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &from, len) ? -1 : got;
}

#endif
