#!/bin/bash
# Layout overlay on one node: VEs that share the files of their template. Runs as
# root on a node; uses VEs 921..924 and a template of its own.
set -u
suite=overlay
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
conf=/etc/vz/conf
cache=/vz/template/cache
shared=/vz/template/overlay
client=/share/clients/disk
cleanup() {
	local i
	for i in 921 922 923 924; do
		vzctl --quiet stop $i --fast
		vzctl --quiet umount $i
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i*
	done
	rm -rf $cache/ot-box.tar* $shared/ot-box-* $shared/.ot-box /tmp/ot-*
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
in_ve() { vzctl exec2 "$@"; }
make() { vzctl create "$1" --ostemplate ot-box --layout overlay "${@:2}"; }
lowers() { find $shared -maxdepth 1 -name 'ot-box-*' | wc -l; }
tree() { (cd "$1" && find . -printf '%p %y %m %U:%G %s %l\n' | sort; find . -type f -exec sha256sum {} + | sort); }
files() { find "/vz/private/$1" | wc -l; }

cp $cache/busybox.tar.* $cache/ot-box.tar.zst

# --- create
code "create: unknown template" 91 vzctl create 921 --ostemplate ot-none --layout overlay
code "create: layout ploop" 21 vzctl create 921 --ostemplate ot-box --layout ploop
check "create" make 921 --hostname ot1 --diskspace 20M --diskinodes 500
lower=$shared/$(sed -n 's/^VE_LOWER="\(.*\)"/\1/p' $conf/921.conf)
[ -d "$lower/bin" ] && ok "the template is unpacked" || not_ok "the template is unpacked" "$lower"
is "where no user of the host comes" 700 "$(stat -c %a $shared)"
before=$(tree "$lower")
check "create of another" make 922
is "the template is unpacked once" 1 "$(lowers)"
[ "$(files 922)" -le 10 ] && ok "a new VE has next to no files" || not_ok "a new VE has next to no files" "$(files 922)"
check "create with layout dir" vzctl create 923 --ostemplate ot-box
check "two at once" eval 'make 924 >/dev/null & vzctl --quiet destroy 922; make 922 && wait $!'
vzctl --quiet destroy 924
is "vzlist has the layout" overlay "$(echo $(vzlist -aHo layout 921))"
code "set: another layout" 21 vzctl set 921 --layout dir --save
code "set: from dir" 21 vzctl set 923 --layout overlay --save

# --- what the VE has
for i in 921 922 923; do check "start $i" vzctl start $i; done
look() { in_ve "$1" 'find / -xdev \( -path /run -o -path /tmp -o -path /var -o -path /dev -o -path /etc/hostname -o -path /etc/hosts \) -prune -o -print0 | xargs -0 stat -c "%n %f %u:%g %h" | sort | grep -v "^/ "' | sed -E '/ 4[0-9a-f]{3} /s/ [0-9]+$//'; } # links of folders are not counted
same "it has what a VE of layout dir has" "$(look 923)" "$(look 922)"
is "its host name" ot1 "$(in_ve 921 'cat /etc/hostname; hostname' | uniq)"
is "root of the VE owns its files" 0:0 "$(in_ve 921 'stat -c %u:%g /etc/passwd /etc/hostname /dev/null' | uniq)"
check "it writes, removes, renames and links" in_ve 921 'echo new >/new && rm /etc/passwd && mv /bin/busybox /bin/bb &&
	cp /bin/bb /bin/busybox && ln /etc/group /etc/group2 && mkdir /etc/d && mv /etc /etc.old && mv /etc.old /etc && chmod 700 /home || ls -la /'
is "the other notices nothing" "0 700-" "$(in_ve 922 'test -e /etc/passwd; echo $? $([ -e /new ] && echo new)700-')"
same "nor does the template" "$before" "$(tree "$lower")"
check "set of a running one" vzctl set 921 --hostname ot2 --nameserver 10.77.0.9 --userpasswd root:secret --save
is "is done" "ot2 nameserver 10.77.0.9" "$(echo $(in_ve 921 'cat /etc/hostname; cat /etc/resolv.conf' | grep -v '^#'))"
vzctl --quiet stop 921 --fast
check "set of a stopped one" vzctl set 921 --hostname ot3 --save
vzctl --quiet start 921
is "is done, and what it wrote is there" "ot3 new" "$(echo $(in_ve 921 'cat /etc/hostname /new; ls /etc/passwd' 2>/dev/null))"
check "devices of the VE open" in_ve 921 'echo x >/dev/null && head -c1 /dev/zero >/dev/null'
is "the host sees it without setuid and devices" nosuid,nodev \
	"$(sed -n 's|^[^ ]* /vz/root/921 [^ ]* rw,\(nosuid,nodev\).*|\1|p' /proc/mounts)"

# --- its disk space
in_ve 921 'cat >/root/disk; chmod 755 /root/disk' <$client
is "df: its limit" "20480 500" "$(in_ve 921 /root/disk statfs / | cut -d' ' -f1,3)"
is "also of a file" 20480 "$(in_ve 921 /root/disk statfs /root/disk | cut -d' ' -f1)"
in_ve 921 'mkdir -p /w'
for how in write fallocate mmap copy create mkdir symlink; do
	has "$how ends at the limit" '^(EDQUOT|ENOSPC|SIGBUS) ' "$(in_ve 921 /root/disk fill /w $how)"
	sync -f /vz/private/921
	read -r space inodes <<<"$(echo $(vzlist -Ho diskspace,diskinodes 921))"
	[ "$space" -le 20480 ] && [ "$inodes" -le 500 ] && ok "$how stays within it" ||
		not_ok "$how stays within it" "$space $inodes"
	in_ve 921 'rm -rf /w/*'
done
in_ve 921 'cp /bin/bb /w/all 2>/dev/null; for f in /bin/* /sbin/*; do [ -L $f ] || chmod 755 $f; done'
sync -f /vz/private/921
is "what is copied up is counted" "$(du -sk /vz/private/921 | cut -f1)" "$(echo $(vzlist -Ho diskspace 921))"
got=$(in_ve 921 /root/disk ids /w 2>&1)
is "no way to another project id" 7 "$(grep -c '^refused: root: ' <<<"$got")"
is "the VE cannot write what overlay keeps for itself" "" \
	"$(in_ve 921 'mknod /w/gone c 0 0 2>/dev/null && echo made')"

# --- a new template
cp $cache/ot-box.tar.zst /tmp/ot-first.tar.zst
mkdir /tmp/ot-root && tar -C /tmp/ot-root -xf $cache/ot-box.tar.zst && echo two >/tmp/ot-root/etc/two &&
	tar -C /tmp/ot-root --zstd -cf /tmp/ot-box.tar.zst . && mv /tmp/ot-box.tar.zst $cache/
vzctl --quiet destroy 924
check "create from a newer template" make 924
is "it has a folder of its own" 2 "$(lowers)"
check "start" vzctl start 924
is "with what is new" two "$(in_ve 924 cat /etc/two)"
code "the old VEs have it not" 1 in_ve 922 cat /etc/two
vzctl --quiet restart 922
code "nor after a restart" 1 in_ve 922 cat /etc/two
vzctl --quiet stop 924 --fast
lower4=$shared/$(sed -n 's/^VE_LOWER="\(.*\)"/\1/p' $conf/924.conf)
is "its name has the digest of the archive" "$(sha256sum <$cache/ot-box.tar.zst | cut -d' ' -f1)" "${lower4##*-}"
rm -rf "$lower4"
mv $cache/ot-box.tar.zst /tmp/ot-away.tar.zst
got=$(vzctl start 924 2>&1); status=$?
is "start without the template: code" 91 $status
has "and what is missing" "$shared/ot-box-" "$got"
cp /tmp/ot-first.tar.zst $cache/ot-box.tar.zst
code "start with another of that name" 91 vzctl start 924
mv /tmp/ot-away.tar.zst $cache/ot-box.tar.zst
check "start unpacks it again" vzctl start 924
is "and it is the same" two "$(in_ve 924 cat /etc/two)"
vzctl --quiet stop 924 --fast
sed -i 's|^VE_LOWER=.*|VE_LOWER="../cache"|' $conf/924.conf
code "a template outside of the folder" 85 vzctl start 924

# --- a backup: all its files, also those of the template
vzctl --quiet destroy 924
in_ve 922 'rm /etc/group; mv /home /home2; mkdir -p /w/a; ln /bin/bb /w/hard 2>/dev/null || echo x >/w/a/x; ln /w/a/x /w/a/y'
check "export" vzctl export 922 /tmp/ot-backup
check "import" vzctl import 924 /tmp/ot-backup
has "it has layout dir" '^VE_LAYOUT="dir"' "$(cat $conf/924.conf)"
check "start of it" vzctl start 924
same "it has the same files" "$(look 922)" "$(look 924)"
is "and the same links" 1 "$(in_ve 924 'stat -c %i /w/a/x /w/a/y' | sort -u | wc -l)"
vzctl --quiet stop 924 --fast

# --- with its memory
check "suspend" vzctl suspend 922
check "resume" vzctl resume 922
is "it goes on" 0 "$(in_ve 922 'echo a >/after && echo 0')"

for i in 921 922; do vzctl --quiet stop $i --fast; done
check "destroy" vzctl destroy 921
is "nothing is left of it" "" "$(ls -d /vz/private/921* $conf/921.conf 2>/dev/null; grep /vz/root/921 /proc/mounts)"
same "the template is as it was" "$before" "$(tree "$lower")"
exit $bad
