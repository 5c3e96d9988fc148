#!/bin/bash
# The network of VEs as an operator and a VE's root meet it; runs on node1.
# Two busybox VEs.
#
#    VE 301  10.77.1.31 fd77::1:31     VE 302  10.77.1.32 fd77::1:32
#                          \           /
#    node2 10.77.0.2 ----- node1 10.77.0.1 (routes, filters, answers for them)
set -uo pipefail
suite=net
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

cg=/sys/fs/cgroup/vz.slice/vz.service
one=10.77.1.31 one6=fd77::1:31 two=10.77.1.32 two6=fd77::1:32
work=$(mktemp -d)
cleanup() {
	for id in 301 302 303; do
		vzctl stop $id --fast
		vzctl destroy $id
	done >/dev/null 2>&1
	iptables -D FORWARD -s $one -d $two -j DROP 2>/dev/null
	ip6tables -D FORWARD -s $one6 -d $two6 -j DROP 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

in1() { vzctl exec2 301 "$*"; }
in2() { vzctl exec2 302 "$*"; }
reach() { ping -c 1 -W 30 "$1" >/dev/null; }
deaf() { ! ping -c 1 -W 2 "$1" >/dev/null; }
get() { curl -sfg -m 200 -o "$1" "http://$2:8080/blob" && cmp -s "$work/blob" "$1"; }
route() { ip route get "$1" | grep -q 'dev venet0'; }
no_route() { ! ip route show | grep -qw "$1" && ! ip -6 route show | grep -qw "$1"; }
owns() { grep -qxF "$2" $cg/$1/ve.ip; }
veip() { grep -qx " *$1 *$2" /proc/vz/veip; }
spoofed() { awk '{print $5}' $cg/$1/ve.net; }

# --- addresses are given at start ----------------------------------------------------
check "create 301" vzctl create 301 --ostemplate busybox --ipadd $one --ipadd $one6
check "create 302" vzctl create 302 --ostemplate busybox --ipadd $two --ipadd $two6
check "start 301" vzctl start 301
check "start 302" vzctl start 302
# what follows says that things do not work: it means nothing without the VEs
[ $bad = 0 ] || exit 1
check "the VE owns its IPv4 address" owns 301 $one
check "the VE owns its IPv6 address" owns 301 $one6
check "/proc/vz/veip has it" veip $one 301
check "/proc/vz/veip has the IPv6 one" veip $one6 301
check "the host has a route" route $one
check "and an IPv6 one" route $one6
check "a VE sees its own addresses only in veip" \
	test "$(in1 'cat /proc/vz/veip' | tail -n +2 | awk '{print $2}' | sort -u)" = 301
check "the VE's device is venet0, with no link layer" \
	test "$(in1 'ip link show venet0' | grep -E 'POINTOPOINT|NOARP' | grep -c UP)" = 1

# --- packets ----------------------------------------------------------------------------
check "host to VE" reach $one
check "host to VE, IPv6" reach $one6
check "VE to host" in1 "ping -c 1 -W 30 10.77.0.1"
check "VE to host, IPv6" in1 "ping -c 1 -W 30 fd77::1"
check "VE to VE" in1 "ping -c 1 -W 30 $two"
check "VE to VE, IPv6" in1 "ping -c 1 -W 30 $two6"
check "a packet as long as the MTU" ping -c 1 -W 30 -M do -s 1472 $one
head -c 4M /dev/urandom > "$work/blob"
vzctl exec2 301 'mkdir -p /srv; cat > /srv/blob; busybox httpd -p 8080 -h /srv' < "$work/blob"
check "4 MB by HTTP from the VE" get "$work/got" $one
check "4 MB by HTTP from the VE, IPv6" get "$work/got6" "[$one6]"
sum=$(md5sum < "$work/blob")
check "4 MB by HTTP from VE to VE" \
	test "$(in2 "wget -q -O - http://$one:8080/blob | md5sum")" = "$sum"
check "counters of the VE move" \
	test "$(awk '$2 > 1000 && $4 > 12000000 && $5 == 0' $cg/301/ve.net | wc -l)" = 1

redirects() {
	awk '/^Icmp:/ { if (n) print $n; for (i = 1; i <= NF; i++) if ($i == "OutRedirects") n = i }' /proc/net/snmp
}
before=$(redirects)
in1 "ping -c 3 -i 0.2 -W 30 $two" >/dev/null
check "the host sends no redirects between VEs" test "$(redirects)" = "$before"

# --- the host's firewall sees what passes between VEs -----------------------------------
iptables -I FORWARD -s $one -d $two -j DROP
ip6tables -I FORWARD -s $one6 -d $two6 -j DROP
check "FORWARD refuses VE to VE" no in1 "ping -c 1 -W 2 $two"
check "FORWARD refuses VE to VE, IPv6" no in1 "ping -c 1 -W 2 $two6"
check "the rule has counted it" \
	test "$(iptables -nvxL FORWARD | awk '$3 == "DROP" {print $1; exit}')" -ge 1
conf=/etc/vz/vz.conf
direct() { # yes|no: for what starts from now on
	sed -i '/^VENET_DIRECT=/d' $conf && echo "VENET_DIRECT=\"$1\"" >> $conf && vzctl restart 302
}
check "VENET_DIRECT=yes" direct yes
check "VE to VE goes past it" in1 "ping -c 1 -W 30 $two"
check "VE to VE goes past it, IPv6" in1 "ping -c 1 -W 30 $two6"
check "host to VE as before" reach $two
check "VENET_DIRECT=no" direct no
check "FORWARD refuses it again" no in1 "ping -c 1 -W 2 $two"
iptables -D FORWARD -s $one -d $two -j DROP
ip6tables -D FORWARD -s $one6 -d $two6 -j DROP
check "VE to VE again" in1 "ping -c 1 -W 30 $two"

# --- what rules of a VE log is in its log, and in the host's with its number -------------
nsenter -t "$(cat $cg/301/ve.init)" -n nft -f - <<'END'
add table ip seen
add chain ip seen in { type filter hook input priority 0; }
add rule ip seen in icmp type echo-request log prefix "seen: "
END
ping -c 1 -W 30 $one >/dev/null
check "a rule of a VE logs to the VE's log" test "$(in1 dmesg | grep -c 'seen: IN=venet0 ')" -ge 1
check "and to no other VE's" no in2 "dmesg | grep seen:"
check "the host's log has it with the VE's number" \
	test "$(dmesg | grep -c 'VE 301: seen: IN=venet0 ')" -ge 1
check "and no other line of it" no grep -q '] seen: ' <(dmesg)
nsenter -t "$(cat $cg/301/ve.init)" -n nft delete table ip seen

# --- addresses that are not the VE's ------------------------------------------------------
before=$(spoofed 301)
in1 "ip addr add 10.77.1.77/32 dev venet0; ip -6 addr add fd77::1:77/128 dev venet0"
check "root of a VE cannot use an address it gave itself" \
	no in1 "ping -c 1 -W 2 -I 10.77.1.77 10.77.0.1"
check "nor an IPv6 one" no in1 "ping -c 1 -W 2 -I fd77::1:77 fd77::1"
check "nor the address of another VE" \
	no in1 "ip addr add $two/32 dev venet0; ping -c 1 -W 2 -I $two 10.77.0.1"
check "each is counted" test $(($(spoofed 301) - before)) -ge 3
# or the VE goes on choosing them
in1 "ip addr del $two/32 dev venet0; ip addr del 10.77.1.77/32 dev venet0
	ip -6 addr del fd77::1:77/128 dev venet0" >/dev/null 2>&1
# A program of the VE's root that writes IP headers: its user and net namespaces.
init=$(cat $cg/301/ve.init)
raw() { # SRC DST: one UDP packet to port 9999 of DST
	nsenter -t "$init" -U -n -S 0 -G 0 python3 - "$1" "$2" <<'END'
import socket, struct, sys
src, dst = sys.argv[1:]
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 29, 0, 0, 64, 17, 0,
                 socket.inet_aton(src), socket.inet_aton(dst))
s.sendto(ip + struct.pack('!HHHH', 9999, 9999, 9, 0) + b'x', (dst, 0))
END
}
# heard SRC: does a packet that says it is from SRC come to the host? An honest
# one goes behind it, so that "no" needs no wait.
heard() {
	local pid
	timeout 300 python3 -c 'if 1:
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("10.77.0.1", 9999))
		print("ready", flush=True)
		print(s.recvfrom(10)[1][0])' > "$work/heard" & pid=$!
	within 100 grep -q ready "$work/heard" && raw "$1" 10.77.0.1 && raw $one 10.77.0.1 || return 2
	wait $pid || return 2
	[ "$(tail -n 1 "$work/heard")" = "$1" ] && return
	[ "$(tail -n 1 "$work/heard")" = $one ] && return 1
	return 2
}
check "a raw packet from its own address arrives" heard $one
before=$(spoofed 301)
for src in $two 10.77.0.2 192.0.2.1; do
	code "a raw packet from $src does not" 1 heard $src
