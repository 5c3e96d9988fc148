// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User namespaces of its own: what is seen of ids, capabilities and maps inside, and what the
 * machine's root sees of the same. A state's process stays outside and looks at its asides.
 * Tasks that have one together are in users_tasks.c.
 */
#include <grp.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include "users.h"

#define NOBODY	65534

static struct aside *aside;

static void spoil_aside(void)
{
	aside_end(aside);
	aside = aside_start(0);
}

/* --- one user of the machine has another number inside */
static void look_one(void *arg)
{
	equal(getuid(), 7);
	equal(getgid(), NOBODY);
	equal(users_caps('e'), users_all_caps());
	users_may_make_more();
}

static void set_up_one(void)
{
	aside = users_start();
	users_put(aside, "uid_map", "7 0 1");
}

static void verify_one(void)
{
	aside_call(aside, look_one, NULL);
	texts(users_map(aside_pid(aside), "uid_map"), "7 0 1");
	texts(users_map(aside_pid(aside), "gid_map"), "");
	equal(users_level(aside_pid(aside)), 1);
	equal(users_owner(aside_pid(aside)), 0);
}

STATE(ns_user, "a user namespace of its own", set_up_one, verify_one, spoil_aside);

/* --- unshare -U: nobody is mapped, and what is there is kept */
static void look_none(void *arg)
{
	equal(getuid(), NOBODY);
	equal(getgid(), NOBODY);
	equal(users_caps('p'), users_all_caps());
	texts(slurp("/proc/self/setgroups"), "allow\n");
	users_may_make_more();
}

static void be_some(void *arg)
{
	const gid_t groups[] = { 4, 27, 100 };

	need(!setgroups(3, groups) && !setresgid(31, 32, 33) && !setresuid(21, 22, 23));
	users_unshare(NULL);
}

static void set_up_none(void)
{
	aside = aside_start(0);
	aside_call(aside, be_some, NULL);
}

static void verify_none(void)
{
	char path[64];

	aside_call(aside, look_none, NULL);
	users_file(path, sizeof(path), aside_pid(aside), "status");
	texts(line_of(path, "Uid:"), "21\t22\t23\t22");
	texts(line_of(path, "Gid:"), "31\t32\t33\t32");
	need(!strncmp(line_of(path, "Groups:"), "4 27 100", 8));
	texts(users_map(aside_pid(aside), "uid_map"), "");
	equal(users_owner(aside_pid(aside)), 22);
}

STATE(ns_user_unmapped, "a user namespace that maps nobody", set_up_none, verify_none, spoil_aside);

/* --- a service: maps of several lines, setgroups() denied, ids and capabilities given up */
#define KEPT	(BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_CHOWN) | BIT(CAP_SETUID))
#define SECURE	(SECBIT_NO_SETUID_FIXUP | SECBIT_NOROOT | SECBIT_NOROOT_LOCKED)

static void be_service(void *arg)
{
	need(!prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
	need(!setresgid(60, 61, 62) && !setresuid(50, 51, 52));
	need(!prctl(PR_CAPBSET_DROP, CAP_SYS_TIME) && !prctl(PR_SET_SECUREBITS, SECURE));
	users_set_caps(KEPT, BIT(CAP_CHOWN));
	need(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
}

static void look_service(void *arg)
{
	uid_t r, e, s;
	gid_t gr, ge, gs;

	need(!getresuid(&r, &e, &s) && !getresgid(&gr, &ge, &gs));
	need(r == 50 && e == 51 && s == 52 && gr == 60 && ge == 61 && gs == 62);
	equal(users_caps('e'), KEPT);
	equal(users_caps('p'), KEPT);
	equal(users_caps('i'), BIT(CAP_CHOWN));
	equal(prctl(PR_GET_SECUREBITS), SECURE);
	equal(prctl(PR_CAPBSET_READ, CAP_SYS_TIME), 0);
	equal(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN), 1);
	equal(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0), 1);
	equal(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_SETUID, 0, 0), 0);
	texts(slurp("/proc/self/setgroups"), "deny\n");
	need(setgroups(0, NULL) < 0 && errno == EPERM);
}

#define SERVICE_USERS	"0 0 1;50 1050 10;900 40000 1000"
#define SERVICE_GROUPS	"0 0 1;60 2060 5"

static void set_up_service(void)
{
	aside = users_start();
	users_put(aside, "setgroups", "deny");
	users_put(aside, "uid_map", "0 0 1\n50 1050 10\n900 40000 1000\n");
	users_put(aside, "gid_map", "0 0 1\n60 2060 5\n");
	aside_call(aside, be_service, NULL);
}

static void verify_service(void)
{
	char path[64];

	aside_call(aside, look_service, NULL);
	texts(users_map(aside_pid(aside), "uid_map"), SERVICE_USERS);
	texts(users_map(aside_pid(aside), "gid_map"), SERVICE_GROUPS);
	users_file(path, sizeof(path), aside_pid(aside), "status");
	texts(line_of(path, "Uid:"), "1050\t1051\t1052\t1051");
	texts(line_of(path, "Gid:"), "2060\t2061\t2062\t2061");
}

STATE(ns_user_service, "a service with maps and capabilities, and no groups to set", set_up_service,
      verify_service, spoil_aside);

