// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the features of devices and file systems open, and that a VE without one of
 * them is refused it: kinds of network devices by each way to make one, a tun
 * device that carries packets, a FUSE file system, an overlay, a bridge with ports,
 * a VPN between two VEs.
 */
#include "vz.h"
#include "fuse.h"
#include "nl.h"
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/if_bridge.h>
#include <linux/if_tun.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <linux/wireguard.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

/* --- kinds of devices --------------------------------------------------------- */

static int make_link(const char *kind)
{
	int fd = nl_open(NETLINK_ROUTE), err = link_add(fd, "x0", kind);

	if (!err)
		need(!link_del(fd, "x0"));
	close(fd);
	return err;
}

/* Return: of a kind that the kernel knows, or not there. */
static bool kernel_has(const char *kind)
{
	int err = make_link(kind);

	if (err == EOPNOTSUPP)
		printf("# this kernel has no device of kind %s\n", kind);
	return err != EOPNOTSUPP;
}

/* A device that needs one below it. */
static int make_vlan(void)
{
	int fd = nl_open(NETLINK_ROUTE), below = if_nametoindex("v0"), err;
	struct nl nl = { 0 };
	struct nlattr *info, *data;
	unsigned short id = 7;

	nl_msg(&nl, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nl_text(&nl, IFLA_IFNAME, "v0.7");
	nl_put(&nl, IFLA_LINK, &below, sizeof(below));
	info = nl_nest(&nl, IFLA_LINKINFO);
	nl_text(&nl, IFLA_INFO_KIND, "vlan");
	data = nl_nest(&nl, IFLA_INFO_DATA);
	nl_put(&nl, IFLA_VLAN_ID, &id, sizeof(id));
	nl_end(&nl, data);
	nl_end(&nl, info);
	err = nl_talk(fd, &nl, 1);
	if (!err)
		need(!link_del(fd, "v0.7"));
	close(fd);
	return err;
}

/* The old ways. */
static int make_old_bridge(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err = ioctl(fd, SIOCBRADDBR, "b0") ? errno : 0;

	if (!err)
		need(!ioctl(fd, SIOCBRDELBR, "b0"));
	close(fd);
	return err;
}

static int make_old_vlan(void)
{
	struct vlan_ioctl_args args = { .cmd = ADD_VLAN_CMD, .device1 = "v0", .u.VID = 8 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err = ioctl(fd, SIOCSIFVLAN, &args) ? errno : 0;

	if (!err) {
		args.cmd = DEL_VLAN_CMD;
		strcpy(args.device1, "v0.8");
		need(!ioctl(fd, SIOCSIFVLAN, &args));
	}
	close(fd);
	return err;
}

/* Nodes as the tools make them; the VE has no right to. */
static void make_nodes(void)
{
	mkdir("/dev/net", 0755);
	mknod("/dev/net/tun", S_IFCHR | 0666, makedev(10, 200));
	mknod("/dev/fuse", S_IFCHR | 0666, makedev(10, 229));
	chmod("/dev/net/tun", 0666);
	chmod("/dev/fuse", 0666);
}

static int open_tun(const char *name, int flags, int *fd)
{
	struct ifreq ifr = { .ifr_flags = flags };
	int err;

	*fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (*fd < 0)
		return errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	err = ioctl(*fd, TUNSETIFF, &ifr) ? errno : 0;
	if (err)
		close(*fd);
	return err;
}

static int make_tun(void)
{
	int fd, err = open_tun("t0", IFF_TUN, &fd);

	if (!err)
		close(fd);
	return err;
}

static int open_fuse(void)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC), err = fd < 0 ? errno : 0;

	if (!err)
		close(fd);
	return err;
}