done
check "raw ones are counted" test $(($(spoofed 301) - before)) = 3
check "the kernel log names the VE" sh -c "dmesg | grep -q 'venet: VE 301 sends from'"
check "root of a VE makes no second device" no in1 "ip link add venet1 type venet"
check "root of a VE cannot read who owns what of others" \
	no in1 "grep -q $two /proc/vz/veip"

# --- changes while it runs -----------------------------------------------------------------
code "an address in use is refused with 78" 78 vzctl set 302 --ipadd $one --save
check "and left no trace in the configuration" no grep -qw $one /etc/vz/conf/302.conf
check "and does not disturb its owner" reach $one
check "add an address" vzctl set 301 --ipadd 10.77.1.33 --save
check "it works" reach 10.77.1.33
check "the VE may send from it" in1 "ping -c 1 -W 30 -I 10.77.1.33 10.77.0.1"
check "delete it" vzctl set 301 --ipdel 10.77.1.33 --save
check "it is dead" deaf 10.77.1.33
check "its route is gone" no_route 10.77.1.33
check "nobody owns it" no grep -qw 10.77.1.33 /proc/vz/veip
check "another VE may have it" vzctl set 302 --ipadd 10.77.1.33 --save
check "where it works" reach 10.77.1.33
check "delete it again" vzctl set 302 --ipdel 10.77.1.33 --save
check "an address of no VE is unreachable at once" \
	sh -c 'ip route add 10.77.1.99 dev venet0; ping -c 1 -W 2 10.77.1.99 | grep -q Unreachable; r=$?; ip route del 10.77.1.99; exit $r'