/* --- one within another that has no process, and an owner who is not root */
static void be_owner(void *arg)
{
	need(!prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
	need(!setresgid(0, 0, 0) && !setresuid(1005, 1005, 1005));
	users_unshare(NULL);
}

static void be_inner_owner(void *arg)
{
	equal(getuid(), 5);
	need(!prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
	need(!setresgid(3, 3, 3) && !setresuid(6, 6, 6));
	users_unshare(NULL);
}

static void look_inner(void *arg)
{
	equal(getuid(), 1);
	equal(getgid(), 2);
	texts(users_map(getpid(), "uid_map"), "1 6 2");
	texts(users_map(getpid(), "gid_map"), "2 3 1");
	equal(users_caps('e'), users_all_caps());
	users_may_make_more();
}

/* Maps of the inner one are for one in the outer to write. */
static void set_up_chain(void)
{
	aside = aside_start(0);
	aside_call(aside, be_owner, NULL);
	users_put(aside, "uid_map", "0 1000 100");
	users_put(aside, "gid_map", "3 0 100");
	aside_call(aside, be_inner_owner, NULL);
}

static pid_t to_map;

static void map_inner(void *ns)
{
	char path[64];

	need(!setns(*(int *)ns, CLONE_NEWUSER));
	users_file(path, sizeof(path), to_map, "uid_map");
	spit(path, "1 6 2");
	users_file(path, sizeof(path), to_map, "gid_map");
	spit(path, "2 3 1");
}

static void set_up_levels(void)
{
	static int outer;
	struct aside *writer;
	int fd;

	set_up_chain();
	fd = users_open_ns(aside_pid(aside), "user");
	need((outer = ioctl(fd, NS_GET_PARENT)) >= 0);
	close(fd);
	to_map = aside_pid(aside);
	/* It shares our descriptors, so that it has this one. */
	writer = aside_start(CLONE_FILES);
	aside_call(writer, map_inner, &outer);
	aside_end(writer);
	close(outer);
}

static void verify_levels(void)
{
	const pid_t pid = aside_pid(aside);
	char path[64];
	int fd, outer;
	uid_t uid;

	aside_call(aside, look_inner, NULL);
	equal(users_level(pid), 2);
	equal(users_owner(pid), 1006);
	fd = users_open_ns(pid, "user");
	need((outer = ioctl(fd, NS_GET_PARENT)) >= 0 && !ioctl(outer, NS_GET_OWNER_UID, &uid));
	equal(uid, 1005);
	close(outer);
	close(fd);
	users_file(path, sizeof(path), pid, "status");
	texts(line_of(path, "Uid:"), "1006\t1006\t1006\t1006");
	texts(line_of(path, "Gid:"), "0\t0\t0\t0");
}

STATE(ns_user_levels, "a user namespace in another that has no process", set_up_levels,
      verify_levels, spoil_aside);

/* --- held open */
static int held = -1;

static void set_up_held(void)
{
	set_up_one();
	held = users_open_ns(aside_pid(aside), "user");
}

static void verify_held(void)
{
	verify_one();
	equal(users_inode(held), users_ns(aside_pid(aside), "user"));
}

static void spoil_held(void)
{
	close(held);
	held = -1;
}

STATE(ns_user_held, "a user namespace, its descriptor held open", set_up_held, verify_held,
      spoil_held);

/* --- as systemd does it: namespaces of the machine's root first, the users last */
static void be_unit(void *arg)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET))
		corpus_skip("unshare: %s", strerror(errno));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && !sethostname("unit", 4));
	need(!mkdir("own", 0700) && !mount("tmpfs", "own", "tmpfs", 0, "mode=0755"));
	need(!mkdir("own/folder", 0755));
	users_unshare(NULL);
}

static void look_unit(void *arg)
{
	char name[65] = "";

	need(!gethostname(name, 64));
	texts(name, "unit");
	need(!access("own/folder", F_OK));
	need(sethostname("unit", 4) < 0 && errno == EPERM);
	equal(getuid(), 0);
	users_may_make_more();
}

static void set_up_unit(void)
{
	aside = aside_start(0);
	aside_call(aside, be_unit, NULL);
	users_put(aside, "uid_map", "0 0 1");
	users_put(aside, "gid_map", "0 0 1");
}

static void verify_unit(void)
{
	const ino_t own = users_ns(getpid(), "user");
	const char *const kinds[] = { "mnt", "uts", "ipc", "net" };
	int fd, owner;

	aside_call(aside, look_unit, NULL);
	for (int i = 0; i < 4; i++) {
		need(users_ns(aside_pid(aside), kinds[i]) != users_ns(getpid(), kinds[i]));
		fd = users_open_ns(aside_pid(aside), kinds[i]);
		need((owner = ioctl(fd, NS_GET_USERNS)) >= 0);
		equal(users_inode(owner), own);
		close(owner);
		close(fd);
	}
}

STATE(ns_user_unit, "a user namespace, with mounts, names, queues and a network of the machine's",
      set_up_unit, verify_unit, spoil_aside);

/* --- a namespace of another kind that belongs to one of users */
static long owned;

static void be_owner_of(void *unused)
{
	users_unshare(NULL);
	need(!unshare(owned));
}

static void own(long flag)
{
	owned = flag;
	aside = aside_start(0);
	aside_call(aside, be_owner_of, NULL);
	users_put(aside, "uid_map", "0 0 1");
}

static void verify_owned(const char *kind)
{
	const int fd = users_open_ns(aside_pid(aside), kind), owner = ioctl(fd, NS_GET_USERNS);

	equal(users_inode(owner), users_ns(aside_pid(aside), "user"));
	need(users_ns(aside_pid(aside), "user") != users_ns(getpid(), "user"));
	close(owner);
	close(fd);
}

#define OWNED(kind, flag)						\
	static void own_##kind(void) { own(flag); }			\
	static void verify_own_##kind(void) { verify_owned(#kind); }	\
	STATE(ns_user_owns_##kind, "a user namespace that owns one of kind " #kind, own_##kind,	\
	      verify_own_##kind, spoil_aside)

OWNED(mnt, CLONE_NEWNS);
OWNED(uts, CLONE_NEWUTS);
OWNED(ipc, CLONE_NEWIPC);
OWNED(net, CLONE_NEWNET);
