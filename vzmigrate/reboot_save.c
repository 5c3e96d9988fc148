// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dump all VEs at once, one process each, and leave every tree frozen: they
 * end with this kernel. Nothing is killed here, so whatever goes wrong before
 * the jump is undone by letting all go on.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_save.h"
#include "vzmigrate/reboot_store.h"

/* From a VE's process to us. */
struct saved {
	int err;
	enum vz_cause cause;
	struct ckpt_stats st;
	char msg[512];
};

struct worker {
	pid_t pid;
	int sock;
};

static int stay_frozen(void *arg, struct vz_err *e)
{
	return CKPT_LEAVE_FROZEN;
}

static void __attribute__((noreturn)) work(const struct vz_conf *c, uint64_t generation, int sock)
{
	static const struct ckpt_gate gate = { .dumped = stay_frozen };
	struct saved s = { .err = 0 };
	struct vz_err e = {};
	char dir[PATH_MAX];

	s.err = ckpt_dump(c, reboot_store_path(dir, generation, c->id), &gate, &s.st, &e);
	if (s.err == CKPT_LEAVE_FROZEN)
		s.err = 0;
	s.cause = e.cause;
	if (e.msg)
		snprintf(s.msg, sizeof(s.msg), "%s", e.msg);
	_exit(send(sock, &s, sizeof(s), MSG_NOSIGNAL) == sizeof(s) ? 0 : 1);
}

static int start_worker(const struct vz_conf *c, uint64_t generation, struct worker *w, struct vz_err *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "socketpair");
	w->pid = fork();
	if (!w->pid)
		work(c, generation, pair[1]);
	close(pair[1]);
	if (w->pid < 0) {
		close(pair[0]);
		return vz_error_sys(e, VZ_SYSTEM, -errno, "fork");
	}
	w->sock = pair[0];
	return 0;
}

/* The first failure is kept; all workers are waited for. */
static void collect(const struct vz_conf *c, struct worker *w, struct saved *s, struct vz_err *e)
{
	if (recv(w->sock, s, sizeof(*s), 0) != sizeof(*s)) {
		s->err = -ECHILD;
		s->cause = VZ_CHKPNT;
		snprintf(s->msg, sizeof(s->msg), "the process that dumped VE %u died", c->id);
	}
	close(w->sock);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (s->err && !e->err)
		vz_error(e, s->cause, s->err, "%s", s->msg);
	else if (s->err)
		vz_warn("%s", s->msg);
	else
		vz_say("VE %u: dumped in %.2f s, %.1f MiB", c->id, s->st.frozen_us / 1e6,
		       s->st.image_bytes / 1048576.0);
}

int reboot_save(struct reboot_plan *p, struct reboot_manifest *m, struct vz_err *e)
{
	cleanup_free struct worker *w = calloc(p->n_ve + 1, sizeof(*w));
	struct utsname uts;
	size_t started;

	p->generation = reboot_generation_last(NULL) + 1;
	m->generation = p->generation;
	m->frozen_at = time(NULL);
	m->n = p->n_ve;
	m->entry = calloc(p->n_ve + 1, sizeof(*m->entry));
	uname(&uts);
	snprintf(m->kernel, sizeof(m->kernel), "%s", uts.release);
	if (!w || !m->entry)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "dump all VEs");
	if (reboot_store_make(p->generation, e))
		return e->err;
	for (started = 0; started < p->n_ve && !e->err; started++)
		if (start_worker(p->ve[started], p->generation, &w[started], e))
			break;
	for (size_t i = 0; i < started; i++) {
		struct saved s;

		collect(p->ve[i], &w[i], &s, e);
		m->entry[i].id = p->ve[i]->id;
		m->entry[i].image_bytes = s.st.image_bytes;
	}
	if (!e->err)
		reboot_manifest_write(m, e);
	if (!e->err)
		reboot_generation_set(p->generation, true, e);
	if (e->err)
		reboot_unsave(p);
	return e->err;
}

void reboot_unsave(struct reboot_plan *p)
{
	struct vz_err e = {};

	/* The promise of a manifest ends before the first VE moves. */
	if (reboot_generation_set(p->generation, false, &e))
		vz_warn("%s", e.msg);
	vz_error_free(&e);
	for (size_t i = 0; i < p->n_ve; i++) {
		/* -ESRCH: it was never frozen, or its own dump has undone it. */
		if (ckpt_resume(p->ve[i], &e) && e.err != -ESRCH)
			vz_warn("VE %u: %s", p->ve[i]->id, e.msg);
		vz_error_free(&e);
	}
	reboot_store_clean();
}
