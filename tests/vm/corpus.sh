#!/bin/bash
# The states of tests/corpus over dumps and restores; runs on node1, as root.
#
# usage: corpus.sh [--each] [--migrate|--reboot] [NAME=VALUE...] [STATE...]
#
# All states, or those named, in one VE: dumped for nothing and verified, then dumped, restored,
# verified, twice; the second time in the steps of chkpnt, and from images that a restore has used
# before. Nothing of a dump may be left in the VE. With --each a VE for each state. With
# --migrate it goes to node2 and back instead; with --reboot node2's kernel is updated twice under
# it (/share/bzImage). TEMPLATE=busybox.
#
# tests/corpus/known says what cannot pass today. A state that is known to refuse the dump or to
# break the restore of all others is left out, but with --each, as is one that nobody has seen on
# a node yet ("unseen"); what is known to be wrong afterwards is "not ok ... # TODO". When a dump
# or a restore fails, the states that cost it are looked for and named, and the others go on
# without them.
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
[ ! -e /share/criu ] || install -m 755 /share/criu /usr/lib/openve/criu
ID=951
here=node1
declare -A how why good seen

mapfile -t all < <("$from/corpus" list | cut -f1)
while read -r name kind text; do
	case $name in '' | \#*) continue ;; esac
	found=0
	for state in "${all[@]}"; do
		# shellcheck disable=SC2053  # it is a pattern
		[[ $state == $name ]] || continue
		how[$state]=$kind why[$state]=$text found=1
	done
	[ $found = 1 ] || not_ok "tests/corpus/known: $name" "there is no such state"
done <"$from/known"
[ $# = 0 ] || all=("$@")

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
		[ "$3" != "not ok no answer" ] || waits_in "$1"
		if [ -n "${how[$1]-}" ]; then
			n=$((n + 1))
			echo "not ok $n - $suite: $line: ${3#not ok } # TODO ${how[$1]}: ${why[$1]}"
		else
			not_ok "$line" "${3#not ok }"
		fi
		;;
	esac
}

map=''
set_up() { # STATE...: a VE with them; those that are not there are told, the others are in $set
	local name text
	set=()
	end
	here=node1
	[ $mode != reboot ] || here=node2
	on "vzctl create $ID --ostemplate $TEMPLATE --hostname corpus &&
		vzctl set $ID --features nesting:on --numproc 5000 --save && vzctl start $ID &&
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
	done < <(in_ve "/corpus ask /states 300 verify ${rest[*]}" 2>&1)
}

# Names that a dump gives to files are for the restore only.
left_over() { # STAGE
	local found
	found=$(on "find /vz/private/$ID -xdev '(' -name 'link_remap.*' -o -name '*.cr_link' ')'")
	[ -z "$found" ] || not_ok "no names of the dump are left: $1" "$found"
}

