#!/bin/bash
# Attacks on limits, one a line of the table below; runs as root on a node.
#
# usage: attacks.sh [--quick] [--first] [--seconds N] [NAME|VECTOR|FEATURE...]	all without one, of 6 seconds
#
# For each vector VE 951 is made with limits, started, and attacks as its root
# (tests/attacks) while VE 952 and the host work. Held against each attack:
#   - the kernel refused as the table in attack.c says, the rows named below
#     count failures, none held more than its limit, and the attack was made;
#     processes that were killed are counted by a row for which that is done
#   - the host killed nothing for want of memory, and its free memory never
#     fell by more than what the VE may have and 64 MiB
#   - 952 and the host did each of their own works, at least twice, without one
#     failure, and 952 had 80 % of the CPU that it gets beside a VE that is only busy
#   - the host looks up names as fast as before (+20 %), and reads the files
#     that walk all locks and all memory cgroups in no more than 0.3 s of CPU
#   - all counters of 951 are back where they were
# Then who_pays: what makers of things cost the host and the VE, see who_pays.sh.
# And at the end of each vector: 951 stops, is destroyed and leaves nothing.
#
# --quick: a second each, all in as few VEs as can be, and no measuring of
# shares, for which 952 must be busy all the time. --first: of each vector the
# first attack. ./check has both, 27 attacks; all take a quarter of an hour
# and more, alone on the machine, and are a part of make soak.
#
# Shares are CPU time in the guest. When one looks too small, or the host's
# look-ups too slow, what 952 gets beside a busy VE is measured again right then,
# and the attack made again: what an attack does it does each time.
set -u
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
. "${0%/*}/who_pays.sh" 2>/dev/null || . /share/vm/who_pays.sh
attack=/share/attacks/attack
base=/sys/fs/cgroup/vz.slice/vz.service
seconds=6 quick='' neighbour=neighbour first='' seen=' '
[ "${1:-}" != --quick ] || { quick=1 seconds=1 neighbour=works; shift; }
[ "${1:-}" != --first ] || { first=1; shift; }
[ "${1:-}" != --seconds ] || { seconds=$2; shift 2; }
ram=128 swap=32
slack_kb=$(((ram + swap + 64) * 1024))

