#!/bin/bash
# Where the files of a VE are: convert, clone, move; killed at each step, and on a full
# disk. Runs as root on a node; uses VEs 931..934 and a template of its own.
set -u
suite=layout
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
conf=/etc/vz/conf
cache=/vz/template/cache
shared=/vz/template/overlay
cleanup() {
	local i
	for i in 931 932 933 934 935; do
		vzctl --quiet stop $i --fast
		vzctl --quiet umount $i
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i* /vz/elsewhere/$i*
	done
	rm -rf $cache/lt-box.tar* $shared/lt-box-* $shared/.lt-box /tmp/lt-*
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
in_ve() { vzctl exec2 "$@"; }
# All that its files are, as the VE and the host see them: not how they lie on disk.
tree() {
	vzctl --quiet mount "$1" 2>/dev/null
	(cd "/vz/root/$1" || exit
	find . ! -type d -printf '%p %y %m %U:%G %s %T@ %l\n' -o -printf '%p %y %m %U:%G %T@\n' | sort
	find . -type f -exec sha256sum {} + | sort -k 2
	find . -type f -links +1 -printf '%i %p\n' | sort | awk '{ g[$1] = g[$1] " " $2 } END { for (i in g) print g[i] }' | sort
	python3 -c 'import os
for d, ds, fs in os.walk("."):
	for p in sorted(ds + fs):
		p = os.path.join(d, p)
		for a in sorted(os.listxattr(p, follow_symlinks=False)): print(p, a, os.getxattr(p, a, follow_symlinks=False))' | sort)
	vzctl --quiet umount "$1"
}
files() { find "/vz/private/$1" | wc -l; }
layout() { sed -n 's/^VE_LAYOUT="\(.*\)"/\1/p' "$conf/$1.conf"; }
left() { (cd /vz/private && ls -d "$1".* 2>/dev/null | tr '\n' ' '); }

# killed NAME IS_WELL COMMAND...: the command dies at each step that changes names, or at each
# KILL_STEP-th, once for each, until it comes to its end; after each death IS_WELL must hold.
steps=rename,renameat,renameat2,mkdir,syncfs,fsync
killed() {
	local name=$1 well=$2 step=1 deaths=0 out bad_at=
	shift 2
	until out=$(strace -f -qq -o /tmp/lt-trace -e trace=$steps -e inject=$steps:signal=KILL:when=$step "$@" 2>&1); do
		grep -q 'killed by SIGKILL' /tmp/lt-trace || { bad_at="$step: $out"; break; }
		out=$($well 2>&1) || { bad_at="$step, $(grep -a INJECTED /tmp/lt-trace | tail -n 1): $out"; break; }
		deaths=$((deaths + 1)) step=$((step + ${KILL_STEP:-6}))
		[ $step -lt 200 ] || { bad_at="$step: no end"; break; }
	done
	if [ -n "$bad_at" ]; then not_ok "$name" "step $bad_at"
	elif [ $deaths = 0 ]; then not_ok "$name" "it never died"
	else ok "$name ($deaths deaths)"; fi
}

cp $cache/busybox.tar.* $cache/lt-box.tar.zst
vzctl --quiet create 931 --ostemplate lt-box --diskspace 40M --diskinodes 3000 || not_ok "create" failed
vzctl --quiet start 931
in_ve 931 'cd /root; echo one >one; ln one two; ln -s ../nowhere link; mkfifo pipe; mkdir -p d/e/f; chown 1000:100 one; chmod 4711 one
	echo more >>/etc/hosts; rm /etc/group; rm -rf /var/spool; mkdir -p /var/spool/new; mv /bin/busybox /bin/b2; cp /bin/b2 /bin/busybox
	chmod 700 /home; head -c 300000 /dev/urandom >random; truncate -s 3M sparse; touch -d "2001-02-03 04:05:06" d/e'
vzctl --quiet stop 931
python3 -c 'import os
os.setxattr("/vz/private/931/root/one", "user.note", b"hello")' || not_ok "attributes" "cannot be set"
before=$(tree 931)

# --- convert
code "convert: no layout" 21 vzctl convert 931
code "convert: unknown layout" 21 vzctl convert 931 --layout ploop
vzctl --quiet start 931
code "convert: a running one" 32 vzctl convert 931 --layout overlay
vzctl --quiet stop 931
before=$(tree 931)
check "convert to overlay" vzctl convert 931 --layout overlay
is "it has that layout" overlay "$(layout 931)"
same "its files are the same" "$before" "$(tree 931)"
least "most are those of the template" 100 "$((200 - $(files 931)))"
is "nothing is left beside it" "" "$(left 931)"
is "its space is counted" "$(sync -f /vz; du -sk /vz/private/931 | cut -f1)" "$(echo $(vzlist -aHo diskspace 931))"
check "it starts" vzctl start 931
is "and its limit is there" 40960 "$(in_ve 931 "df -k / | tail -n 1" | awk '{ print $2 }')"
vzctl --quiet stop 931
before=$(tree 931)
check "convert to dir" vzctl convert 931 --layout dir
is "it has that one" dir "$(layout 931)"
same "its files are the same again" "$before" "$(tree 931)"
check "it starts again" vzctl start 931
vzctl --quiet stop 931
before=$(tree 931)
well() { [ "$(tree 931)" = "$before" ] || diff <(echo "$before") <(tree 931); }
killed "convert to overlay, killed at its steps" well vzctl convert 931 --layout overlay
is "is done in the end" overlay "$(layout 931)"
killed "convert to dir, killed at its steps" well vzctl convert 931 --layout dir
is "is done in the end, too" "dir" "$(layout 931)"
is "and leaves nothing" "" "$(left 931)"

# --- clone
vzctl --quiet set 931 --ipadd 10.77.1.31 --name lt-old --save
before=$(tree 931)
code "clone: no id" 20 vzctl clone 931
code "clone: a bad id" 21 vzctl clone 931 12x
code "clone onto itself" 9 vzctl clone 931 931
check "clone" vzctl clone 931 --name lt-new 932
same "it has the same files" "$(sed -E 's/ [0-9]+:[0-9]+ / /' <<<"$before")" "$(tree 932 | sed -E 's/ [0-9]+:[0-9]+ / /')"
is "ids of its own" 2 "$(sed -n 's/^LOCAL_UID=//p' $conf/93[12].conf | sort -u | wc -l)"
is "no address, and its name" "- lt-new" "$(echo $(vzlist -aHo ip,name 932))"
code "clone to one that is there" 44 vzctl clone 931 932
check "both start" eval 'vzctl start 931 && vzctl start 932'
in_ve 931 'i=0; while sleep 0.02; do i=$((i + 1)); echo $i >/root/first; echo $i >/root/second; done >/dev/null 2>&1 &'
within 60 test -s /vz/private/931/root/second
check "clone of a running one" vzctl clone 931 933
is "it is of one instant" 1 "$(($(cat /vz/private/933/root/first) - $(cat /vz/private/933/root/second) <= 1))"
is "the old one goes on" running "$(vzlist -aHo status 931 | tr -d ' ')"
for i in 931 932 933; do vzctl --quiet stop $i --fast; done
vzctl --quiet destroy 933
before=$(tree 931)
killed "clone, killed at its steps" well vzctl clone 931 934
check "the clone starts" vzctl start 934
vzctl --quiet stop 934 --fast
is "nothing is left beside it" "" "$(left 934)"
vzctl --quiet destroy 934

# --- move
mkdir -p /vz/elsewhere && chmod 700 /vz/elsewhere
code "move: not a path" 21 vzctl move 931 elsewhere
code "move: to an open place" 21 vzctl move 931 /tmp/lt-931
check "move" vzctl move 931 /vz/elsewhere/931
same "its files are the same" "$before" "$(tree 931)"
is "they are there" "1 0" "$(ls -d /vz/elsewhere/931 2>/dev/null | wc -l) $(ls -d /vz/private/931 2>/dev/null | wc -l)"
killed "move back, killed at its steps" well vzctl move 931 /vz/private/931
is "they are here again" "0 1" "$(ls -d /vz/elsewhere/931* 2>/dev/null | wc -l) $(ls -d /vz/private/931 2>/dev/null | wc -l)"

# --- unregister, register
vzctl --quiet set 931 --name lt-kept --save
ids=$(sed -n 's/^LOCAL_UID=//p' $conf/931.conf)
check "unregister" vzctl unregister 931
is "there is no such VE" "" "$(vzlist -aHo ctid 931 2>/dev/null)$(ls $conf/931.conf /etc/vz/names/lt-kept 2>/dev/null)"
code "register: no configuration" 14 vzctl register /vz/private 935
code "register over a VE" 44 vzctl register /vz/private/931 932
code "register under another number" 21 vzctl register /vz/private/931 935
check "register" vzctl register /vz/private/931 931
is "it has its name and its ids" "lt-kept $ids" "$(echo $(vzlist -aHo name 931)) $(sed -n 's/^LOCAL_UID=//p' $conf/931.conf)"
check "it starts" vzctl start 931
vzctl --quiet stop 931 --fast
code "register what is registered" 14 vzctl register /vz/private/931 935

# --- no room
vzctl --quiet set 931 --diskspace unlimited --diskinodes unlimited --save
before=$(tree 931)
mkdir -p /tmp/lt-full && mount -t tmpfs -o size=200k,mode=700 t /tmp/lt-full
chmod 700 /tmp/lt-full
code "move to a full disk" 46 vzctl move 931 /tmp/lt-full/931
is "nothing is left there" "" "$(ls /tmp/lt-full)"
umount /tmp/lt-full
same "and its files are as they were" "$before" "$(tree 931)"
mount -t tmpfs -o size=$(($(du -sk /vz/private/931 | cut -f1) * 3 / 2))k,mode=700 t /tmp/lt-full
check "move to a disk with room for one" vzctl move 931 /tmp/lt-full/931
vzctl --quiet destroy 932
rm -f $conf/932.*
code "clone there finds it full" 46 eval 'sed -i "s|^VE_PRIVATE=.*|VE_PRIVATE=\"/tmp/lt-full/\$VEID\"|" $conf/931.conf; vzctl clone 931 932'
code "snapshot finds it full" 46 vzctl snapshot 931
is "nothing is left there but itself" 931 "$(ls /tmp/lt-full)"
same "and its files are still as they were" "$before" "$(tree 931)"
check "move back" vzctl move 931 /vz/private/931
umount /tmp/lt-full
exit $bad
