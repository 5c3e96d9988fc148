#!/bin/bash
# How long a VE stands still while it moves, beside the distribution's CRIU on the same
# nodes in the same run, and how many bytes go over the wire; runs on node1 of two.
# VEIDs: 221 to 224. --share as for migrate.sh. Figures only: times of an emulator say
# little, their ratios more.
#
# usage: tests/vm/frozen.sh [busybox|debian|sizes]...
set -uo pipefail
suite=frozen
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

trips=${TRIPS:-2}		# each way
[ ! -d /share/bin ] || for node in node1 node2; do on $node "install -m 755 /share/bin/* /usr/sbin/"; done
[ ! -e /share/criu ] || for node in node1 node2; do on $node "install -m 755 /share/criu /usr/lib/openve/criu"; done
inside() { on "$here" "vzctl exec2 $ID '$*'"; }
least_of() { sort -n | head -n 1; }

resident() { on "$here" "awk '\$1 == \"anon\" || \$1 == \"shmem\" {n += \$2} END {print n}' /sys/fs/cgroup/vz.slice/vz.service/$ID/memory.stat"; }

# ours: the least of all trips: $frozen (ms); the last one's $sent (bytes); how it came to it.
ours() {
	local trip out all=
	for ((trip = 1; trip <= 2 * trips; trip++)); do
		out=$(on "$here" "vzmigrate --online -t -v --progress json $there $ID 2>&1") ||
			{ not_ok "$1: moves" "$out"; return 1; }
		swap
		all+="$(sed -n 's/.*"event":"end".*"frozen_ms":\([0-9]*\).*/\1/p' <<< "$out")"$'\n'
		sent=$(sed -n 's/.*"event":"end".*"sent":\([0-9]*\).*/\1/p' <<< "$out")
	done
	frozen=$(grep . <<< "$all" | least_of)
	grep -E '^ +[0-9.]+ s +[0-9.]+ s ' <<< "$out" | sed 's/^/# /'
	echo "# $1: trips: $(echo $all) ms"
}

row() { # NAME OURS STOCK GOAL: two figures and their ratio
	awk -v n="$1" -v a="$2" -v b="$3" -v g="$4" 'BEGIN {
		printf "# %-44s %10d %10d %8.2f   goal %s\n", n, a, b, b ? a / b : 0, g }'
}

# both NAME: a line each for time and bytes
both() {
	local name=$1 rss out
	rss=$(resident)
	ours "$name" || return 1
	out=$(on "$here" "bash /share/vm/stock-move.sh $ID $there 2>&1") ||
		{ not_ok "$name: with the distribution's CRIU" "$out"; return 1; }
	echo "# $name: stock: $out"
	echo "# $name                                              ours      stock    ratio"
	row "$name: frozen, ms" "$frozen" "$(sed -n 's/.*frozen=\([0-9]*\).*/\1/p' <<< "$out")" "at most 0.20"
	row "$name: bytes sent beside resident" "$sent" "$rss" "at most 0.70"
	ok "$name: measured"
}

up() { # ID TEMPLATE [OPTION...]
	here=node1 there=node2
	ID=$1
	vzctl create $ID --ostemplate "$2" --hostname idle > /dev/null || return 1
	[ $# = 2 ] || vzctl set $ID "${@:3}" --save > /dev/null || return 1
	vzctl start $ID > /dev/null
}
down() { on "$here" "vzctl stop $ID --fast; vzctl destroy $ID" > /dev/null 2>&1; }

busybox() {
	up 221 busybox && within 60 inside "test -s /run/counter" && both "idle busybox"
	down
}

debian() {
	up 222 debian-13-x86_64 --ipadd 10.77.1.222 &&
		within 600 eval '[[ $(inside systemctl is-system-running 2>/dev/null) == @(running|degraded) ]]' &&
		both "idle Debian"
	down
}

# The same VE with little and with much memory.
sizes() {
	local mib time=()
	for mib in ${SIZES:-64 256}; do
		up 223 busybox --ram 1G --swap 1G || { not_ok "$mib MiB" "the VE does not start"; return 1; }
		install -m 755 /share/clients/resident /vz/private/$ID/bin/resident
		inside "resident $mib /tmp/ready > /dev/null 2>&1 &"
		within 120 inside "grep -q ready /tmp/ready" || { not_ok "$mib MiB" "are not there"; return 1; }
		ours "$mib MiB resident" || return 1
		time+=("$frozen")
		down
	done
	row "${SIZES:-64 256} MiB: frozen, ms (most, least)" "${time[-1]}" "${time[0]}" "at most 1.20"
	ok "sizes: measured"
}

[ $# -gt 0 ] || set -- ${PARTS:-busybox sizes debian}
for part; do $part || not_ok "$part" "not measured"; done
exit $bad
