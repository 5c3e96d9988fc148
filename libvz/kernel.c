// SPDX-License-Identifier: GPL-2.0-or-later
/* Is this our kernel, and is the ve controller usable? */
#include <errno.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/kernel.h"
#include "libvz/value.h"

int vz_kernel_check(struct vz_err *e)
{
	cleanup_free char *version = NULL, *list = NULL;

	if (vz_read_file("/proc/vz/version", &version))
		return vz_error(e, VZ_BADKERNEL, -ENOSYS,
				"This kernel is not an OpenVE kernel: there is no /proc/vz/version. "
				"Boot the kernel that belongs to these tools");
	if (strncmp(version, VE_KERNEL_VERSION, strlen(VE_KERNEL_VERSION)))
		return vz_error(e, VZ_BADKERNEL, -ENOSYS,
				"This kernel does not fit these tools: /proc/vz/version says %.*s, not "
				VE_KERNEL_VERSION, (int)strcspn(version, "\n"), version);
	if (vz_read_file(VZ_CGROUP_ROOT "/cgroup.controllers", &list))
		return vz_error(e, VZ_BADKERNEL, -ENOSYS,
				"There is no cgroup v2 hierarchy at " VZ_CGROUP_ROOT);
	list[strcspn(list, "\n")] = '\0';
	if (!vz_has_word(list, "ve"))
		return vz_error(e, VZ_BADKERNEL, -ENOSYS,
				"The kernel's ve controller is not usable: " VZ_CGROUP_ROOT
				"/cgroup.controllers does not list it");
	return 0;
}
