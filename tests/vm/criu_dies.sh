#!/bin/bash
# CRIU is killed in the middle of a dump: the VE goes on, with all its connections. Runs on
# node1; TEMPLATE=busybox.
set -uo pipefail
suite=criu_dies
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
ID=953
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
[ ! -e /share/criu ] || install -m 755 /share/criu /usr/lib/openve/criu
dump=/vz/dump/Dump.$ID
cleanup() {
	vzctl stop $ID --fast
	vzctl destroy $ID
	rm -rf "$dump"
} >/dev/null 2>&1
trap cleanup EXIT
# Whose ends are of one process or of two, of the loopback in each state, and those that nobody
# has accepted.
states="tcp_many tcp_accept_queue tcp_accept_queue6 tcp_half4 tcp_slow_peer tcp_asking"

check "create" vzctl --quiet create $ID --ostemplate "${TEMPLATE:-busybox}"
check "set" vzctl set $ID --numproc 1000 --save
check "start" vzctl start $ID
cp /share/corpus/corpus /vz/private/$ID/corpus
check "it is up" within 120 runs $ID counter
wrong() { # COMMAND OF THE CORPUS...: what it says of states that are not right
	vzctl exec2 $ID "/corpus $* $states" 2>&1 | grep -v ' ok *$'
}
is "states are set up" "" "$(wrong start /states)"

# Some connections have been looked at, and others not.
hit() {
	rm -rf "$dump"
	vzctl chkpnt $ID >/run/dies.out 2>&1 &
	until compgen -G "$dump*/tcp-stream-*" >/dev/null || ! kill -0 $! 2>/dev/null; do :; done
	pkill -9 -x criu
	! wait $!
}
hits=0
for try in $(seq 20); do
	if ! hit; then
		check "a dump that was too quick: back" vzctl restore $ID
		continue
	fi
	hits=$((hits + 1))
	is "dump $hits without an end: the VE runs" running "$(vzctl status $ID | awk '{ print $NF }')"
	is "dump $hits without an end: each connection is as it was" "" \
		"$(wrong ask /states 300 verify)"
	[ $hits -lt 2 ] || break
done
least "CRIU was killed in the middle" 2 $hits
check "a dump after all that" vzctl chkpnt $ID
check "and its restore" vzctl restore $ID
is "each connection is as it was" "" "$(wrong ask /states 300 verify)"
exit $bad
