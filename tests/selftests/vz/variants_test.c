// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each row that counts objects, and everybody who may make one: while a VE stands
 * at its limit, its root and its users are refused with the row's error and count
 * one failure each, and nobody else is; what another VE makes is that VE's, what
 * the host makes is nobody's. What only root may do is refused to users without a
 * trace in any row.
 */
#include "nl.h"
#include "row.h"
#include "variant.h"
#include <linux/aio_abi.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* --- what is made; it goes when the process ends -------------------------------- */

static int make_process(void)
{
	pid_t me = getpid(), pid = fork();

	if (!pid) {
		need(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		if (getppid() != me)
			_exit(0);
		pause();
		_exit(0);
	}
	return pid < 0 ? -1 : 0;
}

static int make_file(void)
{
	return open("/tmp/file", O_RDONLY);
}

static int make_tcp(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int make_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int make_pty(void)
{
	return open("/tmp/pts/ptmx", O_RDWR | O_NOCTTY);
}

static int make_flock(void)
{
	int fd = open("/tmp/file", O_RDONLY);

	need(fd >= 0);
	return flock(fd, LOCK_SH);
}

static int make_timer(void)
{
	timer_t timer;

	return timer_create(CLOCK_MONOTONIC, NULL, &timer);
}

static int make_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	need(!sigprocmask(SIG_BLOCK, &set, NULL));
	return sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 1 });
}

static int make_aio(void)
{
	aio_context_t ctx = 0;

	return syscall(SYS_io_setup, 7, &ctx);
}

