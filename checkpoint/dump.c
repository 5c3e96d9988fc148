// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dump a running VE.
 *
 * Order: start CRIU up to its first notification, while the VE runs; in it,
 * hold the network, freeze the tree, note the VE's state, lift its limits (CRIU
 * works inside the tasks, and a VE at its limit must be dumped too); CRIU,
 * freeze again before CRIU lets go, marker, gate. Until the gate says yes
 * everything can be undone, and is undone in the reverse order.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "checkpoint/criu.h"
#include "checkpoint/criu/page-sum.h"
#include "checkpoint/connections.h"
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/job.h"
#include "checkpoint/links.h"
#include "checkpoint/log.h"
#include "checkpoint/passing.h"
#include "checkpoint/rates.h"
#include "checkpoint/state.h"
#include "checkpoint/states.h"
#include "checkpoint/suspend.h"
#include "checkpoint/sysctl.h"
#include "checkpoint/sysctl_nested.h"
#include "checkpoint/tasks.h"
#include "checkpoint/ub.h"
#include "checkpoint/util.h"
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/limits.h"
#include "libvz/log.h"
#include "libvz/marks.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "libvz/veth.h"

/* Time for the VE to take what is on its way when its network is held. */
#define SETTLE_US	20000
/* What has passed may be there again in the next one. */
#define TRIES		8
/* In the working directory: where the images are. */
#define IMAGES_LINK	"images"

/* CRIU has used it, and what is complete does not hold its key. */
static int forget_known(const struct ckpt_job *j, struct vz_err *e)
{
	if (unlinkat(j->images, PAGE_KNOWN_FILE, 0) && errno != ENOENT)
		return vz_error_sys(e, VZ_CHKPNT, -errno, "remove " PAGE_KNOWN_FILE);
	return 0;
}

static int post_dump(struct ckpt_job *j, struct vz_err *e)
{
	const unsigned int id = j->c->id;
	int err;

	j->st->dump_us = vz_now_us() - j->start_us - j->st->freeze_us;
	vz_mark("freeze again, complete the images");
	/* From here on neither CRIU's death nor ours may let the VE run. */
	err = vz_ve_freeze(id, CKPT_FREEZE_MS, e);
	if (!err && j->late)
		err = vz_error(e, j->late_e.cause, j->late, "%s", j->late_e.msg);
	if (!err)
		err = ckpt_links_take(j->images, j->work, e);
	if (!err)
		err = forget_known(j, e);
	if (!err)
		err = ckpt_state_save(j->state, j->images, e);
	if (!err)
		err = ckpt_marker_write(j->state, j->images, e);
	j->st->image_bytes = ckpt_dir_bytes(j->images);
	if (!err && j->gate && j->gate->dumped) {
		err = j->gate->dumped(j->gate->arg, e);
		j->gate_failed = err;
	}
	j->granted = !err;
	j->undecided = err == CKPT_LEAVE_FROZEN;
	return err;
}

/* Report a step of an undo that failed; the rest is undone all the same. */
static void undo_step(unsigned int id, int err, struct vz_err *e)
{
	if (err)
		vz_warn("VE %u: undo of the dump: %s", id, e->msg ? e->msg : strerror(-err));
	vz_error_free(e);
}

/* What CRIU does itself at the end of each dump, if it comes to one. */
static void undo_for_criu(unsigned int id)
{
	struct vz_err e = {};

	undo_step(id, ckpt_connections_end_repair(id, &e), &e);
}

static void let_run(const struct ckpt_job *j)
{
	const unsigned int id = j->c->id;
	struct vz_err e = {};

	/* Where it did not come to the gate, the list is still beside the images. */
	undo_step(id, j->images < 0 ? 0 : ckpt_links_take(j->images, j->work, &e), &e);
	undo_step(id, ckpt_links_remove(j->work, &e), &e);
	if (j->state) {
		undo_step(id, ckpt_ub_limits(id, j->state, false, &e), &e);
		undo_step(id, ckpt_ub_limits(id, j->state, true, &e), &e);
		undo_step(id, ckpt_rates_limit(id, j->state, &e), &e);
	}
	if (!j->was_frozen)
		undo_step(id, vz_ve_thaw(id, &e), &e);
	undo_step(id, vz_cgroup_write(id, "ve.hold", "0", &e), &e);
	undo_step(id, vz_veth_hold(j->c, false, &e), &e);
	ckpt_drop_notes(j);
}

