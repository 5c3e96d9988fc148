// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of hosts is the caller's; each is asked over a connection of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "vzmigrate/evacuate_ask.h"
#include "vzmigrate/host.h"

int evac_add_host(struct evac *x, const char *name, struct vz_err *e)
{
	for (size_t i = 0; i < x->nhosts; i++)
		if (!strcmp(x->host[i].name, name))
			return i;
	if (!evac_host_valid(name))
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "bad host name: %s", name);
	if (x->nhosts == EVAC_HOSTS)
		return vz_error(e, VZ_BADSYNTAX, -E2BIG, "more than %d hosts", EVAC_HOSTS);
	x->host[x->nhosts] = (struct evac_host){ .name = strdup(name) };
	if (!x->host[x->nhosts].name)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	return x->nhosts++;
}

int evac_hosts(struct evac *x, const char *list, struct vz_err *e)
{
	cleanup_free char *copy = strdup(list);
	char *save = NULL, *w;
	int ret = 0;

	for (w = copy ? strtok_r(copy, ", \t", &save) : NULL; w && ret >= 0;
	     w = strtok_r(NULL, ", \t", &save))
		ret = evac_add_host(x, w, e);
	return ret < 0 ? ret : 0;
}

void evac_ask(struct evac *x, size_t first, const unsigned int *ids, size_t n)
{
	for (size_t i = first; i < x->nhosts; i++) {
		struct vz_err e = { 0 };

		if (room_ask(x->host[i].name, x->o->ssh, ids, n, &x->host[i].room, &e))
			vz_warn("%s: %s", x->host[i].name, e.msg);
		vz_error_free(&e);
	}
}

static bool is_twice(const struct evac *x, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(x->host[k].room.host, x->host[i].room.host))
			return true;
	return false;
}

int evac_keep_answers(struct evac *x, struct vz_err *e)
{
	char here[HOST_IDENTITY];
	size_t n = 0;
	int ret = host_identity(here, e);

	if (ret)
		return ret;
	for (size_t i = 0; i < x->nhosts; i++) {
		const struct evac_host h = x->host[i];
		bool self = !strcmp(h.room.host, here);

		if (self)
			vz_warn("%s: this is the host itself", h.name);
		if (*h.room.host && !self && !is_twice(x, i)) {
			x->host[n++] = h;
			continue;
		}
		free((char *)h.name);
		room_free(&x->host[i].room);
	}
	x->nhosts = n;
	return 0;
}
