// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of inotify that nobody has read. OpenVE's kernel shows them and takes them back. Each
 * file that a restore opens or makes makes new ones, so they are put in place last of all, by
 * CRIU's main process, which gets them from the store of descriptors. The list below is made
 * before there are tasks and lives until CRIU ends.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/list.h"
#include "fdstore.h"
#include "inotify-unread.h"
#include "log.h"
#include "rst-malloc.h"
#include "util.h"
#include "vz-unread.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "inotify: "

struct unread {
	InotifyUnreadEntry e;
	struct ve_inotify_event event;
};

static int add_event(InotifyFileEntry *e, const struct ve_inotify_event *event)
{
	struct unread *u = xmalloc(sizeof(*u));

	if (!u || xrealloc_safe(&e->unread, (e->n_unread + 1) * sizeof(*e->unread))) {
		xfree(u);
		return -1;
	}
	u->event = *event;
	inotify_unread_entry__init(&u->e);
	u->e.wd = event->wd;
	u->e.mask = event->mask;
	u->e.cookie = event->cookie;
	u->e.name.data = (void *)u->event.name;
	u->e.name.len = strnlen(event->name, sizeof(event->name));
	e->unread[e->n_unread++] = &u->e;
	return 0;
}

int dump_inotify_unread(int lfd, InotifyFileEntry *e)
{
	struct ve_inotify_event event = { .inotify = lfd };

	while (!vz_unread(VE_INOTIFY_PEEK, &event)) {
		if (add_event(e, &event))
			return -1;
		event.index++;
	}
	if (errno == ENOENT || errno == ENOTTY)
		return 0;
	pr_perror("Can't look at event %u of inotify %#08x", event.index, e->id);
	return -1;
}

void release_inotify_unread(InotifyFileEntry *e)
{
	while (e->n_unread)
		xfree(container_of(e->unread[--e->n_unread], struct unread, e));
	xfree(e->unread);
	e->unread = NULL;
}

/* --- restore */

/* Shared: a task notes where its descriptor is. */
struct later {
	struct list_head list;
	const struct file_desc *d;
	const InotifyFileEntry *e;
	int store;
};

static LIST_HEAD(all_later);

int inotify_unread_later(const struct file_desc *d, const InotifyFileEntry *e)
{
	struct later *l = shmalloc(sizeof(*l));

	if (!l)
		return -1;
	l->d = d;
	l->e = e;
	l->store = -1;
	list_add_tail(&l->list, &all_later);
	return 0;
}

int keep_inotify(const struct file_desc *d, int fd)
{
	struct later *l;

	list_for_each_entry(l, &all_later, list) {
		if (l->d != d)
			continue;
		l->store = fdstore_add(fd);
		return l->store < 0 ? -1 : 0;
	}
	return 0;
}

static void drop_events(int fd)
{
	char buf[4096];
	int left;

	while (!ioctl(fd, FIONREAD, &left) && left > 0 && read(fd, buf, sizeof(buf)) > 0)
		;
}

static int put_events(int fd, const InotifyFileEntry *e)
{
	struct ve_inotify_event event = { .inotify = fd };
	size_t i;

	for (i = 0; i < e->n_unread; i++) {
		const InotifyUnreadEntry *u = e->unread[i];

		if (u->name.len >= sizeof(event.name)) {
			pr_err("Bad event in image\n");
			return -1;
		}
		event.wd = u->wd;
		event.mask = u->mask;
		event.cookie = u->cookie;
		memset(event.name, 0, sizeof(event.name));
		memcpy(event.name, u->name.data, u->name.len);
		if (vz_unread(VE_INOTIFY_PUT, &event)) {
			pr_warn("%zu events of inotify %#08x are lost: %s\n", e->n_unread - i,
				e->id, strerror(errno));
			break;
		}
	}
	return 0;
}

int restore_inotify_unread(void)
{
	struct later *l;

	list_for_each_entry(l, &all_later, list) {
		int fd = l->store < 0 ? -1 : fdstore_get(l->store), ret;

		/* In the image, but nobody has opened it. */
		if (l->store < 0)
			continue;
		if (fd < 0)
			return -1;
		drop_events(fd);
		ret = put_events(fd, l->e);
		close(fd);
		if (ret)
			return -1;
	}
	return 0;
}