static int remove_files(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *n;
	int err;

	if (!d)
		return -errno;
	err = ckpt_marker_remove(dirfd);
	while ((n = readdir(d)))
		if (strcmp(n->d_name, ".") && strcmp(n->d_name, "..") &&
		    unlinkat(dirfd, n->d_name, 0))
			err = -errno;
	return err;
}

static int freeze(struct ckpt_job *j, struct vz_err *e)
{
	const unsigned int id = j->c->id;
	int err;

	/* Of a try that came to nothing nobody wants to know. */
	vz_marks_begin();
	vz_mark("hold the network");
	err = vz_cgroup_write(id, "ve.hold", "1", e);
	if (!err)
		err = vz_veth_hold(j->c, true, e);
	j->was_frozen = vz_ve_frozen(id);
	if (err)
		return err;
	usleep(SETTLE_US);
	vz_mark("freeze");
	j->start_us = vz_now_us();
	err = vz_ve_freeze(id, CKPT_FREEZE_MS, e);
	j->st->freeze_us = vz_now_us() - j->start_us;
	if (!err)
		err = ckpt_cg_check_frozen(id, e);
	if (err)
		let_run(j);
	return err;
}

/* Kill the frozen tree, with its packets held or dropped. */
static int end_tree(unsigned int id, const char *hold, struct vz_err *e)
{
	int err = vz_cgroup_write(id, "ve.hold", hold, e);

	if (!err)
		err = vz_ve_kill(id, e);
	return err ? err : vz_ve_wait_state(id, VE_STOPPED, CKPT_FREEZE_MS, e);
}

int ckpt_leave_notes(const struct ckpt_job *j, struct vz_err *e)
{
	if (unlinkat(j->work, IMAGES_LINK, 0) && errno != ENOENT)
		return vz_error_sys(e, VZ_CHKPNT, -errno, "write in %s", j->workdir);
	if (symlinkat(j->dir, j->work, IMAGES_LINK))
		return vz_error_sys(e, VZ_CHKPNT, -errno, "write in %s", j->workdir);
	return ckpt_state_save(j->state, j->work, e);
}

void ckpt_drop_notes(const struct ckpt_job *j)
{
	unlinkat(j->work, CKPT_STATE_FILE, 0);
	unlinkat(j->work, IMAGES_LINK, 0);
	ckpt_links_forget(j->work);
}

/* What the images say about the VE itself. Its sysctls follow while CRIU works. */
static int note_and_lift(struct ckpt_job *j, struct vz_err *e)
{
	const unsigned int id = j->c->id;
	int err;

	vz_mark("note limits and counts");
	err = ckpt_state_collect(j->c, j->criu, &j->state, e);
	if (!err)	/* before limits are lifted: ckpt_resume() reads them there */
		err = ckpt_leave_notes(j, e);
	if (!err)
		err = ckpt_ub_lift(id, j->state, e);
	if (!err)
		err = ckpt_rates_lift(id, j->state, e);
	vz_mark("CRIU stops each task");
	return err;
}

/* CRIU has started and waits. A VE that waits in vfork() goes on for a moment. */
static int stand_still(struct ckpt_job *j, struct vz_err *e)
{
	int try = 1, err;

	while ((err = freeze(j, e)) == -EINPROGRESS && !j->was_frozen && try < CKPT_VFORK_TRIES) {
		vz_debug("VE %u: %s: once more", j->c->id, e->msg);
		vz_error_free(e);
		ckpt_vfork_pause(try++);
	}
	j->still = !err;
	return err ? err : note_and_lift(j, e);
}

static int event(struct ckpt_job *j, const char *name, struct vz_err *e)
{
	if (!strcmp(name, "pre-dump"))
		return stand_still(j, e);
	if (!strcmp(name, "network-lock"))
		vz_mark("dump namespaces, files, processes");
	return strcmp(name, "post-dump") ? 0 : post_dump(j, e);
}

