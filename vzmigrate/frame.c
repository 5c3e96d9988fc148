// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames on a pair of descriptors. A frame is built in one buffer and read
 * into one, both kept for the life of the connection; no lock, one thread.
 * The descriptors are switched to non-blocking, so that every wait has an end.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/clock.h"
#include "libvz/crc.h"
#include "libvz/err.h"
#include "libvz/message.h"
#include "vzmigrate/exit.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/wire.pb-c.h"

struct wire_head {
	uint32_t magic;
	uint8_t version;
	uint8_t type;
	uint16_t flags;
	uint32_t msg_len;
	uint32_t raw_len;
	uint32_t crc;		/* of the head with crc 0, message and raw part */
};

#define HEAD_PACKED	1	/* the raw part; all other flags must be 0 */

_Static_assert(sizeof(struct wire_head) == 20, "no padding on the wire");

static const struct {
	const char *name;
	const ProtobufCMessageDescriptor *desc;
	uint32_t raw_max;
} types[WIRE_NR_TYPES] = {
#define WIRE_TYPE_ROW(name, desc, raw)	[WIRE_##name] = { #name, &desc, raw },
	WIRE_TYPES(WIRE_TYPE_ROW)
#undef WIRE_TYPE_ROW
};

const char *wire_type_name(enum wire_type type)
{
	return type > WIRE_NONE && type < WIRE_NR_TYPES ? types[type].name : "?";
}

void wire_init(struct wire *w, int in, int out, const char *peer)
{
	*w = (struct wire){ .in = in, .out = out, .timeout_ms = -1, .peer = peer };
	fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK);
	fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
	signal(SIGPIPE, SIG_IGN);
}

void wire_release(struct wire *w)
{
	free(w->rbuf);
	free(w->sbuf);
	wire_pack_release(&w->pack);
	w->rbuf = w->sbuf = NULL;
	w->rcap = w->scap = 0;
}

static int grow(uint8_t **buf, size_t *cap, size_t want, struct vz_err *e)
{
	uint8_t *p;

	if (*cap >= want)
		return 0;
	p = realloc(*buf, want);
	if (!p)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory for a frame of %zu bytes",
				want);
	*buf = p;
	*cap = want;
	return 0;
}

volatile sig_atomic_t wire_stop;

static int link_error(struct wire *w, int err, struct vz_err *e)
{
	switch (err) {
	case -ETIMEDOUT:
		return vz_error(e, VZ_CONNECT, err, "%s did not answer for %d s", w->peer,
				w->timeout_ms / 1000);
	case -ECONNRESET:
	case -EPIPE:
		return vz_error(e, VZ_CONNECT, err, "the connection to %s has ended", w->peer);
	case -EINTR:
		return vz_error(e, VZ_CONNECT, err, "interrupted");
	default:
		return vz_error_sys(e, VZ_CONNECT, err, "connection to %s", w->peer);
	}
}

static int wait_fd(struct wire *w, int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n;

	do
		n = wire_stop ? -1 : poll(&p, 1, w->timeout_ms);
	while (n < 0 && !wire_stop && errno == EINTR);
	if (wire_stop)
		return -EINTR;
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

/* read(2) or write(2) has failed: wait and try again (0), or give up. */
static int try_again(struct wire *w, int fd, short events)
{
	if (errno == EAGAIN)
		return wait_fd(w, fd, events);
	return errno == EINTR ? 0 : -errno;
}

static int write_all(struct wire *w, const uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = write(w->out, p, len);
		int ret = n < 0 ? try_again(w, w->out, POLLOUT) : 0;

		if (ret)
			return ret;
		if (n < 0)
			continue;
		p += n;
		len -= n;
		w->sent += n;
	}
	return 0;
}

static int read_all(struct wire *w, uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = read(w->in, p, len);
		int ret = n < 0 ? try_again(w, w->in, POLLIN) : 0;

		if (!n)
			ret = -ECONNRESET;
		if (ret)
			return ret;
		if (n < 0)
			continue;
		p += n;
		len -= n;
		w->received += n;
	}
	return 0;
}

