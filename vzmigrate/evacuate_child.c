// SPDX-License-Identifier: GPL-2.0-or-later
/* The caller owns the child; nothing is shared. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "vzmigrate/evacuate_child.h"

#define OUTPUT_MAX	(4U << 20)

static void become(const struct evac_child *c, char *const argv[])
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(c->out, 1) < 0 || dup2(c->err, 2) < 0)
		_exit(127);
	execvp(argv[0], argv);
	dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int evac_child_start(struct evac_child *c, char *const argv[], struct vz_err *e)
{
	c->out = memfd_create("stdout", MFD_CLOEXEC);
	c->err = memfd_create("stderr", MFD_CLOEXEC);
	c->pid = c->out < 0 || c->err < 0 ? -1 : fork();
	if (!c->pid)
		become(c, argv);
	if (c->pid > 0)
		return 0;
	vz_error_sys(e, VZ_SYSTEM, -errno, "run %s", argv[0]);
	evac_child_close(c);
	return e->err;
}

bool evac_child_ended(struct evac_child *c, int *code)
{
	int status;
	pid_t got = waitpid(c->pid, &status, WNOHANG);

	if (!got || (got < 0 && errno == EINTR))
		return false;
	*code = got < 0 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

/* The last line of what was written, malloc'ed; NULL: nothing was. */
static char *last_line(int fd)
{
	char *text = NULL, *line, *end;
	size_t len;

	if (lseek(fd, 0, SEEK_SET) || vz_read_fd(fd, OUTPUT_MAX, &text, &len))
		return NULL;
	for (end = text + len; end > text && (end[-1] == '\n' || end[-1] == '\r'); end--)
		;
	*end = 0;
	line = strrchr(text, '\n');
	memmove(text, line ? line + 1 : text, strlen(line ? line + 1 : text) + 1);
	if (*text)
		return text;
	free(text);
	return NULL;
}

char *evac_child_why(const struct evac_child *c)
{
	static const char own[] = "vzmigrate: ";
	char *line = last_line(c->err);

	if (line && !strncmp(line, own, strlen(own)))
		memmove(line, line + strlen(own), strlen(line + strlen(own)) + 1);
	return line;
}

double evac_child_frozen(const struct evac_child *c)
{
	cleanup_free char *line = last_line(c->out);
	json_t *end = line ? json_loads(line, 0, NULL) : NULL;
	double ms = json_number_value(json_object_get(end, "frozen_ms"));

	json_decref(end);
	return ms;
}

void evac_child_close(struct evac_child *c)
{
	if (c->out >= 0)
		close(c->out);
	if (c->err >= 0)
		close(c->err);
	*c = (struct evac_child){ .out = -1, .err = -1 };
}
