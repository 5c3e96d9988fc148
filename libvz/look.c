// SPDX-License-Identifier: GPL-2.0-or-later
/* What a VE's rows were when somebody last looked. Owns the files VZ_STATEDIR/ubc/<id>. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/conf_file.h"
#include "libvz/err.h"
#include "libvz/look.h"
#include "libvz/paths.h"
#include "libvz/setting.h"
#include "libvz/ub.h"
#include "libvz/value.h"

#define DIR	VZ_STATEDIR "/ubc"

static char *look_path(char *buf, unsigned int id)
{
	snprintf(buf, PATH_MAX, DIR "/%u", id);
	return buf;
}

static long seconds(const struct vz_conf_file *f)
{
	const char *text = vz_conf_file_get(f, "WHEN");

	return text ? atol(text) : 0;
}

int vz_look_read(unsigned int id, struct vz_look *look, struct vz_err *e)
{
	struct vz_conf_file *f = vz_conf_file_new();
	char path[PATH_MAX];
	int r, ret;

	memset(look, 0, sizeof(*look));
	ret = f ? vz_conf_file_read(f, look_path(path, id)) : -ENOMEM;
	if (ret) {
		vz_conf_file_free(f);
		return ret == -ENOENT
			       ? 0
			       : vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s/%u", DIR, id);
	}
	look->there = true;
	look->when = seconds(f);
	for (r = 0; r < UB_NR_RESOURCES; r++) {
		const char *text = vz_ub_var(r) ? vz_conf_file_get(f, vz_ub_var(r)) : NULL;
		struct vz_ub_row *row = &look->rows[r];

		row->live = text && sscanf(text, "%ld %ld %ld", &row->held, &row->maxheld,
					   &row->failcnt) == 3;
	}
	vz_conf_file_free(f);
	return 0;
}

static int fill(struct vz_conf_file *f, const struct vz_ub_row rows[UB_NR_RESOURCES])
{
	char text[80];
	int r, ret;

	snprintf(text, sizeof(text), "%ld", (long)time(NULL));
	ret = vz_conf_file_set(f, "WHEN", text);
	for (r = 0; !ret && r < UB_NR_RESOURCES; r++) {
		if (!vz_ub_var(r) || !rows[r].live)
			continue;
		snprintf(text, sizeof(text), "%ld %ld %ld", rows[r].held, rows[r].maxheld,
			 rows[r].failcnt);
		ret = vz_conf_file_set(f, vz_ub_var(r), text);
	}
	return ret;
}

int vz_look_write(unsigned int id, const struct vz_ub_row rows[UB_NR_RESOURCES], struct vz_err *e)
{
	struct vz_conf_file *f = vz_conf_file_new();
	char path[PATH_MAX];
	int ret;

	ret = f ? fill(f, rows) : -ENOMEM;
	if (!ret && mkdir(DIR, 0755) && errno != EEXIST)
		ret = -errno;
	if (!ret)
		ret = vz_conf_file_write(f, look_path(path, id));
	vz_conf_file_free(f);
	return ret ? vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, ret,
				  "Cannot write " DIR "/%u", id)
		   : 0;
}

void vz_look_forget(unsigned int id)
{
	char path[PATH_MAX];

	unlink(look_path(path, id));
}

long vz_look_new(const struct vz_ub_row *now, const struct vz_ub_row *then)
{
	if (!then->live || now->failcnt < then->failcnt)
		return now->failcnt;
	return now->failcnt - then->failcnt;
}
