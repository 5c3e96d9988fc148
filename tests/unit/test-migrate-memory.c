// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of a running process is read and told by content; what is sent is what was new. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "vzmigrate/source_memory.c"
#include "tests/unit/tap.h"

#define PAGES	300

static uint8_t got[8 * PAGES][PAGES_SIZE];

/* Every page that comes, until the other end closes. */
static size_t drain(int sock)
{
	struct vz_err e = { 0 };
	struct wire w;
	size_t n = 0;

	wire_init(&w, sock, sock, "source");
	for (;;) {
		cleanup_frame struct wire_frame f = { 0 };

		if (wire_recv(&w, &f, &e))
			break;
		for (uint32_t i = 0; f.type == WIRE_PAGES && i < f.raw_len; i += PAGES_SIZE)
			if (n < 8 * PAGES)
				memcpy(got[n++], f.raw + i, PAGES_SIZE);
	}
	vz_error_free(&e);
	wire_release(&w);
	return n;
}

static pid_t process(int ready)
{
	pid_t pid = fork();

	if (!pid) {
		uint64_t *m = mmap(NULL, 2 * PAGES * PAGES_SIZE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		uint64_t *sh = mmap(NULL, PAGES * PAGES_SIZE, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		for (int i = 0; i < PAGES; i++)
			sh[i * PAGES_SIZE / 8] = 0xbeef0000ULL + i;
		/* Each other page: the rest was never touched, or is a page of zeros. */
		for (int i = 0; i < PAGES; i++)
			for (int k = 0; k < PAGES_SIZE / 8; k++)
				m[2 * i * PAGES_SIZE / 8 + k] = 0xfeed0000ULL + i;
		if (write(ready, "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	return pid;
}

static void rounds_send_what_is_new(void)
{
	struct mig_src s = { 0 };
	struct vz_err e = { 0 };
	static uint8_t in[WIRE_RAW_MAX], out[WIRE_RAW_MAX];
	struct round r = { .s = &s, .e = &e, .in = in, .out = out, .shared = shared_memory() };
	int sock[2], ready[2], status;
	uint64_t first, word;
	bool there[2][PAGES] = { 0 };
	size_t n, found = 0;
	pid_t pid, reader;
	char c;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sock) || pipe(ready))
		exit(1);
	pid = process(ready[1]);
	CHECK(read(ready[0], &c, 1) == 1);
	/* On its way to pause() it would write to its stack between the rounds. */
	CHECK(!kill(pid, SIGSTOP) && waitpid(pid, &status, WUNTRACED) == pid);
	reader = fork();
	if (!reader) {
		close(sock[0]);
		n = drain(sock[1]);
		for (size_t i = 0; i < n; i++) {
			memcpy(&word, got[i], sizeof(word));
			if (word >= 0xfeed0000ULL && word < 0xfeed0000ULL + PAGES)
				there[0][word - 0xfeed0000ULL] = true;
			if (word >= 0xbeef0000ULL && word < 0xbeef0000ULL + PAGES)
				there[1][word - 0xbeef0000ULL] = true;
		}
		for (int i = 0; i < PAGES; i++)
			found += there[0][i] + there[1][i];
		_exit(found == 2 * PAGES ? 0 : 2);
	}
	close(sock[1]);
	wire_init(&s.w, sock[0], sock[0], "destination");
	s.pages = pages_new(8 * PAGES);
	CHECK(!take_process(&r, pid) && !flush(&r));
	first = r.fresh;
	CHECK(first >= 2 * PAGES && first < 8 * PAGES);
	CHECK(pages_count(s.pages) == first);
	CHECK(!take_process(&r, pid) && !flush(&r) && r.fresh == first);
	CHECK(!take_process(&r, 0x3fffffff) && r.fresh == first);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	wire_release(&s.w);
	close(sock[0]);
	waitpid(reader, &status, 0);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
	pages_free(s.pages);
}

int main(void)
{
	TEST(rounds_send_what_is_new);
	return tap_failed;
}
