#!/bin/bash
# A VE as a machine: devices and file systems that a feature opens, packet filters, units
# of systemd with credentials; and that a checkpoint names what it cannot take along
# before it freezes anything. Runs on node1.
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

# --- busybox: one VE with features, one without
for i in 920 921; do
	vzctl --quiet create $i --ostemplate busybox --hostname machine$i || not_ok "create $i" failed
done
check "set features" vzctl set 920 --features tun:on,fuse:on,wireguard:on,vlan:on,overlay:on,bridge:on --save
code "an unknown feature" 21 vzctl set 920 --features flying:on --save
check "start with features" vzctl start 920
check "start without" vzctl start 921
is "ve.features" "fuse overlay tun wireguard vlan" "$(cat $base/920/ve.features)"
is "nodes of features" "/dev/fuse /dev/net/tun" "$(echo $(inside 920 'ls /dev/fuse /dev/net/tun'))"
code "none without them" 1 inside 921 'ls /dev/fuse /dev/net/tun'

refuses() { # NAME ID COMMAND PATTERN: fails with such words
	local out
	if out=$(inside "$2" "$3"); then not_ok "$1" "it works"; else has "$1" "$4" "$out"; fi
}
link() { # ID NAME COMMAND: made and removed
	local out
	if out=$(inside "$1" "$3"); then ok "$2"; else not_ok "$2" "$out"; fi
}
link 920 "bridge" 'ip link add br0 type bridge && ip link del br0'
link 920 "dummy" 'ip link add d0 type dummy && ip link del d0'
link 920 "vlan" 'ip link add v0 type veth peer name v1 && ip link add link v0 name v0.7 type vlan id 7 && ip link del v0.7 && ip link del v0'
link 920 "wireguard" 'ip link add wg0 type wireguard && ip link set wg0 up && ip link del wg0'
link 921 "bridge without a feature" 'ip link add br0 type bridge && ip link del br0'
refuses "wireguard without its feature" 921 'ip link add wg0 type wireguard' 'not permitted'
refuses "another kind" 920 'ip link add i0 type ifb' 'not (permitted|supported)'
inside 920 'mkdir -p /l /u /w /m && mount -t tmpfs t /u && mkdir /u/u /u/w' >/dev/null
link 920 "overlay" 'mount -t overlay o -o lowerdir=/l,upperdir=/u/u,workdir=/u/w,userxattr /m && umount /m'
refuses "overlay without its feature" 921 'mkdir -p /l /m && mount -t overlay o -o lowerdir=/l:/m /m' 'not permitted|denied'

# --- what a checkpoint cannot take along is named first
inside 920 'ip link add v8 type dummy; ip link add link v8 name v8.7 type vlan id 7' >/dev/null
refused_dump 920 "VLAN" 'device v8.7 of kind vlan.*feature vlan'
inside 920 'ip link del v8.7; ip link del v8' >/dev/null
inside 921 'ip link add d7 type dummy; ip addr add 10.7.7.7/24 dev d7; ip link set d7 up' >/dev/null
inside 921 'ip link add b7 type bridge' >/dev/null
links() { inside 921 'ip addr show d7; ip link show b7' | sed 's/^[0-9]*: //; s/@if[0-9]*//; s/valid_lft.*//'; }
before=$(links)
check "chkpnt with a dummy and a bridge" vzctl chkpnt 921
check "restore" vzctl restore 921
same "both are as they were" "$before" "$(links)"
inside 921 'ip link del d7; ip link del b7' >/dev/null
inside 920 'ip link add wg7 type wireguard' >/dev/null
refused_dump 920 "wireguard device" 'device wg7 of kind wireguard.*feature wireguard'
inside 920 'ip link del wg7' >/dev/null
inside 920 'mount -t overlay o -o lowerdir=/l,upperdir=/u/u,workdir=/u/w,userxattr /m' >/dev/null
refused_dump 920 "overlay" 'type overlay at /m .*feature overlay'
inside 920 'umount /m' >/dev/null

# --- sysctls of its own come along, as do its features and its packet filter
for pair in vm.swappiness=11 vm.max_map_count=262144 kernel.core_pattern=/tmp/core.%p; do
	check "sysctl -w $pair" inside 920 "sysctl -w $pair"
done
host=$(sysctl -n vm.swappiness)
is "other VEs keep theirs" 60 "$(inside 921 'cat /proc/sys/vm/swappiness')"
check "chkpnt when they are gone" vzctl chkpnt 920
check "restore" vzctl restore 920
is "its sysctls are restored" "11 262144 /tmp/core.%p" \
	"$(echo $(inside 920 'cd /proc/sys; cat vm/swappiness vm/max_map_count kernel/core_pattern'))"
is "its features are restored" "fuse overlay tun wireguard vlan" "$(cat $base/920/ve.features)"
vzctl --quiet stop 920 --fast
check "start again" vzctl start 920
is "a start begins anew" 60 "$(inside 920 'cat /proc/sys/vm/swappiness')"
is "the host keeps its own" "$host" "$(sysctl -n vm.swappiness)"

# --- packet filters by level
vzctl --quiet stop 921 --fast
for level in disabled stateless stateful full; do
	check "netfilter $level" vzctl set 921 --netfilter $level --save
	check "start with it" vzctl start 921
	is "ve.netfilter" $level "$(cat $base/921/ve.netfilter)"
	vzctl --quiet stop 921 --fast
