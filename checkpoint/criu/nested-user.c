// SPDX-License-Identifier: GPL-2.0-only
/*
 * User namespaces below that of the root task: systemd's PrivateUsers=, unshare -U.
 *
 * An image has the maps of one as its parent sees them, its owner as the root task does. The root
 * task makes them before it has children, parents first, and keeps them in the store of
 * descriptors. Tasks and threads enter theirs at the very end, in the restorer: until then they
 * need what only root of the outer namespace may do.
 *
 * What a task sees of its ids says little: all that its namespace does not map is one number. So
 * the ids of its image are those of the root task's namespace, and are restored before it enters.
 */
#include <linux/nsfs.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fdstore.h"
#include "image.h"
#include "imgset.h"
#include "log.h"
#include "nested-user.h"
#include "protobuf.h"
#include "util.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "nested-user: "

#define MOST_LEVELS 33
#define NOBODY	    ((unsigned int)-1)

/* --- dump */

static int is_denied(void)
{
	char word[16] = "";
	FILE *f = fopen_proc(PROC_SELF, "setgroups");
	int n;

	if (!f)
		return -1;
	n = fscanf(f, "%15s", word);
	fclose(f);
	return n == 1 ? !strcmp(word, "deny") : -1;
}

/* By a child: in the namespace, its maps are shown as its parent sees them. */
static int write_image(int ns_fd, unsigned int id, UsernsEntry *e)
{
	struct cr_img *img = open_image(CR_FD_USERNS, O_DUMP, id);
	int uids, gids, denied;

	if (!img)
		return -1;
	if (setns(ns_fd, CLONE_NEWUSER)) {
		pr_perror("Can't look into a user namespace");
		return -1;
	}
	uids = parse_id_map(PROC_SELF, "uid_map", &e->uid_map);
	gids = parse_id_map(PROC_SELF, "gid_map", &e->gid_map);
	denied = is_denied();
	if (uids < 0 || gids < 0 || denied < 0)
		return -1;
	e->n_uid_map = uids;
	e->n_gid_map = gids;
	e->has_setgroups_denied = e->setgroups_denied = denied;
	if (pb_write_one(img, e, PB_USERNS) < 0)
		return -1;
	close_image(img);
	return 0;
}

static int wait_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		pr_perror("Can't have a child");
		return -1;
	}
	return status ? -1 : 0;
}

static int dump_one(int ns_fd, const struct ns_id *ns);

/* The parent's id, 0 for the root task's namespace; one that has no task gets an image here. */
static int dump_parent(int ns_fd, pid_t pid, unsigned int *id)
{
	const struct ns_id *root = lookup_ns_by_id(root_item->ids->user_ns_id, &user_ns_desc);
	struct ns_id *ns;
	struct stat st;
	int fd, ret = 0;

	*id = 0;
	fd = ioctl(ns_fd, NS_GET_PARENT);
	if (fd < 0 || fstat(fd, &st)) {
		pr_perror("Can't tell the parent of a user namespace");
		close_safe(&fd);
		return -1;
	}
	if (root->kid != st.st_ino) {
		ns = lookup_ns_by_kid(st.st_ino, &user_ns_desc);
		if (ns) {
			*id = ns->id;
		} else {
			*id = generate_ns_id(pid, st.st_ino, &user_ns_desc, &ns);
			ret = *id ? dump_one(fd, ns) : -1;
		}
	}
	close(fd);
	return ret;
}

static int dump_one(int ns_fd, const struct ns_id *ns)
{
	UsernsEntry e = USERNS_ENTRY__INIT;
	pid_t pid;
	uid_t uid;

	if (dump_parent(ns_fd, ns->ns_pid, &e.parent))
		return -1;
	e.has_parent = e.parent != 0;
	if (ioctl(ns_fd, NS_GET_OWNER_UID, &uid)) {
		pr_perror("Can't tell who owns a user namespace");
		return -1;
	}
	e.has_owner = true;
	e.owner = userns_uid(uid);
	if (e.owner == NOBODY) {
		pr_err("The user namespace of process %d belongs to user %u of the host\n",
		       ns->ns_pid, uid);
		return -1;
	}
	pr_info("Dump user namespace %u of %d, owner %u, below %u\n", ns->id, ns->ns_pid, e.owner,
		e.parent);
	pid = fork();
	if (!pid)
		exit(write_image(ns_fd, ns->id, &e) ? 1 : 0);
	return wait_child(pid);
}

static bool is_nested(const struct ns_id *ns)
{
	return ns->nd == &user_ns_desc && ns->type == NS_OTHER;
}

