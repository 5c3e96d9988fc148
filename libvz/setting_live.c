// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings on their way into a running VE: a function a kind, and all of one
 * call as a whole. Callers hold the VE's lock.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/address.h"
#include "libvz/cgroup.h"
#include "libvz/report.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/cpuset.h"
#include "libvz/device_conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/guest_conf.h"
#include "libvz/limits.h"
#include "libvz/limits_io.h"
#include "libvz/log.h"
#include "libvz/quota.h"
#include "libvz/quota_area.h"
#include "libvz/rate.h"
#include "libvz/setting_live.h"
#include "libvz/state.h"
#include "libvz/ub.h"
#include "libvz/veth.h"

/* Makes the VE go from one configuration to the other, as far as row s is concerned. */
typedef int live_fn(const struct vz_setting *s, const struct vz_conf *to,
		    const struct vz_conf *from, struct vz_err *e);

static int live_ub(const struct vz_setting *s, const struct vz_conf *to,
		   const struct vz_conf *from, struct vz_err *e)
{
	int ret;

	if (!to->ub[s->ub].set)
		return 0;
	ret = vz_apply_ub(to->id, s->ub, &to->ub[s->ub], e);
	if (ret != -EOPNOTSUPP)
		return ret;
	vz_warn("Warning: %s is not enforced by this kernel", s->var);
	return 0;
}

static int live_cpu(const struct vz_setting *s, const struct vz_conf *to,
		    const struct vz_conf *from, struct vz_err *e)
{
	return vz_apply_cpu(to, e);
}

static int live_cpuset(const struct vz_setting *s, const struct vz_conf *to,
		       const struct vz_conf *from, struct vz_err *e)
{
	return vz_apply_cpuset(to, e);
}

static int live_io(const struct vz_setting *s, const struct vz_conf *to,
		   const struct vz_conf *from, struct vz_err *e)
{
	return vz_apply_io(to, e);
}

static int live_disk(const struct vz_setting *s, const struct vz_conf *to,
		     const struct vz_conf *from, struct vz_err *e)
{
	return vz_quota_apply(to, e);
}

static int live_addresses(const struct vz_setting *s, const struct vz_conf *to,
			  const struct vz_conf *from, struct vz_err *e)
{
	return vz_addresses_change(to, from, e);
}

static int rename_host(void *arg, struct vz_err *e)
{
	const char *name = arg;

	return sethostname(name, strlen(name)) ?
	       vz_error_sys(e, VZ_HOSTNAME, -errno, "Cannot set the host name") : 0;
}

static int live_hostname(const struct vz_setting *s, const struct vz_conf *to,
			 const struct vz_conf *from, struct vz_err *e)
{
	int ret;

	if (!to->hostname)
		return 0;
	vz_say("Set hostname: %s", to->hostname);
	ret = vz_in_ns(vz_ve_init(to->id), CLONE_NEWUTS, rename_host, to->hostname, e);
	if (ret)
		return ret;
	ret = vz_guest_hostname(to, e);
	if (ret && from->hostname)
		vz_in_ns(vz_ve_init(to->id), CLONE_NEWUTS, rename_host, from->hostname, NULL);
	return ret;
}

static int live_resolver(const struct vz_setting *s, const struct vz_conf *to,
			 const struct vz_conf *from, struct vz_err *e)
{
	int ret = vz_guest_resolver(to, e);

	if (!ret)
		vz_say("File resolv.conf was modified");
	return ret;
}

static int live_devices(const struct vz_setting *s, const struct vz_conf *to,
			const struct vz_conf *from, struct vz_err *e)
{
	int ret = vz_device_conf_nodes(to, e);

	return ret ? ret : vz_device_conf_apply(to, from, e);
}

static int live_netif(const struct vz_setting *s, const struct vz_conf *to,
		      const struct vz_conf *from, struct vz_err *e)
{
	return vz_veth_change(to, from, e);
}

static int live_rate(const struct vz_setting *s, const struct vz_conf *to,
		     const struct vz_conf *from, struct vz_err *e)
{
	return vz_rate_apply(to, e);
}

static live_fn *const lives[VZ_NR_SETTINGS] = {
#define ROW(sym, live, take, ...)	live,
#include "libvz/setting.def"
#undef ROW
};

/* ---- what the VE has where its configuration does not say ---- */

static int tell_hostname(void *arg, struct vz_err *e)
{
	return gethostname(arg, HOST_NAME_MAX) ? -errno : 0;
}

