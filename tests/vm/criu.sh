#!/bin/bash
# States that only our CRIU restores (checkpoint/criu-patches/), in one Debian VE, one
# after the other; runs on node1. With --stock the distribution's CRIU is used: what
# fails then is what a node without ours loses.
#
# usage: tests/vm/criu.sh [--stock] [CASE...]
set -uo pipefail
suite=criu
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

id=213
ours=/usr/lib/openve/criu
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
[ ! -e /share/criu ] || install -m 755 /share/criu $ours
if [ "${1-}" = --stock ]; then shift; rm -f $ours; fi
cleanup() {
	vzctl stop $id --fast
	vzctl destroy $id
} >/dev/null 2>&1
trap cleanup EXIT

in_ve() { vzctl exec2 $id "$@"; }
up() {
	vzctl start $id >/dev/null || return
	within 600 systemd_up vzctl exec2 $id
}

# Each case: set_NAME makes the state, look_NAME prints it, before and after; same text
# means that it came along.

# A job whose session leader has ended: restored below a helper of CRIU. Init holds unix
# sockets of services that have mount namespaces of their own.
set_job() { in_ve 'sleep 3001 >/dev/null 2>&1 </dev/null &'; within 60 runs $id '^[0-9]+ sleep 3001'; }
look_job() { in_ve 'ps -o pid,ppid,pgid,sid,args -C sleep' | grep 'sleep 3001'; }
# The same for a process group whose leader has ended.
set_group() { in_ve 'setsid sh -c "(sleep 3002 & exec sleep 3003) & exec sleep 0.1" </dev/null >/dev/null 2>&1 &'; within 60 runs $id '^[0-9]+ sleep 3003'; }
look_group() { in_ve 'ps -o pid,ppid,pgid,sid,args -C sleep' | grep 'sleep 300[23]'; }

all=(job group)
[ $# -gt 0 ] || set -- "${all[@]}"
vzctl create $id --ostemplate debian-13-x86_64 --hostname criu >/dev/null || { not_ok "create"; exit 1; }
up || { not_ok "the VE starts" "$state"; exit 1; }
for name in "$@"; do
	out=$(set_$name 2>&1) || { not_ok "$name: the state is there" "$out"; continue; }
	before=$(look_$name)
	out=$(vzctl chkpnt $id 2>&1) || { not_ok "$name: dump" "$out"; continue; }
	if out=$(vzctl restore $id 2>&1); then
		same "$name: as before" "$before" "$(look_$name)"
	else
		not_ok "$name: restore" "$out"
		vzctl stop $id --fast >/dev/null 2>&1
		rm -rf /vz/dump/Dump.$id
		up || { not_ok "the VE starts again" "$state"; exit 1; }
	fi
done
exit $bad
