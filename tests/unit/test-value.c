// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers, limits, addresses, names. */
#include <errno.h>
#include <stdlib.h>
#include "include/vz/abi.h"
#include "libvz/setting.h"
#include "libvz/value.h"
#include "tests/unit/tap.h"
#include "libvz/ip.h"

static long num(const char *s, enum vz_unit u)
{
	long v = -1;

	return vz_parse_number(s, u, &v) ? -1 : v;
}

static void plain_numbers(void)
{
	CHECK(num("0", VZ_UNIT_COUNT) == 0);
	CHECK(num("12", VZ_UNIT_COUNT) == 12);
	CHECK(num("12", VZ_UNIT_BYTES) == 12);
	CHECK(num("12", VZ_UNIT_PAGES) == 12);
	CHECK(num("9223372036854775807", VZ_UNIT_COUNT) == VZ_UNLIMITED);
	CHECK(num("9007199254740993", VZ_UNIT_BYTES) == 9007199254740993);
	CHECK(num("unlimited", VZ_UNIT_PAGES) == VZ_UNLIMITED);
}

static void suffixes_are_powers_of_1024(void)
{
	CHECK(num("1K", VZ_UNIT_BYTES) == 1024);
	CHECK(num("1k", VZ_UNIT_BYTES) == 1024);
	CHECK(num("3M", VZ_UNIT_BYTES) == 3145728);
	CHECK(num("2G", VZ_UNIT_BYTES) == 2147483648);
	CHECK(num("1T", VZ_UNIT_BYTES) == 1099511627776);
	CHECK(num("5P", VZ_UNIT_BYTES) == 5 * 4096);
	CHECK(num("5P", VZ_UNIT_PAGES) == 5);
	CHECK(num("2K", VZ_UNIT_COUNT) == 2048);
	CHECK(num("7B", VZ_UNIT_BYTES) == 7);
}

static void pages_round_up(void)
{
	CHECK(num("256M", VZ_UNIT_PAGES) == 65536);
	CHECK(num("1B", VZ_UNIT_PAGES) == 1);
	CHECK(num("4097B", VZ_UNIT_PAGES) == 2);
	CHECK(num("268435456", VZ_UNIT_RAM) == 65536);
	CHECK(num("512M", VZ_UNIT_RAM) == 131072);
	CHECK(num("10P", VZ_UNIT_RAM) == 10);
}

static void decimals(void)
{
	CHECK(num("0.5K", VZ_UNIT_BYTES) == 512);
	CHECK(num("2.5G", VZ_UNIT_RAM) == 655360);
	CHECK(num(".5M", VZ_UNIT_BYTES) == 524288);
}

static void bad_numbers(void)
{
	static const char *const bad[] = { "",	  "-1",	  "+1",	      "x",   "1X",
					   "1KB", "0x10", "1e3",      " 1",  "1 ",
					   ".",	  "1..2", "unlimite", "nan", "inf" };
	size_t i;
	long v;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(vz_parse_number(bad[i], VZ_UNIT_BYTES, &v) == -EINVAL);
}

static void too_large_is_clamped(void)
{
	long v = 0;

	CHECK(vz_parse_number("9223372036854775808", VZ_UNIT_COUNT, &v) == -ERANGE);
	CHECK(v == VZ_UNLIMITED);
	v = 0;
	CHECK(vz_parse_number("99999999T", VZ_UNIT_BYTES, &v) == -ERANGE);
	CHECK(v == VZ_UNLIMITED);
}

static void limits(void)
{
	struct vz_limit l = { 0 };

	CHECK(!vz_parse_limit("10", VZ_UNIT_COUNT, &l) && l.set && l.barrier == 10 &&
	      l.limit == 10);
	CHECK(!vz_parse_limit("10:20", VZ_UNIT_COUNT, &l) && l.barrier == 10 && l.limit == 20);
	CHECK(!vz_parse_limit("0:256M", VZ_UNIT_PAGES, &l) && l.barrier == 0 && l.limit == 65536);
	CHECK(!vz_parse_limit("5:unlimited", VZ_UNIT_COUNT, &l) && l.limit == VZ_UNLIMITED);
	CHECK(vz_parse_limit("20:10", VZ_UNIT_COUNT, &l) == -EINVAL);
	CHECK(vz_parse_limit(":10", VZ_UNIT_COUNT, &l) == -EINVAL);
	CHECK(vz_parse_limit("10:", VZ_UNIT_COUNT, &l) == -EINVAL);
	CHECK(vz_parse_limit("1:2:3", VZ_UNIT_COUNT, &l) == -EINVAL);
}

static void check_format(enum ub_resource r, long b, long l, const char *want)
{
	struct vz_limit lim = { true, b, l }, back = { 0 };
	char *text = vz_format_limit(r, &lim);

	CHECK_STR(text, want);
	CHECK(!vz_parse_limit(text, vz_ub_unit(r), &back));
	CHECK(back.barrier == b && back.limit == l);
	free(text);
}

