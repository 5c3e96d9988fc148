// SPDX-License-Identifier: GPL-2.0-or-later
/* check-host: the memory that survives vzreboot, kexec, swap, the clock. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/paths.h"
#include "libvz/value.h"
#include "vzctl/host_memory.h"

#define STEP	(128ULL << 20)

/* False for a line about usable memory. */
static bool no_memory(const char *line, unsigned long long *start, unsigned long long *end)
{
	char m;

	return sscanf(line, "%llx-%llx : System RA%c", start, end, &m) != 3;
}

char *host_region_word(const char *iomem)
{
	unsigned long long start, end, total = 0, best = 0, best_end = 0, size;
	char line[64], *word;
	size_t len;

	for (; *iomem; iomem += len + !!iomem[len]) {
		len = strcspn(iomem, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, iomem);
		if (*line == ' ' || no_memory(line, &start, &end) || end <= start)
			continue;
		total += end + 1 - start;
		if (end + 1 - start > best) {
			best = end + 1 - start;
			best_end = end + 1;
		}
	}
	size = total / 4 < best / 2 ? total / 4 : best / 2;
	size -= size % STEP;
	if (!size)
		return NULL;
	start = best_end - size;
	start -= start % STEP;
	return asprintf(&word, "memmap=%lluM!%lluM", size >> 20, start >> 20) < 0 ? NULL : word;
}

static bool region_mounted(void)
{
	struct stat dev, store;

	return !stat(VZ_PMEM_DEVICE, &dev) && !stat(VZ_PMEM_STORE, &store) &&
	       store.st_dev == dev.st_rdev;
}

/* A region is on the command line: memmap=SIZE!START. */
static bool asked_for(void)
{
	cleanup_free char *text = NULL;
	char word[64];
	const char *p;

	if (vz_read_file("/proc/cmdline", &text))
		return false;
	text[strcspn(text, "\n")] = '\0';
	for (p = text; vz_word(&p, word, sizeof(word));)
		if (!strncmp(word, "memmap=", 7) && strchr(word, '!'))
			return true;
	return false;
}

void host_look_region(const struct vz_conf *c, struct host_finding *f)
{
	cleanup_free char *iomem = NULL, *word = NULL, *todo = NULL;

	if (region_mounted()) {
		host_ok(f, VZ_PMEM_DEVICE " at " VZ_PMEM_STORE);
		return;
	}
	if (!access(VZ_PMEM_DEVICE, F_OK)) {
		host_lacks(f, "vzctl check-host --fix mounts it, and makes its file system",
			   VZ_PMEM_DEVICE " is not mounted at " VZ_PMEM_STORE);
		return;
	}
	if (asked_for()) {
		host_lacks(f, "see that it lies in usable memory ('System RAM' in /proc/iomem), "
			   "and 'dmesg | grep -i -e e820 -e pmem'",
			   "memmap= is on the command line, but " VZ_PMEM_DEVICE " is not there");
		return;
	}
	if (!vz_read_file("/proc/iomem", &iomem))
		word = host_region_word(iomem);
	if (!word || asprintf(&todo, "with a kernel of OpenVE, add %s to GRUB_CMDLINE_LINUX in "
			      "/etc/default/grub, update-grub, reboot: it takes that much memory "
			      "from VEs", word) < 0)
		todo = NULL;
	host_lacks(f, todo ? todo : "see vzreboot(8)",
		   "no memory is set aside: vzreboot cannot carry VEs over to a new kernel");
}

/* The magic number of ext2 and its successors, where they keep it. */
static bool has_ext4(int fd)
{
	unsigned char magic[2];

	return pread(fd, magic, 2, 1024 + 56) == 2 && magic[0] == 0x53 && magic[1] == 0xef;
}

/*
 * Nobody's data: blkid knows of nothing there, be it file system, partition table, swap or
 * part of an array. A region may be real non-volatile memory, with what its owner keeps.
 */
static bool is_empty(void)
{
	static char *const probe[] = { "blkid", "-p", VZ_PMEM_DEVICE, NULL };

	return host_run(probe) == 2;
}

int host_fix_region(const struct vz_conf *c, struct vz_err *e)
{
	static char *const format[] = { "mkfs.ext4", "-q", "-b", "4096", "-L", "vzpmem",
					VZ_PMEM_DEVICE, NULL };
	cleanup_close int fd = open(VZ_PMEM_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return vz_error_sys(e, VZ_HOSTCONF, -errno, VZ_PMEM_DEVICE);
	if (mkdir(VZ_PMEM_STORE, 0700) && errno != EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make " VZ_PMEM_STORE);
	if (!has_ext4(fd) && !is_empty())
		return vz_error(e, VZ_HOSTCONF, -EEXIST,
				VZ_PMEM_DEVICE " holds something that is not ext4: it is not "
				"formatted. 'blkid -p " VZ_PMEM_DEVICE "' tells what; 'wipefs -a "
				VZ_PMEM_DEVICE "' removes it");
	if (!has_ext4(fd) && host_run(format))
		return vz_error(e, VZ_COMMAND, -EIO, "mkfs.ext4 " VZ_PMEM_DEVICE " fails");
	if (mount(VZ_PMEM_DEVICE, VZ_PMEM_STORE, "ext4", 0, "dax"))
		return vz_error_sys(e, VZ_MOUNT, -errno,
				    "Cannot mount " VZ_PMEM_DEVICE " at " VZ_PMEM_STORE);
	return 0;
}

void host_look_kexec(const struct vz_conf *c, struct host_finding *f)
{
	if (access("/usr/sbin/kexec", X_OK) && access("/sbin/kexec", X_OK))
		host_lacks(f, "apt install kexec-tools", "no kexec: vzreboot does not work");
	else if (access("/sys/kernel/kexec_loaded", F_OK))
		host_lacks(f, "boot a kernel with CONFIG_KEXEC",
			   "this kernel cannot load another one: vzreboot does not work");
	else
		host_ok(f, "there");
}

void host_look_swap(const struct vz_conf *c, struct host_finding *f)
{
	cleanup_free char *text = NULL;
	const char *p = NULL;

	if (!vz_read_file("/proc/meminfo", &text))
		p = strstr(text, "SwapTotal:");
	if (p && strtoull(p + 10, NULL, 10) > 0)
		host_ok(f, "%llu MiB", strtoull(p + 10, NULL, 10) >> 10);
	else
		host_lacks(f, "make a swap partition or file (mkswap, swapon, /etc/fstab), as "
			   "large as the VEs' --swap together",
			   "none: the host cannot give VEs the swap that --swap promises");
}

void host_look_time(const struct vz_conf *c, struct host_finding *f)
{
	struct timex t = { 0 };

	if (adjtimex(&t) >= 0 && !(t.status & STA_UNSYNC))
		host_ok(f, "synchronised");
	else
		host_lacks(f, "apt install chrony, or systemctl enable --now systemd-timesyncd, "
			   "and "
			   "see that it reaches its servers",
			   "the clock is not synchronised: VEs see other times after a move");
}

int host_fix_time(const struct vz_conf *c, struct vz_err *e)
{
	static char *const unit[][5] = {
		{ "systemctl", "enable", "--now", "chrony.service", NULL },
		{ "systemctl", "enable", "--now", "systemd-timesyncd.service", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(unit) / sizeof(unit[0]); i++)
		if (!host_run(unit[i]))
			return 0;
	return vz_error(e, VZ_COMMAND, -ENOENT,
			"neither chrony nor systemd-timesyncd is installed");
}
