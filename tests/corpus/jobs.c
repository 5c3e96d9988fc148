// SPDX-License-Identifier: GPL-2.0-or-later
/* Jobs that a terminal has stopped: one that read and one that wrote in the background. */
#include <sys/ioctl.h>
#include <termios.h>
#include "corpus.h"

static int master;
static pid_t shell;
/* Shared with the shell: what it knows of its jobs. */
static struct {
	pid_t reader, writer;
	volatile int reader_status, writer_status, continued;
} *jobs;

static void job_main(void (*act)(int tty), int tty)
{
	setpgid(0, 0);
	signal(SIGTTIN, SIG_DFL);
	signal(SIGTTOU, SIG_DFL);
	act(tty);
	/* It goes on when it may. */
	__atomic_add_fetch(&jobs->continued, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

static void read_tty(int tty)
{
	char c;

	if (read(tty, &c, 1) != 1 || c != 'r')
		_exit(1);
}

static void write_tty(int tty)
{
	if (write(tty, "w", 1) != 1)
		_exit(1);
}

static pid_t start_job(void (*act)(int tty), int tty)
{
	pid_t pid = fork();

	if (!pid)
		job_main(act, tty);
	setpgid(pid, pid);
	return pid;
}

static _Noreturn void shell_main(const char *name)
{
	struct termios t;
	int tty, status;
	pid_t pid;

	setsid();
	signal(SIGTTOU, SIG_IGN);
	tty = open(name, O_RDWR);
	if (tty < 0 || ioctl(tty, TIOCSCTTY, 0) || tcgetattr(tty, &t))
		_exit(1);
	t.c_lflag = (t.c_lflag | TOSTOP) & ~(ICANON | ECHO);
	tcsetattr(tty, TCSANOW, &t);
	jobs->reader = start_job(read_tty, tty);
	jobs->writer = start_job(write_tty, tty);
	for (;;) {
		pid = waitpid(-1, &status, WUNTRACED);
		if (pid == jobs->reader)
			jobs->reader_status = status;
		if (pid == jobs->writer)
			jobs->writer_status = status;
	}
}

static void set_up_jobs(void)
{
	jobs = mmap(NULL, sizeof(*jobs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(jobs != MAP_FAILED);
	need((master = posix_openpt(O_RDWR | O_NOCTTY)) >= 0);
	need(!grantpt(master) && !unlockpt(master));
	need((shell = fork()) >= 0);
	if (!shell)
		shell_main(ptsname(master));
	in_time(jobs->reader_status && jobs->writer_status);
}

static char state_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return *line_of(path, "State:");
}

static void verify_jobs(void)
{
	need(WIFSTOPPED(jobs->reader_status) && WIFSTOPPED(jobs->writer_status));
	equal(WSTOPSIG(jobs->reader_status), SIGTTIN);
	equal(WSTOPSIG(jobs->writer_status), SIGTTOU);
	equal(state_of(jobs->reader), 'T');
	equal(state_of(jobs->writer), 'T');
	equal(jobs->continued, 0);
}

static void spoil_jobs(void)
{
	need(!kill(jobs->reader, SIGKILL));
	in_time(WIFSIGNALED(jobs->reader_status));
}

STATE(jobs_stopped_by_terminal, "jobs that read and wrote in the background", set_up_jobs,
      verify_jobs, spoil_jobs);

/* --- and go on in the same way: they are stopped again, as the terminal is theirs too */
static void verify_again(void)
{
	verify_jobs();
	jobs->reader_status = jobs->writer_status = 0;
	need(!kill(jobs->reader, SIGCONT) && !kill(jobs->writer, SIGCONT));
	for (int i = 0; i < 500 && !(jobs->reader_status && jobs->writer_status); i++)
		usleep(20000);
	verify_jobs();
}

STATE(terminal_of_children, "the terminal of a session, as its jobs have it", set_up_jobs,
      verify_again, spoil_jobs);
