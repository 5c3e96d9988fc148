// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `vzmigrate --receive`: the destination. stdin and stdout are the connection;
 * what is printed goes to stderr, which ssh carries to the user.
 *
 * Two processes: a worker does everything, its parent only waits. What the
 * worker leaves open, because it was killed or could not, the parent ends by the
 * journal: it removes what was not given, and starts what was.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/private.h"
#include "libvz/quota_area.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_recv.h"
#include "vzmigrate/answer.h"
#include "vzmigrate/exit.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/host.h"
#include "libvz/journal.h"
#include "libvz/overlay.h"
#include "vzmigrate/place.h"
#include "vzmigrate/pages.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/receive.h"
#include "vzmigrate/receive_check.h"
#include "vzmigrate/receive_run.h"
#include "vzmigrate/receive_state.h"
#include "vzmigrate/receive_take.h"
#include "vzmigrate/room.h"
#include "vzmigrate/wire.pb-c.h"
#include "vzmigrate/tree.h"

/* Before anything is frozen the source may think for long; ssh notices a dead link. */
#define HELLO_MS	30000
#define IDLE_MS		600000

/* What the waiting parent must know of the worker. */
struct watch {
	unsigned int id;	/* 0: nothing reserved */
	bool keep;
};

/* ---- steps ---------------------------------------------------------------- */

/* Action scripts run as root of this host, so it is this host's own vz.conf that says so. */
static bool takes_scripts(void)
{
	cleanup_conf struct vz_conf *host = NULL;
	struct vz_err e = { 0 };
	const char *word = vz_conf_global(&host, &e) ? NULL : vz_conf_get(host, "MIGRATE_SCRIPTS");

	vz_error_free(&e);
	return word && !strcasecmp(word, "yes");
}

static int send_ready(struct mig_dst *d, uint64_t free_bytes, bool basis, struct vz_err *e)
{
	cleanup_free char *kernel = host_kernel(), *release = host_release();
	static char tool[] = MIG_TOOL_VERSION;
	Wire__Ready m = WIRE__READY__INIT;
	char host[HOST_IDENTITY];
	int ret = host_identity(host, e);

	if (ret)
		return ret;
	m.host = host;
	m.tool = tool;
	m.kernel = kernel;
	m.release = release;
	m.has_free_bytes = m.has_basis = m.has_scripts = true;
	m.scripts = takes_scripts();
	m.free_bytes = free_bytes;
	m.basis = basis;
	m.has_pages = true;
	m.pages = d->store_fd >= 0;
	m.has_unpacks = m.unpacks = true;
	m.has_takes_images = true;
	m.takes_images = d->images_fd >= 0 && d->j.mode == MIG_ONLINE;
	m.has_stores = true;
	m.stores = d->store_fd >= 0 && ckpt_criu_is_ours();
	return wire_send(&d->w, WIRE_READY, &m.base, NULL, 0, e);
}

static int hello(struct mig_dst *d, struct wire_frame *f, struct vz_err *e)
{
	uint64_t free_bytes = 0;
	int ret;

	d->hello = (Wire__Hello *)f->msg;
	f->msg = NULL;
	ret = dst_check(d->hello, &free_bytes, e);
	return ret ? ret : send_ready(d, free_bytes, false, e);
}

static int open_folder(const char *path, bool fresh, mode_t mode, int *fd, struct vz_err *e)
{
	int ret = fresh ? vz_path_remove(path, e) : 0;

	if (ret)
		return ret;
	if (mkdir(path, mode) && errno != EEXIST)
		return vz_error_sys(e, VZ_COPY, -errno, "make %s", path);
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? vz_error_sys(e, VZ_COPY, -errno, "open %s", path) : 0;
}

/* The private area begins as what is already here: an earlier try, a template, or nothing. */
static int make_basis(struct mig_dst *d, bool *basis, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	char incoming[PATH_MAX];
	struct stat st;
	int ret;

	*basis = !lstat(place_incoming(incoming, d->c), &st);
	if (*basis || !d->c->ostemplate)
		return 0;
	ret = place_conf_load(d->hello->veid, &c, e);
	if (!ret)
		ret = vz_conf_set(c, "VE_PRIVATE", incoming, e);
	/* What the VE has may be above its limits; they are set before its own files come. */
	if (ret)
		return ret;
	ret = vz_conf_set(c, "DISKSPACE", "unlimited", e);
	if (ret)
		return ret;
	ret = vz_conf_set(c, "DISKINODES", "unlimited", e);
	if (ret)
		return ret;
	ret = vz_private_create(c, c->ostemplate, e);
	*basis = !ret;
	if (ret == -ENOSPC || e->cause == VZ_NOSPACE) {
		e->cause = VZ_COPY;
		return ret;
	}
	/* Without a usable template everything is copied. */
	vz_error_free(e);
	return 0;
}

