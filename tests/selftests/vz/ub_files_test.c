// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.ub.resources, ve.ub.restore, ve.ub.events: syntax, who may write, when,
 * and that a reader of events is woken.
 */
#include "common.h"
#include <poll.h>

static int events_fd = -1;

static void test_syntax(const struct ve *ve)
{
	static const struct {
		const char *text;
		int err;
	} lines[] = {
		{ "numproc 10 20", 0 },
		{ "numproc 10 20\n", 0 },
		{ "  numproc \t 10   max ", 0 },
		{ "numproc max max", 0 },
		{ "numproc max 10", EINVAL },
		{ "numproc 10", EINVAL },
		{ "numproc", EINVAL },
		{ "numproc 10 20 30", EINVAL },
		{ "numproc -1 20", EINVAL },
		{ "numproc 0x10 0x20", EINVAL },
		{ "numproc 10 9223372036854775808", EINVAL },
		{ "numprocs 10 20", EINVAL },
		{ "dummy 10 20", EINVAL },
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		ok(ve_write(ve, "ve.ub.resources", lines[i].text) == lines[i].err,
		   "\"%.*s\"", (int)strcspn(lines[i].text, "\n"), lines[i].text);
}

static void test_restore(const struct ve *ve)
{
	struct ub_row row;

	ok_eq(ve_write(ve, "ve.ub.restore", "numfile 50 3"), EBUSY, "restore while stopped");
	need(!ve_write(ve, "ve.state", "RESTORING"));
	ok_eq(ve_write(ve, "ve.ub.restore", "numfile 50 3"), 0, "restore while restoring");
	ok_eq(ve_write(ve, "ve.ub.restore", "physpages 7000 2"), 0,
	      "a row of the memory controller");
	ok_eq(ve_write(ve, "ve.ub.restore", "numfile 50"), EINVAL, "a number is missing");
	row = ve_read_ub(ve, "numfile");
	ok_eq(row.held, 0, "held");
	ok_eq(row.maxheld, 50, "maxheld");
	ok_eq(row.failcnt, 3, "failcnt");
	row = ve_read_ub(ve, "physpages");
	ok(row.maxheld >= 7000, "maxheld of physpages");
	ok_eq(row.failcnt, 2, "failcnt of physpages");
	need(!ve_write(ve, "ve.state", "STOPPED"));
}

static int read_events(char *buf, size_t size)
{
	ssize_t n = pread(events_fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	return n;
}

static int body(const struct ve *ve)
{
	struct pollfd pfd = { .fd = events_fd, .events = POLLPRI };
	int fd, i, n;
	char buf[256];

	/* Writable by nobody in the VE: the files belong to the host's root. */
	ok_eq(write_at(ve->dir, "ve.ub.resources", "numproc max max"), EACCES,
	      "root of the VE sets its own limits");
	ok_eq(write_at(ve->dir, "ve.ub.restore", "numproc 0 0"), EACCES,
	      "root of the VE clears its failures");

	need(read_events(buf, sizeof(buf)) > 0);
	ok(!strcmp(buf, "physpages 2\nnumfile 3\n"), "events: rows with failures only");
	need(!ve_set_ub(ve, "numfile", 0, 0));
	/* Opened files were seen before: the state of the file is known. */
	n = poll(&pfd, 1, 0);
	for (i = 0; i < 100; i++) {
		fd = open("/", O_RDONLY | O_DIRECTORY);
		if (fd >= 0)
			break;
	}
	ok(i == 100, "100 refusals");
	pfd.revents = 0;
	n = poll(&pfd, 1, PATIENCE * 1000);
	ok(n == 1 && (pfd.revents & POLLPRI), "a reader of ve.ub.events is woken");
	need(read_events(buf, sizeof(buf)) > 0);
	ok(strstr(buf, "numfile 103\n"), "all failures are counted");
	need(!ve_set_ub(ve, "numfile", VE_MAX, VE_MAX));
	return 0;
}

int main(void)
{
	char path[128];
	struct ve ve;

	ve_setup(&ve, 106);
	test_syntax(&ve);
	test_restore(&ve);
	snprintf(path, sizeof(path), "%s/ve.ub.events", ve.dir);
	events_fd = open(path, O_RDONLY);
	need(events_fd >= 0);
	ve_spawn(&ve, body);
	close(events_fd);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
