/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ve_mq_ask() and ve_mq_peek() of <vz/unread.h>: at the end of ipc/mqueue.c, whose structures
 * nobody else sees, and of no other file.
 */
#ifdef CONFIG_VE

#include <vz/unread.h>

int ve_mq_ask(struct file *file, struct ve_mq_ask *arg)
{
	struct mqueue_inode_info *info = MQUEUE_I(file_inode(file));

	if (file->f_op != &mqueue_file_operations)
		return -EINVAL;
	arg->notify = -1;
	spin_lock(&info->lock);
	arg->uid = from_kuid_munged(current_user_ns(), info->ucounts->uid);
	if (info->notify_owner) {
		arg->notify = info->notify.sigev_notify;
		arg->signo = info->notify.sigev_signo;
		arg->value = (uintptr_t)info->notify.sigev_value.sival_ptr;
		arg->pid = pid_vnr(info->notify_owner);
	}
	if (info->notify_owner && info->notify.sigev_notify == SIGEV_THREAD) {
		BUILD_BUG_ON(sizeof(arg->cookie) != NOTIFY_COOKIE_LEN);
		arg->socket = sock_i_ino(info->notify_sock);
		memcpy(arg->cookie, info->notify_cookie->data, sizeof(arg->cookie));
	}
	spin_unlock(&info->lock);
	return 0;
}

static struct msg_msg *ve_mq_message(struct mqueue_inode_info *info, u32 index)
{
	struct rb_node *at;
	struct msg_msg *msg;

	for (at = rb_last(&info->msg_tree); at; at = rb_prev(at)) {
		struct posix_msg_tree_node *leaf;

		leaf = rb_entry(at, struct posix_msg_tree_node, rb_node);
		list_for_each_entry(msg, &leaf->msg_list, m_list)
			if (!index--)
				return msg;
	}
	return NULL;
}

int ve_mq_peek(struct file *file, struct ve_mq_peek *arg)
{
	struct mqueue_inode_info *info = MQUEUE_I(file_inode(file));
	void __user *to = u64_to_user_ptr(arg->bytes);
	struct msg_msg *msg, *copy;
	int ret = -ENOENT;
	size_t room;

	if (file->f_op != &mqueue_file_operations)
		return -EINVAL;
	/* Room for it, with any bytes in it: those that are there now. */
	room = min_t(u32, arg->size, info->attr.mq_msgsize);
	copy = load_msg(to, room);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	copy->m_ts = room;
	spin_lock(&info->lock);
	msg = ve_mq_message(info, arg->index);
	if (msg)
		ret = IS_ERR(copy_msg(msg, copy)) ? -EMSGSIZE : 0;
	spin_unlock(&info->lock);
	if (!ret) {
		arg->priority = copy->m_type;
		ret = store_msg(to, copy, copy->m_ts) ? -EFAULT : copy->m_ts;
	}
	free_msg(copy);
	return ret;
}

#endif /* CONFIG_VE */
