// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX message queues. A queue belongs to an IPC namespace and is dumped with it, its messages
 * looked at where they lie. A restore makes it anew there; who had it open opens it again by a
 * descriptor in the store, which also works for one that is deleted. What is noted here lives
 * until the process ends.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/list.h"
#include "fdstore.h"
#include "files.h"
#include "imgset.h"
#include "ipc-mqueue.h"
#include "ipc_ns.h"
#include "log.h"
#include "namespaces.h"
#include "nested-ns.h"
#include "protobuf.h"
#include "pstree.h"
#include "rst_info.h"
#include "util.h"
#include "vz-unread.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "mqueue: "

#define MQUEUE_MAGIC 0x19800202
#define NSEC	     1000000000ULL

/* --- dump */

/* A queue that has been seen open; fd is -1 when it has a name, by which it is found later. */
struct seen {
	struct list_head list;
	dev_t dev;
	ino_t ino;
	int fd;
};

static LIST_HEAD(all_seen);

static struct seen *find_seen(const struct stat *st)
{
	struct seen *s;

	list_for_each_entry(s, &all_seen, list)
		if (s->dev == st->st_dev && s->ino == st->st_ino)
			return s;
	return NULL;
}

static int see(int lfd, const struct stat *st)
{
	struct seen *s;

	if (find_seen(st))
		return 0;
	s = xmalloc(sizeof(*s));
	if (!s)
		return -1;
	s->dev = st->st_dev;
	s->ino = st->st_ino;
	s->fd = st->st_nlink ? -1 : fcntl(lfd, F_DUPFD_CLOEXEC, 0);
	list_add_tail(&s->list, &all_seen);
	if (st->st_nlink || s->fd >= 0)
		return 0;
	pr_perror("Can't keep a deleted message queue");
	return -1;
}

bool is_mqueue(const struct fd_parms *p)
{
	return p->fs_type == MQUEUE_MAGIC && S_ISREG(p->stat.st_mode);
}

static int dump_one_mqueue_file(int lfd, u32 id, const struct fd_parms *p)
{
	MqueueFileEntry e = MQUEUE_FILE_ENTRY__INIT;
	FileEntry fe = FILE_ENTRY__INIT;

	if (see(lfd, &p->stat))
		return -1;
	e.id = id;
	e.flags = p->flags;
	e.pos = p->pos;
	e.fown = (FownEntry *)&p->fown;
	e.dev = p->stat.st_dev;
	e.ino = p->stat.st_ino;
	fe.type = FD_TYPES__MQUEUE;
	fe.id = id;
	fe.mq = &e;
	return pb_write_one(img_from_set(glob_imgset, CR_FD_FILES), &fe, PB_FILE);
}

const struct fdtype_ops mqueue_dump_ops = {
	.type = FD_TYPES__MQUEUE,
	.dump = dump_one_mqueue_file,
};

static int add_message(MqueueEntry *e, u32 priority, const void *bytes, size_t len)
{
	MqueueMessage *m = xmalloc(sizeof(*m) + len);

	if (!m || xrealloc_safe(&e->message, (e->n_message + 1) * sizeof(*e->message))) {
		xfree(m);
		return -1;
	}
	mqueue_message__init(m);
	m->priority = priority;
	m->bytes.data = (void *)(m + 1);
	m->bytes.len = len;
	memcpy(m->bytes.data, bytes, len);
	e->message[e->n_message++] = m;
	return 0;
}

static int dump_messages(int fd, MqueueEntry *e)
{
	struct ve_mq_peek arg = { .queue = fd, .size = e->msgsize };
	char *buf = xzalloc(e->msgsize);
	int len;

	if (!buf)
		return -1;
	arg.bytes = (uintptr_t)buf;
	while ((len = vz_unread(VE_MQ_PEEK, &arg)) >= 0) {
		if (add_message(e, arg.priority, buf, len))
			break;
		arg.index++;
	}
	xfree(buf);
	if (len < 0 && errno == ENOENT)
		return 0;
	pr_perror("Can't look at message %u of queue %s", arg.index, e->name ?: "(deleted)");
	return -1;
}

/* The number that a descriptor of pid has, -1 when none is of this file. */
static int find_fd(int pid, ino_t ino, dev_t dev)
{
	char path[64];
	struct dirent *de;
	struct stat st;
	int fd = -1;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (d && fd < 0 && (de = readdir(d))) {
		if (fstatat(dirfd(d), de->d_name, &st, 0) || st.st_ino != ino)
			continue;
		if (dev ? st.st_dev == dev : S_ISSOCK(st.st_mode))
			fd = atoi(de->d_name);
	}
	if (d)
		closedir(d);
	return fd;
}

