// SPDX-License-Identifier: GPL-2.0-or-later
/* A configuration that comes from another host: what is this host's own does not come with it. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/paths.h"
#include "tests/unit/tap.h"
#include "vzmigrate/place.h"

#define ID	4000001

static int parse(const char *text, size_t len, struct vz_conf **c)
{
	struct vz_err e = { 0 };
	int ret = place_conf_parse(ID, (const uint8_t *)text, len, c, &e);

	vz_error_free(&e);
	return ret;
}

static void the_host_keeps_its_own(void)
{
	static const char text[] =
		"LOCKDIR=\"/root/.ssh\"\nDUMPDIR=\"/etc\"\nDUMPDIR=\"/etc/cron.d\"\nTEMPLATE=\"/etc\"\n"
		"LOGFILE=\"/etc/passwd\"\nVE_PRIVATE=\"/etc\"\nVE_ROOT=\"/\"\nHOSTNAME=\"h\"\n";
	cleanup_conf struct vz_conf *c = NULL, *here = NULL;
	struct vz_err e = { 0 };

	CHECK(!vz_conf_new(ID, &here, &e));
	CHECK(!parse(text, strlen(text), &c));
	CHECK_STR(c->lockdir, here->lockdir);
	CHECK_STR(c->dumpdir, here->dumpdir);
	CHECK_STR(c->template_dir, here->template_dir);
	CHECK_STR(c->private, here->private);
	CHECK_STR(c->root, here->root);
	CHECK(!vz_conf_get_own(c, "DUMPDIR"));
	CHECK(!vz_conf_get_own(c, "VE_PRIVATE"));
	CHECK_STR(c->hostname, "h");
}

static void hostile_text_is_refused(void)
{
	static const char *const bad[] = {
		"OSTEMPLATE=\"../../root/x\"\n", "OSTEMPLATE=\"/etc/x\"\n", "OSTEMPLATE=\"..\"\n",
	};
	struct vz_conf *c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(parse(bad[i], strlen(bad[i]), &c) == -EINVAL);
	CHECK(parse("HOSTNAME=\"a\"\n\0LOCKDIR=\"/etc\"\n", 32, &c) == -EINVAL);
}

static void devices_are_those_that_the_host_lets_come(void)
{
	static const char *const bad[] = {
		"DEVICES=\"b:8:0:rw\"\n", "DEVICES=\"c:1:3:rw b:all:all:r\"\n",
		"DEVICES=\"c:1:1:r\"\n", "DEVNODES=\"no-such-disk:rw\"\n", "DEVICES=\"rubbish\"\n",
	};
	static const char good[] = "DEVICES=\"c:1:3:rw b:8:all:none c:10:229:rw\"\n"
				   "DEVNODES=\"null:rw\"\n";
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_conf *none;
	FILE *f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(parse(bad[i], strlen(bad[i]), &none) == -EPERM);
	CHECK(parse(good, strlen(good), &none) == -EPERM);
	f = fopen(VZ_GLOBAL_CONF, "w");
	CHECK(f && fputs("MIGRATE_DEVICES=\"c 10:229 rwm\"\n", f) >= 0 && !fclose(f));
	CHECK(!parse(good, strlen(good), &c));
	CHECK_STR(c->devnodes, "null:rw");
}

int main(void)
{
	FILE *f;

	/*
	 * A host of its own, with an empty configuration. The builder's root is no
	 * mount, and private already.
	 */
	if (unshare(CLONE_NEWNS) ||
	    (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL) ||
	    mount("none", "/etc", "tmpfs", 0, NULL) ||
	    mount("none", "/var/lib", "tmpfs", 0, NULL) || mkdir(VZ_ETC, 0755))
		return 1;
	f = fopen(VZ_GLOBAL_CONF, "w");
	if (!f || fclose(f))
		return 1;
	TEST(the_host_keeps_its_own);
	TEST(hostile_text_is_refused);
	TEST(devices_are_those_that_the_host_lets_come);
	return tap_failed;
}
