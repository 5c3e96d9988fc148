#!/bin/bash
# How long a VE stands still when it moves, and what it does meanwhile; runs on
# node1 of two. VEIDs: 211, 213, 214 (busybox), 212 (Debian). --share as for migrate.sh.
#
# Asserts on behaviour; the times are only told.
set -uo pipefail
suite=freeze
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

here=node1 there=node2
inside() { on "$here" "vzctl exec2 $ID '$*'"; }

[ ! -d /share/bin ] || for node in node1 node2; do on $node "install -m 755 /share/bin/* /usr/sbin/"; done
mkdir -p /vz/dump

# move NAME [OPTION...]: one trip, its steps told
move() {
	local name=$1 out
	shift
	if ! out=$(on "$here" "vzmigrate --online -v -t $* $there $ID" 2>&1); then
		not_ok "$name: moves" "$out"
		return 1
	fi
	sed 's/^/# /' <<< "$out"
	last=$out
	swap
	ok "$name: moved to $here"
}

# A move that would take too long does not take place, and the VE goes on where it is.
promise() {
	local out before
	ID=211
	before=$(inside cat /run/counter)
	out=$(on "$here" "vzmigrate --online --max-freeze 1 --progress json --report /run/report.html $there $ID 2>/run/err")
	[ $? = 8 ] && ok "a promise that cannot be kept: the move is cancelled" ||
		not_ok "a promise that cannot be kept" "$out $(on "$here" cat /run/err)"
	has "its reason" "max-freeze allows 1" "$(on "$here" cat /run/err)"
	has "it runs here" running "$(on "$here" vzctl status $ID)"
	check "it goes on" within 60 eval '[ "$(inside cat /run/counter)" -gt "'"$before"'" ]'
	is "nothing is left there" "" "$(on "$there" "ls -d /run/vz/images/* /vz/private/$ID* /var/lib/vzctl/migrate/$ID* 2>/dev/null")"
	check "each line is JSON" python3 -c 'import json, sys
for line in sys.argv[1].splitlines(): last = json.loads(line)
assert last["event"] == "end" and not last["moved"]' "$out"
	has "the page says why" "<p>.*max-freeze" "$(on "$here" cat /run/report.html)"
	out=$(on "$here" "vzmigrate --online --max-freeze 1 --force --progress json --report /run/report.html $there $ID 2>/dev/null") &&
		swap && ok "with --force it moves" || not_ok "with --force it moves" "$out"
	check "its figures" python3 -c 'import json, sys
end = json.loads(sys.argv[1].splitlines()[-1])
assert end["moved"] and end["frozen_ms"] > 1 and end["rounds"] > 0 and end["freeze"]
assert end["memory_bytes"] > 65536 and end["last_memory_bytes"] < end["memory_bytes"]
assert any(s["there"] for s in end["freeze"])' "$out"
}

# A program that changes files in all ways, and finds each that was missed.
files() {
	local trip rounds
	ID=213
	vzctl create $ID --ostemplate busybox --hostname files && vzctl start $ID || return 1
	install -m 755 /share/clients/files /vz/private/$ID/bin/files
	inside "files /files >/dev/null 2>&1 &"
	within 60 inside "test -s /files/rounds" || { not_ok "files" "does not begin: $(inside cat /files/wrong)"; return 1; }
	for trip in 1 2 3; do
		move "changing files, $trip" || return 1
		rounds=$(inside "od -An -tu4 /files/rounds | tr -dc 0-9")
		within 60 eval '[ "$(inside "od -An -tu4 /files/rounds | tr -dc 0-9")" -gt "$rounds" ]' ||
			{ not_ok "files: all changes came" "$(inside "cat /files/wrong 2>&1; ps")"; return 1; }
		ok "files: all changes came"
	done
	on "$here" "vzctl stop $ID --fast; vzctl destroy $ID" > /dev/null
}

# Memory of each kind comes whole, and what can be filled in bulk is not faulted in page by page.
memory() {
	local trip faults pid
	ID=214
	vzctl create $ID --ostemplate busybox --hostname memory && vzctl start $ID || return 1
	install -m 755 /share/clients/{ranges,resident} /vz/private/$ID/bin
	inside "ranges /tmp/ranges >/dev/null 2>&1 & ranges /tmp/ranges alone >/dev/null 2>&1 &"
	inside "resident 16 /tmp/ready >/dev/null 2>&1 &"
	check "memory: there are ranges of each kind" within 120 inside "grep -q ready /tmp/ready && [ \$(grep -c whole /tmp/ranges) = 3 ]" || return 1
	for trip in 1 2; do
		move "memory of each kind, $trip" || return 1
		pid=$(on "$here" "pgrep -f '^resident 16'")
		faults=$(on "$here" "cut -d ' ' -f 10 /proc/$pid/stat")
		check "memory: 4096 pages take fewer faults, $trip" test "${faults:-4096}" -lt 2048
		inside "killall -USR1 ranges"
		check "memory: all of it came, $trip" within 120 inside "[ \$(grep -c : /tmp/ranges) = $((3 * trip + 3)) ]"
		is "memory: what it says, $trip" "" "$(inside "grep -v whole /tmp/ranges")"
	done
	on "$here" "vzctl stop $ID --fast; vzctl destroy $ID" > /dev/null
}

idle() {
	ID=211
	vzctl create $ID --ostemplate busybox --hostname idle && vzctl start $ID || return 1
	within 60 inside "test -s /run/counter"
	move "idle busybox VE" && move "back again" || return 1
	has "an idle VE: the last pass looks at what changed" "folders of those changed" "$last"
	promise
	on "$here" "vzctl stop $ID --fast; vzctl destroy $ID" > /dev/null
}

debian() {
	ID=212
	vzctl create $ID --ostemplate debian-13-x86_64 --hostname big --ipadd 10.77.1.212 && vzctl start $ID || return 1
	within 400 eval '[[ $(vzctl exec2 $ID systemctl is-system-running 2>/dev/null) == @(running|degraded) ]]'
	move "idle Debian VE" && move "Debian VE, back again"
	on "$here" "vzctl stop $ID --fast; vzctl destroy $ID" > /dev/null
}

for part in ${PARTS:-idle files memory}; do
	here=node1 there=node2		# each makes its VE here, and may leave it there
	$part || bad=1
done
exit $bad
