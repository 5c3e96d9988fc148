#!/bin/bash
# Disk space and inodes of a VE: limits, what counts against them, ways around
# them, faults. Runs as root on a node; uses VEs 911..919.
set -u
suite=disk
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
conf=/etc/vz/conf
client=/share/clients/disk
small=/mnt/disk
cleanup() {
	local i
	for i in 911 912 913; do
		vzctl --quiet stop $i --fast
		vzctl --quiet umount $i
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i*
	done
	rm -rf $conf/ve-dt-*.conf-sample
	mountpoint -q $small && umount -l $small
	rm -f /vz/dt-image
} >/dev/null 2>&1
cleanup
trap cleanup EXIT

# disk.sh price: what a Debian VE costs to make with and without, in turn; in ./check nobody asks
if [ "${1-}" = price ]; then
	TIMEFORMAT='%U %S %R'
	for round in 1 2 3 4; do
		for with in yes no; do
			sed -i '/^DISK_QUOTA=/d' /etc/vz/vz.conf
			echo "DISK_QUOTA=\"$with\"" >>/etc/vz/vz.conf
			sync
			{ time vzctl --quiet create 911 --ostemplate debian-13-x86_64; } 2>&1 | sed "s/^/$with /"
			sync
			vzctl --quiet destroy 911
		done
	done
	exit
fi

