/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two VEs and the host on venet, for the selftests of it. Needs an `ip` and a
 * `ping` command; changes addresses of the host's venet0, so run them on a test
 * node.
 *
 *	   VE 1 10.77.1.1 fd77::1:1         VE 2 10.77.1.2 fd77::1:2
 *	             \                       /
 *	              venet0: host 10.77.0.1 fd77::ffff
 *
 * One process plays all parts: a socket stays in the net namespace in which it
 * was made, so the test steps into a VE's namespace, makes a socket and steps
 * back.
 */
#ifndef _VZ_SELFTESTS_VENET_H
#define _VZ_SELFTESTS_VENET_H

#include "vz.h"
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>

/* One of the two VEs, or the host, whose id is 0. */
struct party {
	struct test_ve	ve;
	int		nr;
};

extern struct party host, ve1, ve2;
extern int host_netns;

/* Expect a call to give 0 or -errno. */
void expect(int got, int want, const char *what);

/* --- files of the VE ------------------------------------------------------------- */

int put(const struct party *v, const char *file, const char *text);

void must(const struct party *v, const char *file, const char *text);

/* Without the last newline. */
char *get(const struct party *v, const char *file);

bool shows(const struct party *v, const char *file, const char *text);

struct net_counts {
	unsigned long long rx, rx_bytes, tx, tx_bytes, spoofed;
};

struct net_counts counts(const struct party *v);

/* --- namespaces ------------------------------------------------------------------ */

/* From here on sockets are made in the net namespace of @v. */
void enter(const struct party *v);

__attribute__((format(printf, 2, 3)))
void in(const struct party *v, const char *fmt, ...);

bool ping(const struct party *v, const char *to);

/* Run @fn as root of the VE, in its user and net namespace. Return: its, 0 or -errno. */
int as_root_of(const struct party *v, int (*fn)(void *), void *arg);

struct link_request {
	int index;
	const char *name;
};

/* What criu sends: kind, name, index and nothing else. */
int new_venet(void *arg);

int make_venet(const struct party *v, int index, const char *name);

/* State @state, namespaces and init there, no device yet. */
void begin(struct party *v, const char *state);

void addresses(const struct party *v);

void run(struct party *v);

void start(struct party *v);

void stop(struct party *v);

/* --- sockets ----------------------------------------------------------------------- */

union addr {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

union addr addr_of(const char *text, int port);

/* How long a packet may take to arrive. */
#define ARRIVAL_MS	(PATIENCE * 1000)

/* A socket in @v, bound to an address of it; gives up waiting when the patience ends. */
int sock_in(const struct party *v, int type, const char *text, int port);

int send_number(int fd, const char *to, int port, unsigned int number);

/* Return: the number received within @ms, -1 when there was none. */
int receive_number(int fd, int ms);

/* Return: how many numbers 0, 1, 2 ... come in order. */
int receive_in_order(int fd, int most);

struct tcp {
	int client, server;
};

struct tcp tcp_between(const struct party *from, const char *src,
			      const struct party *to, const char *dst, int port);

void tcp_close(struct tcp t);

/* End a connection with RST: nothing is under way when this returns. */
void tcp_reset(struct tcp t);

/* --- the scene ------------------------------------------------------------------- */

void own(const struct party *v);

/* Both VEs are bound and STOPPED, the host's venet0 is up. */
void prepare(void);

/* And both run, with addresses that are theirs. */
void prepare_running(void);

int finish(void);

#endif /* _VZ_SELFTESTS_VENET_H */
