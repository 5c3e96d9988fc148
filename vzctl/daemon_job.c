// SPDX-License-Identifier: GPL-2.0-or-later
/* Jobs of the event daemon: one VE each, in a child that holds the VE's lock. */
#include <errno.h>
#include <signal.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "libvz/audit.h"
#include "libvz/cgroup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/owner.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "libvz/value.h"
#include "vzctl/cmd_start.h"
#include "vzctl/ctx.h"
#include "vzctl/daemon_job.h"

#define MAX_JOBS	256
#define JOBS_A_CPU	4

static struct {
	pid_t pid;
	unsigned int id;
	enum job what;
} jobs[MAX_JOBS];
static int max_jobs = JOBS_A_CPU;
static struct job_count count;

void job_limit(const char *text)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN) * JOBS_A_CPU, v;

	if (text && (vz_parse_number(text, VZ_UNIT_COUNT, &v) || v < 1))
		vz_warn("VE_PARALLEL=\"%s\" is no number of VEs: %ld at once", text, n);
	else if (text)
		n = v;
	max_jobs = n < 1 ? 1 : n > MAX_JOBS ? MAX_JOBS : n;
}

/* A VE that must not run here is left alone; that is no fault. */
static bool may_start(struct ctx *x, int *ret, struct vz_err *e)
{
	*ret = vz_owner_check(x->c, VZ_CLAIM_START, e);
	if (*ret && e->cause == VZ_DISABLED) {
		vz_debug("CT %u: %s", x->id, e->msg);
		vz_error_free(e);
		*ret = 0;
		return false;
	}
	return !*ret;
}

/* The VE has ended; its cgroup says how. Whoever held the lock may have done it all. */
static int ended(struct ctx *x, struct vz_err *e)
{
	char word[16], path[PATH_MAX];
	bool reboot;
	int ret;

	if (access(vz_cgroup_path(path, x->id, ""), F_OK) || vz_ve_occupied(x->id))
		return 0;
	reboot = !strcmp(vz_ve_exit_word(x->id, word), "reboot");
	vz_say("CT %u has ended: %s", x->id, word);
	ret = vz_ve_cleanup(x->c, e);
	if (!ret && reboot && may_start(x, &ret, e))
		ret = start_ve(x, e);
	return ret;
}

static int boot(struct ctx *x, struct vz_err *e)
{
	int ret = vz_owner_reclaim(x->c, e);

	if (ret || vz_ve_occupied(x->id) || !may_start(x, &ret, e))
		return ret;
	return start_ve(x, e);
}

static int shut_down(struct ctx *x, struct vz_err *e)
{
	const char *mode = vz_conf_get(x->c, "VE_STOP_MODE");
	struct ckpt_stats st = { 0 };
	struct vz_err why = { 0 };
	char dir[PATH_MAX];
	int ret;

	/* Who froze it decides about it; when the host goes down it ends as it is. */
	if (!vz_ve_occupied(x->id) || vz_ve_frozen(x->id))
		return 0;
	if (mode && !strcmp(mode, "suspend") && vz_ve_answers(x->id)) {
		if (!ckpt_dump(x->c, dump_dir(x->c, dir), NULL, &st, &why))
			return vz_ve_cleanup(x->c, e);
		vz_warn("CT %u cannot be suspended, stopping it: %s", x->id, why.msg);
		vz_error_free(&why);
	}
	ret = stop_ve(x, false, false, e);
	if (!ret || e->cause != VZ_ACTIONSCRIPT)
		return ret;
	/* The host goes down whatever a script says. */
	vz_warn("CT %u: %s; stopping it all the same", x->id, e->msg);
	vz_error_free(e);
	return vz_ve_stop(x->c, false, e);
}

static int load_again(struct ctx *x, struct vz_err *e)
{
	struct vz_conf *locked = NULL;
	int ret = vz_conf_load(x->id, &locked, e);

	if (ret)
		return ret;
	vz_conf_free(x->c);
	x->c = locked;
	return 0;
}

/* Somebody may have died, with the host perhaps, over a change that is decided. */
static int load_locked(struct ctx *x, struct vz_err *e)
{
	bool done;
	int ret = load_again(x, e);

	if (!ret)
		ret = vz_commit_finish(x->c, &done, e);
	return ret || !done ? ret : load_again(x, e);
}

