// SPDX-License-Identifier: GPL-2.0-or-later
/* Open files: positions, flags, files without a name, mapped ones. */
#include "corpus.h"

static int fd, second;
static char *map;

/* --- a position and flags; a duplicate shares both */
static void set_up_position(void)
{
	need((fd = open("data", O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0640)) >= 0);
	put_all(fd, "0123456789", 10);
	need(lseek(fd, 3, SEEK_SET) == 3);
	need((second = fcntl(fd, F_DUPFD, 77)) == 77);
}

static void verify_position(void)
{
	char c;

	equal(lseek(fd, 0, SEEK_CUR), 3);
	get_all(second, &c, 1);
	equal(c, '3');
	equal(lseek(fd, 0, SEEK_CUR), 4);
	equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_RDWR | O_APPEND);
	equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	equal(fcntl(second, F_GETFD), 0);
	need(lseek(second, 3, SEEK_SET) == 3);
}

static void spoil_position(void)
{
	lseek(fd, 5, SEEK_SET);
}

STATE(file_position, "an open file: position, O_APPEND, close-on-exec, and a duplicate",
      set_up_position, verify_position, spoil_position);

/* --- deleted, with another open description of it */
static void set_up_deleted(void)
{
	char buf[10000];

	fill_bytes(buf, sizeof(buf), 1);
	need((fd = open("gone", O_CREAT | O_RDWR, 0604)) >= 0);
	need((second = open("gone", O_RDONLY)) >= 0);
	put_all(fd, buf, sizeof(buf));
	need(!unlink("gone"));
}

static void verify_deleted(void)
{
	char buf[10000];
	struct stat st, other;

	need(pread(second, buf, sizeof(buf), 0) == sizeof(buf));
	need(bytes_are(buf, sizeof(buf), 1));
	need(!fstat(fd, &st) && !fstat(second, &other));
	equal(st.st_nlink, 0);
	equal(st.st_mode & 07777, 0604);
	equal(st.st_ino, other.st_ino);
	need(access("gone", F_OK));
	equal(lseek(fd, 0, SEEK_CUR), sizeof(buf));
}

static void spoil_deleted(void)
{
	need(pwrite(fd, "x", 1, 5000) == 1);
}

STATE(file_deleted, "a deleted file, open twice", set_up_deleted, verify_deleted, spoil_deleted);

/* --- deleted, but it has another name */
static void set_up_linked(void)
{
	set_up_deleted();
	need((fd = open("one", O_CREAT | O_RDWR, 0600)) >= 0);
	put_all(fd, "twin", 4);
	need(!link("one", "other") && !unlink("one"));
}

static void verify_linked(void)
{
	struct stat st, other;

	need(!fstat(fd, &st) && !stat("other", &other));
	equal(st.st_ino, other.st_ino);
	equal(st.st_nlink, 1);
	need(access("one", F_OK));
}

static void spoil_linked(void)
{
	need(!rename("other", "another"));
}

STATE(file_deleted_linked, "an open file whose name is gone but that has another one",
      set_up_linked, verify_linked, spoil_linked);

/* --- the same, and its first name is another file's */
static void set_up_reused(void)
{
	int new;

	set_up_linked();
	need((new = open("one", O_CREAT | O_EXCL | O_WRONLY, 0600)) >= 0);
	put_all(new, "not it", 6);
	close(new);
}

static void verify_reused(void)
{
	struct stat st, other;
	char text[8] = "";

	need(!fstat(fd, &st) && !stat("other", &other));
	equal(st.st_ino, other.st_ino);
	equal(st.st_nlink, 1);
	texts(slurp("one"), "not it");
	need(pread(fd, text, 4, 0) == 4);
	texts(text, "twin");
}

STATE(file_name_reused, "an open file whose name is another's and that has a second one",
      set_up_reused, verify_reused, spoil_linked);

/* --- no name yet; it can get one */
static void set_up_tmpfile(void)
{
	fd = open(".", O_TMPFILE | O_RDWR, 0600);
	if (fd < 0 && errno == EOPNOTSUPP)
		corpus_skip("no O_TMPFILE here");
	need(fd >= 0);
	put_all(fd, "no name", 7);
}

