// SPDX-License-Identifier: GPL-2.0-or-later
/* SHA-256 against values that sha256sum tells. */
#include <stdlib.h>
#include <string.h>
#include "libvz/sha256.h"
#include "tests/unit/tap.h"

static const char *digest(const void *buf, size_t len, size_t step)
{
	static char hex[VZ_SHA256_HEX];
	struct vz_sha256 s;
	size_t n;

	vz_sha256_start(&s);
	for (size_t at = 0; at < len; at += n) {
		n = len - at < step ? len - at : step;
		vz_sha256_add(&s, (const char *)buf + at, n);
	}
	vz_sha256_end(&s, hex);
	return hex;
}

static void known_values(void)
{
	CHECK_STR(digest("", 0, 1),
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_STR(digest("abc", 3, 3),
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Each length around the end of a block, in parts of each size. */
static void lengths_and_parts(void)
{
	char buf[1000], want[VZ_SHA256_HEX], all[VZ_SHA256_HEX];
	struct vz_sha256 s;

	memset(buf, 'a', sizeof(buf));
	vz_sha256_start(&s);
	for (size_t len = 0; len < 200; len++) {
		strcpy(want, digest(buf, len, sizeof(buf)));
		for (size_t step = 1; step < 70; step++)
			CHECK_STR(digest(buf, len, step), want);
		vz_sha256_add(&s, want, 64);
	}
	vz_sha256_end(&s, all);
	CHECK_STR(all,
		  "019f2b9f1af27a53a1f046da7e98af2c179f431e4b5bebb000e74040917a4123");
	CHECK_STR(digest(buf, 1000, 64),
		  "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

int main(void)
{
	TEST(known_values);
	TEST(lengths_and_parts);
	return tap_failed;
}
