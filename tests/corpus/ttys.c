// SPDX-License-Identifier: GPL-2.0-or-later
/* Terminals: both ends, their settings, what is in them, who is controlled by them. */
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include "corpus.h"

static int master, slave;
static pid_t child;
static volatile int *told;

static void open_pty(void)
{
	const struct winsize size = { 43, 111, 5, 6 };
	struct termios t;

	need(!openpty(&master, &slave, NULL, NULL, NULL));
	need(!tcgetattr(slave, &t));
	cfmakeraw(&t);
	t.c_cc[VMIN] = 3;
	t.c_cc[VINTR] = 'q';
	need(!tcsetattr(slave, TCSANOW, &t));
	need(!ioctl(master, TIOCSWINSZ, &size));
}

static void verify_settings(void)
{
	struct winsize size;
	struct termios t;

	need(!ioctl(slave, TIOCGWINSZ, &size));
	equal(size.ws_row, 43);
	equal(size.ws_col, 111);
	need(!tcgetattr(slave, &t));
	equal(t.c_cc[VMIN], 3);
	equal(t.c_cc[VINTR], 'q');
	equal(t.c_lflag & (ECHO | ICANON), 0);
}

static void spoil_settings(void)
{
	const struct winsize size = { 1, 2, 3, 4 };

	need(!ioctl(master, TIOCSWINSZ, &size));
}

static void talk(void)
{
	char buf[16];

	put_all(master, "to slave", 8);
	get_all(slave, buf, 8);
	same(buf, "to slave", 8);
	put_all(slave, "to master", 9);
	get_all(master, buf, 9);
	same(buf, "to master", 9);
}

static void verify_pair(void)
{
	verify_settings();
	talk();
}

STATE(pty_pair, "both ends of a terminal, raw, with a size", open_pty, verify_pair, spoil_settings);

/* --- its slave is closed; it can be opened again by its name */
static char name[64];

static void set_up_master(void)
{
	open_pty();
	need(!ttyname_r(slave, name, sizeof(name)));
	close(slave);
}

static void verify_master(void)
{
	need((slave = open(name, O_RDWR | O_NOCTTY)) >= 0);
	verify_pair();
	close(slave);
}

STATE(pty_master, "a terminal whose slave is not open", set_up_master, verify_master,
      spoil_settings);

/* --- its master is closed */
static void set_up_hung_up(void)
{
	open_pty();
	close(master);
}

static void verify_hung_up(void)
{
	char c;

	equal(read(slave, &c, 1), 0);
	need(write(slave, "x", 1) < 0);
	equal(errno, EIO);
}

static void spoil_hung_up(void)
{
	close(slave);
}

STATE(pty_hung_up, "a slave whose master is closed", set_up_hung_up, verify_hung_up,
      spoil_hung_up);

/* --- a terminal that controls a session with a job before it and one behind it */
static pid_t jobs[2];

static void job_main(void)
{
	signal(SIGINT, SIG_DFL);
	for (;;)
		pause();
}

static void leader_main(void)
{
	int status;

	setsid();
	if (ioctl(slave, TIOCSCTTY, 0))
		_exit(1);
	signal(SIGTTOU, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		jobs[i] = fork();
		if (!jobs[i]) {
			setpgid(0, 0);
			job_main();
		}
		setpgid(jobs[i], jobs[i]);
	}
	tcsetpgrp(slave, jobs[0]);
	told[1] = jobs[0];
	told[2] = jobs[1];
	told[0] = 1;
	for (;;)
		if (waitpid(jobs[0], &status, 0) == jobs[0] && WIFSIGNALED(status)) {
			/* The job that Ctrl-C ended is started again. */
			jobs[0] = fork();
			if (!jobs[0]) {
				setpgid(0, 0);
				job_main();
			}
			setpgid(jobs[0], jobs[0]);
			tcsetpgrp(slave, jobs[0]);
			told[1] = jobs[0];
			told[3]++;
		}
}

static void set_up_control(void)
{
	struct termios t;

	told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(told != MAP_FAILED);
	open_pty();
	need(!tcgetattr(slave, &t));
	t.c_lflag |= ISIG;
	need(!tcsetattr(slave, TCSANOW, &t));
	need((child = fork()) >= 0);
	if (!child)
		leader_main();
	in_time(told[0] == 1);
}

static void verify_control(void)
{
	const int before = told[3];
	pid_t at;

	need(!ioctl(master, TIOCGSID, &at));
	equal(at, child);
	need(!ioctl(master, TIOCGPGRP, &at));
	equal(at, told[1]);
	equal(getsid(told[1]), child);
	equal(getpgid(told[2]), told[2]);
	/* What is typed goes to the job before it. */
	put_all(master, "q", 1);
	in_time(told[3] == before + 1);
	need(!kill(told[2], 0));
}

static void spoil_control(void)
{
	need(!kill(child, SIGKILL));
	need(waitpid(child, NULL, 0) == child);
}

STATE(pty_control, "a terminal that controls a session with jobs", set_up_control, verify_control,
      spoil_control);

/* --- packet mode */
static void set_up_packet(void)
{
	int on = 1;

	open_pty();
	need(!ioctl(master, TIOCPKT, &on));
}

static void verify_packet(void)
{
	char buf[4];
	int on = 0;

	need(!ioctl(master, TIOCGPKT, &on));
	equal(on, 1);
	put_all(slave, "ab", 2);
	equal(read(master, buf, 4), 3);
	equal(buf[0], TIOCPKT_DATA);
}

static void spoil_packet(void)
{
	int off = 0;

	need(!ioctl(master, TIOCPKT, &off));
}

STATE(pty_packet, "a master in packet mode", set_up_packet, verify_packet, spoil_packet);

/* --- what nobody has read yet */
static void set_up_unread(void)
{
	open_pty();
	put_all(master, "typed", 5);
	put_all(slave, "shown", 5);
}

static void verify_unread(void)
{
	char buf[8] = "";
	int there;

	need(!ioctl(master, FIONREAD, &there));
	equal(there, 5);
	get_all(master, buf, 5);
	texts(buf, "shown");
	need(!ioctl(slave, FIONREAD, &there));
	equal(there, 5);
	get_all(slave, buf, 5);
	texts(buf, "typed");
	put_all(master, "typed", 5);
	put_all(slave, "shown", 5);
}

static void spoil_unread(void)
{
	need(!tcflush(slave, TCIOFLUSH) && !tcflush(master, TCIOFLUSH));
}

STATE(pty_unread, "a terminal with unread bytes both ways", set_up_unread, verify_unread,
      spoil_unread);

/* --- one that nobody else may open */
static void set_up_exclusive(void)
{
	open_pty();
	need(!ioctl(slave, TIOCEXCL));
}

static void verify_exclusive(void)
{
	int is = 0;

	need(!ioctl(slave, TIOCGEXCL, &is));
	equal(is, 1);
	need(!ioctl(master, TIOCGEXCL, &is));
	equal(is, 0);
	verify_pair();
}

static void spoil_exclusive(void)
{
	need(!ioctl(slave, TIOCNXCL));
}

STATE(pty_exclusive, "a terminal that nobody else may open", set_up_exclusive, verify_exclusive,
      spoil_exclusive);
