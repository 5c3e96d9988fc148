/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __CR_TTY_QUIET_H__
#define __CR_TTY_QUIET_H__

#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/*
 * What is on its way in a terminal, moved as it is: nothing is echoed, translated, or taken for
 * a signal, though the terminal has such settings, which are the same at both of its ends. Lines
 * stay lines where the reader gets lines.
 *
 * Source: termios(3), pty(7); drivers/tty/n_tty.c.
 */

/* Settings that let bytes pass; lines: they are to be put together to lines, as before. */
static inline struct termios tty_quiet_settings(const struct termios *now, int lines)
{
	static const unsigned char meant[] = { VINTR, VQUIT, VERASE, VKILL, VEOF, VEOL, VEOL2,
					       VSWTC, VSTART, VSTOP, VSUSP, VREPRINT, VWERASE,
					       VLNEXT };
	struct termios quiet = *now;

	/* A terminal that ^S has stopped goes on when nothing can stop it any more. */
	quiet.c_iflag &= IUTF8 | IXON;
	quiet.c_oflag = 0;
	quiet.c_lflag = lines;
	for (unsigned int i = 0; i < sizeof(meant); i++)
		quiet.c_cc[meant[i]] = _POSIX_VDISABLE;
	if (!lines) {
		quiet.c_cc[VMIN] = 1;
		quiet.c_cc[VTIME] = 0;
	}
	return quiet;
}

/* As write(), from the other end of who is to read it. In file-state.c. */
extern ssize_t tty_quiet_write(int fd, const void *data, size_t size);

/* As read() without waiting; and when there is no line, what there is of one. */
static inline ssize_t tty_quiet_read(int fd, void *data, size_t size)
{
	ssize_t ret = read(fd, data, size);
	struct termios now, quiet;
	unsigned int number;

	if (ret >= 0 || errno != EAGAIN)
		return ret;
	if (!ioctl(fd, TIOCGPTN, &number) || tcgetattr(fd, &now) || !(now.c_lflag & ICANON)) {
		errno = EAGAIN;
		return -1;
	}
	quiet = tty_quiet_settings(&now, 0);
	if (tcsetattr(fd, TCSANOW, &quiet))
		return -1;
	ret = read(fd, data, size);
	if (tcsetattr(fd, TCSANOW, &now))
		return -1;
	if (ret < 0)
		errno = EAGAIN;
	return ret;
}

#endif
