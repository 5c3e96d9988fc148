// SPDX-License-Identifier: GPL-2.0-or-later
/* How guests set up their network, by made-up roots. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/guest_style.h"
#include "tests/unit/tap.h"

/* A root is a list of paths with blanks between. */
static bool has(void *arg, const char *path)
{
	const char *list = arg, *p = strstr(list, path);
	size_t n = strlen(path);

	return p && (p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]);
}

static const char *style_of(const char *release, const char *paths)
{
	struct vz_os os;

	vz_os_parse(release, &os);
	return vz_style_name(vz_style_find(&os, has, (void *)paths));
}

static void styles(void)
{
	CHECK_STR(style_of("ID=debian\n", "etc/network/interfaces usr/sbin/ifup"), "ifupdown");
	CHECK_STR(style_of("ID=debian\n", "etc/network/interfaces"), "none");
	CHECK_STR(style_of("ID=alpine\n", "etc/network"), "alpine");
	CHECK_STR(style_of("ID=postmarketos\nID_LIKE=\"x alpine\"\n", "etc/network"), "alpine");
	CHECK_STR(style_of("ID=ubuntu\nID_LIKE=debian\n",
			   "etc/netplan usr/sbin/netplan etc/systemd/network "
			   "usr/lib/systemd/systemd-networkd"), "netplan");
	CHECK_STR(style_of("ID=\"rocky\"\n",
			   "usr/sbin/NetworkManager etc/sysconfig/network-scripts"),
		  "NetworkManager");
	CHECK_STR(style_of("ID=\"centos\"\n", "etc/sysconfig/network-scripts"), "ifcfg");
	CHECK_STR(style_of("ID=arch\n", "usr/lib/systemd/systemd-networkd etc/systemd/network"),
		  "systemd-networkd");
	CHECK_STR(style_of("", ""), "none");
}

static void markers(void)
{
	size_t n = 0;

	while (vz_style_marker(n)) {
		CHECK(*vz_style_marker(n) != '/');
		n++;
	}
	CHECK(n >= 8);
}

static void releases(void)
{
	struct vz_os os;

	vz_os_parse("# x\nNAME=\"Debian\"\nID=debian\nVERSION_ID=\"13\"\n"
		    "PRETTY_NAME='Debian GNU/Linux 13 (trixie)'\n", &os);
	CHECK_STR(os.id, "debian");
	CHECK_STR(os.version, "13");
	CHECK_STR(os.name, "Debian GNU/Linux 13 (trixie)");
	/* Hostile: longer than any field, control characters, a quote alone. */
	vz_os_parse("ID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
		    "VERSION_ID=\"\nPRETTY_NAME=a\033[2Jb", &os);
	CHECK(strlen(os.id) == sizeof(os.id) - 1);
	CHECK_STR(os.version, "\"");
	CHECK_STR(os.name, "a [2Jb");
}

static void left_alone(void)
{
	const char *dir, *name, *text;

	CHECK(vz_style_leave(VZ_STYLE_NETWORKMANAGER, &dir, &name, &text));
	CHECK_STR(dir, "etc/NetworkManager/conf.d");
	CHECK(strstr(text, "interface-name:venet0"));
	CHECK(vz_style_leave(VZ_STYLE_NETWORKD, &dir, &name, &text) && strstr(text, "Unmanaged"));
	CHECK(!vz_style_leave(VZ_STYLE_NONE, &dir, &name, &text));
	CHECK(!vz_style_leave(VZ_STYLE_IFUPDOWN, &dir, &name, &text));
}

static void stale_files(void)
{
	CHECK(vz_style_is_stale("etc/sysconfig/network-scripts/ifcfg-venet0:0"));
	CHECK(vz_style_is_stale("etc/NetworkManager/system-connections/venet0.nmconnection"));
	CHECK(!vz_style_is_stale("etc/sysconfig/network-scripts/ifcfg-eth0"));
	CHECK(!vz_style_is_stale("home/etc/sysconfig/network-scripts/ifcfg-venet0"));
	CHECK(vz_style_is_edited("etc/network/interfaces"));
	CHECK(!vz_style_is_edited("etc/network/interfaces.d/a/b"));
}

static const char *edit(const char *text)
{
	static char buf[1024];
	bool changed;
	cleanup_free char *got = vz_style_edit(text, &changed);

	snprintf(buf, sizeof(buf), "%d:%s", changed, got);
	return buf;
}

static void edited_files(void)
{
	CHECK_STR(edit("auto lo eth0\niface lo inet loopback\n"),
		  "0:auto lo eth0\niface lo inet loopback\n");
	CHECK_STR(edit("auto lo\niface lo inet loopback\n\nauto venet0\n"
		       "iface venet0 inet manual\n\tup ifconfig venet0 127.0.0.2\n"
		       "\tup route add default dev venet0\n\n"
		       "iface venet0 inet6 manual\n\tup route -A inet6 add default dev venet0\n"
		       "auto venet0:0\niface venet0:0 inet static\n\taddress 10.0.0.1\n"
		       "auto eth0\niface eth0 inet dhcp\n"),
		  "1:auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n");
	CHECK_STR(edit("auto lo venet0 eth0\nallow-hotplug venet0\n"), "1:auto lo eth0\n");
	CHECK_STR(edit("iface venet01 inet dhcp\n"), "0:iface venet01 inet dhcp\n");
	CHECK_STR(edit("# a\nno newline"), "0:# a\nno newline\n");
	CHECK_STR(edit(""), "0:");
}

int main(void)
{
	TEST(styles);
	TEST(markers);
	TEST(releases);
	TEST(left_alone);
	TEST(stale_files);
	TEST(edited_files);
	return tap_failed;
}