/* In memory only: on a disk it would cost more than it saves. Nameless, so it goes by itself. */
static int open_store(struct mig_dst *d, struct vz_err *e)
{
	if (d->j.mode != MIG_ONLINE || !place_images_are_in_memory(d->c))
		return 0;
	d->store_fd = openat(d->images_stage_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return d->store_fd < 0 ? vz_error_sys(e, VZ_COPY, -errno, "make a store of pages") : 0;
}

static int take_pages(struct mig_dst *d, const struct wire_frame *f, struct vz_err *e)
{
	struct copy_receiver *r = &d->images;

	if (d->store_fd < 0 || f->raw_len % PAGES_SIZE ||
	    r->nstore > PAGES_MAX - WIRE_RAW_MAX / PAGES_SIZE)
		return vz_error(e, VZ_CONNECT, -EPROTO, "unexpected PAGES");
	if (pwrite(d->store_fd, f->raw, f->raw_len, (off_t)r->nstore * PAGES_SIZE) !=
	    (ssize_t)f->raw_len)
		return vz_error_sys(e, VZ_COPY, -ENOSPC, "keep the VE's memory");
	r->nstore += f->raw_len / PAGES_SIZE;
	return 0;
}

static int open_folders(struct mig_dst *d, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = open_folder(place_incoming(path, d->c), false, 0755, &d->tree_fd, e);

	if (!ret)
		ret = vz_quota_take(d->c, d->tree_fd, e);
	if (!ret)
		ret = open_folder(place_stage(path, d->c), true, 0700, &d->stage_fd, e);
	/* Files get their names by a rename from here, which stays within one project. */
	if (!ret)
		ret = vz_quota_take(d->c, d->stage_fd, e);
	/* Those of a suspended VE stay. */
	if (!ret && d->j.mode == MIG_ONLINE)
		ret = place_images_in_memory(d->c, 2 * d->hello->memory_bytes, e);
	if (ret)
		return ret;
	ret = open_folder(place_images(path, d->c), true, 0700, &d->images_fd, e);
	if (ret)
		return ret;
	ret = open_folder(place_images_stage(path, d->c), true, 0700, &d->images_stage_fd,
				  e);
	if (ret)
		return ret;
	tree_layers(vz_is_overlay(d->c));
	ret = open_store(d, e);
	if (ret)
		return ret;
	copy_receiver_init(&d->tree, &d->w, d->tree_fd, d->stage_fd);
	copy_receiver_init(&d->images, &d->w, d->images_fd, d->images_stage_fd);
	d->images.store = d->store_fd;
	d->stream.dir = d->images_fd;
	d->stream.store = d->store_fd;
	d->stream.nstore = &d->images.nstore;
	return 0;
}

/* d->c becomes the VE's; on an error it stays this host's, with the same paths. */
static int load_incoming(struct mig_dst *d, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	const Wire__Hello *h = d->hello;
	char number[32];
	int ret = place_conf_write(h->veid, h->config.data, h->config.len, e);

	if (!ret)
		ret = place_conf_load(h->veid, &c, e);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)h->generation);
	if (ret)
		return ret;
	ret = vz_conf_set(c, "GENERATION", number, e);
	if (ret)
		return ret;
	vz_conf_free(d->c);
	d->c = c;
	c = NULL;
	return 0;
}

/* Lock, journal, configuration, basis of the copy. */
static int reserve(struct mig_dst *d, bool *basis, struct vz_err *e)
{
	const Wire__Hello *h = d->hello;
	struct hand_step step;
	int ret = vz_conf_new(h->veid, &d->c, e);

	if (!ret && vz_lock(d->c, "migrating", e)) {
		e->cause = VZ_LOCKED;
		return e->err;
	}
	if (ret)
		return ret;
	ret = dst_clear(h, d->c, e);
	if (ret) {
		vz_unlock(d->c);
		return ret;
	}
	d->reserved = true;
	d->j = (struct journal){ .id = h->veid, .state = JOURNAL_INCOMING, .mode = h->mode,
				 .generation = h->generation, .pid = getpid() };
	memcpy(d->j.uuid, h->uuid.data, 16);
	snprintf(d->j.peer, sizeof(d->j.peer), "%s",
		 getenv("SSH_CLIENT") ? getenv("SSH_CLIENT") : "?");
	ret = load_incoming(d, e);
	step = hand_step(HAND_D_NONE, HAND_EV_SETUP);
	if (!ret)
		ret = hand_enter(&step, &d->j, e);
	if (!ret)
		ret = make_basis(d, basis, e);
	return ret ? ret : open_folders(d, e);
}

