// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of a call: what was meant by a mistyped one, options that are wrong, formats. */
#include <errno.h>
#include <getopt.h>
#include "libvz/err.h"
#include "libvz/setting.h"
#include "tests/unit/tap.h"
#include "vzctl/guess.h"
#include "vzctl/options.h"

static void distances(void)
{
	CHECK(guess_distance("start", "start") == 0);
	CHECK(guess_distance("stxrt", "start") == 1 && guess_distance("start", "stxrt") == 1);
	CHECK(guess_distance("satrt", "start") == 1);
	CHECK(guess_distance("", "stop") == 4 && guess_distance("stop", "") == 4);
	CHECK(guess_distance("kitten", "sitting") == 3);
	CHECK(guess_distance("x", "a-word-that-is-longer-than-forty-letters-altogether") == 100);
}

static const char *guess_of(const char *word)
{
	static const char *const words[] = { "create", "destroy", "start", "stop", "status",
					     "snapshot-list", "set" };
	struct guess g = { .word = word };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		guess_try(&g, words[i]);
	return g.best;
}

static void guesses(void)
{
	CHECK_STR(guess_of("stxrt"), "start");
	CHECK_STR(guess_of("destrxoy"), "destroy");
	CHECK_STR(guess_of("snap"), "snapshot-list");
	CHECK_STR(guess_of("cxreate"), "create");
	CHECK(!guess_of("fly") && !guess_of("") && !guess_of("zz"));
}

/* One word of a call, and what is said about it. */
static const char *said(const char *word)
{
	static const struct option opts[] = {
		{ "hostname", required_argument, NULL, 1 }, { "save", no_argument, NULL, 2 },
		{ NULL, 0, NULL, 0 },
	};
	static struct vz_err e;
	char *argv[] = { "set", (char *)word, NULL };

	vz_error_free(&e);
	optind = 0;
	if (next_option(2, argv, opts, VZ_BADVALUE, &e) != '?')
		return "";
	CHECK(e.cause == VZ_BADVALUE && e.err == -EINVAL);
	return e.msg;
}

static void wrong_options(void)
{
	CHECK_STR(said("--hostnmae"), "Invalid option: --hostnmae (did you mean --hostname?)");
	CHECK_STR(said("--hostnmae=x"), "Invalid option: --hostnmae=x (did you mean --hostname?)");
	CHECK_STR(said("--hostname"), "Missing parameter: --hostname wants a value");
	CHECK_STR(said("--save=now"), "Invalid option: --save takes no value");
	CHECK_STR(said("--fly"), "Invalid option: --fly");
	CHECK_STR(said("-Z"), "Invalid option: -Z");
	CHECK_STR(said("-ZY"), "Invalid option: -Z");
	CHECK_STR(said("--save"), "");
	CHECK_STR(said("word"), "");
}

static void formats(void)
{
	struct vz_err e = { 0 };
	enum format f = FORMAT_TABLE;

	CHECK(!take_format("json", &f, &e) && f == FORMAT_JSON);
	CHECK(!take_format("csv", &f, &e) && f == FORMAT_CSV);
	CHECK(!take_format("table", &f, &e) && f == FORMAT_TABLE);
	CHECK(take_format("yaml", &f, &e) == -EINVAL && e.cause == VZ_BADSYNTAX);
	vz_error_free(&e);
}

static void factors(void)
{
	CHECK(!vz_factor_valid("1") && !vz_factor_valid("1.5") && !vz_factor_valid("0.25"));
	CHECK(!vz_factor_valid(".5"));
	CHECK(vz_factor_valid("") && vz_factor_valid(".") && vz_factor_valid("-1"));
	CHECK(vz_factor_valid("1e3") && vz_factor_valid("1.5x") && vz_factor_valid("nan"));
}

int main(void)
{
	TEST(distances);
	TEST(guesses);
	TEST(wrong_options);
	TEST(formats);
	TEST(factors);
	return tap_failed;
}