static int dump_told(const struct ve_mq_ask *asked, const struct stat *st, MqueueEntry *e)
{
	struct pstree_item *item = pstree_item_by_real(asked->pid);
	int queue = find_fd(asked->pid, st->st_ino, st->st_dev);
	int socket = asked->notify == SIGEV_THREAD ? find_fd(asked->pid, asked->socket, 0) : 0;
	MqueueTold *told;

	/* Who closed either is told no more; that of a helper of ours is not to be. */
	if (!item || queue < 0 || socket < 0) {
		pr_warn("Process %d will not be told of messages any more\n", asked->pid);
		return 0;
	}
	told = xmalloc(sizeof(*told) + sizeof(asked->cookie));
	if (!told)
		return -1;
	mqueue_told__init(told);
	told->pid = vpid(item);
	told->queue = queue;
	told->notify = asked->notify;
	told->signo = asked->signo;
	told->value = asked->value;
	if (asked->notify == SIGEV_THREAD) {
		told->has_socket = true;
		told->socket = socket;
		told->has_cookie = true;
		told->cookie.len = sizeof(asked->cookie);
		told->cookie.data = memcpy(told + 1, asked->cookie, sizeof(asked->cookie));
	}
	e->told = told;
	return 0;
}

static u64 nanoseconds(struct timespec t)
{
	return t.tv_sec * NSEC + t.tv_nsec;
}

/* Memory of it is the dump's: the process that dumps a namespace ends right after. */
static int dump_queue(int fd, const char *name, IpcVarEntry *all)
{
	struct ve_mq_ask asked = { .queue = fd };
	MqueueEntry *e = xmalloc(sizeof(*e));
	struct mq_attr attr;
	struct stat st;

	if (!e || xrealloc_safe(&all->mqueue, (all->n_mqueue + 1) * sizeof(*all->mqueue)))
		return -1;
	mqueue_entry__init(e);
	all->mqueue[all->n_mqueue++] = e;
	if (fstat(fd, &st) || mq_getattr(fd, &attr) || vz_unread(VE_MQ_ASK, &asked)) {
		pr_perror("Can't look at message queue %s", name ?: "(deleted)");
		return -1;
	}
	e->dev = st.st_dev;
	e->ino = st.st_ino;
	e->name = name ? xstrdup(name) : NULL;
	e->mode = st.st_mode & 07777;
	e->uid = userns_uid(st.st_uid);
	e->gid = userns_gid(st.st_gid);
	e->creator = userns_uid(asked.uid);
	e->maxmsg = attr.mq_maxmsg;
	e->msgsize = attr.mq_msgsize;
	e->open = !!find_seen(&st);
	e->atime = nanoseconds(st.st_atim);
	e->mtime = nanoseconds(st.st_mtim);
	if (dump_messages(fd, e))
		return -1;
	return asked.notify < 0 ? 0 : dump_told(&asked, &st, e);
}

