// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A migration, seen from the source: the order of the phases and the way back
 * from each of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "checkpoint/states.h"
#include "checkpoint/cpu.h"
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/state.h"
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/conf_room.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/kernel.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/marks.h"
#include "libvz/start.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "libvz/tree.h"
#include "libvz/value.h"
#include "vzmigrate/changes.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_send.h"
#include "vzmigrate/copy_usage.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/host.h"
#include "libvz/journal.h"
#include "libvz/overlay.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/pages.h"
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/source.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/source_clean.h"
#include "vzmigrate/source_copy.h"
#include "vzmigrate/source_hand.h"
#include "vzmigrate/source_limit.h"
#include "vzmigrate/source_memory.h"
#include "vzmigrate/source_report.h"
#include "vzmigrate/source_settle.h"
#include "vzmigrate/ssh.h"
#include "vzmigrate/wire.pb-c.h"
#include "vzmigrate/tree.h"

#define HELLO_MS	60000
#define SETUP_MS	1800000	/* the destination unpacks a template */
#define COPY_MS		600000
#define FROZEN_MS	300000
#define DONE_MS		120000
#define ASK_S		60	/* then vzeventd does */

static int as(struct vz_err *e, enum vz_cause cause)
{
	e->cause = cause;
	return e->err;
}

/* ---- before anything is changed -------------------------------------------- */

static int choose_mode(struct mig_src *s, struct vz_err *e)
{
	enum ve_state state = vz_ve_state(s->o->id);
	char dump[PATH_MAX];

	if (state == VE_STOPPED) {
		s->mode = MIG_COLD;
		s->suspended = ckpt_complete(vz_dump_path(dump, s->c), s->o->id);
		/* With its memory a suspended VE moves either way. */
		if (s->o->online && !s->suspended)
			return vz_error(e, VZ_NOTRUNNING, -ESRCH,
					"VE %u is not running: leave --online out", s->o->id);
		return 0;
	}
	if (state != VE_RUNNING)
		return vz_error(e, VZ_LOCKED, -EBUSY, "VE %u is starting or stopping just now",
				s->o->id);
	/* Frozen by somebody who wants it so: it would run at the destination, or lose its memory.
	 */
	if (vz_ve_frozen(s->o->id))
		return vz_error(e, VZ_FROZEN, -EBUSY,
				"VE %u is frozen: let it go on first (vzctl chkpnt %u --resume), "
				"or suspend it to disk (vzctl chkpnt %u --dump, then --kill)",
				s->o->id, s->o->id, s->o->id);
	s->mode = s->o->online ? MIG_ONLINE : MIG_RESTART;
	return 0;
}

static int check_here(struct mig_src *s, struct vz_err *e)
{
	struct vz_conf *locked = NULL;
	struct journal old;
	char path[PATH_MAX];
	bool done;
	int ret = vz_kernel_check(e);

	if (ret)
		return ret;
	ret = vz_conf_load(s->o->id, &s->c, e);
	if (ret)
		return ret;
	if (access(s->c->private, F_OK))
		return vz_error(e, VZ_NOVECONFIG, -ENOENT, "VE %u has no private area %s", s->o->id,
				s->c->private);
	ret = vz_lock(s->c, "migrating", e);
	if (ret)
		return as(e, VZ_LOCKED);
	s->locked = true;
	/* What was read before the lock was somebody else's to change. */
	ret = vz_commit_finish(s->c, &done, e);
	if (ret)
		return ret;
	ret = vz_conf_load(s->o->id, &locked, e);
	if (ret)
		return ret;
	vz_conf_free(s->c);
	s->c = locked;
	ret = journal_read(s->o->id, &old, e);
	if (!ret && (old.state != JOURNAL_COPYING || !old.source))
		return vz_error(e, VZ_LOCKED, -EBUSY,
				"an earlier migration of VE %u did not end: see vzmigrate --status %u",
				s->o->id, s->o->id);
	if (ret && ret != -ENOENT)
		return ret;
	snprintf(path, sizeof(path), "%s.snapshots", s->c->private);
	if (!access(path, F_OK))
		return vz_error(e, VZ_BADCONF, -EOPNOTSUPP, "VE %u has snapshots, which do not "
				"move with it: see vzctl snapshot-list %u, and snapshot-delete",
				s->o->id, s->o->id);
	/* It is marked as given away at the end. */
	ret = vz_conf_has_room(s->o->id, e);
	if (ret)
		return ret;
	ret = choose_mode(s, e);
	if (ret)
		return ret;
	s->root = open(s->c->private, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return s->root < 0 ? vz_error_sys(e, VZ_COPY, -errno, "open %s", s->c->private) : 0;
}

static uint64_t memory_held(const struct mig_src *s)
{
	static const char *const file[] = { "memory.current", "memory.swap.current" };
	char dump[PATH_MAX];
	uint64_t sum = 0;

	if (s->suspended)
		return ckpt_bytes(vz_dump_path(dump, s->c));
	for (int i = 0; i < 2; i++) {
		cleanup_free char *text = NULL;
		struct vz_err ignored = { 0 };

		if (!vz_cgroup_read(s->c->id, file[i], &text, &ignored))
			sum += strtoull(text, NULL, 10);
		vz_error_free(&ignored);
	}
	return sum;
}

/* What a dump will have of it: memory without the cache of files. */
static uint64_t memory_resident(const struct mig_src *s)
{
	static const char *const row[] = { "\nanon ", "\nshmem " };
	cleanup_free char *text = NULL;
	struct vz_err ignored = { 0 };
	uint64_t sum = 0;

	if (vz_cgroup_read(s->c->id, "memory.stat", &text, &ignored)) {
		vz_error_free(&ignored);
		return memory_held(s);
	}
	if (!strncmp(text, row[0] + 1, strlen(row[0]) - 1))
		sum = strtoull(text + strlen(row[0]) - 1, NULL, 10);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *p = strstr(text, row[i]);

		if (p)
			sum += strtoull(p + strlen(row[i]), NULL, 10);
	}
	return sum;
}

