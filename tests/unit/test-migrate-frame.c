// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of vzmigrate: what is sent arrives, and nothing else gets through. */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libvz/crc.h"
#include "libvz/err.h"
#include "libvz/tree.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/wire.pb-c.h"

static int bad;

#define CHECK(x) do { \
	if (!(x)) { \
		bad++; \
		printf("not ok %s:%d: %s\n", __func__, __LINE__, #x); \
	} \
} while (0)

static struct wire a, b;
static int ends[2];

static void open_link(void)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		abort();
	wire_init(&a, ends[0], ends[0], "a");
	wire_init(&b, ends[1], ends[1], "b");
	b.timeout_ms = 200;
}

static void close_link(void)
{
	wire_release(&a);
	wire_release(&b);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
}

/* One FILE frame with raw bytes, as it looks on the wire. */
static size_t sample(uint8_t *out, size_t size)
{
	Wire__File m = WIRE__FILE__INIT;
	struct vz_err e = { 0 };
	ssize_t n;

	open_link();
	m.seq = 7;
	m.index = 3;
	m.last = true;
	CHECK(!wire_send(&a, WIRE_FILE, &m.base, "hello", 5, &e));
	n = read(ends[1], out, size);
	close_link();
	return n > 0 ? n : 0;
}

/* What the receiver says to these bytes followed by the end of the stream. */
static int feed(const uint8_t *p, size_t n, struct wire_frame *f)
{
	struct vz_err e = { 0 };
	int ret;

	open_link();
	CHECK(write(ends[0], p, n) == (ssize_t)n);
	shutdown(ends[0], SHUT_WR);
	ret = wire_recv(&b, f, &e);
	CHECK(!ret == !e.msg);
	wire_frame_free(f);
	vz_error_free(&e);
	close_link();
	return ret;
}

static void test_round_trip(void)
{
	Wire__Grant m = WIRE__GRANT__INIT;
	struct wire_frame f;
	struct vz_err e = { 0 };

	open_link();
	m.generation = 0x123456789abcdefULL;
	CHECK(!wire_send(&a, WIRE_GRANT, &m.base, NULL, 0, &e));
	CHECK(!wire_send(&a, WIRE_SETUP, NULL, NULL, 0, &e));
	CHECK(!wire_expect(&b, WIRE_GRANT, &f, &e));
	CHECK(((Wire__Grant *)f.msg)->generation == m.generation);
	wire_frame_free(&f);
	CHECK(wire_expect(&b, WIRE_GRANT, &f, &e) == -EPROTO);	/* it is SETUP */
	CHECK(a.sent == b.received);
	CHECK(wire_recv(&b, &f, &e) == -ETIMEDOUT);
	vz_error_free(&e);
	close_link();
}

static void test_fail(void)
{
	struct vz_err e = { 0 }, got = { 0 };
	struct wire_frame f;

	open_link();
	vz_error(&e, VZ_IPUSED, -EADDRINUSE, "10.0.0.1 is in use");
	wire_send_fail(&a, &e, false);
	CHECK(wire_recv(&b, &f, &got) == -EADDRINUSE);
	CHECK(b.peer_failed && got.cause == VZ_IPUSED && strstr(got.msg, "10.0.0.1 is in use"));
	vz_error_free(&e);
	vz_error_free(&got);
	close_link();
}

/* The peer told why and went: the broken pipe is not the story. */
static void test_why(void)
{
	struct vz_err e = { 0 };
	struct wire_frame f;
	int ret;

	open_link();
	vz_error(&e, VZ_COPY, -ENOSPC, "disk full");
	wire_send_fail(&b, &e, false);
	vz_error_free(&e);
	shutdown(ends[1], SHUT_RDWR);
	close(ends[1]);
	ends[1] = -1;
	ret = wire_send(&a, WIRE_SETUP, NULL, NULL, 0, &e);
	CHECK(ret == -EPIPE);
	CHECK(wire_why(&a, ret, &e) == -ENOSPC);
	CHECK(e.cause == VZ_COPY && strstr(e.msg, "disk full"));
	CHECK(wire_recv(&a, &f, &e) == -ECONNRESET);
	vz_error_free(&e);
	close_link();
}

static void test_truncated(void)
{
	uint8_t buf[256];
	size_t n = sample(buf, sizeof(buf));
	struct wire_frame f;

	CHECK(n > 20 && feed(buf, n, &f) == 0);
	for (size_t cut = 0; cut < n; cut++)
		CHECK(feed(buf, cut, &f) == -ECONNRESET);
}

static void test_bit_flips(void)
{
	uint8_t buf[256];
	size_t n = sample(buf, sizeof(buf));
	struct wire_frame f;

	for (size_t bit = 0; bit < n * 8; bit++) {
		buf[bit / 8] ^= 1 << bit % 8;
		CHECK(feed(buf, n, &f) < 0);
		buf[bit / 8] ^= 1 << bit % 8;
	}
}

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = v >> 8 * i;
}

