#!/bin/bash
# The states of tests/corpus over dumps and restores; runs on node1, as root.
#
# usage: corpus.sh [--each] [--migrate|--reboot] [NAME=VALUE...] [STATE...]
#
# All states, or those named, in one VE: dumped, restored, verified, twice. With --each a VE for
# each state. With --migrate it goes to node2 and back instead; with --reboot node2's kernel is
# updated twice under it (/share/bzImage). TEMPLATE=busybox. CRIU, when it is set, is the criu
# that is used instead of the node's (to see what the stock one costs).
#
# tests/corpus/known says what cannot pass today. A state that is known to refuse the dump or to
# break the restore of all others is left out, but with --each; what is known to be wrong
# afterwards is "not ok ... # TODO". When a dump or a restore fails, the states that cost it are
# looked for and named, and the others go on without them.
set -uo pipefail
suite=corpus
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
from=/share/corpus
TEMPLATE=${TEMPLATE:-busybox}
mode=restore each=0
while [ $# -gt 0 ]; do
	case $1 in
	--each) each=1 ;;
	--migrate) mode=migrate ;;
	--reboot) mode=reboot ;;
	[A-Z]*=*) export "$1" ;;
	*) break ;;
	esac
	shift
done
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
ID=951
here=node1
declare -A how why good seen

while read -r name kind text; do
	case $name in '' | \#*) continue ;; esac
	how[$name]=$kind why[$name]=$text
done <"$from/known"
mapfile -t all < <("$from/corpus" list | cut -f1)
[ $# = 0 ] || all=("$@")
for name in "${!how[@]}"; do
	"$from/corpus" list | grep -q "^$name	" || not_ok "tests/corpus/known: $name" "there is no such state"
done

on() { # COMMAND: where the VE is
	if [ $here = node1 ]; then bash -c "$1"; else ssh -o BatchMode=yes -o ConnectTimeout=60 $here "$1"; fi
}
in_ve() { on "vzctl exec2 $ID '$1' </dev/null"; }
end() {
	local node=$here
	for here in node1 node2; do
		[ $here = node1 ] || [ $mode != restore ] || continue
		on "vzctl stop $ID --fast; vzctl destroy $ID; rm -rf /vz/dump/Dump.$ID"
	done >/dev/null 2>&1
	here=$node
}
trap end EXIT

# One line for a state: what was found, and whether it was to be expected.
tell() { # STATE STAGE TEXT
	local line="$1: $2"
	case $3 in
	ok*)
		[ "$2" != before ] || return
		[ -n "${how[$1]-}" ] && good[$1]=${good[$1]-1} || ok "$line"
		;;
	skip*) ok "$line # SKIP ${3#skip }" ;;
	*)
		[ -z "${seen[$1]-}" ] || return
		seen[$1]=1 good[$1]=0
		if [ -n "${how[$1]-}" ]; then
			n=$((n + 1))
			echo "not ok $n - $suite: $line: ${3#not ok } # TODO ${how[$1]}: ${why[$1]}"
		else
			not_ok "$line" "${3#not ok }"
		fi
		;;
	esac
}

set_up() { # STATE...: a VE with them; those that are not there are told, the others are in $set
	local name text
	set=()
	end
	here=node1
	[ $mode != reboot ] || here=node2
	on "vzctl create $ID --ostemplate $TEMPLATE --hostname corpus && vzctl start $ID &&
		cp $from/corpus /vz/private/$ID/corpus" >"$log" 2>&1 || { not_ok "a VE" "$(cat "$log")"; return 1; }
	if [ "$TEMPLATE" = busybox ]; then within 120 on "$(declare -f procs runs); runs $ID counter"
	else within 600 systemd_up on "vzctl exec2 $ID"; fi
	while read -r name text; do
		if [ "$text" = "ok" ] || [ "$text" = "ok " ]; then set+=("$name"); else tell "$name" "set up" "$text"; fi
	done < <(in_ve "/corpus start /states $*" 2>&1)
	[ ${#set[@]} != 0 ]
}
verify() { # STAGE
	local name text
	while read -r name text; do
		tell "$name" "$1" "$text"
	done < <(in_ve "/corpus ask /states 120 verify" 2>&1)
}

# One of the ways there is. What failed is in $stage, and what was said in $log.
log=$(mktemp)
go() {
	case $mode in
	restore)
		stage=dump
		on "vzctl chkpnt $ID" >"$log" 2>&1 || return
		stage=restore
		on "vzctl restore $ID" >"$log" 2>&1
		;;
	migrate)
		local to=node2
		[ $here = node1 ] || to=node1
		stage=migrate
		on "vzmigrate --online $to $ID" >"$log" 2>&1 || return
		here=$to
		;;
	reboot)
		local boot
		stage=update
		boot=$(on "cat /proc/sys/kernel/random/boot_id")
		on "cp -n /share/bzImage /root/; systemd-run -q --collect --unit=update \
			-p StandardOutput=file:/root/log -p StandardError=file:/root/log vzreboot /root/bzImage"
		within 900 came_back "$boot"
		on "cat /root/log; vzreboot --report" >"$log" 2>&1
		! grep -q "VE $ID: NOT" "$log" && in_ve "[ -d /states ]" 2>>"$log"
		;;
	esac
}
came_back() {
	local now
	sleep 4
	now=$(on 'systemctl show -p ActiveState --value vz-restore.service | grep -qxE "active|failed" &&
		cat /proc/sys/kernel/random/boot_id' 2>/dev/null)
	[ -n "$now" ] && [ "$now" != "$1" ]
}
said() { grep -vE '^(Setting up|Suspending|Resuming|Restoring)' "$log" | tail -n 4 | tr '\n' ' '; }

# Whether these pass, alone in a VE; tells nothing.
passes() {
	set_up "$@" >/dev/null && go
}
# The one of these that costs all, or the few that only do so together.
culprit() {
	local half
	while [ $# -gt 1 ]; do
		half=$(($# / 2))
		if ! passes "${@:1:half}"; then set -- "${@:1:half}"
		elif ! passes "${@:half + 1}"; then set -- "${@:half + 1}"
		else break; fi
	done
	echo "$*"
}

rounds() { # STATE...: in one VE, twice
	local wrong rest=("$@") i again
	while [ ${#rest[@]} != 0 ]; do
		again=0
		set_up "${rest[@]}" || return
		rest=("${set[@]}")
		verify "before"
		for i in first second; do
			if go; then
				verify "$i $mode"
				continue
			fi
			echo "# $stage fails: $(said)"
			wrong=${rest[*]}
			[ $# = 1 ] || { wrong=$(culprit "${rest[@]}"); passes $wrong; }
			for name in $wrong; do
				tell "$name" "$i $mode" "not ok $stage fails: $(said)"
			done
			mapfile -t rest < <(printf '%s\n' "${rest[@]}" | grep -vxF "$(tr ' ' '\n' <<<"$wrong")")
			again=1
			break
		done
		[ $again = 1 ] || return
	done
}

together=()
for name in "${all[@]}"; do
	if [ $each = 1 ]; then rounds "$name"
	elif [[ ${how[$name]-} == @(dump|restore) ]]; then
		ok "$name: left out # SKIP ${how[$name]}: ${why[$name]}"
	else together+=("$name"); fi
done
rounds "${together[@]}"
for name in "${!how[@]}"; do
	[ "${good[$name]-0}" != 1 ] || ok "$name: passes, so take it off tests/corpus/known"
done
exit $bad