# --- traffic classes --------------------------------------------------------------------------
classes=/etc/vz/conf/networks_classes
cp $classes "$work/classes"
row() { vznetstat "$@" | tail -n 1 | awk '{ print $2, $3, $4, $5, $6 }'; }
check "the service has loaded its file" grep -qx '1 0.0.0.0/0' /sys/fs/cgroup/ve.classes
printf '0 %s/32\n1 0.0.0.0/0\n2 10.77.0.9/24 # the hosts\n5 fd77::/112\n' $two > "$work/new"
check "load classes" vztactl class_load "$work/new"
is "class 0 goes last" "1 0.0.0.0/0,2 10.77.0.0/24,0 $two/32" \
	"$(paste -sd, /sys/fs/cgroup/ve.classes)"
has "class_list tells addresses and masks" '^2 +10\.77\.0\.0 +255\.255\.255\.0$' "$(vztactl class_list)"
check "counters begin anew" vztactl reset_all_stat
in1 "ping -c 3 -i 0.2 -W 30 10.77.0.1" >/dev/null
in1 "ping -c 2 -i 0.2 -W 30 $two" >/dev/null
in1 "ping -c 1 -W 30 fd77::1" >/dev/null
is "three pings of the host are in its class" "2 252 3 252 3" "$(row -v 301 -c 2)"
is "two of another VE in that of its address" "0 168 2 168 2" "$(row -v 301 -c 0)"
is "where they are in that of this one" "1 168 2 168 2" "$(row -v 302 -c 1)"
is "IPv6 has a table of its own" "5 104 1 104 1" "$(row -6 -v 301 -c 5)"
is "and is counted apart" "5 0 0 0 0" "$(row -4 -v 301 -c 5)"
is "classes that have networks are shown" "0 1 2 5" \
	"$(vznetstat -v 301 | tail -n +2 | awk '{ print $2 }' | xargs)"
is "-a shows all" 16 "$(vznetstat -v 301 -a | tail -n +2 | wc -l)"
is "all VEs have rows" "301 302" "$(vznetstat | awk 'NR > 1 { print $1 }' | sort -u | xargs)"
is "/proc/vz/venetstat has the bytes" "252 252" \
	"$(tr / ' ' < /proc/vz/venetstat | awk '$1 == 301 { print $6, $7 }')"
