// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities that a VE is to do without. No state. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/value.h"

const char *const vz_capability_names[] = {
	[CAP_CHOWN] = "chown", [CAP_DAC_OVERRIDE] = "dac_override",
	[CAP_DAC_READ_SEARCH] = "dac_read_search", [CAP_FOWNER] = "fowner", [CAP_FSETID] = "fsetid",
	[CAP_KILL] = "kill", [CAP_SETGID] = "setgid", [CAP_SETUID] = "setuid",
	[CAP_SETPCAP] = "setpcap", [CAP_LINUX_IMMUTABLE] = "linux_immutable",
	[CAP_NET_BIND_SERVICE] = "net_bind_service", [CAP_NET_BROADCAST] = "net_broadcast",
	[CAP_NET_ADMIN] = "net_admin", [CAP_NET_RAW] = "net_raw", [CAP_IPC_LOCK] = "ipc_lock",
	[CAP_IPC_OWNER] = "ipc_owner", [CAP_SYS_MODULE] = "sys_module",
	[CAP_SYS_RAWIO] = "sys_rawio",
	[CAP_SYS_CHROOT] = "sys_chroot", [CAP_SYS_PTRACE] = "sys_ptrace",
	[CAP_SYS_PACCT] = "sys_pacct", [CAP_SYS_ADMIN] = "sys_admin", [CAP_SYS_BOOT] = "sys_boot",
	[CAP_SYS_NICE] = "sys_nice", [CAP_SYS_RESOURCE] = "sys_resource",
	[CAP_SYS_TIME] = "sys_time",
	[CAP_SYS_TTY_CONFIG] = "sys_tty_config", [CAP_MKNOD] = "mknod", [CAP_LEASE] = "lease",
	[CAP_AUDIT_WRITE] = "audit_write", [CAP_AUDIT_CONTROL] = "audit_control",
	[CAP_SETFCAP] = "setfcap", [CAP_MAC_OVERRIDE] = "mac_override",
	[CAP_MAC_ADMIN] = "mac_admin", [CAP_SYSLOG] = "syslog", [CAP_WAKE_ALARM] = "wake_alarm",
	[CAP_BLOCK_SUSPEND] = "block_suspend", [CAP_AUDIT_READ] = "audit_read",
	[CAP_PERFMON] = "perfmon", [CAP_BPF] = "bpf",
	[CAP_CHECKPOINT_RESTORE] = "checkpoint_restore",
	NULL
};

bool vz_capability_is_old(const char *name)
{
	static const char *const names[] = { "setveid", "ve_admin", "fs_mask" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(names[i], name))
			return true;
	return false;
}

/* The classic tools write them in capitals. */
static int find(const char *name)
{
	if (!strncasecmp(name, "cap_", 4))
		name += 4;
	for (int n = 0; vz_capability_names[n]; n++)
		if (!strcasecmp(vz_capability_names[n], name))
			return n;
	return -EINVAL;
}

int vz_capability_drop(const char *list, struct vz_err *e)
{
	char word[64];

	while (vz_word(&list, word, sizeof(word))) {
		char *colon = strchr(word, ':');
		int n;

		if (!colon || strcmp(colon, ":off"))
			continue;
		*colon = '\0';
		if (vz_capability_is_old(word))
			continue;
		n = find(word);
		if (n < 0 || prctl(PR_CAPBSET_DROP, n, 0, 0, 0))
			return vz_error_sys(e, VZ_SYSTEM, n < 0 ? n : -errno,
					    "Cannot take the capability %s from the CT", word);
	}
	return 0;
}

int vz_capability_bound(pid_t pid, uint64_t *bound, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	char path[64];
	const char *p;
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	ret = vz_read_file(path, &text);
	p = ret ? NULL : strstr(text, "\nCapBnd:");
	if (!p)
		return vz_error_sys(e, VZ_SYSTEM, ret ? ret : -EINVAL,
				    "Cannot read the capabilities of the CT");
	*bound = strtoull(p + 8, NULL, 16);
	return 0;
}

int vz_capability_keep(uint64_t bound, struct vz_err *e)
{
	for (int n = 0; n < 64; n++) {
		if (bound & 1ULL << n || prctl(PR_CAPBSET_READ, n, 0, 0, 0) != 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, n, 0, 0, 0))
			return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot drop capability %d", n);
	}
	return 0;
}

int vz_capability_lower(const char *name, struct vz_err *e)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct set[2];
	int n = find(name);

	if (n < 0 || syscall(SYS_capget, &head, set))
		return vz_error_sys(e, VZ_SYSTEM, n < 0 ? n : -errno, "capability %s", name);
	set[n / 32].effective &= ~(1U << n % 32);
	return syscall(SYS_capset, &head, set) ?
	       vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot go without the capability %s", name) : 0;
}

int vz_capability_raise(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct set[2];

	if (syscall(SYS_capget, &head, set))
		return -errno;
	set[0].effective = set[0].permitted;
	set[1].effective = set[1].permitted;
	return syscall(SYS_capset, &head, set) ? -errno : 0;
}
