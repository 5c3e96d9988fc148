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
	static const char *const bad[] = { "",
					   ",",
					   "0,",
					   ",0",
					   "3-1",
					   "1-",
					   "-1",
					   "a",
					   "0 1",
					   "0-3-5",
					   "8192",
					   "0\n",
					   "99999999999999999999",
					   "all" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!vz_cpulist_valid(bad[i]));
}

static void within(void)
{
	CHECK(vz_cpulist_within("0", "0"));
	CHECK(vz_cpulist_within("1,3", "0-3"));
	CHECK(vz_cpulist_within("0-5", "0-1,2,3-7"));
	CHECK(!vz_cpulist_within("0-2", "0-1"));
	CHECK(!vz_cpulist_within("0,4", "0-3"));
	CHECK(!vz_cpulist_within("2", "0-1,3"));
	CHECK(!vz_cpulist_within("all", "0-1"));
	CHECK(!vz_cpulist_within("0", ""));
}

int main(void)
{
	TEST(good_lists);
	TEST(bad_lists);
	TEST(within);
	return tap_failed;
}
