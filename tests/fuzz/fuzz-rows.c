// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of the kernel's files and of options: rows, refusals, devices, addresses. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "checkpoint/ub.h"
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/devices.h"
#include "libvz/err.h"
#include "libvz/ip.h"
#include "libvz/refusal.h"
#include "libvz/ub.h"
#include "libvz/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As a dump reads them, into messages; those end up in ve.img. */
static void dump_rows(char *text)
{
	VeState s = VE_STATE__INIT;
	struct vz_err e = { 0 };

	if (!ckpt_ub_parse(1, text, &s, &e) && s.n_ub > UB_NR_RESOURCES)
		abort();
	for (size_t i = 0; i < s.n_ub; i++)
		ve_ub_row__free_unpacked(s.ub[i], NULL);
	free(s.ub);
	vz_error_free(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vz_ub_row rows[UB_NR_RESOURCES];
	char *text = strndup((const char *)data, size), *copy = strndup((const char *)data, size);
	struct vz_device d;
	struct vz_refusal r;
	struct vz_ip ip;
	bool beyond;

	if (!text || !copy)
		abort();
	vz_devices_check(text, &beyond);
	vz_device_parse_option(text, &d);
	vz_ip_parse(text, &ip);
	vz_refusal_parse(text, &r);
	vz_ub_parse(text, rows);
	dump_rows(copy);
	free(copy);
	free(text);
	return 0;
}
