// SPDX-License-Identifier: GPL-2.0-or-later
/* A device node that is open and has no name any more. */
#include <sys/sysmacros.h>
#include "corpus.h"

static int node;

static const char *path = "random";

/*
 * A VE cannot make a node, so one of its own is taken that no other state opens. Where nodes can
 * be made, /dev is somebody's machine.
 */
static void set_up_gone(void)
{
	if (mknod(path, S_IFCHR | 0644, makedev(1, 8)))
		path = "/dev/random";
	need((node = open(path, O_RDONLY)) >= 0);
	if (unlink(path))
		corpus_skip("mknod() and %s: %s", path, strerror(errno));
	need(!mkfifo(path, 0600));
}

static void verify_gone(void)
{
	struct stat st;
	char c;

	need(!fstat(node, &st));
	equal(st.st_rdev, makedev(1, 8));
	equal(st.st_nlink, 0);
	need(S_ISCHR(st.st_mode));
	equal(st.st_uid, 0);
	need(read(node, &c, 1) == 1);
	need(!stat(path, &st) && S_ISFIFO(st.st_mode));
}

static void spoil_gone(void)
{
	need(dup2(open("/dev/zero", O_RDONLY), node) == node);
}

STATE(device_deleted, "an open device node that a fifo has replaced", set_up_gone, verify_gone,
      spoil_gone);
