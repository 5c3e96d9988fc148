// SPDX-License-Identifier: GPL-2.0-or-later
/* Small settings of a process that programs make with a call and then rely on. */
#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <termios.h>
#include <pty.h>
#include <sys/ioctl.h>
#include "corpus.h"

static struct aside *aside;

/* What cannot be taken back is spoilt by another process. */
static void spoil_aside(void)
{
	aside_end(aside);
	aside = aside_start(0);
}

/* --- barriers of memory that the process is registered for, as liburcu and .NET do */
static int barrier(int command)
{
	return syscall(__NR_membarrier, command, 0, 0);
}

static void register_barriers(void *arg)
{
	need(!barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));
	need(!barrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED));
	need(!barrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE));
}

static void use_barriers(void *arg)
{
	need(!barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED));
	need(!barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE));
}

static void set_up_barriers(void)
{
	if (barrier(MEMBARRIER_CMD_QUERY) < 0)
		corpus_skip("no membarrier here");
	aside = aside_start(0);
	aside_call(aside, register_barriers, NULL);
}

static void verify_barriers(void)
{
	aside_call(aside, use_barriers, NULL);
}

STATE(barriers, "a process that is registered for barriers of memory", set_up_barriers,
      verify_barriers, spoil_aside);

/* --- a mutex that lends its holder the priority of who waits */
static pthread_mutex_t *lender;
static pid_t holder;

static void set_up_lender(void)
{
	pthread_mutexattr_t a;

	lender = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(lender != MAP_FAILED);
	need(!pthread_mutexattr_init(&a) && !pthread_mutexattr_setpshared(&a, 1));
	need(!pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT));
	need(!pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST));
	need(!pthread_mutex_init(lender, &a));
	need((holder = fork()) >= 0);
	if (!holder) {
		pthread_mutex_lock(lender);
		for (;;)
			pause();
	}
	in_time(pthread_mutex_trylock(lender) == EBUSY || pthread_mutex_unlock(lender));
}

static void verify_lender(void)
{
	const struct timespec soon = { .tv_sec = time(NULL) + 1 };

	equal(pthread_mutex_timedlock(lender, &soon), ETIMEDOUT);
}

static void spoil_lender(void)
{
	need(!kill(holder, SIGKILL) && waitpid(holder, NULL, 0) == holder);
}

STATE(futex_lender, "a mutex that lends priority, held by another process", set_up_lender,
      verify_lender, spoil_lender);

/* --- keys that protect memory */
static int key = -1;
static char *guarded;

static void set_up_keys(void)
{
	key = pkey_alloc(0, PKEY_DISABLE_WRITE);
	if (key < 0)
		corpus_skip("no keys of memory here");
	guarded = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(guarded != MAP_FAILED);
	need(!pkey_mprotect(guarded, 4096, PROT_READ | PROT_WRITE, key));
}

static void verify_keys(void)
{
	int in[2];

	need(!pipe(in) && write(in[1], "x", 1) == 1);
	equal(pkey_get(key), PKEY_DISABLE_WRITE);
	/* the kernel writes with our rights */
	need(read(in[0], guarded, 1) < 0);
	equal(errno, EFAULT);
	need(!pkey_set(key, 0));
	equal(read(in[0], guarded, 1), 1);
	need(!pkey_set(key, PKEY_DISABLE_WRITE));
	need(!pkey_mprotect(guarded + 4096, 4096, PROT_READ | PROT_WRITE, key));
	close(in[0]);
	close(in[1]);
}

static void spoil_keys(void)
{
	need(!pkey_mprotect(guarded, 4096, PROT_READ | PROT_WRITE, 0));
}

STATE(memory_keys, "memory that is protected by a key", set_up_keys, verify_keys, spoil_keys);

/* --- memory that nobody may change any more */
#ifndef __NR_mseal
#define __NR_mseal 462
#endif
static char *sealed;

static void seal(void *arg)
{
	need(!syscall(__NR_mseal, sealed, 4096, 0));
}

