// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The destination from PREPARE on: rebuild the VE without letting it run,
 * say so, and wait for the one word that makes it ours. What is decided here
 * is in the journal before it has an effect.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/criu/page-sum.h"
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/restore.h"
#include "checkpoint/state_devices.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/marks.h"
#include "libvz/net_host.h"
#include "libvz/start.h"
#include "vzmigrate/frame.h"
#include "libvz/journal.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/receive_state.h"
#include "vzmigrate/receive_take.h"
#include "vzmigrate/timeline.h"
#include "vzmigrate/wire.pb-c.h"

/* The source journals and sends GRANT at once. ssh notices a dead link; this is for a stuck peer.
 */
#define GRANT_MS	300000
#define RELEASED_MS	30000

/*
 * The files must be on disk before the VE is ours: the source's copy goes, and a
 * cold start here after a loss of power must find them. Most of them are, since
 * each pass before ended with it; the rest is written while the VE is rebuilt.
 */
static int sync_start(struct mig_dst *d, struct vz_err *e)
{
	d->sync_pid = fork();
	if (d->sync_pid < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "fork");
	if (d->sync_pid)
		return 0;
	/* The source must see the end of the connection when this host's side of it dies. */
	close(d->w.in);
	close(d->w.out);
	_exit(syncfs(d->tree_fd) || (d->j.mode != MIG_ONLINE && syncfs(d->images_fd)) ? errno : 0);
}

static int sync_end(struct mig_dst *d, struct vz_err *e)
{
	pid_t pid = d->sync_pid, got;
	int status;

	vz_mark("wait until the files are on disk");
	d->sync_pid = 0;
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got == pid && WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return vz_error_sys(e, VZ_COPY,
			    got == pid && WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO,
			    "write the files of VE %u to disk", d->j.id);
}

static int send_figures(struct mig_dst *d, enum wire_type type, struct vz_err *e)
{
	Wire__Figures m = WIRE__FIGURES__INIT;
	int ret;

	m.has_restore_us = true;
	m.restore_us = d->restore_us;
	ret = timeline_pack(&m, d->asked_us) ? vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory") :
					       wire_send(&d->w, type, &m.base, NULL, 0, e);
	timeline_pack_free(&m);
	return ret;
}

/* PREPARED, then GRANT: the VE is ours when this returns 0. */
static int be_granted(struct mig_dst *d, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	struct hand_step step;
	int ret = sync_end(d, e);

	if (ret)
		return ret;
	ret = send_figures(d, WIRE_PREPARED, e);
	if (ret)
		return ret;
	d->w.timeout_ms = GRANT_MS;
	ret = wire_expect(&d->w, WIRE_GRANT, &f, e);
	if (ret)
		return ret;
	if (((const Wire__Grant *)f.msg)->generation != d->j.generation)
		return vz_error(e, VZ_CONNECT, -EPROTO, "GRANT of another generation");
	vz_marks_begin();
	d->asked_us = vz_now_us();
	vz_mark("write the journal and the configuration");
	step = hand_step(hand_of_journal(&d->j), hand_heard(&d->w, 0, &f));
	if (step.outcome != HAND_START)
		return vz_error(e, VZ_CONNECT, -EPROTO, "GRANT has no place here");
	d->granted = true;
	ret = hand_enter(&step, &d->j, e);
	/* On an error the disk may have it all the same: give_up() writes it anew. */
	d->j.state = JOURNAL_GRANTED;
	return ret ? ret : place_own(d->c, e);
}

static int on_restored(void *arg, struct vz_err *e)
{
	return be_granted(arg, e);
}

