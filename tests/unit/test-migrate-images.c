// SPDX-License-Identifier: GPL-2.0-or-later
/* Images arrive as they were, and a peer that lies writes nowhere else. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/tree.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/images_recv.h"
#include "vzmigrate/images_send.h"
#include "vzmigrate/pages.h"
#include "vzmigrate/wire.pb-c.h"
#include "tests/unit/tap.h"

#define SMALL_FILES	600

static int src, dst, store;
static uint32_t nstore;

static char from[] = "/tmp/images-XXXXXX", to[] = "/tmp/images-XXXXXX";

static int folder(char *path)
{
	if (!mkdtemp(path))
		exit(1);
	return open(path, O_RDONLY | O_DIRECTORY);
}

static void put(int dir, const char *name, const void *data, size_t len)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

static bool equal(const char *name)
{
	cleanup_free char *a = NULL, *b = NULL;
	size_t na, nb;

	return !vz_read_at(src, name, &a, &na) && !vz_read_at(dst, name, &b, &nb) && na == nb &&
	       !memcmp(a, b, na);
}

/* What comes until the other end closes; 0, or what was wrong. */
static int receive(int sock)
{
	struct images_receiver r = { .dir = dst, .fd = -1, .store = store, .nstore = &nstore };
	struct vz_err e = { 0 };
	struct wire w;
	int ret;

	wire_init(&w, sock, sock, "source");
	for (;;) {
		cleanup_frame struct wire_frame f = { 0 };

		ret = wire_recv(&w, &f, &e);
		if (!ret)
			ret = images_take(&r, &f, &e);
		if (ret)
			break;
	}
	images_release(&r);
	vz_error_free(&e);
	wire_release(&w);
	return ret == -ECONNRESET ? 0 : ret;
}

static void what_is_sent_arrives(void)
{
	static uint8_t large[700000], pages[300][PAGES_SIZE];
	struct pages *known = pages_new(1000);
	struct vz_err e = { 0 };
	uint64_t bytes;
	struct wire w;
	char name[32];
	int sock[2], status, wrong = 0;
	bool fresh;
	pid_t pid;

	src = folder(from);
	dst = folder(to);
	store = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	for (int i = 0; i < SMALL_FILES; i++) {
		snprintf(name, sizeof(name), "core-%d.img", i);
		put(src, name, name, i % 7 ? strlen(name) : 0);
	}
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = i * 7 + i / 1000;
	put(src, "large.img", large, sizeof(large));
	put(src, "pages-3.img", "odd", 3);
	/* Known, new, and pages of zeros, at the end too. */
	for (int i = 0; i < 300; i++) {
		memset(pages[i], i % 3 && i < 290 ? i % 251 + 1 : 0, PAGES_SIZE);
		pages_learn(known, pages[i], &fresh);
		if (i < 200 && fresh) {
			nstore++;
			CHECK(write(store, pages[i], PAGES_SIZE) == PAGES_SIZE);
		}
		if (i == 199)
			break;
	}
	for (int i = 200; i < 300; i++)
		memset(pages[i], i % 3 && i < 290 ? i % 251 + 1 : 0, PAGES_SIZE);
	put(src, "pages-1.img", pages, sizeof(pages));
	CHECK(!symlinkat("../base", src, "parent"));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sock))
		exit(1);
	pid = fork();
	if (!pid) {
		close(sock[0]);
		_exit(receive(sock[1]) ? 1 : 0);
	}
	close(sock[1]);
	wire_init(&w, sock[0], sock[0], "destination");
	CHECK(!images_send(&w, src, known, &bytes, &e));
	/* The known pages are not among it. */
	CHECK(bytes > sizeof(large) && bytes < sizeof(large) + 150 * PAGES_SIZE);
	wire_release(&w);
	close(sock[0]);
	CHECK(waitpid(pid, &status, 0) == pid && !status);
	for (int i = 0; i < SMALL_FILES; i++) {
		snprintf(name, sizeof(name), "core-%d.img", i);
		wrong += !equal(name);
	}
	CHECK(!wrong && equal("large.img") && equal("pages-1.img") && equal("pages-3.img"));
	CHECK(faccessat(dst, "parent", F_OK, AT_SYMLINK_NOFOLLOW));
	pages_free(known);
}

/* One frame: what becomes of it. */
static int lie(const char *name, uint32_t size, int64_t offset, bool refs, const void *raw,
	       size_t len)
{
	struct images_receiver r = { .dir = dst, .fd = -1, .store = store, .nstore = &nstore };
	ProtobufCBinaryData n = { strlen(name), (uint8_t *)name };
	Wire__Image m = WIRE__IMAGE__INIT;
	struct wire_frame f = { .type = WIRE_IMAGE, .msg = &m.base, .raw = raw, .raw_len = len };
	struct vz_err e = { 0 };
	int ret;

	m.name = &n;
	m.n_name = 1;
	m.size = &size;
	m.n_size = offset < 0;
	m.has_offset = offset >= 0;
	m.offset = offset;
	m.has_refs = m.refs = refs;
	ret = images_take(&r, &f, &e);
	CHECK(!ret == !e.msg);
	vz_error_free(&e);
	images_release(&r);
	return ret;
}

static void lies_are_refused(void)
{
	const uint32_t no_page = 0x7fffffff, literal = UINT32_MAX;
	char outside[] = "/tmp/images-outside";

	unlink(outside);
	CHECK(lie("../images-outside", 1, -1, false, "x", 1) == -EPROTO);
	CHECK(lie("/tmp/images-outside", 1, -1, false, "x", 1) == -EPROTO);
	CHECK(lie("..", 1, -1, false, "x", 1) == -EPROTO);
	CHECK(lie("", 1, -1, false, "x", 1) == -EPROTO);
	/* A link in the way, and a file that is there. */
	CHECK(!symlinkat(outside, dst, "link"));
	CHECK(lie("link", 1, -1, false, "x", 1) == -EEXIST);
	CHECK(lie("large.img", 1, 0, false, "x", 1) == -EEXIST);
	CHECK(access(outside, F_OK));
	/* More, and less, than there is. */
	CHECK(lie("a", 2, -1, false, "x", 1) == -EPROTO);
	CHECK(lie("b", UINT32_MAX, -1, false, "x", 1) == -EPROTO);
	CHECK(lie("c", 1, -1, false, "xy", 2) == -EPROTO);
	CHECK(lie("d", 0, INT64_MAX, false, "x", 1) == -EPROTO);
	CHECK(lie("e", 0, 0, true, &no_page, 4) == -EPROTO);
	CHECK(lie("f", 0, 0, true, &literal, 4) == -EPROTO);
	CHECK(lie("h", 0, 0, true, &literal, 3) == -EPROTO);
	CHECK(lie("i", 0, 7, true, &literal, 4) == -EPROTO);
	CHECK(!lie("good", 1, -1, false, "x", 1));
}

int main(void)
{
	TEST(what_is_sent_arrives);
	TEST(lies_are_refused);
	vz_path_remove(from, NULL);
	vz_path_remove(to, NULL);
	return tap_failed;
}
