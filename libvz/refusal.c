// SPDX-License-Identifier: GPL-2.0-or-later
/* ve.ub.refusals: the last refusals of a VE, who was refused what. No state. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/refusal.h"
#include "libvz/setting.h"
#include "libvz/ub.h"
#include "libvz/value.h"

bool vz_refusal_parse(const char *line, struct vz_refusal *r)
{
	char name[32], how[8];
	int res;

	memset(r, 0, sizeof(*r));
	if (sscanf(line, "%lu %lu %31s %7s %ld %ld %ld %d %63s", &r->seq, &r->when_ns, name, how,
		   &r->wanted, &r->held, &r->bound, &r->pid, r->comm) != 9)
		return false;
	res = vz_ub_find(name);
	if (res < 0 || (strcmp(how, "soft") && strcmp(how, "hard")))
		return false;
	if (r->wanted < 0 || r->held < 0 || r->bound < 0)
		return false;
	r->res = res;
	r->soft = *how == 's';
	return true;
}

int vz_refusals_read(unsigned int id, struct vz_refusal **list, size_t *n, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	char path[PATH_MAX], *save = NULL, *line;
	size_t room = 0;
	int ret;

	*list = NULL;
	*n = 0;
	if (access(vz_cgroup_path(path, id, "ve.ub.refusals"), F_OK))
		return -ENOENT;
	ret = vz_cgroup_read(id, "ve.ub.refusals", &text, e);
	if (ret)
		return ret;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*n == room) {
			struct vz_refusal *p = reallocarray(*list, room += 64, sizeof(*p));

			if (!p) {
				free(*list);
				*list = NULL;
				return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "ve.ub.refusals");
			}
			*list = p;
		}
		if (vz_refusal_parse(line, &(*list)[*n]))
			(*n)++;
	}
	return 0;
}
