// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of beancounters: those of our kernel, of old ones, and what is none. */
#include <errno.h>
#include <stdlib.h>
#include "libvz/cleanup.h"
#include "libvz/value.h"
#include "vzctl/ub_table.h"
#include "tests/unit/tap.h"

static int parse(const char *text, struct ub_table_ve **ves, size_t *n)
{
	cleanup_free char *copy = strdup(text);

	return ub_table_parse(copy, ves, n);
}

static void two_hosts(void)
{
	static const char ours[] =
		"Version: 2.5\n"
		"       uid  resource       held  maxheld  barrier  limit  failcnt\n"
		"      101:  kmemsize    1000  2000  9223372036854775807  9223372036854775807  0\n"
		"            numproc        5     7        10                   20  3\n"
		"            dummy          0     0         0                    0  0\n"
		"        0:  kmemsize    5000  6000  9223372036854775807  9223372036854775807  0\n"
		"            physpages     12    13         0                 4096  0\n";
	struct ub_table_ve *ves;
	size_t n;

	CHECK(!parse(ours, &ves, &n));
	CHECK(n == 2 && ves[0].id == 101 && !ves[1].id);
	CHECK(ves[0].rows[UB_KMEMSIZE].live && ves[0].rows[UB_KMEMSIZE].limit == VZ_UNLIMITED);
	CHECK(ves[0].rows[UB_NUMPROC].held == 5 && ves[0].rows[UB_NUMPROC].maxheld == 7);
	CHECK(ves[0].rows[UB_NUMPROC].barrier == 10 && ves[0].rows[UB_NUMPROC].failcnt == 3);
	CHECK(!ves[0].rows[UB_PHYSPAGES].live && ves[1].rows[UB_PHYSPAGES].limit == 4096);
	free(ves);
	/* Rows that only others have are passed over; lines may end as on other systems. */
	CHECK(!parse("7: kmemsize 1 1 1 1 0\r\n tcpstuff 1 1 1 1 1\r\n", &ves, &n));
	CHECK(n == 1 && ves[0].id == 7 && ves[0].rows[UB_KMEMSIZE].held == 1);
	free(ves);
}

static void what_is_none(void)
{
	static const char *const none[] = {
		"", "\n", "Version: 2.5\n", "kmemsize 1 1 1 1 1\n", "101: kmemsize 1 1 1 1\n",
		"101: kmemsize 1 1 many 1 1\n", "101 kmemsize 1 1 1 1 1\n",
		"-1: kmemsize 1 1 1 1 1\n", "99999999999: kmemsize 1 1 1 1 1\n",
		"root:x:0:0::/:/bin/sh\n", ": numproc 1 1 1 1 1",
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct ub_table_ve *ves;
		size_t n;

		CHECK(parse(none[i], &ves, &n) == -EINVAL);
		free(ves);
	}
}

static void many(void)
{
	cleanup_free char *text = NULL;
	struct ub_table_ve *ves;
	size_t len, n;
	FILE *out = open_memstream(&text, &len);

	CHECK(out);
	for (int id = 1; id <= 1000; id++)
		fprintf(out, "%d: numproc %d 1 1 1 0\n", id, id);
	CHECK(!fclose(out));
	CHECK(!ub_table_parse(text, &ves, &n));
	CHECK(n == 1000);
	for (size_t i = 0; i < n; i++)
		CHECK(ves[i].id == i + 1 && ves[i].rows[UB_NUMPROC].held == (long)i + 1);
	free(ves);
}

int main(void)
{
	TEST(two_hosts);
	TEST(what_is_none);
	TEST(many);
	return tap_failed;
}