int wire_send(struct wire *w, enum wire_type type, const ProtobufCMessage *msg,
	      const void *raw, size_t raw_len, struct vz_err *e)
{
	size_t msg_len = msg ? protobuf_c_message_get_packed_size(msg) : 0;
	struct wire_head h = {
		.magic = htole32(WIRE_MAGIC), .version = WIRE_VERSION, .type = type,
		.msg_len = htole32(msg_len),
	};
	uint64_t start;
	size_t whole;
	int ret;

	if (msg_len > WIRE_MSG_MAX || raw_len > types[type].raw_max)
		return vz_error(e, VZ_COPY, -EMSGSIZE, "%s frame of %zu+%zu bytes is too large",
				wire_type_name(type), msg_len, raw_len);
	whole = raw_len;
	if (w->packs && wire_pack(&w->pack, &raw, &raw_len))
		h.flags = htole16(HEAD_PACKED);
	w->saved += whole - raw_len;
	h.raw_len = htole32(raw_len);
	ret = grow(&w->sbuf, &w->scap, sizeof(h) + msg_len + raw_len, e);
	if (ret)
		return ret;
	memcpy(w->sbuf, &h, sizeof(h));
	if (msg)
		protobuf_c_message_pack(msg, w->sbuf + sizeof(h));
	if (raw_len)
		memcpy(w->sbuf + sizeof(h) + msg_len, raw, raw_len);
	h.crc = htole32(vz_crc32c(0, w->sbuf, sizeof(h) + msg_len + raw_len));
	memcpy(w->sbuf, &h, sizeof(h));
	start = vz_now_us();
	ret = write_all(w, w->sbuf, sizeof(h) + msg_len + raw_len);
	wire_pack_sent(&w->pack, sizeof(h) + msg_len + raw_len, vz_now_us() - start);
	return ret ? link_error(w, ret, e) : 0;
}

/* The head has arrived: lengths that may be allocated, a type we know. */
static int check_head(struct wire *w, const struct wire_head *h, struct vz_err *e)
{
	if (le32toh(h->magic) != WIRE_MAGIC)
		return vz_error(e, VZ_CONNECT, -EPROTO,
				"%s does not speak the migration protocol (does its login shell print text?)",
				w->peer);
	if (h->version != WIRE_VERSION)
		return vz_error(e, VZ_CONNECT, -EPROTONOSUPPORT,
				"%s speaks protocol %u, this side %u: install the same version on both",
				w->peer, h->version, WIRE_VERSION);
	if (h->type == WIRE_NONE || h->type >= WIRE_NR_TYPES ||
	    le16toh(h->flags) & ~HEAD_PACKED)
		return vz_error(e, VZ_CONNECT, -EPROTO, "unknown frame type %u from %s",
				h->type, w->peer);
	if (le32toh(h->msg_len) > WIRE_MSG_MAX || le32toh(h->raw_len) > types[h->type].raw_max)
		return vz_error(e, VZ_CONNECT, -EPROTO, "oversized %s frame from %s",
				wire_type_name(h->type), w->peer);
	return 0;
}

static int peer_error(struct wire *w, const Wire__Fail *m, struct vz_err *e)
{
	enum vz_cause cause = m->cause ? vz_cause_find(m->cause) : VZ_NO_CAUSE;
	int err = m->err < 0 && m->err > -4096 ? m->err : -EIO;

	w->peer_failed = true;
	w->peer_undecided = m->has_undecided && m->undecided;
	return vz_error(e, cause ? cause : VZ_COPY, err, "%s: %.900s", w->peer, m->text);
}

