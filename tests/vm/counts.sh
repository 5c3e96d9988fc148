#!/bin/bash
# What a checkpoint and a restore leave of limits and counts, in the classic
# steps, between which the VE stands still and can be looked at; runs on node1.
# /share/clients/hold takes some of each that is counted, or all that it can get.
set -uo pipefail
suite=counts
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

ID=213
cg=/sys/fs/cgroup/vz.slice/vz.service/$ID
private=/vz/private/$ID
dump=/vz/dump/Dump.$ID
work=$(mktemp -d)
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
cleanup() {
	vzctl stop $ID --fast
	vzctl destroy $ID
	rm -rf $dump "$work"
} >/dev/null 2>&1
trap cleanup EXIT

# Rows whose held is decided by what the processes have; docs/beancounters.md has the others.
exact='lockedpages|privvmpages|shmpages|numproc|numtcpsock|numflock|numpty|numsiginfo|numothersock|numfile|numiptent|nummount|numnetif|numnetns|numinotify|pipepages|numcgroup|numaio'
# Of these the first restore makes more than there was, and no other one does.
once='privvmpages|shmpages|numfile|nummount|numaio'
# Peaks that the kernel's memory controller keeps can be raised, and not lowered.
measured='physpages|swappages|oomguarpages'
# Without it nothing that follows means anything.
must() { check "$@"; [ $bad = 0 ] || exit 1; }
rows() { awk -v c="$1" '{print $1, $c}' $cg/ve.ub.resources; }
row() { awk -v r="$1" -v c="$2" '$1 == r {print $c}' $cg/ve.ub.resources; }
bounds() { awk '{print $1, $4, $5}' $cg/ve.ub.resources; }
settings() {
	(cd $cg && for f in ve.cpus ve.ub.iolimit ve.ub.iopslimit cpu.max cpu.weight cpuset.cpus cpuset.mems \
		io.weight io.bfq.weight memory.max memory.swap.max memory.high; do
		[ ! -e $f ] || echo "$f $(head -n 1 $f)"
	done)
}
look() { # DIR: all of it, into files
	mkdir -p "$1"
	bounds >"$1/bounds" && rows 6 >"$1/failures" && settings >"$1/settings"
	rows 2 | grep -E "^($exact) " >"$1/held"
	rows 3 | grep -vE "^($measured) " >"$1/peaks"
	rows 3 | grep -E "^($measured) " >"$1/measured"
	cat $cg/ve.ub.resources >"$1/rows"
}
lower() { paste -d' ' "$1" "$2" | awk '$1 != $3 || $4 < $2'; }
same_looks() { # NAME BEFORE AFTER [ROW|ROW...]: but for these in held and in peaks
	local f but=${4:-none}
	for f in bounds failures settings; do
		same "$1: $f" "$(cat "$2/$f")" "$(cat "$3/$f")"
	done
	for f in held peaks; do
		same "$1: $f" "$(grep -vE "^($but) " "$2/$f")" "$(grep -vE "^($but) " "$3/$f")"
	done
	is "$1: held and peaks of the others are no lower" "" "$(lower "$2/held" "$3/held"; lower "$2/peaks" "$3/peaks")"
	is "$1: peaks of the memory controller are no lower" "" "$(lower "$2/measured" "$3/measured")"
	diff "$2/rows" "$3/rows" | sed 's/^/# /'
}
frozen() { grep -q 'frozen 1' $cg/cgroup.events || grep -q 'frozen 1' $cg/payload/cgroup.events; }
count() { tr -dc 0-9 <$private/run/counter; }
stands() { local before; before=$(count); sleep 1; [ "$(count)" = "$before" ]; }
hold() { # keep | try ROW...
	rm -f $private/root/$1.log
	vzctl exec2 $ID "/root/hold $1 /root/$1.log ${*:2} >/dev/null 2>&1 &"
	within 120 grep -qsE 'ready|broken' $private/root/$1.log
	grep -q ready $private/root/$1.log || { cat $private/root/$1.log; return 1; }
}
# With room it forks again, so one look may miss some of them.
no_hold() {
	vzctl exec2 $ID 'killall hold' >/dev/null 2>&1
	no runs $ID '^[0-9]+ /root/hold '
}

