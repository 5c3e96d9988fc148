// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Restore a VE from its images.
 *
 * Limits, addresses and features come from the images: they say what the VE
 * had, the configuration may have changed since. While CRIU works there are no
 * limits. In its last notification before the first instruction the tree is
 * frozen: CRIU lets go and ends, and its own tasks and memory are not counted
 * any more when limits and counts are set. Only then does the VE run, so its
 * first request meets the limits, and no request of CRIU's is in its counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/cgtree.h"
#include "checkpoint/cpu.h"
#include "checkpoint/criu.h"
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/image_folder.h"
#include "checkpoint/job.h"
#include "checkpoint/lines.h"
#include "checkpoint/links.h"
#include "checkpoint/log.h"
#include "checkpoint/restore.h"
#include "checkpoint/state.h"
#include "checkpoint/sysctl.h"
#include "checkpoint/sysctl_nested.h"
#include "checkpoint/ub.h"
#include "checkpoint/util.h"
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/devices.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/marks.h"
#include "libvz/mount.h"
#include "libvz/mounted.h"
#include "libvz/net_host.h"
#include "libvz/state.h"
#include "libvz/ve_cgroup.h"
#include "libvz/veth.h"

static bool keeps_hold(const struct ckpt_job *j)
{
	return j->gate && j->gate->keep_hold;
}

int ckpt_release_hold(const struct vz_conf *c, struct vz_err *e)
{
	int err = vz_cgroup_write(c->id, "ve.hold", "0", e);

	return err ? err : vz_veth_hold(c, false, e);
}

static int post_restore(struct ckpt_job *j, struct vz_err *e)
{
	int err;

	vz_mark("write knobs and sysctls");
	err = ckpt_cg_knobs(j->c->id, j->state, false, e);
	ckpt_sysctl_write_all(j->root, j->state);
	j->st->restore_us = vz_now_us() - j->start_us;
	if (!err && j->gate && j->gate->restored) {
		err = j->gate->restored(j->gate->arg, e);
		j->gate_failed = err;
	}
	j->granted = !err;
	if (err || keeps_hold(j))
		return err;
	/* Not earlier: until the gate says yes another host may answer for the addresses. */
	return vz_ve_net_up(j->c, true, e);
}

/* CRIU is gone, nothing has run yet: limits, counts, RUNNING. */
static int limit(struct ckpt_job *j, struct vz_err *e)
{
	const unsigned int id = j->c->id;
	int err;

	vz_mark("set limits and counts");
	err = ckpt_wait_frozen(id, CKPT_FREEZE_MS, e);
	if (err)
		return err;
	err = ckpt_ub_limits(id, j->state, false, e);
	if (err)
		return err;
	err = ckpt_ub_limits(id, j->state, true, e);
	if (err)
		return err;
	err = ckpt_cg_knobs(id, j->state, true, e);
	if (err)
		return err;
	return ckpt_ub_counts(id, j->state, e);
}

static int run(struct ckpt_job *j, struct vz_err *e)
{
	const unsigned int id = j->c->id;
	int err;

	if (j->gate && j->gate->leave_frozen)
		return vz_ve_set_state(id, VE_RUNNING, e);
	vz_mark("thaw");
	/* The VE moves on from now: its images must never be used again. */
	if (ckpt_marker_remove(j->images))
		return vz_error_sys(e, VZ_RESTORE, -errno, "VE %u: mark the images as used", id);
	err = vz_ve_set_state(id, VE_RUNNING, e);
	if (err)
		return err;
	/* What fails from here on is told, and does not end it. */
	if (ckpt_links_remove(j->work, e))
		vz_warn("VE %u: %s", id, e->msg);
	vz_error_free(e);
	if (vz_ve_thaw(id, e))
		vz_warn("VE %u is restored, but %s", id, e->msg);
	else
		ckpt_drop_notes(j);
	vz_error_free(e);
	if (!keeps_hold(j) && ckpt_release_hold(j->c, e))
		vz_warn("VE %u runs, but its network is still held: %s", id, e->msg);
	vz_error_free(e);
	return 0;
}

