// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of each kind. */
#include <sys/prctl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include "corpus.h"

#define MIB	(1 << 20)

static char *map, *other;
static int fd;
static struct aside *aside;

static char *anon(size_t size, int flags)
{
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);

	need(at != MAP_FAILED);
	return at;
}

/* The field of the mapping in smaps, as a text. */
static const char *smaps_of(const void *at, const char *field)
{
	static char line[512];
	char head[32];
	FILE *f = fopen("/proc/self/smaps", "r");
	bool inside = false;

	need(f);
	snprintf(head, sizeof(head), "%08lx-", (unsigned long)at);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, head, strlen(head)))
			inside = true;
		else if (inside && !strncmp(line, field, strlen(field)))
			break;
	}
	fclose(f);
	line[strcspn(line, "\n")] = 0;
	return line + strlen(field);
}

static bool has_flag(const void *at, const char *flag)
{
	const char *flags = smaps_of(at, "VmFlags:");
	char word[8];

	snprintf(word, sizeof(word), " %s", flag);
	return strstr(flags, word);
}

/* --- private: some pages written, some never touched, some zero */
static void set_up_private(void)
{
	map = anon(4 * MIB, MAP_PRIVATE);
	fill_bytes(map, MIB, 1);
	memset(map + MIB, 0, MIB);
}

static void verify_private(void)
{
	need(bytes_are(map, MIB, 1));
	for (int i = MIB; i < 4 * MIB; i++)
		need(!map[i]);
	need(!madvise(map + MIB, 3 * MIB, MADV_DONTNEED));
}

static void spoil_byte(void)
{
	map[4321]++;
}

STATE(memory_private, "private memory: written, zero, untouched", set_up_private, verify_private,
      spoil_byte);

/* --- code that a compiler has put into shared memory, below that of the program, as PHP does */
#define CODE	((void *)0x100000)
#define CODE_LEN 65536

