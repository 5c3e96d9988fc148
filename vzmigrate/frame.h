/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of the migration protocol: a fixed header, a protobuf message, raw
 * bytes. File data is never inside protobuf. Everything that comes from the
 * peer is checked here before anybody looks at it: magic, version, type,
 * lengths against the caps of the type, checksum, message syntax.
 */
#ifndef VZMIGRATE_FRAME_H
#define VZMIGRATE_FRAME_H

#include <protobuf-c/protobuf-c.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "vzmigrate/frame_pack.h"

struct vz_err;

#define WIRE_MAGIC	0x45564f7aU	/* "zOVE" on the wire */
#define WIRE_VERSION	1
#define WIRE_MSG_MAX	(1U << 20)
#define WIRE_RAW_MAX	(256U << 10)

/* X(NAME, message descriptor or NULL for an empty one, cap of the raw part) */
#define WIRE_TYPES(X) \
	X(HELLO,    wire__hello__descriptor,   0) \
	X(READY,    wire__ready__descriptor,   0) \
	X(FAIL,     wire__fail__descriptor,    0) \
	X(SETUP,    wire__done__descriptor,    0) \
	X(SCRIPT,   wire__script__descriptor,  65536) \
	X(TREE,     wire__tree__descriptor,    0) \
	X(DIR,      wire__dir__descriptor,     0) \
	X(NEED,     wire__need__descriptor,    0) \
	X(FILE,     wire__file__descriptor,    WIRE_RAW_MAX) \
	X(DATA,     wire__data__descriptor,    WIRE_RAW_MAX) \
	X(DIGEST,   wire__digest__descriptor,  0) \
	X(DONE,     wire__done__descriptor,    0) \
	X(PREPARE,  wire__prepare__descriptor, 0) \
	X(PREPARED, wire__figures__descriptor, 0) \
	X(GRANT,    wire__grant__descriptor,   0) \
	X(RESUMED,  wire__figures__descriptor, 0) \
	X(RELEASED, wire__done__descriptor,    0) \
	X(QUERY,    wire__query__descriptor,   0) \
	X(STATE,    wire__state__descriptor,   0) \
	X(PAGES,    wire__done__descriptor,    WIRE_RAW_MAX) \
	X(ROOM,     wire__room__descriptor,    0) \
	X(IMAGE,    wire__image__descriptor,   WIRE_RAW_MAX)

enum wire_type {
	WIRE_NONE,		/* never sent */
#define WIRE_TYPE_ENUM(name, desc, raw)	WIRE_##name,
	WIRE_TYPES(WIRE_TYPE_ENUM)
#undef WIRE_TYPE_ENUM
	WIRE_NR_TYPES,
};

/* Answers to QUERY. Part of the protocol. */
enum wire_word {
	WIRE_NOT_HERE,		/* the VE is the source's, for good */
	WIRE_RUNS,		/* it is the destination's */
	WIRE_BUSY,		/* its process is still at it: ask again */
};

/**
 * struct wire - one connection
 * @in, @out: descriptors, owned by the caller; may be the same
 * @timeout_ms: longest wait for the peer in one step, -1 for ever
 * @sent, @received: bytes so far; @saved: that were not sent, as frames were compressed
 * @peer_failed: the last receive saw a FAIL frame; the error is the peer's
 * @peer_undecided: the peer may have let the VE run
 * @packs: the peer takes raw parts that are compressed, set by the caller: they are where that
 *	takes less time than it saves
 */
struct wire {
	int in, out;
	int timeout_ms;
	uint64_t sent, received, saved;
	bool peer_failed, peer_undecided;
	const char *peer;	/* for messages */
	uint8_t *rbuf;
	size_t rcap;
	uint8_t *sbuf;
	size_t scap;
	bool packs;
	struct wire_pack pack;
};

/**
 * struct wire_frame - one frame received
 * @msg: decoded message, released by wire_frame_free()
 * @raw, @raw_len: raw bytes, valid until the next receive
 */
struct wire_frame {
	enum wire_type type;
	ProtobufCMessage *msg;
	const uint8_t *raw;
	uint32_t raw_len;
};

/* The user wants out: every wait ends with -EINTR. Set by signal handlers. */
extern volatile sig_atomic_t wire_stop;

void wire_init(struct wire *w, int in, int out, const char *peer);
void wire_release(struct wire *w);

const char *wire_type_name(enum wire_type type);

/* msg NULL is an empty message. -EPIPE/-ETIMEDOUT when the link is gone. */
int wire_send(struct wire *w, enum wire_type type, const ProtobufCMessage *msg,
	      const void *raw, size_t raw_len, struct vz_err *e);

/*
 * Receive one frame. -EPROTO: garbage; -ECONNRESET: end of the stream;
 * -ETIMEDOUT. A FAIL frame becomes the error it carries and sets peer_failed.
 */
int wire_recv(struct wire *w, struct wire_frame *f, struct vz_err *e);
/* As wire_recv() for one type; any other is -EPROTO. */
int wire_expect(struct wire *w, enum wire_type type, struct wire_frame *f, struct vz_err *e);
void wire_frame_free(struct wire_frame *f);

/*
 * Sending failed: the peer may have said why before it went. Reads what is
 * left of the stream up to a FAIL frame; when there is one, it replaces *e.
 */
int wire_why(struct wire *w, int err, struct vz_err *e);

/* Tell the peer that this side gives up, with the error e holds. Best effort. */
void wire_send_fail(struct wire *w, const struct vz_err *e, bool undecided);

static inline void wire_cleanup_frame(struct wire_frame *f)
{
	wire_frame_free(f);
}
#define cleanup_frame	__attribute__((cleanup(wire_cleanup_frame)))

#define MIG_TOOL_VERSION	"openve-1"

#endif /* VZMIGRATE_FRAME_H */
