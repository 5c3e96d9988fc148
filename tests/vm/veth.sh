#!/bin/bash
# Ethernet devices of VEs (--netif_add) on a bridge of the host; runs on node1.
# Frames are counted by answers, never by time.
suite=veth
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

base=/sys/fs/cgroup/vz.slice/vz.service
ping_from() { # ID ADDRESS: an answer came
	vzctl exec2 "$1" "ping -c 1 -W 2 $2" >/dev/null 2>&1
}
links() { ip -o link show | sed -n 's/^[0-9]*: \(v\(eth\|p\)[0-9.]*\)[@:].*/\1/p' | sort | tr '\n' ' '; }
port() { bridge -d link show dev "$1" 2>/dev/null | tr '\n' ' '; }
inside() { vzctl exec2 "$1" "ip -o link show $2" 2>/dev/null | sed -n 's/.*link\/ether \([0-9a-f:]*\).*/\1/p'; }
address() { # ID ADDRESS: as the customer would
	vzctl exec2 "$1" "ip addr add $2/24 dev eth0 && ip link set eth0 up"
}

for i in 911 912; do
	vzctl --quiet create $i --ostemplate busybox --hostname veth$i || not_ok "create $i" failed
done
code "a bridge that is not there: start" 0 vzctl set 911 --netif_add eth0,,,,br7 --save
code "a bridge that is not there: refused" 130 vzctl start 911
is "a bridge that is not there: leaves nothing" "" "$(links)$(ls -d $base/911 2>/dev/null)"
ip link add br7 type bridge && ip addr add 10.78.7.1/24 dev br7 && ip link set br7 up
check "start with a bridge" vzctl start 911
check "start without a device" vzctl start 912
is "the host's end" "veth911.0 " "$(links)"
has "is a port, locked to the address" 'master br7 .*locked on' "$(port veth911.0)"
mac=$(sed -n 's/.*,mac=\([0-9a-f:]*\).*/\1/p' /etc/vz/conf/911.conf)
is "the VE's end has its address" "$mac" "$(inside 911 eth0)"
check "added to a running VE" vzctl set 912 --netif_add eth0,02:00:00:00:09:12,,,br7 --save
is "and there" 02:00:00:00:09:12 "$(inside 912 eth0)"
address 911 10.78.7.11
address 912 10.78.7.12
check "from a VE to the host" within 30 ping_from 911 10.78.7.1
check "from a VE to another" within 30 ping_from 912 10.78.7.11

# A wall: frames from another address than its own do not come in.
vzctl exec2 912 'ip link set eth0 down; ip link set eth0 address 02:00:00:00:66:66; ip link set eth0 up'
code "another MAC is not let in" 1 ping_from 912 10.78.7.1
is "nor does the bridge learn it" "" "$(bridge fdb show br br7 | grep 66:66)"
vzctl exec2 912 'ip link set eth0 down; ip link set eth0 address 02:00:00:00:09:12; ip link set eth0 up'
check "its own is, again" within 30 ping_from 912 10.78.7.1

# Addresses: what comes in is from these alone, and plays neither router nor DHCP server.
frames=/share/clients/frames
cp $frames /vz/private/912/frames
frames_seen() { # on the bridge, of all that the VE sends
	local log
	log=$(mktemp)
	timeout 100 $frames listen br7 >"$log" &
	within 30 grep -q ready "$log"
	vzctl exec2 912 '/frames send eth0 02:00:00:00:09:12 10.78.7.12 fd78::12' >&2
	wait $!
	grep -v ready "$log" | tr '\n' ' '
	rm -f "$log"
}
wanted=$($frames want | tr '\n' ' ')
least "without a filter most frames arrive" 30 "$(frames_seen | wc -w)"
for list in nonsense '' 10.78.7.300 fd78:::12 127.0.0.1; do
	code "an address filter of '$list' is refused" 21 vzctl set 912 --ifname eth0 --ip_filter "$list" --save
done
check "addresses of a running VE" vzctl set 912 --ifname eth0 --ip_filter '10.78.7.12,10.78.9.0/24 fd78::12' --save
same "only what it may send arrives" "$wanted" "$(frames_seen)"
check "its own address is let in" within 30 ping_from 912 10.78.7.1
vzctl exec2 912 'ip addr add 10.78.7.99/24 dev eth0 && ip addr del 10.78.7.12/24 dev eth0'
code "another is not" 1 ping_from 912 10.78.7.1
vzctl exec2 912 'ip addr flush dev eth0; ip addr add 10.78.7.12/24 dev eth0'
check "checkpoint with addresses" vzctl chkpnt 912
check "restore with addresses" vzctl restore 912
same "the wall is there after a restore" "$wanted" "$(frames_seen)"
check "another list" vzctl set 912 --ifname eth0 --ip_filter 10.78.7.99 --save
code "the former address is not let in any more" 1 ping_from 912 10.78.7.1
check "no list" vzctl set 912 --ifname eth0 --ip_filter off --save
check "and all is as before" within 30 ping_from 912 10.78.7.1
least "with all frames" 30 "$(frames_seen | wc -w)"