static int setup(struct mig_dst *d, struct watch *watch, struct vz_err *e)
{
	bool basis = false;
	int ret;

	if (d->reserved || d->hello->dry_run)
		return vz_error(e, VZ_CONNECT, -EPROTO, "unexpected SETUP");
	watch->keep = d->hello->keep_dst;
	watch->id = d->hello->veid;
	ret = reserve(d, &basis, e);
	return ret ? ret : send_ready(d, 0, basis, e);
}

static int pass(struct mig_dst *d, const Wire__Tree *t, struct vz_err *e)
{
	switch (t->kind) {
	case COPY_PRIVATE:
		return copy_recv_pass(&d->tree, t, e);
	case COPY_IMAGES:
		return copy_recv_pass(&d->images, t, e);
	}
	return vz_error(e, VZ_COPY, -EPROTO, "unknown tree %u", t->kind);
}

static int check_prepare(const struct mig_dst *d, const Wire__Prepare *m, struct vz_err *e)
{
	if (m->generation != d->j.generation || m->mode != d->j.mode)
		return vz_error(e, VZ_CONNECT, -EPROTO, "PREPARE of another generation or mode");
	return 0;
}

static int on_frame(struct mig_dst *d, struct watch *watch, struct wire_frame *f, bool *over,
		    struct vz_err *e)
{
	const Wire__Script *s;
	int ret;

	if (f->type == WIRE_SETUP)
		return setup(d, watch, e);
	if (!d->reserved)
		return vz_error(e, VZ_CONNECT, -EPROTO, "%s before SETUP", wire_type_name(f->type));
	switch (f->type) {
	case WIRE_SCRIPT:
		if (!takes_scripts())
			return vz_error(e, VZ_BADCONF, -EPERM,
					"this host takes no action scripts: MIGRATE_SCRIPTS in vz.conf");
		s = (const Wire__Script *)f->msg;
		return place_script_write(d->j.id, s->suffix, s->mode, f->raw, f->raw_len, e);
	case WIRE_PAGES:
		return take_pages(d, f, e);
	case WIRE_IMAGE:
		if (d->j.mode != MIG_ONLINE)
			break;
		return images_take(&d->stream, f, e);
	case WIRE_TREE:
		return pass(d, (const Wire__Tree *)f->msg, e);
	case WIRE_PREPARE:
		*over = true;
		images_release(&d->stream);
		ret = check_prepare(d, (const Wire__Prepare *)f->msg, e);
		return ret ? ret : dst_take_over(d, e);
	default:
		break;
	}
	return vz_error(e, VZ_CONNECT, -EPROTO, "unexpected %s", wire_type_name(f->type));
}

/* A new migration, or a question: what became of one, or what room is here. */
static int greet(struct mig_dst *d, bool *over, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	int ret = wire_recv(&d->w, &f, e);

	if (ret)
		return ret;
	if (f.type == WIRE_HELLO)
		return hello(d, &f, e);
	*over = true;
	if (f.type == WIRE_QUERY)
		return dst_answer(&d->w, (const Wire__Query *)f.msg, e);
	if (f.type == WIRE_ROOM)
		return room_tell(&d->w, (const Wire__Room *)f.msg, e);
	return vz_error(e, VZ_CONNECT, -EPROTO, "%s frame from %s where HELLO was expected",
			wire_type_name(f.type), d->w.peer);
}

static int converse(struct mig_dst *d, struct watch *watch, struct vz_err *e)
{
	bool over = false;
	int ret;

	d->w.timeout_ms = HELLO_MS;
	ret = greet(d, &over, e);
	d->w.timeout_ms = IDLE_MS;
	while (!ret && !over) {
		struct wire_frame f = { 0 };

		ret = wire_recv(&d->w, &f, e);
		/* The end of a dry run. */
		if (ret == -ECONNRESET && !d->reserved) {
			vz_error_free(e);
			return 0;
		}
		if (!ret)
			ret = on_frame(d, watch, &f, &over, e);
		wire_frame_free(&f);
	}
	return ret;
}

/* ---- worker ------------------------------------------------------------------ */

