#!/bin/bash
# Another number for a VE: all of it or none, killed at any step. Runs as root on a node; uses
# VEs 936..939.
set -u
suite=rename
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
conf=/etc/vz/conf
cleanup() {
	local i
	for i in 936 937 938 939; do
		vzctl --quiet stop $i --fast
		vzctl --quiet umount $i
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i* /vz/dump/Dump.$i
	done
	rm -rf /tmp/rn-* /etc/vz/names/rn-*
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
# All that its files are, and how many of them count as the VE's.
tree() { (cd "/vz/private/$1" && find . ! -type d -printf '%p %y %m %U:%G %s %T@ %n %l\n' -o -printf '%p %m %U:%G\n' | sort; cat root/note); }
counted() { sync -f /vz; echo $(vzlist -aHo diskspace,diskinodes "$1"); }
there() { (cd $conf && ls -d 93[6-9].conf 93[6-9].mount 2>/dev/null; cd /vz/private && ls -d 93[6-9]* 2>/dev/null) | tr '\n' ' '; }
value() { sed -n "s/^$2=\"\(.*\)\"/\1/p" "$conf/$1.conf"; }

vzctl --quiet create 936 --ostemplate busybox --diskspace 40M --diskinodes 3000 --name rn-web || not_ok "create" failed
vzctl --quiet set 936 --netif_add eth0 --ipadd 10.77.1.36 --save
vzctl --quiet start 936
vzctl exec2 936 'echo kept >/root/note; ln -s note /root/link; mkfifo /root/pipe; ln /root/note /root/hard; chmod 4711 /root/hard'
vzctl --quiet stop 936
printf '#!/bin/sh\n' >$conf/936.mount
chmod 755 $conf/936.mount
before=$(tree 936) ids=$(value 936 LOCAL_UID)
names=$(there)

# --- what is refused changes nothing
vzctl --quiet create 938 --ostemplate busybox || not_ok "create of another" failed
code "no number" 20 vzctl rename 936
code "a name" 21 vzctl rename 936 web
for odd in '' 0 937x 99999999999 4294967296 ../937 '93 7'; do
	code "a bad number: '$odd'" 21 vzctl rename 936 "$odd"
done
code "a negative one" 20 vzctl rename 936 -1
code "two numbers" 20 vzctl rename 936 937 939
code "its own number" 21 vzctl rename 936 936
code "one that is there" 44 vzctl rename 936 938
code "one that is not there" 14 vzctl rename 939 937
mkdir /vz/private/937
code "its place is taken" 44 vzctl rename 936 937
rmdir /vz/private/937
echo x >$conf/937.mount
code "a script is in the way" 21 vzctl rename 936 937
rm $conf/937.mount
vzctl --quiet mount 936
code "a mounted one" 41 vzctl rename 936 937
vzctl --quiet umount 936
vzctl --quiet start 936
code "a running one" 32 vzctl rename 936 937
vzctl --quiet stop 936 --fast
before=$(tree 936)
vzctl --quiet destroy 938
rm -f $conf/938.*
is "nothing has changed" "$names" "$(there)"

# --- it has all that it had
check "rename" vzctl rename 936 937
is "nothing of the old number is left" "${names//936/937}" "$(there)"
same "its files are the same" "$before" "$(tree 937)"
is "its name and its ids are kept" "937 $ids" "$(echo $(vzlist -aHo ctid rn-web)) $(value 937 LOCAL_UID)"
has "its device has its number" 'host_ifname=veth937\.0' "$(value 937 NETIF)"
is "all of it is counted as the new one's" "$(du -sk /vz/private/937 | cut -f1) $(find /vz/private/937 -printf '%i\n' | sort -u | wc -l)" "$(counted 937)"
check "it starts by its name" vzctl start rn-web
is "and has its files and its limit" "kept 40960" "$(vzctl exec2 937 'cat /root/note; df -k / | tail -n 1' | awk 'NR == 1 { a = $1 } NR == 2 { print a, $2 }')"
vzctl --quiet stop 937 --fast
code "again" 14 vzctl rename 936 937
check "a new one with the old number" vzctl create 936 --ostemplate busybox
is "has its own count" "$(du -sk /vz/private/936 | cut -f1) $(find /vz/private/936 -printf '%i\n' | sort -u | wc -l)" "$(counted 936)"
vzctl --quiet destroy 936
rm -f $conf/936.*

# --- two at once
vzctl rename 937 938 >/tmp/rn-1 2>&1 & vzctl rename 937 939 >/tmp/rn-2 2>&1 & wait %1; a=$?; wait %2; b=$?
now=$(cd $conf; echo 93[6-9].conf)
now=${now%.conf}
is "one of two at once" "1 ${names//936/$now}" "$(((a == 0) + (b == 0))) $(there)"
[ "$now" = 938 ] || vzctl --quiet rename "$now" 938

# --- killed at each step: the next call by the old number finds one VE, whole
before=$(tree 938)
from=938 to=939 step=1 deaths=0 bad_at=
steps=rename,renameat,renameat2,mkdir,symlink,unlink,syncfs,fsync
until strace -f -qq -o /tmp/rn-trace -e trace=$steps -e inject=$steps:signal=KILL:when=$step vzctl --quiet rename $from $to >/tmp/rn-out 2>&1; do
	grep -q 'killed by SIGKILL' /tmp/rn-trace || { bad_at="$(cat /tmp/rn-out)"; break; }
	vzctl --quiet mount $from >/dev/null 2>&1
	vzctl --quiet umount $from >/dev/null 2>&1
	if [ -e $conf/$to.conf ]; then
		vzctl --quiet mount $to >/dev/null 2>&1
		vzctl --quiet umount $to >/dev/null 2>&1
		was=$from from=$to to=$was
	fi
	[ "$(there)" = "${names//936/$from}" ] || { bad_at=$(there); break; }
	[ "$(tree $from)" = "$before" ] || { bad_at=$(diff <(tree $from) <(echo "$before")); break; }
	[ "$(vzlist -aHo ctid rn-web | tr -d ' ')" = $from ] || { bad_at="its name"; break; }
	# The last and longest part counts files anew, one like the other.
	deaths=$((deaths + 1)) step=$((step < 24 ? step + 2 : step * 2))
	[ $step -lt 20000 ] || { bad_at="no end"; break; }
done
if [ -n "$bad_at" ]; then not_ok "killed at its steps" "step $step, $(grep -a INJECTED /tmp/rn-trace | tail -n 1): $bad_at"
else least "it was killed at its steps" 4 $deaths
fi
is "and done in the end" "${names//936/$to}" "$(there)"
exit $bad
