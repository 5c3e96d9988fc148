#!/bin/bash
# A hostile VE against the tools of the host, as it was done to others: lines A3, A6 to A10,
# A15, B8 and B15 of docs/attack-list.md, as far as no other suite has them. Runs as root on a
# node; uses VE 961.
set -u
suite=walls
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
conf=/etc/vz/conf
private=/vz/private/961
attack=/share/attacks/attack
bait=/tmp/wt-bait
cleanup() {
	vzctl --quiet stop 961 --fast
	vzctl --quiet umount 961
	vzctl --quiet destroy 961
	rm -rf $conf/961.* $private* $bait
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
in_ve() { timeout 300 vzctl exec2 961 "$1" 2>&1 </dev/null; }
serving() { vzctl --quiet start 961 && within 120 serves 961; }

# What must stay as it is, whatever the VE does: the tools, and files that links lead to.
tools=$(type -P vzctl vzlist vzmigrate vzeventd vzreboot | xargs readlink -f)
mkdir -p $bait/folder && echo bait >$bait/file && echo bait >$bait/folder/file
state() {
	cat $tools | sha256sum
	find $bait /etc/hosts /etc/hostname /etc/resolv.conf /etc/passwd /etc/shadow /dev/null /dev/console \
		-printf '%p %y %m %u %s %T@ %l\n' | grep -v '^/dev/.* %T'
	grep -v ' /vz/root/961 ' /proc/mounts
}
before=$(state)
unharmed() { same "$1: the host is as it was" "$before" "$(state)"; }

check "create" vzctl create 961 --ostemplate busybox --hostname walls --layout simfs
cp $attack $private/attack

# --- A3: where the files of a VE lie says its configuration, never a file in them
markers='root.hdd/DiskDescriptor.xml root.hdd/root.hds .ve.layout VERSION fs/root/etc dump/Dump.961 upper/x work/x .owner templates/.x'
for m in $markers; do
	mkdir -p "$private/$(dirname "$m")" && ln -sfn $bait/file "$private/$m"
done
echo '<Image><File>/tmp/wt-bait/file</File></Image>' >$private/root.hdd/Descriptor.xml
check "A3: starts, with the marks of every layout in it" serving
is "A3: they are files as others" "$(wc -w <<<"$markers")" "$(in_ve "for m in $markers; do readlink \$m; done" | grep -c $bait)"
is "A3: its layout is what it was" simfs "$(echo $(vzlist -aHo layout 961))"
check "A3: a command that needs the layout" vzctl snapshot-list 961
unharmed A3

# --- A6: the VE's shell is a link to whoever comes in
in_ve 'cp /bin/busybox /bin/kept; for i in 1 2 3; do printf "#!/proc/self/exe\n" >/bin/evil; chmod 755 /bin/evil; done
	rm /bin/sh && cp /bin/evil /bin/sh'
for i in 1 2 3; do timeout 100 vzctl exec 961 true; timeout 100 vzctl enter 961 --exec true; done >/dev/null 2>&1 </dev/null
rm -f $private/bin/sh && ln -s busybox $private/bin/sh
in_ve 'for p in /proc/[0-9]*; do echo evil >$p/exe; done' >/dev/null
unharmed A6

# --- A7: nothing of the host comes in with a command
is "A7: where it stands" / "$(cd $bait/folder && vzctl exec 961 'readlink /proc/self/cwd')"
is "A7: nor as a command" "" "$(cd $bait && exec 7<. 8<$bait/file; in_ve 'ls -d /proc/self/fd/7/. /proc/self/fd/8; cat /proc/self/fd/*/file' | grep -E '^bait|^/proc/self/fd/[78]')"

# --- A8: who comes in cannot be looked into before it is a program of the VE
in_ve 'rm -f /joiner*; /attack trap joiner' >/dev/null
joined() { timeout 60 vzctl exec 961 true; grep -q '^seen' $private/joiner; }
check "A8: somebody is seen coming in" within 120 joined
touch $private/joiner.stop
check "A8: the watch ends" within 60 grep -q '^end' $private/joiner
is "A8: nobody could be looked into" "" "$(grep -v '^seen' $private/joiner | grep -v '^end [0-9]* 0$')"

# --- A9: a file that the host writes is a link now and then
in_ve 'cd /etc; (i=0; while [ ! -e /stop ]; do ln -sf ../../../../../../..'$bait'/file x; mv x hosts; ln -s ../../../../../../..'$bait'/file y
	mv y resolv.conf; echo >z; mv z hosts; echo >w; mv w resolv.conf; done) >/dev/null 2>&1 </dev/null &'
for i in 1 2 3 4 5 6; do
	timeout 100 vzctl --quiet set 961 --nameserver 10.77.0.$i --hostname walls$i --save
done >/dev/null 2>&1
touch $private/stop
unharmed A9

# --- B8: the terminal of vzctl enter is one of the VE's
out=$(script -qec 'vzctl enter 961 --exec "readlink /proc/self/fd/0; stat -c %d /dev/pts/0; stat -f -c %T /proc/self/fd/0"' /dev/null </dev/null | tr -d '\0')
has "B8: its terminal" '/dev/pts/[0-9]' "$out"
has "B8: of its own devpts" '^devpts' "$out"

# --- A10, A15, B15: links, pipes and pits at places that a start uses
turn() { # NAME: started, or refused; then down
	timeout 200 vzctl --quiet start 961 >/dev/null 2>&1
	timeout 200 vzctl --quiet set 961 --nameserver 10.77.0.9 --userpasswd root:secret --save >/dev/null 2>&1
	timeout 200 vzctl --quiet stop 961 --fast >/dev/null 2>&1
	is "$1: it is down" down "$(vzctl status 961 | awk '{ print $5 }')"
	unharmed "$1"
}
check "stop" vzctl stop 961 --fast
cp -a $private $bait.ve
again() { rm -rf $private && cp -a $bait.ve $private; }
for p in proc sys dev dev/pts dev/shm tmp run etc sbin; do
	rm -rf "${private:?}/$p" && ln -s "../../../../../../..$bait/folder" "$private/$p"
	turn "A10: /$p is a link"
	again
done
for p in dev/null dev/console dev/tty dev/ptmx etc/hosts etc/shadow etc/passwd etc/resolv.conf; do
	mkdir -p "$private/$(dirname $p)"
	rm -rf "${private:?}/$p" && ln -s "../../../../../../..$bait/file" "$private/$p"
done
turn "A15: devices and files are links"
again
for p in etc/hosts etc/shadow etc/passwd etc/resolv.conf etc/hostname; do
	rm -f "$private/$p" && truncate -s 3G "$private/$p"
done
turn "B15: files of 3 GiB"
rm -rf $bait.ve
exit $bad