static int make_mount(void)
{
	return open_tree(AT_FDCWD, "/tmp", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

/* In a namespace that ends with the process. */
static int make_device(void)
{
	int fd = nl_open(NETLINK_ROUTE), err;

	err = link_add(fd, "d0", "dummy");
	errno = err;
	return err ? -1 : 0;
}

static int make_rule(void)
{
	int fd = nl_open(NETLINK_NETFILTER), err;
	struct nl nl;

	nft_begin(&nl);
	nft_rule(&nl);
	err = nft_commit(fd, &nl, 1);
	errno = err;
	return err ? -1 : 0;
}

/**
 * struct object - one kind
 * @row: that counts it
 * @what: for the report
 * @err: errno of a refusal by the row
 * @unit: charged for one
 * @make: 0 or more, or -1 with errno
 * @undo: by root of the same place when the process has ended; may be NULL
 * @root: users may not
 */
struct object {
	const char	*row, *what;
	int		err;
	unsigned long	unit;
	int		(*make)(void);
	int		(*undo)(void);
	bool		root;
};

static int drop_device(void)
{
	int fd = nl_open(NETLINK_ROUTE), err = link_del(fd, "d0");

	errno = err;
	return err ? -1 : 0;
}

static int drop_rules(void)
{
	int fd = nl_open(NETLINK_NETFILTER), err = nft_del_table(fd);

	err = err ? err : nft_table(fd);
	errno = err;
	return err ? -1 : 0;
}

static const struct object objects[] = {
	{ "numproc", "a process", EAGAIN, 1, make_process, NULL, false },
	{ "numfile", "an open file", ENFILE, 1, make_file, NULL, false },
	{ "numtcpsock", "a TCP socket", ENOMEM, 1, make_tcp, NULL, false },
	{ "numothersock", "a unix socket", ENOMEM, 1, make_unix, NULL, false },
	{ "numpty", "a terminal", ENOSPC, 1, make_pty, NULL, false },
	{ "numflock", "a lock", ENOLCK, 1, make_flock, NULL, false },
	{ "numsiginfo", "a timer", EAGAIN, 1, make_timer, NULL, false },
	{ "numsiginfo", "a queued signal", EAGAIN, 1, make_signal, NULL, false },
	{ "numaio", "an aio context", EAGAIN, 7, make_aio, NULL, false },
	{ "nummount", "a mount", ENOSPC, 1, make_mount, NULL, true },
	{ "numnetif", "a network device", ENOSPC, 1, make_device, drop_device, true },
	{ "numiptent", "a rule", ENOMEM, 1, make_rule, drop_rules, true },
};

#define OBJECTS	((int)(sizeof(objects) / sizeof(objects[0])))

/* --- in the three places ------------------------------------------------------- */

static void prepare(void)
{
	int fd = nl_open(NETLINK_NETFILTER);

	private_tmp();
	need(!chmod("/tmp", 0777));
	need(!mkdir("/tmp/pts", 0755));
	need(!mount("none", "/tmp/pts", "devpts", 0, "newinstance,ptmxmode=0666"));
	close(open("/tmp/file", O_CREAT | O_RDWR, 0666));
	/* It stays open: a socket that was closed may count for a while. */
	need(!nft_table(fd));
}

static int act(int which)
{
	const struct object *o = &objects[which % OBJECTS];

	return which < OBJECTS ? o->make() : o->undo();
}

/* --- on the host ---------------------------------------------------------------- */

/* What both hold when nothing of the table is there. */
static unsigned long idle[OBJECTS][VARIANT_PLACES];

static void settle(struct variants *v, int which)
{
	const char *row = objects[which].row;
	int place;

	for (place = IN_VE; place < VARIANT_PLACES; place++)
		ok_eq(ve_wait_held(&v->ve[place], row, idle[which][place]), idle[which][place],
		      "  held when it has ended");
}

static void try_one(struct variants *v, int which, enum variant_place place, bool user)
{
	const struct object *o = &objects[which];
	const struct ve *mine = &v->ve[IN_VE], *others = &v->ve[IN_OTHER_VE];
	struct ub_row a, b, a_now, b_now;
	bool may = !o->root || !user;
	int err, want = 0;

	variant_begin(v, place, user, which);
	a = ve_read_ub(mine, o->row);
	b = ve_read_ub(others, o->row);
	need(!ve_set_ub(mine, o->row, a.held, a.held));
	err = variant_act(v, place);
	a_now = ve_read_ub(mine, o->row);
	b_now = ve_read_ub(others, o->row);
	if (!may)
		want = EPERM;
	else if (place == IN_VE)
		want = o->err;
	ok(err == want, "%s, %s beside a VE at its limit: %s", variant_name(place, user), o->what,
	   err ? strerrorname_np(err) : "made");
	ok(a_now.held == a.held && a_now.failcnt == a.failcnt + (may && place == IN_VE),
	   "  in the VE's row: held %lu and %lu, failcnt %lu and %lu", a.held, a_now.held,
	   a.failcnt, a_now.failcnt);
	ok(b_now.held == b.held + (may && place == IN_OTHER_VE ? o->unit : 0) &&
	   b_now.failcnt == b.failcnt, "  in the other's: held %lu and %lu, failcnt %lu and %lu",
	   b.held, b_now.held, b.failcnt, b_now.failcnt);
	variant_end(v, place);
	need(!ve_set_ub(mine, o->row, VE_MAX, VE_MAX));
	if (!err && o->undo) {
		variant_begin(v, place, false, OBJECTS + which);
		need(!variant_act(v, place));
		variant_end(v, place);
	}
	settle(v, which);
}

int main(void)
{
	static struct variants v;
	int i, place;

	test_start();
	rcu_hurry();
	variants_start(&v, 150, prepare, act);
	for (i = 0; i < OBJECTS; i++)
		for (place = IN_VE; place < VARIANT_PLACES; place++)
			idle[i][place] = ve_read_ub(&v.ve[place], objects[i].row).held;
	for (i = 0; i < OBJECTS; i++) {
		for (place = 0; place < VARIANT_PLACES; place++) {
			try_one(&v, i, place, false);
			try_one(&v, i, place, true);
		}
	}
	variants_stop(&v);
	return test_end();
}
