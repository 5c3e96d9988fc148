// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program of all states, see corpus.h. A folder DIR holds a run: DIR/ask says what all states
 * are to do next, and in the folder of each, DIR/NAME, are its own files and what it answered.
 *
 * usage: corpus list			names, and what they are
 *        corpus start DIR [NAME...]	start these, or all; back when each is set up or is not
 *        corpus ask DIR SECONDS verify|spoil [NAME...]	ask these, or all that were started, and
 *				wait while the next answers within SECONDS
 *        corpus self DIR [NAME...]	start, verify twice, spoil, and verify that verifying fails
 *
 * start and ask print a line for each: "NAME ok", "NAME skip why" or "NAME not ok why". self
 * prints TAP.
 */
#include <dirent.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include "corpus.h"

extern const struct state *const __start_states[], *const __stop_states[];

/* What a process of a state is at; that of an aside is shared with its caller. */
struct desk {
	jmp_buf back;
	void (*fn)(void *arg);
	void *arg;
	int turn;		/* futex: 0 nothing to do, 1 called, 2 done */
	bool failed, skipped;
	char why[400];
};

struct aside {
	pid_t pid;
	struct desk *desk;
};

static struct desk own_desk, *desk = &own_desk;
int patience_ms = 240000;
static char base[PATH_MAX], home[PATH_MAX];	/* DIR and DIR/NAME, absolute */

void corpus_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;
	int used;

	used = snprintf(desk->why, sizeof(desk->why), "%s:%d: ", file, line);
	va_start(args, fmt);
	vsnprintf(desk->why + used, sizeof(desk->why) - used, fmt, args);
	va_end(args);
	desk->failed = true;
	longjmp(desk->back, 1);
}

void corpus_skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(desk->why, sizeof(desk->why), fmt, args);
	va_end(args);
	desk->skipped = true;
	longjmp(desk->back, 1);
}

static void call_at(struct desk *at, void (*fn)(void *), void *arg)
{
	at->failed = at->skipped = false;
	errno = 0;
	if (!setjmp(at->back))
		fn(arg);
}

