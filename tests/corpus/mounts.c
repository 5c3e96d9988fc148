// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mounts over the usual places of a machine and over each other, in each way that mounts can
 * follow others. A state makes them all in a mount namespace; some have a second one that follows
 * the first. What /proc says of them, without numbers that differ from time to time, is to be the
 * same later.
 */
#include <dirent.h>
#include <sys/mount.h>
#include "corpus.h"

#define MAX_MOUNTS	400

enum way { PRIVATE, SHARED, SLAVE, SLAVE_SHARED, UNBINDABLE, WAYS };

/* What lies deeper comes first, so that it is covered by what follows. */
static const char *const places[] = {
	"/proc/sys",	  "/proc/irq", "/sys/fs",  "/sys/kernel", "/dev/pts",
	"/dev/shm",	  "/dev/null",	       "/etc/passwd", "/etc",	  "/var/log",
	"/var",		  "/run",	       "/tmp",	   "/root",	  "/usr/share",
	"/usr/local",	  "/dev",	       "/sys",	   "/proc",	  "/mnt",
};

static struct aside *aside;
static pid_t follower;
static char *before[2];
static int made;

/* --- what is mounted, as text that can be compared */
struct mounted {
	int id, parent, dev;
	char root[256], at[256], options[256], tags[128], type[64];
	/* The way to it from the top: mounts that lie over each other have the same names. */
	char key[1200];
};

static struct mounted list[MAX_MOUNTS];

static struct mounted *mounted_by_id(int n, int id)
{
	for (int i = 0; i < n; i++)
		if (list[i].id == id)
			return &list[i];
	return NULL;
}

static void make_key(int n, struct mounted *m)
{
	struct mounted *up = m->id == m->parent ? NULL : mounted_by_id(n, m->parent);

	if (*m->key)
		return;
	if (up)
		make_key(n, up);
	snprintf(m->key, sizeof(m->key), "%.900s>%.120s:%.120s:%s", up ? up->key : "", m->at,
		 m->root, m->type);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct mounted *)a)->key, ((const struct mounted *)b)->key);
}

/* The same for each of one group, in the order in which groups are met. */
static int number_of(int *seen, int *n, int group)
{
	for (int i = 0; i < *n; i++)
		if (seen[i] == group)
			return i;
	seen[*n] = group;
	return (*n)++;
}

static char *tell_tags(const char *tags, int *seen, int *n, char *to)
{
	static const char *const word[] = { "shared:", "master:" };
	int group, len = 0;

	*to = 0;
	for (int i = 0; i < 2; i++) {
		const char *at = strstr(tags, word[i]);

		if (at && sscanf(at + 7, "%d", &group) == 1)
			len += sprintf(to + len, " %s%d", word[i], number_of(seen, n, group));
	}
	strcat(to, strstr(tags, "unbindable") ? " unbindable" : "");
	return to;
}

/* What the mounts of a process look like, allocated. */
static char *mounts_of(pid_t pid)
{
	char path[64], line[4096], tags[128], *text = NULL;
	int n = 0, groups = 0, seen[MAX_MOUNTS];
	size_t size;
	FILE *in, *out;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	need((in = fopen(path, "r")));
	while (fgets(line, sizeof(line), in) && n < MAX_MOUNTS) {
		struct mounted *m = &list[n++];
		char *dash = strstr(line, " - ");
		int major, at;

		*m = (struct mounted){ };
		need(dash);
		*dash = 0;
		need(sscanf(line, "%d %d %d:%d %255s %255s %255s%n", &m->id, &m->parent, &major,
			    &m->dev, m->root, m->at, m->options, &at) >= 7);
		snprintf(m->tags, sizeof(m->tags), "%s", line + at);
		need(sscanf(dash + 3, "%63s", m->type) == 1);
	}
	fclose(in);
	for (int i = 0; i < n; i++)
		make_key(n, &list[i]);
	qsort(list, n, sizeof(list[0]), by_key);
	need((out = open_memstream(&text, &size)));
	for (int i = 0; i < n; i++)
		fprintf(out, "%s %s%s\n", list[i].key, list[i].options,
			tell_tags(list[i].tags, seen, &groups, tags));
	fclose(out);
	return text;
}

/* Fails with the first line in which they differ. */
static void same_lines(const char *got, const char *want)
{
	while (*got && *want) {
		const size_t a = strcspn(got, "\n"), b = strcspn(want, "\n");

		if (a != b || memcmp(got, want, a))
			corpus_fail(__FILE__, __LINE__, "mounted is %.*s, not %.*s", (int)a, got,
				    (int)b, want);
		got += a + !!got[a];
		want += b + !!want[b];
	}
	need(!*got && !*want);
}