/* A frame with a right checksum whose head says what the caller wants. */
static size_t forge(uint8_t *buf, uint8_t type, uint32_t msg_len, uint32_t raw_len, size_t body)
{
	memset(buf, 0xff, 20 + body);
	put32(buf, WIRE_MAGIC);
	buf[4] = WIRE_VERSION;
	buf[5] = type;
	buf[6] = buf[7] = 0;
	put32(buf + 8, msg_len);
	put32(buf + 12, raw_len);
	put32(buf + 16, 0);
	put32(buf + 16, vz_crc32c(0, buf, 20 + body));
	return 20 + body;
}

static void test_forged(void)
{
	uint8_t buf[4096];
	struct wire_frame f;

	/* Lengths over the cap are refused before anything is read or allocated. */
	CHECK(feed(buf, forge(buf, WIRE_DATA, WIRE_MSG_MAX + 1, 0, 0), &f) == -EPROTO);
	CHECK(feed(buf, forge(buf, WIRE_DATA, 4, WIRE_RAW_MAX + 1, 0), &f) == -EPROTO);
	CHECK(feed(buf, forge(buf, WIRE_DATA, UINT32_MAX, UINT32_MAX, 0), &f) == -EPROTO);
	/* A type without a raw part has none. */
	CHECK(feed(buf, forge(buf, WIRE_GRANT, 0, 1, 1), &f) == -EPROTO);
	/* Unknown types, a message that is none, one without its required fields. */
	CHECK(feed(buf, forge(buf, 0, 0, 0, 0), &f) == -EPROTO);
	CHECK(feed(buf, forge(buf, WIRE_NR_TYPES, 0, 0, 0), &f) == -EPROTO);
	CHECK(feed(buf, forge(buf, WIRE_HELLO, 100, 0, 100), &f) == -EPROTO);
	CHECK(feed(buf, forge(buf, WIRE_GRANT, 0, 0, 0), &f) == -EPROTO);
	/* A login shell that greets. */
	CHECK(feed((const uint8_t *)"Welcome to Debian GNU/Linux 13\n", 31, &f) == -EPROTO);
}

/* @n times the same field, in a frame whose checksum is right. */
static int feed_many(uint8_t type, const void *begin, size_t begin_len, const void *field,
		     size_t field_len, size_t n)
{
	size_t len = begin_len + n * field_len;
	uint8_t *buf = malloc(20 + len);
	struct wire_frame f;
	int ret;

	if (!buf)
		abort();
	forge(buf, type, len, 0, 0);
	memcpy(buf + 20, begin, begin_len);
	for (size_t i = 0; i < n; i++)
		memcpy(buf + 20 + begin_len + i * field_len, field, field_len);
	put32(buf + 16, 0);
	put32(buf + 16, vz_crc32c(0, buf, 20 + len));
	ret = feed(buf, 20 + len, &f);
	free(buf);
	return ret;
}

/* Four bytes for a structure of 250: what fits into a frame does not fit into memory. */
static void test_amplified(void)
{
	static const uint8_t dir[] = "\x08\x01\x12\x00\x28\x00\x30\x01";
	static const uint8_t entry[] = "\x22\x02\x0a\x00", named[] = "\x22\x05\x0a\x01x\x10\x01";
	static const uint8_t hello[] = "\x08\x01\x12\x00\x18\x00\x20\x01\x28\x00\x60\x00"
				       "\x70\x00\x92\x01\x00";
	static uint32_t all[50000];
	Wire__Need need = WIRE__NEED__INIT;
	struct vz_err e = { 0 };
	struct wire_frame f;

	CHECK(feed_many(WIRE_DIR, dir, 8, entry, 4, 16) == 0);
	CHECK(feed_many(WIRE_DIR, dir, 8, entry, 4, 16000) == -EPROTO);
	CHECK(feed_many(WIRE_HELLO, hello, sizeof(hello) - 1, "\x7a\x00", 2, 100) == 0);
	CHECK(feed_many(WIRE_HELLO, hello, sizeof(hello) - 1, "\x7a\x00", 2, 50000) == -EPROTO);
	/* What our own side sends: a batch of names, all files of it asked for. */
	CHECK(feed_many(WIRE_DIR, dir, 8, named, 7, 400) == 0);
	need.n_whole = sizeof(all) / sizeof(all[0]);
	need.whole = all;
	open_link();
	CHECK(!wire_send(&a, WIRE_NEED, &need.base, NULL, 0, &e) && !wire_recv(&b, &f, &e));
	wire_frame_free(&f);
	close_link();
}

static void test_garbage(void)
{
	uint8_t buf[512];
	struct wire_frame f;

	srandom(1);
	for (int i = 0; i < 2000; i++) {
		size_t n = 20 + random() % (sizeof(buf) - 20), body = n - 20, msg;

		forge(buf, 1 + random() % (WIRE_NR_TYPES - 1), 0, 0, 0);
		for (size_t k = 20; k < n; k++)
			buf[k] = random();
		msg = random() % (body + 1);
		put32(buf + 8, msg);
		put32(buf + 12, body - msg);
		put32(buf + 16, 0);
		put32(buf + 16, vz_crc32c(0, buf, n));
		feed(buf, n, &f);	/* the sanitizers watch */
	}
}

