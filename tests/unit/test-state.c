// SPDX-License-Identifier: GPL-2.0-or-later
/* ve.img from a hostile host: what leads out of the VE is not even loaded. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "checkpoint/state.h"
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/err.h"
#include "tests/unit/tap.h"
#include "checkpoint/state_devices.h"

#define BASE	0x40650000u

/* One image with all parts, of which a test changes one. */
static VeState state;
static VeCgDir dirs[2], *dir_list[2];
static VeCgKnob knob, *knob_list[1];
static VeUbRow row, *row_list[1];
static VeSysctl ctl, *ctl_list[1];
static char *addresses[1];
static int folder;

static void make_good(void)
{
	size_t i;

	ve_state__init(&state);
	state.version = CKPT_STATE_VERSION;
	state.id = 101;
	state.uid_base = BASE;
	state.features = "nesting fuse";
	state.kernel = "6.12";
	state.boot_id = "d0e4a6ac-0c2b-4ca4-8f3d-0123456789ab";
	state.devices = "c 1:3 rwm\nc 136:* rwm";
	state.log = "now 7 first 0 read 0 clear 0\n6 5 text";
	state.starts = "offset 0\n1 5";
	state.address = addresses;
	state.n_address = 1;
	addresses[0] = "10.77.1.101";
	ve_ub_row__init(&row);
	row.name = "numproc";
	row_list[0] = &row;
	state.ub = row_list;
	state.n_ub = 1;
	ve_sysctl__init(&ctl);
	ctl.name = "ipv4/conf/eth0.5/rp_filter";
	ctl.value = "1\t2";
	ctl_list[0] = &ctl;
	state.sysctl = ctl_list;
	state.n_sysctl = 1;
	ve_cg_knob__init(&knob);
	knob.name = "memory.max";
	knob.value.data = (uint8_t *)"max";
	knob.value.len = 3;
	knob_list[0] = &knob;
	for (i = 0; i < 2; i++) {
		ve_cg_dir__init(&dirs[i]);
		dirs[i].path = i ? "payload/system.slice/a..b.service" : "";
		dirs[i].uid = dirs[i].gid = dirs[i].procs_uid = dirs[i].procs_gid =
			i ? BASE + 1000 : 0;
		dir_list[i] = &dirs[i];
	}
	dirs[1].knob = knob_list;
	dirs[1].n_knob = 1;
	state.cgroup = dir_list;
	state.n_cgroup = 2;
}

static int load(void)
{
	size_t len = ve_state__get_packed_size(&state);
	uint8_t *buf = malloc(len);
	struct vz_err e = { 0 };
	VeState *s = NULL;
	int fd, ret;

	ve_state__pack(&state, buf);
	fd = openat(folder, CKPT_STATE_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0 && write(fd, buf, len) == (ssize_t)len);
	close(fd);
	free(buf);
	ret = ckpt_state_load(folder, &s, &e);
	CHECK(!ret == !!s);
	if (s)
		ckpt_state_free(s);
	vz_error_free(&e);
	return ret;
}

static void good_image(void)
{
	make_good();
	CHECK(!load());
	dirs[1].path = "payload";
	CHECK(!load());
	dirs[1].path = "payload/.hidden/...";
	CHECK(!load());
}

static void paths_lead_nowhere_else(void)
{
	static const char *const paths[] = {
		"../../host/root/.ssh",
		"..",
		".",
		"/etc",
		"payload/..",
		"payload/../../x",
		"payload/a/..",
		"payload//x",
		"payload/",
		"payload/./x",
		"payloads",
		"criu",
		"system.slice",
		"payload\n",
	};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		make_good();
		dirs[1].path = (char *)paths[i];
		printf("# %s\n", paths[i]);
		CHECK(load() == -EBADMSG);
	}
}

static void settings_are_of_the_list(void)
{
	static const char *const names[] = {
		"cgroup.procs",	  "cgroup.kill",     "cgroup.freeze",
		"../memory.max",  "authorized_keys", "",
		"ve.id",	  "ve.state",	     "memory.max/",
		"memory.reclaim",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		make_good();
		knob.name = (char *)names[i];
		printf("# %s\n", names[i]);
		CHECK(load() == -EBADMSG);
	}
	make_good();
	knob.name = "security.capability";
	knob.has_xattr = knob.xattr = 1;
	CHECK(load() == -EBADMSG);
	knob.name = "user.invocation_id";
	CHECK(!load());
}

static void sysctls_are_of_the_network(void)
{
	static const char *const names[] = {
		"", "/", "/etc/passwd", "..", "../kernel/core_pattern",
		"ipv4/../../kernel/hostname",
		"ipv4//x", "ipv4/", ".", "ipv4/./x", "ipv4/a b", "ipv4/x\n",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		make_good();
		ctl.name = (char *)names[i];
		printf("# %s\n", names[i]);
		CHECK(load() == -EBADMSG);
	}
	make_good();
	ctl.value = "1\n2";
	CHECK(load() == -EBADMSG);
}

static void users_are_of_the_range(void)
{
	uint32_t *const of[] = {
		&dirs[1].uid,	    &dirs[1].gid,	&dirs[1].maker_uid,
		&dirs[1].maker_gid, &dirs[1].procs_uid, &dirs[1].procs_gid,
	};
	static const uint32_t ids[] = { 1, 1000, BASE - 1, BASE + 65536, 0xffffffff };
	size_t i, k;

	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		for (k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
			make_good();
			*of[i] = ids[k];
			CHECK(load() == -EBADMSG);
		}
}