# A rate: of what a VE sends beyond it nothing arrives. At the lowest one, a large packet is
# longer on its way than any machine takes to send it.
row_of_frames() { # 14, of which none may be lost
	vzctl exec2 912 'ping -c 1 -W 2 -s 20000 10.78.7.1' >/dev/null 2>&1
}
for rate in nonsense '' 0 -1 1.5 8k 100000001; do
	code "a rate of '$rate' is refused" 21 vzctl set 912 --ifname eth0 --ratelimit "$rate" --save
done
check "without a rate all frames arrive" within 30 row_of_frames
check "a rate of a running VE" vzctl set 912 --ifname eth0 --ratelimit 1 --save
code "drops most of a row of frames" 1 row_of_frames
check "checkpoint with a rate" vzctl chkpnt 912
check "restore with a rate" vzctl restore 912
code "it is there after a restore" 1 row_of_frames
check "another rate, and addresses" vzctl set 912 --ifname eth0 --ratelimit 100000000 --ip_filter 10.78.7.12 --save
check "lets all through" within 30 row_of_frames
vzctl exec2 912 'ip addr add 10.78.7.99/24 dev eth0 && ip addr del 10.78.7.12/24 dev eth0'
code "but not past the filter" 1 ping_from 912 10.78.7.1
vzctl exec2 912 'ip addr flush dev eth0; ip addr add 10.78.7.12/24 dev eth0'
check "no filter, a rate" vzctl set 912 --ifname eth0 --ratelimit 1 --ip_filter off --save
check "restart with a rate" vzctl restart 912
address 912 10.78.7.12
code "it is there after a restart" 1 row_of_frames
check "none" vzctl set 912 --ifname eth0 --ratelimit off --save
check "lets all through, again" within 30 row_of_frames

# All or nothing.
before="$(links) $(cat /etc/vz/conf/912.conf)"
code "set: the second device is refused" 130 vzctl set 912 --netif_add eth1,,,,br7 --netif_add eth2,,,,br8 --save
is "set: nothing was made" "$before" "$(links) $(cat /etc/vz/conf/912.conf)"
ip link add veth912.1 type dummy
code "set: the host's name is taken" 130 vzctl set 912 --netif_add eth1,,veth912.1,,br7 --save
is "set: what was there stays" "veth911.0 veth912.0 veth912.1 " "$(links)"
ip link del veth912.1
check "without a bridge" vzctl set 912 --netif_add eth1 --save
is "it has both" "veth911.0 veth912.0 veth912.1 " "$(links)"
check "taken away" vzctl set 912 --netif_del eth1 --save
is "on both sides" "veth911.0 veth912.0  " "$(links) $(inside 912 eth1)"

# Over a checkpoint: same devices, addresses and walls; what is sent meanwhile is lost, not answered.
vzctl exec2 911 'ip route add 10.99.0.0/16 via 10.78.7.1 dev eth0'
state() { vzctl exec2 "$1" 'ip addr show eth0; ip route' | sed 's/valid_lft.*//; s/qlen [0-9]*//; s/@if[0-9]*//; s/ tentative//'; }
before=$(state 911)
check "checkpoint" vzctl chkpnt 911
is "its device is gone" "veth912.0 " "$(links)"
check "restore" vzctl restore 911
same "addresses and routes are back" "$before" "$(state 911)"
is "no end is left over" "veth911.0 veth912.0 " "$(links)"
has "it is a port again, locked" 'master br7 .*locked on' "$(port veth911.0)"
check "and is reached" within 30 ping_from 912 10.78.7.11
code "a checkpoint that is called off: frozen" 0 vzctl chkpnt 911 --suspend
code "a checkpoint that is called off: written" 0 vzctl chkpnt 911 --dump
code "no frame passes while it stands still" 1 ping_from 912 10.78.7.11
check "it goes on" vzctl chkpnt 911 --resume
check "frames pass again" within 30 ping_from 912 10.78.7.11
# Its owner may remove it; then there is none, and no restore wants it.
vzctl exec2 912 'ip link del eth0'
check "checkpoint without its device" vzctl chkpnt 912
check "restore without its device" vzctl restore 912
is "and none was made" "veth911.0 " "$(links)"

vzctl --quiet stop 911 --fast
vzctl --quiet stop 912 --fast
is "gone with the VE" "" "$(links)"
for i in 911 912; do vzctl --quiet destroy $i; done
ip link del br7
exit $bad