/* --- making them */
static void set_way(const char *at, enum way way)
{
	char peer[32];

	need(!mount(NULL, at, NULL, MS_PRIVATE, NULL));
	if (way == UNBINDABLE)
		need(!mount(NULL, at, NULL, MS_UNBINDABLE, NULL));
	if (way == PRIVATE || way == UNBINDABLE)
		return;
	need(!mount(NULL, at, NULL, MS_SHARED, NULL));
	if (way == SHARED)
		return;
	/* It follows one that is elsewhere. */
	snprintf(peer, sizeof(peer), "peer%d", made);
	if (mkdir(peer, 0700))
		return;
	if (mount(at, peer, NULL, MS_BIND, NULL)) {
		/* It is no folder. */
		need(errno == ENOTDIR && !rmdir(peer));
		return;
	}
	need(!mount(NULL, at, NULL, MS_SLAVE, NULL));
	if (way == SLAVE_SHARED)
		need(!mount(NULL, at, NULL, MS_SHARED, NULL));
}

static bool is_folder(const char *at)
{
	struct stat st;

	return !stat(at, &st) && S_ISDIR(st.st_mode);
}

static void leave_mark(const char *at)
{
	char path[128];
	int fd;

	if (!is_folder(at))
		return;
	snprintf(path, sizeof(path), "%s/mark", at);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		return;
	put_all(fd, at, strlen(at));
	close(fd);
}

static bool cover_tmpfs(const char *at)
{
	if (!is_folder(at))
		return false;
	need(!mount("tmpfs", at, "tmpfs", MS_NOSUID, "size=1m,mode=0755"));
	leave_mark(at);
	return true;
}

static bool cover_bind(const char *at)
{
	char from[32];
	int fd;

	snprintf(from, sizeof(from), "from%d", made);
	if (is_folder(at)) {
		need(!mkdir(from, 0755));
		leave_mark(from);
	} else {
		need((fd = open(from, O_CREAT | O_WRONLY, 0600)) >= 0);
		close(fd);
	}
	need(!mount(from, at, NULL, MS_BIND, NULL));
	return true;
}

static bool cover_itself(const char *at)
{
	need(!mount(at, at, NULL, MS_BIND | MS_REC, NULL));
	return true;
}

static bool cover_proc(const char *at)
{
	if (!is_folder(at))
		return false;
	need(!mount("proc", at, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	return true;
}

static void begin(void)
{
	need(!unshare(CLONE_NEWNS));
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static void cover_all(bool (*cover)(const char *at))
{
	struct stat st;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (stat(places[i], &st) || !cover(places[i]))
			continue;
		set_way(places[i], i % WAYS);
		made++;
	}
}

/* A namespace that follows the first, and gets what is mounted there from then on. */
static void add_follower(void)
{
	int told[2];
	char c;

	need(!pipe(told));
	follower = fork();
	need(follower >= 0);
	if (!follower) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ||
		    write(told[1], "x", 1) != 1)
			_exit(1);
		close(told[0]);
		close(told[1]);
		for (;;)
			pause();
	}
	close(told[1]);
	get_all(told[0], &c, 1);
	close(told[0]);
}

static void make_covers(void *cover)
{
	begin();
	cover_all(cover);
}

static void make_followed(void *cover)
{
	begin();
	need(!mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL));
	add_follower();
	cover_all(cover);
}

static void remember(void)
{
	before[0] = mounts_of(aside_pid(aside));
	before[1] = follower ? mounts_of(follower) : NULL;
}

static void look_marks(void *arg)
{
	char path[64], text[64];
	int fd;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		ssize_t len;

		snprintf(path, sizeof(path), "%s/mark", places[i]);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
		need(len > 0);
		text[len] = 0;
		if (strncmp(text, "from", 4))
			texts(text, places[i]);
	}
}

static void verify_mounts(void)
{
	char *now;

	now = mounts_of(aside_pid(aside));
	same_lines(now, before[0]);
	free(now);
	if (before[1]) {
		now = mounts_of(follower);
		same_lines(now, before[1]);
		free(now);
	}
	aside_call(aside, look_marks, NULL);
}

static void remove_one(void *arg)
{
	need(!umount2("/mnt", MNT_DETACH));
}

static void spoil_mounts(void)
{
	aside_call(aside, remove_one, NULL);
}

