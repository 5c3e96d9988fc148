// SPDX-License-Identifier: GPL-2.0-or-later
/* What the event daemon says of itself. Nothing here may block: a console can. */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/log.h"
#include "vzctl/daemon_tell.h"

#define EVERY_MS	2000
/* Longer than any step of a VE's end that shows nothing. */
#define MORE_TIME	"EXTEND_TIMEOUT_USEC=600000000"

void tell_systemd(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	cleanup_close int fd = -1;
	size_t n;

	if (!path || (*path != '/' && *path != '@') || strlen(path) >= sizeof(a.sun_path))
		return;
	n = strlen(path);
	memcpy(a.sun_path, path, n);
	if (*path == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		sendto(fd, text, strlen(text), MSG_NOSIGNAL, (void *)&a,
		       offsetof(struct sockaddr_un, sun_path) + n);
}

static void to_console(const char *text)
{
	cleanup_close int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		dprintf(fd, "vz: %s\r\n", text);
}

void tell_progress(struct progress *p)
{
	char line[160], note[256], failed[32] = "";
	long long now = vz_now_ms();

	if (p->done < p->total && now - p->shown_ms < EVERY_MS)
		return;
	p->shown_ms = now;
	if (p->failed)
		snprintf(failed, sizeof(failed), ", %u failed", p->failed);
	snprintf(line, sizeof(line), "%u of %u VEs %s%s", p->done, p->total, p->verb, failed);
	snprintf(note, sizeof(note), "STATUS=%s\n" MORE_TIME, line);
	tell_systemd(note);
	to_console(line);
	if (p->done == p->total)
		vz_say("%s", line);
}
