// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes files in every way there is, and remembers in its memory how each
 * must be: so what a move has missed is found by whoever was moved.
 *
 * usage: files FOLDER
 *
 * FOLDER/rounds counts; FOLDER/wrong says what differs, and then it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PAGES	64

static unsigned int mapped[PAGES], written[PAGES];
static unsigned int note, flags, mode = 0600, folder, linked, swapped;
static volatile unsigned int *map;
static int wfd;

static void wrong(const char *fmt, ...)
{
	FILE *f = fopen("wrong", "w");
	va_list ap;

	va_start(ap, fmt);
	if (f) {
		vfprintf(f, fmt, ap);
		fprintf(f, "\n");
		fclose(f);
	}
	va_end(ap);
	exit(1);
}

static void must(int ok, const char *what)
{
	if (!ok)
		wrong("%s: %s", what, strerror(errno));
}

static unsigned int number_in(const char *path, off_t at)
{
	unsigned int n = ~0u;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || pread(fd, &n, sizeof(n), at) != sizeof(n))
		wrong("%s cannot be read", path);
	close(fd);
	return n;
}

static void put(const char *path, unsigned int n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd >= 0 && write(fd, &n, sizeof(n)) == sizeof(n), path);
	close(fd);
}

static void look(void)
{
	char path[64], text[16] = "";
	struct stat st;
	int fd, f = 0;

	for (int i = 0; i < PAGES; i++) {
		if (number_in("mapped", i * 4096) != mapped[i])
			wrong("mapped: page %d is %u, not %u", i, number_in("mapped", i * 4096),
			      mapped[i]);
		if (number_in("written", i * 4096) != written[i])
			wrong("written: page %d is %u, not %u", i, number_in("written", i * 4096),
			      written[i]);
	}
	if (linked != !access("another-name", F_OK))
		wrong("another-name: there %d", !linked);
	if (linked && number_in("another-name", 0) != written[0])
		wrong("another-name is another file");
	if (getxattr("noted", "user.note", text, sizeof(text) - 1) < 0 ||
	    strtoul(text, NULL, 10) != note)
		wrong("noted: user.note is %s, not %u", text, note);
	fd = open("flagged", O_RDONLY);
	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &f) || (f & FS_NODUMP_FL) != flags)
		wrong("flagged: flags are %x", f);
	close(fd);
	if (stat("moded", &st) || (st.st_mode & 07777) != mode)
		wrong("moded: mode is %o, not %o", st.st_mode, mode);
	snprintf(path, sizeof(path), "d%u/in/it", folder);
	if (number_in(path, 0) != folder)
		wrong("%s is %u", path, number_in(path, 0));
	snprintf(path, sizeof(path), "d%u", folder - 1);
	if (!access(path, F_OK))
		wrong("%s is still there", path);
	if (number_in(swapped ? "b" : "a", 0) != 1 || number_in(swapped ? "a" : "b", 0) != 2)
		wrong("a and b: exchanged %d", !swapped);
}

static void make_folder(unsigned int n)
{
	char path[64];

	snprintf(path, sizeof(path), "d%u", n);
	must(!mkdir(path, 0700), path);
	snprintf(path, sizeof(path), "d%u/in", n);
	must(!mkdir(path, 0700), path);
	snprintf(path, sizeof(path), "d%u/in/it", n);
	put(path, n);
}

static void change(unsigned int i)
{
	char path[64], to[64], text[16];
	int fd;

	switch (i % 8) {
	case 0:
		map[i / 8 % PAGES * 1024] = mapped[i / 8 % PAGES] = i;
		break;
	case 1:
		written[i / 8 % PAGES] = i;
		must(pwrite(wfd, &i, sizeof(i), i / 8 % PAGES * 4096) == sizeof(i), "written");
		break;
	case 2:
		must(linked ? !unlink("another-name") : !link("written", "another-name"), "link");
		linked = !linked;
		break;
	case 3:
		note = i;
		snprintf(text, sizeof(text), "%u", i);
		must(!setxattr("noted", "user.note", text, strlen(text), 0), "setxattr");
		break;
	case 4:
		flags ^= FS_NODUMP_FL;
		fd = open("flagged", O_RDONLY);
		must(!ioctl(fd, FS_IOC_SETFLAGS, &flags), "chattr");
		close(fd);
		break;
	case 5:
		mode ^= 0111;
		must(!chmod("moded", mode), "chmod");
		break;
	case 6:		/* the folder with what is in it gets another name and content */
		snprintf(path, sizeof(path), "d%u", folder);
		snprintf(to, sizeof(to), "d%u", ++folder);
		must(!rename(path, to), "rename");
		snprintf(path, sizeof(path), "d%u/in/it", folder);
		put(path, folder);
		break;
	case 7:
		must(!renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE), "exchange");
		swapped = !swapped;
		break;
	}
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2 || (mkdir(argv[1], 0700) && errno != EEXIST) || chdir(argv[1]))
		return 2;
	fd = open("mapped", O_RDWR | O_CREAT, 0600);
	wfd = open("written", O_RDWR | O_CREAT, 0600);
	must(fd >= 0 && wfd >= 0 && !ftruncate(fd, PAGES * 4096) &&
	     !ftruncate(wfd, PAGES * 4096), "files");
	map = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(map != MAP_FAILED, "mmap");
	close(fd);
	put("noted", 0);
	must(!setxattr("noted", "user.note", "0", 1, 0), "setxattr");
	put("flagged", 0);
	put("moded", 0);
	must(!chmod("moded", mode), "chmod");
	put("a", 1);
	put("b", 2);
	make_folder(folder = 1);
	for (unsigned int i = 0;; i++) {
		look();
		change(i);
		put("rounds.new", i);
		must(!rename("rounds.new", "rounds"), "rounds");
		usleep(2000);
	}
}