static int mount_overlay(void)
{
	int err;

	mkdir("/tmp/lower", 0755);
	mkdir("/tmp/upper", 0755);
	mkdir("/tmp/work", 0755);
	mkdir("/tmp/all", 0755);
	close(open("/tmp/lower/file", O_CREAT | O_WRONLY, 0644));
	err = mount("overlay", "/tmp/all", "overlay", 0,
		    "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work,userxattr") ?
		errno : 0;
	if (!err) {
		need(!unlink("/tmp/all/file") && !access("/tmp/lower/file", F_OK) &&
		     access("/tmp/all/file", F_OK));
		need(!umount("/tmp/all"));
	}
	return err;
}

static int make_dummy(void) { return make_link("dummy"); }
static int make_bridge(void) { return make_link("bridge"); }
static int make_wireguard(void) { return make_link("wireguard"); }
static int make_ifb(void) { return make_link("ifb"); }

static const struct {
	const char *name, *features;
	int (*make)(void);
} ways[] = {
	{ "dummy device",		"any",			make_dummy },
	{ "bridge",			"any",			make_bridge },
	{ "bridge by ioctl",		"any",			make_old_bridge },
	{ "VLAN",			"vlan",			make_vlan },
	{ "VLAN by ioctl",		"vlan",			make_old_vlan },
	{ "WireGuard device",		"wireguard",		make_wireguard },
	{ "tun device",			"tun",			make_tun },
	{ "/dev/fuse",			"fuse",			open_fuse },
	{ "overlay",			"overlay nesting",	mount_overlay },
	{ "device of another kind",	"",			make_ifb },
};

static bool opens(const char *features, const char *feature)
{
	return !strcmp(features, "any") || (*feature && strstr(features, feature));
}

/* With one feature, named by @arg, or with none. */
static int try_all(void *arg)
{
	const char *feature = arg;
	int fd = nl_open(NETLINK_ROUTE);
	size_t i;

	need(!mount("tmp", "/tmp", "tmpfs", 0, NULL));
	ok_eq(link_add(fd, "v0", "veth"), 0, "a veth pair");
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int want = opens(ways[i].features, feature) ? 0 : EPERM, got = ways[i].make();

		if (got == EOPNOTSUPP || got == ENODEV || got == ENXIO || got == ENOPKG)
			printf("# %s: this kernel has none\n", ways[i].name);
		else
			ok(got == want, "with \"%s\": %s %s (%s)", feature, ways[i].name,
			   want ? "is refused" : "works", strerror(got));
	}
	return 0;
}

/* --- a tun device -------------------------------------------------------------- */

/* What is sent to the network behind it is read from its descriptor, and the other way. */
static int use_tun(void *arg)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	unsigned char packet[256];
	struct iphdr *ip = (void *)packet;
	struct udphdr *udp = (void *)(ip + 1);
	int fd, sock = socket(AF_INET, SOCK_DGRAM, 0), n;
	struct pollfd p = { .events = POLLIN };

	(void)arg;
	need(!open_tun("t0", IFF_TUN | IFF_NO_PI, &fd));
	need(!system("ip addr add 10.6.0.1/24 dev t0 && ip link set t0 up"));
	inet_pton(AF_INET, "10.6.0.2", &to.sin_addr);
	need(sendto(sock, "there", 5, 0, (void *)&to, sizeof(to)) == 5);
	p.fd = fd;
	do {
		need(poll(&p, 1, PATIENCE * 1000) == 1);
		n = read(fd, packet, sizeof(packet));
	} while (n > 0 && ip->version != 4);	/* IPv6 says hello by itself */
	ok(n == 33 && ip->protocol == IPPROTO_UDP && !memcmp(udp + 1, "there", 5),
	   "tun: the packet is read");
	/* The same packet back: addresses and ports exchanged, sums stay right. */
	ip->daddr ^= ip->saddr, ip->saddr ^= ip->daddr, ip->daddr ^= ip->saddr;
	n = udp->source;
	udp->source = udp->dest;
	udp->dest = n;
	memcpy(udp + 1, "there", 5);
	need(write(fd, packet, 33) == 33);
	p.fd = sock;
	ok(poll(&p, 1, PATIENCE * 1000) == 1 && recv(sock, packet, sizeof(packet), 0) == 5,
	   "tun: the answer arrives");
	close(fd);
	ok(!if_nametoindex("t0"), "tun: the device goes with its descriptor");
	return 0;
}

