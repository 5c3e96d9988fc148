#!/bin/bash
# States that only our CRIU restores (checkpoint/criu-patches/), in one Debian VE, one
# after the other; runs on node1. With --stock the distribution's CRIU is used: what
# fails then is what a node without ours loses.
#
# usage: tests/vm/criu.sh [--stock] [CASE...]
set -uo pipefail
suite=criu
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

id=213
ours=/usr/lib/openve/criu
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
[ ! -e /share/criu ] || install -m 755 /share/criu $ours
if [ "${1-}" = --stock ]; then shift; rm -f $ours; fi
cleanup() {
	vzctl stop $id --fast
	vzctl destroy $id
} >/dev/null 2>&1
trap cleanup EXIT

in_ve() { vzctl exec2 $id "$@"; }
up() {
	vzctl start $id >/dev/null || return
	within 600 systemd_up vzctl exec2 $id
}

# Each case: set_NAME makes the state, look_NAME prints it, before and after; same text
# means that it came along.

# A job whose session leader has ended: restored below a helper of CRIU. Init holds unix
# sockets of services that have mount namespaces of their own.
set_job() { in_ve 'sleep 3001 >/dev/null 2>&1 </dev/null &'; within 60 runs $id '^[0-9]+ sleep 3001'; }
look_job() { in_ve 'ps -o pid,ppid,pgid,sid,args -C sleep' | grep 'sleep 3001'; }
# The same for a process group whose leader has ended.
set_group() { in_ve 'setsid sh -c "(sleep 3002 & exec sleep 3003) & exec sleep 0.1" </dev/null >/dev/null 2>&1 &'; within 60 runs $id '^[0-9]+ sleep 3003'; }
look_group() { in_ve 'ps -o pid,ppid,pgid,sid,args -C sleep' | grep 'sleep 300[23]'; }

# Addresses, nexthops, routes that need others, of all tables, and rules; what is in several tmpfs.
set_network() { in_ve 'ip addr add 192.0.2.1/24 dev venet0 && ip -6 addr add 2001:db8::1/64 dev venet0 &&
	ip nexthop add id 7 via 192.0.2.70 dev venet0 && ip nexthop add id 8 via 192.0.2.71 dev venet0 &&
	ip nexthop add id 9 group 7,3/8 && ip nexthop add id 10 blackhole && ip route add 203.0.113.64/26 nhid 9 &&
	ip route add 203.0.113.128/26 nhid 7 && ip nexthop add id 11 via 2001:db8::70 dev venet0 && ip -6 route add 2001:db8:3::/48 nhid 11 &&
	ip route add 198.51.100.0/24 via 192.0.2.77 && ip route add default via 192.0.2.79 table 100 &&
	ip route add 203.0.113.0/26 via 192.0.2.78 metric 7 && ip route add local 192.0.2.128/25 dev lo &&
	ip route add unreachable 10.66.0.0/16 table 1000 && ip -6 route add 2001:db8:1::/48 via 2001:db8::77 &&
	ip -6 route add 2001:db8:2::/48 via 2001:db8::78 table 100 && ip rule add from 192.0.2.1 lookup 100 pref 77 &&
	ip rule add fwmark 5 prohibit && ip rule del pref 32767 && ip -6 rule add from 2001:db8::1 lookup 100 pref 78 &&
	umask 027 && mkdir -m 1733 /dev/shm/d && echo x > /dev/shm/d/x && chown 7:8 /dev/shm/d/x && mkfifo /run/f &&
	perl -e "my (\$p, \$n, \$c) = (q(/dev/shm/d/x), q(user.note), q(security.capability)); my \$v = pack(q(V5),
		0x2000001, 1024, 0, 0, 0); syscall(188, \$p, \$n, \$n, 4, 0) == 0 && syscall(188, \$p, \$c, \$v, 20, 0) == 0 or die" &&
	ln -s nowhere /run/lock/l && touch -d @1000000000.5 /tmp/old && chmod 1770 /dev/shm'; }
