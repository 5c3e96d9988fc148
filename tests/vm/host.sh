#!/bin/bash
# vzctl check-host on a node: each thing that a host needs is taken away and must be
# told of; what --fix says it mends is mended. Runs as root on a node.
set -u
suite=host
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
row() { vzctl check-host --json | jq -r --arg c "$1" '.[] | select(.check == $c) | '"$2"; }
sane() { # of each row, what has to be done is told, and only then
	jq -e 'length > 8 and all(.[]; (.check | length > 0) and (.found | length > 0)
		and (.ok == (.todo == null)) and .error == null)'
}
restore() {
	sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	rm -f /etc/sysctl.d/60-openve.conf
	criu_show
	[ ! -d /vz/dump.away ] || { rmdir /vz/dump; mv /vz/dump.away /vz/dump; }
	mountpoint -q /vz/private && umount /vz/private
	systemctl -q enable --now vz.service
} 2>/dev/null
trap restore EXIT

check "a node has all that is needed" vzctl check-host
check "JSON has all of each row" sane <<<"$(vzctl check-host --json)"
code "a stray word" 20 vzctl check-host 101
code "an unknown option" 20 vzctl check-host --mend

sysctl -qw net.ipv4.ip_forward=0
is "forwarding is missed" false "$(row forwarding .ok)"
code "what is needed and missing makes it fail" 1 vzctl check-host
is "looking mends nothing" 0 "$(cat /proc/sys/net/ipv4/ip_forward)"
check "--fix does" vzctl check-host --fix
is "now" 1 "$(cat /proc/sys/net/ipv4/ip_forward)"
sysctl -qw net.ipv4.ip_forward=0
check "and at each boot" sysctl -q -p /etc/sysctl.d/60-openve.conf
is "by what it wrote" 1 "$(cat /proc/sys/net/ipv4/ip_forward)"

# a host that has its address from router advertisements keeps it
sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.eth0.accept_ra=1
is "forwarding of IPv6 is missed" false "$(row forwarding .ok)"
check "--fix turns it on" vzctl check-host --fix
is "now, too" 1 "$(cat /proc/sys/net/ipv6/conf/all/forwarding)"
is "and leaves advertisements heard" 2 "$(cat /proc/sys/net/ipv6/conf/eth0/accept_ra)"

mv /vz/dump /vz/dump.away
is "a folder is missed" false "$(row folders .ok)"
check "--fix makes it" vzctl check-host --fix
is "for root alone" 700 "$(stat -c %a /vz/dump)"
rmdir /vz/dump && mv /vz/dump.away /vz/dump

for option in nosuid nodev noexec ro; do
	mount -t tmpfs -o $option,mode=700 tmpfs /vz/private
	has "VEs on a file system mounted $option" "\\b$option\\b" "$(row folders 'select(.ok | not) | .found')"
	code "are not mended by it" 1 vzctl check-host --fix
	umount /vz/private
done

criu_hide
is "CRIU is missed" false "$(row criu .ok)"
criu_show
is "and found" true "$(row criu .ok)"

systemctl -q stop vz.service
is "the service is missed" false "$(row service .ok)"
systemctl -q disable vz.service
check "--fix enables it" vzctl check-host --fix
is "and starts it" active "$(systemctl is-active vz.service)"

umount /vz/pmem && dd if=/dev/zero of=/dev/pmem0 bs=64k count=1 status=none
is "the memory region is missed" false "$(row region .ok)"
check "--fix formats it" vzctl check-host --fix
check "and mounts it" mountpoint -q /vz/pmem
touch /vz/pmem/kept && umount /vz/pmem
check "--fix mounts one that has a file system" vzctl check-host --fix
check "and leaves what is in it" test -e /vz/pmem/kept
rm -f /vz/pmem/kept

swaps=$(awk 'NR > 1 { print $1 }' /proc/swaps)
for swap in $swaps; do swapoff "$swap"; done
is "swap is missed, as advice" "false false" "$(row swap '"\(.ok) \(.needed)"')"
check "which does not make it fail" vzctl check-host
for swap in $swaps; do swapon "$swap"; done
exit $bad