/* What the images leave out, where CRIU looks for it. */
static int place_store(const struct mig_dst *d, struct vz_err *e)
{
	char path[64];

	if (d->store_fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", d->store_fd);
	if (linkat(AT_FDCWD, path, d->images_fd, PAGE_STORE_FILE, AT_SYMLINK_FOLLOW))
		return vz_error_sys(e, VZ_RESTORE, -errno, "place " PAGE_STORE_FILE);
	return 0;
}

static int take_online(struct mig_dst *d, struct vz_err *e)
{
	const struct ckpt_gate gate = { .restored = on_restored, .arg = d,
					.any_cpu = d->hello->skip & MIG_SKIP_CPU };
	struct ckpt_stats st = { 0 };
	char images[PATH_MAX];
	int ret;

	ret = place_store(d, e);
	if (ret)
		return ret;
	place_images(images, d->c);
	ret = ckpt_restore(d->c, images, &gate, &st, e);
	d->restore_us = st.restore_us;
	if (!ret)
		return 0;
	/* The images' marker goes right before the first instruction. */
	d->ran = d->granted && !ckpt_complete(images, d->j.id);
	e->cause = VZ_RESTORE;
	return ret;
}

static int take_cold(struct mig_dst *d, struct vz_err *e)
{
	int ret = be_granted(d, e);

	if (ret || d->j.mode != MIG_RESTART)
		return ret;
	ret = vz_ve_start(d->c, e);
	if (ret)
		e->cause = VZ_RESTORE;
	return ret;
}

/*
 * The VE is ours. Nothing that fails from here on ends it. The source lets go
 * of the addresses when it hears RESUMED, so they are announced once more after.
 */
static void settle(struct mig_dst *d)
{
	struct wire_frame f = { 0 };
	struct vz_err e = { 0 };
	struct hand_step step;
	int ret;

	d->w.timeout_ms = RELEASED_MS;
	ret = send_figures(d, WIRE_RESUMED, &e);
	if (!ret)
		ret = wire_recv(&d->w, &f, &e);
	step = hand_step(hand_of_journal(&d->j), hand_heard(&d->w, ret, &f));
	wire_frame_free(&f);
	vz_error_free(&e);
	if (d->j.mode != MIG_COLD && vz_ve_net_up(d->c, true, &e))
		vz_warn("VE %u: %s", d->j.id, e.msg);
	vz_error_free(&e);
	if (step.outcome != HAND_CLOSE) {
		vz_warn("VE %u runs here, but the source did not hear of it: it will ask", d->j.id);
		if (hand_enter(&step, &d->j, &e))
			vz_warn("VE %u: %s", d->j.id, e.msg);
		vz_error_free(&e);
		return;
	}
	if (place_finish(d->c, &e))
		vz_warn("VE %u: %s", d->j.id, e.msg);
	vz_error_free(&e);
	wire_send(&d->w, WIRE_DONE, NULL, NULL, 0, &e);
	vz_error_free(&e);
}

/* The global file alone: the VE's came from the source. */
static int check_devices(const struct mig_dst *d, struct vz_err *e)
{
	cleanup_conf struct vz_conf *host = NULL;
	char images[PATH_MAX];
	int ret = vz_conf_global(&host, e);

	return ret ? ret : ckpt_devices_check(place_images(images, d->c),
						 vz_conf_get(host, "MIGRATE_DEVICES"), e);
}

int dst_take_over(struct mig_dst *d, struct vz_err *e)
{
	char images[PATH_MAX];
	/* A source that is older than the field just sends them. */
	bool suspended =
		d->hello->suspended ||
		(d->j.mode == MIG_COLD && ckpt_complete(place_images(images, d->c), d->j.id));
	int ret;

	vz_marks_begin();
	d->asked_us = vz_now_us();
	vz_mark("journal, name of the private area");
	ret = d->j.mode == MIG_ONLINE || suspended ? check_devices(d, e) : 0;
	if (ret)
		return ret;
	ret = place_private(&d->j, d->c, suspended, e);
	if (ret)
		return ret;
	ret = sync_start(d, e);
	if (!ret)
		ret = d->j.mode == MIG_ONLINE ? take_online(d, e) : take_cold(d, e);
	if (d->sync_pid > 0) {	/* it did not come to its end: nobody waits for the disk */
		kill(d->sync_pid, SIGKILL);
		waitpid(d->sync_pid, NULL, 0);
	}
	if (ret)
		return ret;
	settle(d);
	return 0;
}
