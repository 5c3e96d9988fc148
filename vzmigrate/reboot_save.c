// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dump all VEs at once, one process each, and leave every tree frozen: they
 * end with this kernel. Whatever goes wrong before the jump is undone by
 * letting all go on.
 *
 * A VE that cannot be dumped for what it does itself holds nobody back. It is
 * named, and what VE_REBOOT_FAIL says is done: it is stopped, left to end with
 * this kernel, or nobody goes. It is in the manifest without images, so the
 * new kernel starts it cold.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/start.h"
#include "libvz/stop.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_save.h"
#include "vzmigrate/reboot_store.h"

#define STOP_MAX_S	10

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

static int start_worker(const struct vz_conf *c, uint64_t generation, struct worker *w,
			struct vz_err *e)
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

static void collect(const struct vz_conf *c, struct worker *w, struct saved *s)
{
	if (recv(w->sock, s, sizeof(*s), 0) != sizeof(*s)) {
		memset(s, 0, sizeof(*s));
		s->err = -ECHILD;
		s->cause = VZ_CHKPNT;
		snprintf(s->msg, sizeof(s->msg), "the process that dumped VE %u died", c->id);
	}
	close(w->sock);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (!s->err)
		vz_say("VE %u: dumped in %.2f s, %.1f MiB", c->id, s->st.frozen_us / 1e6,
		       s->st.image_bytes / 1048576.0);
}

/* VEs may have grown since the check: their memory alone fills the region. */
static bool space_is_short(const struct reboot_plan *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n_ve; i++) {
		cleanup_free char *text = NULL;

		if (!vz_cgroup_read(p->ve[i]->id, "payload/memory.current", &text, NULL))
			sum += strtoull(text, NULL, 10);
	}
	return sum + sum / 20 >= p->free_bytes;
}

/* What the host has brought about would be so for other VEs as well, or is its to end. */
static bool is_of_host(const struct saved *s)
{
	static const int errs[] = { -EBUSY,  -ENOSPC, -ENOMEM, -ENOSYS,
				    -EMFILE, -ENFILE, -EROFS,  -EIO };

	for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++)
		if (s->err == errs[i])
			return true;
	return false;
}

enum fail_mode { FAIL_STOP, FAIL_LEAVE, FAIL_ABORT };

static enum fail_mode fail_mode(struct vz_conf *c)
{
	const char *mode = vz_conf_get(c, "VE_REBOOT_FAIL");

	if (mode && !strcmp(mode, "abort"))
		return FAIL_ABORT;
	return mode && !strcmp(mode, "leave") ? FAIL_LEAVE : FAIL_STOP;
}

/* The others are frozen meanwhile, so it has little time. */
static void __attribute__((noreturn)) stop_work(struct vz_conf *c)
{
	struct vz_err e = {};

	if (c->stop_timeout > STOP_MAX_S)
		c->stop_timeout = STOP_MAX_S;
	if (vz_ve_stop(c, false, &e))
		vz_warn("VE %u: %s", c->id, e.msg);
	_exit(0);
}

/* All that failed, side by side. e: when nobody may go, the first one's words. */
static int end_failed(struct reboot_plan *p, const struct saved *s, struct vz_err *e)
{
	size_t failed = 0, first = 0;

	for (size_t i = p->n_ve; i-- > 0;)
		if (s[i].err) {
			failed++;
			first = i;
		}
	if (!failed)
		return 0;
	for (size_t i = 0; i < p->n_ve; i++)
		if (s[i].err && (failed == p->n_ve || is_of_host(&s[i]) || space_is_short(p) ||
				 fail_mode(p->ve[i]) == FAIL_ABORT))
			return vz_error(e, s[first].cause, s[first].err, "%s", s[first].msg);
	for (size_t i = 0; i < p->n_ve; i++) {
		bool stop = fail_mode(p->ve[i]) == FAIL_STOP;

		if (!s[i].err)
			continue;
		vz_warn("VE %u is not carried over, %s and started anew: %s", p->ve[i]->id,
			stop ? "it is stopped" : "it ends with this kernel", s[i].msg);
		p->stopped[i] = stop;
		fflush(NULL);
		if (stop && !fork())
			stop_work(p->ve[i]);
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 0;
}

int reboot_save(struct reboot_plan *p, struct reboot_manifest *m, struct vz_err *e)
{
	cleanup_free struct worker *w = calloc(p->n_ve + 1, sizeof(*w));
	cleanup_free struct saved *s = calloc(p->n_ve + 1, sizeof(*s));
	struct utsname uts;
	size_t started;

	p->generation = reboot_generation_last(NULL) + 1;
	p->stopped = calloc(p->n_ve + 1, sizeof(*p->stopped));
	m->generation = p->generation;
	m->frozen_at = time(NULL);
	m->n = p->n_ve;
	m->entry = calloc(p->n_ve + 1, sizeof(*m->entry));
	uname(&uts);
	snprintf(m->kernel, sizeof(m->kernel), "%s", uts.release);
	snprintf(m->back, sizeof(m->back), "%s", p->back ? p->back : "");
	snprintf(m->back_initrd, sizeof(m->back_initrd), "%s",
		 p->back_initrd ? p->back_initrd : "");
	snprintf(m->back_cmdline, sizeof(m->back_cmdline), "%s", p->back_cmdline);
	if (!w || !s || !p->stopped || !m->entry)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "dump all VEs");
	if (reboot_store_make(p->generation, e))
		return e->err;
	for (started = 0; started < p->n_ve && !e->err; started++)
		if (start_worker(p->ve[started], p->generation, &w[started], e))
			break;
	for (size_t i = 0; i < started; i++) {
		collect(p->ve[i], &w[i], &s[i]);
		m->entry[i].id = p->ve[i]->id;
		m->entry[i].image_bytes = s[i].st.image_bytes;
	}
	if (!e->err)
		end_failed(p, s, e);
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
		if (p->stopped && p->stopped[i] && vz_ve_start(p->ve[i], &e))
			vz_warn("VE %u: %s", p->ve[i]->id, e.msg);
		vz_error_free(&e);
	}
	reboot_store_clean();
}