static int add_addresses(Wire__Hello *m, const struct vz_ips *list)
{
	char text[VZ_IP_TEXT];

	if (!list->n)
		return 0;
	m->address = calloc(list->n, sizeof(*m->address));
	if (!m->address)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++) {
		m->address[m->n_address] = strdup(vz_ip_text(&list->ip[i], text));
		if (!m->address[m->n_address])
			return -ENOMEM;
		m->n_address++;
	}
	return 0;
}

/* A VE without memory needs no certain processor; a suspended one that of its dump. */
static char *cpu_needed(const struct mig_src *s)
{
	char dump[PATH_MAX];

	if (s->mode == MIG_ONLINE)
		return ckpt_cpu_features();
	return s->suspended ? ckpt_cpu_of(vz_dump_path(dump, s->c)) : NULL;
}

static int send_hello(struct mig_src *s, struct vz_err *e)
{
	cleanup_free char *kernel = host_kernel(), *release = host_release(), *cpu = cpu_needed(s);
	cleanup_free char *config = NULL;
	static char tool[] = MIG_TOOL_VERSION;
	Wire__Hello m = WIRE__HELLO__INIT;
	char path[PATH_MAX];
	int ret = vz_read_file(vz_conf_path(path, s->c->id), &config);

	if (ret)
		return vz_error_sys(e, VZ_BADCONF, ret, "read %s", path);
	m.protocol = WIRE_VERSION;
	m.uuid.data = s->j.uuid;
	m.uuid.len = sizeof(s->j.uuid);
	m.generation = s->j.generation;
	m.veid = s->c->id;
	m.mode = s->mode;
	m.tool = tool;
	m.kernel = kernel;
	m.release = release;
	m.cpu = cpu;
	m.has_skip = m.has_memory_bytes = m.has_dry_run = m.has_keep_dst = m.has_suspended = true;
	m.skip = s->o->skip;
	copy_usage(s->root, &s->disk_bytes);
	m.disk_bytes = s->disk_bytes;
	m.memory_bytes = memory_held(s);
	m.suspended = s->suspended;
	m.uid_base = s->c->uid_base;
	m.dry_run = s->o->dry_run;
	m.keep_dst = s->o->keep_dst;
	m.config.data = (uint8_t *)config;
	m.config.len = strlen(config);
	ret = add_addresses(&m, &s->c->ip);
	ret = ret ? vz_error(e, VZ_NOMEM, ret, "out of memory") :
		    wire_send(&s->w, WIRE_HELLO, &m.base, NULL, 0, e);
	for (size_t i = 0; i < m.n_address; i++)
		free(m.address[i]);
	free(m.address);
	return ret;
}

