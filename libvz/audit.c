// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entries of the host's journal, by its native protocol: a datagram of NAME=value
 * lines. One that is full or not there loses an entry; no command waits for it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>
#include "libvz/audit.h"
#include "libvz/cleanup.h"

#define JOURNAL	"/run/systemd/journal/socket"
#define MAX_TEXT	800

void vz_audit(unsigned int id, const char *command, int code, const char *text)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = JOURNAL };
	cleanup_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char entry[1024], *end;
	int n;

	if (fd < 0)
		return;
	n = snprintf(entry, sizeof(entry),
		     "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nVEID=%u\nVE_COMMAND=%s\nVE_EXIT=%d\n"
		     "MESSAGE=CT %u: %s: exit code %d",
		     code ? LOG_ERR : LOG_INFO, program_invocation_short_name, id, command, code,
		     id, command, code);
	if (n < 0 || n >= (int)sizeof(entry) - 1)
		return;
	end = entry + n;
	if (text)
		n += snprintf(end, sizeof(entry) - 1 - n, ": %.*s", MAX_TEXT, text);
	if (n > (int)sizeof(entry) - 2)
		n = sizeof(entry) - 2;
	/* A value that is written in this way is one line. */
	for (; *end; end++)
		if (*end == '\n')
			*end = ' ';
	entry[n++] = '\n';
	sendto(fd, entry, n, MSG_NOSIGNAL, (void *)&a, sizeof(a));
}
