// SPDX-License-Identifier: GPL-2.0-or-later
/* Open files whose names or rights changed since; libraries that an upgrade replaced. */
#include "corpus.h"

static int fd, other;
static char *map;

static void make(const char *name, const char *text)
{
	need((other = open(name, O_CREAT | O_RDWR | O_TRUNC, 0600)) >= 0);
	put_all(other, text, strlen(text));
	need(!close(other));
}

static void inside(int at, const char *text)
{
	char buf[64] = "";

	need(pread(at, buf, sizeof(buf) - 1, 0) == (ssize_t)strlen(text));
	texts(buf, text);
}

static void named_like(int at, const char *name)
{
	struct stat st, by_name;

	need(!fstat(at, &st) && !stat(name, &by_name));
	equal(st.st_ino, by_name.st_ino);
}

/* --- renamed, also its folder */
static void set_up_renamed(void)
{
	need(!mkdir("old", 0700));
	make("old/name", "text");
	need((fd = open("old/name", O_RDWR)) >= 0);
	need(!rename("old/name", "old/later") && !rename("old", "new"));
}

static void verify_renamed(void)
{
	inside(fd, "text");
	named_like(fd, "new/later");
	need(access("old", F_OK));
}

static void spoil_renamed(void)
{
	need(!rename("new", "old"));
}

STATE(file_renamed, "an open file that was renamed, and its folder", set_up_renamed,
      verify_renamed, spoil_renamed);

/* --- replaced: the name leads to another file */
static void set_up_replaced(void)
{
	make("name", "old text");
	need((fd = open("name", O_RDWR)) >= 0);
	make("next", "new");
	need(!rename("next", "name"));
}

static void verify_replaced(void)
{
	struct stat st;

	inside(fd, "old text");
	need((other = open("name", O_RDONLY)) >= 0);
	inside(other, "new");
	need(!close(other) && !fstat(fd, &st));
	equal(st.st_nlink, 0);
}

static void spoil_replaced(void)
{
	need(!ftruncate(fd, 2));
}

STATE(file_replaced, "an open file whose name leads to another one", set_up_replaced,
      verify_replaced, spoil_replaced);

/* --- nobody may open it any more */
static void set_up_forbidden(void)
{
	make("name", "secret");
	need((fd = open("name", O_RDWR)) >= 0);
	need(!fchmod(fd, 0) && !fchown(fd, 1234, 4321));
}

static void verify_forbidden(void)
{
	struct stat st;

	inside(fd, "secret");
	need(!fstat(fd, &st));
	equal(st.st_mode & 07777, 0);
	equal(st.st_uid, 1234);
	equal(st.st_gid, 4321);
	need(pwrite(fd, "s", 1, 0) == 1);
}

static void spoil_forbidden(void)
{
	need(!fchmod(fd, 0777));
}

STATE(file_forbidden, "an open file of mode 0 that belongs to another", set_up_forbidden,
      verify_forbidden, spoil_forbidden);

/* --- a path that is longer than most */
static void set_up_long(void)
{
	char part[201];

	memset(part, 'd', 200);
	part[200] = 0;
	for (int i = 0; i < 15; i++)
		need(!mkdir(part, 0700) && !chdir(part));
	make("name", "far away");
	need((fd = open("name", O_RDWR)) >= 0);
	for (int i = 0; i < 15; i++)
		need(!chdir(".."));
}

static void verify_long(void)
{
	char link[64], path[4096] = "";

	inside(fd, "far away");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	need(readlink(link, path, sizeof(path) - 1) > 3000);
}

static void spoil_long(void)
{
	need(!ftruncate(fd, 3));
}

STATE(file_long_path, "an open file with a path of 3,000 characters", set_up_long, verify_long,
      spoil_long);

/* --- names that are no text */
static void set_up_odd(void)
{
	make("a\nb \\ \xff\x01 (deleted)", "odd");
	need((fd = open("a\nb \\ \xff\x01 (deleted)", O_RDWR)) >= 0);
}

static void verify_odd(void)
{
	inside(fd, "odd");
	named_like(fd, "a\nb \\ \xff\x01 (deleted)");
}

static void spoil_odd(void)
{
	need(!unlink("a\nb \\ \xff\x01 (deleted)"));
}

STATE(file_odd_name, "an open file with a name that is no text", set_up_odd, verify_odd,
      spoil_odd);

/* --- a library that an upgrade replaced while it is mapped */
#define SIZE	(64 << 10)

static void set_up_library(void)
{
	static char code[SIZE];

	fill_bytes(code, SIZE, 20);
	need((other = open("lib", O_CREAT | O_RDWR, 0755)) >= 0);
	put_all(other, code, SIZE);
	map = mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, other, 0);
	need(map != MAP_FAILED && !close(other));
	make("lib.new", "the next version");
	need(!rename("lib.new", "lib"));
}

static void verify_library(void)
{
	char line[64];

	need(bytes_are(map, SIZE, 20));
	snprintf(line, sizeof(line), "%lx-%lx r-xp", (long)map, (long)map + SIZE);
	need(strstr(line_of("/proc/self/maps", line), "lib (deleted)"));
}

static void spoil_library(void)
{
	need(!mprotect(map, SIZE, PROT_READ));
}

STATE(library_replaced, "a mapped library that was replaced", set_up_library, verify_library,
      spoil_library);
