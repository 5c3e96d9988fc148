// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The new kernel's side: restore what the manifest names, all at once, before
 * services that face the network start. Networks stay held until the host's
 * own is up (reboot_announce). A VE that cannot be restored is started cold; when not one
 * can, and this is the first kernel that tries, the way leads back to the old one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/restore.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/start.h"
#include "libvz/state.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_kexec.h"
#include "vzmigrate/reboot_restore.h"
#include "vzmigrate/reboot_store.h"

/* Ids whose network is still held, a line each; ends with the boot. */
#define HELD_LIST	"/run/vz/reboot.held"

struct outcome {
	int restored;		/* 0, or why not */
	int started;		/* of the cold start, when not restored */
	bool whole;		/* not restored, and its images could be used once more */
	bool gone;		/* no configuration, or somebody has its lock */
	struct ckpt_stats st;
	char msg[512];
};

struct worker {
	pid_t pid;
	int sock;
};

static void note(struct outcome *o, struct vz_err *e)
{
	size_t n = strlen(o->msg);

	snprintf(o->msg + n, sizeof(o->msg) - n, "%s%s", n ? "; " : "",
		 e->msg ? e->msg : "unknown error");
	vz_error_free(e);
}

static void restore(struct vz_conf *c, const char *dir, struct outcome *o)
{
	static const struct ckpt_gate gate = { .keep_hold = true };
	struct vz_err e = {};

	if (access(dir, F_OK))
		o->restored = vz_error(&e, VZ_CHKPNT, -ENOENT,
				       "there are no images of it, the old kernel could not dump it");
	else
		o->restored = ckpt_restore(c, dir, &gate, &o->st, &e);
	if (o->restored || ckpt_remove(dir, &e))
		note(o, &e);
	o->whole = o->restored && ckpt_complete(dir, c->id);
}

/* Its files change from now on, so its images go first. */
static void start_cold(struct vz_conf *c, const char *dir, struct outcome *o)
{
	struct vz_err e = {};

	o->started = ckpt_abandon(c, dir, &e);
	if (!o->started)
		o->started = vz_ve_start(c, &e);
	if (o->started)
		note(o, &e);
}

static void __attribute__((noreturn)) work(unsigned int id, uint64_t generation, bool cold,
					   struct outcome o, int sock)
{
	struct vz_conf *c = NULL;
	struct vz_err e = {};
	char dir[PATH_MAX];

	if (vz_conf_load(id, &c, &e) || vz_lock(c, "restoring", &e)) {
		note(&o, &e);
		o.gone = true;
	} else {
		reboot_store_path(dir, generation, id);
		cold ? start_cold(c, dir, &o) : restore(c, dir, &o);
		vz_unlock(c);
	}
	_exit(send(sock, &o, sizeof(o), MSG_NOSIGNAL) == sizeof(o) ? 0 : 1);
}

static int start_worker(unsigned int id, uint64_t generation, bool cold, const struct outcome *o,
			struct worker *w)
{
	int pair[2];

	w->pid = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	w->pid = fork();
	if (!w->pid)
		work(id, generation, cold, *o, pair[1]);
	close(pair[1]);
	w->sock = pair[0];
	return w->pid < 0 ? -errno : 0;
}

