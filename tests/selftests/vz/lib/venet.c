// SPDX-License-Identifier: GPL-2.0-only
#include "venet.h"

struct party host, ve1 = { .nr = 1 }, ve2 = { .nr = 2 };

int host_netns;

void expect(int got, int want, const char *what)
{
	if (got == want)
		ok(true, "%s", what);
	else
		ok(false, "%s: got %s, not %s", what, strerror(-got), strerror(-want));
}

int put(const struct party *v, const char *file, const char *text)
{
	return write_file(ve_path(&v->ve, file), "%s", text) ? -errno : 0;
}

void must(const struct party *v, const char *file, const char *text)
{
	if (write_file(ve_path(&v->ve, file), "%s", text))
		die("%s", ve_path(&v->ve, file));
}

char *get(const struct party *v, const char *file)
{
	return read_file(ve_path(&v->ve, file));
}

bool shows(const struct party *v, const char *file, const char *text)
{
	return !strcmp(get(v, file), text);
}

struct net_counts counts(const struct party *v)
{
	struct net_counts c;

	if (sscanf(get(v, "ve.net"), "%llu %llu %llu %llu %llu", &c.rx,
		   &c.rx_bytes, &c.tx, &c.tx_bytes, &c.spoofed) != 5)
		die("five numbers in ve.net");
	return c;
}

/* Opened anew each time: a descriptor that another VE inherits pins it. */
static void enter_ns(const struct party *v, const char *ns, int flag)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", atoi(get(v, "ve.init")), ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, flag))
		die("%s", path);
	close(fd);
}

void enter(const struct party *v)
{
	if (v->nr)
		enter_ns(v, "net", CLONE_NEWNET);
	else if (setns(host_netns, CLONE_NEWNET))
		die("setns");
}

void in(const struct party *v, const char *fmt, ...)
{
	char cmd[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	enter(v);
	if (system(cmd)) {
		errno = EIO;
		die("%s", cmd);
	}
	enter(&host);
}

bool ping(const struct party *v, const char *to)
{
	char cmd[128];
	bool good;

	snprintf(cmd, sizeof(cmd), "ping -c 1 -W %d %s >/dev/null 2>&1", PATIENCE, to);
	enter(v);
	good = !system(cmd);
	enter(&host);
	return good;
}

int as_root_of(const struct party *v, int (*fn)(void *), void *arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (v->nr) {
			enter_ns(v, "net", CLONE_NEWNET);
			enter_ns(v, "user", CLONE_NEWUSER);
		}
		_exit(-fn(arg));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		die("child");
	return -WEXITSTATUS(status);
}

int new_venet(void *arg)
{
	const struct link_request *want = arg;
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
		char attrs[128];
	} req = {
		.h.nlmsg_type = RTM_NEWLINK,
		.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		.i.ifi_index = want->index,
	};
	struct rtattr *name = (void *)req.attrs, *info, *kind;
	char answer[512];
	struct nlmsgerr *err = NLMSG_DATA((struct nlmsghdr *)answer);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	name->rta_type = IFLA_IFNAME;
	name->rta_len = RTA_LENGTH(strlen(want->name) + 1);
	strcpy(RTA_DATA(name), want->name);
	info = (void *)name + RTA_ALIGN(name->rta_len);
	info->rta_type = IFLA_LINKINFO;
	kind = RTA_DATA(info);
	kind->rta_type = IFLA_INFO_KIND;
	kind->rta_len = RTA_LENGTH(5);
	memcpy(RTA_DATA(kind), "venet", 5);
	info->rta_len = RTA_LENGTH(RTA_ALIGN(kind->rta_len));
	req.h.nlmsg_len = (char *)info + RTA_ALIGN(info->rta_len) - (char *)&req;
	if (send(fd, &req, req.h.nlmsg_len, 0) < 0 ||
	    recv(fd, answer, sizeof(answer), 0) < 0)
		return -errno;
	close(fd);
	return err->error;
}

int make_venet(const struct party *v, int index, const char *name)
{
	struct link_request want = { index, name };

	return as_root_of(v, new_venet, &want);
}

