// SPDX-License-Identifier: GPL-2.0-or-later
/* Rates of the configuration, and what the kernel is told of them. */
#include <errno.h>
#include "libvz/conf_data.h"
#include "libvz/rate.h"
#include "tests/unit/tap.h"

static void lists(void)
{
	static const char *const good[] = {
		"",	       "eth0:1:8",	   "*:1:8",	   "1:8",
		" 1:8  2:9 ",  "eth0:1:8 eth1:2:16", "eth0:1:8,eth1:1:8", "eth0:15:100000000",
	};
	static const char *const bad[] = {
		"eth0",	    "1",	  "eth0:1",	      "eth0:16:8",	   "eth0:1:0",
		"eth0:1:-8", "eth0:1:8:9", "eth0:1:100000001", "eth0:1:8x",	   ":1:8",
		"eth0::8",  "eth0:1:",	  "a/b:1:8", "a-name-that-is-long:1:8", "1:8 nonsense",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(!vz_rate_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(vz_rate_valid(bad[i]) == -EINVAL);
	CHECK(!vz_ratempu_valid("eth0:1 eth1:2:1500 3 4:64"));
	CHECK(vz_ratempu_valid("eth0") == -EINVAL);
	CHECK(vz_ratempu_valid("eth0:1:65536") == -EINVAL);
	CHECK(!vz_bandwidth_valid("eth0:102400 eth1:10000"));
	CHECK(vz_bandwidth_valid("eth0") == -EINVAL);
	CHECK(vz_bandwidth_valid("eth0:0") == -EINVAL);
	CHECK(vz_bandwidth_valid("eth0:1:2") == -EINVAL);
}

static void lines_of_the_kernel(void)
{
	struct vz_conf c = { .shaping = true };
	char text[VZ_RATE_TEXT];

	vz_rate_text(&c, text);
	CHECK_STR(text, "\n");
	c.rate = "eth0:1:8 *:3:16 eth1:1:100";
	vz_rate_text(&c, text);
	CHECK_STR(text, "1 108 borrow 0\n3 16 borrow 0\n");
	c.ratebound = "yes";
	c.ratempu = "*:1 3:64";
	vz_rate_text(&c, text);
	CHECK_STR(text, "1 108 bound 1000\n3 16 bound 64\n");
	c.ratebound = "no";
	c.rate = "1:100000000 eth0:1:100000000";
	vz_rate_text(&c, text);
	CHECK_STR(text, "1 100000000 borrow 1000\n");
	vz_totalrate_text(&c, text);
	CHECK_STR(text, "\n");
	c.totalrate = "eth0:1:4000 eth0:2:8000";
	vz_totalrate_text(&c, text);
	CHECK_STR(text, "1 4000\n2 8000\n");
	c.shaping = false;
	vz_rate_text(&c, text);
	CHECK_STR(text, "\n");
	vz_totalrate_text(&c, text);
	CHECK_STR(text, "\n");
}

int main(void)
{
	TEST(lists);
	TEST(lines_of_the_kernel);
	return tap_failed;
}
