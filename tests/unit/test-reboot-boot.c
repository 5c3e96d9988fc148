// SPDX-License-Identifier: GPL-2.0-or-later
/* vzreboot: which of the kernels in /boot VEs could go on in, and their order. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "libvz/file.h"
#include "tests/unit/tap.h"
#include "vzmigrate/reboot_boot.h"
#include "vzmigrate/reboot_image.h"

#define OURS	"CONFIG_VE=y\nCONFIG_CHECKPOINT_RESTORE=y\nCONFIG_FS_DAX=y\nCONFIG_TIME_NS=y\n"
#define BUILT_IN	OURS "CONFIG_X86_PMEM_LEGACY=y\nCONFIG_BLK_DEV_PMEM=y\nCONFIG_EXT4_FS=y\n"
#define MODULES	OURS "CONFIG_X86_PMEM_LEGACY=m\nCONFIG_BLK_DEV_PMEM=m\nCONFIG_EXT4_FS=m\n"

static char dir[] = "/tmp/boot.XXXXXX";

static void put(const char *name, const void *data, size_t len)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	CHECK(!vz_replace_file(path, data, len, 0644));
}

/* A kernel image as far as it is looked at, with text as its payload. */
static void put_kernel(const char *release, const char *payload, const char *config)
{
	uint8_t image[8192] = { [0x1fe] = 0x55, [0x1ff] = 0xaa, [0x211] = 1, [0x1f1] = 4,
				[0x24c] = 0xff };
	char name[128];

	memcpy(image + 0x202, "HdrS", 4);
	memcpy(image + 5 * 512, payload, strlen(payload));
	snprintf(name, sizeof(name), "vmlinuz-%s", release);
	put(name, image, sizeof(image));
	snprintf(name, sizeof(name), "config-%s", release);
	if (config)
		put(name, config, strlen(config));
}

static bool fits(const char *release, bool modules)
{
	struct vz_err e = {};
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/vmlinuz-%s", dir, release);
	err = reboot_check_kernel(path, modules, NULL, &e);
	if (err)
		printf("# %s\n", e.msg);
	vz_error_free(&e);
	return !err;
}

static void all_of_ours_the_newest_first(void)
{
	struct boot_kernel *list;
	struct vz_err e = {};
	size_t n;

	put_kernel("6.12.9-openve-vm", "a", BUILT_IN);
	put_kernel("6.12.10-openve-vm", "b", BUILT_IN);
	put_kernel("6.12.20-amd64", "c", "CONFIG_CHECKPOINT_RESTORE=y\n");
	put_kernel("6.12.30-openve-vm", "d", NULL);
	put("vmlinuz-6.12.40-openve-vm", "no kernel", 9);
	put("initrd.img-6.12.9-openve-vm", "x", 1);
	CHECK(!boot_kernels(dir, &list, &n, &e));
	CHECK(n == 2);
	CHECK(!strcmp(list[0].release, "6.12.10-openve-vm") && !*list[0].initrd);
	CHECK(!strcmp(list[1].release, "6.12.9-openve-vm"));
	CHECK(strstr(list[1].initrd, "/initrd.img-6.12.9-openve-vm"));
	CHECK(!list[0].runs && !list[1].runs);
	free(list);
	CHECK(!boot_kernels("/nowhere", &list, &n, &e) && n == 0);
	free(list);
}

static void modules_need_an_initramfs(void)
{
	put_kernel("6.12.11-openve-cloud", "e", MODULES);
	CHECK(fits("6.12.11-openve-cloud", true));
	CHECK(!fits("6.12.11-openve-cloud", false));
	put_kernel("6.12.12-openve-cloud", "f", OURS);
	CHECK(!fits("6.12.12-openve-cloud", true));
	/* "is not set", and another name that begins so */
	put_kernel("6.12.13-openve-vm", "g", "# CONFIG_VE is not set\nCONFIG_VE_NET=y\n");
	CHECK(!fits("6.12.13-openve-vm", true));
}

static void what_is_embedded_goes_before_what_lies_beside(void)
{
	put_kernel("6.12.14-openve-vm", "IKCFG_STCONFIG_VE=n\nIKCFG_ED", BUILT_IN);
	CHECK(!fits("6.12.14-openve-vm", true));
	put_kernel("6.12.15-openve-vm", "IKCFG_ST" BUILT_IN "IKCFG_ED", NULL);
	CHECK(fits("6.12.15-openve-vm", false));
}

int main(void)
{
	CHECK(mkdtemp(dir));
	TEST(all_of_ours_the_newest_first);
	TEST(modules_need_an_initramfs);
	TEST(what_is_embedded_goes_before_what_lies_beside);
	return tap_failed;
}