static int wait_for_death(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

void begin(struct party *v, const char *state)
{
	if (ve_boot(&v->ve, wait_for_death, NULL, state))
		die("start of a VE");
}

void addresses(const struct party *v)
{
	in(v, "ip link set lo up && ip link set venet0 up");
	in(v, "ip addr add 10.77.1.%d/32 dev venet0", v->nr);
	in(v, "ip route add default dev venet0");
	in(v, "ip -6 addr add fd77::1:%d/128 dev venet0", v->nr);
	in(v, "ip -6 route add default via fe80::1 dev venet0");
}

void run(struct party *v)
{
	if (ve_run(&v->ve))
		die("RUNNING");
}

void start(struct party *v)
{
	begin(v, "STARTING");
	if (make_venet(v, 0, "venet0"))
		die("venet0");
	addresses(v);
	run(v);
}

void stop(struct party *v)
{
	must(v, "cgroup.kill", "1");
	ve_join(&v->ve);
	if (!ve_wait_state(&v->ve, "STOPPED"))
		die("stop of a VE");
}

union addr addr_of(const char *text, int port)
{
	union addr a = { 0 };

	if (strchr(text, ':')) {
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(port);
		inet_pton(AF_INET6, text, &a.v6.sin6_addr);
	} else {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(port);
		inet_pton(AF_INET, text, &a.v4.sin_addr);
	}
	return a;
}

int sock_in(const struct party *v, int type, const char *text, int port)
{
	union addr a = addr_of(text, port);
	struct timeval limit = { .tv_sec = PATIENCE };
	int fd, on = 1;

	enter(v);
	fd = socket(a.sa.sa_family, type | SOCK_CLOEXEC, 0);
	enter(&host);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	/* ICMP errors count for UDP as well */
	setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof(on));
	on = 8 << 20;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &on, sizeof(on));
	if (fd < 0 || bind(fd, &a.sa, sizeof(a)))
		die("%s", text);
	return fd;
}

int send_number(int fd, const char *to, int port, unsigned int number)
{
	union addr a = addr_of(to, port);

	return sendto(fd, &number, sizeof(number), 0, &a.sa, sizeof(a)) < 0 ?
	       -errno : 0;
}

int receive_number(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int number;

	if (poll(&p, 1, ms) != 1 ||
	    recv(fd, &number, sizeof(number), MSG_DONTWAIT) != sizeof(number))
		return -1;
	return number;
}

int receive_in_order(int fd, int most)
{
	int n = 0;

	while (n < most && receive_number(fd, ARRIVAL_MS) == n)
		n++;
	return n;
}

struct tcp tcp_between(const struct party *from, const char *src,
			      const struct party *to, const char *dst, int port)
{
	union addr a = addr_of(dst, port);
	int listener = sock_in(to, SOCK_STREAM, dst, port);
	struct tcp t = { sock_in(from, SOCK_STREAM, src, 0), -1 };

	if (listen(listener, 1))
		die("listen");
	if (!connect(t.client, &a.sa, sizeof(a)))
		t.server = accept(listener, NULL, NULL);
	close(listener);
	return t;
}

void tcp_close(struct tcp t)
{
	close(t.client);
	if (t.server >= 0)
		close(t.server);
}

void tcp_reset(struct tcp t)
{
	struct linger now = { 1, 0 };
	struct pollfd p = { .fd = t.server };

	setsockopt(t.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(t.client);
	if (t.server < 0)
		return;
	if (poll(&p, 1, ARRIVAL_MS) != 1)
		die("RST");
	close(t.server);
}

void own(const struct party *v)
{
	char text[32];

	snprintf(text, sizeof(text), "+10.77.1.%d", v->nr);
	must(v, "ve.ip", text);
	snprintf(text, sizeof(text), "+fd77::1:%d", v->nr);
	must(v, "ve.ip", text);
}

void prepare(void)
{
	test_start();
	signal(SIGPIPE, SIG_IGN);
	host_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (ve_create(&ve1.ve, 9001) || ve_create(&ve2.ve, 9002))
		die("VEs");
	in(&host, "ip link set venet0 up");
	in(&host, "ip addr add 10.77.0.1/32 dev venet0");
	in(&host, "ip route add 10.77.1.0/24 dev venet0");
	in(&host, "ip -6 addr add fd77::ffff/128 dev venet0");
	in(&host, "ip -6 route add fd77::1:0/112 dev venet0");
	write_file("/proc/sys/net/ipv4/ip_forward", "1");
	write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	write_file("/proc/sys/net/ipv4/conf/all/send_redirects", "0");
	write_file("/proc/sys/net/ipv4/conf/venet0/send_redirects", "0");
	write_file("/proc/sys/net/ipv4/icmp_ratelimit", "0");
}

void prepare_running(void)
{
	prepare();
	own(&ve1);
	own(&ve2);
	start(&ve1);
	start(&ve2);
}

int finish(void)
{
	ve_destroy(&ve1.ve);
	ve_destroy(&ve2.ve);
	/* its addresses and routes go as well */
	in(&host, "ip link set venet0 down");
	in(&host, "ip addr flush dev venet0");
	return test_end();
}
