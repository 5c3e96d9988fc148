/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ve_inotify_peek() and ve_inotify_put() of <vz/unread.h>: at the end of
 * fs/notify/inotify/inotify_user.c, whose structures nobody else sees, and of no other file.
 */
#ifdef CONFIG_VE

#include <vz/unread.h>

int ve_inotify_peek(struct file *file, struct ve_inotify_event *arg)
{
	struct fsnotify_group *group = file->private_data;
	struct fsnotify_event *fse;
	u32 index = arg->index;

	if (file->f_op != &inotify_fops)
		return -EINVAL;
	guard(spinlock)(&group->notification_lock);
	list_for_each_entry(fse, &group->notification_list, list) {
		struct inotify_event_info *event = INOTIFY_E(fse);

		if (index--)
			continue;
		arg->wd = event->wd;
		arg->mask = event->mask;
		arg->cookie = event->sync_cookie;
		memset(arg->name, 0, sizeof(arg->name));
		memcpy(arg->name, event->name, min_t(size_t, event->name_len, NAME_MAX));
		return 0;
	}
	return -ENOENT;
}

int ve_inotify_put(struct file *file, const struct ve_inotify_event *arg)
{
	struct fsnotify_group *group = file->private_data;
	int len = strnlen(arg->name, NAME_MAX);
	struct inotify_event_info *event;
	struct mem_cgroup *old;

	if (file->f_op != &inotify_fops)
		return -EINVAL;
	if (fsnotify_is_overflow_event(arg->mask)) {
		fsnotify_queue_overflow(group);
		return 0;
	}
	old = set_active_memcg(group->memcg);
	event = kmalloc(sizeof(*event) + len + 1, GFP_KERNEL_ACCOUNT);
	set_active_memcg(old);
	if (!event)
		return -ENOMEM;
	fsnotify_init_event(&event->fse);
	event->mask = arg->mask;
	event->wd = arg->wd;
	event->sync_cookie = arg->cookie;
	event->name_len = len;
	memcpy(event->name, arg->name, len);
	event->name[len] = '\0';
	if (!fsnotify_add_event(group, &event->fse, NULL))
		return 0;
	fsnotify_destroy_event(group, &event->fse);
	return -ENOSPC;
}

#endif /* CONFIG_VE */