static int meet(struct mig_src *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	const char *generation = vz_conf_get_own(s->c, "GENERATION");
	int ret;

	s->j = (struct journal){ .id = s->c->id, .source = true, .state = JOURNAL_COPYING,
				 .mode = s->mode, .pid = getpid(), .remove = s->o->remove };
	s->j.generation = (generation ? strtoull(generation, NULL, 10) : 0) + 1;
	s->hand = HAND_S_COPYING;
	snprintf(s->j.peer, sizeof(s->j.peer), "%s", s->o->host);
	if (strlen(s->o->ssh ? s->o->ssh : "") >= sizeof(s->j.ssh) ||
	    strpbrk(s->o->ssh ? s->o->ssh : "", "\n"))
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "--ssh takes one line of up to %zu bytes",
				sizeof(s->j.ssh) - 1);
	snprintf(s->j.ssh, sizeof(s->j.ssh), "%s", s->o->ssh ? s->o->ssh : "");
	if (getrandom(s->j.uuid, sizeof(s->j.uuid), 0) != sizeof(s->j.uuid))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "getrandom");
	ret = ssh_open(&s->ssh, s->o->host, s->o->ssh, e);
	if (ret)
		return ret;
	wire_init(&s->w, s->ssh.in, s->ssh.out, s->o->host);
	s->w.timeout_ms = HELLO_MS;
	ret = send_hello(s, e);
	/* Both sides look at their criu at the same time. */
	if (!ret && s->mode == MIG_ONLINE && (ckpt_check(e) || ckpt_check_states(s->o->id, e)))
		return e->err;
	if (!ret)
		ret = wire_expect(&s->w, WIRE_READY, &f, e);
	else
		ret = wire_why(&s->w, ret, e);
	if (!ret) {
		const Wire__Ready *m = (const Wire__Ready *)f.msg;

		s->spoke = true;
		snprintf(s->j.host, sizeof(s->j.host), "%s", m->host ? m->host : "");
		vz_debug("%s: %s, Linux %s, %s, %" PRIu64 " MiB free", s->o->host,
			 m->tool ? m->tool : "?", m->release ? m->release : "?",
			 m->kernel ? m->kernel : "?", m->free_bytes >> 20);
	} else if (!s->w.peer_failed) {
		ret = ssh_explain(&s->ssh, s->o->host, ret, e);
	}
	return ret;
}

/* ---- phases ------------------------------------------------------------------ */

static int set_up(struct mig_src *s, bool *basis, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	int ret = journal_write(&s->j, e);

	if (!ret)
		ret = wire_send(&s->w, WIRE_SETUP, NULL, NULL, 0, e);
	s->w.timeout_ms = SETUP_MS;
	if (!ret)
		ret = wire_expect(&s->w, WIRE_READY, &f, e);
	if (ret)
		return wire_why(&s->w, ret, e);
	*basis = ((const Wire__Ready *)f.msg)->basis;
	s->w.packs = ((const Wire__Ready *)f.msg)->unpacks;
	s->streams = ((const Wire__Ready *)f.msg)->takes_images;
	s->stores = ((const Wire__Ready *)f.msg)->stores;
	/* No more than it has room for. */
	if (s->mode == MIG_ONLINE && ((const Wire__Ready *)f.msg)->pages) {
		s->pages = pages_new(memory_held(s) / PAGES_SIZE);
		if (!s->pages)
			return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	}
	s->w.timeout_ms = COPY_MS;
	return src_send_scripts(s, ((const Wire__Ready *)f.msg)->scripts, e);
}

/* In the gate of the dump: everything stands still, and ends here or there. */
static int on_dumped(void *arg, struct vz_err *e)
{
	struct mig_src *s = arg;
	char images[PATH_MAX];
	int ret;

	s->frozen_start = vz_marks_start();
	vz_mark("last pass over the files");
	src_phase(s, PHASE_FINAL);
	ret = limit_check(s, "dump", FROZEN_MS, e);
	if (!ret)
		ret = src_copy_final(s, false, e);
	if (!ret)
		ret = limit_check(s, "last pass over the files", FROZEN_MS, e);
	if (!ret) {
		src_phase(s, PHASE_IMAGES);
		vz_mark("send the memory");
		ret = src_send_images(s, place_images(images, s->c), e);
	}
	if (ret)
		return ret == CKPT_LEAVE_FROZEN ? -EIO : ret;
	ret = src_hand_over(s, e);
	if (!ret)
		s->frozen_us = vz_now_us() - s->frozen_start;
	return ret;
}

static int move_online(struct mig_src *s, struct vz_err *e)
{
	const struct ckpt_gate gate = {
		.prepare = s->stores && s->pages ? src_memory_tell : NULL, .dumped = on_dumped,
		.arg = s,
	};
	char images[PATH_MAX];
	struct hand_step step;
	int ret = limit_predict(s, s->pages ? s->fresh_bytes : memory_resident(s), e);

	if (!ret)
		ret = place_images_in_memory(s->c, memory_held(s), e);
	step = hand_step(s->hand, HAND_EV_FREEZE);
	if (ret)
		return ret;
	ret = hand_enter(&step, &s->j, e);
	if (ret)
		return ret;
	s->hand = step.next;
	src_phase(s, PHASE_STOP);
	ret = ckpt_dump(s->c, place_images(images, s->c), &gate, &s->stats, e);
	if (s->confirmed)
		return 0;
	return ret;
}