static void turn_to(struct desk *at, int turn)
{
	__atomic_store_n(&at->turn, turn, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &at->turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void wait_turn(struct desk *at, int from)
{
	while (__atomic_load_n(&at->turn, __ATOMIC_SEQ_CST) == from)
		syscall(SYS_futex, &at->turn, FUTEX_WAIT, from, NULL, NULL, 0);
}

static int aside_main(void *arg)
{
	struct desk *at = arg;

	for (;;) {
		while (__atomic_load_n(&at->turn, __ATOMIC_SEQ_CST) != 1)
			wait_turn(at, __atomic_load_n(&at->turn, __ATOMIC_SEQ_CST));
		desk = at;
		call_at(at, at->fn, at->arg);
		turn_to(at, 2);
	}
	return 0;
}

static void close_files(void *flags)
{
	if (!((long)flags & CLONE_FILES))
		close_range(0, ~0U, 0);
}

struct aside *aside_start(int clone_flags)
{
	const size_t stack = 256 << 10;
	struct aside *aside = calloc(1, sizeof(*aside));
	char *at = mmap(NULL, stack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(aside && at != MAP_FAILED);
	aside->desk = mmap(NULL, sizeof(*aside->desk), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(aside->desk != MAP_FAILED);
	aside->pid = clone(aside_main, at + stack, clone_flags | SIGCHLD, aside->desk);
	need(aside->pid > 0);
	aside_call(aside, close_files, (void *)(long)clone_flags);
	return aside;
}

void aside_call(struct aside *aside, void (*fn)(void *), void *arg)
{
	struct desk *mine = desk, *at = aside->desk;
	struct timespec minute = { 60, 0 };
	int status, minutes = 0;
	char path[64];

	at->fn = fn;
	at->arg = arg;
	turn_to(at, 1);
	while (__atomic_load_n(&at->turn, __ATOMIC_SEQ_CST) == 1) {
		if (!syscall(SYS_futex, &at->turn, FUTEX_WAIT, 1, &minute, NULL, 0) ||
		    errno != ETIMEDOUT)
			continue;
		if (waitpid(aside->pid, &status, WNOHANG) == aside->pid) {
			desk = mine;
			corpus_fail(__FILE__, __LINE__, "its second process ended: %#x", status);
		}
		/* A machine may stand still for a minute. */
		if (++minutes < 4)
			continue;
		desk = mine;
		snprintf(path, sizeof(path), "/proc/%d/status", aside->pid);
		corpus_fail(__FILE__, __LINE__, "its second process does not answer, turn %d, %s",
			    __atomic_load_n(&at->turn, __ATOMIC_SEQ_CST),
			    line_of(path, "State:"));
	}
	/* A task that shares our memory shares this as well. */
	desk = mine;
	if (!at->failed && !at->skipped)
		return;
	memcpy(desk->why, at->why, sizeof(desk->why));
	desk->failed = at->failed;
	desk->skipped = at->skipped;
	longjmp(desk->back, 1);
}

pid_t aside_pid(const struct aside *aside)
{
	return aside->pid;
}

void aside_end(struct aside *aside)
{
	kill(aside->pid, SIGKILL);
	need(waitpid(aside->pid, NULL, 0) == aside->pid);
	munmap(aside->desk, sizeof(*aside->desk));
	free(aside);
}

const char *slurp(const char *path)
{
	static char text[64 << 10];
	size_t used = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		corpus_fail(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	while ((got = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += got;
	text[used] = 0;
	close(fd);
	return text;
}

void spit(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : write(fd, text, strlen(text));
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (got != (ssize_t)strlen(text))
		corpus_fail(__FILE__, __LINE__, "%s: %s", path, strerror(error));
}

const char *line_of(const char *path, const char *key)
{
	static char line[4096];
	const char *at = slurp(path);

	while (*at && strncmp(at, key, strlen(key))) {
		at = strchrnul(at, '\n');
		at += *at == '\n';
	}
	if (!*at)
		corpus_fail(__FILE__, __LINE__, "%s: no line %s", path, key);
	at += strlen(key);
	at += strspn(at, " \t");
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

static unsigned char byte_at(size_t i, unsigned int seed)
{
	return (i * 7 + (i >> 12) * 13 + seed * 31 + 1) & 0xff;
}

void fill_bytes(void *at, size_t size, unsigned int seed)
{
	unsigned char *p = at;

	for (size_t i = 0; i < size; i++)
		p[i] = byte_at(i, seed);
}

bool bytes_are(const void *at, size_t size, unsigned int seed)
{
	const unsigned char *p = at;

	for (size_t i = 0; i < size; i++)
		if (p[i] != byte_at(i, seed))
			return false;
	return true;
}

void put_all(int fd, const void *at, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = write(fd, (const char *)at + done, size - done);

		need(got > 0);
		done += got;
	}
}

void get_all(int fd, void *at, size_t size)
{
	struct pollfd p = { fd, POLLIN };

	for (size_t done = 0; done < size;) {
		ssize_t got = 0;

		if (poll(&p, 1, patience_ms) == 1)
			got = read(fd, (char *)at + done, size - done);
		if (!got)
			errno = ENODATA;
		need(got > 0);
		done += got;
	}
}

/* --- the process of a state */

static bool write_new(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX + 64], new[PATH_MAX + 80];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(new, sizeof(new), "%s.new", path);
	f = fopen(new, "w");
	if (!f)
		return false;
	fputs(text, f);
	return !fclose(f) && !rename(new, path);
}

static void read_text(const char *folder, const char *name, char *text, size_t size)
{
	char path[PATH_MAX + 64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, size - 1);
	text[got < 0 ? 0 : got] = 0;
	if (fd >= 0)
		close(fd);
}

static void call_of_state(void *fn)
{
	(*(void (*const *)(void))fn)();
}

static void answer(const char *name, int round)
{
	char text[600];

	snprintf(text, sizeof(text), "%d %s %s\n", round,
		 own_desk.skipped ? "skip" : own_desk.failed ? "not ok" : "ok",
		 own_desk.failed || own_desk.skipped ? own_desk.why : "");
	if (!write_new(home, name, text))
		_exit(3);
}

static _Noreturn void run_state(const struct state *state)
{
	const struct timespec pause = { 0, 400000000 };
	int round = 0, asked;
	char text[64], word[32];

	umask(0);
	call_at(&own_desk, call_of_state, (void *)&state->set_up);
	answer("answer", 0);
	if (own_desk.failed || own_desk.skipped)
		_exit(0);
	for (;;) {
		nanosleep(&pause, NULL);
		read_text(base, "ask", text, sizeof(text));
		if (sscanf(text, "%d %31s", &asked, word) != 2 || asked == round)
			continue;
		round = asked;
		call_at(&own_desk, call_of_state,
			(void *)(!strcmp(word, "spoil") ? &state->spoil : &state->verify));
		answer("answer", round);
	}
}

/* --- who starts and asks */

static const struct state *find_state(const char *name)
{
	for (const struct state *const *s = __start_states; s < __stop_states; s++)
		if (!strcmp((*s)->name, name))
			return *s;
	return NULL;
}

static void copy_program(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY);
	int out = open(to, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	char buf[65536];
	ssize_t got;

	while ((got = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, got) != got)
			_exit(4);
	close(in);
	close(out);
}

static pid_t start_state(const struct state *state)
{
	pid_t pid = fork();

	snprintf(home, sizeof(home), "%.4000s/%s", base, state->name);
	if (pid < 0) {
		own_desk.failed = true;
		snprintf(own_desk.why, sizeof(own_desk.why), "fork: %s", strerror(errno));
		answer("answer", 0);
	}
	if (pid)
		return pid;
	setsid();
	if (chdir(home))
		_exit(4);
	if (!state->copy)
		run_state(state);
	copy_program("exe");
	execl("./exe", "exe", "run", base, state->name, NULL);
	_exit(4);
}

/*
 * One after the other, since they share what a VE has once: what one sets is not changed under
 * another that is at it. A state that takes long delays the others by 20 s at most.
 */
static void await_answer(const char *name, pid_t pid)
{
	const struct timespec pause = { 0, 1000000 };
	char path[PATH_MAX + 64];
	siginfo_t ended = { };

	snprintf(path, sizeof(path), "%.3000s/%s/answer", base, name);
	for (int i = 0; i < 20000 && access(path, F_OK) && !ended.si_pid; i++) {
		nanosleep(&pause, NULL);
		waitid(P_PID, pid, &ended, WEXITED | WNOHANG | WNOWAIT);
	}
}

/* The parent of all states: reaps them, and says in their folders how they ended. */
static _Noreturn void keep_states(char **names)
{
	struct { const char *name; pid_t pid; } child[1000];
	char text[64], path[PATH_MAX + 64];
	int n = 0, status, null = open("/dev/null", O_RDWR);
	pid_t pid;

	setsid();
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close_range(3, ~0U, 0);
	for (; names[n]; n++) {
		child[n].name = names[n], child[n].pid = start_state(find_state(names[n]));
		await_answer(names[n], child[n].pid);
	}
	for (;;) {
		pid = waitpid(-1, &status, 0);
		if (pid < 0)
			pause();
		for (int i = 0; i < n; i++) {
			if (child[i].pid != pid || !status)
				continue;
			snprintf(text, sizeof(text), "ended by status %#x\n", status);
			snprintf(path, sizeof(path), "%.3000s/%s", base, child[i].name);
			write_new(path, "died", text);
		}
	}
}

/*
 * Waits until each has answered round; how is told of every one. A machine may be as slow as it
 * likes as long as they answer: what ends the wait is one that says nothing for so many seconds.
 */
static void hear(char **names, int round, int seconds,
		 void (*tell)(const char *name, const char *text))
{
	char text[700], folder[PATH_MAX], died[64];
	time_t end = time(NULL) + seconds;
	bool silent = false;
	int at;

	for (; *names; names++) {
		snprintf(folder, sizeof(folder), "%.3000s/%s", base, *names);
		for (;;) {
			read_text(folder, "answer", text, sizeof(text));
			if (sscanf(text, "%d", &at) == 1 && at == round)
				break;
			read_text(folder, "died", died, sizeof(died));
			if (*died || time(NULL) > end) {
				silent |= !*died;
				snprintf(text, sizeof(text), "%d not ok %s\n", round,
					 *died ? died : "no answer");
				break;
			}
			usleep(50000);
		}
		if (!silent)
			end = time(NULL) + seconds;
		text[strcspn(text, "\n")] = 0;
		tell(*names, strchrnul(text, ' ') + 1);
	}
}

static void tell_plain(const char *name, const char *text)
{
	printf("%s %s\n", name, text);
	fflush(stdout);
}

static void start(char **names, void (*tell)(const char *, const char *))
{
	char list[64 << 10] = "", folder[PATH_MAX];

	mkdir(base, 0777);
	for (char **n = names; *n; n++) {
		snprintf(folder, sizeof(folder), "%.3000s/%s", base, *n);
		if (mkdir(folder, 0777) || chmod(folder, 0777)) {
			fprintf(stderr, "corpus: %s: %s\n", folder, strerror(errno));
			exit(2);
		}
		strcat(strcat(list, *n), "\n");
	}
	if (!fork())
		keep_states(names);
	hear(names, 0, 300, tell);
	write_new(base, "names", list);
}

static int ask(char **names, const char *what, int seconds,
	       void (*tell)(const char *, const char *))
{
	char text[64], folder[PATH_MAX], *kept[1000];
	int round = 0, n = 0;

	for (; *names; names++) {
		snprintf(folder, sizeof(folder), "%.3000s/%s", base, *names);
		read_text(folder, "answer", text, sizeof(text));
		/* What could not be set up is not asked. */
		if (strncmp(text, "0 skip", 6) && strncmp(text, "0 not", 5) && *text)
			kept[n++] = *names;
	}
	kept[n] = NULL;
	read_text(base, "ask", text, sizeof(text));
	sscanf(text, "%d", &round);
	snprintf(text, sizeof(text), "%d %s\n", ++round, what);
	if (!write_new(base, "ask", text))
		return 2;
	hear(kept, round, seconds, tell);
	return 0;
}

/* --- the self test */

static const char *stage;
static int failed, count;
static bool want_ok;

static void tell_test(const char *name, const char *text)
{
	const bool good = !strncmp(text, "ok", 2), skip = !strncmp(text, "skip", 4);

	if (skip)
		printf("ok %d - corpus: %s: %s # SKIP %s\n", ++count, name, stage, text + 5);
	else if (good == want_ok && (good || strstr(text, ".c:")))
		printf("ok %d - corpus: %s: %s%s%s\n", ++count, name, stage,
		       good ? "" : ": ", good ? "" : text + 7);
	else
		failed = 1, printf("not ok %d - corpus: %s: %s: %s\n", ++count, name, stage, text);
	fflush(stdout);
}

static void tell_bad(const char *name, const char *text)
{
	if (strncmp(text, "ok", 2) && strncmp(text, "skip", 4))
		tell_test(name, text);
}

static void tell_begun(const char *name, const char *text)
{
	if (strncmp(text, "ok", 2))
		tell_test(name, text);
}

static int self_test(char **names)
{
	/* Here they are shown to fail as well. */
	patience_ms = 60000;
	want_ok = true;
	stage = "set up";
	start(names, tell_begun);
	stage = "verified";
	ask(names, "verify", 300, tell_bad);
	stage = "verified again";
	ask(names, "verify", 300, tell_bad);
	stage = "spoilt";
	ask(names, "spoil", 300, tell_bad);
	stage = "is right, and then spoilt";
	want_ok = false;
	ask(names, "verify", 300, tell_test);
	return failed;
}

int main(int argc, char **argv)
{
	static char *all[1000], names[64 << 10];
	const struct state *state;
	char **given = argv + 3;
	int n = 0;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (const struct state *const *s = __start_states; s < __stop_states; s++)
			printf("%s\t%s\n", (*s)->name, (*s)->what);
		return 0;
	}
	if (argc < 3)
		return 2;
	mkdir(argv[2], 0777);
	chmod(argv[2], 0777);
	if (!realpath(argv[2], base))
		return 2;
	if (!strcmp(argv[1], "run") && argc == 4) {
		state = find_state(argv[3]);
		snprintf(home, sizeof(home), "%.4000s/%s", base, state->name);
		run_state(state);
	}
	if (!strcmp(argv[1], "ask") && argc > 5)
		return ask(argv + 5, argv[4], atoi(argv[3]), tell_plain);
	if (!strcmp(argv[1], "ask") && argc == 5) {
		read_text(base, "names", names, sizeof(names));
		for (char *at = strtok(names, "\n"); at; at = strtok(NULL, "\n"))
			all[n++] = at;
		return ask(all, argv[4], atoi(argv[3]), tell_plain);
	}
	if (argc == 3) {
		for (const struct state *const *s = __start_states; s < __stop_states; s++)
			all[n++] = (char *)(*s)->name;
		given = all;
	}
	for (char **g = given; *g; g++)
		if (!find_state(*g)) {
			fprintf(stderr, "corpus: no state %s\n", *g);
			return 2;
		}
	for (const struct state *const *s = __start_states; s < __stop_states; s++)
		if (!(*s)->set_up || !(*s)->verify || !(*s)->spoil) {
			fprintf(stderr, "corpus: %s lacks a function\n", (*s)->name);
			return 2;
		} else if (find_state((*s)->name) != *s) {
			fprintf(stderr, "corpus: there are two states %s\n", (*s)->name);
			return 2;
		}
	if (!strcmp(argv[1], "self"))
		return self_test(given);
	if (strcmp(argv[1], "start"))
		return 2;
	start(given, tell_plain);
	return 0;
}