/* They stand still with the VE, so they are read while CRIU works. */
static void meanwhile(struct ckpt_job *j, const char *name)
{
	if (!strcmp(name, "pre-dump"))
		j->late = ckpt_sysctl_collect(j->root, j->fresh, j->state, &j->late_e);
}

static int prepare(const struct ckpt_job *j, struct vz_err *e)
{
	return j->gate && j->gate->prepare ? j->gate->prepare(j->gate->arg, j->images, e) : 0;
}

static int dump_once(struct ckpt_job *j, struct vz_err *e)
{
	const unsigned int id = j->c->id;
	int err = prepare(j, e);

	if (err) {
		remove_files(j->images);
		return err;
	}
	err = ckpt_run(j, e);
	j->st->frozen_us = vz_now_us() - j->start_us;
	if (j->granted) {
		/* Given away: the tree ends, whatever CRIU had to say afterwards. */
		vz_error_free(e);
		ckpt_drop_notes(j);
		return end_tree(id, "1", e);
	}
	if (j->undecided)
		return CKPT_LEAVE_FROZEN;
	if (!err)	/* CRIU ended without asking at the gate, so the tree is alive */
		err = vz_error(e, VZ_CHKPNT, -EPROTO,
			       "dump of VE %u: criu gave no post-dump notification", id);
	if (j->still && !j->answered)
		undo_for_criu(id);
	if (j->still)
		let_run(j);
	remove_files(j->images);
	j->still = false;
	return err;
}

static bool dir_is_empty(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *n;

	while (d && (n = readdir(d)))
		if (strcmp(n->d_name, ".") && strcmp(n->d_name, ".."))
			return false;
	return d;
}

static int open_images(const char *dir, int *fd, struct vz_err *e)
{
	if (mkdir(dir, 0700) && errno != EEXIST)
		return vz_error_sys(e, VZ_CHKPNT, -errno, "make %s", dir);
	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0 || fchmod(*fd, 0700))
		return vz_error_sys(e, VZ_CHKPNT, -errno, "open %s", dir);
	if (!dir_is_empty(*fd))
		return vz_error(e, VZ_CHKPNT, -ENOTEMPTY,
				"%s is not empty: restore or remove the dump there first", dir);
	return 0;
}

/*
 * Frozen by a dump or a restore whose images are whole: only one of two sets could be withdrawn
 * when it goes on, and nobody may restore a VE that went on.
 */
static int check_first(const struct ckpt_job *j, struct vz_err *e)
{
	cleanup_close int images = openat(j->work, IMAGES_LINK, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const unsigned int id = j->c->id;

	if (images < 0 || !vz_ve_frozen(id) || !ckpt_marker_valid(images, id))
		return 0;
	return vz_error(e, VZ_CHKPNT, -EEXIST,
			"VE %u has been dumped already and stands still: vzctl chkpnt %u --resume lets it go on, --kill leaves that dump for restore",
			id, id);
}

static int dump_tries(struct ckpt_job *j, struct vz_err *e)
{
	for (int try = 1;; try++) {
		int err = dump_once(j, e);

		ckpt_state_free(j->state);
		j->state = NULL;
		if (!err || j->granted || j->undecided || j->was_frozen || try == TRIES ||
		    !ckpt_has_passed(e->msg, j->root))
			return err;
		vz_debug("VE %u: %s: once more", j->c->id, e->msg);
		vz_error_free(e);
	}
}

int ckpt_dump(const struct vz_conf *c, const char *dir, const struct ckpt_gate *gate,
	      struct ckpt_stats *st, struct vz_err *e)
{
	cleanup_close int images = -1, work = -1;
	struct ckpt_stats unused = {};
	char path[PATH_MAX];
	struct ckpt_job j = { .c = c, .dir = path, .gate = gate, .st = st ? st : &unused,
			      .images = -1, .work = -1, .event = event,
			      .meanwhile = meanwhile };
	sigset_t old;
	int err;

	if (!vz_ve_answers(c->id))
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "VE %u is not running", c->id);
	j.root = vz_ve_init(c->id);
	if (!j.root)
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "VE %u has no init", c->id);
	j.criu = ckpt_criu_version(e);
	if (j.criu < 0)
		return j.criu;
	err = ckpt_cg_check_tasks(c->id, j.root, e);
	if (!err)
		err = ckpt_check_states(c->id, e);
	if (!err)
		err = ckpt_workdir(&j, e);
	work = j.work;
	if (!err)
		err = check_first(&j, e);
	if (!err)
		err = open_images(dir, &j.images, e);
	images = j.images;
	if (!err && !realpath(dir, path))
		err = vz_error_sys(e, VZ_CHKPNT, -errno, "%s", dir);
	if (err)
		return err;
	err = ckpt_sysctl_fresh(&j.fresh, e);
	if (err)
		return err;
	ckpt_signals_hold(&old);
	err = dump_tries(&j, e);
	ckpt_signals_release(&old);
	free(j.fresh);
	vz_error_free(&j.late_e);
	if (err && !j.gate_failed)
		e->cause = VZ_CHKPNT;
	if (err && !j.granted && !j.undecided)
		rmdir(dir);
	return err;
}