/* --- FUSE ------------------------------------------------------------------------ */

static bool ignore_none(const struct fuse_in_header *in)
{
	(void)in;
	return false;
}

static int use_fuse(void *arg)
{
	struct stat st = { 0 };
	pid_t server;
	int dev;

	(void)arg;
	need(!mount("tmp", "/tmp", "tmpfs", 0, NULL) && !mkdir("/tmp/f", 0755));
	dev = fuse_mount("/tmp/f");
	server = fork();
	if (!server) {
		fuse_serve(dev, ignore_none);
		_exit(0);
	}
	close(dev);
	ok(!stat("/tmp/f/any", &st) && S_ISREG(st.st_mode), "fuse: a file of the VE's server");
	ok(!umount("/tmp/f"), "fuse: unmounted");
	waitpid(server, NULL, 0);
	return 0;
}

/* --- a bridge --------------------------------------------------------------------- */

static void run_inside(const char *what, const char *command)
{
	ok(!system(command), "bridge: %s", what);
}

/* A net namespace behind a pair, as containers in a VE have it. */
static int use_bridge(void *arg)
{
	int hold[2], status;
	char command[256], c;
	pid_t inner;

	(void)arg;
	need(!pipe2(hold, O_CLOEXEC));
	inner = fork();
	if (!inner) {
		need(!unshare(CLONE_NEWNET) && write(hold[1], "x", 1) == 1);
		need(wait_until(if_nametoindex("c0")));
		_exit(system("ip addr add 10.5.0.2/24 dev c0 && ip link set c0 up && "
			     "ping -c 1 -W 20 10.5.0.1 >/dev/null") != 0);
	}
	need(read(hold[0], &c, 1) == 1);
	run_inside("made", "ip link add br0 type bridge && ip addr add 10.5.0.1/24 dev br0 && "
		   "ip link set br0 up");
	snprintf(command, sizeof(command),
		 "ip link add p0 type veth && ip link set veth0 name c0 && ip link set p0 master br0 && "
		 "ip link set p0 up && ip link set c0 netns %d", inner);
	run_inside("a port whose other end is in a net namespace", command);
	ok(waitpid(inner, &status, 0) == inner && !status, "bridge: carries packets");
	return 0;
}

/* --- WireGuard -------------------------------------------------------------------- */

static int genl_family(int fd, const char *name)
{
	char buf[4096] __attribute__((aligned(8)));
	struct nlmsghdr *h = (void *)buf;
	struct genlmsghdr *g;
	struct nlattr *a;
	struct nl nl = { 0 };
	ssize_t n;

	g = nl_msg(&nl, GENL_ID_CTRL, 0, sizeof(*g));
	g->cmd = CTRL_CMD_GETFAMILY;
	nl_text(&nl, CTRL_ATTR_FAMILY_NAME, name);
	need(send(fd, nl.buf, nl.len, 0) > 0);
	n = recv(fd, buf, sizeof(buf), 0);
	need(n > 0 && h->nlmsg_type != NLMSG_ERROR);
	for (a = (void *)(buf + NLMSG_LENGTH(sizeof(*g))); (char *)a < buf + h->nlmsg_len;
	     a = (void *)((char *)a + NLA_ALIGN(a->nla_len)))
		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(unsigned short *)(a + 1);
	need(!"family");
	return 0;
}

static void wg_message(struct nl *nl, int family, int command, int flags)
{
	struct genlmsghdr *g = nl_msg(nl, family, flags, sizeof(*g));

	g->cmd = command;
	g->version = WG_GENL_VERSION;
	nl_text(nl, WGDEVICE_A_IFNAME, "wg0");
}