static void verify_tmpfile(void)
{
	char path[64], buf[8] = "";
	struct stat st, other;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	need(!fstat(fd, &st));
	equal(st.st_nlink, 0);
	need(!linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	need(!stat("named", &other));
	equal(st.st_ino, other.st_ino);
	need(pread(fd, buf, 7, 0) == 7);
	texts(buf, "no name");
	/* With no link left it is a deleted file and gets no name again: the next is a new one. */
	need(!unlink("named"));
	close(fd);
	set_up_tmpfile();
}

static void spoil_tmpfile(void)
{
	need(pwrite(fd, "N", 1, 0) == 1);
}

STATE(file_tmpfile, "an O_TMPFILE file, which can be given a name", set_up_tmpfile, verify_tmpfile,
      spoil_tmpfile);

/* --- the same, large and with a hole, mapped and open a second time */
static char *seen;
static int again;

static void set_up_tmpfile_map(void)
{
	char path[64];

	fd = open(".", O_TMPFILE | O_RDWR, 0640);
	if (fd < 0 && errno == EOPNOTSUPP)
		corpus_skip("no O_TMPFILE here");
	need(fd >= 0);
	need(pwrite(fd, "begin", 5, 0) == 5 && pwrite(fd, "end", 3, 8 << 20) == 3);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	need((again = open(path, O_RDONLY)) >= 0);
	seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(seen != MAP_FAILED);
}

static void verify_tmpfile_map(void)
{
	char path[64], text[8] = "";
	struct stat st, other;

	need(!fstat(fd, &st) && !fstat(again, &other));
	equal(st.st_ino, other.st_ino);
	equal(st.st_size, (8 << 20) + 3);
	equal(st.st_mode & 07777, 0640);
	need(st.st_blocks < 1000);
	memcpy(seen, "BEGIN", 5);
	need(pread(again, text, 5, 0) == 5);
	texts(text, "BEGIN");
	need(pread(fd, text, 3, 8 << 20) == 3);
	same(text, "end", 3);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", again);
	need(!linkat(AT_FDCWD, path, AT_FDCWD, "mapped-name", AT_SYMLINK_FOLLOW));
	need(!unlink("mapped-name"));
	need(!munmap(seen, 4096) && !close(fd) && !close(again));
	set_up_tmpfile_map();
}

static void spoil_tmpfile_map(void)
{
	need(!ftruncate(fd, 5));
}

STATE(file_tmpfile_mapped, "an O_TMPFILE file that is mapped and open twice", set_up_tmpfile_map,
      verify_tmpfile_map, spoil_tmpfile_map);

/* --- deleted and mapped, shared */
static void set_up_deleted_map(void)
{
	need((fd = open("mapped", O_CREAT | O_RDWR, 0600)) >= 0);
	need(!ftruncate(fd, 1 << 20));
	map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(map != MAP_FAILED);
	fill_bytes(map, 1 << 20, 2);
	need(!close(fd) && !unlink("mapped"));
}

static void verify_deleted_map(void)
{
	char line[64];

	need(bytes_are(map, 1 << 20, 2));
	snprintf(line, sizeof(line), "%lx-%lx rw-s 00000000", (long)map, (long)map + (1 << 20));
	need(strstr(line_of("/proc/self/maps", line), "mapped (deleted)"));
}

static void spoil_deleted_map(void)
{
	map[5000]++;
}

STATE(file_deleted_mapped, "a deleted file, mapped shared and open nowhere", set_up_deleted_map,
      verify_deleted_map, spoil_deleted_map);

/* --- deleted and large, still written: with a hole, and without */
#define LOG_SIZE	((off_t)80 << 20)
static char block[1 << 20];

static void make_log(int mib)
{
	need((fd = open("log", O_CREAT | O_RDWR | O_APPEND, 0600)) >= 0);
	for (int i = 0; i < mib; i++) {
		fill_bytes(block, sizeof(block), i);
		put_all(fd, block, sizeof(block));
	}
	need(!ftruncate(fd, LOG_SIZE));
	put_all(fd, "end", 3);
	need(!unlink("log"));
}

static void look_at_log(int mib)
{
	struct stat st;
	char end[4] = "";

	for (int i = 0; i < mib; i++) {
		equal(pread(fd, block, sizeof(block), (off_t)i << 20), sizeof(block));
		need(bytes_are(block, sizeof(block), i));
	}
	need(!fstat(fd, &st));
	equal(st.st_size, LOG_SIZE + 3);
	equal(pread(fd, end, 3, LOG_SIZE), 3);
	texts(end, "end");
	/* A hole stays one. */
	need(st.st_blocks * 512 <= ((off_t)mib + 16) << 20);
	put_all(fd, "more", 4);
	need(!ftruncate(fd, LOG_SIZE + 3));
}

static void set_up_sparse(void)
{
	make_log(8);
}

static void verify_sparse(void)
{
	look_at_log(8);
}

static void spoil_large(void)
{
	need(!ftruncate(fd, 1000));
}

STATE(file_deleted_sparse, "a deleted file of 80 MiB, most of it a hole, that is still written",
      set_up_sparse, verify_sparse, spoil_large);

static void set_up_large(void)
{
	make_log(80);
}

static void verify_large(void)
{
	look_at_log(80);
}

STATE(file_deleted_large, "a deleted log of 80 MiB that is still written", set_up_large,
      verify_large, spoil_large);

/* --- a folder, read half way; and a path */
static int dir, path_fd;

static void set_up_folder(void)
{
	need(!mkdir("folder", 0700));
	need((dir = open("folder", O_RDONLY | O_DIRECTORY)) >= 0);
	need((path_fd = open("folder", O_PATH)) >= 0);
}

static void verify_folder(void)
{
	need((fd = openat(dir, "file", O_CREAT | O_RDWR, 0600)) >= 0);
	need(!close(fd));
	need(!access("folder/file", F_OK));
	need(!unlinkat(path_fd, "file", 0));
	need(fcntl(path_fd, F_GETFL) & O_PATH);
}

static void spoil_folder(void)
{
	close(dir);
}

STATE(file_folder, "an open folder and an O_PATH descriptor of it", set_up_folder, verify_folder,
      spoil_folder);

/* --- files that live in a deleted folder */
static void set_up_gone_folder(void)
{
	need(!mkdir("a", 0711) && !mkdir("a/b", 0722));
	need((fd = open("a/b/c", O_CREAT | O_RDWR, 0600)) >= 0);
	need((dir = open("a/b", O_RDONLY | O_DIRECTORY)) >= 0);
	put_all(fd, "deep", 4);
	need(!unlink("a/b/c") && !rmdir("a/b") && !rmdir("a"));
}

static void verify_gone_folder(void)
{
	char buf[5] = "";
	struct stat st;

	need(pread(fd, buf, 4, 0) == 4);
	texts(buf, "deep");
	need(!fstat(dir, &st));
	equal(st.st_mode & 07777, 0722);
	equal(st.st_nlink, 0);
	need(access("a", F_OK));
}

static void spoil_gone_folder(void)
{
	need(!mkdir("a", 0700));
}

STATE(file_in_deleted_folder, "a deleted file in a deleted folder, both open", set_up_gone_folder,
      verify_gone_folder, spoil_gone_folder);

/* --- files of /proc and of devices */
static int proc_own, proc_mem, null, zero, full, urandom;

static void set_up_devices(void)
{
	need((proc_own = open("/proc/self/status", O_RDONLY)) >= 0);
	need((proc_mem = open("/proc/meminfo", O_RDONLY)) >= 0);
	need((null = open("/dev/null", O_RDWR)) >= 0);
	need((zero = open("/dev/zero", O_RDONLY)) >= 0);
	need((full = open("/dev/full", O_WRONLY)) >= 0);
	need((urandom = open("/dev/urandom", O_RDONLY)) >= 0);
}

static void verify_devices(void)
{
	char buf[64];

	need(pread(proc_own, buf, 10, 0) == 10);
	same(buf, "Name:", 5);
	need(pread(proc_mem, buf, 10, 0) == 10);
	same(buf, "MemTotal:", 9);
	need(write(null, buf, 10) == 10 && !read(null, buf, 10));
	buf[3] = 1;
	need(read(zero, buf, 10) == 10);
	equal(buf[3], 0);
	need(write(full, buf, 10) < 0);
	equal(errno, ENOSPC);
	need(read(urandom, buf, 10) == 10);
}

static void spoil_devices(void)
{
	need(dup2(null, zero) >= 0);
}

STATE(file_devices, "files of /proc and of devices", set_up_devices, verify_devices, spoil_devices);

/* --- O_ASYNC: who gets which signal */
static void set_up_owner(void)
{
	int pair[2];

	need(!pipe(pair));
	fd = pair[0], second = pair[1];
	signal(SIGUSR2, SIG_IGN);
	need(!fcntl(fd, F_SETOWN, getpid()) && !fcntl(fd, F_SETSIG, SIGUSR2));
	need(!fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK));
}

