// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of the kernel's files and of options: rows, refusals, devices, addresses. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/devices.h"
#include "libvz/ip.h"
#include "libvz/refusal.h"
#include "libvz/ub.h"
#include "libvz/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vz_ub_row rows[UB_NR_RESOURCES];
	char *text = strndup((const char *)data, size);
	struct vz_device d;
	struct vz_refusal r;
	struct vz_ip ip;
	bool beyond;

	if (!text)
		abort();
	vz_devices_check(text, &beyond);
	vz_device_parse_option(text, &d);
	vz_ip_parse(text, &ip);
	vz_refusal_parse(text, &r);
	vz_ub_parse(text, rows);
	free(text);
	return 0;
}
