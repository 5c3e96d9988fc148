/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one ssh process whose stdin and stdout are the connection. */
#ifndef VZMIGRATE_SSH_H
#define VZMIGRATE_SSH_H

#include <sys/types.h>
#include "libvz/err.h"

struct ssh {
	pid_t pid;
	int in, out;	/* read from, write to the peer */
};

#define SSH_WORDS	80

/*
 * The words of a call of ssh, up to the host; the command comes next. words: more options,
 * blank-separated, cut to pieces here; they and host must live as long as argv. The number of
 * words, or a negative errno.
 */
int ssh_words(char *argv[SSH_WORDS], char *words, const char *host, struct vz_err *e);
/* opts: more options for ssh, blank-separated, or NULL. */
int ssh_open(struct ssh *s, const char *host, const char *opts, struct vz_err *e);
/* Close both ends and wait. */
void ssh_close(struct ssh *s);
/*
 * The stream ended before the first word: wait for ssh and say why, with the
 * cause. e holds the error so far.
 */
int ssh_explain(struct ssh *s, const char *host, int err, struct vz_err *e);

#endif /* VZMIGRATE_SSH_H */