/* Those that are found on the way are put before the others, and have their images. */
int dump_nested_users(void)
{
	const struct ns_id *ns;
	int fd, ret;

	for (ns = ns_ids; ns; ns = ns->next) {
		if (!is_nested(ns))
			continue;
		fd = open_proc(ns->ns_pid, "ns/user");
		if (fd < 0)
			return -1;
		ret = dump_one(fd, ns);
		close(fd);
		if (ret)
			return -1;
	}
	return 0;
}

static bool set_ids(const char *text, unsigned int (*outer)(unsigned int), unsigned int *r,
		    unsigned int *e, unsigned int *s, unsigned int *fs)
{
	if (sscanf(text, "%u %u %u %u", r, e, s, fs) != 4)
		return false;
	*r = outer(*r);
	*e = outer(*e);
	*s = outer(*s);
	*fs = outer(*fs);
	return *r != NOBODY && *e != NOBODY && *s != NOBODY && *fs != NOBODY;
}

static bool set_groups(const char *text, CredsEntry *ce)
{
	unsigned int group;
	int size;

	for (ce->n_groups = 0; sscanf(text, "%u%n", &group, &size) == 1; text += size) {
		if (xrealloc_safe(&ce->groups, (ce->n_groups + 1) * sizeof(group)))
			return false;
		ce->groups[ce->n_groups++] = userns_gid(group);
		if (ce->groups[ce->n_groups - 1] == NOBODY)
			return false;
	}
	return true;
}

/* Unknown lines are well. */
static bool set_creds(const char *line, CredsEntry *ce, int *found)
{
	bool good = true, known = true;

	if (!strncmp(line, "Uid:", 4))
		good = set_ids(line + 4, userns_uid, &ce->uid, &ce->euid, &ce->suid, &ce->fsuid);
	else if (!strncmp(line, "Gid:", 4))
		good = set_ids(line + 4, userns_gid, &ce->gid, &ce->egid, &ce->sgid, &ce->fsgid);
	else if (!strncmp(line, "Groups:", 7))
		good = set_groups(line + 7, ce);
	else
		known = false;
	*found += known;
	return good;
}

int dump_nested_creds(const struct pstree_item *item, pid_t tid, CredsEntry *ce)
{
	const struct ns_id *ns = lookup_ns_by_id(item->ids->user_ns_id, &user_ns_desc);
	char *line = NULL;
	bool good = true;
	size_t size = 0;
	int found = 0;
	FILE *f;

	if (!ns || !is_nested(ns))
		return 0;
	f = fopen_proc(tid, "status");
	if (!f)
		return -1;
	while (good && getline(&line, &size, f) > 0)
		good = set_creds(line, ce, &found);
	free(line);
	fclose(f);
	if (good && found == 3)
		return 0;
	pr_err("Can't tell the users and groups of thread %d of process %d\n", tid,
	       item->pid->real);
	return -1;
}

/* --- restore */

/* One that was made; the list is there for as long as the task. */
struct users {
	struct users *next;
	const struct users *parent; /* NULL: the root task's namespace */
	UsernsEntry *e;
	unsigned int id;
	int store;
};

static struct users *made;

static struct users *find_users(unsigned int id)
{
	struct users *u;

	for (u = made; u && u->id != id; u = u->next)
		;
	return u;
}

/* What a group of this namespace is in the parent's. */
static gid_t gid_above(const UsernsEntry *e, gid_t gid)
{
	size_t i;

	for (i = 0; i < e->n_gid_map; i++)
		if (gid - e->gid_map[i]->first < e->gid_map[i]->count)
			return e->gid_map[i]->lower_first + (gid - e->gid_map[i]->first);
	return NOBODY;
}

/* Whoever makes a namespace has a group that its parent knows; as the root task's names it. */
static gid_t known_group(const struct users *parent)
{
	gid_t gid;

	if (!parent)
		return 0;
	if (!parent->e->n_gid_map)
		return NOBODY;
	for (gid = parent->e->gid_map[0]->first; parent; parent = parent->parent)
		gid = gid_above(parent->e, gid);
	return gid;
}

static int enter(int fd)
{
	if (fd < 0 || !setns(fd, CLONE_NEWUSER))
		return 0;
	pr_perror("Can't enter a user namespace");
	return -1;
}

