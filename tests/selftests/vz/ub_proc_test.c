// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/user_beancounters and /proc/bc: format to the byte, who sees whom.
 */
#include "common.h"
#include <vz/abi.h>

#define ROWS	(UB_NR_RESOURCES - 4)	/* all but the dummies */

#define HEAD \
	"Version: 2.5\n" \
	"       uid  resource                     held              maxheld" \
	"              barrier                limit              failcnt\n"

static char text[65536];

static const char *slurp(const char *path)
{
	size_t len = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	text[0] = '\0';
	if (fd < 0)
		return NULL;
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	close(fd);
	return text;
}

static int count_lines(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* Rows that start with "<id>:". */
static int count_uids(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += *s == ':';
	return n - 1;	/* that of the version */
}

static bool has_uid(const char *s, unsigned int id)
{
	char uid[32];

	snprintf(uid, sizeof(uid), "\n%9u:  kmemsize     ", id);
	return strstr(s, uid);
}

static int body(const struct ve *ve)
{
	need(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("proc", "/proc", "proc", 0, NULL));
	if (!ok(slurp("/proc/user_beancounters"), "root of a VE opens its user_beancounters"))
		return 0;
	ok(!strncmp(text, HEAD, strlen(HEAD)), "head in a VE");
	ok_eq(count_lines(text), 2 + 24, "lines in a VE");
	ok_eq(count_uids(text), 1, "a VE sees one UB");
	ok(has_uid(text, ve->id), "its own");
	ok(access("/proc/bc", F_OK) && errno == ENOENT, "no /proc/bc in a VE");
	need(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	ok(!slurp("/proc/user_beancounters") && errno == EACCES, "a user of the VE does not");
	return 0;
}

int main(void)
{
	static const char limit_line[] =
		"            numproc                         0                    "
		"0                   10                   20                    0\n";
	struct stat st;
	struct ve ve;

	need(slurp("/proc/user_beancounters"));
	ok(!strncmp(text, HEAD, strlen(HEAD)), "head");
	ok_eq(count_lines(text), 2 + 24, "lines of the host alone");
	ok(has_uid(text, 0), "the host is UB 0");
	need(!stat("/proc/user_beancounters", &st));
	ok_eq(st.st_mode & 07777, 0400, "mode of user_beancounters is 0400");

	ve_setup(&ve, 107);
	need(!ve_set_ub(&ve, "numproc", 10, 20));
	need(slurp("/proc/user_beancounters"));
	ok_eq(count_lines(text), 2 + 2 * 24, "lines of the host and a VE");
	ok(has_uid(text, 0) && has_uid(text, 107), "the host sees both");
	ok(strstr(text, limit_line), "a row, to the byte");
	ok(!strstr(text, "swappages"), "no swappages here");

	need(!stat("/proc/bc", &st));
	ok_eq(st.st_mode & 07777, 0500, "mode of /proc/bc is 0500");
	need(slurp("/proc/bc/resources"));
	ok_eq(count_lines(text), 2 + 2 * ROWS, "lines of /proc/bc/resources");
	ok(!strstr(text, "dummy") && strstr(text, "swappages"), "swappages, no dummies");
	need(slurp("/proc/bc/107/resources"));
	ok_eq(count_lines(text), ROWS, "lines of /proc/bc/107/resources");
	ok(strstr(text, limit_line) && !strchr(text, ':'), "rows without an id");
	need(slurp("/proc/bc/0/resources"));
	ok_eq(count_lines(text), ROWS, "lines of /proc/bc/0/resources");

	need(!ve_set_ub(&ve, "numproc", VE_MAX, VE_MAX));
	ve_spawn(&ve, body);
	ve_teardown(&ve);
	/* The cgroup goes offline a moment after it is removed. */
	ok(wait_until(access("/proc/bc/107", F_OK) && errno == ENOENT),
	   "the folder goes with the VE");
	wait_until(slurp("/proc/user_beancounters") && count_lines(text) == 2 + 24);
	ok_eq(count_lines(text), 2 + 24, "the rows, too");
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