static int run(enum job what, unsigned int id)
{
	static int (*const fn[])(struct ctx *x, struct vz_err *e) = {
		[JOB_ENDED] = ended, [JOB_BOOT] = boot, [JOB_SHUTDOWN] = shut_down,
	};
	static const char *const name[] = {
		[JOB_ENDED] = "ended", [JOB_BOOT] = "boot", [JOB_SHUTDOWN] = "shutdown",
	};
	struct ctx x = { .id = id };
	struct vz_err e = { 0 };
	bool no_config = false;
	int ret = vz_conf_load(id, &x.c, &e);

	vz_log_ct(id);
	if (ret) {
		vz_error_free(&e);
		/* No configuration: it was removed, or the VE is on its way in and locked. */
		no_config = true;
		ret = vz_conf_new(id, &x.c, &e);
		if (ret || what != JOB_ENDED) {
			vz_warn("CT %u: %s", id, e.msg ? e.msg : "no configuration");
			return 1;
		}
	}
	ret = vz_lock(x.c, VZ_LOCK_DAEMON, &e);
	/* At shutdown the owner of the lock gets a while. */
	for (int i = 0; what == JOB_SHUTDOWN && ret == -EBUSY && i < 60; i++) {
		sleep(1);
		ret = vz_lock(x.c, VZ_LOCK_DAEMON, &e);
	}
	if (ret == -EBUSY && what == JOB_ENDED)
		return 2;
	if (!ret) {
		/* Who had the lock before may have changed it. */
		if (!no_config)
			ret = load_locked(&x, &e);
		if (!ret && !no_config)
			ret = fn[what](&x, &e);
		else if (!ret && !vz_ve_occupied(id))
			ret = vz_ve_cleanup(x.c, &e);
		vz_unlock(x.c);
	}
	if (ret)
		vz_warn("CT %u: %s", id, e.msg ? e.msg : strerror(-ret));
	vz_audit(id, name[what], ret ? vz_exit_code(e.cause) : 0, ret ? e.msg : NULL);
	return ret ? 1 : 0;
}

/* The program of the migration ends what its process left; it takes the lock itself. */
static void __attribute__((noreturn)) end_move(const char *how, unsigned int id)
{
	char word[16];

	snprintf(word, sizeof(word), "%u", id);
	execl("/usr/sbin/vzmigrate", "vzmigrate", "--resolve", how, word, (char *)NULL);
	vz_warn("CT %u: /usr/sbin/vzmigrate: %s", id, strerror(errno));
	_exit(1);
}

static int slot_of(unsigned int id)
{
	int i;

	for (i = 0; i < MAX_JOBS; i++)
		if (jobs[i].pid && jobs[i].id == id)
			return i;
	return -1;
}

int job_start(enum job what, unsigned int id)
{
	sigset_t none;
	int i;

	if (slot_of(id) >= 0)
		return -EBUSY;
	for (i = 0; i < max_jobs && jobs[i].pid; i++)
		;
	if (i == max_jobs)
		return -EAGAIN;
	fflush(NULL);
	jobs[i].id = id;
	jobs[i].what = what;
	jobs[i].pid = fork();
	if (jobs[i].pid < 0) {
		jobs[i].pid = 0;
		return -errno;
	}
	if (!jobs[i].pid) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (what == JOB_MOVED || what == JOB_MOVED_BOOT)
			end_move(what == JOB_MOVED ? "auto" : "boot", id);
		exit(run(what, id));
	}
	return 0;
}

void job_reap(void)
{
	int i, status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < MAX_JOBS; i++)
			if (jobs[i].pid == pid) {
				jobs[i].pid = 0;
				if (jobs[i].what != JOB_BOOT && jobs[i].what != JOB_SHUTDOWN)
					continue;
				count.ended++;
				count.failed += !WIFEXITED(status) || WEXITSTATUS(status);
			}
}

struct job_count jobs_ended(void)
{
	struct job_count c = count;

	count = (struct job_count){ 0 };
	return c;
}

unsigned int jobs_running(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < MAX_JOBS; i++)
		n += jobs[i].pid != 0;
	return n;
}