# VECTOR NAME ROW=+N,... FAILED|FAILED&FAILED... [FEATURE]
# The rows are limited to N more than is held when the attack begins. One of
# the FAILED rows between two "&" must count failures; "-" when no row is there
# to refuse. A VE with FEATURE is made for the attack; "defaults" is one that
# has what the sample of create gives, but for RAM and swap.
table='
D1  fork             -                        numproc
D2  threads          -                        numproc
D3  memory           -                        physpages|privvmpages
D4  pagetables       kmemsize=+16777216       kmemsize
D4  mappings         kmemsize=+16777216       kmemsize
D5  memfd            -                        physpages|shmpages
D5  tmpfs_inodes     kmemsize=+8388608        kmemsize|dcachesize
D5  shm              shmpages=+4096           shmpages
D6  sysv_msg         kmemsize=+8388608        kmemsize
D6  sysv_sem         kmemsize=+8388608        kmemsize
D6  sysv_shm         shmpages=+4096           shmpages
D6  mqueue           kmemsize=+8388608        kmemsize
D7  tcp              numtcpsock=+60,tcpsndbuf=+1048576,tcprcvbuf=+1048576 numtcpsock&tcpsndbuf|tcprcvbuf
D7  tcp_orphans      numtcpsock=+60,tcpsndbuf=+1048576,tcprcvbuf=+1048576 numtcpsock
D8  unix_buffers     othersockbuf=+2097152    othersockbuf|numothersock
D8  udp              numothersock=+60,dgramrcvbuf=+1048576 numothersock&dgramrcvbuf
D8  netlink          numothersock=+60,dgramrcvbuf=+1048576 dgramrcvbuf
D8  rings            kmemsize=+33554432       kmemsize
D9  scm_rights       numfile=+1500            numfile
D9  scm_cycles       numfile=+1500            -
D9  scm_graph        numothersock=+60         -
D10 dentries         dcachesize=+4194304      dcachesize|kmemsize
D10 negative         dcachesize=+4194304      -
D11 pipes            pipepages=+512           pipepages
D11 pipe_slots       -                        -
D12 locks            numflock=+100            numflock
D12 leases           numflock=+100            numflock
D13 poll             kmemsize=+16777216       kmemsize
D14 ptys             numpty=+8                numpty
D15 signals          numsiginfo=+200          numsiginfo
D15 timers           numsiginfo=+200          numsiginfo
D16 inotify          numinotify=+100          numinotify
D16 inotify_users    -                        -
D17 epoll            kmemsize=+8388608        kmemsize|numfile
D17 epoll_nested     -                        -
D18 files            numfile=+1500            numfile
D18 aio              numaio=+640              numaio
D19 nft_rules        numiptent=+20            numiptent
D19 nft_elements     numiptent=+20            numiptent
D19 conntrack        numconntrack=+200        numconntrack
D20 devices          numnetif=+5              numnetif
D20 addresses        kmemsize=+1048576        kmemsize
D20 routes           kmemsize=+1048576        kmemsize
D20 neighbours       numneigh=+100            numneigh
D21 keys             -                        -
D22 mounts           nummount=+1000           nummount
D22 mount_copies     nummount=+1000           nummount
D23 nested           -                        -
D23 netns            numnetns=+4              numnetns
D24 io_uring         -                        -
D25 bpf              -                        -
D25 seccomp          kmemsize=+16777216       kmemsize|numproc
D25 socket_filters   numothersock=+60         numothersock
D26 mlock            lockedpages=+1024        lockedpages
D26 vmsplice         pipepages=+512           pipepages
D27 cgroups          numcgroup=+30            numcgroup
D21 keys_quota       -                        -        keys
D21 keys_users       kmemsize=+8388608        kmemsize keys
D23 nested_deep      -                        -        nesting
D24 io_rings         kmemsize=+16777216       kmemsize io_uring
D20 neigh_overflow   -                        numneigh defaults
D7  tcp_memory       -                        numtcpsock|tcpsndbuf|tcprcvbuf|oomguarpages defaults
D8  udp_drops        -                        dgramrcvbuf defaults
D8  netlink          -                        dgramrcvbuf defaults
D12 locks            -                        numflock defaults
D18 aio              -                        numaio   defaults
D19 conntrack        -                        numconntrack defaults
'

n=0 failures=0 running=''
ok() { n=$((n + 1)); echo "ok $n - attack $1"; }
not_ok() { n=$((n + 1)); failures=1; echo "not ok $n - attack $1"; }
wrong() { bad+="; $*"; }

row() { awk -v r="$1" -v k="$2" '$1 == r { print $k }' "${3:-$base/951/ve.ub.resources}"; }
usage() { sed -n 's/^usage_usec //p' "$base/$1/cpu.stat"; }
now() { local t=${EPOCHREALTIME/./}; echo "$t"; }

bounds="--numproc 200 --numfile 4000 --privvmpages 200000 --kmemsize 67108864 --lockedpages 8192 \
	--shmpages 16384 --numtcpsock 200 --numothersock 400 --tcpsndbuf 8388608:16777216 \
	--tcprcvbuf 8388608:16777216 --othersockbuf 8388608:16777216 --dgramrcvbuf 2097152 \
	--dcachesize 33554432 --numpty 16 --numsiginfo 512 --numflock 200 --numiptent 100"

make_ve() { # ID [FEATURE]
	local more=$bounds
	case ${2:-} in
	defaults) more= ;;
	?*) more+=" --features $2:on" ;;
	esac
	vzctl --quiet create "$1" --ostemplate busybox --layout simfs &&
		vzctl --quiet set "$1" --ram ${ram}M --swap ${swap}M $more --save &&
		cp $attack "/vz/private/$1/attack" && vzctl --quiet start "$1" && within 120 serves "$1" &&
		# what a VE keeps from its first work is there before: lo's neighbour
		vzctl exec3 "$1" ping -c 1 -W 20 127.0.0.1
} > /tmp/made 2>&1

cleanup() {
	local id
	for id in 951 952; do
		vzctl --quiet stop $id --fast
		vzctl --quiet umount $id
		vzctl --quiet destroy $id
		rm -rf /vz/private/$id* /etc/vz/conf/$id.*
	done
} >/dev/null 2>&1