check "a VE has none" no in1 "cat /proc/vz/venetstat"
before=$(cat /sys/fs/cgroup/ve.classes)
printf '1 0.0.0.0/0\n2 10.77.0/24\n' > "$work/new"
check "a file with a mistake is refused" no vztactl class_load "$work/new"
has "by file and line" "$work/new, line 2 " "$(vztactl class_load "$work/new" 2>&1)"
same "and changes nothing" "$before" "$(cat /sys/fs/cgroup/ve.classes)"
code "the counters of no VE" 31 vznetstat -v 303
code "a class that is none" 21 vznetstat -c 16
before=$(row -v 301 -c 2)
check "suspend 301" vzctl suspend 301
check "resume 301" vzctl resume 301
is "counters go on after a checkpoint" "$before" "$(row -v 301 -c 2)"
in1 "ping -c 1 -W 30 10.77.0.1" >/dev/null
is "where they were" "2 336 4 336 4" "$(row -v 301 -c 2)"
echo '9 10.77.0.1/32' >> $classes
check "reload the service" systemctl reload vz
check "it loads the file again" within 100 grep -qx '9 10.77.0.1/32' /sys/fs/cgroup/ve.classes
cp "$work/classes" $classes
check "unload" vztactl class_unload
is "the table is empty" "" "$(cat /sys/fs/cgroup/ve.classes /sys/fs/cgroup/ve.classes_v6)"
check "load what there was" vztactl class_load

# --- shaping ------------------------------------------------------------------------------------
cp $conf "$work/vz.conf"
rate() { paste -sd, $cg/$1/ve.rate; }
# kbit NAME URL: what comes of a blob a second, in kbit/s of IP packets
kbit() {
	local from begin
	from=$(traffic_out) begin=$(date +%s%N)
	get "$work/got" "$1" || return
	echo $((($(traffic_out) - from) * 8000000 / ($(date +%s%N) - begin)))
}
traffic_out() { awk '{ n += $5 } END { print n + 0 }' $cg/301/ve.traffic; }
# What is saved up and lent, 0.05 to 0.2 s of the rate, is up to an eighth of so short a time.
slow() { # NAME KBIT HOST: no more than a fifth above
	local got
	got=$(kbit "$3") || got=0
	if [ "$got" -gt 0 ] && [ "$got" -le $(($2 * 12 / 10)) ]; then ok "$1"; else not_ok "$1" "$got kbit/s"; fi
}
head -c 600K /dev/urandom > "$work/blob"
vzctl exec2 301 'cat > /srv/blob' < "$work/blob"
check "a rate" vzctl set 301 --rate '*:1:1600' --ratebound yes --save
is "it has no effect without TRAFFIC_SHAPING" "" "$(rate 301)"
sed -i 's/^TRAFFIC_SHAPING=.*/TRAFFIC_SHAPING="yes"/' $conf
check "with it" vzctl set 301 --rate '*:1:1600' --ratebound yes --save
is "the kernel has it" "1 1600 bound 0" "$(rate 301)"
slow "it sends no faster than its rate" 1600 $one
slow "nor in IPv6" 1600 "[$one6]"
is "the other VE has none" "" "$(rate 302)"
for bad in 1 1:0 16:8 1:-8 1:100000001 eth0:1:8:9 a/b:1:8 ''; do
	check "--rate '$bad' is refused" no vzctl set 301 --rate "$bad" --save
done
is "and changes nothing" "1 1600 bound 0" "$(rate 301)"
check "restart" vzctl restart 301
is "the rate is there after it" "1 1600 bound 0" "$(rate 301)"
vzctl exec2 301 'busybox httpd -p 8080 -h /srv'
check "suspend" vzctl suspend 301
check "resume" vzctl resume 301
is "and after a restore" "1 1600 bound 0" "$(rate 301)"
slow "which it keeps" 1600 $one
echo 'TOTALRATE="*:1:3200"' >> $conf
check "a total rate" systemctl reload vz
check "is a pool" within 100 grep -qx '1 3200' /sys/fs/cgroup/ve.totalrate
check "a rate that is no limit" vzctl set 301 --ratebound no --save
slow "borrows what the pool has and no more" 3200 $one
check "no rate" vzctl set 301 --rate none --save
is "and none is there" "" "$(rate 301)"
cp "$work/vz.conf" $conf
check "reload the service" systemctl reload vz
check "no pool" within 100 sh -c '[ -z "$(cat /sys/fs/cgroup/ve.totalrate)" ]'