int wire_recv(struct wire *w, struct wire_frame *f, struct vz_err *e)
{
	struct wire_head h;
	size_t msg_len, raw_len;
	uint32_t crc;
	int ret;

	*f = (struct wire_frame){ 0 };
	ret = read_all(w, (uint8_t *)&h, sizeof(h));
	if (ret)
		return link_error(w, ret, e);
	ret = check_head(w, &h, e);
	if (ret)
		return ret;
	msg_len = le32toh(h.msg_len);
	raw_len = le32toh(h.raw_len);
	ret = grow(&w->rbuf, &w->rcap, msg_len + raw_len, e);
	if (ret)
		return ret;
	ret = read_all(w, w->rbuf, msg_len + raw_len);
	if (ret)
		return link_error(w, ret, e);
	crc = le32toh(h.crc);
	h.crc = 0;
	if (vz_crc32c(vz_crc32c(0, &h, sizeof(h)), w->rbuf, msg_len + raw_len) != crc)
		return vz_error(e, VZ_CONNECT, -EPROTO, "%s frame from %s has a wrong checksum",
				wire_type_name(h.type), w->peer);
	f->type = h.type;
	ret = vz_message_unpack(types[h.type].desc, w->rbuf, msg_len, &f->msg);
	if (ret == -E2BIG)
		return vz_error(e, VZ_CONNECT, -EPROTO,
				"%s frame from %s of %zu bytes holds so many parts that they would take over %zu times its length: no tool of ours sends that",
				wire_type_name(h.type), w->peer, msg_len,
				(size_t)VZ_MESSAGE_FACTOR);
	if (ret)
		return vz_error(e, VZ_CONNECT, ret == -ENOMEM ? ret : -EPROTO,
				"malformed %s frame from %s", wire_type_name(h.type), w->peer);
	f->raw = w->rbuf + msg_len;
	f->raw_len = raw_len;
	if (le16toh(h.flags) & HEAD_PACKED &&
	    wire_unpack(&w->pack, types[h.type].raw_max, &f->raw, &f->raw_len)) {
		wire_frame_free(f);
		return vz_error(e, VZ_CONNECT, -EPROTO, "%s frame from %s cannot be unpacked",
				wire_type_name(h.type), w->peer);
	}
	if (f->type == WIRE_FAIL) {
		ret = peer_error(w, (const Wire__Fail *)f->msg, e);
		wire_frame_free(f);
		return ret;
	}
	return 0;
}

int wire_expect(struct wire *w, enum wire_type type, struct wire_frame *f, struct vz_err *e)
{
	int ret = wire_recv(w, f, e);

	if (ret || f->type == type)
		return ret;
	ret = vz_error(e, VZ_CONNECT, -EPROTO, "%s frame from %s where %s was expected",
		       wire_type_name(f->type), w->peer, wire_type_name(type));
	wire_frame_free(f);
	return ret;
}

void wire_frame_free(struct wire_frame *f)
{
	if (f->msg)
		protobuf_c_message_free_unpacked(f->msg, NULL);
	*f = (struct wire_frame){ 0 };
}

int wire_why(struct wire *w, int err, struct vz_err *e)
{
	struct vz_err own = { 0 };
	int timeout = w->timeout_ms;

	if (w->peer_failed || (err != -EPIPE && err != -ECONNRESET))
		return err;
	w->timeout_ms = 2000;
	for (;;) {
		struct wire_frame f;
		int ret = wire_recv(w, &f, &own);

		wire_frame_free(&f);
		if (ret)
			break;
	}
	w->timeout_ms = timeout;
	if (w->peer_failed)
		err = vz_error(e, own.cause, own.err, "%s", own.msg);
	vz_error_free(&own);
	return err;
}

void wire_send_fail(struct wire *w, const struct vz_err *e, bool undecided)
{
	Wire__Fail m = WIRE__FAIL__INIT;
	struct vz_err own = { 0 };
	int timeout = w->timeout_ms;

	m.exit = mig_exit_code(e->cause);
	m.cause = (char *)vz_cause_name(e->cause);
	m.err = e->err ? e->err : -EIO;
	m.text = e->msg ? e->msg : "failed";
	m.has_undecided = m.undecided = undecided;
	w->timeout_ms = 2000;
	wire_send(w, WIRE_FAIL, &m.base, NULL, 0, &own);
	w->timeout_ms = timeout;
	vz_error_free(&own);
}