# 952 and the host work from begin_work to end_work, which fails when one of them failed.
begin_work() {
	rm -f /vz/private/952/tmp/stop /tmp/stop /tmp/stop.ready
	vzctl exec3 952 /attack $neighbour 300 > /tmp/neighbour 2>&1 </dev/null &
	other=$!
	echo 1 > /proc/sys/vm/drop_caches
	$attack watch /tmp/stop $base/memory.stat > /tmp/watch 2>&1 &
	watcher=$!
	until [ -e /tmp/stop.ready ] || ! kill -0 $watcher 2>/dev/null; do sleep 0.1; done
}

end_work() {
	touch /tmp/stop /vz/private/952/tmp/stop
	wait $watcher || wrong "the host failed: $(tail -n 2 /tmp/watch | tr '\n' ' ')"
	wait $other || wrong "the neighbour failed: $(tail -n 2 /tmp/neighbour | tr '\n' ' ')"
}

# The CPU that 952 gets, in thousandths of one, until process PID ends. The
# host's own work of starting that is no part of it.
share_until() { # PID
	local u v t
	sleep 1
	u=$(usage 952) v=$(usage 951) t=$(now)
	wait "$1"
	t=$(($(now) - t))
	share=$((($(usage 952) - u) * 1000 / t)) others=$((($(usage 951) - v) * 1000 / t))
}

# What 952 gets beside a VE that is only busy.
measure_entitled() { # SECONDS
	begin_work
	vzctl exec3 951 /attack busy "$1" >/dev/null 2>&1 </dev/null &
	share_until $!
	end_work
	entitled=$share
	echo "# beside a busy VE, 952 gets $entitled/1000 of a CPU, that one $others; $(tail -n 1 /tmp/neighbour); host: $(tail -n 1 /tmp/watch)"
}

# Prints what is held beyond what was, but for what a VE keeps for a while on
# its own: caches, stocks of the CPUs.
counters_back() {
	awk 'NR == FNR { was[$1] = $2; next }
		{
			more = 0
			if ($1 ~ /^(physpages|oomguarpages)$/) more = 512
			if ($1 == "swappages") more = 8192
			if ($1 ~ /^(kmemsize|dcachesize)$/) more = 524288
			if ($1 == "privvmpages") more = 64
			if ($2 > was[$1] + more) printf "%s %s, was %s ", $1, $2, was[$1]
		}' /tmp/before "$base/951/ve.ub.resources"
}

set_limit() { # ROW BARRIER LIMIT
	echo "$*" 2>/dev/null >"$base/951/ve.ub.resources" || wrong "$1 cannot be limited"
}

set_limits() { # ROW=+N,...
	local part name to
	: > /tmp/bounds
	[ "$1" != - ] || return
	for part in ${1//,/ }; do
		name=${part%%=*}
		to=$(($(row "$name" 2) + ${part##*+}))
		set_limit "$name" $to $to
		echo "$name $to" >> /tmp/bounds
	done
}

# The next attack on the VE has other limits.
unset_limits() {
	local name
	while read -r name _; do
		set_limit "$name" "$(row "$name" 4 /tmp/before)" "$(row "$name" 5 /tmp/before)"
	done < /tmp/bounds
}

# What goes beyond a limit without a refusal: the packet that each connection
# may always have; kernel memory in interrupts; the SIGCHLD of two workers.
forced() { # ROW
	case $1 in
	tcpsndbuf | tcprcvbuf) echo $(($(row numtcpsock 3 /tmp/after) * 65536)) ;;
	kmemsize) echo 1048576 ;;
	numsiginfo) echo 2 ;;
	*) echo 0 ;;
	esac
}

