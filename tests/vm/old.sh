#!/bin/bash
# What an operator of OpenVZ 6 brings along, on node1: a private area and its configuration as
# they lay on his host, in the steps in which his vzmigrate calls this host's vzctl, and his scripts.
set -uo pipefail
suite=old
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
ID=981 area=/vz/private/981 conf=/etc/vz/conf/981.conf
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
cleanup() { vzctl --quiet stop $ID --fast; vzctl --quiet destroy $ID; ip link del br-old; rm -rf /vz/old; } >/dev/null 2>&1
trap cleanup EXIT
cleanup

# --- there: files with their own ids, a configuration of vzctl 4.x
must() { check "$@" || exit 1; }
must "a template to take files from" vzctl create $ID --ostemplate busybox
mkdir -p /vz/old && mv $area /vz/old/981 && vzctl --quiet destroy $ID
cat >/vz/old/981.conf <<'END'
# Copyright of an old host

# UBC parameters (in form of barrier:limit)
KMEMSIZE="unlimited"
PRIVVMPAGES="unlimited"
NUMPROC="240:240"
PHYSPAGES="0:65536"
SWAPPAGES="0:131072"
NUMPTY="16:16"
DCACHESIZE="unlimited"
NUMIPTENT="128:128"
AVNUMPROC="180:180"

# Disk quota parameters (in form of softlimit:hardlimit)
DISKSPACE="1048576:1153434"
DISKINODES="131072:144179"
QUOTATIME="0"
QUOTAUGIDLIMIT="0"

CPUUNITS="1000"
CPULIMIT="50"
VE_ROOT="/vz/root/$VEID"
VE_PRIVATE="/vz/old/$VEID"
VE_LAYOUT="simfs"
OSTEMPLATE="centos-6-x86_64"
ORIGIN_SAMPLE="vswap-256m"
CONFIG_CUSTOMIZED="yes"
ONBOOT="yes"
IP_ADDRESS="10.77.1.81 fd77::1:81"
HOSTNAME="old.example.org"
NAME="oldie"
NAMESERVER="10.77.0.1"
CAPABILITY="NET_ADMIN:on SYS_TIME:off"
FEATURES="sit:off nfs:off"
IPTABLES="iptable_filter ipt_LOG iptable_nat"
DEVNODES="net/tun:rw "
NETIF="ifname=eth0,bridge=br-old,mac=00:18:51:A0:B1:C2;ifname=eth1"
#UUID: 12345678-1234-1234-1234-123456789abc
END

# --- his vzmigrate asks this host, copies, and calls its vzctl
ip link add br-old type bridge && ip link set br-old up
code "the service runs" 0 /etc/init.d/vz status
is "there is no such VE" "CTID $ID deleted unmounted down" "$(vzctl status $ID)"
is "its paths are read by a shell" "/vz/root/$ID /vz/private/$ID /vz/dump" "$(VEID=$ID bash -c '. /etc/vz/vz.conf; echo $VE_ROOT $VE_PRIVATE $DUMPDIR')"
is "nobody has its address" "" "$(grep -w 10.77.1.81 /proc/vz/veip)"
cp /vz/old/981.conf $conf
printf '#!/bin/bash\n. /etc/vz/vz.conf\n. $VE_CONFFILE\necho "$VEID $HOSTNAME" >>/vz/old/mounted\n' >/etc/vz/conf/$ID.mount
chmod 755 /etc/vz/conf/$ID.mount
check "its paths become those of this host" vzctl set $ID --private $area --root /vz/root/$ID --save
check "so does its name" vzctl set $ID --applyconfig_map name --save
is "the rest is as it came" "$(grep -vE '^(VE_PRIVATE|VE_ROOT)=' /vz/old/981.conf)" "$(grep -vE '^(VE_PRIVATE|VE_ROOT)=' $conf)"
code "no files yet: start" 43 vzctl start $ID
cp -a /vz/old/981 $area
check "quotainit" vzctl quotainit $ID
check "quotaon" vzctl quotaon $ID
is "it is stopped" "CTID $ID exist unmounted down" "$(vzctl status oldie)"

# --- it is a VE like the others
must "start" vzctl start oldie
is "it runs" "CTID $ID exist mounted running" "$(vzctl status $ID)"
is "its mount script ran, with its configuration" "$ID old.example.org" "$(cat /vz/old/mounted)"
is "its host name" old.example.org "$(vzctl exec $ID hostname)"
check "its address" ping -c1 -W60 10.77.1.81
is "its limits" "240 16 128" "$(echo $(awk '$1 ~ /^(numproc|numpty|numiptent)$/ { print $5 }' /proc/bc/$ID/resources))"
is "its disk" 1048576 "$(vzctl exec $ID df -k / | awk 'END { print $2 }')"
is "its ethernet devices" "00:18:51:a0:b1:c2 yes" "$(vzctl exec $ID 'cat /sys/class/net/eth0/address; [ -e /sys/class/net/eth1 ] && echo yes' | xargs)"
is "one is a port of the bridge" br-old "$(basename "$(readlink /sys/class/net/veth$ID.0/master)")"
before=$(grep -E '^(NETIF|LOCAL_)' $conf)
check "restart" vzctl restart $ID
same "with the same addresses, names and ids" "$before" "$(grep -E '^(NETIF|LOCAL_)' $conf)"
has "what libvirt wrote is there" '^#UUID: 12345678' "$(cat $conf)"

# --- his scripts
is "a loop over all" "$ID" "$(for ve in $(vzlist -a -H -o veid); do [ $ve != $ID ] || echo $ve; done)"
is "options behind ids" "running" "$(vzlist $ID -ostatus -H)"
has "user_beancounters of all" "^ +$ID: +kmemsize " "$(cat /proc/user_beancounters)"
is "its failures" "0" "$(awk -v id=$ID: '$1 == id { on = 1; next } $1 ~ /:$/ { on = 0 } on { s += $NF } END { print s + 0 }' /proc/user_beancounters)"
check "a limit by letter" vzctl set $ID -p 250:260 -t 20 --save
has "is in force" ' 250 +260 ' "$(grep numproc /proc/bc/$ID/resources)"
code "stop, and stop again" 0 bash -c "vzctl stop $ID && vzctl stop $ID"
check "mount it to look at its files" vzctl mount $ID
check "which are there" test -e /vz/root/$ID/etc/passwd
check "umount" vzctl umount $ID
check "destroy" vzctl destroy $ID
is "its configuration stays aside" "$conf.destroyed /etc/vz/conf/$ID.mount.destroyed" "$(echo $(ls -d /etc/vz/conf/$ID.*))"
rm -f /etc/vz/conf/$ID.*
exit $bad
