#!/bin/bash
# Backup and restore of VEs: vzctl export and import; runs on node1.
suite=backup
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

conf=/etc/vz/conf
out=/vz/tmp-backup
ids="921 922 923 924"
# All that a file is, times of folders and links among it; sockets cannot be in an archive.
tree() { # PRIVATE AREA
	(cd "$1" && find . ! -type s -printf '%p %y %m %U %G %s %n %l %T@\n' | sort |
		sed -E '/^\.\/(run|tmp)\//d; s/^(\. d .*) [0-9.]+$/\1/'
	find . -type f -exec md5sum {} + | sort -k 2 | grep -v ' ./run/'
	python3 -c 'import os
for d, ds, fs in os.walk("."):
	for p in sorted(ds + fs):
		p = os.path.join(d, p)
		for a in sorted(os.listxattr(p, follow_symlinks=False)): print(p, a, os.getxattr(p, a, follow_symlinks=False))' | sort
	lsattr -R . 2>/dev/null | awk '$1 ~ /[ia]/ && sub(/[ia]/, "&", $1) { gsub(/[-e]/, "", $1); print }' | sort)
}
left() { ls -d /vz/private/$1* $conf/$1.conf 2>/dev/null; }

mkdir -p $out
vzctl --quiet create 921 --ostemplate busybox --hostname saved --ipadd 10.77.1.21 || not_ok "create" failed
vzctl --quiet set 921 --numproc 77 --description 'to be kept' --name keeper --save
a=/vz/private/921
mkdir -p "$a/data/deep/er" && cd $a/data || exit 1
echo one > one && ln one two && ln -s ../nowhere link && mkfifo pipe && mknod null c 1 3
printf 'Ü\nnewline' > $'na\nme' && chown 1000:100 one && chmod 4711 one && touch -d '2001-02-03 04:05:06.789' deep
python3 -c 'import os, struct
os.setxattr("one", "user.note", b"hello")
acl = ((1, 7, -1), (2, 4, 1000), (4, 1, -1), (16, 5, -1), (32, 1, -1))
os.setxattr("one", "system.posix_acl_access", struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *x) for x in acl))
os.setxattr("two", "security.capability", struct.pack("<5I", 0x2000001, 1 << 10, 0, 0, 0))' || not_ok "attributes" "cannot be set"
truncate -s 40M sparse && echo end >> sparse
mknod disk b 8 0
echo protected > fixed && chattr +i fixed && mkdir log && echo x > log/l && chattr +a log/l
chmod 000 deep/er
cd /

# --- stopped
check "export of a stopped VE" vzctl export 921 $out/a
code "export: the file is there" 21 vzctl export 921 $out/a
code "export: no such folder" 21 vzctl export 921 $out/no/a
is "export leaves no half a file" "a" "$(ls $out)"
before=$(tree $a)
check "import" vzctl import 922 $out/a
tree /vz/private/922 > /tmp/after.tree
same "all files are as they were" "$(grep -v './data/disk' <<<"$before")" "$(cat /tmp/after.tree)"
is "a device of the host is left out" "" "$(ls /vz/private/922/data/disk 2>/dev/null)"
is "a hole stays one" 1 "$(($(stat -c %b /vz/private/922/data/sparse) < 4000))"
has "limits are kept" '^NUMPROC="77:77"' "$(cat $conf/922.conf)"
is "its ids are its own" 2 "$(sed -n 's/^LOCAL_UID=//p' $conf/92[12].conf | sort -u | wc -l)"
has "a name that another has is not taken" '^0$' "$(grep -c '^NAME=' $conf/922.conf)"
code "import over a VE" 44 vzctl import 922 $out/a
check "it starts" bash -c 'vzctl set 922 --ipdel all --save && vzctl start 922'
is "and is the VE" saved "$(vzctl exec 922 hostname)"

# --- running, with somebody who writes all the time
vzctl --quiet start 921
cat > $a/root/busy <<'S'
i=0
while :; do
	i=$((i + 1))
	echo $i > /data/first; echo $i > /data/second
	mkdir -p /data/d$((i % 7)); echo $i > /data/d$((i % 7))/f; rm -rf /data/d$(((i + 3) % 7))
	[ $((i % 5)) = 0 ] && { rm -rf /data/turns; mkdir /data/turns; echo $i > /data/turns/in; }
	[ $((i % 5)) = 2 ] && { rm -rf /data/turns; echo $i > /data/turns; }
	mv /data/moves /data/moved 2>/dev/null || mv /data/moved /data/moves 2>/dev/null || mkdir -p /data/moves/in
	echo $i > /run/counter.busy