static void verify_owner(void)
{
	equal(fcntl(fd, F_GETOWN), getpid());
	equal(fcntl(fd, F_GETSIG), SIGUSR2);
	equal(fcntl(fd, F_GETFL), O_ASYNC | O_NONBLOCK | O_RDONLY);
}

static void spoil_owner(void)
{
	need(!fcntl(fd, F_SETSIG, SIGUSR1));
}

STATE(file_owner, "O_ASYNC with an owner and a signal of its own", set_up_owner, verify_owner,
      spoil_owner);

/* --- more descriptors than most have */
static void set_up_many(void)
{
	need((fd = open("many", O_CREAT | O_RDWR, 0600)) >= 0);
	for (int i = 0; i < 300; i++)
		need(dup(fd) >= 0);
	need(dup2(fd, 900) == 900);
}

static void verify_many(void)
{
	char path[64];
	struct stat st, other;

	need(!fstat(fd, &st));
	for (int i = fd; i <= fd + 300; i++) {
		need(!fstat(i, &other));
		equal(other.st_ino, st.st_ino);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", 900);
	need(!access(path, F_OK));
	need(fcntl(fd + 301, F_GETFD) < 0);
}

static void spoil_many(void)
{
	close(fd + 200);
}

STATE(file_many, "300 descriptors of one file", set_up_many, verify_many, spoil_many);