static void close_folders(struct mig_dst *d)
{
	int *fds[] = { &d->tree_fd, &d->stage_fd, &d->images_fd, &d->images_stage_fd,
		       &d->store_fd };

	if (d->tree.w)
		copy_receiver_release(&d->tree);
	if (d->images.w)
		copy_receiver_release(&d->images);
	images_release(&d->stream);
	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

static void give_up(struct mig_dst *d, const struct vz_err *why)
{
	struct vz_err e = { 0 };

	if (d->granted && d->ran) {
		/* The parent process starts it, or the source's question does. */
		if (!d->w.peer_failed)
			wire_send_fail(&d->w, why, true);
		vz_warn("VE %u: %s; it may have run here", d->j.id,
			why->msg ? why->msg : "failed");
		return;
	}
	/* It never ran here and cannot be started any more: the source may have it back. */
	if (d->granted && dst_disown(&d->j, d->c, &e)) {
		vz_warn("%s", e.msg);
		vz_error_free(&e);
		wire_send_fail(&d->w, why, true);
		return;
	}
	if (!d->w.peer_failed)
		wire_send_fail(&d->w, why, false);
	if (!d->reserved || d->j.state > JOURNAL_PLACED)
		return;
	if (place_discard(&d->j, d->c, d->hello->keep_dst, &e))
		vz_warn("VE %u: cannot remove what was copied: %s", d->j.id, e.msg);
	vz_error_free(&e);
}

/* The source asks over another connection: this one is over. See answer.c. */
static void on_evict(int sig)
{
	wire_stop = sig;
}

static int worker(int in, int out, struct watch *watch)
{
	const struct sigaction evict = { .sa_handler = on_evict };
	struct mig_dst d = {
		.tree_fd = -1, .stage_fd = -1, .images_fd = -1, .images_stage_fd = -1,
		.store_fd = -1, .stream.fd = -1,
	};
	struct vz_err e = { 0 };
	int ret, code = 0;

	sigaction(SIGUSR1, &evict, NULL);
	wire_init(&d.w, in, out, "the source");
	ret = converse(&d, watch, &e);
	close_folders(&d);
	if (ret) {
		code = mig_exit_code(e.cause);
		give_up(&d, &e);
	}
	if (d.reserved)
		vz_unlock(d.c);
	vz_error_free(&e);
	vz_conf_free(d.c);
	if (d.hello)
		wire__hello__free_unpacked(d.hello, NULL);
	wire_release(&d.w);
	return code;
}

/* ---- the waiting parent --------------------------------------------------------- */

/* The journal says what the worker has left; what is over is over. */
static void clean_after(const struct watch *watch, pid_t worker)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };
	struct journal j;
	int ret;

	if (!watch->id || journal_read(watch->id, &j, &e) || j.source || j.pid != worker)
		goto out;
	/* CRIU's helper kills what it has rebuilt; it has become our child. */
	for (int i = 0; i < 300 && j.state < JOURNAL_GRANTED; i++) {
		if (waitpid(-1, NULL, WNOHANG) < 0)
			break;
		if (i == 100 && vz_ve_occupied(watch->id) &&
		    vz_ve_kill(watch->id, &e))
			vz_error_free(&e);
		usleep(100000);
	}
	ret = vz_conf_new(watch->id, &c, &e);
	if (!ret)
		ret = vz_lock(c, "migrating", &e);
	/* Who has the lock does it, or vzeventd later. */
	if (ret == -EBUSY)
		goto out;
	if (!ret && !journal_read(watch->id, &j, &e) && !j.source && j.pid == worker)
		ret = dst_settle(&j, watch->keep, &e);
	if (ret)
		vz_warn("VE %u: cannot clean up: %s", watch->id, e.msg ? e.msg : strerror(-ret));
	if (c)
		vz_unlock(c);
out:
	vz_error_free(&e);
}

int mig_receive(void)
{
	struct watch *watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int in = fcntl(0, F_DUPFD_CLOEXEC, 3), out = fcntl(1, F_DUPFD_CLOEXEC, 3), status;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid, got;

	if (watch == MAP_FAILED || in < 0 || out < 0 || null < 0)
		return mig_exit_code(VZ_CONNECT);
	dup2(null, 0);
	dup2(2, 1);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	umask(0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid < 0)
		return mig_exit_code(VZ_CONNECT);
	if (!pid)
		exit(worker(in, out, watch));
	close(in);
	close(out);
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	clean_after(watch, pid);
	return got == pid && WIFEXITED(status) ? WEXITSTATUS(status) : mig_exit_code(VZ_COPY);
}
