/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists the receiving side keeps during a pass; all strings are its own. */
#ifndef VZMIGRATE_COPY_LIST_H
#define VZMIGRATE_COPY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cap of every list: a peer must not make us eat all memory. */
#define COPY_LIST_MAX	(1U << 22)

/* Names of one folder, to find those that are not in it. */
struct copy_names {
	char *path;
	char **name;
	size_t n, cap;
	bool sorted;
};

/* Names that become hard links once all content is there. */
struct copy_links {
	struct copy_link {
		char *dir, *name, *target;
	} *link;
	size_t n, cap;
};

/* Folders whose time is set last. */
struct copy_times {
	struct copy_time {
		char *path;
		int64_t sec;
		uint32_t nsec;
	} *time;
	size_t n, cap;
};

/* Inode flags by path, set last of all; the root is "". Sorted. */
struct copy_flags {
	struct copy_flag {
		char *path;
		unsigned int flags;
	} *flag;
	size_t n, cap;
};

/* All take over their malloc'ed strings, also when they fail. -ENOMEM, -E2BIG. */
int copy_names_add(struct copy_names *l, char *name);
bool copy_names_has(struct copy_names *l, const char *name);
void copy_names_clear(struct copy_names *l);
int copy_links_add(struct copy_links *l, char *dir, char *name, char *target);
void copy_links_clear(struct copy_links *l);
int copy_times_add(struct copy_times *l, char *path, int64_t sec, uint32_t nsec);
void copy_times_clear(struct copy_times *l);

/* What dir/name (dir itself when name is "") has now; 0 forgets it. -ENOMEM, -E2BIG. */
int copy_flags_put(struct copy_flags *l, const char *dir, const char *name, unsigned int flags);
/* The one after last, the first after NULL; NULL at the end. Folders come after what is in them. */
struct copy_flag *copy_flags_next(const struct copy_flags *l, const struct copy_flag *last);
void copy_flags_clear(struct copy_flags *l);

#endif /* VZMIGRATE_COPY_LIST_H */
