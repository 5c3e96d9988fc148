#!/bin/bash
# Hostile VEs: whatever a VE's root does, each call of a tool on the host ends
# within its time, and the VE is stopped and destroyed at the end. Runs as root
# on a node; uses VEs 921 and up, one for each line of tests/attacks/hostile.
#
# usage: hostile.sh [NAME...]	all without one
#
# Of a call only the end is asked for, not that it did something: many things
# cannot be done in such a VE. The time is that of a call which waits for ever
# beside one on a slow machine. VEs are looked at side by side.
set -u
suite=hostile
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
base=/sys/fs/cgroup/vz.slice/vz.service
conf=/etc/vz/conf
work=$(mktemp -d)
end_s=150
more=40 # the number of a VE's copy is so much higher
declare -A id how

cleanup() {
	local first i
	systemctl start vz.service
	for first in "${id[@]}"; do
		for i in "$first" $((first + more)); do
			timeout 60 vzctl --quiet stop "$i" --fast
			timeout 60 vzctl --quiet umount "$i"
			timeout 60 vzctl --quiet destroy "$i"
			rm -rf $conf/"$i".* /vz/dump/Dump."$i" /tmp/hostile."$i"
		done
	done
	rm -rf "$work" /tmp/hostile.script
} >/dev/null 2>&1
trap cleanup EXIT

next=921
while read -r name line; do
	case $name in '' | \#*) continue ;; esac
	[ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
	id[$name]=$next how[$name]=$line
	next=$((next + 1))
done < /share/attacks/hostile

make_ve() { # ID
	vzctl --quiet create "$1" --ostemplate busybox --layout simfs --hostname h"$1" &&
		vzctl --quiet set "$1" --stop-timeout 4 --onboot no --ram 256M --swap 64M --save &&
		cp /share/attacks/attack "/vz/private/$1/attack" &&
		vzctl --quiet start "$1" && within 120 serves "$1"
}
state() { vzctl status "$1" | cut -d' ' -f5; }

# One call: its words and status are kept; a call that had to be killed is told.
call() { # NAME COMMAND...
	local got=0 began=$EPOCHREALTIME
	{ timeout -k 5 $end_s "${@:2}"; } >"$work/$1.out" 2>&1 </dev/null || got=$?
	echo "#   $1: $got in $(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s: ${*:2}: $(tail -n 1 "$work/$1.out")"
	[ $got != 124 ] && [ $got != 137 ] || echo "did not end: ${*:2}" >> "$work/$1.bad"
	return $got
}

# Nobody reads what the VE says.
gone_reader() { vzctl exec "$1" yes | head -n 1; }
export -f gone_reader

# What only looks, and what takes the VE's files as it runs: word by word what each
# is called with, I for the VE's number, J for that of its copy.
running='
vzlist -H -o ctid,status,numproc,laverage,uptime,hostname I
vzctl status I
vzctl ubc I
vzctl explain I
vzctl top I --batch --rounds 1 --delay 1
vzctl logs I
vzctl wait I --for up --timeout 2
vzctl check-migratable I
vzcalc I
vzcfgvalidate /etc/vz/conf/I.conf
timeout --preserve-status -k 60 2 vzctl events I
vzctl quotainit I
vzctl runscript I /tmp/hostile.script
vzctl enter I --exec true
vzctl set I --hostname newI --save
vzctl set I --userpasswd root:secret
vzctl set I --ram 200M --save
vzmigrate --dry-run NODE I
vzctl export I /tmp/hostile.I
vzctl clone I J
vzctl snapshot I --name one --id UUID
vzctl snapshot-list I
vzctl snapshot-delete I --id UUID
'
# What takes the files of one that is stopped.
stopped='
vzctl mount I
vzctl umount I
vzctl convert I --layout overlay
vzctl convert I --layout dir
vzctl import J /tmp/hostile.I
vzctl destroy J
vzctl rename I J
vzctl rename J I
vzctl compact I
'

calls() { # NAME TABLE
	local i=${id[$1]} line
	while read -r line <&5; do
		line=${line//UUID/11111111-2222-3333-4444-55555555555a}
		line=${line//NODE/$(hostname)}
		line=${line//J/$((i + more))}
		# its words are split
		[ -z "$line" ] || call "$1" ${line//I/"$i"}
	done 5<<<"$2"
}

against() { # NAME
	local i=${id[$1]}
	calls "$1" "$running"
	call "$1" vzctl destroy $((i + more))
	call "$1" vzctl set "$i" --ipadd 10.77.1.$((i - 900)) --save
	call "$1" vzctl exec "$i" true && call "$1" bash -c "gone_reader $i"
	call "$1" vzctl chkpnt "$i"
	[ "$(state "$i")" = running ] || call "$1" vzctl restore "$i"
	# What its root has done to its files may keep it from that, or from its next start.
	[ "$(state "$i")" = running ] || call "$1" vzctl start "$i"
	[ "$(state "$i")" = down ] || call "$1" vzctl stop "$i" || echo "stop: $(cat "$work/$1.out")" >> "$work/$1.bad"
	[ "$(state "$i")" = down ] || echo "not stopped" >> "$work/$1.bad"
	calls "$1" "$stopped"
	rm -f /tmp/hostile."$i"
	# Once more for the end of the service, where it is the tasks that are hostile.
	[[ $1 == @(poweroff|leases|cgroups|frozen|stopped|slow) ]] || return
	call "$1" vzctl start "$i" && call "$1" vzctl exec "$i" "${how[$1]}"
}

echo true > /tmp/hostile.script
for name in "${!id[@]}"; do
	check "$name: the VE" make_ve "${id[$name]}"
	if out=$(timeout 200 vzctl exec "${id[$name]}" "${how[$name]}" 2>&1 </dev/null); then ok "$name: the trap is set"
	else not_ok "$name: the trap is set" "$out"; fi
done
pids=()
for name in "${!id[@]}"; do
	against "$name" &
	pids+=($!)
	[ $((${#pids[@]} % 4)) != 0 ] || { wait "${pids[@]}"; pids=(); }
done
wait "${pids[@]}"
for name in "${!id[@]}"; do
	if [ -e "$work/$name.bad" ]; then not_ok "$name: each call ends" "$(cat "$work/$name.bad")"
	else ok "$name: each call ends"; fi
done

# --- all of them at once
check "vzlist of all ends" timeout $end_s vzlist -a
code "a check of vzreboot ends" 0 bash -c "timeout $end_s vzreboot --dry-run /share/bzImage; [ \$? != 124 ]"
began=$SECONDS
check "the service stops all" timeout 400 systemctl stop vz.service
echo "# in $((SECONDS - began)) s"
for name in "${!id[@]}"; do
	is "$name: is down with the service" down "$(state "${id[$name]}")"
done
journalctl -u vz.service --no-pager -o cat 2>/dev/null | grep -E 'cannot|did not' | tail -n 12 | sed 's/^/#   /'
rm -f /var/lib/vzctl/running # nobody comes back
systemctl start vz.service
for name in "${!id[@]}"; do
	i=${id[$name]}
	vzctl --quiet stop "$i" --fast >/dev/null 2>&1
	call "$name" vzctl destroy "$i"
	is "$name: is destroyed, nothing is left" "" \
		"$(ls -d $base/"$i" /vz/private/{"$i",$((i + more))}* $conf/$((i + more)).conf $conf/"$i".conf 2>/dev/null; grep " /vz/root/$i " /proc/mounts)"
done
exit $bad