# --- the hold ---------------------------------------------------------------------------------
waiting() { awk '{print $2}' $cg/301/ve.hold; }
echo 1 > $cg/301/ve.hold
ping -c 5 -i 0.2 -W 300 $one > "$work/ping" & pid=$!
check "packets to a held VE wait" within 100 sh -c "[ \$(cut -d' ' -f2 $cg/301/ve.hold) -ge 5 ]"
check "no answer yet" no grep -q 'bytes from' "$work/ping"
echo 0 > $cg/301/ve.hold
wait $pid
check "each is answered after the hold" grep -q ' 0% packet loss' "$work/ping"
check "in order" test "$(sed -n 's/.*bytes from.*icmp_seq=\([0-9]*\).*/\1/p' "$work/ping" | tr -d '\n')" = 12345
check "nothing waits any more" test "$(waiting)" = 0

# --- addresses that another machine has ------------------------------------------------------------
# taken COMMAND...: refused with 78. Frames may be lost and late: it may be asked again.
taken() {
	for _ in 1 2 3 4 5; do
		"$@" >"$work/taken" 2>&1
		[ $? != 78 ] || return 0
		vzctl stop 303 --fast
		vzctl set 302 --ipdel all --save
		vzctl set 302 --ipadd $two --ipadd $two6 --save --skip_arpdetect
	done >/dev/null 2>&1
	return 1
}
stopped() { ! [ -e $cg/303 ] && ! mountpoint -q /vz/root/303; }
duplicates() {
	local far=10.77.1.39 far6=fd77::1:39 name mac
	mac=$(ssh node2 "cat /sys/class/net/$(ip -o route get 10.77.0.2 | sed 's/.* dev \([^ ]*\).*/\1/')/address")
	check "a VE on node2" ssh node2 "vzctl create 309 --ostemplate busybox --ipadd $far --ipadd $far6 && vzctl start 309"
	echo 'ERROR_ON_ARPFAIL="yes"' >> /etc/vz/conf/302.conf
	for name in 10.77.0.2 fd77::2 $far $far6; do
		check "$name is refused" taken vzctl set 302 --ipadd $name --save
		check "by the name of who has it" grep -q "$name.*$mac\|$mac.*$name" "$work/taken"
		check "and not in the configuration" no grep -qw $name /etc/vz/conf/302.conf
	done
	check "they are not disturbed" reach $far
	check "a VE with such an address" vzctl create 303 --ostemplate busybox --ipadd $far
	echo 'ERROR_ON_ARPFAIL="yes"' >> /etc/vz/conf/303.conf
	check "is not started" taken vzctl start 303
	check "and nothing is left of the start" stopped
	check "unless that is wanted" vzctl start 303 --skip_arpdetect
	vzctl stop 303 --fast >/dev/null
	sed -i '/ARPFAIL/d' /etc/vz/conf/303.conf
	check "it is a warning without ERROR_ON_ARPFAIL" warned
	vzctl stop 303 --fast >/dev/null
	check "a VE whose address nobody has is started in silence" silent
	ssh node2 "vzctl stop 309 --fast; vzctl destroy 309" >/dev/null 2>&1
}
warned() {
	for _ in 1 2 3 4 5; do
		vzctl start 303 >"$work/warned" 2>&1 || return
		grep -q "Warning: 10.77.1.39 .*$mac" "$work/warned" && return
		vzctl stop 303 --fast >/dev/null
	done
	return 1
}
silent() {
	local out
	vzctl stop 302 --fast >/dev/null
	out=$(vzctl start 302 2>&1) && [[ $out != *Warning* ]]
}

# --- from another node ---------------------------------------------------------------------------
if ping -c 5 -i 0.3 -W 10 node2 >/dev/null 2>&1; then
	check "node2 reaches the VE" ssh node2 ping -c 1 -W 30 $one
	check "node2 reaches the VE, IPv6" ssh node2 ping -c 1 -W 30 $one6
	check "the VE reaches node2" in1 "ping -c 1 -W 30 10.77.0.2"
	check "the VE reaches node2, IPv6" in1 "ping -c 1 -W 30 fd77::2"
	duplicates
else
	echo "ok net: from another node # SKIP there is one node only"
fi

# --- the end -----------------------------------------------------------------------------------------
check "stop 301" vzctl stop 301 --fast
check "a stopped VE does not answer" deaf $one
check "its routes are gone" no_route $one
check "and the IPv6 one" no_route $one6
check "start it again" vzctl start 301
check "it answers again" reach $one
check "in IPv6 too" reach $one6
check "stop it" vzctl stop 301 --fast
check "destroy it" vzctl destroy 301
check "its address is free for another VE" vzctl set 302 --ipadd $one --save
check "where it works" reach $one
exit $bad