/* --- groups of mounts of which none has the folders of all others, and those that follow them */
static void bind(const char *from, const char *to)
{
	need(!mkdir(to, 0700) && !mount(from, to, NULL, MS_BIND, NULL));
}

static void split(const char *at, const char *left, const char *right)
{
	char one[32], other[32];

	snprintf(one, sizeof(one), "%s/1", at);
	snprintf(other, sizeof(other), "%s/2", at);
	need(!mkdir(one, 0700) && !mkdir(other, 0700));
	bind(one, left);
	bind(other, right);
}

static void make_apart(void *arg)
{
	begin();
	/* Of a tmpfs, which is in none as a whole in the end. */
	need(!mkdir("tmp", 0700) && !mount("tmpfs", "tmp", "tmpfs", 0, "size=1m"));
	bind("tmp", "kept");
	need(!mount(NULL, "kept", NULL, MS_PRIVATE, NULL));
	need(!mount(NULL, "tmp", NULL, MS_SHARED, NULL));
	split("tmp", "left", "right");
	/* Followers of both, one with a group of its own. */
	bind("left", "left-slave");
	bind("right", "right-slave");
	need(!mount(NULL, "left-slave", NULL, MS_SLAVE, NULL));
	need(!mount(NULL, "right-slave", NULL, MS_SLAVE, NULL));
	need(!mount(NULL, "right-slave", NULL, MS_SHARED, NULL));
	split("right-slave", "right-left", "right-right");
	need(!umount("tmp") && !umount("right-slave"));
	/* Of a folder of the machine. */
	need(!mkdir("folder", 0700) && !mount("folder", "folder", NULL, MS_BIND, NULL));
	need(!mount(NULL, "folder", NULL, MS_SHARED, NULL));
	split("folder", "own-left", "own-right");
	need(!umount("folder"));
	need(!mount("/mnt", "/mnt", NULL, MS_BIND, NULL));
}

static void set_up(void (*make)(void *), bool (*cover)(const char *at))
{
	aside = aside_start(0);
	aside_call(aside, make, cover);
	remember();
}

static void set_up_tmpfs(void)
{
	set_up(make_covers, cover_tmpfs);
}

STATE(cover_tmpfs, "tmpfs over places of the machine", set_up_tmpfs, verify_mounts, spoil_mounts);

static void set_up_bind(void)
{
	set_up(make_covers, cover_bind);
}

STATE(cover_bind, "folders and files bound over places of the machine", set_up_bind, verify_mounts,
      spoil_mounts);

static void set_up_itself(void)
{
	set_up(make_covers, cover_itself);
}

STATE(cover_itself, "places of the machine bound over themselves", set_up_itself, verify_mounts,
      spoil_mounts);

static void set_up_proc(void)
{
	set_up(make_covers, cover_proc);
}

STATE(cover_proc, "proc over places of the machine", set_up_proc, verify_mounts, spoil_mounts);

static void set_up_tmpfs_followed(void)
{
	set_up(make_followed, cover_tmpfs);
}

STATE(cover_tmpfs_followed, "tmpfs over places, which a second namespace gets too",
      set_up_tmpfs_followed, verify_mounts, spoil_mounts);

static void set_up_bind_followed(void)
{
	set_up(make_followed, cover_bind);
}

STATE(cover_bind_followed, "the same with folders and files that are bound", set_up_bind_followed,
      verify_mounts, spoil_mounts);

static void set_up_apart(void)
{
	set_up(make_apart, NULL);
}

STATE(mount_peers_apart, "groups of mounts that have no folder in common", set_up_apart,
      verify_mounts, spoil_mounts);

/* --- what is found before anything is frozen */
static void mount_on_process(void *arg)
{
	char path[64];

	begin();
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", getpid());
	need(!mount("tmpfs", path, "tmpfs", 0, "size=1m"));
	need(!mount("tmpfs", "/mnt", "tmpfs", 0, NULL));
}

static void set_up_on_process(void)
{
	set_up(mount_on_process, NULL);
}

STATE(mount_on_process, "a tmpfs on a folder of a process in /proc", set_up_on_process,
      verify_mounts, spoil_mounts);

static void bind_process(void *arg)
{
	char path[64];

	begin();
	snprintf(path, sizeof(path), "/proc/%d", getpid());
	need(!mount(path, "/mnt", NULL, MS_BIND, NULL));
}

static void set_up_of_process(void)
{
	set_up(bind_process, NULL);
}

