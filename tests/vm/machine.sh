#!/bin/bash
# A VE as a machine: units of systemd with credentials; and that a checkpoint names what it
# cannot take along before it freezes anything. Runs on node1.
suite=machine
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

base=/sys/fs/cgroup/vz.slice/vz.service
inside() { # ID COMMAND
	vzctl exec2 "$1" "$2" 2>&1 </dev/null
}
refused_dump() { # ID NAME PATTERN: chkpnt says so, and the VE runs on and was not frozen
	local out before
	before=$(sed -n 's/^total_freezes //p; s/^frozen //p' "$base/$1/payload/cgroup.events")
	if out=$(vzctl chkpnt "$1" 2>&1); then
		not_ok "$2: chkpnt refuses" "$out"
		vzctl restore "$1" >/dev/null 2>&1
		return
	fi
	has "$2: chkpnt names it" "$3" "$out"
	is "$2: nothing was frozen" "$before" "$(sed -n 's/^total_freezes //p; s/^frozen //p' "$base/$1/payload/cgroup.events")"
}

# --- Debian: units with credentials
unit() { # NAME WANT PROPERTY...
	local name=$1 want=$2 p options=()
	shift 2
	for p in "$@"; do options+=(-p "$p"); done
	is "$name" "$want" "$(inside 922 "systemd-run -q --wait --pipe ${options[*]} sh -c 'cat \$CREDENTIALS_DIRECTORY/token'")"
}
vzctl --quiet create 922 --ostemplate debian-13-x86_64 --hostname machine922
check "a Debian VE starts" vzctl start 922
check "systemd is up" within 240 systemd_up vzctl exec2 922
unit "SetCredential=" secret SetCredential=token:secret
unit "LoadCredential=" machine922 LoadCredential=token:/etc/hostname
unit "with a user of its own" secret SetCredential=token:secret DynamicUser=yes
unit "with a /tmp of its own" secret SetCredential=token:secret PrivateTmp=yes
has "PrivateUsers= needs a feature" '217|Operation not permitted' \
	"$(inside 922 'systemd-run -q --wait --pipe -p PrivateUsers=yes true; journalctl -n 5 -o cat --no-pager')"
is "no unit has failed" "" "$(inside 922 'systemctl --failed --no-legend --plain' | grep -v run-)"
inside 922 'systemd-run -q --unit keeps -p SetCredential=token:kept sleep 1000' >/dev/null
check "chkpnt with a unit that has credentials" vzctl chkpnt 922
check "restore" vzctl restore 922
is "they are there" kept "$(inside 922 'cat /run/credentials/keeps.service/token')"
check "a unit starts after it" inside 922 'systemd-run -q --wait true'
unit "with credentials, too" secret SetCredential=token:secret
vzctl --quiet stop 922 --fast
check "with nesting" vzctl set 922 --features nesting:on --save
check "start" vzctl start 922
check "systemd is up" within 240 systemd_up vzctl exec2 922
check "PrivateUsers= works" inside 922 'systemd-run -q --wait --pipe -p PrivateUsers=yes true'
inside 922 'systemd-run -q --unit users -p PrivateUsers=yes sleep 1000' >/dev/null
refused_dump 922 "a user namespace" 'sleep of VE 922 is in a user namespace .*feature nesting'
vzctl --quiet stop 922 --fast
vzctl --quiet destroy 922
exit $bad