static int move_stopped(struct mig_src *s, bool basis, struct vz_err *e)
{
	char dump[PATH_MAX];
	int ret;

	src_phase(s, PHASE_STOP);
	if (s->mode == MIG_RESTART) {
		s->frozen_start = vz_now_us();
		ret = vz_ve_stop(s->c, false, e);
		if (ret)
			return as(e, VZ_STOPFAIL);
		s->stopped = true;
	}
	src_phase(s, PHASE_FINAL);
	ret = src_copy_final(s, s->mode == MIG_COLD && basis, e);
	if (!ret && s->suspended)
		ret = src_send_images(s, vz_dump_path(dump, s->c), e);
	if (!ret)
		ret = src_hand_over(s, e);
	if (!ret && s->mode == MIG_RESTART)
		s->frozen_us = vz_now_us() - s->frozen_start;
	return ret;
}

static int move(struct mig_src *s, struct vz_err *e)
{
	bool basis = false;
	int ret;

	src_phase(s, PHASE_SETUP);
	vz_say("Setting up VE %u at %s", s->c->id, s->o->host);
	ret = set_up(s, &basis, e);
	if (ret)
		return ret;
	tree_layers(vz_is_overlay(s->c));
	copy_sender_init(&s->tree, &s->w, s->root, COPY_PRIVATE);
	src_phase(s, PHASE_COPY);
	vz_say("Copying the private area");
	if (s->mode != MIG_COLD)
		ret = src_copy_running(s, basis, e);
	if (ret)
		return ret;
	if (s->mode != MIG_COLD)
		vz_say(s->mode == MIG_ONLINE ? "Moving the running VE" : "Stopping, to start at %s",
		       s->o->host);
	return s->mode == MIG_ONLINE ? move_online(s, e) : move_stopped(s, basis, e);
}

/* ---- ends ---------------------------------------------------------------------- */

static int tell_lost(struct mig_src *s, struct vz_err *e)
{
	unsigned int id = s->c->id;

	vz_error_context(e, "VE %u was given to %s, and its answer did not come", id, s->o->host);
	vz_warn("VE %u %s here until %s answers: vzeventd asks again, vzmigrate --resume %u at once.\n"
		"  If it will never come back:  vzmigrate --resolve take-back %u\n"
		"  If the VE runs there for sure:  vzmigrate --resolve dst-runs %u",
		id, s->mode == MIG_ONLINE ? "stays frozen" : "stays stopped", s->o->host, id, id,
		id);
	return as(e, VZ_RESTORE);
}

/* The connection broke between GRANT and RESUMED: the peer is asked over another one. */
static int find_out(struct mig_src *s, struct vz_err *e)
{
	struct vz_err own = { 0 };
	enum settle_end end;
	int ret;

	wire_stop = 0;
	vz_say("The connection to %s broke at the hand-over: asking where VE %u is", s->o->host,
	       s->c->id);
	wire_release(&s->w);
	ssh_close(&s->ssh);
	ret = src_settle(&s->j, ASK_S, s->stopped, &end, &own);
	if (ret) {
		vz_warn("VE %u: %s", s->c->id, own.msg);
		vz_error_free(&own);
		return tell_lost(s, e);
	}
	if (end == SETTLE_GONE) {
		vz_error_free(e);
		vz_say("VE %u is at %s", s->c->id, s->o->host);
		return 0;
	}
	vz_error_context(e, "VE %u stays here", s->c->id);
	return e->err;
}

static void restart_here(struct mig_src *s)
{
	struct vz_err e = { 0 };

	if (vz_ve_start(s->c, &e))
		vz_warn("VE %u could not be started here again: %s", s->c->id, e.msg);
	else
		vz_say("VE %u was started here again", s->c->id);
	vz_error_free(&e);
}

/* A fault while the VE is ours: it goes on here, and nothing is left of the attempt. */
static int back_out(struct mig_src *s, struct vz_err *e)
{
	struct vz_err own = { 0 };

	wire_stop = 0;
	if (s->spoke && !s->w.peer_failed)
		wire_send_fail(&s->w, e, false);
	if (s->stopped)
		restart_here(s);
	if (!s->c || !s->locked)
		return e->err;
	if (s->spoke && (place_images_remove(s->c, &own) ||
			 journal_remove(s->c->id, &own)))
		vz_warn("VE %u: %s", s->c->id, own.msg);
	vz_error_free(&own);
	if (s->spoke)
		vz_error_context(e, "VE %u stays here", s->c->id);
	return e->err;
}

