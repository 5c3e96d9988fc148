// SPDX-License-Identifier: GPL-2.0-or-later
/* What states with user namespaces ask of them. Public functions are described in users.h. */
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include "users.h"

void users_file(char *to, size_t size, pid_t pid, const char *name)
{
	snprintf(to, size, "/proc/%d/%s", pid, name);
}

void users_put(struct aside *of, const char *name, const char *text)
{
	char path[64];

	users_file(path, sizeof(path), aside_pid(of), name);
	spit(path, text);
}

const char *users_map(pid_t pid, const char *name)
{
	static char all[400];
	unsigned int first, outer, count;
	char path[64];
	const char *at;
	int size, used = 0;

	users_file(path, sizeof(path), pid, name);
	all[0] = 0;
	at = slurp(path);
	for (; sscanf(at, "%u %u %u%n", &first, &outer, &count, &size) == 3; at += size)
		used += snprintf(all + used, sizeof(all) - used, "%s%u %u %u", used ? ";" : "",
				 first, outer, count);
	return all;
}

ino_t users_inode(int fd)
{
	struct stat st;

	need(fd >= 0 && !fstat(fd, &st));
	return st.st_ino;
}

int users_open_ns(pid_t pid, const char *kind)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0);
	return fd;
}

ino_t users_ns(pid_t pid, const char *kind)
{
	const int fd = users_open_ns(pid, kind);
	const ino_t ino = users_inode(fd);

	close(fd);
	return ino;
}

int users_level(pid_t pid)
{
	const ino_t own = users_ns(getpid(), "user");
	int fd = users_open_ns(pid, "user"), parent, level = 0;

	for (; users_inode(fd) != own; level++) {
		need((parent = ioctl(fd, NS_GET_PARENT)) >= 0);
		close(fd);
		fd = parent;
	}
	close(fd);
	return level;
}

uid_t users_owner(pid_t pid)
{
	const int fd = users_open_ns(pid, "user");
	uid_t uid;

	need(!ioctl(fd, NS_GET_OWNER_UID, &uid));
	close(fd);
	return uid;
}

void users_unshare(void *unused)
{
	if (unshare(CLONE_NEWUSER))
		corpus_skip("unshare(CLONE_NEWUSER): %s", strerror(errno));
}

struct aside *users_start(void)
{
	struct aside *a = aside_start(0);

	aside_call(a, users_unshare, NULL);
	return a;
}

uint64_t users_caps(int set)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	need(!syscall(SYS_capget, &h, d));
	if (set == 'e')
		return d[0].effective | (uint64_t)d[1].effective << 32;
	if (set == 'p')
		return d[0].permitted | (uint64_t)d[1].permitted << 32;
	return d[0].inheritable | (uint64_t)d[1].inheritable << 32;
}

void users_set_caps(uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2] = {
		{ permitted, permitted, inheritable },
		{ permitted >> 32, permitted >> 32, inheritable >> 32 },
	};

	need(!syscall(SYS_capset, &h, d));
}

uint64_t users_all_caps(void)
{
	const int last = atoi(slurp("/proc/sys/kernel/cap_last_cap"));

	return ~0ULL >> (63 - last);
}

void users_may_make_more(void)
{
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid)
		_exit(unshare(CLONE_NEWUTS) || sethostname("mine", 4));
	need(waitpid(pid, &status, 0) == pid);
	equal(status, 0);
}