static void test_too_large_to_send(void)
{
	static uint8_t raw[WIRE_RAW_MAX + 1];
	Wire__Data m = WIRE__DATA__INIT;
	struct vz_err e = { 0 };

	open_link();
	CHECK(wire_send(&a, WIRE_DATA, &m.base, raw, sizeof(raw), &e) == -EMSGSIZE);
	CHECK(a.sent == 0);
	vz_error_free(&e);
	close_link();
}

static void test_crc(void)
{
	char text[] = "123456789";
	uint32_t part = vz_crc32c(0, text, 4);

	CHECK(vz_crc32c(0, text, 9) == 0xe3069283U);	/* the well-known check value */
	CHECK(vz_crc32c(part, text + 4, 5) == 0xe3069283U);
}

static void test_paths(void)
{
	static const char *const good[] = {
		"", "a", "a/b", "...", "..a/b..", "a b/\n", ".hidden/x"
	};
	static const char *const wrong[] = { "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a",
					      "a/../b", "a/./b", "./a" };
	char longname[300];

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK(vz_tree_path_ok(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(!vz_tree_path_ok(wrong[i], strlen(wrong[i])));
	CHECK(!vz_tree_path_ok("a\0b", 3));
	CHECK(!vz_tree_name_ok("a/b", 3) && !vz_tree_name_ok("", 0) && !vz_tree_name_ok("a\0", 2));
	memset(longname, 'x', sizeof(longname));
	CHECK(vz_tree_name_ok(longname, 255) && !vz_tree_name_ok(longname, 256));
}

/* One PAGES frame of zeros; its bytes on the wire. */
static size_t packed_sample(uint8_t *out, size_t size)
{
	static const uint8_t zeros[WIRE_RAW_MAX];
	struct vz_err e = { 0 };
	ssize_t n;

	open_link();
	a.packs = true;
	CHECK(!wire_send(&a, WIRE_PAGES, NULL, zeros, sizeof(zeros), &e));
	n = read(ends[1], out, size);
	close_link();
	return n > 0 ? n : 0;
}

static void test_packed(void)
{
	static uint8_t text[100000];
	struct vz_err e = { 0 };
	struct wire_frame f;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i / 1000 + i % 7;
	open_link();
	a.packs = true;
	CHECK(!wire_send(&a, WIRE_PAGES, NULL, text, sizeof(text), &e));
	CHECK(a.sent < sizeof(text) / 2);
	CHECK(!wire_recv(&b, &f, &e) && f.raw_len == sizeof(text));
	CHECK(!memcmp(f.raw, text, sizeof(text)));
	wire_frame_free(&f);
	/* A link that takes no time, and what does not get smaller: mostly as it is. */
	a.pack.link_us = 0;
	for (int i = 0; i < 5; i++) {
		uint64_t sent = a.sent;

		CHECK(!wire_send(&a, WIRE_PAGES, NULL, text, 4096, &e));
		CHECK(a.sent - sent > 4096);
		a.pack.link_us = 0;
		CHECK(!wire_recv(&b, &f, &e) && f.raw_len == 4096 && !memcmp(f.raw, text, 4096));
		wire_frame_free(&f);
	}
	close_link();
}

/* It is small, and would be more than its type may have. */
static void test_packed_too_large(void)
{
	uint8_t buf[4096];
	struct wire_frame f;
	size_t n = packed_sample(buf, sizeof(buf));
	uint32_t zero = 0, crc;

	CHECK(n > 20 && n < sizeof(buf));
	CHECK(!feed(buf, n, &f));
	for (int type = WIRE_NONE + 1; type < WIRE_NR_TYPES; type++) {
		buf[5] = type;
		memcpy(buf + 16, &zero, sizeof(zero));
		crc = htole32(vz_crc32c(0, buf, n));
		memcpy(buf + 16, &crc, sizeof(crc));
		if (type == WIRE_SCRIPT)
			CHECK(feed(buf, n, &f) == -EPROTO);
		else
			feed(buf, n, &f);
	}
	/* No archive at all. */
	buf[5] = WIRE_PAGES;
	memset(buf + 20, 0xa5, n - 20);
	memcpy(buf + 16, &zero, sizeof(zero));
	crc = htole32(vz_crc32c(0, buf, n));
	memcpy(buf + 16, &crc, sizeof(crc));
	CHECK(feed(buf, n, &f) == -EPROTO);
}

int main(void)
{
	test_packed();
	test_packed_too_large();
	test_crc();
	test_round_trip();
	test_fail();
	test_why();
	test_truncated();
	test_bit_flips();
	test_forged();
	test_amplified();
	test_garbage();
	test_too_large_to_send();
	test_paths();
	if (!bad)
		printf("ok migrate-frame\n");
	return bad ? 1 : 0;
}
