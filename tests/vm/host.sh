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
sysctl -qw net.ipv6.conf.all.forwarding=0
check "--fix does so again" vzctl check-host --fix
check "and they are heard after the next boot, too" grep -q 'eth0/accept_ra = 2' /etc/sysctl.d/60-openve.conf

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

# --- hosts that are made up, each in a mount namespace of its own
other() { unshare --mount bash -ec "$(declare -f row); $1" 2>&1; }
bare='mount -t tmpfs -o size=64m,mode=755 tmpfs /vz;'
part="$bare mkdir -p /vz/private /vz/root /vz/lock /vz/template/cache;"
has "a host without /vz misses its folders" '/vz/private' "$(other "$bare"'row folders .found')"
is "--fix makes them, whatever the caller's umask" \
	"/vz/dump:700 /vz/lock:755 /vz/private:700 /vz/root:700 /vz/template:755 /vz/template/cache:755" \
	"$(other "$bare"'umask 077; vzctl check-host --fix >/dev/null || :
		echo $(stat -c %n:%a /vz/dump /vz/lock /vz/private /vz/root /vz/template /vz/template/cache)')"
is "the second time it changes nothing" "0 711 kept" "$(other "$bare"'vzctl check-host --fix >/dev/null || :
	chmod 711 /vz/dump; : >/vz/dump/kept
	echo $(vzctl check-host --fix --json | jq "map(select(.fixed)) | length") $(stat -c %a /vz/dump) $(ls /vz/dump)')"
has "a /vz that is too small is told of, with its room" 'only 6[0-9] MiB free' \
	"$(other "$part"'mkdir /vz/dump; row folders .found')"
has "a file in the way is no folder that --fix makes" '^/vz/dump .*is no folder' \
	"$(other "$part"'echo mine >/vz/dump; row folders .found')"
has "--fix says so, and leaves it" '/vz/dump .*left as it is.* mine$' \
	"$(other "$part"'echo mine >/vz/dump; echo $(vzctl check-host --fix; cat /vz/dump)')"
has "cgroup version 1 is missed" 'no cgroup v2' \
	"$(other 'mount -t tmpfs tmpfs /sys/fs/cgroup; row cgroup .found')"
has "so is a controller that version 1 has taken" 'no controller memory' \
	"$(other 'echo cpu io pids >/tmp/host.with
		mount --bind /tmp/host.with /sys/fs/cgroup/cgroup.controllers; row cgroup .found')"
has "a region that is asked for is not proposed again" 'memmap= is on the command line' \
	"$(other 'echo root=/dev/vda quiet memmap=512M!1536M >/tmp/host.with
		mount --bind /tmp/host.with /proc/cmdline; mount -t tmpfs tmpfs /dev; row region .found')"
is "a path that is no UTF-8 costs no row" "$(vzctl check-host --json | jq length) false" \
	"$(other 'sed "/^VE_PRIVATE=/d" /etc/vz/vz.conf >/tmp/host.with
		printf "VE_PRIVATE=\"/vz/\\344/\$VEID\"\n" >>/tmp/host.with
		mount --bind /tmp/host.with /etc/vz/vz.conf
		echo $(vzctl check-host --json | jq length) $(row folders .ok)')"

criu_hide
is "CRIU is missed" false "$(row criu .ok)"
criu_show
is "and found" true "$(row criu .ok)"

systemctl -q stop vz.service
is "the service is missed" false "$(row service .ok)"
systemctl -q disable vz.service
check "--fix enables it" vzctl check-host --fix
is "and starts it" active "$(systemctl is-active vz.service)"

umount /vz/pmem && dd if=/dev/zero of=/dev/pmem0 bs=64k count=1 status=none && mkswap -q /dev/pmem0
has "a region that somebody else uses is not formatted" 'holds something' "$(vzctl check-host --fix)"
is "and not touched" swap "$(blkid -p -s TYPE -o value /dev/pmem0)"
umount /vz/pmem 2>/dev/null; dd if=/dev/zero of=/dev/pmem0 bs=64k count=1 status=none
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