/* The VE runs there. What fails now is told and does not change that. */
static void finish(struct mig_src *s)
{
	cleanup_frame struct wire_frame f = { 0 };
	struct vz_err e = { 0 };
	enum settle_end end;
	bool synced;

	src_phase(s, PHASE_CLEANUP);
	wire_stop = 0;
	s->w.timeout_ms = DONE_MS;
	synced = !s->silent && !wire_expect(&s->w, WIRE_DONE, &f, &e);
	vz_error_free(&e);
	if (!synced) {
		wire_release(&s->w);
		ssh_close(&s->ssh);
	}
	if (synced ? src_clean_up(s->c, &s->j, !s->o->remove, &e) :
		     src_settle(&s->j, ASK_S, false, &end, &e))
		vz_warn("VE %u runs at %s, but here: %s", s->c->id, s->o->host, e.msg);
	vz_error_free(&e);
}

static void report(struct mig_src *s)
{
	src_phase(s, s->phase);
	timeline_close(&s->timeline, s->frozen_start, s->frozen_start + s->frozen_us);
	if (s->o->times)
		for (int i = 0; i < MIG_NR_PHASES; i++)
			if (s->phase_us[i])
				vz_say("  %-28s %9.3f s", report_phase_name(i),
				       s->phase_us[i] / 1e6);
	if (s->o->verbose || s->o->times)
		timeline_say(&s->timeline);
	if (s->mode != MIG_COLD)
		vz_say("  %s %" PRIu64 " ms", s->mode == MIG_ONLINE ? "frozen" : "down",
		       s->frozen_us / 1000);
	vz_say("  files %.1f MiB, last pass %.1f MiB, memory %.1f MiB, last %.1f MiB, on the wire %.1f MiB",
	       s->first_bytes / 1048576.0, s->last_bytes / 1048576.0,
	       s->memory_bytes / 1048576.0, s->image_bytes / 1048576.0,
	       (s->w.sent + s->w.received) / 1048576.0);
}

static int run(struct mig_src *s, struct vz_err *e)
{
	int ret = check_here(s, e);

	if (!ret)
		ret = meet(s, e);
	if (!ret && s->o->dry_run) {
		vz_say("VE %u can be migrated to %s", s->c->id, s->o->host);
		return 0;
	}
	if (!ret)
		ret = move(s, e);
	if (s->lost)
		return find_out(s, e);
	if (ret && !s->confirmed)
		return back_out(s, e);
	vz_error_free(e);
	if (s->mode == MIG_ONLINE)
		limit_remember(s);
	finish(s);
	vz_say(s->suspended ? "VE %u is at %s, suspended: vzctl restore there lets it go on"
			    : "VE %u is at %s",
	       s->c->id, s->o->host);
	report(s);
	return 0;
}

static void on_signal(int sig)
{
	wire_stop = sig;
}

/* Ctrl-C is a fault like others. While the VE is frozen the signals are held. */
static void catch_signals(void)
{
	const struct sigaction a = { .sa_handler = on_signal };

	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGHUP, &a, NULL);
}

/* To whoever asked: what the move was like. A report that fails changes nothing. */
static void tell(struct mig_src *s, int err, const struct vz_err *why)
{
	struct vz_err e = { 0 };

	if (s->o->dry_run)
		return;
	report_end(s, err);
	if (s->o->report && report_page(s, s->o->report, err, why->msg, &e))
		vz_warn("%s", e.msg);
	vz_error_free(&e);
}

int mig_source(const struct mig_opts *o, struct vz_err *e)
{
	struct mig_src s = { .o = o, .root = -1, .ssh = { .in = -1, .out = -1 } };
	int ret;

	s.phase_start = s.start_us = vz_now_us();
	s.on_phase = report_phase;
	s.tree.tail = &s.tree.head;
	catch_signals();
	ret = run(&s, e);
	tell(&s, ret, e);
	copy_sender_release(&s.tree);
	changes_close(s.tree.changes);
	pages_free(s.pages);
	wire_release(&s.w);
	ssh_close(&s.ssh);
	if (s.root >= 0)
		close(s.root);
	if (s.locked)
		vz_unlock(s.c);
	vz_conf_free(s.c);
	return ret;
}