done
S
vzctl exec2 921 'sh /root/busy > /dev/null 2>&1 &'
within 60 test -s $a/run/counter.busy
# Stores into a page that is dirty do not move a change time, once that is old.
install -m 755 /share/clients/mapped $a/bin/mapped && mkdir $a/data/maps
vzctl exec2 921 'mapped /data/maps > /dev/null 2>&1 &'
old() { [ -e "$1" ] && [ $(($(date +%s) - $(stat -c %Z "$1"))) -ge 2 ]; }
within 60 old $a/data/maps/mapped.99
astray() { # FOLDER of it: how many numbers are not those that were written, and the greatest
	python3 -c 'import struct, sys
written = struct.unpack("<100I", open(sys.argv[1] + "/written", "rb").read(400))
mapped = [struct.unpack("<I", open(sys.argv[1] + "/mapped.%d" % i, "rb").read(4))[0] for i in range(100)]
print(sum(a != b for a, b in zip(written, mapped)), max(mapped))' "$1"
}
check "export of a running VE" vzctl export 921 $out/b
check "it goes on" moves 60 cat $a/run/counter.busy
check "import of it" vzctl import 923 $out/b
b=/vz/private/923/data
# At one instant first is second, or one ahead.
is "it is the disk of one instant" 1 "$(($(cat $b/first) - $(cat $b/second) <= 1 && $(cat $b/first) >= $(cat $b/second)))"
read -r astray count < <(astray $b/maps)
is "stores into what is mapped are in it" yes "$([ "${count:-0}" -ge 1 ] && [ "$astray" -le 1 ] && echo yes || echo "$astray of $count")"
is "what was removed meanwhile is not there" 1 "$(($(ls -d $b/d? | wc -l) <= 7 && $(ls -d $b/d? | wc -l) >= 3))"
check "to standard output and from standard input" bash -c 'vzctl export 921 - 2>/dev/null | vzctl import 924 -'
is "the same as by a file" "$(cat /vz/private/924/data/one)" one

# --- an increment, while it goes on; what is busy is compared by import's own checks
echo later > $a/data/later && rm $a/data/two && mv $a/data/deep $a/data/deeper && chmod 600 $a/data/sparse
check "an increment of a running VE" vzctl export 921 --base $out/b $out/b1
check "and one on that" vzctl export 921 --base $out/b1 $out/b2
least "it is small beside the whole" "$(stat -c %s $out/b1)" "$(($(stat -c %s $out/b) / 2))"
vzctl --quiet destroy 924
code "not on another" 21 vzctl import 924 $out/a $out/b2
check "import of all three" vzctl import 924 $out/b $out/b1 $out/b2
b=/vz/private/924/data
is "it is the disk of one instant, too" 1 "$(($(cat $b/first) - $(cat $b/second) <= 1 && $(cat $b/first) >= $(cat $b/second)))"
is "what was changed is so" "later 600 no no" "$(cat $b/later) $(stat -c %a $b/sparse) $([ -e $b/two ] || echo no) $([ -e $b/deep ] || echo no)"
same "and what was not is as it was" "$(cd $a/data && md5sum one sparse fixed log/l deeper/* 2>/dev/null)" "$(cd $b && md5sum one sparse fixed log/l deeper/* 2>/dev/null)"

# --- killed, full, damaged
vzctl export 921 $out/c > /dev/null 2>&1 &
p=$!
within 20 test -e $out/c.partial
kill -9 $p
wait $p 2>/dev/null
check "killed: the VE goes on" moves 60 cat $a/run/counter.busy
check "killed: the next one works" vzctl export 921 $out/c
vzctl --quiet destroy 923; vzctl --quiet destroy 924
mkdir -p $out/small && mount -t tmpfs -o size=64k t $out/small
code "a full disk" 46 vzctl export 921 $out/small/a
is "a full disk: nothing is left" "" "$(ls $out/small)"
umount $out/small
head -c $(($(stat -c %s $out/a) / 2)) $out/a > $out/half
code "half an archive" 21 vzctl import 923 $out/half
code "no archive" 21 vzctl import 923 /etc/passwd
printf 'x%.0s' $(seq 3000) | dd of=$out/c bs=1 seek=$(($(stat -c %s $out/c) / 2)) conv=notrunc 2>/dev/null
code "a damaged archive" 21 vzctl import 923 $out/c
is "nothing is left of those" "" "$(left 923)"
# Hostile: each names something outside; made with tar.
hostile() { # NAME COMMANDS in an empty folder: what goes behind the head
	rm -rf $out/h && mkdir -p $out/h && (cd $out/h && zstd -dqc $out/a | tar xf - openve 2>/dev/null && rm -f openve/flags openve/end &&
		eval "$2" && tar -P --format=pax -cf ../hostile.tar openve/manifest.json openve/config $files)
	code "hostile archive: $1" 21 vzctl import 923 $out/hostile.tar
	is "hostile archive: $1: leaves nothing" "" "$(left 923)"
}
files=../x hostile "a path upwards" 'touch ../x'
files=/tmp/abs hostile "an absolute path" 'touch /tmp/abs'
files=openve/removed hostile "a list that leads out" 'printf "root/../../etc/passwd\0" > openve/removed'
files="openve/end root/late" hostile "more behind the end" 'mkdir root; echo 0 > openve/end; touch root/late'
files=other hostile "something else" 'touch other'

# --- suspended: its processes go along
vzctl --quiet set 921 --name '' --save 2>/dev/null
check "suspend" vzctl chkpnt 921
at=$(cat $a/run/counter.busy)
check "export of a suspended VE" vzctl export 921 $out/s
code "its memory goes on under its number only" 21 vzctl import 923 $out/s
vzctl --quiet destroy 921
check "import of a suspended VE" vzctl import 921 $out/s
check "it goes on where it was" vzctl resume 921
check "with its processes" moves 60 cat $a/run/counter.busy
least "and not from the beginning" "$at" "$(cat $a/run/counter.busy)"

for i in $ids; do vzctl --quiet stop "$i" --fast; vzctl --quiet destroy "$i"; done >/dev/null 2>&1
is "nothing is left" "" "$(for i in $ids; do ls -d /vz/private/"$i"*; done 2>/dev/null)"
rm -rf $out
exit $bad
