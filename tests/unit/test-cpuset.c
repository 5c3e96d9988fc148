// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of CPUs and memory nodes as cpuset takes them. */
#include "libvz/cpuset.h"
#include "tests/unit/tap.h"

static void good_lists(void)
{
	CHECK(vz_cpulist_valid("0"));
	CHECK(vz_cpulist_valid("0-3"));
	CHECK(vz_cpulist_valid("0-3,5,7-7"));
	CHECK(vz_cpulist_valid("8191"));
}

static void bad_lists(void)
{
	static const char *const bad[] = { "", ",", "0,", ",0", "3-1", "1-", "-1", "a", "0 1", "0-3-5", "8192",
					   "0\n", "99999999999999999999", "all" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!vz_cpulist_valid(bad[i]));
}

int main(void)
{
	TEST(good_lists);
	TEST(bad_lists);
	return tap_failed;
}