static void finish_worker(struct worker *w, struct outcome *o)
{
	if (w->pid < 0 || recv(w->sock, o, sizeof(*o), 0) != sizeof(*o)) {
		o->restored = o->started = -ECHILD;
		snprintf(o->msg, sizeof(o->msg), "the process that restored it died");
	}
	if (w->pid < 0)
		return;
	close(w->sock);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void tell(FILE *report, unsigned int id, const struct outcome *o)
{
	char line[768];

	if (!o->restored)
		snprintf(line, sizeof(line), "VE %u: restored in %.2f s, %.1f MiB%s%s", id,
			 o->st.frozen_us / 1e6, o->st.image_bytes / 1048576.0,
			 o->msg[0] ? ": " : "", o->msg);
	else
		snprintf(line, sizeof(line), "VE %u: NOT restored, %s: %s", id,
			 o->started ? "and not started" : "started cold", o->msg);
	if (report)
		fprintf(report, "%s\n", line);
	if (o->restored)
		vz_warn("%s", line);
	else
		vz_say("%s", line);
}

/* One process a VE: those not yet restored, from their images or, cold, without. */
static void run_all(const struct reboot_manifest *m, struct outcome *o, struct worker *w, bool cold)
{
	for (size_t i = 0; i < m->n; i++)
		if (o[i].restored && !o[i].gone)
			start_worker(m->entry[i].id, m->generation, cold, &o[i], &w[i]);
	for (size_t i = 0; i < m->n; i++)
		if (o[i].restored && !o[i].gone)
			finish_worker(&w[i], &o[i]);
}

/* Not one VE could be restored, and it is not their images: another kernel may do it. */
static bool should_go_back(const struct reboot_manifest *m, const struct outcome *o)
{
	bool whole = false;

	for (size_t i = 0; i < m->n; i++) {
		if (!o[i].restored)
			return false;
		whole |= o[i].whole;
	}
	return whole && *m->back && m->tries < REBOOT_TRIES;
}

/* Returns only when that does not work either. */
static void go_back(const struct reboot_manifest *m, FILE *report)
{
	struct reboot_plan p = { .kernel = m->back,
				 .initrd = *m->back_initrd ? m->back_initrd : NULL,
				 .cmdline = (char *)m->back_cmdline };
	struct vz_err e = {};

	vz_warn("no VE could be restored in this kernel: back to %s", m->back);
	if (report) {
		fprintf(report, "no VE could be restored in this kernel: back to %s\n", m->back);
		fflush(report);
	}
	if (!reboot_kexec_load(&p, &e))
		reboot_kexec_jump(&e);
	vz_warn("the way back to %s: %s", m->back, e.msg);
	vz_error_free(&e);
}

static int restore_all(const struct reboot_manifest *m, FILE *report, struct vz_err *e)
{
	cleanup_free struct worker *w = calloc(m->n + 1, sizeof(*w));
	cleanup_free struct outcome *o = calloc(m->n + 1, sizeof(*o));
	cleanup_file FILE *held = NULL;
	size_t failed = 0;

	if (!w || !o)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "restore all VEs");
	mkdir("/run/vz", 0755);
	held = fopen(HELD_LIST, "we");
	for (size_t i = 0; i < m->n; i++) {
		if (held)
			fprintf(held, "%u\n", m->entry[i].id);
		o[i].restored = o[i].started = -ENOENT;
	}
	if (held)
		fflush(held);
	run_all(m, o, w, false);
	if (should_go_back(m, o)) {
		for (size_t i = 0; i < m->n; i++)
			vz_warn("VE %u: %s", m->entry[i].id, o[i].msg);
		go_back(m, report);
	}
	run_all(m, o, w, true);
	for (size_t i = 0; i < m->n; i++) {
		tell(report, m->entry[i].id, &o[i]);
		failed += !!o[i].restored;
	}
	return failed ? vz_error(e, VZ_RESTORE, -EIO, "%zu of %zu VEs were not restored", failed,
				 m->n)
		      : 0;
}

int reboot_restore(struct vz_err *e)
{
	cleanup_file FILE *report = NULL;
	struct vz_err own = {};
	struct reboot_manifest m;
	struct utsname uts;
	bool awaited;
	int err;

	reboot_generation_last(&awaited);
	/* A host without the region boots as ever. */
	if (access(REBOOT_DEVICE, F_OK) && !awaited)
		return 0;
	err = reboot_store_mount(e);
	if (err && !awaited) {
		/* Memory that was set aside and has no file system yet: vzctl check-host tells. */
		vz_warn("nothing to restore: %s", e->msg);
		vz_error_free(e);
		return 0;
	}
	if (!err)
		err = reboot_manifest_take(&m, e);
	if (err == -ENOENT && !awaited)
		return 0;
	if (err) {
		struct vz_err unused = {};

		/* VEs start cold from here on: no later manifest may claim them. */
		if (awaited)
			reboot_generation_set(reboot_generation_last(NULL), false, &unused);
		vz_error_free(&unused);
		if (err == -ENOENT)
			return vz_error(
				e, VZ_RESTORE, err,
				"the VEs saved by vzreboot are lost: no manifest in " REBOOT_STORE);
		return err;
	}
	uname(&uts);
	/* What an earlier kernel has to say of the same VEs stays. */
	report = fopen(REBOOT_REPORT, m.tries > 1 ? "ae" : "we");
	if (report && m.tries > 1)
		fprintf(report, "the kernel before this one did not bring them up: another try\n");
	if (report)
		fprintf(report, "from kernel %s to %s, %.0f s after the VEs were frozen\n",
			m.kernel, uts.release, difftime(time(NULL), m.frozen_at));
	err = restore_all(&m, report, e);
	if (reboot_manifest_done(&m, &own))
		vz_warn("%s", own.msg);
	vz_error_free(&own);
	free(m.entry);
	return err;
}

int reboot_announce(struct vz_err *e)
{
	cleanup_file FILE *held = vz_fopen_file(HELD_LIST);
	unsigned int id;
	int ret = 0;

	if (!held)
		return 0;
	while (fscanf(held, "%u", &id) == 1) {
		struct vz_err one = {};
		struct vz_conf *c = NULL;
		int err = vz_conf_load(id, &c, &one);

		if (!err && vz_ve_answers(id)) {
			err = vz_ve_net_up(c, true, &one);
			if (!err)
				err = ckpt_release_hold(c, &one);
		}
		if (err) {
			vz_warn("VE %u: %s", id, one.msg);
			ret = vz_error(e, VZ_RESTORE, err, "the network of some VEs is not up");
		}
		vz_error_free(&one);
		vz_conf_free(c);
	}
	unlink(HELD_LIST);
	return ret;
}

int reboot_report(struct vz_err *e)
{
	cleanup_file FILE *f = vz_fopen_file(REBOOT_REPORT);
	char line[1024];

	if (!f)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "no report of a vzreboot");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		vz_say("%s", line);
	}
	return 0;
}