static void wg_public_key(int fd, int family, unsigned char key[WG_KEY_LEN])
{
	char buf[4096] __attribute__((aligned(8)));
	struct nlmsghdr *h = (void *)buf;
	struct nlattr *a;
	struct nl nl = { 0 };

	wg_message(&nl, family, WG_CMD_GET_DEVICE, NLM_F_DUMP);
	need(send(fd, nl.buf, nl.len, 0) > 0);
	need(recv(fd, buf, sizeof(buf), 0) > 0 && h->nlmsg_type == family);
	for (a = (void *)(buf + NLMSG_LENGTH(sizeof(struct genlmsghdr)));
	     (char *)a < buf + h->nlmsg_len; a = (void *)((char *)a + NLA_ALIGN(a->nla_len)))
		if (a->nla_type == WGDEVICE_A_PUBLIC_KEY)
			memcpy(key, a + 1, WG_KEY_LEN);
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}

struct side {
	int nr, out, in;	/* its number; where its key goes, whence the other's comes */
};

static struct sockaddr_in side_address(int net, int nr, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(10 << 24 | net << 16 | nr);
	return a;
}

static void wg_peer(int fd, int family, const struct side *s, const unsigned char *key)
{
	struct sockaddr_in outer = side_address(9, 3 - s->nr, 51820);
	struct sockaddr_in inner = side_address(8, 3 - s->nr, 0);
	struct nlattr *peers, *peer, *ips, *ip;
	unsigned short inet = AF_INET;
	unsigned char bits = 32;
	struct nl nl = { 0 };

	wg_message(&nl, family, WG_CMD_SET_DEVICE, NLM_F_ACK);
	peers = nl_nest(&nl, WGDEVICE_A_PEERS);
	peer = nl_nest(&nl, 0);
	nl_put(&nl, WGPEER_A_PUBLIC_KEY, key, WG_KEY_LEN);
	nl_put(&nl, WGPEER_A_ENDPOINT, &outer, sizeof(outer));
	ips = nl_nest(&nl, WGPEER_A_ALLOWEDIPS);
	ip = nl_nest(&nl, 0);
	nl_put(&nl, WGALLOWEDIP_A_FAMILY, &inet, sizeof(inet));
	nl_put(&nl, WGALLOWEDIP_A_IPADDR, &inner.sin_addr, 4);
	nl_put(&nl, WGALLOWEDIP_A_CIDR_MASK, &bits, sizeof(bits));
	nl_end(&nl, ip);
	nl_end(&nl, ips);
	nl_end(&nl, peer);
	nl_end(&nl, peers);
	need(!nl_talk(fd, &nl, 1));
}

/* Number 1 answers once what number 2 sends until it is answered. */
static void talk_through(const struct side *s)
{
	struct sockaddr_in own = side_address(8, s->nr, 777);
	struct sockaddr_in other = side_address(8, 3 - s->nr, 777);
	struct timeval second = { .tv_sec = 1 };
	int sock = socket(AF_INET, SOCK_DGRAM, 0), i;
	char text[16] = "";

	need(!bind(sock, (void *)&own, sizeof(own)));
	need(!setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)));
	for (i = 0; i < 2 * PATIENCE && strcmp(text, "through"); i++) {
		if (s->nr == 2)
			sendto(sock, "through", 8, 0, (void *)&other, sizeof(other));
		recv(sock, text, sizeof(text), 0);
	}
	if (s->nr == 1)
		sendto(sock, "through", 8, 0, (void *)&other, sizeof(other));
	ok(!strcmp(text, "through"), "wireguard: VE %d hears the other one", s->nr);
}

/* From the other side, which may have failed. */
static void hear(const struct side *s, void *buf, ssize_t size)
{
	struct pollfd p = { .fd = s->in, .events = POLLIN };

	need(poll(&p, 1, 2 * PATIENCE * 1000) == 1 && read(s->in, buf, size) == size);
}

