// SPDX-License-Identifier: GPL-2.0-or-later
/* check-host: kernel, cgroups, service, CRIU. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/kernel.h"
#include "libvz/value.h"
#include "vzctl/host_kernel.h"

#define WANTED_BY "/etc/systemd/system/multi-user.target.wants/"
static const char *const units[] = { "vz.service", "vz-restore.service", "vz-announce.service" };

static bool kernel_installed(void)
{
	glob_t g;
	bool there = !glob("/boot/vmlinuz-*-openve-*", 0, NULL, &g);

	globfree(&g);
	return there;
}

void host_look_kernel(const struct vz_conf *c, struct host_finding *f)
{
	struct vz_err e = { 0 };
	struct utsname u;

	uname(&u);
	if (!vz_kernel_check(&e))
		host_ok(f, "%s", u.release);
	else if (kernel_installed() && access("/proc/vz/version", F_OK))
		host_lacks(f, "reboot: a kernel of OpenVE is installed in /boot",
			   "%s (%s runs)", e.msg, u.release);
	else
		host_lacks(f, "apt install linux-image-openve-vm (or -cloud, -amd64), then reboot",
			   "%s (%s runs)", e.msg, u.release);
	vz_error_free(&e);
}

/* The first controller that version 2 has not; NULL when it has all of a stock kernel's. */
static const char *missing_controller(void)
{
	static const char *const names[] = { "memory", "pids", "cpu", "io" };
	cleanup_free char *text = NULL;
	size_t i;

	if (vz_read_file(VZ_CGROUP_ROOT "/cgroup.controllers", &text))
		return names[0];
	text[strcspn(text, "\n")] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!vz_has_word(text, names[i]))
			return names[i];
	return NULL;
}

void host_look_cgroup(const struct vz_conf *c, struct host_finding *f)
{
	const char *missing;
	struct statfs s;

	if (statfs(VZ_CGROUP_ROOT, &s) || s.f_type != CGROUP2_SUPER_MAGIC) {
		host_lacks(f, "take systemd.unified_cgroup_hierarchy and cgroup_no_v1 off the "
			   "kernel's command line, then reboot",
			   "no cgroup v2 hierarchy is mounted at " VZ_CGROUP_ROOT);
		return;
	}
	missing = missing_controller();
	if (missing)
		host_lacks(f, "unmount what mounts it as version 1 ('grep cgroup /proc/mounts'), "
			   "take cgroup_disable off the kernel's command line, then reboot",
			   "cgroup v2 at " VZ_CGROUP_ROOT " has no controller %s", missing);
	else
		host_ok(f, "version 2 at " VZ_CGROUP_ROOT);
}

void host_look_service(const struct vz_conf *c, struct host_finding *f)
{
	static char *const active[] = { "systemctl", "--quiet", "is-active", "vz.service", NULL };
	static const char todo[] = "systemctl enable --now vz.service vz-restore.service "
				   "vz-announce.service";
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		snprintf(path, sizeof(path), WANTED_BY "%s", units[i]);
		if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW)) {
			host_lacks(f, todo, "%s is not enabled: VEs do not come back at boot",
				   units[i]);
			return;
		}
	}
	if (access("/proc/vz/version", F_OK))
		host_ok(f, "enabled; starts with a kernel of OpenVE");
	else if (host_run(active))
		host_lacks(f, todo, "vz.service does not run: nobody looks after VEs");
	else
		host_ok(f, "vz.service runs");
}

int host_fix_service(const struct vz_conf *c, struct vz_err *e)
{
	static char *const enable[] = { "systemctl", "enable", "--now", "vz.service",
					"vz-restore.service", "vz-announce.service", NULL };

	if (host_run(enable))
		return vz_error(e, VZ_COMMAND, -EIO,
				"'systemctl enable --now vz.service' fails: 'systemctl status "
				"vz.service' says why");
	return 0;
}

void host_look_criu(const struct vz_conf *c, struct host_finding *f)
{
	struct vz_err e = { 0 };
	int version = ckpt_criu_version(&e);

	if (version < 0)
		host_lacks(f, "apt install openve-criu", "%s", e.msg);
	else if (ckpt_check(&e))
		host_lacks(f, "boot a kernel of OpenVE; 'criu check' says more", "%s", e.msg);
	else
		host_ok(f, "version %d.%d.%d works on this kernel", version / 10000,
			version / 100 % 100, version % 100);
	vz_error_free(&e);
}
