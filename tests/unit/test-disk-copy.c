// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies of trees: all that files are, in one pass and in two, into empty and full folders. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/err.h"
#include "tests/unit/tap.h"
#include "vzctl/disk_copy.h"

static char top[] = "/tmp/disk-copy-XXXXXX";
static struct vz_err e;
static int from, to, trash;

static int sh(const char *script)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (chdir(top))
			_exit(1);
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int open_dir(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return open(path, O_RDONLY | O_DIRECTORY);
}

/* a is full of kinds, b is empty. */
static void set_up(void)
{
	CHECK(!sh("rm -rf a b t; mkdir -p a/d/e/f a/gone/deep b t; cd a; echo one >one;"
		  "ln one d/two; ln one d/e/three; ln -s ../one link; mkfifo pipe; chmod 4711 d/two;"
		  "truncate -s 3M hole; echo end >>hole; echo x >gone/deep/x; echo f >turns;"
		  "mkdir turns2; echo x >turns2/x; chmod 700 d/e;"
		  "printf x >'d/n\nl'; touch -d '2001-02-03 04:05:06.7' d/e/f d; sleep 0.1"));
	from = open_dir("a");
	to = open_dir("b");
	trash = open_dir("t");
	CHECK(from >= 0 && to >= 0 && trash >= 0);
}

static void same(void)
{
	static const char *const list =
		"l() { cd $1 && { find . -type d -printf '%p %m %T@\\n' -o"
		" -printf '%p %y %m %s %n %T@ %l\\n';"
		"find . -type f -exec md5sum {} +; } | sort; cd ..; }; l a >la; l b >lb;"
		"diff la lb >&2";

	CHECK(!sh(list));
	CHECK(!sh("[ $(stat -c %i b/one) = $(stat -c %i b/d/e/three) ]"));
	CHECK(!sh("[ -z \"$(ls t)\" ]"));
}

static void tear_down(struct disk_copy *k)
{
	disk_copy_free(k);
	close(from);
	close(to);
	close(trash);
}

static void one_pass(void)
{
	struct disk_copy *k;

	set_up();
	CHECK(!disk_copy_new(to, trash, false, &k, &e));
	CHECK(!disk_copy_pass(k, from, false, "Copying", &e));
	CHECK(!disk_copy_end(k, from, &e));
	same();
	CHECK(!sh("[ $(stat -c %b b/hole) -lt 4000 ]"));
	tear_down(k);
}

static void what_changes_is_copied_again(void)
{
	struct disk_copy *k;

	set_up();
	CHECK(!disk_copy_new(to, trash, false, &k, &e));
	CHECK(!disk_copy_pass(k, from, true, "Copying", &e));
	CHECK(!sh("touch -r b/link stamp; cd a; rm -rf gone; rm turns; mkdir turns;"
		  "echo y >turns/y; rm -r turns2; echo f >turns2; ln one four; mv d/e e2; echo more >>hole;"
		  "chmod 600 one; rm link; ln -s elsewhere link; mkdir -p new/er;"
		  " echo n >new/er/n"));
	CHECK(!disk_copy_pass(k, from, false, "Copying", &e));
	CHECK(!disk_copy_end(k, from, &e));
	CHECK(!sh("[ ! -e b/gone ] && [ -d b/turns ] && [ -f b/turns2 ] && [ -e b/e2/three ]"));
	CHECK(!sh("mkdir -p a/d/e b/d/e; ln a/one a/d/e/three; ln b/one b/d/e/three;"
		  "touch -r a/d b/d; touch -r a/d/e b/d/e"));
	same();
	tear_down(k);
}

static void what_is_there_is_kept(void)
{
	struct disk_copy *k;

	set_up();
	CHECK(!sh("cp -a a/. b; rm -r b/turns2; echo z >b/turns2; mkdir -p b/strange/er;"
		  "echo s >b/strange/s;"
		  "touch -r a/turns keep; printf 'g\n' >b/turns; touch -r keep b/turns;"
		  " chmod 777 b/d/e;"
		  "stat -c %i b/hole >inode"));
	CHECK(!disk_copy_new(to, trash, true, &k, &e));
	CHECK(!disk_copy_pass(k, from, false, "Copying", &e));
	CHECK(!disk_copy_end(k, from, &e));
	same();
	CHECK(!sh("[ $(stat -c %i b/hole) = $(cat inode) ]"));
	tear_down(k);
}

int main(void)
{
	if (!mkdtemp(top))
		return 1;
	TEST(one_pass);
	TEST(what_changes_is_copied_again);
	TEST(what_is_there_is_kept);
	sh("rm -rf \"$PWD\"");
	return tap_failed;
}