/* By a child that keeps all capabilities: becomes the owner, makes it, and stays until told. */
static int make_and_wait(const struct users *u, int parent_fd, int sk)
{
	const gid_t gid = known_group(u->parent);
	const uid_t uid = u->e->owner;
	char c = 0;

	if (prctl(PR_SET_SECUREBITS, 1 << SECURE_NO_SETUID_FIXUP) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid)) {
		pr_perror("Can't be user %u and group %u", uid, gid);
		return -1;
	}
	if (enter(parent_fd))
		return -1;
	if (unshare(CLONE_NEWUSER) || prctl(PR_SET_DUMPABLE, 1)) {
		pr_perror("Can't make a user namespace");
		return -1;
	}
	return write(sk, &c, 1) == 1 && !read(sk, &c, 1) ? 0 : -1;
}

static int deny_groups(pid_t pid)
{
	int fd = open_proc_rw(pid, "setgroups"), ret = 0;

	if (fd < 0)
		return -1;
	if (write(fd, "deny", 4) != 4) {
		pr_perror("Can't deny setgroups()");
		ret = -1;
	}
	close(fd);
	return ret;
}

/* By a child, too: who writes maps is in the parent. */
static int write_maps(const struct users *u, int parent_fd, pid_t pid)
{
	const UsernsEntry *e = u->e;

	if (enter(parent_fd) || (e->setgroups_denied && deny_groups(pid)))
		return -1;
	if (e->n_uid_map && write_id_map(pid, e->uid_map, e->n_uid_map, "uid_map"))
		return -1;
	return e->n_gid_map ? write_id_map(pid, e->gid_map, e->n_gid_map, "gid_map") : 0;
}

static int store_users(struct users *u, pid_t pid)
{
	int fd = open_proc(pid, "ns/user");

	if (fd < 0)
		return -1;
	u->store = fdstore_add(fd);
	close(fd);
	return u->store < 0 ? -1 : 0;
}

/* @sk: of the one that made it. */
static int fill_users(struct users *u, int parent_fd, pid_t pid, int sk)
{
	pid_t writer;
	char c;

	if (read(sk, &c, 1) != 1)
		return -1;
	writer = fork();
	if (!writer)
		exit(write_maps(u, parent_fd, pid) ? 1 : 0);
	return wait_child(writer) || store_users(u, pid) ? -1 : 0;
}

static int make_users(struct users *u, int parent_fd)
{
	int sk[2], ret;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sk)) {
		pr_perror("Can't make a socket");
		return -1;
	}
	pid = fork();
	if (!pid) {
		close(sk[0]);
		exit(make_and_wait(u, parent_fd, sk[1]) ? 1 : 0);
	}
	close(sk[1]);
	ret = pid < 0 ? -1 : fill_users(u, parent_fd, pid, sk[0]);
	close(sk[0]);
	if (wait_child(pid) || ret) {
		pr_err("Can't restore user namespace %u, owner %u\n", u->id, u->e->owner);
		return -1;
	}
	return 0;
}

static UsernsEntry *read_image(unsigned int id)
{
	struct cr_img *img = open_image(CR_FD_USERNS, O_RSTR, id);
	UsernsEntry *e = NULL;

	if (!img)
		return NULL;
	if (pb_read_one(img, &e, PB_USERNS) < 0)
		e = NULL;
	close_image(img);
	return e;
}

static const struct users *restore_users(unsigned int id, int level)
{
	struct users *u = find_users(id);
	int parent_fd = -1, ret;

	if (u)
		return u;
	u = level < MOST_LEVELS ? xzalloc(sizeof(*u)) : NULL;
	if (!u)
		return NULL;
	u->id = id;
	u->e = read_image(id);
	if (!u->e)
		return NULL;
	if (u->e->parent) {
		u->parent = restore_users(u->e->parent, level + 1);
		parent_fd = u->parent ? fdstore_get(u->parent->store) : -1;
		if (parent_fd < 0)
			return NULL;
	}
	ret = make_users(u, parent_fd);
	close_safe(&parent_fd);
	if (ret)
		return NULL;
	u->next = made;
	made = u;
	return u;
}

int prepare_nested_users(void)
{
	const struct ns_id *ns;

	for (ns = ns_ids; ns; ns = ns->next)
		if (is_nested(ns) && !restore_users(ns->id, 0))
			return -1;
	return 0;
}

int open_nested_user_ns(unsigned int id)
{
	const struct users *u = find_users(id);

	return u ? fdstore_get(u->store) : -1;
}

int open_nested_users(const struct pstree_item *item, int *fd)
{
	*fd = -1;
	if (!item->ids || !item->ids->has_user_ns_id || !find_users(item->ids->user_ns_id))
		return 0;
	*fd = open_nested_user_ns(item->ids->user_ns_id);
	return *fd < 0 ? -1 : 0;
}
