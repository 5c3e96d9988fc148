#!/bin/bash
# What every script may expect of a node; runs on node1, best with two nodes
# and --share of a folder.
set -uo pipefail
n=0 bad=0
ok() { # NAME COMMAND...
	local name=$1 said
	shift
	n=$((n + 1))
	if said=$("$@" 2>&1); then
		echo "ok $n - node: $name"
	else
		echo "not ok $n - node: $name: $* failed: ${said:0:200}"
		bad=1
	fi
}
no() { ! "$@"; }
has_tools() { local t; for t; do command -v "$t" >/dev/null || { echo "no $t"; return 1; }; done; }
words() { grep -qw "$1" "$2"; }

ok "systemd is up and nothing failed" test "$(timeout 300 systemctl is-system-running --wait)" = running
ok "its name is node1" test "$(hostname)" = node1
ok "it has its IPv4 address" ping -c 1 -W 5 10.77.0.1
ok "it has its IPv6 address" ping -c 1 -W 5 fd77::1
ok "it forwards" test "$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding | tr -d '\n')" = 11
ok "it has no way out" test -z "$(ip route show default; ip -6 route show default)"
ok "swap is on zram" words zram0 /proc/swaps
ok "memory that survives kexec is at /vz/pmem" test "$(findmnt -no SOURCE,FSTYPE /vz/pmem)" = "/dev/pmem0 ext4"
ok "with dax" sh -c 'findmnt -no OPTIONS /vz/pmem | grep -q dax'
ok "root and /vz are one file system with room" test "$(df --output=avail -m /vz | tail -n 1)" -gt 2000
ok "commands that tests use" has_tools curl socat iperf3 strace busybox criu kexec jq python3 iptables nft ssh
ok "templates" test -s /vz/template/cache/busybox.tar.zst -a -s /vz/template/cache/debian-13-x86_64.tar.zst
ok "our tools" has_tools vzctl vzlist vzmigrate vzreboot
if [ -d /share ] && mountpoint -q /share; then
	ok "/share cannot be written" no touch /share/smoke
else
	n=$((n + 1))
	echo "ok $n - node: /share cannot be written # SKIP no folder was shared"
fi
if ping -c 1 -W 2 node2 >/dev/null 2>&1; then
	ok "ssh to node2 and back" test "$(ssh node2 ssh node1 hostname)" = node1
	ok "node2 by IPv6" ping -c 1 -W 5 node2-v6
	ok "a file of 4 MB arrives at node2 as it was" sh -c \
		'head -c 4M /dev/urandom > /tmp/smoke; a=$(md5sum < /tmp/smoke); [ "$a" = "$(ssh node2 md5sum < /tmp/smoke)" ]'
	ok "node2 is another machine" test "$(ssh node2 cat /etc/machine-id)" != "$(cat /etc/machine-id)"
else
	n=$((n + 1))
	echo "ok $n - node: node2 # SKIP there is one node only"
fi
echo written-by-node1 > /out/smoke
echo "1..$n"
exit $bad
