// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that waits for pressure has written to a file of /proc/pressure and polls it. What
 * it wrote is the open file's, and a file that is opened anew has none: poll() says at once,
 * and again and again, that nothing will come. So the kernel is asked for it, and it is written
 * again. Windows begin anew.
 *
 * Owns the text of the last file that was dumped.
 */
#include <errno.h>
#include <linux/ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fs-magic.h"
#include "log.h"
#include "psi-trigger.h"

#undef LOG_PREFIX
#define LOG_PREFIX "psi: "

/* See vz/abi.h of OpenVE's kernel. */
#define VE_TRIGGER_SIZE 32
#define VE_TRIGGER_GET	_IOR('v', 12, char[VE_TRIGGER_SIZE])

void dump_psi_trigger(int lfd, const struct fd_parms *p, RegFileEntry *rfe)
{
	static char text[VE_TRIGGER_SIZE];

	if (p->fs_type != PROC_SUPER_MAGIC || ioctl(lfd, VE_TRIGGER_GET, text) || !*text)
		return;
	rfe->psi_trigger = text;
}

void restore_psi_trigger(int fd, const RegFileEntry *rfe)
{
	char none[VE_TRIGGER_SIZE];
	const char *text = rfe->psi_trigger;

	if (!text)
		return;
	/* Nothing of an image is written to another file than it says. */
	if (ioctl(fd, VE_TRIGGER_GET, none) || write(fd, text, strlen(text) + 1) < 0)
		pr_warn("The trigger of %s is lost: %s\n", rfe->name, strerror(errno));
}