# What the attack was made against: the limits set for it, and those that the VE
# has of the rows that must count failures. What the memory controller counts is
# not among them: of that, the host's free memory tells.
bounds_of() { # FAILED
	local name
	cat /tmp/bounds
	for name in ${1//[|&]/ }; do
		[[ $name == @(-|physpages|oomguarpages) ]] || grep -q "^$name " /tmp/bounds ||
			echo "$name $(row "$name" 5 /tmp/before)"
	done
}

limits_held() { # FAILED
	local name to was peak
	while read -r name to; do
		peak=$(row "$name" 3 /tmp/after) was=$(row "$name" 3 /tmp/before)
		[ "$peak" -le "$was" ] || [ $((peak - $(forced "$name"))) -le "$to" ] ||
			wrong "$name held $peak, limit $to"
	done < <(bounds_of "$1")
}

failed_rows() { # ROW|ROW&ROW
	local any name failed
	[ "$1" != - ] || return
	for any in ${1//&/ }; do
		failed=
		for name in ${any//|/ }; do
			[ "$(row "$name" 6 /tmp/after)" -le "$(row "$name" 6 /tmp/before)" ] || failed=1
		done
		[ -n "$failed" ] || wrong "no failure counted in $any"
	done
}

# When processes were killed, one of the rows counts that for which it is done.
killed_counted() {
	! grep -q ' killed [1-9]' /tmp/end || failed_rows 'oomguarpages|kmemsize|privvmpages|shmpages'
}

host_held() { # NAME: what the host saw
	local fell tcp locks stat most
	read -r _ fell _ _ tcp _ _ _ _ _ _ locks _ _ stat _ < <(tail -n 1 /tmp/watch)
	most=$((($(row tcpsndbuf 5 /tmp/after) + $(row tcprcvbuf 5 /tmp/after) + 2 * $(forced tcpsndbuf)) / 4096))
	[ $most -le $((slack_kb / 4)) ] || most=$((slack_kb / 4))
	[ "${tcp:-x}" -le $most ] || wrong "TCP has $tcp pages"
	[ "${fell:-x}" -le $slack_kb ] || wrong "free memory fell by $fell kB"
	awk -v l="$locks" -v s="$stat" 'BEGIN { exit !(l < 300 && s < 300) }' ||
		wrong "the host reads its locks in $locks ms, memory.stat in $stat ms"
	dmesg | tac | sed "/attack $1 begins/q" | grep -E 'Out of memory: Killed|CONSTRAINT_NONE' &&
		wrong "the host was out of memory"
}

left() { # what 951 leaves: nothing
	ls -d $base/951 /vz/private/951* /etc/vz/conf/951.conf /vz/lock/951.lck
	grep ' /vz/root/951 ' /proc/mounts
} 2>/dev/null

attack_once() { # NAME LIMITS FAILED
	local text i
	begin_work
	cp "$base/951/ve.ub.resources" /tmp/before
	set_limits "$2"
	echo "attack $1 begins" > /dev/kmsg
	timeout 400 vzctl exec3 951 /attack "$1" "$seconds" > /tmp/end 2>&1 </dev/null &
	share_until $!
	end_work
	grep -q '^end ' /tmp/end && ! grep -qE 'NOT REFUSED|UNEXPECTED|^broken' /tmp/end ||
		wrong "it ended so: $(tail -n 2 /tmp/end | tr '\n' ' ')"
	cp "$base/951/ve.ub.resources" /tmp/after
	failed_rows "$3"
	killed_counted
	limits_held "$3"
	host_held "$1"
	for i in $(seq 240); do
		text=$(counters_back)
		[ -n "$text" ] || break
		[ $((i % 10)) != 3 ] || echo 3 > /proc/sys/vm/drop_caches
		sleep 0.5
	done
	[ -z "$text" ] || wrong "not given back: $text"
	unset_limits
}

# What a machine with other work may spoil: in doubt. Sets $doubts.
doubtful() {
	local before during
	doubts=
	read -r _ _ _ _ _ _ _ before during _ < <(tail -n 1 /tmp/watch)
	awk -v b="$before" -v d="$during" 'BEGIN { exit !(d <= b * 1.2) }' ||
		doubts+="; the host looks up names in $during us, not $before"
	[ -n "$quick" ] || [ "$share" -ge $((entitled * 8 / 10)) ] ||
		doubts+="; the neighbour got $share of $entitled/1000 CPU"
	[ -n "$doubts" ]
}

one() { # VECTOR NAME LIMITS FAILED FEATURE
	local vector=$1 name=$2 bad='' text ve="$1 $5"
	[ -z "$quick" ] || ve="VE $5"
	[ "$running" = "$ve" ] || end_hostile
	if [ -z "$running" ] && ! make_ve 951 "$5"; then
		not_ok "$vector $name: VE 951 does not start: $(tail -n 3 /tmp/made | tr '\n' ' ')"
		cleanup_hostile
		return
	fi
	running=$ve
	attack_once "$name" "$3" "$4"
	if doubtful; then
		echo "# $name: again$doubts"
		[ -n "$quick" ] || measure_entitled "$seconds"
		attack_once "$name" "$3" "$4"
		! doubtful || bad+=$doubts
	fi
	text="$(tail -n 1 /tmp/end); it had $others/1000 CPU, the neighbour $share; $(tail -n 1 /tmp/neighbour); host: $(tail -n 1 /tmp/watch)"
	if [ -z "$bad" ]; then
		ok "$vector $name # $text"
		return
	fi
	not_ok "$vector $name$bad # $text"
	awk '$2 != $3 || $6 { print "#   before", $0 }' /tmp/before
	awk '{ print "#   after", $0 }' /tmp/after
	end_hostile
}

# 951 stops, is destroyed, leaves nothing; whatever was done to it.
end_hostile() {
	local vector=${running% *} bad='' text
	[ -n "$running" ] || return
	running=''
	timeout 120 vzctl --quiet stop 951 --fast || wrong "it does not stop"
	timeout 120 vzctl --quiet destroy 951 || wrong "it cannot be destroyed"
	text=$(left | tr '\n' ' ')
	[ -z "$text" ] || wrong "left: $text"
	[ -n "$bad" ] || return
	not_ok "$vector: the end of the VE$bad"
	cleanup_hostile
}

cleanup_hostile() {
	vzctl --quiet stop 951 --fast
	vzctl --quiet umount 951
	vzctl --quiet destroy 951
	rm -rf /vz/private/951* /etc/vz/conf/951.*
} >/dev/null 2>&1

trap cleanup EXIT
cleanup
bad=''
make_ve 952 keys && { [ -n "$quick" ] || make_ve 951; } || { not_ok "two VEs start: $(tail -n 3 /tmp/made)"; exit 1; }
if [ -z "$quick" ]; then
	measure_entitled 6
	[ -z "$bad" ] || not_ok "beside a busy VE$bad"
	[ "$entitled" -ge $((others * 8 / 10)) ] && [ "$entitled" -ge 400 ] ||
		not_ok "a fair share: of two busy VEs on two CPUs one got $entitled/1000, the other $others"
	cleanup_hostile
fi
dying=$(sed -n 's/^nr_dying_descendants //p' $base/cgroup.stat)
while read -r vector name limits failed feature <&3; do
	[ -n "$name" ] || continue
	[ $# = 0 ] || [[ " $* " =~ " "($name|$vector|${feature:-$name})" " ]] || continue
	[ -z "$first" ] || [[ $seen != *" $vector "* ]] || continue
	seen+="$vector "
	one "$vector" "$name" "$limits" "$failed" "$feature"
done 3<<<"$table"
# Who pays for what they make it keep.
if [ $# = 0 ] || [[ " $* " == *" who_pays "* ]]; then
	[ "$running" = "VE " ] || end_hostile
	if [ -n "$running" ] || make_ve 951; then
		running='VE '
		pays_all
	else
		not_ok "who_pays: VE 951 does not start: $(tail -n 3 /tmp/made | tr '\n' ' ')"
	fi
fi
end_hostile
# The kernel keeps the last VE until another takes its place in its stocks.
rm -f /vz/private/952/tmp/stop
for i in $(seq 60); do
	echo 3 > /proc/sys/vm/drop_caches
	vzctl exec3 952 /attack neighbour 1 >/dev/null 2>&1 </dev/null
	now_dying=$(sed -n 's/^nr_dying_descendants //p' $base/cgroup.stat)
	[ "$now_dying" -gt $((dying + 4)) ] || break
done
if [ "$now_dying" -le $((dying + 4)) ]; then
	ok "removed cgroups go: $now_dying are left"
else
	not_ok "removed cgroups go: $now_dying are left, $dying at the start"
fi
exit $failures