/* The file system of the namespace that we are in, which need not be mounted anywhere. */
static int open_mqueue_fs(void)
{
	int fs = syscall(SYS_fsopen, "mqueue", FSOPEN_CLOEXEC), fd = -1;

	if (fs >= 0 && !syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		pr_perror("Can't open the file system of message queues");
	if (fs >= 0)
		close(fs);
	return fd;
}

static int dump_named(DIR *d, IpcVarEntry *e)
{
	struct dirent *de;

	while ((errno = 0, de = readdir(d))) {
		int fd, ret;

		if (de->d_type == DT_DIR)
			continue;
		fd = openat(dirfd(d), de->d_name, O_RDONLY | O_CLOEXEC | O_NOATIME);
		if (fd < 0) {
			pr_perror("Can't open message queue %s", de->d_name);
			return -1;
		}
		ret = dump_queue(fd, de->d_name, e);
		close(fd);
		if (ret)
			return -1;
	}
	return errno ? -1 : 0;
}

int dump_mqueues(IpcVarEntry *e)
{
	int fd, ret = -1;
	struct stat st;
	struct seen *s;
	DIR *d;

	if (access("/proc/sys/fs/mqueue", X_OK))
		return 0;
	fd = open_mqueue_fs();
	if (fd < 0)
		return -1;
	/* The one of fsmount() itself cannot be read. */
	d = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (!d || fstat(fd, &st)) {
		pr_perror("Can't list message queues");
		goto out;
	}
	e->has_mqueue_dev = true;
	e->mqueue_dev = MKKDEV(major(st.st_dev), minor(st.st_dev));
	if (dump_named(d, e))
		goto out;
	list_for_each_entry(s, &all_seen, list)
		if (s->fd >= 0 && s->dev == st.st_dev && dump_queue(s->fd, NULL, e))
			goto out;
	ret = 0;
out:
	if (d)
		closedir(d);
	close(fd);
	return ret;
}

/* --- restore */

/* A queue that some process has open. */
struct kept {
	struct list_head list;
	u32 dev, ino;
	int store;
};

/* A process that is told. The image is freed before its turn comes. */
struct told {
	struct list_head list;
	MqueueTold e;
	char cookie[32];
};

/* A namespace's file system. */
struct own_fs {
	struct list_head list;
	unsigned int ns_id, dev;
};

static LIST_HEAD(all_own_fs);
static LIST_HEAD(all_kept);
static LIST_HEAD(all_told);

static int keep_open(int fd, const MqueueEntry *e)
{
	struct kept *k = xmalloc(sizeof(*k));

	if (!k)
		return -1;
	k->dev = e->dev;
	k->ino = e->ino;
	k->store = fdstore_add(fd);
	list_add_tail(&k->list, &all_kept);
	return k->store < 0 ? -1 : 0;
}

static int keep_told(const MqueueTold *e)
{
	struct told *t = xzalloc(sizeof(*t));

	if (!t)
		return -1;
	t->e = *e;
	if (e->has_cookie)
		memcpy(t->cookie, e->cookie.data, min(e->cookie.len, sizeof(t->cookie)));
	list_add_tail(&t->list, &all_told);
	return 0;
}

/* Who made it pays for it, as before: by the real uid, which nothing else asks for here. */
static int make_queue(const char *path, const MqueueEntry *e)
{
	struct mq_attr attr = { .mq_maxmsg = e->maxmsg, .mq_msgsize = e->msgsize };
	int fd;

	if (syscall(SYS_setresuid, e->creator, -1, -1))
		return -1;
	fd = mq_open(path, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC, 0600, &attr);
	if (syscall(SYS_setresuid, 0, -1, -1) && fd >= 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int fill_queue(int fd, const MqueueEntry *e)
{
	struct timespec times[2] = {
		{ e->atime / NSEC, e->atime % NSEC },
		{ e->mtime / NSEC, e->mtime % NSEC },
	};
	int i;

	for (i = 0; i < e->n_message; i++)
		if (mq_send(fd, (char *)e->message[i]->bytes.data, e->message[i]->bytes.len,
			    e->message[i]->priority))
			return -1;
	return fchown(fd, e->uid, e->gid) || fchmod(fd, e->mode) || futimens(fd, times) ? -1 : 0;
}

static int restore_queue(const MqueueEntry *e)
{
	char path[NAME_MAX + 2];
	int fd, ret = -1;

	if (e->name)
		snprintf(path, sizeof(path), "/%s", e->name);
	else
		snprintf(path, sizeof(path), "/criu.%u.%u", e->dev, e->ino);
	fd = make_queue(path, e);
	if (fd < 0 || fill_queue(fd, e) || (!e->name && mq_unlink(path)))
		pr_perror("Can't restore message queue %s of %u messages of %u bytes", path,
			  e->maxmsg, e->msgsize);
	else if (!(e->open && keep_open(fd, e)) && !(e->told && keep_told(e->told)))
		ret = 0;
	if (fd >= 0)
		close(fd);
	return ret;
}

/* The limit of whoever is to have made them is not ours. By one who may raise it. */
static int set_limit(void *limit, int fd, pid_t pid)
{
	return prlimit(pid, RLIMIT_MSGQUEUE, limit, NULL);
}

int restore_mqueues(const IpcVarEntry *e)
{
	struct rlimit was, most = { RLIM_INFINITY, RLIM_INFINITY };
	int i, ret = 0;

	if (!e->n_mqueue)
		return 0;
	if (getrlimit(RLIMIT_MSGQUEUE, &was) ||
	    userns_call(set_limit, 0, &most, sizeof(most), -1)) {
		pr_perror("Can't raise the limit of message queues");
		return -1;
	}
	for (i = 0; i < e->n_mqueue && !ret; i++)
		ret = restore_queue(e->mqueue[i]);
	return setrlimit(RLIMIT_MSGQUEUE, &was) ? -1 : ret;
}

int note_mqueue_fs(unsigned int ns_id, const IpcVarEntry *e)
{
	struct own_fs *fs;

	if (!e->has_mqueue_dev)
		return 0;
	fs = xmalloc(sizeof(*fs));
	if (!fs)
		return -1;
	fs->ns_id = ns_id;
	fs->dev = e->mqueue_dev;
	list_add_tail(&fs->list, &all_own_fs);
	return 0;
}

/* The namespace whose own file system it was, -1 when that is where we are. */
static int namespace_of(const struct mount_info *mi)
{
	struct own_fs *fs;
	const struct ns_id *ns;

	list_for_each_entry(fs, &all_own_fs, list) {
		if (fs->dev != mi->s_dev)
			continue;
		ns = lookup_ns_by_id(fs->ns_id, &ipc_ns_desc);
		return ns ? open_nested_ns(ns) : -1;
	}
	return -1;
}

int mount_mqueue(struct mount_info *mi, const char *src, const char *fstype, unsigned long flags)
{
	int ns = namespace_of(mi), own, ret = -1;

	if (ns < 0)
		return do_simple_mount(mi, src, fstype, flags);
	own = open_proc(PROC_SELF, "ns/ipc");
	if (own >= 0 && !setns(ns, CLONE_NEWIPC)) {
		ret = do_simple_mount(mi, src, fstype, flags);
		if (setns(own, CLONE_NEWIPC)) {
			pr_perror("Can't go back to an ipc namespace");
			ret = -1;
		}
	}
	close_safe(&own);
	close(ns);
	return ret;
}

int restore_mqueue_told(pid_t pid)
{
	struct told *t;

	list_for_each_entry(t, &all_told, list) {
		struct sigevent ev = {};

		if (t->e.pid != pid)
			continue;
		ev.sigev_notify = t->e.notify;
		ev.sigev_signo = t->e.notify == SIGEV_THREAD ? t->e.socket : t->e.signo;
		ev.sigev_value.sival_ptr =
			t->e.notify == SIGEV_THREAD ? t->cookie : (void *)(uintptr_t)t->e.value;
		/* Not by the C library, which has a thread of its own to tell. */
		if (syscall(SYS_mq_notify, t->e.queue, &ev)) {
			pr_perror("Can't ask to be told of messages in descriptor %u", t->e.queue);
			return -1;
		}
	}
	return 0;
}

struct mqueue_info {
	struct file_desc d;
	MqueueFileEntry *e;
};

static int open_kept(const MqueueFileEntry *e)
{
	struct kept *k;
	int store, fd;

	list_for_each_entry(k, &all_kept, list) {
		if (k->dev != e->dev || k->ino != e->ino)
			continue;
		store = fdstore_get(k->store);
		if (store < 0)
			return -1;
		fd = __open_proc(PROC_SELF, 0, e->flags & (O_ACCMODE | O_NONBLOCK), "fd/%d", store);
		close(store);
		return fd;
	}
	pr_err("There is no message queue %u of %#x\n", e->ino, e->dev);
	return -1;
}

static int open_mqueue(struct file_desc *d, int *new_fd)
{
	struct mqueue_info *info = container_of(d, struct mqueue_info, d);
	int fd = open_kept(info->e);

	if (fd < 0)
		return -1;
	if ((info->e->pos && lseek(fd, info->e->pos, SEEK_SET) < 0) ||
	    rst_file_params(fd, info->e->fown, info->e->flags)) {
		pr_perror("Can't restore a descriptor of a message queue");
		close(fd);
		return -1;
	}
	*new_fd = fd;
	return 0;
}

static struct file_desc_ops mqueue_desc_ops = {
	.type = FD_TYPES__MQUEUE,
	.open = open_mqueue,
};

static int collect_one_mqueue(void *obj, ProtobufCMessage *msg, struct cr_img *i)
{
	struct mqueue_info *info = obj;

	info->e = pb_msg(msg, MqueueFileEntry);
	return file_desc_add(&info->d, info->e->id, &mqueue_desc_ops);
}

struct collect_image_info mqueue_cinfo = {
	.pb_type = PB_FILE,
	.priv_size = sizeof(struct mqueue_info),
	.collect = collect_one_mqueue,
};
