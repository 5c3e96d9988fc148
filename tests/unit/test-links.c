// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of a dump that is given up: they go, and nothing else does, whatever their list says. */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/links.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/file.h"
#include "tests/unit/tap.h"

static char base[] = "/tmp/vzlinks.XXXXXX";

static const char *at(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static void make(const char *name)
{
	int fd = open(at(name), O_CREAT | O_WRONLY, 0600);

	CHECK(fd >= 0);
	close(fd);
}

static bool there(const char *name)
{
	return !faccessat(AT_FDCWD, at(name), F_OK, AT_SYMLINK_NOFOLLOW);
}

static void abandon(const char *list, size_t size)
{
	char area[PATH_MAX];
	const struct vz_conf c = { .id = 1, .private = area };
	cleanup_close int images = open(at("images"), O_RDONLY | O_DIRECTORY);

	snprintf(area, sizeof(area), "%s/ve", base);
	CHECK(!vz_replace_at(images, "link-remaps", list, size, 0600));
	ckpt_links_abandon(&c, images);
}

static void names_go_and_nothing_else(void)
{
	static const char list[] = "12 /./a/link_remap.5.7\0" "13 /./.b/link_remap.5.8\0"
				   "14 ./link_remap.5.9\0" "15 /./a/gone/link_remap.5.1\0"
				   "16 /./a/kept";

	CHECK(mkdtemp(base));
	CHECK(!mkdir(at("ve"), 0700) && !mkdir(at("images"), 0700));
	CHECK(!mkdir(at("ve/a"), 0700) && !mkdir(at("ve/.b"), 0700));
	make("ve/a/link_remap.5.7");
	make("ve/.b/link_remap.5.8");
	make("ve/link_remap.5.9");
	make("ve/a/kept");
	make("ve/a/link_remap.5.6");
	abandon(list, sizeof(list));
	CHECK(!there("ve/a/link_remap.5.7"));
	CHECK(!there("ve/.b/link_remap.5.8"));
	CHECK(!there("ve/link_remap.5.9"));
	CHECK(there("ve/a/kept"));
	CHECK(there("ve/a/link_remap.5.6"));
}

/* The images may come from another host. */
static void nothing_beside_the_area_goes(void)
{
	static const char list[] = "1 /../link_remap.1\0" "1 /up/link_remap.1\0link_remap.1\0"
				   "\0 \0/\0" "1 /./a/../../link_remap.1\0" "1 ";

	make("link_remap.1");
	CHECK(!symlink("..", at("ve/up")));
	abandon(list, sizeof(list) - 1);
	CHECK(there("link_remap.1"));
	abandon("", 0);
	abandon("1 /./a/link_remap.5.6", 21);
	CHECK(!there("ve/a/link_remap.5.6"));
}

int main(void)
{
	char cmd[64];

	TEST(names_go_and_nothing_else);
	TEST(nothing_beside_the_area_goes);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", base);
	return tap_failed || system(cmd);
}
