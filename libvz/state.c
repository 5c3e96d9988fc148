// SPDX-License-Identifier: GPL-2.0-or-later
/* State of a VE as the kernel tells it: reading, setting, waiting, freezing, killing. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/paths.h"
#include "libvz/report.h"
#include "libvz/state.h"
#include "libvz/throttle.h"

static const char *const words[VE_NR_STATES] = {
#define WORD(name)	[VE_##name] = #name,
	VE_STATES(WORD)
#undef WORD
};

static enum ve_state parse(const char *text)
{
	size_t n = strcspn(text, " \n");
	int i;

	for (i = 0; i < VE_NR_STATES; i++)
		if (strlen(words[i]) == n && !strncmp(words[i], text, n))
			return i;
	return VE_STOPPED;
}

enum ve_state vz_ve_state(unsigned int id)
{
	cleanup_free char *text = NULL;
	char path[PATH_MAX];

	if (vz_read_file(vz_cgroup_path(path, id, "ve.state"), &text))
		return VE_STOPPED;
	return parse(text);
}

bool vz_ve_answers(unsigned int id)
{
	return vz_ve_state(id) == VE_RUNNING;
}

bool vz_ve_occupied(unsigned int id)
{
	return vz_ve_state(id) != VE_STOPPED;
}

pid_t vz_ve_init(unsigned int id)
{
	cleanup_free char *text = NULL;
	char path[PATH_MAX];

	if (vz_read_file(vz_cgroup_path(path, id, "ve.init"), &text))
		return 0;
	return atoi(text);
}

char *vz_ve_exit_word(unsigned int id, char *buf)
{
	cleanup_free char *text = NULL;
	char path[PATH_MAX];

	strcpy(buf, "none");
	if (!vz_read_file(vz_cgroup_path(path, id, "ve.exit"), &text))
		snprintf(buf, 16, "%.*s", (int)strcspn(text, " \n"), text);
	return buf;
}

int vz_ve_set_state(unsigned int id, enum ve_state state, struct vz_err *e)
{
	return vz_cgroup_write(id, "ve.state", words[state], e);
}

/*
 * Reads fd (a cgroup file) again at each notification and at least every
 * 100 ms, because notifications are rate limited, until done() says so.
 */
static int wait_file(const char *path, bool (*done)(const char *text, int arg), int arg,
		     int timeout_ms)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	int64_t end = vz_now_ms() + timeout_ms;

	if (fd < 0)
		return -errno;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLPRI };
		int64_t left = timeout_ms < 0 ? 100 : end - vz_now_ms();
		char text[256];
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

		if (n < 0)
			return -errno;
		text[n] = '\0';
		if (done(text, arg))
			return 0;
		if (left <= 0)
			return -ETIMEDOUT;
		if (vz_interrupted())
			return -EINTR;
		poll(&p, 1, left < 100 ? left : 100);
	}
}

static bool state_is(const char *text, int state)
{
	return (int)parse(text) == state;
}

int vz_ve_wait_state(unsigned int id, enum ve_state state, int timeout_ms, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = wait_file(vz_cgroup_path(path, id, "ve.state"), state_is, state, timeout_ms);

	/* No cgroup means stopped. */
	if ((ret == -ENOENT || ret == -ENODEV) && state == VE_STOPPED)
		return 0;
	if (ret == -ETIMEDOUT)
		return vz_error(e, VZ_TIMEOUT, ret, "CT %u is not %s after %d ms", id, words[state],
				timeout_ms);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Waiting on %s", path) : 0;
}

static bool is_frozen(const char *text, int want)
{
	return strstr(text, want ? "frozen 1" : "frozen 0");
}

static int set_frozen(unsigned int id, bool on, int timeout_ms, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_cgroup_write(id, "payload/cgroup.freeze", on ? "1" : "0", e);

	if (ret)
		return ret;
	ret = wait_file(vz_cgroup_path(path, id, "payload/cgroup.events"), is_frozen, on,
			timeout_ms);
	if (!ret)
		return 0;
	if (on)
		vz_cgroup_write(id, "payload/cgroup.freeze", "0", NULL);
	return vz_error_sys(e, VZ_TIMEOUT, ret, "CT %u cannot be %s within %d ms", id,
			    on ? "frozen" : "thawed", timeout_ms);
}

int vz_ve_freeze(unsigned int id, int timeout_ms, struct vz_err *e)
{
	return set_frozen(id, true, timeout_ms, e);
}

bool vz_ve_frozen(unsigned int id)
{
	cleanup_free char *text = NULL;
	char path[PATH_MAX];

	return !vz_read_file(vz_cgroup_path(path, id, "payload/cgroup.freeze"), &text) &&
	       *text == '1';
}

int vz_ve_thaw(unsigned int id, struct vz_err *e)
{
	return set_frozen(id, false, 10000, e);
}

static bool is_empty(const char *text, int unused)
{
	return strstr(text, "populated 0");
}

int vz_ve_kill(unsigned int id, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret, tries = 0;

	if (access(vz_cgroup_path(path, id, ""), F_OK))
		return 0;
	ret = vz_cgroup_write(id, "cgroup.kill", "1", e);
	if (ret)
		return ret;
	/* Killed first: nobody puts it back. */
	vz_ve_unthrottle(id);
	/* An undo must not be cut short by the signal that caused it. */
	do
		ret = wait_file(vz_cgroup_path(path, id, "cgroup.events"), is_empty, 0, 30000);
	while (ret == -EINTR && usleep(20000) == 0 && ++tries < 500);
	return ret && ret != -ENOENT && ret != -ENODEV ?
	       vz_error_sys(e, VZ_STOPFAIL, ret, "Tasks of CT %u do not end", id) : 0;
}

char *vz_dump_path(char *buf, const struct vz_conf *c)
{
	snprintf(buf, PATH_MAX, "%s/Dump.%u", c->dumpdir, c->id);
	return buf;
}

bool vz_ve_suspended(const struct vz_conf *c)
{
	char dump[PATH_MAX], path[PATH_MAX + sizeof(VZ_DUMP_MARKER)];

	snprintf(path, sizeof(path), "%s/" VZ_DUMP_MARKER, vz_dump_path(dump, c));
	return !access(path, F_OK);
}