done
code "another word" 21 vzctl set 921 --netfilter some --save
for i in 920 921; do vzctl --quiet stop $i --fast; vzctl --quiet destroy $i; done

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
# Its own kernel log is read by what reads that of a machine: of a refusal, which the kernel tells.
inside 922 'unshare -U --mount true' >/dev/null
check "rsyslog has the kernel log" within 240 inside 922 'grep -q "kernel: .*feature userns" /var/log/kern.log'
check "journald has it" within 240 inside 922 'journalctl -k -q | grep -q "feature userns"'
unit "SetCredential=" secret SetCredential=token:secret
unit "LoadCredential=" machine922 LoadCredential=token:/etc/hostname
unit "with a user of its own" secret SetCredential=token:secret DynamicUser=yes
unit "with a /tmp of its own" secret SetCredential=token:secret PrivateTmp=yes
unit "with users of its own" secret SetCredential=token:secret PrivateUsers=yes
code "what belongs to such users needs a feature" 1 inside 922 'unshare -U --mount true'
is "no unit has failed" "" "$(inside 922 'systemctl --failed --no-legend --plain' | grep -v run-)"
inside 922 'systemd-run -q --unit keeps -p SetCredential=token:kept sleep 1000' >/dev/null
# Its /tmp and /var/tmp are two folders of a tmpfs that is mounted nowhere as a whole.
inside 922 'systemd-run -q --unit dynamic -p DynamicUser=yes sh -c "echo kept >/tmp/file; exec sleep 1000"' >/dev/null
check "a unit with a user of its own writes to its /tmp" within 60 inside 922 \
	'test -s /proc/$(systemctl show -p MainPID --value dynamic)/root/tmp/file'
# What hardened services of a distribution have, by properties of systemd that go together.
walled=(
	"StateDirectory=w LogsDirectory=w PrivateDevices=yes ProtectKernelTunables=yes ProtectControlGroups=yes ProtectHostname=yes MemoryDenyWriteExecute=yes"
	"PrivateTmp=yes ProtectSystem=strict ProtectHome=tmpfs PrivateNetwork=yes PrivateIPC=yes ProtectProc=invisible ProcSubset=pid InaccessiblePaths=/etc/passwd InaccessiblePaths=/srv"
	"TemporaryFileSystem=/srv BindPaths=/etc:/srv/x BindReadOnlyPaths=/etc/passwd:/srv/passwd PrivateMounts=yes ReadOnlyPaths=/etc Delegate=yes KeyringMode=private"
	"PAMName=login LoadCredential=a:/etc/hostname NoExecPaths=/srv ExecPaths=/usr LogNamespace=w"
	"PrivateUsers=yes PrivateDevices=yes ProtectHostname=yes RestrictNamespaces=yes NoNewPrivileges=yes UMask=077"
)
inside 922 'systemd-run -q --unit users -p PrivateUsers=yes -p User=daemon -p PrivateTmp=yes \
	-p ProtectHostname=yes -p NoNewPrivileges=yes -p RestrictNamespaces=yes \
	-p SystemCallFilter=@system-service sleep 1000' >/dev/null
users() { inside 922 'p=$(systemctl show --value -p MainPID users)
	cat /proc/$p/uid_map /proc/$p/gid_map; grep -E "^(Uid|Gid|Cap|NoNew|Seccomp:)" /proc/$p/status'; }
within 60 eval '[[ $(users) == *Seccomp:*2* ]]'
before=$(users)
has "a unit with users of its own has a map" '^ *0 +0 +1' "$before"
active() { inside 922 "systemctl is-active $1 | uniq"; }
for i in "${!walled[@]}"; do
	inside 922 "systemd-run -q --unit walled$i -p ${walled[i]// / -p } sleep 1000"
done
is "hardened units start" active "$(active 'walled0 walled1 walled2 walled3 walled4 users')"
check "chkpnt with units that have credentials and a user of their own" vzctl chkpnt 922
check "restore" vzctl restore 922
is "hardened units go on" active "$(active 'walled0 walled1 walled2 walled3 walled4 users')"
is "maps, ids and capabilities of the one with users of its own" "$before" "$(users)"
is "none has failed" "" "$(inside 922 'systemctl --failed --no-legend --plain' | grep -v run-)"
is "its /tmp is as it was" kept \
	"$(inside 922 'cat /proc/$(systemctl show -p MainPID --value dynamic)/root/tmp/file')"
is "they are there" kept "$(inside 922 'cat /run/credentials/keeps.service/token')"
check "a unit starts after it" inside 922 'systemd-run -q --wait true'
unit "with credentials, too" secret SetCredential=token:secret
check "it ends" inside 922 'systemctl stop users'
vzctl --quiet stop 922 --fast
check "with nesting" vzctl set 922 --features nesting:on --save
check "start" vzctl start 922
check "systemd is up" within 240 systemd_up vzctl exec2 922
inside 922 'systemd-run -q --unit owns unshare -Ur --mount sleep 1000' >/dev/null
within 60 inside 922 'pidof sleep' >/dev/null
refused_dump 922 "mounts of a user namespace" \
	'sleep of VE 922 is in a mnt namespace that belongs to a user namespace .*feature userns'
# What a container within the VE has started was not started from the host.
inside 922 'systemctl stop owns' >/dev/null
inside 922 'systemd-run -q --unit nested unshare --pid --fork sh -c "sleep 1000 & wait"'
within 60 inside 922 'pidof sleep' >/dev/null
refused_dump 922 "a process of a container" 'feature nesting'
vzctl --quiet stop 922 --fast
vzctl --quiet destroy 922
exit $bad
