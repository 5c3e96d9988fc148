// SPDX-License-Identifier: GPL-2.0-or-later
/* A configuration file, from the host's disk or from another host: lines, and each value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/conf_data.h"
#include "libvz/conf_file.h"
#include "libvz/setting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vz_conf_file *f = vz_conf_file_new();
	struct vz_conf *c = calloc(1, sizeof(*c));
	char *text = strndup((const char *)data, size);
	size_t i;

	if (!f || !c || !text)
		abort();
	if (!vz_conf_file_parse(f, text))
		for (i = 0; i < f->n; i++) {
			const struct vz_conf_line *l = &f->line[i];
			const struct vz_setting *s = l->name ? vz_setting_by_var(l->name) : NULL;

			if (s)
				vz_setting_assign(c, s, l->value);
		}
	vz_settings_free(c);
	free(c);
	vz_conf_file_free(f);
	free(text);
	return 0;
}