look_network() { in_ve 'ip -o addr | sed "s/valid_lft.*//"; for t in main 100 1000 local; do ip route show table $t
	ip -6 route show table $t; done; ip rule; ip -6 rule; ip nexthop
	perl -e "my \$p = q(/dev/shm/d/x); for my \$n (q(user.note), q(security.capability)) { my (\$k, \$v) = (\$n, q( ) x 64);
		print \$k, q( ), syscall(191, \$p, \$k, \$v, 64), q( ), unpack(q(H*), \$v), qq(\n) }"
	find /dev/shm /run/f /run/lock/l /tmp/old -printf "%p %y %m %U %G %T@ %l\n" | sort' 2>&1; }

# What devices were told beside their addresses, and what somebody has entered by hand.
set_links() { in_ve 'ip link add br0 type bridge ageing_time 1234 && ip link add v0 type veth peer name v1 &&
	ip link set v1 master br0 && for d in v0 v1 br0; do ip link set $d up || exit; done &&
	ip addr add 100.64.9.1/24 dev v0 && ip link set v0 alias "to the bridge" && ip link set v0 txqueuelen 77 &&
	ip link set v0 group 7 && ip link property add dev v0 altname other-name && ip link set venet0 alias uplink &&
	ip link set venet0 txqueuelen 333 && bridge link set dev v1 hairpin on cost 77 learning off &&
	bridge fdb add 02:00:00:00:00:77 dev v1 master static && ip addrlabel add prefix 2001:db8:5::/48 label 99 &&
	ip neigh add 100.64.9.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent && ip neigh add proxy 100.64.9.10 dev v0'; }
look_links() { in_ve 'for d in venet0 v0 br0; do ip -d link show $d |
		grep -oE "group [a-z0-9]+|qlen [0-9]+|alias .*|altname .*|ageing_time [0-9]+"; done
	bridge -d link show dev v1 | grep -oE "cost [0-9]+|hairpin [a-z]+|learning [a-z]+"
	bridge fdb show br br0 | grep static | sort; ip neigh show nud permanent; ip neigh show proxy; ip addrlabel | sort' 2>&1; }

# A cgroup that was given to a user, as systemd gives one to the systemd of a user: he has made
# cgroups below it and switched controllers on for them.
set_delegated() { in_ve 'mkdir /sys/fs/cgroup/u && cd /sys/fs/cgroup/u &&
	chown 1000:1000 . cgroup.procs cgroup.threads cgroup.subtree_control memory.oom.group memory.reclaim &&
	setpriv --reuid 1000 --regid 1000 --clear-groups sh -c "mkdir a && echo +pids +memory >cgroup.subtree_control && mkdir b && echo 77 >b/pids.max"'; }
look_delegated() { in_ve 'cd /sys/fs/cgroup/u && find . -printf "%p %U %G %m\n" | sort && cat cgroup.subtree_control b/pids.max'; }

all=(job group network links delegated)
[ $# -gt 0 ] || set -- "${all[@]}"
vzctl create $id --ostemplate debian-13-x86_64 --hostname criu >/dev/null || { not_ok "create"; exit 1; }
up || { not_ok "the VE starts" "$state"; exit 1; }
for name in "$@"; do
	out=$(set_$name 2>&1) || { not_ok "$name: the state is there" "$out"; continue; }
	before=$(look_$name)
	out=$(vzctl chkpnt $id 2>&1) || { not_ok "$name: dump" "$out"; continue; }
	if out=$(vzctl restore $id 2>&1); then
		same "$name: as before" "$before" "$(look_$name)"
	else
		not_ok "$name: restore" "$out"
		vzctl stop $id --fast >/dev/null 2>&1
		rm -rf /vz/dump/Dump.$id
		up || { not_ok "the VE starts again" "$state"; exit 1; }
	fi
done
exit $bad