static void look_hostname(struct vz_conf *from)
{
	char *name = mmap(NULL, HOST_NAME_MAX + 1, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct vz_err e = { 0 };

	if (name == MAP_FAILED)
		return;
	if (!vz_in_ns(vz_ve_init(from->id), CLONE_NEWUTS, tell_hostname, name, &e) && *name)
		from->hostname = strdup(name);
	vz_error_free(&e);
	munmap(name, HOST_NAME_MAX + 1);
}

static void look_disk(struct vz_conf *from)
{
	cleanup_close int area = -1;
	struct vz_quota q;

	if (!vz_area_open(from, &area, NULL) && !vz_quota_read(area, from->id, &q)) {
		from->diskspace = q.space;
		from->diskinodes = q.files;
	}
}

static int look(struct vz_conf *from, const struct vz_change *ch, struct vz_err *e)
{
	struct vz_ub_row rows[UB_NR_RESOURCES] = { 0 };
	int ret = vz_ub_read(from->id, rows, e);

	if (ret)
		return ret;
	for (int r = 0; r < UB_NR_RESOURCES; r++)
		if (rows[r].live)
			from->ub[r] = (struct vz_limit){ true, rows[r].barrier, rows[r].limit };
	if (ch->rows[VZ_SET_HOSTNAME] && !from->hostname)
		look_hostname(from);
	if (ch->rows[VZ_SET_DISKSPACE] || ch->rows[VZ_SET_DISKINODES] ||
	    ch->rows[VZ_SET_DISK_QUOTA] || ch->rows[VZ_SET_QUOTATIME])
		look_disk(from);
	return 0;
}

/* ---- the cgroup's files as they were ---- */

static char *read_knobs(unsigned int id, const char *knobs)
{
	char *text = NULL, file[64], path[PATH_MAX];
	size_t n;
	FILE *out = open_memstream(&text, &n);

	while (out && vz_word(&knobs, file, sizeof(file))) {
		cleanup_free char *value = NULL;

		if (vz_read_file(vz_cgroup_path(path, id, file), &value))
			continue;
		value[strcspn(value, "\n")] = '\0';
		fprintf(out, "%s=%s\n", file, value);
	}
	if (out)
		fclose(out);
	return text;
}

static int write_knobs(unsigned int id, char *text, struct vz_err *e)
{
	char *save = NULL, *line;
	int ret = 0;

	for (line = strtok_r(text, "\n", &save); line && !ret; line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, '=');

		*value = '\0';
		ret = vz_cgroup_write(id, line, value + 1, e);
		*value = '=';
	}
	return ret;
}

/* ---- a call as a whole ---- */

/* One call serves all rows that share a function, except for beancounters. */
static bool is_done(const struct vz_change *ch, unsigned int row)
{
	for (unsigned int i = 0; i < ch->nr_done; i++)
		if (lives[ch->done[i]] == lives[row] && vz_settings[row].type != VZ_T_UB)
			return true;
	return false;
}

static int undo_one(const struct vz_conf *to, const struct vz_conf *from, struct vz_change *ch,
		    unsigned int row, struct vz_err *e)
{
	const struct vz_setting *s = &vz_settings[row];

	if (ch->knob[row])
		return write_knobs(to->id, ch->knob[row], e);
	return lives[row](s, from, to, e);
}

void vz_settings_undo(const struct vz_conf *to, const struct vz_conf *from, struct vz_change *ch)
{
	while (ch->nr_done) {
		unsigned int row = ch->done[--ch->nr_done];
		struct vz_err e = { 0 };

		if (undo_one(to, from, ch, row, &e))
			vz_warn("Cannot put %s back: %s", vz_settings[row].var, e.msg ? e.msg : "");
		vz_error_free(&e);
	}
}

static int apply_one(const struct vz_conf *to, const struct vz_conf *from, struct vz_change *ch,
		     unsigned int row, struct vz_err *e)
{
	const struct vz_setting *s = &vz_settings[row];
	int ret;

	if (s->knobs && !ch->knob[row]) {
		ch->knob[row] = read_knobs(to->id, s->knobs);
		if (!ch->knob[row])
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", s->var);
	}
	ret = lives[row](s, to, from, e);
	/* What several files are written for may have got half-way. */
	if (!ret || s->knobs)
		ch->done[ch->nr_done++] = row;
	return ret;
}

int vz_settings_apply(const struct vz_conf *to, struct vz_conf *from, struct vz_change *ch,
		      struct vz_err *e)
{
	int ret;

	for (unsigned int row = 0; row < VZ_NR_SETTINGS; row++)
		if (ch->rows[row] && vz_settings[row].flags & VZ_S_STOPPED)
			return vz_error(e, VZ_RUNNING, -EBUSY,
					"%s of a running CT cannot be changed",
					vz_settings[row].var);
	ret = look(from, ch, e);
	for (unsigned int row = 0; !ret && row < VZ_NR_SETTINGS; row++)
		if (ch->rows[row] && lives[row] && !is_done(ch, row))
			ret = apply_one(to, from, ch, row, e);
	if (ret)
		vz_settings_undo(to, from, ch);
	return ret;
}

void vz_change_free(struct vz_change *ch)
{
	for (unsigned int row = 0; row < VZ_NR_SETTINGS; row++)
		free(ch->knob[row]);
}
