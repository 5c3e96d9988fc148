// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of ARP and neighbour discovery, byte by byte where other machines read them. */
#include <stdint.h>
#include <string.h>
#include "libvz/neighbour.h"
#include "libvz/nic.h"
#include "libvz/value.h"
#include "tests/unit/tap.h"
#include "libvz/ip.h"

static const struct vz_nic nic = {
	.name = "eth0", .ifindex = 2, .mac = "\2\0\0\0\0\1", .v4.s_addr = 0x01004d0a
};
static unsigned char mac[6];

static struct vz_ip ip(const char *text)
{
	struct vz_ip ip = { 0 };

	CHECK(!vz_ip_parse(text, &ip));
	return ip;
}

/* Over pseudo header and message, with the checksum in it: all ones (RFC 1071). */
static unsigned int checksum(const struct vz_frame *f)
{
	uint32_t acc = (f->n - 54) + 58;
	size_t i;

	for (i = 22; i + 1 < f->n; i += 2)
		acc += f->data[i] << 8 | f->data[i + 1];
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	return acc;
}

static void arp_asks_as_the_host(void)
{
	const struct vz_ip who = ip("10.77.1.39");
	struct vz_frame f;

	vz_frame_ask(&f, &nic, &who);
	CHECK(f.n == 42);
	CHECK(!memcmp(f.data, "\xff\xff\xff\xff\xff\xff\2\0\0\0\0\1\x08\x06", 14));
	CHECK(!memcmp(f.data + 14, "\0\1\x08\0\6\4\0\1", 8));
	CHECK(!memcmp(f.data + 22, "\2\0\0\0\0\1\x0a\x4d\0\1", 10));
	CHECK(!memcmp(f.data + 32, "\0\0\0\0\0\0\x0a\x4d\1\x27", 10));
	CHECK(!vz_frame_claims(f.data, f.n, &who, mac));
}

static void arp_announcement_claims(void)
{
	const struct vz_ip who = ip("10.77.1.39"), other = ip("10.77.1.38");
	struct vz_frame f;

	vz_frame_announce(&f, &nic, &who);
	CHECK(vz_frame_claims(f.data, f.n, &who, mac));
	CHECK(!memcmp(mac, nic.mac, 6));
	CHECK(!vz_frame_claims(f.data, f.n, &other, mac));
	CHECK(!vz_frame_claims(f.data, f.n - 1, &who, mac));
	CHECK(!vz_frame_claims(f.data, 0, &who, mac));
}

static void solicitation_is_the_one_of_rfc_4862(void)
{
	const struct vz_ip who = ip("fd77::1:ab:39cd");
	struct vz_frame f;

	vz_frame_ask(&f, &nic, &who);
	CHECK(f.n == 78);
	CHECK(!memcmp(f.data, "\x33\x33\xff\xab\x39\xcd\2\0\0\0\0\1\x86\xdd", 14));
	CHECK(!memcmp(f.data + 22, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16));
	CHECK(!memcmp(f.data + 38, "\xff\2\0\0\0\0\0\0\0\0\0\1\xff\xab\x39\xcd", 16));
	CHECK(f.data[54] == 135 && f.data[21] == 255);
	CHECK(checksum(&f) == 0xffff);
	CHECK(!vz_frame_claims(f.data, f.n, &who, mac));
}

static void advertisement_claims(void)
{
	const struct vz_ip who = ip("fd77::1:39"), other = ip("fd77::1:38");
	struct vz_frame f;

	vz_frame_announce(&f, &nic, &who);
	CHECK(checksum(&f) == 0xffff);
	CHECK(vz_frame_claims(f.data, f.n, &who, mac));
	CHECK(vz_frame_claims(f.data, f.n - 8, &who, mac));
	CHECK(!vz_frame_claims(f.data, f.n - 9, &who, mac));
	CHECK(!vz_frame_claims(f.data, f.n, &other, mac));
	f.data[21] = 254;
	CHECK(!vz_frame_claims(f.data, f.n, &who, mac));
}

static void families_are_kept_apart(void)
{
	const struct vz_ip four = ip("10.77.1.39"), six = ip("fd77::1:39");
	struct vz_frame f;

	vz_frame_announce(&f, &nic, &four);
	CHECK(!vz_frame_claims(f.data, f.n, &six, mac));
	vz_frame_announce(&f, &nic, &six);
	CHECK(!vz_frame_claims(f.data, f.n, &four, mac));
}

int main(void)
{
	TEST(arp_asks_as_the_host);
	TEST(arp_announcement_claims);
	TEST(solicitation_is_the_one_of_rfc_4862);
	TEST(advertisement_claims);
	TEST(families_are_kept_apart);
	return tap_failed;
}