/* What readers of classic files expect, and it reads back the same. */
static void limits_are_written_as_readers_want_them(void)
{
	check_format(UB_PHYSPAGES, 0, 65536, "0:256M");
	check_format(UB_SWAPPAGES, 0, 1, "0:4K");
	check_format(UB_PRIVVMPAGES, 100, VZ_UNLIMITED, "100:9223372036854775807");
	check_format(UB_NUMPROC, 500, 500, "500:500");
	check_format(UB_KMEMSIZE, 0, VZ_UNLIMITED, "0:unlimited");
}

static void resources_have_names(void)
{
	CHECK(vz_ub_find("numproc") == UB_NUMPROC);
	CHECK(vz_ub_find("swappages") == UB_SWAPPAGES);
	CHECK(vz_ub_find("dummy") < 0);
	CHECK(vz_ub_find("") < 0);
	CHECK(!vz_ub_var(UB_DUMMY0));
	CHECK_STR(vz_ub_var(UB_TCPSNDBUF), "TCPSNDBUF");
}

static void addresses(void)
{
	struct vz_ip a, b;
	char text[VZ_IP_TEXT];

	CHECK(!vz_ip_parse("10.77.1.1", &a) && a.family == AF_INET && a.len == 32);
	CHECK(!vz_ip_parse("10.77.1.1/24", &a) && a.len == 24);
	CHECK(!vz_ip_parse("10.77.1.1/255.255.255.0", &b) && b.len == 24);
	CHECK(vz_ip_equal(&a, &b));
	CHECK_STR(vz_ip_text(&a, text), "10.77.1.1");
	CHECK(!vz_ip_parse("FD77:0::0:1", &a) && a.family == AF_INET6 && a.len == 128);
	CHECK_STR(vz_ip_text(&a, text), "fd77::1");
	CHECK(!vz_ip_equal(&a, &b));
}

static void bad_addresses(void)
{
	static const char *const bad[] = { "",
					   "10.77.1",
					   "10.77.1.256",
					   "10.77.1.1/33",
					   "10.77.1.1/",
					   "10.77.1.1/255.0.255.0",
					   "fd77::1/129",
					   "fd77::1/ffff::",
					   "127.0.0.1",
					   "0.0.0.0",
					   "224.0.0.1",
					   "255.255.255.255",
					   "::",
					   "::1",
					   "ff02::1",
					   "fe80::1",
					   "::ffff:10.0.0.1",
					   "name",
					   "10.77.1.1 ",
					   "1.2.3.4/-1" };
	struct vz_ip ip;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(vz_ip_parse(bad[i], &ip) == -EINVAL);
}

static void words(void)
{
	const char *p = "  a bb,ccc\tdddd ";
	char buf[4];

	CHECK_STR(vz_word(&p, buf, sizeof(buf)), "a");
	CHECK_STR(vz_word(&p, buf, sizeof(buf)), "bb");
	CHECK_STR(vz_word(&p, buf, sizeof(buf)), "ccc");
	CHECK_STR(vz_word(&p, buf, sizeof(buf)), "ddd");
	CHECK(!vz_word(&p, buf, sizeof(buf)));
	p = NULL;
	CHECK(!vz_word(&p, buf, sizeof(buf)));
	CHECK(vz_has_word("cpu,ve io", "ve") && vz_has_word("  cpu ve", "ve"));
	CHECK(!vz_has_word("vet love v e", "ve") && !vz_has_word(NULL, "ve"));
}

static void ids(void)
{
	unsigned int id;

	CHECK(!vz_parse_id("0", &id) && id == 0);
	CHECK(!vz_parse_id("2147483644", &id) && id == VE_ID_MAX);
	CHECK(vz_parse_id("2147483645", &id));
	CHECK(vz_parse_id("99999999999999999999", &id));
	CHECK(vz_parse_id("", &id) && vz_parse_id("-1", &id) && vz_parse_id("1x", &id));
}

static void names(void)
{
	CHECK(vz_name_valid("web 1"));
	CHECK(vz_name_valid("a+b-c_d.e"));
	CHECK(!vz_name_valid("") && !vz_name_valid("101") && !vz_name_valid("..") &&
	      !vz_name_valid("a/b"));
	CHECK(!vz_name_valid("a\nb") && !vz_name_valid("a\"b") && !vz_name_valid("\xc3\xa4"));
	CHECK(vz_hostname_valid("deb1") && vz_hostname_valid("a.b-c.example"));
	CHECK(!vz_hostname_valid("") && !vz_hostname_valid("-a") && !vz_hostname_valid("a-") &&
	      !vz_hostname_valid("a..b") && !vz_hostname_valid("a b") && !vz_hostname_valid("a."));
}

int main(void)
{
	TEST(plain_numbers);
	TEST(suffixes_are_powers_of_1024);
	TEST(pages_round_up);
	TEST(decimals);
	TEST(bad_numbers);
	TEST(too_large_is_clamped);
	TEST(limits);
	TEST(limits_are_written_as_readers_want_them);
	TEST(resources_have_names);
	TEST(addresses);
	TEST(bad_addresses);
	TEST(words);
	TEST(ids);
	TEST(names);
	return tap_failed;
}
