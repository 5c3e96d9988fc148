#!/bin/bash
# A host is emptied and filled again: VEs that run, are down, stay, and cannot be moved; runs on
# node1. What one VE is like never stops the others. A part of two-nodes.sh.
set -uo pipefail
suite=evacuate
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

LIVE=241 COLD=242 STAYS=243 STUCK=244 SUSPENDED=245
ALL="$LIVE $COLD $STAYS $STUCK $SUSPENDED"
BOOK=/var/lib/vzctl/evacuated

state() { # NODE ID: running, down, suspended or none
	local s
	s=$(on "$1" "vzctl status $2")
	case " $s " in
	*" deleted "*) echo none ;;
	*" running "*) echo running ;;
	*" suspended "*) echo suspended ;;
	*) echo down ;;
	esac
}
states() { # NODE: of all
	local id
	for id in $ALL; do echo -n "$(state "$1" "$id") "; done
}
in_ve() { # NODE ID COMMAND: without single quotes
	on "$1" "vzctl exec2 $2 '$3'"
}

set_up() {
	local id
	for id in $ALL; do
		vzctl create "$id" --ostemplate busybox --hostname "evac$id" || return 1
	done
	vzctl set $STAYS --evacuate stays --save && vzctl set $SUSPENDED --evacuate suspended --save || return 1
	for id in $LIVE $STAYS $STUCK $SUSPENDED; do
		vzctl start "$id" || return 1
	done
	# The counter of the template: it goes on from where it was.
	within 60 beyond 5 vzctl exec2 $LIVE cat /run/counter || return 1
	# Tasks that the VE itself has frozen cannot be dumped; no other VE is to feel that.
	vzctl exec2 $STUCK 'mkdir /sys/fs/cgroup/ice && cd /sys/fs/cgroup/ice || exit
		sleep 5000 </dev/null >/dev/null 2>&1 &
		echo $! >cgroup.procs && echo 1 >cgroup.freeze'
}

[ ! -d /share/bin ] || for node in node1 node2; do on $node "install -m 755 /share/bin/* /usr/sbin/"; done
out=$(set_up 2>&1) || { not_ok "set up" "$out"; exit 1; }

# Nothing moves by asking.
out=$(vzmigrate --evacuate --to node2 --dry-run $ALL 2>&1)
is "a plan with a VE that cannot be moved ends with 21" 21 $?
has "the plan names it" "$STUCK .*failed" "$out"
is "nothing was moved" "running down running running running " "$(states node1)"
check "nor noted" no test -s $BOOK

code "without a destination" 1 vzmigrate --evacuate $LIVE
code "to nowhere" 4 vzmigrate --evacuate --to nowhere.invalid $LIVE
code "to this host itself" 4 vzmigrate --evacuate --to node1 $LIVE

before=$(in_ve node1 $LIVE 'pidof nc httpd')
out=$(vzmigrate --evacuate --to node2,nowhere.invalid $ALL 2>&1)
is "not all could be moved" 21 $?
is "here are those that stay" "none none running running none " "$(states node1)"
is "there are the others" "running down none none running " "$(states node2)"
same "its processes go on" "$before" "$(in_ve node2 $LIVE 'pidof nc httpd')"
has "the report says why" "$STUCK .*failed .*here" "$out"

# A second time: there is nothing left to do but what failed.
out=$(vzmigrate --evacuate --to node2 --progress json $ALL 2>/dev/null)
is "again: not all could be moved" 21 $?
is "as JSON" "0 1 1" "$(tail -n 1 <<<"$out" | python3 -c '
import json, sys
r = json.load(sys.stdin)
print(r["moved"], r["stayed"], r["failed"])')"

# What an evacuation leaves that was killed when a VE was there and not yet restored.
unfinished() { sed -i "s/^\($SUSPENDED suspended [0-9]*\) 0 /\1 1 /" $BOOK; }
on node2 "vzctl chkpnt $SUSPENDED" >/dev/null
unfinished
vzmigrate --evacuate --to node2 --dry-run $SUSPENDED >/dev/null 2>&1
is "a plan restores nobody" suspended "$(state node2 $SUSPENDED)"
code "another VE is no reason to" 0 vzmigrate --evacuate --to node2 $LIVE
is "and it is not" suspended "$(state node2 $SUSPENDED)"
code "it is taken up" 0 vzmigrate --evacuate --to node2 $SUSPENDED
is "and goes on" running "$(state node2 $SUSPENDED)"
unfinished
code "what somebody else has restored is no failure" 0 vzmigrate --evacuate --to node2 $SUSPENDED
has "and settled" "^$SUSPENDED suspended [0-9]+ 0 " "$(cat $BOOK)"

since=$(date +%s)
code "a night's question is answered with a failure" 1 systemctl start vz-check-migratable.service
has "which names the VE that could not be moved" "$STUCK .*frozen" \
	"$(journal -o cat --since "@$since" -u vz-check-migratable.service)"

# One of them is destroyed there, one is stopped there.
on node2 "vzctl destroy $COLD" >/dev/null
on node2 "vzctl stop $SUSPENDED --fast" >/dev/null
out=$(vzmigrate --return --dry-run 2>&1)
is "what can come back is known" 0 $?
out=$(vzmigrate --return 2>&1)
is "what is destroyed is no failure" 0 $?
has "it is named" "$COLD .*gone" "$out"
is "the others are back" "running none running running down " "$(states node1)"
is "and gone from there" "none none none none none " "$(states node2)"
same "its processes went on" "$before" "$(in_ve node1 $LIVE 'pidof nc httpd')"
is "the book is empty" "" "$(cat $BOOK 2>/dev/null)"

for id in $ALL; do
	vzctl stop "$id" --fast >/dev/null 2>&1
	vzctl destroy "$id" >/dev/null 2>&1
done
exit $bad