static void words_are_words(void)
{
	make_good();
	row.name = "numproc 1 1\nkmemsize";
	CHECK(load() == -EBADMSG);
	make_good();
	addresses[0] = "-all";
	CHECK(load() == -EBADMSG);
	make_good();
	state.features = "nesting\nbpf";
	CHECK(load() == -EBADMSG);
	make_good();
	state.boot_id = "../x";
	CHECK(load() == -EBADMSG);
	make_good();
	state.devices = "c 1:3 rwm\nall";
	CHECK(load() == -EBADMSG);
	make_good();
	state.log = "6 7 \x1b[2J";
	CHECK(load() == -EBADMSG);
	make_good();
	state.starts = "offset 0\n1 \t5";
	CHECK(load() == -EBADMSG);
	make_good();
	state.netfilter = "most";
	CHECK(load() == -EBADMSG);
	make_good();
	state.own_sysctl = "vm/swappiness 1\x1b[2J";
	CHECK(load() == -EBADMSG);
	make_good();
	state.traffic = "ipv4 1 1 1 1 1\nreset";
	CHECK(load() == -EBADMSG);
	state.traffic = "ipv4 1 1 1 1 1\nipv4 1 1 1 1 1";
	CHECK(load() == -EBADMSG);
	state.traffic = "ipv4 1 1 1 1 1\nipv6 1 1 1 1 1";
	CHECK(!load());
}

/* Any image that was cut off or changed is refused or loaded, and no more than that. */
static void damaged_images(void)
{
	uint8_t buf[4096];
	size_t len, i;
	int bit;

	make_good();
	len = ve_state__get_packed_size(&state);
	CHECK(len < sizeof(buf));
	for (i = 0; i < len; i++)
		for (bit = 0; bit < 9; bit++) {
			struct vz_err e = { 0 };
			VeState *s = NULL;
			int fd =
				openat(folder, CKPT_STATE_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);
			size_t n = bit == 8 ? i : len;

			ve_state__pack(&state, buf);
			if (bit < 8)
				buf[i] ^= 1 << bit;
			CHECK(fd >= 0 && write(fd, buf, n) == (ssize_t)n);
			close(fd);
			if (!ckpt_state_load(folder, &s, &e))
				ckpt_state_free(s);
			vz_error_free(&e);
		}
}

/* Of the address sanitizer, whose header gcc does not bring along. */
int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void *p, size_t size),
					      void (*freed)(const volatile void *p));

static size_t pieces;

static void count_piece(const volatile void *p, size_t size) { pieces++; }

static void count_free(const volatile void *p) {}

/* Two bytes for a pointer and a piece of memory: refused before a million of them is there. */
static void more_parts_than_a_ve_has(void)
{
	static const size_t parts = 1000000;
	size_t len, old;
	struct vz_err e = { 0 };
	VeState *s = NULL;
	uint8_t *buf;
	int fd = openat(folder, CKPT_STATE_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	make_good();
	len = ve_state__get_packed_size(&state);
	buf = malloc(len + 2 * parts);
	ve_state__pack(&state, buf);
	for (size_t i = 0; i < parts; i++)
		memcpy(buf + len + 2 * i, "\x2a\x00", 2);
	CHECK(fd >= 0 && write(fd, buf, len + 2 * parts) == (ssize_t)(len + 2 * parts));
	close(fd);
	free(buf);
	old = pieces;
	CHECK(ckpt_state_load(folder, &s, &e) == -EBADMSG);
	CHECK(pieces > old && pieces - old < parts);
	vz_error_free(&e);
}

/* What it may open here is this host's to say. */
static void devices_of_another_host(void)
{
	struct vz_err e = { 0 };
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/.", folder);
	make_good();
	CHECK(!load());
	CHECK(!ckpt_devices_check(path, NULL, &e));
	state.devices = "c 1:3 rwm\nb 8:0 rw";
	CHECK(!load());
	CHECK(ckpt_devices_check(path, NULL, &e) == -EPERM && e.cause == VZ_RESTORE);
	CHECK(strstr(e.msg, "'b 8:0 rw'"));
	vz_error_free(&e);
	CHECK(ckpt_devices_check(path, "b 8:0 r", &e) == -EPERM);
	vz_error_free(&e);
	CHECK(!ckpt_devices_check(path, "b 8:0 rw", &e));
	/* of an older kernel: the list that all have */
	state.devices = NULL;
	CHECK(!load());
	CHECK(!ckpt_devices_check(path, NULL, &e));
	CHECK(!ckpt_devices_check("/no/such/folder", NULL, &e));
}

int main(void)
{
	char path[] = "/tmp/test-state.XXXXXX";

	__sanitizer_install_malloc_and_free_hooks(count_piece, count_free);
	if (!mkdtemp(path))
		return 1;
	folder = open(path, O_RDONLY | O_DIRECTORY);
	TEST(good_image);
	TEST(paths_lead_nowhere_else);
	TEST(settings_are_of_the_list);
	TEST(sysctls_are_of_the_network);
	TEST(users_are_of_the_range);
	TEST(words_are_words);
	TEST(damaged_images);
	TEST(more_parts_than_a_ve_has);
	TEST(devices_of_another_host);
	unlinkat(folder, CKPT_STATE_FILE, 0);
	rmdir(path);
	return tap_failed;
}