# No servers: who waits in accept() has a file that is given back at the freeze and
# asked for again after it. At the limit of numfile it gets none, and a server ends.
vzctl create $ID --ostemplate busybox --ipadd 10.77.1.213 >/dev/null && cp /share/clients/hold $private/root/hold &&
	sed -i '/httpd\|\/nc /d' $private/etc/inittab &&
	vzctl set $ID --numproc 60 --iolimit 1M --cpulimit 50 --cpuunits 500 --ioprio 2 --save >/dev/null &&
	vzctl start $ID >/dev/null || { not_ok "set up"; exit 1; }
# what the configuration does not say
check "its counter counts" within 120 test -s $private/run/counter
calm=$(held $ID numproc)
check "limits of all kinds" vzctl set $ID --numproc 50:55 --numflock 55:66 --kmemsize 400M:500M --numfile 700 \
	--iolimit 4M --iopslimit 200 --cpulimit 30 --cpus 1 --cpuunits 2000 --cpumask 0 --ioprio 6 --ram 48M --swap 0
vzctl exec2 $ID 'for i in $(seq 70); do sleep 3 & done; wait' >/dev/null 2>&1
vzctl exec2 $ID 'dd if=/dev/zero of=/dev/null bs=64M count=1' >/dev/null 2>&1
check "room again" vzctl set $ID --ram 200M --swap 100M
becomes "those that were not refused end" 60 "$calm" held $ID numproc
least "numproc has refused" 1 "$(row numproc 6)"
least "physpages has refused" 1 "$(row physpages 6)"
check "something of each is held" hold keep
nsenter -t "$(cat $cg/ve.init)" -n iptables -A INPUT -s 10.9.9.9 -j DROP
for r in lockedpages shmpages numproc numtcpsock numflock numpty numsiginfo numothersock numfile numiptent nummount \
	numnetif numinotify pipepages numaio; do
	[ "$(row $r 2)" -gt 0 ] || not_ok "$r is held" "none is"
done

# ---- the steps ----------------------------------------------------------------
code "--dump of a VE that is not suspended" 16 vzctl chkpnt $ID --dump
check "--suspend" vzctl chkpnt $ID --suspend
check "it stands" stands
look "$work/a"
criu_hide
code "a dump that fails" 16 vzctl chkpnt $ID --dump
criu_show
mkdir -p $dump && touch $dump/in-the-way
code "a dump that has no room" 16 vzctl chkpnt $ID --dump
rm -r $dump
check "a suspended VE stays so after a dump that failed" frozen
must "--dump" vzctl chkpnt $ID --dump
check "it is frozen still" frozen
is "its network is held" 1 "$(cut -d' ' -f1 $cg/ve.hold)"
has "status: it runs" running "$(vzctl status $ID)"
check "--kill" vzctl chkpnt $ID --kill
has "status: it is suspended" 'down suspended' "$(vzctl status $ID)"
must "--undump" vzctl restore $ID --undump
check "it is frozen after --undump" frozen
check "and stands" stands
look "$work/b"
same_looks "the first restore" "$work/a" "$work/b" "$once"
code "restored once" 32 vzctl restore $ID
check "restore --kill" vzctl restore $ID --kill
has "status: its images are still good" 'down suspended' "$(vzctl status $ID)"
check "--undump again" vzctl restore $ID --undump
check "restore --resume" vzctl restore $ID --resume
check "it goes on" moves 60 count
is "its network is open" 0 "$(cut -d' ' -f1 $cg/ve.hold)"
[ ! -e $dump ] && ok "its images are gone" || not_ok "its images are gone" "$(ls $dump)"
code "nothing to restore" 32 vzctl restore $ID