/* Opens the working directory of the last run and checks that the tree is frozen. */
static int open_frozen(const struct vz_conf *c, struct ckpt_job *j, struct vz_err *e)
{
	enum ve_state state = vz_ve_state(c->id);

	if ((state != VE_RUNNING && state != VE_STOPPING) || !ckpt_frozen(c->id))
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "VE %u is not frozen by a dump", c->id);
	return ckpt_workdir(j, e);
}

static int withdraw_images(const struct ckpt_job *j, struct vz_err *e)
{
	cleanup_close int images = openat(j->work, IMAGES_LINK, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[PATH_MAX];
	ssize_t n;

	if (images < 0)
		return 0;
	if (remove_files(images))
		return vz_error_sys(e, VZ_CHKPNT, -errno, "withdraw the images of VE %u", j->c->id);
	n = readlinkat(j->work, IMAGES_LINK, path, sizeof(path) - 1);
	if (n > 0) {
		path[n] = '\0';
		rmdir(path);
	}
	return 0;
}

int ckpt_resume(const struct vz_conf *c, struct vz_err *e)
{
	struct ckpt_job j = { .c = c, .work = -1 };
	cleanup_close int work = -1;
	int err = open_frozen(c, &j, e);

	work = j.work;
	if (err)
		return err;
	/* The images first: nobody may restore a VE that went on. */
	err = withdraw_images(&j, e);
	if (err)
		return err;
	/* No notes: it was frozen and nothing else, so its limits are what they were. */
	if (!faccessat(work, CKPT_STATE_FILE, F_OK, 0) && ckpt_state_load(work, &j.state, e)) {
		vz_error_free(e);
		err = vz_ve_apply_limits(c, e);
		if (err)
			return err;
	}
	undo_for_criu(c->id);
	let_run(&j);
	ckpt_state_free(j.state);
	return 0;
}

int ckpt_discard(const struct vz_conf *c, struct vz_err *e)
{
	struct ckpt_job j = { .c = c, .work = -1 };
	int err = open_frozen(c, &j, e);

	if (err)
		return err;
	ckpt_drop_notes(&j);
	close(j.work);
	return end_tree(c->id, "drop", e);
}

bool ckpt_complete(const char *dir, unsigned int id)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && ckpt_marker_valid(fd, id);
}

uint64_t ckpt_bytes(const char *dir)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? 0 : ckpt_dir_bytes(fd);
}

int ckpt_remove(const char *dir, struct vz_err *e)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int err;

	if (fd < 0)
		return errno == ENOENT ? 0 : vz_error_sys(e, VZ_SYSTEM, -errno, "open %s", dir);
	/* Half a dump is never taken for a whole one. */
	err = ckpt_marker_remove(fd);
	return err ? vz_error_sys(e, VZ_SYSTEM, err, "remove %s", dir) : vz_path_remove(dir, e);
}

int ckpt_abandon(const struct vz_conf *c, const char *dir, struct vz_err *e)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0)
		ckpt_links_abandon(c, fd);
	return ckpt_remove(dir, e);
}