/* int f(void) { return 42; } */
static const unsigned char answer[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

static void set_up_code_shared(void)
{
	map = mmap(CODE, CODE_LEN, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	need(map == CODE);
	memcpy(map, answer, sizeof(answer));
	need(!mprotect(map, CODE_LEN, PROT_READ | PROT_EXEC));
}

static void verify_code(void)
{
	need(((int (*)(void))map)() == 42);
	/* May be shared; "sh" is of those that may be written. */
	need(has_flag(map, "ms") && has_flag(map, "ex") && !has_flag(map, "wr"));
}

static void spoil_code(void)
{
	need(!mprotect(map, CODE_LEN, PROT_READ | PROT_WRITE));
	map[1] = 43;
	need(!mprotect(map, CODE_LEN, PROT_READ | PROT_EXEC));
}

STATE(memory_code_shared, "code in shared memory below the program", set_up_code_shared,
      verify_code, spoil_code);

/* The same of a file, which was opened for reading. */
static void set_up_code_file(void)
{
	fd = open("code", O_CREAT | O_RDWR | O_EXCL, 0755);
	need(fd >= 0 && write(fd, answer, sizeof(answer)) == sizeof(answer));
	need(!ftruncate(fd, CODE_LEN) && !close(fd));
	fd = open("code", O_RDONLY);
	need(fd >= 0);
	map = mmap(CODE, CODE_LEN, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
	need(map == CODE && !close(fd));
}

static void spoil_code_file(void)
{
	map = mmap(CODE, CODE_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		   -1, 0);
	need(map == CODE);
	memcpy(map, answer, sizeof(answer));
	spoil_code();
}

STATE(memory_code_file, "code of a shared file below the program", set_up_code_file, verify_code,
      spoil_code_file);

/* --- shared between processes */
static void read_shared(void *arg)
{
	need(bytes_are(map, MIB, 2));
	map[0]++;
}

static void set_up_shared(void)
{
	map = anon(MIB, MAP_SHARED);
	aside = aside_start(0);
	fill_bytes(map, MIB, 2);
}

static void verify_shared(void)
{
	const char before = map[0];

	aside_call(aside, read_shared, NULL);
	equal(map[0], (char)(before + 1));
	map[0] = before;
}

STATE(memory_shared, "memory that two processes share", set_up_shared, verify_shared, spoil_byte);

/* --- a file, private, with pages of its own; the file changed behind them */
static void set_up_file_private(void)
{
	char page[8192];

	fill_bytes(page, sizeof(page), 3);
	need((fd = open("file", O_CREAT | O_RDWR, 0600)) >= 0);
	put_all(fd, page, sizeof(page));
	map = mmap(NULL, sizeof(page), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	need(map != MAP_FAILED);
	fill_bytes(map, 4096, 4);
	close(fd);
}

static void verify_file_private(void)
{
	char page[8192];

	need(bytes_are(map, 4096, 4));
	need((fd = open("file", O_RDONLY)) >= 0);
	get_all(fd, page, sizeof(page));
	close(fd);
	need(bytes_are(page, sizeof(page), 3));
	same(map + 4096, page + 4096, 4096);
}

STATE(memory_file_private, "a file mapped privately, with a page written",
      set_up_file_private, verify_file_private, spoil_byte);

/* --- a file, shared */
static void set_up_file_shared(void)
{
	need((fd = open("file", O_CREAT | O_RDWR, 0600)) >= 0);
	need(!ftruncate(fd, MIB));
	map = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(map != MAP_FAILED);
	fill_bytes(map, MIB, 5);
	close(fd);
}

static void verify_file_shared(void)
{
	static char copy[MIB];

	need(bytes_are(map, MIB, 5));
	map[99]++;
	need((fd = open("file", O_RDONLY)) >= 0);
	get_all(fd, copy, MIB);
	close(fd);
	need(!memcmp(map, copy, MIB));
	map[99]--;
}

STATE(memory_file_shared, "a file mapped shared, written through the mapping",
      set_up_file_shared, verify_file_shared, spoil_byte);

/* --- protections */
static void set_up_protected(void)
{
	map = anon(5 * 4096, MAP_PRIVATE);
	fill_bytes(map, 5 * 4096, 6);
	need(!mprotect(map + 4096, 4096, PROT_READ));
	need(!mprotect(map + 2 * 4096, 4096, PROT_NONE));
	need(!mprotect(map + 3 * 4096, 4096, PROT_READ | PROT_EXEC));
}

static void verify_protected(void)
{
	char line[64];
	static const char *const want[] = { "rw-p", "r--p", "---p", "r-xp" };

	for (int i = 0; i < 4; i++) {
		snprintf(line, sizeof(line), "%lx-%lx", (long)map + i * 4096,
			 (long)map + (i + 1) * 4096);
		/* The first may have been merged with what lies before it. */
		if (i)
			same(line_of("/proc/self/maps", line), want[i], 4);
	}
	need(bytes_are(map, 2 * 4096, 6));
	need(!mprotect(map + 2 * 4096, 4096, PROT_READ));
	need(bytes_are(map, 5 * 4096, 6));
	need(!mprotect(map + 2 * 4096, 4096, PROT_NONE));
}

static void spoil_protected(void)
{
	need(!mprotect(map + 4096, 4096, PROT_READ | PROT_WRITE));
}

STATE(memory_protected, "pages of other protections, also unreadable ones", set_up_protected,
      verify_protected, spoil_protected);

/* --- locked */
static void set_up_locked(void)
{
	map = anon(4 * 4096, MAP_PRIVATE);
	if (mlock(map, 4 * 4096))
		corpus_skip("no memory may be locked here");
	fill_bytes(map, 4 * 4096, 7);
}

static void verify_locked(void)
{
	need(has_flag(map, "lo"));
	need(bytes_are(map, 4 * 4096, 7));
}

static void spoil_locked(void)
{
	need(!munlock(map, 4 * 4096));
}

STATE(memory_locked, "locked memory", set_up_locked, verify_locked, spoil_locked);

/* --- what was advised */
static void set_up_advised(void)
{
	map = anon(16 * MIB, MAP_PRIVATE);
	need(!madvise(map + MIB, 4096, MADV_DONTFORK));
	need(!madvise(map + 2 * MIB, 4096, MADV_DONTDUMP));
	need(!madvise(map + 3 * MIB, 4096, MADV_MERGEABLE) || errno == EINVAL);
	need(!madvise(map + 4 * MIB, 2 * MIB, MADV_HUGEPAGE) || errno == EINVAL);
	need(!madvise(map + 8 * MIB, 2 * MIB, MADV_NOHUGEPAGE) || errno == EINVAL);
	need(!madvise(map + 12 * MIB, 4096, MADV_SEQUENTIAL));
}

static void verify_advised(void)
{
	need(has_flag(map + MIB, "dc"));
	need(has_flag(map + 2 * MIB, "dd"));
}

static void spoil_advised(void)
{
	need(!madvise(map + MIB, 4096, MADV_DOFORK));
}

STATE(memory_advised, "memory that is not to be forked or dumped", set_up_advised, verify_advised,
      spoil_advised);

static void verify_sequential(void)
{
	need(has_flag(map + 12 * MIB, "sr"));
}

static void spoil_sequential(void)
{
	need(!madvise(map + 12 * MIB, 4096, MADV_NORMAL));
}

STATE(memory_sequential, "memory that will be read in order", set_up_advised, verify_sequential,
      spoil_sequential);

/* --- the heap's end, and a stack that grows */
static char *end_of_heap;

static void set_up_heap(void)
{
	need((other = sbrk(300000)) != (void *)-1);
	fill_bytes(other, 300000, 9);
	end_of_heap = sbrk(0);
}

static void verify_heap(void)
{
	need(sbrk(0) == end_of_heap);
	need(bytes_are(other, 300000, 9));
	need(sbrk(4096) == end_of_heap && sbrk(-4096) == end_of_heap + 4096);
}

static void spoil_heap(void)
{
	need(sbrk(1) != (void *)-1);
}

STATE(memory_heap, "the end of the heap", set_up_heap, verify_heap, spoil_heap);

static void set_up_growing(void)
{
	char *room = anon(4 * MIB, MAP_PRIVATE | MAP_NORESERVE);

	need(!munmap(room, 4 * MIB));
	map = mmap(room + 3 * MIB, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0);
	need(map != MAP_FAILED);
	for (int i = 0; i < 8; i++) {
		map -= 4096;
		*(volatile char *)map = i;
	}
}

static void verify_growing(void)
{
	need(has_flag(map, "gd"));
	for (int i = 0; i < 8; i++)
		equal(map[i * 4096], 7 - i);
	map -= 4096;
	*(volatile char *)map = map[4096] + 1;
	/* Each time it grows by one more, of which the last is taken off. */
	need(!munmap(map, 4096));
	map += 4096;
}

static void spoil_growing(void)
{
	map[4096]++;
}

STATE(memory_growing, "a mapping that grows down", set_up_growing, verify_growing, spoil_growing);

/* --- a memfd with seals, mapped twice */
static void set_up_memfd(void)
{
	need((fd = memfd_create("sealed thing", MFD_ALLOW_SEALING | MFD_CLOEXEC)) >= 0);
	need(!ftruncate(fd, 8192));
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	other = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	need(map != MAP_FAILED && other != MAP_FAILED);
	fill_bytes(map, 8192, 10);
	need(!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
}

static void verify_memfd(void)
{
	char path[64], name[128] = "";

	equal(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW);
	need(ftruncate(fd, 4096) < 0);
	need(bytes_are(map, 8192, 10));
	map[1]++;
	equal(other[1], map[1]);
	need(pread(fd, path, 1, 1) == 1);
	equal(path[0], map[1]);
	map[1]--;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	need(readlink(path, name, sizeof(name) - 1) > 0);
	texts(name, "/memfd:sealed thing (deleted)");
}

static void spoil_memfd(void)
{
	map[4567]++;
}

STATE(memory_memfd, "a sealed memfd, mapped twice", set_up_memfd, verify_memfd, spoil_memfd);

/* --- SysV segments */
static int shm;

static void set_up_shm(void)
{
	need((shm = shmget(IPC_PRIVATE, 3 * 4096 + 5, IPC_CREAT | 0640)) >= 0);
	need((map = shmat(shm, NULL, 0)) != (void *)-1);
	need((other = shmat(shm, NULL, SHM_RDONLY)) != (void *)-1);
	fill_bytes(map, 3 * 4096 + 5, 11);
}

static void verify_shm(void)
{
	struct shmid_ds ds;

	need(!shmctl(shm, IPC_STAT, &ds));
	equal(ds.shm_segsz, 3 * 4096 + 5);
	equal(ds.shm_perm.mode & 0777, 0640);
	equal(ds.shm_nattch, 2);
	need(bytes_are(other, 3 * 4096 + 5, 11));
	map[7]++;
	equal(other[7], map[7]);
	map[7]--;
}

static void spoil_shm(void)
{
	need(!shmdt(other));
	need((other = shmat(shm, NULL, SHM_RDONLY)) != (void *)-1);
	map[8]++;
}

STATE(shm_attached, "a SysV segment, attached twice", set_up_shm, verify_shm, spoil_shm);

/* --- pages that a parent and a child share until one writes */
static pid_t child;
static volatile int *ask;

static void set_up_copied(void)
{
	map = anon(8 * MIB, MAP_PRIVATE);
	fill_bytes(map, 8 * MIB, 12);
	ask = (void *)anon(4096, MAP_SHARED);
	need((child = fork()) >= 0);
	if (child)
		return;
	map[MIB] = 99;
	for (;;) {
		if (ask[0] != ask[1]) {
			ask[2] = map[MIB] == 99 && bytes_are(map, MIB, 12) &&
				 bytes_are(map + 4 * MIB, 0, 12);
			ask[1] = ask[0];
		}
		usleep(20000);
	}
}

static void verify_copied(void)
{
	need(bytes_are(map, 8 * MIB, 12));
	ask[0]++;
	in_time(ask[0] == ask[1]);
	equal(ask[2], 1);
}

STATE(memory_copied, "pages that parent and child share until one writes", set_up_copied,
      verify_copied, spoil_byte);

/* --- a name of anonymous memory */
static void set_up_named(void)
{
	map = anon(4096, MAP_PRIVATE);
	other = anon(4096, MAP_PRIVATE);
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, map, 4096, "our own"))
		corpus_skip("memory has no names here");
}

static void verify_named(void)
{
	char line[64];

	snprintf(line, sizeof(line), "%lx-%lx", (long)map, (long)map + 4096);
	need(strstr(line_of("/proc/self/maps", line), "[anon:our own]"));
}

static void spoil_named(void)
{
	need(!prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, map, 4096, "other"));
}

STATE(memory_named, "a name of anonymous memory", set_up_named, verify_named, spoil_named);