static int use_wireguard(void *arg)
{
	const struct side *s = arg;
	int route = nl_open(NETLINK_ROUTE), fd = nl_open(NETLINK_GENERIC), family, i;
	unsigned char key[WG_KEY_LEN] = { 0 };
	unsigned short port = 51820;
	struct nl nl = { 0 };
	char command[256];

	ok_eq(link_add(route, "wg0", "wireguard"), 0, "wireguard: a device of the VE's own");
	family = genl_family(fd, WG_GENL_NAME);
	for (i = 0; i < WG_KEY_LEN; i++)
		key[i] = 17 * i + s->nr;
	wg_message(&nl, family, WG_CMD_SET_DEVICE, NLM_F_ACK);
	nl_put(&nl, WGDEVICE_A_PRIVATE_KEY, key, sizeof(key));
	nl_put(&nl, WGDEVICE_A_LISTEN_PORT, &port, sizeof(port));
	need(!nl_talk(fd, &nl, 1));
	wg_public_key(fd, family, key);
	need(write(s->out, key, sizeof(key)) == sizeof(key));
	hear(s, key, sizeof(key));
	wg_peer(fd, family, s, key);
	snprintf(command, sizeof(command),
		 "ip addr add 10.9.0.%d/24 dev w%d && ip link set w%d up && "
		 "ip addr add 10.8.0.%d/24 dev wg0 && ip link set wg0 up", s->nr, s->nr, s->nr,
		 s->nr);
	need(!system(command));
	talk_through(s);
	/* The other one may still want the answer. */
	need(write(s->out, "e", 1) == 1);
	hear(s, command, 1);
	return 0;
}

static void test_wireguard(void)
{
	struct test_ve ve[2];
	struct side side[2];
	int to1[2], to2[2], i;
	char command[128];

	if (!kernel_has("wireguard"))
		return;
	need(!pipe2(to1, O_CLOEXEC) && !pipe2(to2, O_CLOEXEC));
	side[0] = (struct side){ 1, to2[1], to1[0] };
	side[1] = (struct side){ 2, to1[1], to2[0] };
	need(!system("ip link add w1 type veth && ip link set veth0 name w2"));
	for (i = 0; i < 2; i++) {
		need(!ve_create(&ve[i], 210 + i));
		need(!write_file(ve_path(&ve[i], "ve.features"), "wireguard\n"));
		need(!ve_boot(&ve[i], use_wireguard, &side[i], "STARTING"));
		snprintf(command, sizeof(command), "ip link set w%d netns %d", i + 1,
			 atoi(read_file(ve_path(&ve[i], "ve.init"))));
		need(!system(command));
		/* Before the next one is made, which would hold its gate open. */
		need(!ve_run(&ve[i]));
	}
	for (i = 0; i < 2; i++) {
		ok_eq(ve_join(&ve[i]), 0, "wireguard: end of a VE");
		ve_destroy(&ve[i]);
	}
}

int main(void)
{
	static const char *const features[] = {
		"", "tun", "fuse", "wireguard", "vlan", "overlay", "nesting",
	};
	size_t i;

	test_start();
	make_nodes();
	for (i = 0; i < sizeof(features) / sizeof(*features); i++)
		ok_eq(in_ve(200 + i, features[i], try_all, (void *)features[i]), 0,
		      "a VE tried all");
	ok_eq(in_ve(220, "tun", use_tun, NULL), 0, "a VE used a tun device");
	ok_eq(in_ve(221, "fuse", use_fuse, NULL), 0, "a VE used FUSE");
	/* Not in each run yet: busybox's ip(8) gives the other end of a pair no name. */
	if (getenv("PAIRS")) {
		ok_eq(in_ve(222, "", use_bridge, NULL), 0, "a VE used a bridge");
		test_wireguard();
	}
	ok(!make_dummy() && !make_bridge() && !make_old_bridge(), "the host is refused nothing");
	return test_end();
}