STATE(mount_of_process, "the folder of a process in /proc, bound elsewhere", set_up_of_process,
      verify_mounts, spoil_mounts);

/*
 * As systemd makes /tmp and /var/tmp of a service with DynamicUser=: two folders of a tmpfs that
 * is mounted nowhere as a whole, each with what it had.
 */
static int part_file, part_gone;

static void keep_parts(void *arg)
{
	int at;

	begin();
	need(!mkdir("tmp", 0700) && !mount("tmpfs", "tmp", "tmpfs", 0, "size=1m,mode=0755"));
	need(!mkdir("tmp/one", 0700) && !chmod("tmp/one", 01777) && !chown("tmp/one", 3, 4));
	need(!mkdir("tmp/other", 0711) && !mkdir("tmp/one/below", 0700));
	need((at = open("tmp/one/below/file", O_CREAT | O_WRONLY, 0640)) >= 0 && !close(at));
	need(!symlink("there", "tmp/other/link"));
	need(!mkdir("other", 0700) && !mkdir("below", 0700));
	need(!mount("tmp/one", "/mnt", NULL, MS_BIND, NULL));
	need(!mount("tmp/other", "other", NULL, MS_BIND, NULL));
	need(!mount("tmp/one/below", "below", NULL, MS_BIND, NULL));
	need((part_file = open("/mnt/open", O_CREAT | O_RDWR, 0600)) >= 0);
	need((part_gone = open("/mnt/gone", O_CREAT | O_RDWR, 0600)) >= 0);
	put_all(part_file, "open", 4);
	put_all(part_gone, "gone", 4);
	need(!unlink("/mnt/gone") && !umount("tmp"));
}

static void look_parts(void *arg)
{
	struct stat st, same_one;
	char text[8];

	need(!stat("/mnt", &st));
	equal(st.st_mode & 07777, 01777);
	equal(st.st_uid, 3);
	equal(st.st_gid, 4);
	need(!stat("other", &st));
	equal(st.st_mode & 07777, 0711);
	equal(readlink("other/link", text, sizeof(text)), 5);
	need(!stat("/mnt/below/file", &st) && !stat("below/file", &same_one));
	equal(st.st_ino, same_one.st_ino);
	equal(st.st_mode & 07777, 0640);
	equal(pread(part_gone, text, 8, 0), 4);
	same(text, "gone", 4);
	need(!fstat(part_file, &st) && !stat("/mnt/open", &same_one));
	equal(st.st_ino, same_one.st_ino);
	equal(pread(part_file, text, 8, 0), 4);
	same(text, "open", 4);
	need(access("/mnt/gone", F_OK) && access("other/below", F_OK));
}

static void set_up_parts(void)
{
	aside = aside_start(CLONE_NEWNS);
	aside_call(aside, keep_parts, NULL);
}

static void verify_parts(void)
{
	aside_call(aside, look_parts, NULL);
}

STATE(mount_parts_of_tmpfs, "two folders of a tmpfs that is mounted nowhere as a whole",
      set_up_parts, verify_parts, spoil_mounts);

/* Two that are of one group of propagation cannot become two file systems. */
static void keep_part(void *arg)
{
	begin();
	need(!mkdir("tmp", 0700) && !mount("tmpfs", "tmp", "tmpfs", 0, "size=1m"));
	need(!mount(NULL, "tmp", NULL, MS_SHARED, NULL));
	need(!mkdir("tmp/part", 0700) && !mount("tmp/part", "/mnt", NULL, MS_BIND, NULL));
	need(!mkdir("part", 0700) && !mkdir("tmp/more", 0700));
	need(!mount("tmp/more", "part", NULL, MS_BIND, NULL));
	need(!umount("tmp"));
}

static void set_up_part(void)
{
	set_up(keep_part, NULL);
}

STATE(mount_part_of_tmpfs, "folders of a tmpfs that is mounted nowhere, of one group",
      set_up_part, verify_mounts, spoil_mounts);

static void keep_net(void *arg)
{
	int at;

	begin();
	need(!unshare(CLONE_NEWNET));
	need((at = open("net", O_CREAT | O_WRONLY, 0600)) >= 0 && !close(at));
	need(!mount("/proc/self/ns/net", "net", NULL, MS_BIND, NULL));
	need(!mount("tmpfs", "/mnt", "tmpfs", 0, NULL));
}

static void set_up_named_net(void)
{
	set_up(keep_net, NULL);
}

STATE(ns_net_named, "a network namespace that is kept by a name", set_up_named_net, verify_mounts,
      spoil_mounts);