show() { echo $(vzlist -aH -o "$2" "$1"); }
used() { show "$1" diskspace; }
inodes() { show "$1" diskinodes; }
# What the file system says of the area: KiB and inodes, whatever the quota says.
real() { echo "$(du -sk "${2:-/vz/private/$1}" | cut -f1) $(find "${2:-/vz/private/$1}" -printf '%i\n' | sort -u | wc -l)"; }
counted() { sync -f "${2:-/vz/private/$1}"; show "$1" diskspace,diskinodes; }
in_ve() { vzctl exec2 "$@"; }
# A number of struct if_dqblk: 1 and 4 soft limits, 6 when the time above one is over
kernel_has() { python3 -c 'import ctypes, os, struct, sys
buf = ctypes.create_string_buffer(72)
fd = os.open("/vz/private", os.O_RDONLY)
if ctypes.CDLL(None).syscall(443, fd, 0x80000702, ctypes.c_uint(0x80000000 + int(sys.argv[1])), buf): sys.exit(1)
print(struct.unpack("8QI", buf.raw[:68])[int(sys.argv[2])])' "$@"; }
limits_of() { echo "$(kernel_has "$1" 1) $(kernel_has "$1" 4)"; }
# The client comes in by stdin: the VE has no way to the host's folders.
give_client() { in_ve "$1" 'cat >/root/disk; chmod 755 /root /root/disk' <$client; }

# --- create
code "create: more than its disk" 46 vzctl create 911 --ostemplate busybox --diskspace 300
code "create: more than its inodes" 46 vzctl create 911 --ostemplate busybox --diskinodes 10
is "and nothing is left" "" "$(ls -d /vz/private/911* $conf/911.conf 2>/dev/null)"
check "create" vzctl create 911 --ostemplate busybox --diskspace 20M:24M --diskinodes 1000:1100
is "the configuration has plain blocks" 'DISKSPACE="20480:24576"' "$(grep ^DISKSPACE= $conf/911.conf)"
is "all of a new VE is counted" "$(real 911)" "$(counted 911)"
check "create of another without limits" vzctl create 912 --ostemplate busybox
is "it is counted as well" "$(real 912)" "$(counted 912)"
check "start" vzctl start 911
vzctl --quiet set 912 --diskspace 30M --features nesting:on --save
check "start of the other" vzctl start 912
give_client 911
is "limits of a running one" "20480 24576 1000 1100" \
	"$(show 911 diskspace.s,diskspace.h,diskinodes.s,diskinodes.h)"

# --- what the VE sees
statfs() { in_ve 911 /root/disk statfs "${1:-/}"; }
read -r total free files ffree <<<"$(statfs)"
is "df: its size is the soft limit" 20480 "$total"
is "df: what is free is the rest" $((20480 - $(used 911))) "$free"
is "df: inodes" 1000 "$files"
is "df: inodes free" $((1000 - $(inodes 911))) "$ffree"
is "the same in a folder below" "$total" "$(statfs /usr | cut -d' ' -f1)"
has "df of busybox" ' 20480 ' "$(in_ve 911 df -k /)"

# --- the wall, for each way to write
in_ve 911 'mkdir -m 777 /w; cp /root/disk /bin/disk'
for how in write fallocate mmap sendfile copy create mkdir mknod symlink xattr; do
	got=$(in_ve 911 /root/disk fill /w $how)
	has "$how ends at the limit" '^(EDQUOT|ENOSPC|SIGBUS) ' "$got"
	sync -f /vz/private/911
	[ "$(used 911)" -le 24576 ] && [ "$(inodes 911)" -le 1100 ] && ok "$how stays within it" ||
		not_ok "$how stays within it" "$(counted 911)"
	in_ve 911 'rm -rf /w/*'
done
got=$(in_ve 911 'su -s /bin/sh nobody -c "/bin/disk fill /w write"' 2>/dev/null ||
	in_ve 911 'chpst -u 65534 /bin/disk fill /w write')
has "a user of it, too" '^(EDQUOT|ENOSPC) ' "$got"
is "the other is not bothered" 0 "$(in_ve 912 'echo x >/x && echo 0')"
before=$(used 911)
in_ve 911 'rm -rf /w/*'
[ "$(used 911)" -lt $((before - 8000)) ] && ok "removing gives back" ||
	not_ok "removing gives back" "$before $(used 911)"
before=$(used 911)
got=$(in_ve 911 '/root/disk hold /w 100000 </dev/null')
[ "${got:-0}" -ge 8000 ] && [ "$got" -le 24576 ] && ok "an unnamed file is counted" ||
	not_ok "an unnamed file is counted" "$got"
becomes "and is given back with its last descriptor" 20 "$before" used 911

# --- ways out
give_client 912
in_ve 912 'mkdir /w'
for to in 0 $((0x80000000 + 911)); do
	refusals=$(in_ve 912 /root/disk ids /w $to; echo "status $?")
	has "no way to project id $to" '^status 0$' "$refusals"
	is "as root and in a namespace" "7 7" \
		"$(grep -c '^refused: root: ' <<<"$refusals") $(grep -c '^refused: root of a namespace: ' <<<"$refusals")"
done
check "an unnamed file can get a name" in_ve 911 /root/disk link /w
check "files and links are renamed within it" in_ve 911 'mkdir -p /w/a/b && mv /w/named /w/a/b/ &&
	ln /w/a/b/named /named && ln -s x /w/l && mv /w/l /l && mv /w/a /a && rm -r /a /l /named'
in_ve 911 'mkdir -p /mnt/b /w/x && mount -o bind /w /mnt/b'
in_ve 911 'mv /bin/disk /mnt/b/x/ && mv /mnt/b/x/disk /bin/' && ok "and over a bind mount" ||
	not_ok "and over a bind mount"
in_ve 911 'umount /mnt/b; rm -rf /w/*'
is "after all that the count is right" "$(real 911)" "$(counted 911)"

# --- a running VE follows
check "set: more" vzctl set 911 --diskspace 40M:44M --diskinodes 2000 --save
is "df has more" "40960 2000" "$(statfs | cut -d' ' -f1,3)"
in_ve 911 'head -c 30000000 /dev/zero >/w/30m' && ok "and takes more" || not_ok "and takes more"
check "set: less than it has" vzctl set 911 --diskspace 10M
is "df: nothing is free" 0 "$(statfs | cut -d' ' -f2)"
is "what it has is kept" 30000000 "$(in_ve 911 'wc -c </w/30m')"
code "and nothing is added" 1 in_ve 911 'echo more >/w/more 2>/dev/null'
check "what it has can be removed" in_ve 911 'rm /w/30m'
check "and then it writes again" in_ve 911 'echo more >/w/more'
check "set: as it is saved" vzctl set 911 --diskspace 40M:44M
code "set: one bad value" 21 vzctl set 911 --diskspace 50M --diskinodes x
code "set: a step fails" 70 vzctl set 911 --diskspace 50M --hostname 'a b'
is "changes nothing" "40960 45056" "$(show 911 diskspace.s,diskspace.h)"
check "set: no limit" vzctl set 911 --diskspace unlimited --diskinodes unlimited
[ "$(statfs | cut -d' ' -f1)" -gt 1000000 ] && ok "df is that of the disk" || not_ok "df is that of the disk" "$(statfs)"
code "set: second level quota" 65 vzctl set 911 --quotaugidlimit 100 --save
check "set: none" vzctl set 911 --quotaugidlimit 0 --save
check "set --quotatime 0" vzctl set 911 --diskspace 20M:60M --quotatime 0
got=$(in_ve 911 '/root/disk fill /w write; rm -rf /w/*' | cut -d' ' -f2)
[ "$got" -le $((20 * 16)) ] && ok "without time the soft limit is the hard one" ||
	not_ok "without time the soft limit is the hard one" "$got"
# Time above the soft limit: the kernel tells the daemon, which sets it, and whoever else listens.
check "set --quotatime" vzctl set 911 --diskspace 20M:60M --diskinodes 1000:2000 --quotatime 4000 --save
vzctl events 911 >/tmp/dt-events & watcher=$!
events() { grep -c "\"event\":\"$1\".*911" /tmp/dt-events; }
becomes "events listens" 60 1 grep -c watching /tmp/dt-events
told() { journal -o cat -u vz.service | grep -c "CT 911 .*$1"; }
in_ve 911 'head -c 25000000 /dev/zero >/w/over' && ok "above the soft limit it writes" ||
	not_ok "above the soft limit it writes"
becomes "events tells that" 60 1 events diskspace-soft
[ "$(told 'soft limit of disk space (')" -ge 1 ] && ok "and so does the log" || not_ok "and so does the log"
granted() { local left=$(($(kernel_has 911 6) - $(date +%s))); echo $((left > 3000 && left <= 4000)); }
becomes "it has the time that QUOTATIME grants" 60 1 granted
before=$(kernel_has 911 6)
check "restart" vzctl restart 911
is "a start does not begin it anew" "$before" "$(kernel_has 911 6)"
check "set: less time" vzctl set 911 --quotatime 1
sleep 3
code "when its time is over it writes no more" 1 in_ve 911 'head -c 100000 /dev/zero 2>/dev/null >/w/late'
becomes "that is told" 60 1 events diskspace-grace
check "below the limit it writes again" in_ve 911 'rm /w/over && head -c 100000 /dev/zero >/w/late'
vzctl --quiet set 911 --diskspace 40M:44M --diskinodes 2000 --quotatime 600 --save
in_ve 911 '/root/disk fill /w write >/dev/null; rm -rf /w/*'
becomes "the end of its space is told" 60 1 events diskspace-hard
[ "$(told 'has used up its disk space')" -ge 1 ] && ok "in the log too" || not_ok "in the log too"
kill $watcher

# --- words of old
code "quotaoff of a running one" 32 vzctl quotaoff 911
check "quotaon of a running one" vzctl quotaon 911
vzctl --quiet stop 911
check "quotaoff" vzctl quotaoff 911
is "the kernel has no limit" "0 0" "$(limits_of 911)"
check "quotainit" vzctl quotainit 911
is "it has them again" "40960 2000" "$(limits_of 911)"
vzctl --quiet quotaoff 911
check "start" vzctl start 911
is "and has them after a start" "40960 2000" "$(limits_of 911)"
check "set --diskquota no" vzctl set 911 --diskquota no
[ "$(statfs | cut -d' ' -f1)" -gt 1000000 ] && ok "takes the limits off" || not_ok "takes the limits off" "$(statfs)"
check "restart" vzctl restart 911
is "it begins with what is saved" "40960 2000" "$(statfs | cut -d' ' -f1,3)"
before=$(in_ve 911 'head -c 5000000 /dev/zero >/w/5m'; counted 911)
check "suspend" vzctl suspend 911
is "what is suspended is counted" "$before" "$(counted 911)"
check "resume" vzctl resume 911
is "as before" "$(real 911)" "$(counted 911)"
is "under the same limits" "40960 2000" "$(statfs | cut -d' ' -f1,3)"
vzctl --quiet stop 911 --fast
check "destroy" vzctl destroy 911
check "create with the same number" vzctl create 911 --ostemplate busybox
is "has no limits, and its own count" "- - $(real 911)" \
	"$(show 911 diskspace.s,diskspace.h) $(counted 911)"

# --- hosts that cannot, and disks that die
truncate -s 64M /vz/dt-image
mkfs.ext4 -q -b 1024 -I 256 /vz/dt-image
mkdir -p $small
small_mount() { mount -o loop /vz/dt-image $small && chmod 700 $small; }
small_mount
on_small() { vzctl create 913 --ostemplate busybox --private $small/913 "$@"; }
got=$(on_small --diskspace 10M 2>&1); status=$?
is "a file system without quota: code" 62 $status
has "and what to do" 'tune2fs -O .*DISK_QUOTA=no' "$got"
is "nothing is left" lost+found "$(ls $small; ls $conf/913.conf 2>/dev/null)"
check "create without limits there" on_small
code "set of a limit there" 62 vzctl set 913 --diskspace 10M --save
is "is not saved" "" "$(grep DISKSPACE $conf/913.conf)"
check "set with --diskquota no" vzctl set 913 --diskspace 10M --diskquota no --save
vzctl --quiet set 913 --diskquota yes --save
got=$(vzctl start 913 2>&1); status=$?
is "a VE that cannot be limited starts" 0 $status
has "and it is said" 'not limited' "$got"
mknod $small/913/n c 1 3
in_ve 913 'mkfifo /fifo; ln -s /etc/passwd /l; chown -h 7:8 /l; mkdir -p /d/d/d
	echo a >"/d/d/name with
newline"; ln /d/d/name* /d/hard; chattr +i /d/d/d 2>/dev/null; touch -d @1000000000 /d/d'
vzctl --quiet stop 913 --fast
ln -s nowhere $small/913/d/d/d/link
chattr +i $small/913/etc/passwd $small/913/d/d/d
look() { (cd $small/913 && find . -printf '%p %y %m %U:%G %s %n %l %Ts\n' | grep -vE '^\.(/dev|/proc|/sys|/run)?(/| )' | sort
	lsattr -d etc/passwd d/d/d | tr P -); }
before=$(look)
umount $small
e2fsck -fp /vz/dt-image >/dev/null
check "what the message says can be done" tune2fs -O quota,project -Q prjquota /vz/dt-image
small_mount
got=$(vzctl start 913 2>&1); status=$?
is "then it starts" 0 $status
vzctl --quiet stop 913 --fast
is "and all of it is counted" "$(real 913 $small/913)" "$(counted 913 $small/913)"
same "nothing of it has changed" "$before" "$(look)"
is "nothing lies beside it" "913 lost+found" "$(echo $(ls $small))"
check "start again" vzctl start 913
is "it is under its limit" 10240 "$(show 913 diskspace.h)"
check "old links and fifos can be renamed" in_ve 913 'mv /l /d/ && mv /fifo /d/ && mv /n /d/ && mv /d/l /l'
is "and are as they were" "7:8 /etc/passwd" "$(stat -c %u:%g $small/913/l) $(readlink $small/913/l)"

# The disk goes away between two commits; what comes back is what the journal has.
in_ve 913 'mkdir /w; for i in $(seq 300); do head -c 7000 /dev/zero >/w/$i; done; rm /w/1*; sync
	for i in $(seq 300); do head -c 9000 /dev/zero >/w/b$i; done; rm /w/2*' >/dev/null 2>&1 & writer=$!
sleep 4
python3 -c 'import fcntl,os,struct,sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))' $small
wait $writer
vzctl --quiet stop 913 --fast >/dev/null 2>&1
vzctl --quiet umount 913 >/dev/null 2>&1
check "the disk that died is put away" within 60 umount $small
small_mount
real 913 $small/913 >/tmp/dt-real
is "after a crash the count is right" "$(cat /tmp/dt-real)" "$(counted 913 $small/913)"
is "and the limit holds" "10240" "$(show 913 diskspace.h)"
umount $small
has "e2fsck agrees" '^0$' "$(e2fsck -fn /vz/dt-image >/tmp/dt-fsck 2>&1; echo $?)"
small_mount
vzctl --quiet destroy 913
exit $bad