# One of the ways there is. What failed is in $stage, and what was said in $log.
log=$(mktemp)
go() { # ROUND
	case $mode in
	restore)
		stage=dump
		if [ "$1" = 0 ]; then on "vzctl chkpnt $ID"
		else on "vzctl chkpnt $ID --suspend && vzctl chkpnt $ID --dump && vzctl chkpnt $ID --kill"
		fi >"$log" 2>&1 || return
		stage=restore
		# Images are used up by who goes on from them, and by nobody else.
		[ "$1" = 0 ] || on "vzctl restore $ID --undump && vzctl restore $ID --kill" >"$log" 2>&1 || return
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
		on "[ -f $next ] || { $take_next; }; systemd-run -q --collect --unit=update \
			-p StandardOutput=file:/root/log -p StandardError=file:/root/log vzreboot $next"
		within 900 came_back "$boot"
		on "cat /root/log; vzreboot --report" >"$log" 2>&1
		! grep -q "VE $ID: NOT" "$log" && in_ve "[ -d /states ]" 2>>"$log"
		;;
	esac
}
# A dump of which nothing comes.
thrown_away() {
	[ $mode = restore ] && on "vzctl check-migratable $ID --freeze" >"$log" 2>&1 || return 0
	verify "a dump that is thrown away"
	left_over "a dump that is thrown away"
}
came_back() {
	local now
	sleep 4
	now=$(on 'systemctl show -p ActiveState --value vz-restore.service | grep -qxE "active|failed" &&
		cat /proc/sys/kernel/random/boot_id' 2>/dev/null)
	[ -n "$now" ] && [ "$now" != "$1" ]
}
said() { grep -vE '^(Setting up|Suspending|Resuming|Restoring)' "$log" | tail -n 4 | tr '\n' ' '; }

# Lines "PID PID-IN-VE SESSION STATE" of the VE's processes: by the folder of the process, or of one
# above it.
processes() { # ID
	local list
	list=$(find "/sys/fs/cgroup/vz.slice/vz.service/$1" -name cgroup.procs -exec cat {} + 2>/dev/null)
	{
		find $(sed 's,.*,/proc/&/cwd,' <<<"$list") -maxdepth 0 -printf '%p Cwd: %l\n' 2>/dev/null
		grep -E '^(PPid|NSpid|NSsid):' $(sed 's,.*,/proc/&/status,' <<<"$list") 2>/dev/null
	} | awk '{ split($1, at, "/"); p = at[3] }
		/Cwd: .*\/states\// { sub(".*/states/", ""); sub("[/ ].*", ""); name[p] = $0; next }
		/PPid:/ { parent[p] = $2 }
		/NSpid:/ { inner[p] = $3 }
		/NSsid:/ { session[p] = $3 }
		END {
			for (p in inner) {
				for (q = p; q && !(q in name); q = parent[q])
					;
				if (q in name)
					print p, inner[p], session[p], name[q]
			}
		}'
}
# The state of the process that CRIU named.
suspect() {
	local pid
	if [ $stage = restore ]; then
		pid=$(on "grep -m 1 ': Error ' /run/vz/criu/$ID/restore.log" | sed -n 's/^[^ ]* *\([0-9]*\): .*/\1/p')
	else
		pid=$(grep -oE '\(pid: [0-9]+\)' "$log" | tail -n 1 | tr -dc 0-9)
	fi
	[ -z "$pid" ] || awk -v p="$pid" '$1 == p || $2 == p { print $4; exit }' <<<"$map"
}

# Why a state does not answer: where its processes are.
waits_in() { # STATE
	on "$(declare -f processes); processes $ID" | awk -v n="$1" '$4 == n { print $1 }' |
		while read -r pid; do
			on "head /proc/$pid/status /proc/$pid/wchan /proc/$pid/syscall /proc/$pid/stack" 2>&1
		done | sed 's/^/# /'
}

# Whether these pass, alone in a VE; tells nothing.
passes() {
	set_up "$@" >/dev/null && go $i
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

# Ends the processes of a state that CRIU will not dump; the others of the VE go on.
remove() { # STATE
	on "kill -9 $(awk -v n="$1" '$4 == n { all[$1]; sid[$3] } { s[$1] = $3 }
		END { for (p in s) if (p in all || s[p] in sid) print p }' <<<"$map" | tr '\n' ' ')" 2>/dev/null
	sleep 2
}

rounds() { # STATE...: in one VE, twice
	local wrong cause rest=("$@") i=0 up=0 tries=0
	while [ ${#rest[@]} != 0 ] && [ $i -lt 2 ]; do
		if [ $up = 0 ]; then
			set_up "${rest[@]}" || return
			rest=("${set[@]}") up=1
			verify "before"
			thrown_away
		fi
		map=$(on "$(declare -f processes); processes $ID")
		if go $i; then
			i=$((i + 1))
			verify "round $i of $mode"
			left_over "round $i of $mode"
			continue
		fi
		cause="$stage fails: $(said)"
		echo "# $cause"
		wrong=${rest[*]}
		[ $# = 1 ] || wrong=$(suspect)
		if [ -z "$wrong" ]; then
			wrong=$(culprit "${rest[@]}")
			up=0
			if [ "$(wc -w <<<"$wrong")" -gt 4 ]; then
				# It needs them all, or it does not happen each time.
				not_ok "all together: round $((i + 1)) of $mode" "$cause"
				[ $((tries++)) = 0 ] || return
				continue
			fi
			passes $wrong
			cause="$stage fails: $(said)"
		fi
		for name in $wrong; do
			tell "$name" "round $((i + 1)) of $mode" "not ok $cause"
			[ $up = 0 ] || remove "$name"
		done
		mapfile -t rest < <(printf '%s\n' "${rest[@]}" | grep -vxF "$(tr ' ' '\n' <<<"$wrong")")
		[ $stage = dump ] || up=0
	done
}

together=()
for name in "${all[@]}"; do
	if [ $each = 1 ]; then rounds "$name"
	elif [[ ${how[$name]-} == @(dump|restore|unseen) ]]; then
		ok "$name: left out # SKIP ${how[$name]}: ${why[$name]}"
	else together+=("$name"); fi
done
rounds "${together[@]}"
for name in "${!how[@]}"; do
	[ "${good[$name]-0}" != 1 ] || ok "$name: passes, so take it off tests/corpus/known"
done
exit $bad