check "--suspend again" vzctl chkpnt $ID --suspend
look "$work/a"
check "--dump again" vzctl chkpnt $ID --dump
check "--resume throws it away" vzctl chkpnt $ID --resume
check "and it goes on" moves 60 count
[ ! -e $dump ] && ok "no images are left" || not_ok "no images are left" "$(ls $dump)"
same "bounds after --resume" "$(cat "$work/a/bounds")" "$(bounds)"
same "settings after --resume" "$(cat "$work/a/settings")" "$(settings)"

# A copy of the limits from an earlier dump must not come back.
check "limits change after a dump" vzctl set $ID --numproc 52:56 --iolimit 5M --cpulimit 35
look "$work/a"
check "suspended and resumed" bash -c "vzctl chkpnt $ID --suspend && vzctl chkpnt $ID --resume"
same "resume_keeps_limits_set_since: bounds" "$(cat "$work/a/bounds")" "$(bounds)"
same "resume_keeps_limits_set_since: settings" "$(cat "$work/a/settings")" "$(settings)"

# Without a limit where the configuration has one; and next to no CPU time.
vzctl exec2 $ID 'killall -STOP counter' >/dev/null 2>&1
check "no limits" vzctl set $ID --iolimit 0 --iopslimit 0 --cpulimit 1 --cpus 0 --cpumask all --numproc unlimited --kmemsize unlimited
look "$work/a"
check "chkpnt" vzctl chkpnt $ID
check "restore" vzctl restore $ID
was=$(awk '$1 == "numsiginfo" {print $2}' "$work/a/held")
becomes "the signal that stopped counter again is taken off" 60 "$was" held $ID numsiginfo
look "$work/b"
same_looks "a later restore" "$work/a" "$work/b"
check "time again" vzctl set $ID --cpulimit 0
vzctl exec2 $ID 'killall -CONT counter' >/dev/null 2>&1
within 60 no_hold
becomes "what was held is given back" 60 "$calm" held $ID numproc
check "what was stopped goes on" moves 60 count

# ---- at the limit ---------------------------------------------------------------
# The first request after the restore must be refused as the last one before it was.
granted() { grep -c got $private/root/try.log; }
more_failures() { [ "$(row $1 6)" -gt "$2" ]; }
asking() { # ROW...: each counts more failures
	local r before
	before=$(rows 6)
	for r in "$@"; do
		within 60 more_failures $r "$(awk -v r=$r '$1 == r {print $2}' <<<"$before")" || { echo "$r refuses nothing"; return 1; }
	done
}
# What has only just ended is given back, and taken: until two seconds bring nothing new.
steady() {
	local before
	before=$(granted; tasks)
	sleep 2
	[ "$(granted; tasks)" = "$before" ]
}
tasks() { # a grant is none when a task has ended
	find $cg -name cgroup.procs -exec cat {} + | while read -r p; do ps -o comm= -p $p; done | sort | uniq -c
}
at_the_limit() { # ROW...
	local before tasks
	check "few of each" vzctl set $ID --numproc $(($(row numproc 2) + 12)) --numfile $(($(row numfile 2) + 120)) \
		--numothersock $(($(row numothersock 2) + 30)) --privvmpages $(($(row privvmpages 2) + 5000))
	check "all is taken of $*" hold try "$@"
	within 60 steady
	check "at the limit of $*: it asks and is refused" asking "$@"
	before=$(granted) tasks=$(tasks)
	check "at the limit of $*: chkpnt" vzctl chkpnt $ID
	check "at the limit of $*: restore" vzctl restore $ID
	check "at the limit of $*: it asks and is refused after the restore" asking "$@"
	same "at the limit of $*: the tasks are the same" "$tasks" "$(tasks)"
	is "at the limit of $*: nothing was granted" "$before" "$(granted)"
	sort $private/root/try.log | uniq -c | sed 's/^/# /'
	check "room again" vzctl set $ID --numproc unlimited --numfile unlimited --numothersock unlimited --privvmpages unlimited
	within 60 no_hold
	becomes "all is given back" 60 "$calm" held $ID numproc
}
at_the_limit numothersock numfile numproc
at_the_limit numothersock numfile numproc
# a fork asks for memory before it asks for a process
at_the_limit numothersock numfile privvmpages
exit $bad
