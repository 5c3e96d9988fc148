// SPDX-License-Identifier: GPL-2.0-or-later
/* Copy engine of vzmigrate: pages that the destination has, and a peer that lies. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/err.h"
#include "tests/unit/copy_pair.h"
#include "vzmigrate/pages.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

static void test_pages(void)
{
	static uint32_t page[4][PAGES_SIZE / 4];
	static const int order[] = { 0, 1, 2, 1, 3, 3, 2, 0 };
	struct pages *p = pages_new(2);
	bool fresh;
	int fd;

	for (int i = 1; i < 4; i++)
		for (int k = 0; k < PAGES_SIZE / 4; k++)
			page[i][k] = i * 1000003u + k;
	page[3][0] = page[2][0];	/* they differ at the end only */
	memcpy(page[3], page[2], PAGES_SIZE - 4);
	/* All else is there. */
	start();
	CHECK(!pass(false, false) && !stop());
	usleep(100000);
	store = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	CHECK(pages_learn(p, page[0], &fresh) == PAGES_ZERO && !fresh);
	for (int i = 1; i < 3; i++) {
		CHECK(pages_learn(p, page[i], &fresh) == (uint32_t)i && fresh);
		CHECK(pages_learn(p, page[i], &fresh) == (uint32_t)i && !fresh);
		CHECK(write(store, page[i], PAGES_SIZE) == PAGES_SIZE);
	}
	/* There is room for no more. */
	CHECK(pages_learn(p, page[3], &fresh) == PAGES_LITERAL && !fresh);
	CHECK(pages_refer(p, page[3]) == PAGES_LITERAL && pages_count(p) == 2);
	nstore = 2;
	fd = open(at("src", "pages-7.img"), O_WRONLY | O_CREAT, 0600);
	for (int k = 0; k < 400; k++)
		for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
			CHECK(write(fd, page[order[i]], PAGES_SIZE) == PAGES_SIZE);
	close(fd);
	put(at("src", "pages-odd"), "no whole page\n");
	start();
	sender.pages = p;
	CHECK(!pass(false, true));
	CHECK(!compare_tree(""));
	/* A quarter of them had to be sent, and a word for each. */
	CHECK(sender.counts.bytes < 800 * PAGES_SIZE + 4 * 3200 + 100);
	CHECK(!stop());
	unlink(at("src", "pages-7.img"));
	unlink(at("src", "pages-odd"));
	close(store);
	store = -1;
	nstore = 0;
	pages_free(p);
}

/* --- a peer that lies */

enum lie { ESCAPE_NAME, ESCAPE_PATH, ESCAPE_LINK, THROUGH_SYMLINK, UNASKED, BEHIND_END, BAD_MODE,
	   TRUSTED_XATTR, UNKNOWN_PAGE, HALF_A_PAGE, NR_LIES };

static void lie(enum lie what)
{
	Wire__Tree t = WIRE__TREE__INIT;
	Wire__Dir d = WIRE__DIR__INIT;
	Wire__Entry en = WIRE__ENTRY__INIT, meta, *list = &en;
	Wire__Xattr x = WIRE__XATTR__INIT, *xs = &x;
	Wire__File m = WIRE__FILE__INIT;
	struct stat st;
	struct vz_err e = { 0 };
	struct wire_frame f = { 0 };
	char *name = "victim", *path = "", *link = "../../x";

	if (what == ESCAPE_NAME)
		name = "..";
	if (what == ESCAPE_PATH)
		path = "etc/../..";
	if (what == THROUGH_SYMLINK)
		path = "to-tmp";
	lstat(at("src", "big"), &st);
	tree_entry_stat(&st, &en);
	en.mode = what == BAD_MODE ? 0170644 : S_IFREG | 0644;
	en.nlink = 1;
	en.size = what >= UNKNOWN_PAGE ? PAGES_SIZE : 4;
	en.name.data = (uint8_t *)name;
	en.name.len = strlen(name);
	meta = en;
	if (what == ESCAPE_LINK) {
		en.has_link = true;
		en.link.data = (uint8_t *)link;
		en.link.len = strlen(link);
	}
	if (what == TRUSTED_XATTR) {
		x.name.data = (uint8_t *)"trusted.overlay.opaque";
		x.name.len = strlen((char *)x.name.data);
		meta.xattr = &xs;
		meta.n_xattr = 1;
	}
	d.seq = 1;
	d.path.data = (uint8_t *)path;
	d.path.len = strlen(path);
	d.entry = &list;
	d.n_entry = 1;
	d.last = true;
	m.seq = 1;
	m.index = what == UNASKED ? 1 : 0;
	m.has_offset = true;
	m.offset = what == BEHIND_END ? 2 : 0;
	m.has_refs = m.refs = what >= UNKNOWN_PAGE;
	m.meta = &meta;
	m.last = true;
	start();
	wire_send(&out, WIRE_TREE, &t.base, NULL, 0, &e);
	wire_send(&out, WIRE_DIR, &d.base, NULL, 0, &e);
	wire_send(&out, WIRE_FILE, &m.base, what == HALF_A_PAGE ? "\377\377\377\377" : "evil", 4,
		  &e);
	/* NEED may come first; then the receiver gives up. */
	if (!wire_recv(&out, &f, &e)) {
		CHECK(f.type == WIRE_NEED);
		wire_frame_free(&f);
		CHECK(wire_recv(&out, &f, &e) < 0);
	}
	CHECK(out.peer_failed);
	vz_error_free(&e);
	CHECK(stop() == 1);
	CHECK(access(at("dst", "victim"), F_OK));
	CHECK(access("/tmp/victim", F_OK));
	unlink(at("stage", "f"));
}

static void test_lies(void)
{
	CHECK(!symlink("/tmp", at("dst", "to-tmp")));
	for (int i = 0; i < NR_LIES; i++)
		lie(i);
}

int main(void)
{
	if (geteuid()) {
		printf("not ok migrate-copy-peer: needs root\n");
		return 1;
	}
	copy_pair_begin();
	test_pages();
	test_lies();
	copy_pair_end();
	if (!bad)
		printf("ok migrate-copy-peer\n");
	return bad ? 1 : 0;
}
