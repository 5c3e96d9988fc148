// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Causes of a refusal that the VE's own work ends, and how that is seen from outside.
 * What is not here does not pass: the VE is frozen once for it, and no more.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "checkpoint/passing.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"

#define WAIT_US		2000000
#define STEP_US		20000
#define TCP_LISTENING	10

/* Sockets of the VE's net namespace in @file of which @busy says that they hold a dump up. */
static bool any_socket(pid_t init, const char *file, bool (*busy)(unsigned int state,
								  unsigned int tx, unsigned int rx))
{
	char path[64], line[512];
	cleanup_file FILE *f = NULL;
	unsigned int state, tx, rx;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", init, file);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " %*u: %*[^ ] %*[^ ] %x %x:%x", &state, &tx, &rx) == 3 &&
		    busy(state, tx, rx))
			return true;
	return false;
}

/* The "receive queue" of a listening socket is who waits to be accepted. */
static bool has_clients(unsigned int state, unsigned int tx, unsigned int rx)
{
	(void)tx;
	return state == TCP_LISTENING && rx;
}

static bool has_unsent(unsigned int state, unsigned int tx, unsigned int rx)
{
	(void)state;
	(void)rx;
	return tx;
}

static bool clients_wait(pid_t init)
{
	return any_socket(init, "tcp", has_clients) || any_socket(init, "tcp6", has_clients);
}

static bool corks_hold(pid_t init)
{
	return any_socket(init, "udp", has_unsent) || any_socket(init, "udp6", has_unsent);
}

static const struct {
	const char *sign;
	bool (*lasts)(pid_t init);
} causes[] = {
	{ "n-flight connection", clients_wait },	/* Debian's CRIU, or another kernel */
	{ "corked dgram socket", corks_hold },
};

bool ckpt_has_passed(const char *msg, pid_t init)
{
	const uint64_t end = vz_now_us() + WAIT_US;
	size_t i;

	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (msg && strstr(msg, causes[i].sign))
			break;
	if (i == sizeof(causes) / sizeof(causes[0]))
		return false;
	do {
		usleep(STEP_US);
		if (!causes[i].lasts(init))
			return true;
	} while (vz_now_us() < end);
	return false;
}
