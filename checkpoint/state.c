// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ve.img: the state of a VE that CRIU does not know of, as a protobuf
 * message, and the marker that makes a dump complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "checkpoint/cgtree.h"
#include "checkpoint/cpu.h"
#include "checkpoint/state.h"
#include "checkpoint/state_check.h"
#include "checkpoint/ub.h"
#include "checkpoint/util.h"
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/devices.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/message.h"

#define STATE_MAX_BYTES	(64u << 20)

static int collect_addresses(unsigned int id, VeState *s, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	char *line, *save;
	int err = vz_cgroup_read(id, "ve.ip", &text, e);

	if (err)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char **more = realloc(s->address, (s->n_address + 1) * sizeof(*more));

		if (!more)
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "VE %u", id);
		s->address = more;
		s->address[s->n_address] = strdup(line);
		if (!s->address[s->n_address])
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "VE %u", id);
		s->n_address++;
	}
	return 0;
}

int ckpt_state_collect(const struct vz_conf *c, int criu, VeState **out, struct vz_err *e)
{
	VeState *s = malloc(sizeof(*s));
	const unsigned int id = c->id;
	struct utsname uts;
	const char *why;
	int err;

	if (!s)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "VE %u", id);
	ve_state__init(s);
	uname(&uts);
	s->version = CKPT_STATE_VERSION;
	s->id = id;
	s->uid_base = c->uid_base;
	s->criu_version = criu;
	s->kernel = strdup(uts.release);
	s->hostname = c->hostname ? strdup(c->hostname) : NULL;
	s->cpu = ckpt_cpu_features();
	err = vz_cgroup_read(id, "ve.features", &s->features, e);
	if (!err)
		err = vz_cgroup_read_if_any(id, "ve.boot_id", &s->boot_id, e);
	if (!err)
		err = vz_devices_read(id, &s->devices, e);
	if (!err)
		err = vz_cgroup_read_if_any(id, "ve.log", &s->log, e);
	if (!err)
		err = vz_cgroup_read_if_any(id, "ve.starts", &s->starts, e);
	if (!err)
		err = vz_cgroup_read_if_any(id, "ve.sysctl", &s->own_sysctl, e);
	if (!err)
		err = vz_cgroup_read_if_any(id, "ve.netfilter", &s->netfilter, e);
	if (!err)
		err = vz_cgroup_read_if_any(id, "ve.traffic", &s->traffic, e);
	if (!err)
		err = collect_addresses(id, s, e);
	if (!err)
		err = ckpt_ub_collect(id, s, e);
	if (!err)
		err = ckpt_cg_collect(id, s, e);
	if (err) {
		/* Strings that a message must have: freeing needs them. */
		if (!s->features)
			s->features = strdup("");
		ckpt_state_free(s);
		return err;
	}
	/* What a restore would refuse is not dumped. */
	why = ckpt_state_check(s);
	if (why) {
		err = vz_error(e, VZ_CHKPNT, -EINVAL, "VE %u cannot be dumped: it has %s", id, why);
		ckpt_state_free(s);
		return err;
	}
	*out = s;
	return 0;
}

void ckpt_state_free(VeState *s)
{
	if (s)
		ve_state__free_unpacked(s, NULL);
}

int ckpt_state_save(const VeState *s, int dirfd, struct vz_err *e)
{
	size_t len = ve_state__get_packed_size(s);
	cleanup_free uint8_t *buf = malloc(len);
	int err = buf ? 0 : -ENOMEM;

	if (!err) {
		ve_state__pack(s, buf);
		err = vz_replace_at(dirfd, CKPT_STATE_FILE, buf, len, 0600);
	}
	return err ? vz_error_sys(e, VZ_CHKPNT, err, "write " CKPT_STATE_FILE " of VE %u", s->id)
		   : 0;
}

int ckpt_state_load(int dirfd, VeState **out, struct vz_err *e)
{
	cleanup_free char *buf = NULL;
	const char *why;
	ProtobufCMessage *m = NULL;
	VeState *s;
	size_t len = 0;
	int err = vz_read_at(dirfd, CKPT_STATE_FILE, &buf, &len);

	if (err)
		return vz_error_sys(e, VZ_RESTORE, err, "read " CKPT_STATE_FILE);
	if (len > STATE_MAX_BYTES)
		return vz_error(e, VZ_RESTORE, -EBADMSG,
				CKPT_STATE_FILE " is hostile or damaged: it has %zu bytes", len);
	err = vz_message_unpack(&ve_state__descriptor, (uint8_t *)buf, len, &m);
	if (err == -E2BIG)
		return vz_error(e, VZ_RESTORE, -EBADMSG,
				CKPT_STATE_FILE " is hostile or damaged: more parts than a VE");
	if (err)
		return vz_error(e, VZ_RESTORE, err, CKPT_STATE_FILE " is damaged");
	s = (VeState *)m;
	if (s->version != CKPT_STATE_VERSION) {
		err = vz_error(e, VZ_RESTORE, -EPROTO,
			       CKPT_STATE_FILE " is of version %u, these tools read %u", s->version,
			       CKPT_STATE_VERSION);
		ckpt_state_free(s);
		return err;
	}
	why = ckpt_state_check(s);
	if (why) {
		err = vz_error(e, VZ_RESTORE, -EBADMSG,
			       CKPT_STATE_FILE " is hostile or damaged: it has %s", why);
		ckpt_state_free(s);
		return err;
	}
	*out = s;
	return 0;
}

int ckpt_marker_write(const VeState *s, int dirfd, struct vz_err *e)
{
	char text[64];
	int err;

	snprintf(text, sizeof(text), "openve dump %u %llu\n", s->id,
		 (unsigned long long)ckpt_dir_bytes(dirfd));
	/* Images first: the marker must never be on disk without them. */
	err = syncfs(dirfd) ? -errno
			    : vz_replace_at(dirfd, CKPT_MARKER_FILE, text, strlen(text), 0600);
	return err ? vz_error_sys(e, VZ_CHKPNT, err, "write " CKPT_MARKER_FILE " of VE %u", s->id)
		   : 0;
}

int ckpt_marker_remove(int dirfd)
{
	if (unlinkat(dirfd, CKPT_MARKER_FILE, 0) && errno != ENOENT)
		return -errno;
	return fsync(dirfd) ? -errno : 0;
}

bool ckpt_marker_valid(int dirfd, unsigned int id)
{
	cleanup_free char *text = NULL;
	unsigned long long bytes;
	unsigned int of;

	if (vz_read_at(dirfd, CKPT_MARKER_FILE, &text, NULL) ||
	    sscanf(text, "openve dump %u %llu", &of, &bytes) != 2 || of != id)
		return false;
	/* The marker itself came after the sum. */
	return ckpt_dir_bytes(dirfd) == bytes + strlen(text) + 1;
}

char *ckpt_cpu_of(const char *dir)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct vz_err e = {};
	VeState *s = NULL;
	char *text;

	if (fd < 0 || ckpt_state_load(fd, &s, &e)) {
		vz_error_free(&e);
		return NULL;
	}
	text = s->cpu ? strdup(s->cpu) : NULL;
	ckpt_state_free(s);
	return text;
}
