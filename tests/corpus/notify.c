// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is told of changes of files. */
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include "corpus.h"

static int fd, wd;
static uint32_t last_cookie;
static char buf[4096] __attribute__((aligned(8)));

static void touch(const char *name)
{
	int at = open(name, O_CREAT | O_RDWR, 0600);

	need(at >= 0 && write(at, "x", 1) == 1 && !close(at));
}

/* Masks and names of what is to be read; false when it is something else. */
static void next_is(uint32_t mask, const char *name)
{
	struct inotify_event *e = (void *)buf;
	ssize_t got;
	static ssize_t left;
	static char *at;

	if (!left) {
		got = read(fd, buf, sizeof(buf));
		if (got < 0)
			got = 0;
		need(got > 0);
		left = got, at = buf;
	}
	e = (void *)at;
	left -= sizeof(*e) + e->len;
	at += sizeof(*e) + e->len;
	equal(e->mask, mask);
	equal(e->wd, wd);
	last_cookie = e->cookie;
	texts(e->len ? e->name : "", name);
}

static void nothing_left(void)
{
	need(read(fd, buf, sizeof(buf)) < 0);
	equal(errno, EAGAIN);
}

static void watch(const char *path, uint32_t mask)
{
	need((fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) >= 0);
	/* Numbers begin with 1: the watch has another one. */
	need((wd = inotify_add_watch(fd, "/", IN_ATTRIB)) >= 0);
	need(!inotify_rm_watch(fd, wd));
	need((wd = inotify_add_watch(fd, path, mask)) > 1);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

/* --- a folder */
static void set_up_watch(void)
{
	need(!mkdir("watched", 0700));
	watch("watched", IN_CREATE | IN_DELETE);
}

static void verify_watch(void)
{
	nothing_left();
	touch("watched/a");
	next_is(IN_CREATE, "a");
	need(!unlink("watched/a"));
	next_is(IN_DELETE, "a");
	nothing_left();
}

static void spoil_watch(void)
{
	need(!inotify_rm_watch(fd, wd));
}

STATE(inotify_folder, "inotify of a folder", set_up_watch, verify_watch, spoil_watch);

/* --- a file that is deleted but open */
static int gone;

static void set_up_gone(void)
{
	touch("gone");
	need((gone = open("gone", O_RDWR)) >= 0);
	watch("gone", IN_MODIFY);
	need(!unlink("gone"));
	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

static void verify_gone(void)
{
	nothing_left();
	put_all(gone, "y", 1);
	next_is(IN_MODIFY, "");
	nothing_left();
}

STATE(inotify_deleted, "inotify of a deleted file that is open", set_up_gone, verify_gone,
      spoil_watch);

/* --- events that nobody has read */
static void make_events(void)
{
	touch("watched/one");
	need(!unlink("watched/one"));
}

static void set_up_unread(void)
{
	set_up_watch();
	make_events();
}

static void verify_unread(void)
{
	next_is(IN_CREATE, "one");
	next_is(IN_DELETE, "one");
	nothing_left();
	make_events();
}

static void spoil_unread(void)
{
	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

STATE(inotify_unread, "inotify with events that are not read", set_up_unread, verify_unread,
      spoil_unread);

/* --- fanotify */
static void set_up_fanotify(void)
{
	fd = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_REPORT_FID, O_RDONLY);
	if (fd < 0 && (errno == EPERM || errno == ENOSYS || errno == EINVAL))
		corpus_skip("no fanotify here");
	need(fd >= 0);
	touch("marked");
	if (fanotify_mark(fd, FAN_MARK_ADD, FAN_MODIFY, AT_FDCWD, "marked"))
		corpus_skip("this file system cannot be marked");
}

static void verify_fanotify(void)
{
	struct fanotify_event_metadata *e = (void *)buf;

	nothing_left();
	touch("marked");
	need(read(fd, buf, sizeof(buf)) >= (ssize_t)sizeof(*e));
	equal(e->mask, FAN_MODIFY);
	nothing_left();
}

static void spoil_fanotify(void)
{
	need(!fanotify_mark(fd, FAN_MARK_REMOVE, FAN_MODIFY, AT_FDCWD, "marked"));
}

STATE(fanotify, "fanotify of a file", set_up_fanotify, verify_fanotify, spoil_fanotify);

/* --- a rename that nobody has read of, with a long name: what belongs together says so */
static char long_name[256];

static void rename_it(void)
{
	char from[300], to[300];

	snprintf(from, sizeof(from), "watched/%s", long_name);
	snprintf(to, sizeof(to), "watched/to");
	touch(from);
	need(!rename(from, to));
	need(!unlink(to));
}

static void set_up_renamed(void)
{
	memset(long_name, 'n', 255);
	need(!mkdir("watched", 0700));
	watch("watched", IN_MOVED_FROM | IN_MOVED_TO);
	rename_it();
}

static void verify_renamed(void)
{
	uint32_t cookie;

	next_is(IN_MOVED_FROM, long_name);
	cookie = last_cookie;
	need(cookie);
	next_is(IN_MOVED_TO, "to");
	equal(last_cookie, cookie);
	nothing_left();
	rename_it();
}

STATE(inotify_renamed, "inotify with a rename that is not read", set_up_renamed, verify_renamed,
      spoil_unread);
