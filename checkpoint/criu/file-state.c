// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program or its peer has brought a file to: a socket's error that nobody was told yet, a
 * terminal whose output waits (^S) or that nobody else may open (TIOCEXCL). OpenVE's kernel tells
 * the first two, and takes them back.
 *
 * A restore works with these files itself, so all come last, by CRIU's main process: tasks note
 * them in memory that they share with it, and leave it a descriptor in the store. The list of what
 * a dump has taken lives until it is given back.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/list.h"
#include "fdstore.h"
#include "file-state.h"
#include "log.h"
#include "namespaces.h"
#include "tty-quiet.h"
#include "util.h"
#include "vz-unread.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "file-state: "

/* Beside VE_FILE_*: who opens the terminal is refused. */
#define FILE_EXCLUSIVE	100
#define MOST_NOTES	8192

static int ask_state(int fd, unsigned int kind)
{
	struct ve_file_state state = { .file = fd, .kind = kind };

	return vz_unread(VE_FILE_STATE, &state) ? 0 : state.value;
}

static int put_state(int fd, unsigned int kind, int value)
{
	struct ve_file_state state = { .file = fd, .kind = kind, .set = 1, .value = value };

	return vz_unread(VE_FILE_STATE, &state);
}

/* --- dump */

struct taken {
	struct list_head list;
	ino_t ino;
	int fd, error;
};

static LIST_HEAD(all_taken);

static struct taken *find_taken(int sk)
{
	struct taken *t;
	struct stat st;

	if (fstat(sk, &st))
		return NULL;
	list_for_each_entry(t, &all_taken, list)
		if (t->ino == st.st_ino)
			return t;
	return NULL;
}

static struct taken *take(int sk, int error)
{
	struct taken *t = xmalloc(sizeof(*t));
	struct stat st;

	if (!t)
		return NULL;
	t->error = error;
	t->fd = dup(sk);
	if (t->fd < 0 || fstat(sk, &st) || put_state(sk, VE_FILE_ERROR, 0)) {
		pr_perror("Can't keep the error %d of a socket", error);
		close_safe(&t->fd);
		xfree(t);
		return NULL;
	}
	t->ino = st.st_ino;
	list_add_tail(&t->list, &all_taken);
	return t;
}

/* A connection that goes on is told again. It may wait to be accepted, and have no file to keep. */
static bool is_connected(int sk)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	return !getsockopt(sk, IPPROTO_TCP, TCP_INFO, &info, &len) && info.tcpi_state != TCP_CLOSE;
}

int take_socket_error(int sk, SkOptsEntry *soe)
{
	struct taken *t = list_empty(&all_taken) ? NULL : find_taken(sk);
	int error = t ? t->error : ask_state(sk, VE_FILE_ERROR);

	if (!error || is_connected(sk))
		return 0;
	if (!t && !take(sk, error))
		return -1;
	if (soe) {
		soe->has_error = true;
		soe->error = error;
	}
	return 0;
}

void give_back_socket_errors(void)
{
	struct taken *t, *next;

	list_for_each_entry_safe(t, next, &all_taken, list) {
		if (put_state(t->fd, VE_FILE_ERROR, t->error))
			pr_pwarn("The error %d of a socket is lost", t->error);
		close(t->fd);
		list_del(&t->list);
		xfree(t);
	}
}

void ask_tty_stopped(int lfd, TtyInfoEntry *e)
{
	e->stopped = ask_state(lfd, VE_FILE_STOPPED);
	e->has_stopped = e->stopped;
}

/* In a task, which does not see the file of the kernel, by CRIU's process that does. */
static int come_through(void *arg, int fd, pid_t pid)
{
	ask_state(fd, VE_FILE_STOPPED);
	return 0;
}

/* A terminal that is stopped takes nothing. What is written gets there a moment later. */
ssize_t tty_quiet_write(int fd, const void *data, size_t size)
{
	int stopped = ask_state(fd, VE_FILE_STOPPED);
	struct termios now, quiet;
	ssize_t ret;

	if (tcgetattr(fd, &now))
		return -1;
	quiet = tty_quiet_settings(&now, now.c_lflag & ICANON);
	if (tcsetattr(fd, TCSANOW, &quiet))
		return -1;
	if (stopped)
		put_state(fd, VE_FILE_STOPPED, 0);
	ret = write(fd, data, size);
	userns_call(come_through, 0, NULL, 0, fd);
	if (stopped)
		put_state(fd, VE_FILE_STOPPED, stopped);
	return tcsetattr(fd, TCSANOW, &now) ? -1 : ret;
}

/* --- restore */

static struct {
	unsigned int n;
	struct {
		int store, value;
		unsigned int kind;
	} note[MOST_NOTES];
} *notes;

int prepare_file_states(void)
{
	notes = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (notes != MAP_FAILED)
		return 0;
	pr_perror("Can't make room for the states of files");
	return -1;
}

static int put_last(int fd, unsigned int kind, int value)
{
	unsigned int i = __atomic_fetch_add(&notes->n, 1, __ATOMIC_SEQ_CST);

	if (i >= MOST_NOTES) {
		pr_warn("State %d of kind %u of a file is lost: there are too many\n", value, kind);
		return 0;
	}
	notes->note[i].value = value;
	notes->note[i].kind = kind;
	notes->note[i].store = fdstore_add(fd);
	return notes->note[i].store < 0 ? -1 : 0;
}

int put_socket_error_last(int sk, const SkOptsEntry *soe)
{
	return soe->has_error ? put_last(sk, VE_FILE_ERROR, soe->error) : 0;
}

int put_tty_state_last(int fd, const TtyInfoEntry *e)
{
	if (e->has_stopped && put_last(fd, VE_FILE_STOPPED, e->stopped))
		return -1;
	return e->exclusive ? put_last(fd, FILE_EXCLUSIVE, 1) : 0;
}

/* What fails is of a file that has changed since: a terminal that was hung up. */
int put_file_states(void)
{
	unsigned int n = notes->n < MOST_NOTES ? notes->n : MOST_NOTES;

	for (unsigned int i = 0; i < n; i++) {
		const int value = notes->note[i].value;
		const unsigned int kind = notes->note[i].kind;
		int fd = fdstore_get(notes->note[i].store), ret;

		if (fd < 0)
			return -1;
		ret = kind == FILE_EXCLUSIVE ? ioctl(fd, TIOCEXCL) : put_state(fd, kind, value);
		if (ret)
			pr_pwarn("State %d of kind %u of a file is lost", value, kind);
		close(fd);
	}
	return 0;
}
