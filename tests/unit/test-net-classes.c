// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of traffic classes, networks as text, and counters as the kernel shows them. */
#include <errno.h>
#include <stdlib.h>
#include "libvz/err.h"
#include "libvz/net_classes.h"
#include "libvz/traffic.h"
#include "tests/unit/tap.h"

static struct vz_net_classes t;
static struct vz_err e;

static int parse(const char *text, bool sort)
{
	vz_net_classes_free(&t);
	vz_error_free(&e);
	return vz_net_classes_parse(text, "F", sort, &t, &e);
}

/* The table on one line. */
static const char *all(void)
{
	static char text[1024];
	char net[VZ_IP_TEXT];
	size_t i, n = 0;

	*text = '\0';
	for (i = 0; i < t.n; i++)
		n += sprintf(text + n, "%s%u %s", i ? ", " : "", t.line[i].class,
			     vz_net_text(&t.line[i].net, net));
	return text;
}

static void networks(void)
{
	static const char *const good[][2] = {
		{ "0.0.0.0/0", "0.0.0.0/0" },	  { "::/0", "::/0" },
		{ "10.1.2.3/8", "10.0.0.0/8" },	  { "10.1.2.3", "10.1.2.3/32" },
		{ "10.1.2.3/255.255.0.0", "10.1.0.0/16" },
		{ "127.0.0.1/31", "127.0.0.0/31" }, { "224.0.0.0/4", "224.0.0.0/4" },
		{ "2001:db8::1/33", "2001:db8::/33" }, { "FF00::/8", "ff00::/8" },
		{ "fe80::1", "fe80::1/128" },
	};
	static const char *const bad[] = { "",	      "/8",	    "10.0.0.0/33", "10.0.0.0/-1",
					   "10.0.0/8", "::/129",    "10.0.0.0/",   "10.0.0.0/8/8",
					   "eth0",     "10.0.0.0/0x8" };
	char text[VZ_IP_TEXT];
	struct vz_ip ip;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK(!vz_net_parse(good[i][0], &ip));
		CHECK_STR(vz_net_text(&ip, text), good[i][1]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(vz_net_parse(bad[i], &ip) == -EINVAL);
}

static void lines(void)
{
	CHECK(!parse("", false));
	CHECK(!t.n);
	CHECK(!parse("# words\n\n  \t\n#1 10.0.0.0/8", false));
	CHECK(!t.n);
	CHECK(!parse("1 0.0.0.0/0\n\t2\t10.1.2.3/8  # home\r\n15 ::/0", false));
	CHECK_STR(all(), "1 0.0.0.0/0, 2 10.0.0.0/8, 15 ::/0");
}

/* The example of the classic manual has class 0 first, and means that it counts. */
static void class_0_goes_last(void)
{
	CHECK(!parse("0 10.10.10.0/24\n1 0.0.0.0/0\n2 10.0.0.0/8\n1 10.10.16.0/24\n", false));
	CHECK_STR(all(), "1 0.0.0.0/0, 2 10.0.0.0/8, 1 10.10.16.0/24, 0 10.10.10.0/24");
}

static void sorted(void)
{
	CHECK(!parse("3 10.1.0.0/16\n2 10.0.0.0/8\n0 10.0.0.0/4\n1 0.0.0.0/0\n4 10.2.0.0/16",
		     true));
	CHECK_STR(all(), "1 0.0.0.0/0, 2 10.0.0.0/8, 3 10.1.0.0/16, 4 10.2.0.0/16, 0 0.0.0.0/4");
}

static void errors_name_file_and_line(void)
{
	static const char *const bad[] = {
		"1",		  "10.0.0.0/8",	     "16 10.0.0.0/8", "-1 10.0.0.0/8",
		"x 10.0.0.0/8",	  "1x 10.0.0.0/8",   "001 10.0.0.0/8", "1 10.0.0.0/33",
		"1 10.0.0.0/8 2", "1 10.0.0.0/8, 2", "1 nonsense",    "+1 10.0.0.0/8",
		"99999999999999999999 10.0.0.0/8",
	};
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "1 0.0.0.0/0\n# words\n%s\n2 10.0.0.0/8\n", bad[i]);
		CHECK(parse(text, false) == -EINVAL);
		CHECK(e.cause == VZ_BADVALUE && !t.n);
		CHECK(!strncmp(e.msg, "F, line 3 ", 10));
	}
}

static void bounded(void)
{
	char *text = malloc(64 * (VZ_NET_CLASS_LINES + 1));
	size_t i, n = 0;

	for (i = 0; i < VZ_NET_CLASS_LINES; i++)
		n += sprintf(text + n, "1 10.%zu.%zu.0/24\n", i / 256, i % 256);
	CHECK(!parse(text, false));
	CHECK(t.n == VZ_NET_CLASS_LINES);
	strcpy(text + n, "1 ::/0\n");
	CHECK(!parse(text, false));
	strcpy(text + n, "1 10.9.0.0/24\n");
	CHECK(parse(text, false) == -E2BIG);
	free(text);
}

static void counters(void)
{
	static const char *const bad[] = {
		"ipv4",		       "ipv4 0 1 2 3",	 "ipv4 0 1 2 3 4 5", "ipv4 16 1 2 3 4",
		"ipv4 0 1 2 3 -4",     "ipv4 0 1 2 3 ",	 "ipv4  0 1 2 3 4",  "ipv5 0 1 2 3 4",
		"ipv4 0 1 2 3 0x4",    "ipv4 0 1 2 3 9223372036854775808",
		"ipv4 0 1 2 3 99999999999999999999999",	 "ipv4 0 1 2 3 4\nipv4 0 1 2 3 4",
		"ipv4 0 1 2 3 4\ntext",
	};
	static char huge[100000];
	struct vz_traffic got;
	size_t i;

	CHECK(!vz_traffic_parse("", &got));
	CHECK(!vz_traffic_parse("ipv4 0 1 2 3 4\nipv6 15 5 6 7 9223372036854775807\n", &got));
	CHECK(got.of[0][0].in_bytes == 1 && got.of[0][0].in == 2 && got.of[0][0].out_bytes == 3 &&
	      got.of[0][0].out == 4);
	CHECK(got.of[1][15].out == 9223372036854775807ULL && !got.of[0][15].in);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(vz_traffic_parse(bad[i], &got) == -EINVAL);
	memset(huge, '\n', sizeof(huge) - 1);
	CHECK(vz_traffic_parse(huge, &got) == -EINVAL);
}

int main(void)
{
	TEST(networks);
	TEST(lines);
	TEST(class_0_goes_last);
	TEST(sorted);
	TEST(errors_name_file_and_line);
	TEST(bounded);
	TEST(counters);
	vz_net_classes_free(&t);
	vz_error_free(&e);
	return tap_failed;
}
