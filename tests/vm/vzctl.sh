#!/bin/bash
# vzctl and vzlist on one node: the classic contract, and what bad input and
# faults leave behind. Runs as root on a node; uses VEs 901..909.
set -u
suite=vzctl
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
base=/sys/fs/cgroup/vz.slice/vz.service
conf=/etc/vz/conf
cleanup() {
	local i
	for i in 901 902 903 904 905; do
		vzctl --quiet stop $i --fast
		vzctl --quiet umount $i
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i* /etc/vz/names/vt-*
	done
	mountpoint -q /mnt/small && umount /mnt/small
	rm -f /tmp/vt-*
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
left() { # what a VE leaves on the host: prints nothing when all is gone
	ls -d $base/"$1" /vz/private/"$1"* /etc/vz/conf/"$1".conf /vz/lock/"$1".lck 2>/dev/null
	grep " /vz/root/$1 " /proc/mounts
	ip route show dev venet0 | grep "10.77.1.$(($1 - 900)) "
}
main_pid() { systemctl show -P MainPID vz.service; }
run_state() { vzctl status "$1" | cut -d' ' -f5; }

# --- words and codes
has "help begins with the version" '^vzctl version [0-9]+\.[0-9]+' "$(vzctl --help | head -n1)"
has "version" '^vzctl version [0-9]' "$(vzctl --version)"
code "no words" 20 vzctl
code "unknown command" 20 vzctl fly 901
code "unknown flag" 20 vzctl --fly status 901
code "no id" 21 vzctl start
code "malformed id" 21 vzctl start 99999999999
code "unknown name" 21 vzctl start vt-nobody
code "bad name" 21 vzctl start ../901
code "id of the host" 21 vzctl start 0
code "unknown id: start" 14 vzctl start 901
code "unknown id: exec" 14 vzctl exec 901 true
code "unknown id: destroy" 14 vzctl destroy 901
code "status of an unknown id" 0 vzctl status 901
is "status of an unknown id" "CTID 901 deleted unmounted down" "$(vzctl status 901)"

is "status loads no library but libc: monitoring asks all the time" 1 \
	"$(ldd "$(command -v vzctl)" | grep -c '=> /')"

# --- create
code "create: template missing" 91 vzctl create 901 --ostemplate vt-nothing
code "create: template with a path" 21 vzctl create 901 --ostemplate ../x
code "create: sample missing" 82 vzctl create 901 --ostemplate busybox --config vt-nothing
code "create: layout ploop" 21 vzctl create 901 --ostemplate busybox --layout ploop
code "create: bad address" 71 vzctl create 901 --ostemplate busybox --ipadd 10.77.1.300
code "create: bad host name" 70 vzctl create 901 --ostemplate busybox --hostname 'a b'
code "create: unknown option" 21 vzctl create 901 --fly
code "create: stray word" 20 vzctl create 901 more
code "create: range out of the zone" 21 vzctl create 901 --ostemplate busybox --local_uid 100000
is "failed creates leave nothing" "" "$(left 901)"
check "create" vzctl create 901 --ostemplate busybox --layout simfs --hostname vt1 --name vt-one \
	--ipadd 10.77.1.1
code "create: private area exists" 44 vzctl create 901 --ostemplate busybox
is "status of a stopped one" "CTID 901 exist unmounted down" "$(vzctl status 901)"
is "name leads to it" "CTID 901 exist unmounted down" "$(vzctl status vt-one)"
uid=$(sed -n 's/^LOCAL_UID="\(.*\)"/\1/p' $conf/901.conf)
code "create: id range taken" 21 vzctl create 902 --ostemplate busybox --local_uid "$uid"
is "range taken leaves nothing" "" "$(left 902)"
code "create: name taken" 131 vzctl create 902 --ostemplate busybox --name vt-one
is "name taken leaves nothing" "" "$(left 902)"
is "files keep their own ids" "0:0" "$(stat -c %u:%g /vz/private/901/etc/passwd)"

# --- disk full
mkdir -p /mnt/small
mount -t tmpfs -o size=256k tmpfs /mnt/small
code "create: a place open to users of the host" 21 vzctl create 903 --ostemplate busybox --private /mnt/small/903
chmod 700 /mnt/small
code "create: disk full" 46 vzctl create 903 --ostemplate busybox --private /mnt/small/903
is "disk full leaves nothing" "" "$(left 903; ls /mnt/small)"
umount /mnt/small

vzctl create 903 --ostemplate debian-13-x86_64 >/dev/null 2>&1 & pid=$!
check "a create is under way" within 60 test -d /vz/private/903.tmp/usr
kill -TERM $pid
wait $pid && not_ok "it is interrupted" "it was done before"
is "an interrupted create leaves nothing" "" "$(left 903)"

# --- start
code "exec in a stopped one" 31 vzctl exec 901 true
code "stop of a stopped one is no error" 0 vzctl stop 901
code "umount of an unmounted one" 40 vzctl umount 901
code "start: unknown option" 20 vzctl start 901 --fly
code "start: stray word" 20 vzctl start 901 more
vzctl --quiet set 901 --disabled yes --save
code "start: disabled" 105 vzctl start 901
vzctl --quiet set 901 --disabled no --save
began=$SECONDS
check "start" vzctl start 901
is "status of a running one" "CTID 901 exist mounted running" "$(vzctl status 901)"
code "start again" 32 vzctl start 901
code "destroy of a running one" 32 vzctl destroy 901
code "umount of a running one" 32 vzctl umount 901
is "state of the cgroup" RUNNING "$(cat $base/901/ve.state)"
is "controllers the VE does not see" "" "$(vzctl exec 901 'ls -a /sys/fs/cgroup' | grep '^ve\.')"
# systemd, LXC and others take a cgroup for their own when all of these can be written.
delegated() { echo $(vzctl exec "$1" 'cd /sys/fs/cgroup; for f in $(cat /sys/kernel/cgroup/delegate); do [ ! -w $f ] || echo $f; done'); }
is "it may write what cgroup delegation gives away" "$(echo $(cat /sys/kernel/cgroup/delegate))" "$(delegated 901)"
is "id-mapped owner" "$uid" "$(stat -c %u /proc/"$(cat $base/901/ve.init)")"
is "the host's view of the root" "nosuid,nodev" \
	"$(sed -n 's|^[^ ]* /vz/root/901 [^ ]* rw,\([^,]*,[^,]*\),.*|\1|p' /proc/mounts)"
is "folder above all roots" 700 "$(stat -c %a /vz/root)"

# --- exec
is "exec runs in the VE" vt1 "$(vzctl exec 901 hostname)"
is "exec joins words" "a b" "$(vzctl exec 901 echo a '"b"')"
code "exec: failure is 8" 8 vzctl exec 901 'exit 3'
code "exec2: failure as it is" 3 vzctl exec2 901 'exit 3'
code "exec2: signal" 137 vzctl exec2 901 'kill -9 $$'
code "exec2: no such command" 127 vzctl exec2 901 vt-nothing
code "exec: no words" 20 vzctl exec 901
is "exec -: script from stdin" "6 x" "$(printf 'a=6\necho $a x\n' | vzctl exec 901 -)"
is "exec: stdin" hello "$(echo hello | vzctl exec 901 cat)"
is "exec: stderr is apart" "" "$(vzctl exec 901 'echo no >&2' 2>/dev/null)"
is "exec: a megabyte through" 1000000 "$(head -c 1000000 /dev/zero | vzctl exec 901 cat | wc -c)"
is "exec: root of the VE at /" "0 /" "$(vzctl exec 901 'echo $(id -u) $(pwd)')"
is "exec: no host descriptors" "0 1 2" \
	"$(exec 7</etc/passwd; vzctl exec 901 'cd /proc/self/fd; for f in [0-9]*; do readlink $f >/dev/null && echo $f; done' | grep -v '^3$' | tr '\n' ' ' | sed 's/ $//')"
is "exec: clean environment" "" "$(VT_SECRET=1 vzctl exec 901 env | grep VT_SECRET)"
is "exec: a daemon does not hold it up" done "$(timeout 200 vzctl exec 901 'sleep 1000 & echo done')"
has "init has container=openvz" 'container=openvz' "$(tr '\0' '\n' </proc/"$(cat $base/901/ve.init)"/environ)"
vzctl exec 901 'echo "<6>a line of VE 901" >/dev/kmsg'
is "its kernel log is its own" "1 0" \
	"$(vzctl exec 901 dmesg | grep -c 'a line of VE 901') $(dmesg | grep -c 'a line of VE 901')"
is "no path of the host in its mounts" "0 /dev/simfs /" "$(vzctl exec 901 '
	echo $(cat /proc/self/mountinfo /proc/mounts /proc/self/mountstats | grep -c "vz/private\|/dev/[sv]d") \
	$(awk "\$2 == \"/\" { print \$1 }" /proc/mounts) $(awk "\$5 == \"/\" { print \$4 }" /proc/self/mountinfo)')"
is "no disk and no DMI string of the host in its /sys" "net" \
	"$(vzctl exec 901 'ls /sys/block /sys/class /sys/firmware 2>/dev/null' | grep -v : | xargs)"
is "it is not taken for a host" "openvz no" \
	"$(vzctl exec 901 '[ -d /proc/vz ] && [ ! -d /proc/bc ] && echo openvz; [ -e /proc/vz/version ] || echo no' | xargs)"
up=$(vzctl exec 901 cut -d. -f1 /proc/uptime)
[ "${up:-99999}" -le $((SECONDS - began + 1)) ] && ok "uptime starts at 0" ||
	not_ok "uptime starts at 0" "$up s, of $((SECONDS - began))"
out=$(script -qec 'vzctl enter 901 --exec "tty; exit 5"' /dev/null </dev/null; echo "code $?")
has "enter: terminal of the VE" '/dev/pts/0' "$out"
has "enter: messages" 'entered into CT 901' "$out"
has "enter: code of the command" 'code 5' "$out"

# --- isolation
is "no host process is seen" "" "$(vzctl exec 901 'ps' | grep -E 'vzeventd|sshd')"
is "no signal gets out" 0 "$(vzctl exec2 901 'kill -9 -1; kill -0 1 && echo 0')"
code "the host's init is safe" 0 kill -0 1
sleep 100000 & outside=$!
code "no signal to a host pid" 8 vzctl exec 901 kill -9 $outside
kill $outside
cp /bin/busybox /tmp/vt-suid && chmod 4755 /tmp/vt-suid
cp -p /tmp/vt-suid /vz/private/901/vt-suid
is "a host user cannot run a setuid file of a VE" "no" \
	"$(setpriv --reuid 65534 --regid 65534 --clear-groups /vz/private/901/vt-suid id -u 2>/dev/null || echo no)"
is "nor through the root" "no" \
	"$(setpriv --reuid 65534 --regid 65534 --clear-groups /vz/root/901/vt-suid id -u 2>/dev/null || echo no)"
rm -f /vz/private/901/vt-suid

# --- network
check "ping from the host" ping -c1 -W30 10.77.1.1
has "host route" '10.77.1.1 .*scope link' "$(ip route show dev venet0)"
has "proxy neighbour" '10.77.1.1 ' "$(ip neigh show proxy)"
check "set --ipadd, live" vzctl set 901 --ipadd 10.77.1.11 --ipadd fd77::1:11 --save
check "ping the new address" ping -c1 -W30 10.77.1.11
check "ping the new v6 address" ping -6 -c1 -W30 fd77::1:11
check "set --ipdel, live" vzctl set 901 --ipdel 10.77.1.11 --ipdel fd77::1:11 --save
is "address is gone" "" "$(vzctl exec 901 ip a | grep 10.77.1.11; ip route | grep 10.77.1.11; cat $base/901/ve.ip | grep 10.77.1.11)"
is "configuration follows" 'IP_ADDRESS="10.77.1.1"' "$(grep IP_ADDRESS $conf/901.conf)"
check "create another" vzctl create 902 --ostemplate busybox --hostname vt2 --ipadd 10.77.1.1
code "start: address in use" 78 vzctl start 902
is "address in use leaves nothing" "" "$(ls -d $base/902 2>&1 | grep -v cannot; grep /vz/root/902 /proc/mounts)"
check "the owner has it still" ping -c1 -W30 10.77.1.1
vzctl --quiet set 902 --ipdel all --ipadd 10.77.1.2 --save
# What a start or restore is at half way, or was when somebody killed it. The daemon would clear
# away what is left of the first one, in the midst of the second: there is no lock here.
systemctl kill -s STOP vz.service
for state in STARTING RESTORING; do
	mkdir $base/902 && echo 902 >$base/902/ve.id && echo $state >$base/902/ve.state
	is "status_and_exec_agree: $state" "$state down stopped 31" \
		"$(cat $base/902/ve.state) $(run_state 902) $(echo $(vzlist -aHo status 902)) $(vzctl exec 902 true >/dev/null 2>&1; echo $?)"
	code "$state: its files are in use" 32 vzctl umount 902
	code "$state: it is not down for who waits" 15 vzctl wait 902 --for down --timeout 0
	echo STOPPED >$base/902/ve.state && rmdir $base/902
done
systemctl kill -s CONT vz.service
mkdir $base/902 && echo 902 >$base/902/ve.id && echo STARTING >$base/902/ve.state
check "start another: a_start_killed_before_it_had_tasks" vzctl start 902
is "status_and_exec_agree: RUNNING" "running running 0" \
	"$(run_state 902) $(echo $(vzlist -aHo status 902)) $(vzctl exec 902 true >/dev/null 2>&1; echo $?)"
code "set: address in use" 78 vzctl set 902 --ipadd 10.77.1.1 --save
is "failed set leaves the configuration" 'IP_ADDRESS="10.77.1.2"' "$(grep IP_ADDRESS $conf/902.conf)"
check "VE to VE" vzctl exec 901 ping -c1 -W30 10.77.1.2
code "an address it does not own" 8 vzctl exec 902 'ip addr add 10.77.1.99/32 dev venet0 &&
	ping -c1 -W2 -I 10.77.1.99 10.77.1.1'
live_of() { # what a change of 902 shows in: two files of its cgroup, its addresses, its name
	echo $(awk '$1 == "numproc" {print $4, $5}' $base/902/ve.ub.resources) $(cat $base/902/cpu.weight) \
		$(cat $base/902/ve.ip) $(vzctl exec 902 hostname)
}
before="$(live_of); $(cat $conf/902.conf)"
code "set: the third of four is refused" 78 vzctl set 902 --numproc 70:71 --cpuunits 3000 \
	--ipadd 10.77.1.12 --ipadd 10.77.1.1 --hostname vt-other --save
is "a_refused_set_changes_nothing" "$before" "$(live_of); $(cat $conf/902.conf)"
is "and leaves no way to the address" "" "$(ip route show dev venet0 | grep '10.77.1.12 ')"
# The last step of all: the file system of the configuration is full of it.
mount -t tmpfs -o ro t /etc/vz/names
code "set: the name cannot be made" 131 vzctl set 902 --numproc 70:71 --cpuunits 3000 \
	--hostname vt-other --ipdel 10.77.1.2 --name vt-x --save
umount /etc/vz/names
is "a_name_that_fails_changes_nothing" "$before" "$(live_of); $(cat $conf/902.conf)"
code "set: bad address" 71 vzctl set 902 --ipadd 127.0.0.1 --save

# --- set
check "set --hostname" vzctl set 902 --hostname vt2b --save
is "host name inside" "vt2b vt2b" "$(vzctl exec 902 'echo $(hostname) $(cat /etc/hostname)')"
check "set --nameserver, --searchdomain" vzctl set 902 --nameserver 10.77.0.1 --searchdomain example.org --save
is "resolv.conf" "search example.org nameserver 10.77.0.1" "$(vzctl exec 902 cat /etc/resolv.conf | tr '\n' ' ' | sed 's/ $//')"
code "set: bad name server" 72 vzctl set 902 --nameserver here --save
check "set --userpasswd" vzctl set 902 --userpasswd root:one
one=$(vzctl exec 902 'grep ^root: /etc/shadow')
has "password is hashed" '^root:\$y\$' "$one"
echo 'root:two' | vzctl --quiet set 902 --userpasswd -
two=$(vzctl exec 902 'grep ^root: /etc/shadow')
has "password from stdin" '^root:\$y\$' "$two"
[ "$one" != "$two" ] && ok "password changes" || not_ok "password changes"
code "set: password of nobody" 74 vzctl set 902 --userpasswd vt-nobody:x
code "set: no colon in it" 21 vzctl set 902 --userpasswd rootx
check "set --ram --swap" vzctl set 902 --ram 128M --swap 64M --save
is "memory.max" 134217728 "$(cat $base/902/memory.max)"
is "memory.swap.max" 67108864 "$(cat $base/902/memory.swap.max)"
has "PHYSPAGES in the configuration" '^PHYSPAGES="0:128M"' "$(grep PHYSPAGES $conf/902.conf)"
check "set --numproc" vzctl set 902 --numproc 30:40 --save
has "numproc in the kernel" '^numproc [0-9]+ [0-9]+ 30 40 ' "$(grep numproc $base/902/ve.ub.resources)"
check "set --privvmpages with a suffix" vzctl set 902 --privvmpages 100M:unlimited
has "privvmpages in the kernel" ' 25600 9223372036854775807 ' "$(grep privvmpages $base/902/ve.ub.resources)"
code "set: barrier above limit" 21 vzctl set 902 --numproc 40:30 --save
code "set: bad number" 21 vzctl set 902 --numproc many --save
code "set: unknown option" 21 vzctl set 902 --fly 1 --save
code "set: name without --save" 131 vzctl set 902 --name vt-two
check "set --name" vzctl set 902 --name vt-two --save
code "set: name taken" 131 vzctl set 902 --name vt-one --save
code "set: ostemplate without --save, stopped" 20 vzctl set 909 --ostemplate x
check "set --onboot --description" vzctl set 902 --onboot yes --description 'a test' --save
has "description" '^DESCRIPTION="a test"' "$(cat $conf/902.conf)"
code "set: onboot maybe" 21 vzctl set 902 --onboot maybe --save
check "set --cpuunits --cpulimit" vzctl set 902 --cpuunits 2000 --cpulimit 50 --save
is "cpu.weight and cpu.max" "200 50000 100000" "$(echo $(cat $base/902/cpu.weight $base/902/cpu.max))"
code "set: cpuunits too small" 21 vzctl set 902 --cpuunits 7 --save
check "set --cpus" vzctl set 902 --cpus 1
is "ve.cpus and the smaller rate" "1 50000 100000" "$(echo $(cat $base/902/ve.cpus $base/902/cpu.max))"
is "one CPU in the VE" "1 1" "$(vzctl exec 902 'echo $(grep -c ^processor /proc/cpuinfo) $(nproc)')"
check "set --cpus 0" vzctl set 902 --cpus 0 --cpulimit 0 --save
is "all CPUs in the VE" "$(nproc) max 100000" "$(vzctl exec 902 nproc) $(cat $base/902/cpu.max)"
check "set --cpumask" vzctl set 902 --cpumask 0 --save
is "cpuset.cpus" 0 "$(cat $base/902/cpuset.cpus)"
has "cpumask in the configuration" '^CPUMASK="0"' "$(cat $conf/902.conf)"
is "the VE runs on that CPU" 1 "$(vzctl exec 902 nproc)"
check "set --cpumask all" vzctl set 902 --cpumask all --save
is "the VE runs on all again" "$(nproc)" "$(vzctl exec 902 nproc)"
code "set: cpumask of words" 21 vzctl set 902 --cpumask one --save
code "set: nodemask alone" 21 vzctl set 902 --nodemask 0 --save
code "set: cpumask auto without nodes" 21 vzctl set 902 --cpumask auto --save

# --- disks
io_of() { echo $(cat $base/902/ve.ub.iolimit $base/902/ve.ub.iopslimit); }
is "no limit of IO at first" "max max" "$(io_of)"
is "vzlist of that" "4 0 0" "$(echo $(vzlist -aH -o ioprio,iolimit,iopslimit 902))"
check "set --iolimit in megabytes" vzctl set 902 --iolimit 10 --iopslimit 200 --save
is "limits in the kernel" "10485760 200" "$(io_of)"
has "bytes in the configuration" '^IOLIMIT="10485760"' "$(cat $conf/902.conf)"
check "set --iolimit with a suffix" vzctl set 902 --iolimit 512K
is "half a megabyte a second" "524288 200" "$(io_of)"
is "vzlist shows what is" "524288 200" "$(echo $(vzlist -aH -o iolimit,iopslimit 902))"
has "JSON as well" '"iolimit": 524288' "$(vzlist -j 902)"
check "set --iolimit 0 --iopslimit 0" vzctl set 902 --iolimit 0 --iopslimit 0
is "no limit again" "max max" "$(io_of)"
code "set: iolimit of words" 21 vzctl set 902 --iolimit much
code "set: iolimit below zero" 21 vzctl set 902 --iolimit -1
code "set: ioprio 8" 21 vzctl set 902 --ioprio 8
modprobe -q bfq # where it is a module, who sets the weight has it
check "set --ioprio" vzctl set 902 --ioprio 7 --save
is "vzlist of ioprio" 7 "$(echo $(vzlist -aH -o ioprio 902))"
is "ioprio_reaches_the_scheduler" "default 640" "$(head -n 1 $base/902/io.bfq.weight)"
check "set --iolimit for a while" vzctl set 902 --iolimit 1M
begin=$(date +%s%N)
vzctl exec 902 'dd if=/dev/zero of=/root/io bs=64k count=64; rm /root/io' >/dev/null 2>&1
took=$((($(date +%s%N) - begin) / 1000000))
[ $took -ge 3000 ] && ok "4 MiB at 1 MiB/s" || not_ok "4 MiB at 1 MiB/s" "$took ms"
[ "$(awk '$1 == "dirty" {print $2}' /proc/bc/902/ioacct)" -ge 4194304 ] &&
	ok "and they are counted" || not_ok "and they are counted" "$(cat /proc/bc/902/ioacct)"
vzctl --quiet set 902 --iolimit 10 --iopslimit 200 --save
check "restart" vzctl restart 902
is "limits after a restart" "10485760 200" "$(io_of)"
vzctl --quiet set 902 --iolimit 0 --iopslimit 0 --save
before=$(cat $conf/902.conf)
has "set without --save says so" 'not saved' "$(vzctl set 902 --numproc 35 2>&1)"
is "and saves nothing" "$before" "$(cat $conf/902.conf)"
echo '#UUID: 4711' >>$conf/902.conf
vzctl --quiet set 902 --numfile 5000 --save
has "foreign lines are kept" '^#UUID: 4711' "$(cat $conf/902.conf)"

# --- settings of the classic tools
ip link add br0 type bridge
kept=$(vzctl set 902 --diskspace 1G:1100M --diskinodes 1000:1100 --quotatime 60 --netfilter full \
	--meminfo pages:1000 --netif_add eth0,02:00:00:00:00:01,,02:00:00:00:00:02,br0 --save 2>&1 >/dev/null)
is "each that nothing enforces is named" "MEMINFO" \
	"$(echo $(grep -Eo 'DISKSPACE|DISKINODES|QUOTATIME|NETFILTER|MEMINFO|NETIF' <<<"$kept" | sort -u))"
has "disk space in plain blocks" '^DISKSPACE="1048576:1126400"$' "$(cat $conf/902.conf)"
has "the ethernet device's name is first" '^NETIF="ifname=eth0,bridge=br0,mac=02:00:00:00:00:01,host_ifname=veth902.0,' \
	"$(cat $conf/902.conf)"
is "vzlist has the limits" "1048576 1126400 1000 1100" \
	"$(echo $(vzlist -aH -o diskspace.s,diskspace.h,diskinodes.s,diskinodes.h 902))"
least "and what is in use" 1 "$(echo $(vzlist -aH -o diskinodes 902))"
code "vzlist -j of them" 0 python3 -c 'import json,subprocess
v=json.loads(subprocess.check_output(["vzlist","-j","902"]))[0]
d=v["diskspace"]
assert d.pop("usage") > 0 and d=={"softlimit":1048576,"hardlimit":1126400} and v["bootorder"] is None'
check "set --netif_del" vzctl set 902 --netif_del eth0 --save
ip link del br0
code "set: device that is not there" 21 vzctl set 902 --netif_del eth0 --save
check "set --bootorder" vzctl set 902 --bootorder 7 --save
is "vzlist of it" 7 "$(echo $(vzlist -aH -o bootorder 902))"
caps_off() { # bits of the bounding sets of init and of what is run: sys_nice 23, sys_time 25
	vzctl exec 902 'cat /proc/1/status /proc/self/status' | awk '/^CapBnd/ {print $2}' |
		while read -r set; do echo $((0x$set >> 23 & 1)) $((0x$set >> 25 & 1)); done
}
is "all capabilities at first" "1 1 1 1" "$(echo $(caps_off))"
check "set --capability" vzctl set 902 --capability sys_time:off,sys_nice:off --setmode restart --save
is "init has them not, nor has what exec runs" "0 0 0 0" "$(echo $(caps_off))"
vzctl --quiet set 902 --capability sys_time:on --capability sys_nice:on --save
rm -f /dev/vt-node && mknod /dev/vt-node c 1 11
write_node() { vzctl exec 902 'echo vt >/dev/vt-node'; }
vzctl exec 902 'rm -f /dev/vt-node'
if [ -e $base/902/ve.devices ]; then
	check "set --devnodes" vzctl set 902 --devnodes vt-node:w --save
	check "the VE has the node and may write" write_node
	code "but not read" 8 vzctl exec 902 'head -c1 /dev/vt-node'
	before=$(cat $base/902/ve.devices)
	code "set: devices and a taken address" 78 vzctl set 902 --ipadd 10.77.1.1 --devices c:1:4:r --save
	is "a_refused_set_gives_no_device" "$before" "$(cat $base/902/ve.devices)"
	check "restart with it" vzctl restart 902
	check "it may write after a restart" write_node
	check "set --devnodes none" vzctl set 902 --devnodes vt-node:none --save
	code "it may not any more" 8 write_node
fi
code "set: loop devices are refused" 21 vzctl set 902 --devices b:7:all:rw --save
rm -f /dev/vt-node
printf 'echo in $(hostname)\nexit 3\n' >/tmp/vt-script
code "runscript ends as the script" 3 vzctl runscript 902 /tmp/vt-script
is "and ran in the VE" "in vt2b" "$(vzctl runscript 902 /tmp/vt-script)"
code "runscript: no such script" 21 vzctl runscript 902 /tmp/vt-none
code "runscript: a folder" 21 vzctl runscript 902 /tmp
code "runscript: no script" 20 vzctl runscript 902

# --- a limit bites
vzctl --quiet set 902 --numproc 30 --save
vzctl exec 902 'i=0; while [ $i -lt 60 ]; do sleep 3000 & i=$((i+1)); done' >/dev/null 2>&1
[ "$(awk '$1 == "numproc" {print $6}' $base/902/ve.ub.resources)" -gt 0 ] &&
	ok "numproc stops a fork bomb" || not_ok "numproc stops a fork bomb" "$(grep numproc $base/902/ve.ub.resources)"
[ "$(awk '$1 == "numproc" {print $3}' $base/902/ve.ub.resources)" -le 30 ] &&
	ok "and its peak stays below" || not_ok "and its peak stays below"
check "the other one goes on" vzctl exec 901 true
code "exec at the limit says so" 6 vzctl exec 902 true
vzctl --quiet set 902 --numproc 100 --save
check "a raised limit lets it in again" vzctl exec 902 'killall sleep'

# --- vzlist
has "vzlist: header" '^      CTID      NPROC STATUS    IP_ADDR         HOSTNAME$' "$(vzlist | head -n1)"
has "vzlist: row" '^       901 +[0-9]+ running   10.77.1.1       vt1$' "$(vzlist)"
is "vzlist -1" "901 902" "$(echo $(vzlist -1))"
is "vzlist -H -o" "902 vt-two running" "$(echo $(vzlist -H -o ctid,name,status 902))"
is "vzlist -s" "902 901" "$(echo $(vzlist -1 -s -ctid))"
is "vzlist -S" "" "$(vzlist -H -S 2>/dev/null | grep -E ' 90[12] ')"
code "vzlist: unknown id" 1 vzlist 907
code "vzlist: unknown field" 1 vzlist -o fly
vzlist -a -j >/tmp/vt-json
code "vzlist -j is JSON" 0 python3 -c 'import json; v=[x for x in json.load(open("/tmp/vt-json")) if x["ctid"]==901][0]
assert v["status"]=="running" and v["hostname"]=="vt1" and v["ip"]==["10.77.1.1"] and v["numproc"]["held"]>0 and v["onboot"] is False'
has "vzlist -L" '^numproc +NPROC' "$(vzlist -L)"
# A path of the VE leads where its root wants it to: the kernel is asked instead.
check "a VE puts a pipe in the place of its load" \
	vzctl exec 901 'mount -t tmpfs t /proc && mkfifo /proc/loadavg'
has "vzlist does not look there" '^[0-9.]+/[0-9.]+/[0-9.]+$' \
	"$(timeout 60 vzlist -aH -o laverage 901 | tr -d ' ')"
check "the VE takes it away" vzctl exec 901 'umount -n -i /proc'

# --- lock
echo "$$" >/vz/lock/902.lck
code "locked" 9 vzctl stop 902
has "the owner is named" "pid $$" "$(vzctl stop 902 2>&1)"
code "status needs no lock" 0 vzctl status 902
code "exec needs no lock" 0 vzctl exec 902 true
code "--skiplock" 0 vzctl --skiplock set 902 --numproc 40 --save
{ echo $$; echo vzeventd; cat /proc/sys/kernel/random/boot_id; } >/vz/lock/902.lck
(sleep 2; rm /vz/lock/902.lck) &
code "waits_for_vzeventd" 0 vzctl set 902 --numproc 42 --save
echo 4194305 >/vz/lock/902.lck
code "a dead owner's lock is taken over" 0 vzctl set 902 --numproc 41 --save

# --- features, restart, reboot, stop
code "set: unknown feature" 21 vzctl set 902 --features fly:on --save
check "set --features, --setmode restart" vzctl set 902 --features nesting:on --setmode restart --save
is "feature is on" nesting "$(cat $base/902/ve.features)"
check "restart" vzctl restart 901
is "restarted" running "$(run_state 901)"
check "ping after restart" ping -c1 -W30 10.77.1.1
first=$(cat $base/901/ve.init)
vzctl exec 901 reboot >/dev/null 2>&1
another_init() {
	local now
	now=$(cat $base/901/ve.init 2>/dev/null)
	[ "${now:-0}" != 0 ] && [ "$now" != "$first" ] && [ "$(run_state 901)" = running ]
}
check "reboot from inside" within 120 another_init
check "address is back after reboot" within 120 ping -c1 -W5 10.77.1.1
vzctl exec 901 poweroff >/dev/null 2>&1
ended() { [ ! -e $base/901 ] && [ ! -e /vz/lock/901.lck ]; }	# the lock goes last
within 120 ended
is "poweroff from inside is cleaned up" "CTID 901 exist unmounted down" "$(vzctl status 901)"
check "start with --force after it" vzctl start 901 --force
check "stop --fast" vzctl stop 901 --fast
is "stopped" "CTID 901 exist unmounted down" "$(vzctl status 901)"
is "nothing is left of its run" "" "$(ls -d $base/901 2>/dev/null; grep /vz/root/901 /proc/mounts; ip route show dev venet0 | grep '10.77.1.1 '; ip neigh show proxy | grep '10.77.1.1 ')"
code "runscript in a stopped one" 3 vzctl --quiet runscript 901 /tmp/vt-script
is "and it is stopped again" "CTID 901 exist unmounted down" "$(vzctl status 901)"
check "mount" vzctl mount 901
code "mount again" 0 vzctl mount 901
is "status of a mounted one" "CTID 901 exist mounted down" "$(vzctl status 901)"
code "destroy of a mounted one" 41 vzctl destroy 901
check "umount" vzctl umount 901

# --- an init that cannot be run, a private area that is gone
mv /vz/private/901/sbin /vz/private/901/sbin.off 2>/dev/null
mkdir -p /vz/private/901/sbin
printf 'no program' >/vz/private/901/sbin/init && chmod 755 /vz/private/901/sbin/init
code "init cannot be run" 47 vzctl start 901
is "and leaves nothing" "" "$(ls -d $base/901 2>/dev/null; grep /vz/root/901 /proc/mounts; ip route show dev venet0 | grep '10.77.1.1 ')"
rm -rf /vz/private/901/sbin
mv /vz/private/901/sbin.off /vz/private/901/sbin 2>/dev/null
mv /vz/private/901 /vz/private/901.away
code "private area missing" 43 vzctl start 901
mv /vz/private/901.away /vz/private/901
# the VE's root set a trap: its /proc and /dev lead out
ln -s / /vz/private/901/vt-out
check "action scripts: start with one" bash -c 'printf "#!/bin/sh\necho \$VEID >/tmp/vt-mount\n" >/etc/vz/conf/901.mount
	chmod 755 /etc/vz/conf/901.mount && vzctl start 901 && [ "$(cat /tmp/vt-mount)" = 901 ]'
vzctl --quiet stop 901
printf '#!/bin/sh\nexit 1\n' >$conf/901.mount
code "action scripts: failure" 79 vzctl start 901
is "failed action leaves nothing" "" "$(ls -d $base/901 2>/dev/null; grep /vz/root/901 /proc/mounts)"
rm -f $conf/901.mount

# --- the daemon
daemon=$(main_pid)
kill -9 "$daemon"
daemon_is_back() {
	[ "$(main_pid)" != "$daemon" ] && systemctl is-active -q vz.service && [ "$(run_state 902)" = running ]
}
check "daemon restarts and knows its VEs" within 60 daemon_is_back
# a new one is the same process with another copy of the program
daemon=$(main_pid) copy=$(stat -Lc %i "/proc/$(main_pid)/exe")
systemctl kill -s HUP --kill-whom=main vz.service
took_over() {
	[[ $(readlink "/proc/$daemon/exe") == *memfd* ]] && [ "$(stat -Lc %i "/proc/$daemon/exe")" != "$copy" ] &&
		[ "$(main_pid)" = "$daemon" ] && systemctl is-active -q vz.service
}
check "daemon takes over on SIGHUP" within 60 took_over
is "VEs live on" running "$(run_state 902)"

is "not started twice" 1 "$(grep -c . $base/902/ve.init)"

# --- suspended by hand; the service stops and starts all
check "chkpnt --suspend" vzctl chkpnt 902 --suspend
code "exec in a suspended one" 31 vzctl exec 902 true
check "chkpnt --resume" vzctl chkpnt 902 --resume
check "exec after it" vzctl exec 902 true
vzctl exec 902 'echo kept >/dev/shm/vt'
check "the service stops" systemctl stop vz.service
is "its VEs are suspended" "CTID 902 exist unmounted down suspended" "$(vzctl status 902)"
check "the service starts" systemctl start vz.service
again() { [ "$(run_state 902)" = running ] && [ ! -e /vz/lock/902.lck ]; }
check "those that ran run again" within 300 again
is "with their memory" kept "$(vzctl exec 902 cat /dev/shm/vt)"
is "and their cgroups" "$(echo $(cat /sys/kernel/cgroup/delegate))" "$(delegated 902)"

# --- of the caller's session nothing comes into a VE, whoever makes its processes
# All that goes over fork and exec and that the host can see of process $1.
attributes() {
	sed 's/  */ /g' "/proc/$1/limits"
	grep -E '^(Umask|SigBlk|SigIgn|NoNewPrivs|Seccomp|Speculation|Cpus_allowed|Mems_allowed|THP_enabled)' "/proc/$1/status"
	for file in oom_score_adj coredump_filter timerslack_ns personality loginuid; do
		echo "$file $(cat "/proc/$1/$file" 2>/dev/null)"
	done
	ionice -p "$1"
	chrt -p "$1" | sed 's/[0-9]*.s current//'
	sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f16,17
	tr '\0' '\n' < "/proc/$1/environ"
}
odd() { # COMMAND...: from as odd a session as can be
	(
		ulimit -n 48 -u 9999 -c 7 -s 4096 -l 9 -i 77 -q 9999 -x 99
		umask 077
		trap '' PIPE HUP USR1 CHLD RTMIN+3
		{
			echo 0x7f > /proc/$BASHPID/coredump_filter
			echo 77777 > /proc/$BASHPID/timerslack_ns
			echo 12345 > /proc/$BASHPID/loginuid
		} 2>/dev/null
		exec nice -n 7 taskset 1 ionice -c 3 choom -n 300 -- setarch -R env ODD=1 HOME=/odd PATH="$PATH" "$@" 0<&- 2>/dev/null
	)
}
# While init waits for a signal, which it is on its way to for a moment, none is blocked.
waits() { grep -q '^SigBlk:[[:space:]]*0*$' "/proc/$1/status"; }
inits() {
	within 60 waits "$(cat $base/905/ve.init)"
	cat $base/905/ve.init
}
in_ve() { procs 905 | awk '/sleep 7777/ && !/sh -c/ { print $1; exit }'; }
session() { # the attributes of init and of a process of exec; the calls are made through $1, when there is one
	$1 vzctl --quiet start 905 && within 60 serves 905 || return
	attributes "$(inits)"
	$1 vzctl exec 905 'exec sleep 7777' </dev/null >/dev/null 2>&1 &
	within 60 runs 905 'sleep 7777'
	attributes "$(in_ve)"
	vzctl exec 905 killall sleep
	wait
	[ -z "${2:-}" ] || { vzctl --quiet chkpnt 905 && $1 vzctl --quiet restore 905 && attributes "$(inits)"; }
	vzctl --quiet stop 905 --fast
}
check "a VE for sessions" vzctl create 905 --ostemplate busybox --hostname vt5
plain=$(session "" restore 2>&1)
same "an odd session leaves nothing in init, exec and restore" "$plain" "$(session odd restore 2>&1)"
echo "# $(wc -l <<<"$plain") attributes"
is "the odd session was odd" 1 "$(odd grep -c '^Max open files *48 ' /proc/self/limits)"
code "a session without new privileges starts no VE" 3 setpriv --no-new-privs vzctl start 905
is "exec passes on that nobody reads" 1 "$(vzctl start 905 >/dev/null && timeout 60 bash -c 'vzctl exec 905 yes | head -n 1 | wc -l')"
check "that program has ended" within 30 no runs 905 ' yes *$'
check "destroy it" bash -c 'vzctl stop 905 --fast && vzctl destroy 905'

# --- destroy
vzctl --quiet stop 902
check "destroy" vzctl destroy 902
is "destroyed" "CTID 902 deleted unmounted down" "$(vzctl status 902)"
check "configuration is kept aside" test -f $conf/902.conf.destroyed
is "nothing is left" "" "$(left 902; ls /etc/vz/names | grep vt-two)"
check "destroy the first" vzctl destroy vt-one
is "nothing is left of it" "" "$(left 901; ls /etc/vz/names | grep vt-one)"

# --- debian
if [ -z "${VT_FAST:-}" ]; then
	check "create debian" vzctl create 904 --ostemplate debian-13-x86_64 --hostname vt4 --config vswap-512m --ipadd 10.77.1.4
	check "start debian" vzctl start 904
	within 600 systemd_up vzctl exec 904
	is "debian is running, not degraded" running "$state"
	is "no failed units" "" "$(vzctl exec 904 systemctl --failed --no-legend --plain)"
	echo "# $(vzctl exec 904 'cat /run/systemd/container; ls /proc/vz')"
	is "detects its virtualisation" openvz "$(vzctl exec 904 systemd-detect-virt -c)"
	check "sshd listens" bash -c 'exec 3<>/dev/tcp/10.77.1.4/22 && read -r -t 60 line <&3 && [[ $line = SSH-* ]]'
	as_user() { vzctl exec2 904 "runuser -u nobody -- $*"; }
	check "a user of it pings" as_user ping -c 1 -W 60 10.77.1.4
	check "and over IPv6" as_user ping -c 1 -W 60 ::1
	check "it sets what Debian sets at boot" \
		vzctl exec2 904 'echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range'
	check "a user of it still pings" as_user ping -c 1 -W 60 10.77.1.4
	check "it does not set what its limits cannot bear" \
		vzctl exec2 904 '! echo 1000000 > /proc/sys/net/core/somaxconn' 2>/dev/null
	check "stop debian" vzctl stop 904
	is "debian halted by itself" "CTID 904 exist unmounted down" "$(vzctl status 904)"
	check "destroy debian" vzctl destroy 904
fi
exit $bad
