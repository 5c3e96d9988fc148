// SPDX-License-Identifier: GPL-2.0-or-later
/* Ethernet devices of a configuration that another host has written. */
#include <stdbool.h>
#include <stdlib.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/netif.h"
#include "libvz/netif_list.h"
#include "tests/unit/tap.h"

static char *completed(const char *text, bool *changed)
{
	struct vz_netifs *l = vz_netifs_open(text);
	struct vz_err e = { 0 };
	char *out;

	CHECK(l);
	*changed = false;
	CHECK(!vz_netifs_complete(l, 101, changed, &e));
	out = vz_netifs_text(l);
	vz_netifs_free(l);
	CHECK(out);
	return out;
}

/* OpenVZ wrote what it was told, and made up the rest at each start. */
static void devices_of_an_old_host(void)
{
	static const char *const old[] = {
		"ifname=eth0",
		"ifname=eth0;ifname=eth1;ifname=eth2",
		"ifname=eth0,mac=00:18:51:A0:B1:C2",
		"ifname=eth0,bridge=br0,host_ifname=veth101.0",
		"ifname=eth0,host_ifname=veth101.1;ifname=eth1;ifname=eth2",
		"bridge=vmbr0,ifname=eth0,host_mac=FE:FF:FF:FF:FF:FF,mac_filter=off,ip=10.0.0.1",
	};

	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		cleanup_free struct vz_veth *dev = NULL;
		cleanup_free char *text = NULL;
		struct vz_err e = { 0 };
		bool changed;
		size_t n;

		CHECK(vz_netif_parse(old[i], &dev, &n, &e));
		vz_error_free(&e);
		text = completed(old[i], &changed);
		CHECK(changed);
		CHECK(!strncmp(text, old[i], strcspn(old[i], ";")));
		CHECK(!vz_netif_parse(text, &dev, &n, &e));
		for (size_t k = 0; k < n; k++)
			for (size_t m = 0; m < k; m++) {
				CHECK(strcmp(dev[k].host, dev[m].host));
				CHECK(memcmp(dev[k].mac, dev[m].mac, 6));
				CHECK(memcmp(dev[k].host_mac, dev[m].host_mac, 6));
			}
	}
}

static void what_is_whole_stays(void)
{
	static const char whole[] =
		"ifname=eth0,mac=02:00:00:00:00:01,host_ifname=veth101.0,host_mac=02:00:00:00:00:02";
	cleanup_free char *text = NULL, *none = NULL;
	bool changed;

	text = completed(whole, &changed);
	CHECK(!changed);
	CHECK_STR(text, whole);
	none = completed("", &changed);
	CHECK(!changed);
	CHECK_STR(none, "");
}

int main(void)
{
	TEST(devices_of_an_old_host);
	TEST(what_is_whole_stays);
	return tap_failed;
}