static void look_sealed(void *arg)
{
	need(mprotect(sealed, 4096, PROT_READ | PROT_WRITE));
	equal(errno, EPERM);
}

static void set_up_seal(void)
{
	sealed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(sealed != MAP_FAILED);
	if (syscall(__NR_mseal, NULL, 0, 0) && errno == ENOSYS)
		corpus_skip("no mseal here");
	aside = aside_start(0);
	aside_call(aside, seal, NULL);
}

static void verify_seal(void)
{
	aside_call(aside, look_sealed, NULL);
}

STATE(memory_sealed, "memory that is sealed", set_up_seal, verify_seal, spoil_aside);

/* --- a deleted file with attributes that tools see */
static int gone;

static void set_up_attributes(void)
{
	char value[8];

	need((gone = open("gone", O_CREAT | O_RDWR, 0640)) >= 0);
	if (fsetxattr(gone, "user.mark", "kept", 4, 0))
		corpus_skip("no attributes here: %s", strerror(errno));
	need(!unlink("gone"));
	need(fgetxattr(gone, "user.mark", value, 8) == 4);
}

static void verify_attributes(void)
{
	char value[8];

	equal(fgetxattr(gone, "user.mark", value, 8), 4);
	same(value, "kept", 4);
}

static void spoil_attributes(void)
{
	need(!fremovexattr(gone, "user.mark"));
}

STATE(file_deleted_attributes, "a deleted file with extended attributes", set_up_attributes,
      verify_attributes, spoil_attributes);

/* --- a terminal with half a line, stopped */
static int master, slave;

static void set_up_line(void)
{
	need(!openpty(&master, &slave, NULL, NULL, NULL));
	put_all(master, "half a ", 7);
	need(!tcflow(slave, TCOOFF));
}

static void verify_line(void)
{
	char buf[64] = "";

	put_all(master, "line\n", 5);
	equal(read(slave, buf, sizeof(buf)), 12);
	same(buf, "half a line\n", 12);
	put_all(master, "half a ", 7);
}

static void spoil_line(void)
{
	need(!tcflush(slave, TCIFLUSH));
}

STATE(pty_half_line, "a terminal with half a line, stopped", set_up_line, verify_line,
      spoil_line);

/* --- what was typed before a program reads it, and printed before the screen shows it */
static const char typed[] = "one\ntwo \3 and \r", printed[] = "first\nsecond\n";

/* The screen shows what is typed in as many pieces as it likes. */
static void read_shown(const char *want)
{
	char seen[128] = "";
	size_t size = 0;

	in_time(read(master, seen + size, 1) == 1 && ++size == strlen(want));
	texts(seen, want);
}

static void type_and_print(void)
{
	put_all(master, "one\ntwo \26\3 and \26\r", 17);
	/* What was typed was seen. */
	read_shown("one\r\ntwo ^\b^C and ^\b^M");
	put_all(slave, printed, sizeof(printed) - 1);
}

static void set_up_ahead(void)
{
	need(!openpty(&master, &slave, NULL, NULL, NULL));
	need(!fcntl(master, F_SETFL, O_NONBLOCK));
	type_and_print();
}

static void verify_ahead(void)
{
	char read_at[128] = "";
	size_t got = 0;

	read_shown("first\r\nsecond\r\n");
	equal(read(master, read_at, sizeof(read_at)), -1);
	put_all(master, "end\n", 4);
	while (got < sizeof(typed) - 1 + 4) {
		const ssize_t n = read(slave, read_at + got, sizeof(read_at) - got);

		need(n > 0);
		got += n;
		if (got == 4)
			texts(read_at, "one\n");
	}
	texts(read_at, "one\ntwo \3 and \rend\n");
	read_shown("end\r\n");
	type_and_print();
}

static void spoil_ahead(void)
{
	need(!tcflush(slave, TCIFLUSH));
	put_all(master, "other\n", 6);
}

STATE(pty_typed_ahead, "a terminal with lines typed ahead and lines not shown yet", set_up_ahead,
      verify_ahead, spoil_ahead);
