// SPDX-License-Identifier: GPL-2.0-only
#include "variant.h"
#include "freed.h"
#include "tap.h"

#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct request {
	int which;
	bool user;
};

/* What a server of a VE finds when it starts: both are forked from us. */
static int server_sock;
static void (*server_prepare)(void);
static int (*server_act)(int which);

const char *variant_name(enum variant_place place, bool user)
{
	static const char *const names[VARIANT_PLACES][2] = {
		[ON_HOST] = { "root of the host", "a user of the host" },
		[IN_VE] = { "root of the VE", "a user of the VE" },
		[IN_OTHER_VE] = { "root of the other VE", "a user of the other VE" },
	};

	return names[place][user];
}

static void tell(int sock, int value)
{
	need(write(sock, &value, sizeof(value)) == sizeof(value));
}

static int hear(int sock)
{
	int value;

	need(read(sock, &value, sizeof(value)) == sizeof(value));
	return value;
}

static _Noreturn void actor(int sock, const struct request *req)
{
	need(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	if (req->user)
		need(!setgroups(0, NULL) && !setresgid(VARIANT_USER, VARIANT_USER, VARIANT_USER) &&
		     !setresuid(VARIANT_USER, VARIANT_USER, VARIANT_USER));
	tell(sock, 0);
	hear(sock);
	tell(sock, server_act(req->which) < 0 ? errno : 0);
	hear(sock);
	_exit(0);
}

static int serve(int sock)
{
	struct request req;
	int status;
	pid_t pid;

	need(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	server_prepare();
	tell(sock, 0);
	while (read(sock, &req, sizeof(req)) == sizeof(req)) {
		pid = fork();
		need(pid >= 0);
		if (!pid)
			actor(sock, &req);
		need(waitpid(pid, &status, 0) == pid && !status);
		/* In a VE this is init: what the process has made is its child now. */
		while (wait(NULL) > 0)
			;
		tell(sock, 0);
	}
	return 0;
}

static int body(const struct ve *ve)
{
	(void)ve;
	return serve(server_sock);
}

void variants_start(struct variants *v, unsigned int id, void (*prepare)(void),
		    int (*act)(int which))
{
	int place, pair[2];

	server_prepare = prepare;
	server_act = act;
	for (place = 0; place < VARIANT_PLACES; place++) {
		need(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
		v->sock[place] = pair[0];
		server_sock = pair[1];
		if (place == ON_HOST) {
			v->host = fork();
			need(v->host >= 0);
			if (!v->host) {
				close(pair[0]);
				need(!unshare(CLONE_NEWNS | CLONE_NEWNET));
				_exit(serve(pair[1]));
			}
		} else {
			ve_setup(&v->ve[place], id + place - IN_VE);
			ve_start(&v->ve[place], body, "RUNNING");
		}
		close(pair[1]);
		hear(v->sock[place]);
	}
}

void variant_begin(struct variants *v, enum variant_place place, bool user, int which)
{
	struct request req = { which, user };

	need(write(v->sock[place], &req, sizeof(req)) == sizeof(req));
	hear(v->sock[place]);
}

int variant_act(struct variants *v, enum variant_place place)
{
	tell(v->sock[place], 0);
	return hear(v->sock[place]);
}

void variant_end(struct variants *v, enum variant_place place)
{
	tell(v->sock[place], 0);
	hear(v->sock[place]);
}

void variants_stop(struct variants *v)
{
	int place, status;

	for (place = 0; place < VARIANT_PLACES; place++)
		need(!shutdown(v->sock[place], SHUT_RDWR));
	need(waitpid(v->host, &status, 0) == v->host);
	ok_eq(status, 0, "the host's server ends with");
	for (place = IN_VE; place < VARIANT_PLACES; place++) {
		ok_eq(ve_wait(&v->ve[place]), 0, "init of a VE ends with");
		close(v->sock[place]);
		ve_teardown(&v->ve[place]);
	}
	close(v->sock[ON_HOST]);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
}
