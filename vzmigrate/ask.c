// SPDX-License-Identifier: GPL-2.0-or-later
/* QUERY from the source's side. The caller holds the VE's lock and owns struct ask. */
#include <errno.h>
#include <string.h>
#include "libvz/err.h"
#include "libvz/journal.h"
#include "vzmigrate/ask.h"
#include "vzmigrate/wire.pb-c.h"

/* The destination may restore or start the VE before it answers. */
#define ANSWER_MS	300000
#define DONE_MS		120000

static int send_query(struct ask *a, const struct journal *j, struct vz_err *e)
{
	Wire__Query m = WIRE__QUERY__INIT;

	m.uuid.data = (uint8_t *)j->uuid;
	m.uuid.len = sizeof(j->uuid);
	m.generation = j->generation;
	m.veid = j->id;
	return wire_send(&a->w, WIRE_QUERY, &m.base, NULL, 0, e);
}

static int check_host(const struct journal *j, const Wire__State *m, struct vz_err *e)
{
	if (!*j->host || !strcmp(j->host, m->host))
		return 0;
	return vz_error(e, VZ_CONNECT, -ESTALE,
			"%s is not the host that VE %u was given to, or has lost its /var/lib/vzctl: "
			"find out where the VE runs, then say it with vzmigrate --resolve",
			j->peer, j->id);
}

int ask_peer(struct ask *a, const struct journal *j, enum hand_event *answer, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	int ret;

	ask_close(a);
	ret = ssh_open(&a->ssh, j->peer, *j->ssh ? j->ssh : NULL, e);
	if (ret)
		return ret;
	wire_init(&a->w, a->ssh.in, a->ssh.out, j->peer);
	a->open = true;
	a->w.timeout_ms = ANSWER_MS;
	ret = send_query(a, j, e);
	if (!ret)
		ret = wire_expect(&a->w, WIRE_STATE, &f, e);
	else
		ret = wire_why(&a->w, ret, e);
	if (ret)
		return a->w.peer_failed ? ret : ssh_explain(&a->ssh, j->peer, ret, e);
	ret = check_host(j, (const Wire__State *)f.msg, e);
	*answer = hand_heard(&a->w, 0, &f);
	if (!ret && *answer == HAND_EV_LOST)
		ret = vz_error(e, VZ_CONNECT, -EPROTO, "%s gives an answer that is not known here",
			       j->peer);
	return ret;
}

enum hand_event ask_release(struct ask *a)
{
	cleanup_frame struct wire_frame f = { 0 };
	struct vz_err e = { 0 };
	int ret = wire_send(&a->w, WIRE_RELEASED, NULL, NULL, 0, &e);

	a->w.timeout_ms = DONE_MS;
	if (!ret)
		ret = wire_recv(&a->w, &f, &e);
	vz_error_free(&e);
	return hand_heard(&a->w, ret, &f);
}

void ask_close(struct ask *a)
{
	if (a->open) {
		wire_release(&a->w);
		ssh_close(&a->ssh);
	}
	*a = (struct ask){ .ssh = { .in = -1, .out = -1 } };
}
