// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines "ID POLICY GENERATION RESUME HOST". The file is replaced as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/paths.h"
#include "vzmigrate/evacuate_book.h"

#define BOOK	VZ_STATEDIR "/evacuated"
#define LOCK	VZ_STATEDIR "/evacuated.lock"

int evac_lock(int *fd, struct vz_err *e)
{
	mkdir(VZ_STATEDIR, 0755);
	*fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "open " LOCK);
	if (!flock(*fd, LOCK_EX | LOCK_NB))
		return 0;
	if (errno != EWOULDBLOCK)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "lock " LOCK);
	return vz_error(e, VZ_LOCKED, -EBUSY,
			"another vzmigrate --evacuate or --return is at work: wait for its end");
}

bool evac_host_valid(const char *name)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789._:@%-";

	return *name && *name != '-' && strlen(name) < 256 && strspn(name, ok) == strlen(name);
}

static bool parse(const char *text, struct evac_line *l)
{
	char policy[16];
	int resume, end = 0;

	if (sscanf(text, "%u %15s %" SCNu64 " %d %255s%n", &l->id, policy, &l->generation, &resume,
		   l->host, &end) != 5 || text[end])
		return false;
	l->policy = evac_policy_find(policy);
	l->resume = resume;
	return l->id && l->id <= VE_ID_MAX && l->policy < EVAC_NR_POLICIES &&
	       (resume & 1) == resume && evac_host_valid(l->host);
}

static int add(struct evac_book *b, const struct evac_line *l)
{
	struct evac_line *more = reallocarray(b->line, b->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	b->line = more;
	b->line[b->n++] = *l;
	return 0;
}

int evac_book_read(struct evac_book *b, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	char *save = NULL, *line;
	int ret = vz_read_file(BOOK, &text), nr = 0;

	*b = (struct evac_book){ 0 };
	if (ret)
		return ret == -ENOENT ? 0 : vz_error_sys(e, VZ_SYSTEM, ret, "read " BOOK);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct evac_line l = { 0 };

		nr++;
		if (!parse(line, &l))
			return vz_error(e, VZ_BADCONF, -EINVAL,
					"line %d of " BOOK " is damaged: put right where "
					"its VE is, or take the line out", nr);
		if (add(b, &l))
			return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	}
	return 0;
}

static int save(const struct evac_book *b, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int ret;

	if (!f)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	for (size_t i = 0; i < b->n; i++)
		fprintf(f, "%u %s %" PRIu64 " %d %s\n", b->line[i].id,
			evac_policy_name(b->line[i].policy), b->line[i].generation,
			b->line[i].resume, b->line[i].host);
	ret = fclose(f) ? -errno : vz_replace_file(BOOK, text, len, 0600);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "write " BOOK) : 0;
}

struct evac_line *evac_book_find(const struct evac_book *b, unsigned int id)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->line[i].id == id)
			return &b->line[i];
	return NULL;
}

int evac_book_put(struct evac_book *b, const struct evac_line *line, struct vz_err *e)
{
	struct evac_line *old = evac_book_find(b, line->id);

	if (old)
		*old = *line;
	else if (add(b, line))
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	return save(b, e);
}

int evac_book_drop(struct evac_book *b, unsigned int id, struct vz_err *e)
{
	struct evac_line *l = evac_book_find(b, id);

	if (!l)
		return 0;
	*l = b->line[--b->n];
	return save(b, e);
}

void evac_book_free(struct evac_book *b)
{
	free(b->line);
	*b = (struct evac_book){ 0 };
}
