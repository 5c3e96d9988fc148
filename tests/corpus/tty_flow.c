// SPDX-License-Identifier: GPL-2.0-or-later
/* Terminals whose output waits. A stop character is seen a moment after it was typed. */
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include "corpus.h"

#define STOP	"\023"
#define START	"\021"

static int master, slave;

static bool goes_on(void)
{
	struct pollfd p = { slave, POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT;
}

static void type(const char *key)
{
	put_all(master, key, 1);
}

static void stop(void)
{
	type(STOP);
	in_time(!goes_on());
}

static void start(void)
{
	type(START);
	in_time(goes_on());
}

static void spoil_stop(void)
{
	need(!tcflow(slave, TCOOFF) && !tcflow(slave, TCOON));
}

static void print_and_show(void)
{
	char buf[16];

	put_all(slave, "shown", 5);
	get_all(master, buf, 5);
	same(buf, "shown", 5);
}

/* --- by the stop character */
static void set_up_typed(void)
{
	need(!openpty(&master, &slave, NULL, NULL, NULL));
	stop();
}

static void verify_typed(void)
{
	need(!goes_on());
	start();
	print_and_show();
	stop();
}

STATE(pty_stopped, "a terminal that ^S has stopped", set_up_typed, verify_typed, spoil_stop);

/* --- with something that was printed before and that the screen has not shown */
static void set_up_printed(void)
{
	need(!openpty(&master, &slave, NULL, NULL, NULL));
	put_all(slave, "before", 6);
	stop();
}

static void verify_printed(void)
{
	char buf[16];

	need(!goes_on());
	get_all(master, buf, 6);
	same(buf, "before", 6);
	start();
	print_and_show();
	put_all(slave, "before", 6);
	stop();
}

STATE(pty_stopped_unread, "the same, and there is output before it", set_up_printed,
      verify_printed, spoil_stop);

/* --- by a call: a key does not start it then */
static void set_up_call(void)
{
	struct termios t;

	need(!openpty(&master, &slave, NULL, NULL, NULL));
	need(!tcgetattr(slave, &t));
	t.c_lflag &= ~ECHO;
	need(!tcsetattr(slave, TCSANOW, &t));
	need(!tcflow(slave, TCOOFF));
}

static void verify_call(void)
{
	need(!goes_on());
	type(START);
	/* What is typed behind it has come, so it has. */
	type("\n");
	need(read(slave, (char[8]){}, 8) == 1);
	need(!goes_on());
	need(!tcflow(slave, TCOON));
	need(goes_on());
	print_and_show();
	need(!tcflow(slave, TCOOFF));
}

STATE(pty_stopped_by_call, "a terminal that tcflow(3) has stopped", set_up_call, verify_call,
      spoil_stop);
