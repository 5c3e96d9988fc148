// SPDX-License-Identifier: GPL-2.0-or-later
/* What vzctl events tells of two looks, and which lines of the log are about a VE. */
#include <stdio.h>
#include <string.h>
#include "tests/unit/tap.h"
#include "vzctl/log_line.h"
#include "vzctl/look_diff.h"

static char heard[1024];

static void hear(void *arg, unsigned int id, const char *event, const char *exit)
{
	char line[64];

	snprintf(line, sizeof(line), "%u %s%s%s;", id, event, exit ? " " : "", exit ? exit : "");
	strcat(heard, line);
}

static const char *between(const struct seen *a, size_t n, const struct seen *b, size_t m)
{
	*heard = '\0';
	look_diff(a, n, b, m, hear, NULL);
	return heard;
}

static void differences(void)
{
	struct seen none = { .id = 101 };
	struct seen down = { .id = 101, .conf = true, .inode = 5 };
	struct seen edited = { .id = 101, .conf = true, .inode = 6 };
	struct seen runs = { .id = 101, .conf = true, .inode = 5, .cgroup = true,
			     .state = VE_RUNNING };
	struct seen ended = { .id = 101, .conf = true, .inode = 5, .cgroup = true,
			      .exit = "reboot" };
	struct seen frozen = runs;

	frozen.frozen = true;
	CHECK_STR(between(&down, 1, &down, 1), "");
	CHECK_STR(between(NULL, 0, &down, 1), "101 created;");
	CHECK_STR(between(&down, 1, NULL, 0), "101 destroyed;");
	CHECK_STR(between(&none, 1, &down, 1), "101 created;");
	CHECK_STR(between(&down, 1, &edited, 1), "101 changed;");
	CHECK_STR(between(&down, 1, &runs, 1), "101 running;");
	CHECK_STR(between(&runs, 1, &ended, 1), "101 stopped reboot;");
	CHECK_STR(between(&runs, 1, &down, 1), "101 stopped;");
	CHECK_STR(between(&runs, 1, &frozen, 1), "101 frozen;");
	CHECK_STR(between(&frozen, 1, &runs, 1), "101 thawed;");
	CHECK_STR(between(&runs, 1, NULL, 0), "101 stopped;101 destroyed;");
}

static void side_by_side(void)
{
	struct seen a[] = { { .id = 1, .conf = true }, { .id = 3, .conf = true },
			    { .id = 9, .conf = true } };
	struct seen b[] = { { .id = 2, .conf = true }, { .id = 3, .conf = true },
			    { .id = 10, .conf = true } };

	CHECK_STR(between(a, 3, b, 3), "1 destroyed;2 created;9 destroyed;10 created;");
}

static void lines_of_the_log(void)
{
	CHECK(log_line_of("2026-11-28T19:00:00+0000 vzctl : CT 101 : Starting", 101));
	CHECK(log_line_of("2026-11-28T19:00:00+0000 vzeventd : CT 101 has ended: halt", 101));
	CHECK(log_line_of("2026-11-28T19:00:00+0000 vzeventd : CT 101: no", 101));
	CHECK(!log_line_of("2026-11-28T19:00:00+0000 vzctl : CT 1011 : Starting", 101));
	CHECK(!log_line_of("2026-11-28T19:00:00+0000 vzctl : CT 10 : Starting", 101));
	CHECK(!log_line_of("2026-11-28T19:00:00+0000 vzctl : about CT 101 : x", 101));
	CHECK(!log_line_of("CT 101", 101) && !log_line_of("", 101));
}

int main(void)
{
	TEST(differences);
	TEST(side_by_side);
	TEST(lines_of_the_log);
	return tap_failed;
}