/* What begins with one of CRIU's notifications. */
static void mark_event(const char *name)
{
	static const char *const text[][2] = {
		{ "setup-namespaces", "rebuild namespaces, network, mounts" },
		{ "post-setup-namespaces", "rebuild files and processes" },
		{ "pre-resume", "CRIU lets go" },
		{ "post-resume", "CRIU ends" },
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if (!strcmp(name, text[i][0]))
			vz_mark(text[i][1]);
}

static int event(struct ckpt_job *j, const char *name, struct vz_err *e)
{
	mark_event(name);
	if (!strcmp(name, "post-setup-namespaces")) {
		/* Some decide what sockets may do, so before there are any. */
		ckpt_sysctl_write(j->c->id, j->root, j->state->sysctl, j->state->n_sysctl, false);
		return ckpt_cg_subtree_control(j->c->id, j->state, e);
	}
	if (!strcmp(name, "post-restore"))
		return post_restore(j, e);
	/* CRIU goes on whatever we answer here; a failure is met again in limit(). */
	if (!strcmp(name, "pre-resume"))
		return vz_cgroup_write(j->c->id, "payload/cgroup.freeze", "1", e);
	return 0;
}

/* A set of <id>'s cpuset; NULL when it had none. */
static char *pinned_to(const VeState *s, const char *knob)
{
	char *list = ckpt_cg_value(s, knob);

	if (list && !*list) {
		free(list);
		return NULL;
	}
	return list;
}

/* The configuration with what the images say in its place. */
static int merged_conf(const struct vz_conf *c, const VeState *s, bool any_cpu, struct vz_conf *out,
		       struct vz_err *e)
{
	if (s->id != c->id)
		return vz_error(e, VZ_RESTORE, -EINVAL, "the images are of VE %u, not of VE %u",
				s->id, c->id);
	if (s->uid_base != c->uid_base)
		return vz_error(e, VZ_RESTORE, -EINVAL,
				"VE %u: the images were made with ids from %u on, the configuration says %u",
				c->id, s->uid_base, c->uid_base);
	*out = *c;
	out->cpumask = out->nodemask = NULL;
	out->ip = (struct vz_ips){ 0 };
	out->features = s->features;
	out->netfilter = s->netfilter;
	for (size_t i = 0; i < s->n_address; i++) {
		struct vz_ip ip;
		int ret = vz_ip_parse(s->address[i], &ip);

		if (!ret)
			ret = vz_ips_add(&out->ip, &ip);
		if (ret) {
			vz_ips_free(&out->ip);
			return vz_error_sys(e, VZ_RESTORE, ret, "VE %u: address %s of the images",
					    c->id, s->address[i]);
		}
	}
	/* Here, because it switches the controller on. */
	if (!any_cpu) {
		out->cpumask = pinned_to(s, "cpuset.cpus");
		out->nodemask = pinned_to(s, "cpuset.mems");
	}
	return 0;
}

/* Those that are not forced while restoring: CRIU needs memory too, and should not wait for its
 * share. */
static int lift_limits(unsigned int id, struct vz_err *e)
{
	static const char *const files[] = {
		"memory.high", "memory.max",	"memory.swap.max",
		"cpu.max",     "ve.ub.iolimit", "ve.ub.iopslimit",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct vz_err why = {};
		int err = vz_cgroup_write(id, files[i], "max", &why);

		vz_error_free(&why);
		if (err && err != -ENOENT)
			return vz_error_sys(e, VZ_RESTORE, err, "VE %u: lift %s", id, files[i]);
	}
	return 0;
}

static int prepare(struct ckpt_job *j, struct vz_err *e)
{
	const char *boot_id = j->state->boot_id;
	const unsigned int id = j->c->id;
	int err = ckpt_cg_clear(id, e);

	if (!err)
		err = vz_ve_cgroup_create(j->c, e);
	if (!err && j->state->devices)
		err = vz_devices_write(id, j->state->devices, e);
	if (!err)
		err = ckpt_images_open_to_ve(j->images, j->c->uid_base, j->dir, e);
	if (!err)
		err = vz_cgroup_write(id, "ve.hold", "1", e);
	if (!err)
		err = vz_veth_stage(j->c, e);
	if (!err)
		err = vz_ve_set_state(id, VE_RESTORING, e);
	/* Programs of the VE take it for the same as long as it runs. */
	if (!err && boot_id && *boot_id)
		err = vz_cgroup_write_if_any(id, "ve.boot_id", boot_id, e);
	/* Before a file of it is opened. */
	if (!err && j->state->log)
		err = ckpt_lines_write(id, "ve.log", j->state->log, false, e);
	if (!err && j->state->own_sysctl)
		err = ckpt_lines_write(id, "ve.sysctl", j->state->own_sysctl, false, e);
	if (!err && j->state->traffic && *j->state->traffic)
		err = vz_cgroup_write_if_any(id, "ve.traffic", j->state->traffic, e);
	if (!err)
		err = lift_limits(id, e);
	if (!err)
		err = ckpt_cg_make(id, j->state, e);
	/* The freezer may still be on from the dump. */
	if (err)
		return err;
	err = vz_ve_thaw(id, e);
	if (err)
		return err;
	return vz_ve_mount(j->c, e);
}

static void undo(struct ckpt_job *j, bool was_mounted)
{
	const unsigned int id = j->c->id;
	struct vz_err e = {};

	ckpt_drop_notes(j);
	vz_veth_unstage(j->c, true);
	if (vz_ve_net_down(j->c, &e))
		vz_warn("VE %u: %s", id, e.msg);
	vz_error_free(&e);
	if (vz_ve_kill(id, &e))
		vz_warn("VE %u: %s", id, e.msg);
	vz_error_free(&e);
	if (!was_mounted && vz_ve_umount(j->c, &e))
		vz_warn("VE %u: %s", id, e.msg);
	vz_error_free(&e);
	if (vz_ve_cgroup_remove(id, &e))
		vz_warn("VE %u: %s", id, e.msg);
	vz_error_free(&e);
}

static int restore(struct ckpt_job *j, struct vz_err *e)
{
	bool was_mounted = vz_ve_mounted(j->c);
	int err;

	j->start_us = vz_now_us();
	vz_mark("make cgroup, mounts, devices");
	ckpt_links_forget(j->work);
	err = prepare(j, e);
	if (!err)	/* for ckpt_resume(), should this process die before the end */
		err = ckpt_leave_notes(j, e);
	vz_mark("start CRIU");
	if (!err)
		err = ckpt_run(j, e);
	if (!err && j->state->starts)
		err = ckpt_lines_write(j->c->id, "ve.starts", j->state->starts, true, e);
	if (!err)
		vz_veth_unstage(j->c, false);
	if (!err)
		err = limit(j, e);
	if (!err)
		err = run(j, e);
	if (err) {
		undo(j, was_mounted);
		return err;
	}
	j->st->frozen_us = vz_now_us() - j->start_us;
	return 0;
}

int ckpt_restore(const struct vz_conf *c, const char *dir, const struct ckpt_gate *gate,
		 struct ckpt_stats *st, struct vz_err *e)
{
	cleanup_close int images = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_close int work = -1;
	struct ckpt_stats unused = {};
	const int failed = images < 0 ? -errno : 0;
	const bool any_cpu = gate && gate->any_cpu;
	struct vz_conf merged = *c;
	char path[PATH_MAX];
	struct ckpt_job j = { .c = &merged, .dir = path, .gate = gate, .st = st ? st : &unused,
			      .restore = true, .images = images, .work = -1, .event = event };
	sigset_t old;
	int err;

	if (vz_ve_occupied(c->id))
		return vz_error(e, VZ_RUNNING, -EBUSY, "VE %u is running", c->id);
	if (failed == -ENOTDIR)
		return vz_error(e, VZ_RESTORE, failed, "%s is no folder, as a dump of a VE is",
				dir);
	if (failed || !realpath(dir, path))
		return vz_error_sys(e, VZ_RESTORE, failed ? failed : -errno, "open %s", dir);
	if (!ckpt_marker_valid(images, c->id))
		return vz_error(e, VZ_RESTORE, -ENODATA, "%s holds no complete dump of VE %u", dir,
				c->id);
	err = ckpt_workdir(&j, e);
	work = j.work;
	if (err)
		return err;
	err = ckpt_state_load(images, &j.state, e);
	if (err)
		return err;
	if (!any_cpu && j.state->cpu)
		err = ckpt_cpu_check(j.state->cpu, e);
	if (!err)
		err = merged_conf(c, j.state, any_cpu, &merged, e);
	if (!err) {
		j.st->image_bytes = ckpt_dir_bytes(images);
		ckpt_signals_hold(&old);
		err = restore(&j, e);
		ckpt_signals_release(&old);
		if (err && !j.gate_failed)
			e->cause = VZ_RESTORE;
		vz_ips_free(&merged.ip);
		free(merged.cpumask);
		free(merged.nodemask);
	}
	ckpt_state_free(j.state);
	return err;
}
