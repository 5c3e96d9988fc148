// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of ve.devices and the classic words for them. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "libvz/devices.h"
#include "tests/unit/tap.h"

static void rows(void)
{
	static const char *const good[] = {
		"c 1:3 rwm", "b 8:* r", "c *:* w", "c 136:7 m", "b 4095:1048575 rw",
	};
	static const char *const bad[] = {
		"", "c", "c 1:3", "c 1:3 ", "c 1:3 rr", "c 1:3 x", "d 1:3 r", "c1:3 r", "c -1:3 r",
		"c 4096:0 r", "c 0:1048576 r", "c 1:3 r ", "c 1 r", "c 1:99999999999999999999 r",
	};
	char buf[VZ_DEVICE_TEXT];
	struct vz_device d;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(!vz_device_parse(good[i], &d) && !strcmp(vz_device_text(&d, buf), good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(vz_device_parse(bad[i], &d) == -EINVAL);
}

static void options(void)
{
	char buf[VZ_DEVICE_TEXT], name[NAME_MAX + 1];
	struct vz_device d;

	CHECK(!vz_device_parse_option("c:10:229:rw", &d));
	CHECK_STR(vz_device_text(&d, buf), "c 10:229 rw");
	CHECK(!vz_device_parse_option("b:8:all:rq", &d));
	CHECK_STR(vz_device_text(&d, buf), "b 8:* r");
	CHECK(!vz_device_parse_option("b:8:0:none", &d) && !d.access);
	CHECK_STR(vz_device_text(&d, buf), "b 8:0");
	CHECK(vz_device_parse_option("b:8:0", &d) == -EINVAL);
	CHECK(vz_device_parse_option("b:8:0:", &d) == -EINVAL);
	CHECK(vz_device_parse_option("b:8:0:rwz", &d) == -EINVAL);
	CHECK(vz_device_parse_option("x:8:0:rw", &d) == -EINVAL);

	CHECK(!vz_device_parse_node("null:rw", name, &d) && !strcmp(name, "null") &&
	   !strcmp(vz_device_text(&d, buf), "c 1:3 rw"));
	CHECK(vz_device_parse_node("null", name, &d) == -EINVAL);
	CHECK(vz_device_parse_node("no-such-node:rw", name, &d) == -ENOENT);
	CHECK(vz_device_parse_node("../etc/passwd:rw", name, &d) == -EINVAL);
	CHECK(vz_device_parse_node("a/../../etc:rw", name, &d) == -EINVAL);
	CHECK(vz_device_parse_node("/null:rw", name, &d) == -EINVAL);
	CHECK(vz_device_parse_node(":rw", name, &d) == -EINVAL);
	CHECK(vz_device_parse_node("fd:r", name, &d) == -ENODEV);
}

static void lists(void)
{
	char many[(VE_DEVICES_MAX + 1) * 10 + 1] = "";
	bool beyond;

	CHECK(!vz_devices_check("c 1:3 rwm\nc 136:* rw\nc 136:5 r", &beyond) && !beyond);
	CHECK(!vz_devices_check("", &beyond) && !beyond);
	CHECK(!vz_devices_check("c 1:3 rwm\nb 8:0 r", &beyond) && beyond);
	CHECK(!vz_devices_check("c *:3 r", &beyond) && beyond);
	CHECK(!vz_devices_check("c 1:* r", &beyond) && beyond);
	CHECK(vz_devices_check("c 1:3 rwm\n+b 8:0 r", NULL) == -EINVAL);
	for (int i = 0; i <= VE_DEVICES_MAX; i++)
		strcat(many, "c 1:3 r\n");
	CHECK(vz_devices_check(many, NULL) == -E2BIG);
}

static void within(void)
{
	char bad[VZ_DEVICE_TEXT];

	CHECK(!vz_devices_within("c 1:3 rwm\nc 136:* rw", NULL, bad));
	CHECK(!vz_devices_within("", "", bad));
	CHECK(vz_devices_within("c 1:3 rw\nb 8:0 r", NULL, bad) == -EPERM);
	CHECK_STR(bad, "b 8:0 r");
	CHECK(!vz_devices_within("b 8:0 r\nc 10:200 rw", "c 10:200 rw, b 8:* rw", bad));
	CHECK(vz_devices_within("b 8:* rm", "c 10:200 rw,b 8:* rw", bad) == -EPERM);
	CHECK(vz_devices_within("b *:* r", "b 8:* rw", bad) == -EPERM);
	/* a slip of the pen gives nothing */
	CHECK(vz_devices_within("b 8:0 r", "b 8:0 r, everything", bad) == -EINVAL);
	CHECK(vz_devices_within("+b 8:0 r", "b 8:0 r", bad) == -EINVAL);
}

int main(void)
{
	TEST(rows);
	TEST(options);
	TEST(lists);
	TEST(within);
	return tap_failed;
}
