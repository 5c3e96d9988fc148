#!/bin/bash
# Migration between two nodes; runs on node1. --share: the folder tests/, or one
# with clients/ in it. /share/bin, when it is there, holds tools newer than the
# image's. TRIPS and TRIPS_DEBIAN set how often the VEs go.
#
# Asserts behaviour, never a duration. One TCP connection is held open and busy
# from node2 over all trips; a counter in the VE must never go back.
set -uo pipefail
suite=migrate
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
. "${0%/*}/traffic-lib.sh" 2>/dev/null || . /share/vm/traffic-lib.sh

ID=201
IP=10.77.1.201
MIG=/var/lib/vzctl/migrate
bad=0
here=node1 there=node2		# where VE $ID is, and the other node

ok() { echo "ok $1"; }
not_ok() { bad=1; echo "not ok $1: $2"; }
field() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p"; }
counter() { on "$1" "vzctl exec2 $ID cat /run/counter" 2>/dev/null | tr -dc 0-9; }
counts_on() { # BEFORE: the counter here is beyond it
	local now
	now=$(counter "$here")
	[ "${now:-0}" -gt "$1" ]
}
running() { [[ " $(on "$1" "vzctl status $ID") " == *" running "* ]]; }
client() { on node2 "cat /run/echo-result" 2>/dev/null; }
trips() { on "$here" "vzmigrate --online -t $there $ID"; }

# wait_for SECONDS COMMAND...: tries it until it succeeds
wait_for() {
	local n=$(($1 * 5))
	shift
	while [ $((n -= 1)) -ge 0 ]; do
		"$@" && return 0
		sleep 0.2
	done
	return 1
}

# Nothing of the VE may be on this node: prints what is.
traces() {
	on "$1" "ls -d /etc/vz/conf/$ID.conf /vz/private/$ID /vz/private/$ID.* /vz/dump/Migrate.$ID* /run/vz/images/$ID \
		$MIG/$ID $MIG/$ID.* /sys/fs/cgroup/vz.slice/vz.service/$ID /vz/lock/$ID.lck 2>/dev/null
		grep ' /vz/root/$ID ' /proc/mounts; ip route show $IP; ip neigh show proxy $IP; :"
}
clean() {
	local left
	left=$(traces "$1")
	[ -z "$left" ] && return 0
	not_ok "$2: nothing left on $1" "$(echo "$left" | tr '\n' ' ')"
	return 1
}

client_moves() {
	local before after
	before=$(client | field lines)
	wait_for 60 eval '[ "$(client | field lines)" -gt "'"${before:-0}"'" ]' || return 1
	after=$(client | field error)
	[ "$after" = none ]
}

start_client() {
	local i
	for i in 1 2 3 4 5; do
		on node2 "systemctl reset-failed echo-client 2>/dev/null; rm -f /run/echo-result
			systemd-run -q --unit=echo-client python3 /share/clients/echo $IP 7 /run/echo-result"
		wait_for 60 eval '[ -n "$(client)" ] || ! on node2 systemctl is-active -q echo-client'
		[ -n "$(client)" ] && return 0
	done
	return 1
}

# The VE is where it was, alive, and its connection too.
stays() {
	local name=$1 before=$2 now
	running "$here" || { not_ok "$name: VE runs on $here" "$(on "$here" "vzctl status $ID")"; return 1; }
	wait_for 60 counts_on "$before" ||
		{ not_ok "$name: counter goes on" "$before, then $(counter "$here")"; return 1; }
	client_moves || { not_ok "$name: connection goes on" "$(client)"; return 1; }
	now=$(on "$here" "ls $MIG/$ID 2>/dev/null")
	[ -z "$now" ] || { not_ok "$name: no journal left" "$(on "$here" "cat $now")"; return 1; }
	ok "$name: VE goes on at the source"
}

# refuses NAME CODE TEXT COMMAND...: fails with that exit code and message
refuses() {
	local name=$1 code=$2 text=$3 out got
	shift 3
	out=$("$@" 2>&1)
	got=$?
	if [ $got -ne "$code" ]; then
		not_ok "$name" "exit $got, expected $code: $out"
	elif [[ $out != *"$text"* ]]; then
		not_ok "$name" "message without '$text': $out"
	else
		ok "$name: refused with $code"
	fi
}

set_up() {
	local node
	[ -d /share/bin ] && for node in node1 node2; do
		on $node "install -m 755 /share/bin/* /usr/sbin/"
	done
	mkdir -p /vz/dump
	vzctl create $ID --ostemplate busybox --hostname traveller --ipadd $IP &&
		vzctl set $ID --onboot yes --save && vzctl start $ID &&
		wait_for 120 eval '[ -n "$(counter node1)" ]' || return 1
	start_client && return 0
	on node2 "journalctl -q -o cat -u echo-client | tail -n 3"
	return 1
}

# ---- to and fro ---------------------------------------------------------------

trip() {
	local n=$1 before after out lines
	before=$(counter "$here")
	lines=$(client | field lines)
	if ! out=$(trips 2>&1); then
		not_ok "trip $n $here to $there" "$(tail -n 5 <<< "$out" | tr '\n' ';')"
		return 1
	fi
	sed 's/^/# /' <<< "$out"
	times+=("$(sed -n 's/^ *frozen \([0-9]*\) ms$/\1/p' <<< "$out")")
	swap
	running "$here" || { not_ok "trip $n: runs on $here" "$(on "$here" "vzctl status $ID")"; return 1; }
	wait_for 60 counts_on "$before"
	after=$(counter "$here")
	[ "${after:-0}" -gt "$before" ] || { not_ok "trip $n: counter" "$before, then $after"; return 1; }
	[ "$(client | field lines)" -ge "$lines" ] && client_moves ||
		{ not_ok "trip $n: connection" "$(client)"; return 1; }
	clean "$there" "trip $n" || return 1
	[ -z "$(on "$here" "ls -d $MIG/$ID* /vz/private/$ID.* /vz/dump/Migrate.* 2>/dev/null")" ] ||
		{ not_ok "trip $n: temporary files" "on $here"; return 1; }
	ok "trip $n: $there to $here, counter $before to $after"
}

times=()	# ms that the VE was frozen, of each trip
tell_times() {
	[ ${#times[@]} = 0 ] || printf '%s\n' "${times[@]}" | sort -n |
		awk -v what="$1" '{t[NR] = $1} END {printf "# %s: %d trips, frozen ms: min %d, median %d, max %d\n", what, NR, t[1], t[int((NR + 1) / 2)], t[NR]}'
	times=()
}

to_and_fro() {
	local n
	for n in $(seq "${TRIPS:-3}"); do
		trip "$n" || return 1
	done
	tell_times "busybox VE"
}

# ---- layout overlay ---------------------------------------------------------------

# Only what the VE has changed moves, to where its template is; one that writes all the
# time, through a mapping and a mount of its own too.
overlay() {
	local name=overlay id=203 got before dir=/vz/template home=$here away=$there
	on "$here" "vzctl create $id --ostemplate busybox --layout overlay && vzctl start $id" >/dev/null
	on "$here" "vzctl exec2 $id 'rm /etc/group; mv /etc/init.d /etc/init.away 2>/dev/null; mkdir /data /mnt2
		mount --bind /data /mnt2; exec >/mnt2/log; i=0
		while sleep 0.05; do i=\$((i + 1)); echo \$i; echo \$i >/root/n; done 2>/dev/null &'"
	on "$there" "mkdir -p /run/away && mv $dir/cache/busybox.tar.* /run/away; rm -rf $dir/overlay"
	refuses "$name: no such template there" 19 "SHA-256" on "$here" "vzmigrate --online $there $id"
	on "$there" "mv /run/away/busybox.tar.* $dir/cache/"
	for _ in 1 2; do
		before=$(on "$here" "vzctl exec2 $id cat /root/n")
		got=$(on "$here" "vzmigrate --online $there $id" 2>&1) || { not_ok "$name: to $there" "$got"; break; }
		swap
		wait_for 60 eval '[ "$(on "$here" "vzctl exec2 '$id' cat /root/n")" -gt "'"${before:-0}"'" ]' &&
			ok "$name: goes on on $here" || not_ok "$name: goes on on $here" "$before, then $(on "$here" "vzctl exec2 $id cat /root/n")"
		got=$(on "$here" "vzctl exec2 $id 'ls -d /etc/group /etc/passwd /etc/init.away 2>/dev/null | tr \"\\n\" \" \"; seq \$(tail -n 1 /data/log) >/tmp/seq; head -n \$(wc -l </tmp/seq) /data/log | cmp - /tmp/seq && echo same; rm /tmp/seq'")
		[[ $got == *"/etc/passwd"*"same"* && $got != *"/etc/group"* ]] && ok "$name: its files are right on $here" || not_ok "$name: its files on $here" "$got"
		got=$(on "$here" "find /vz/private/$id/upper/bin /vz/private/$id/upper/usr 2>/dev/null | wc -l")
		[ "${got:-0}" -lt 10 ] && ok "$name: the template's files did not come along" || not_ok "$name: files of the template" "$got"
	done
	on "$here" "vzctl stop $id --fast; vzctl destroy $id" >/dev/null
	here=$home there=$away
	on "$here" "rm -f /etc/vz/conf/$id.*"; on "$there" "rm -f /etc/vz/conf/$id.*"
}

# ---- traffic: numbers go on, the rate holds ---------------------------------------

traffic() {
	local id=204 ip=10.77.1.204 home=$here away=$there before rate got
	traffic_node node1
	traffic_node node2
	on "$here" "vzctl create $id --ostemplate busybox --ipadd $ip && vzctl start $id" >/dev/null &&
		traffic_serve "$here" $id >/dev/null || { not_ok "traffic: set up" "VE $id"; return 1; }
	rate=$(traffic_rate "$here" $id)
	[[ $rate == "1 $TRAFFIC_KBIT bound"* ]] && ok "traffic: a rate" || not_ok "traffic: a rate" "$rate"
	traffic_slow "traffic: it holds" "$here" $id "$there" $ip
	for _ in 1 2; do
		before=$(traffic_row "$here" $id)
		got=$(on "$here" "vzmigrate --online $there $id" 2>&1) || { not_ok "traffic: to $there" "$got"; break; }
		swap
		traffic_goes_on "traffic: counters go on on $here" "$before" "$here" $id
		[ "$(traffic_rate "$here" $id)" = "$rate" ] && ok "traffic: the rate is there on $here" ||
			not_ok "traffic: the rate on $here" "$(traffic_rate "$here" $id)"
		traffic_slow "traffic: it holds on $here" "$here" $id "$there" $ip
	done
	on "$here" "vzctl stop $id --fast; vzctl destroy $id" >/dev/null
	here=$home there=$away
	on "$here" "rm -f /etc/vz/conf/$id.*"; on "$there" "rm -f /etc/vz/conf/$id.*"
}

# ---- refusals -------------------------------------------------------------------

refusals() {
	local before
	before=$(counter "$here")
	refuses "unknown VE" 10 "does not exist" on "$here" "vzmigrate $there 999"
	refuses "no arguments" 1 "--help" on "$here" "vzmigrate"
	refuses "peer unreachable" 4 "cannot reach" on "$here" "vzmigrate --online 10.77.0.99 $ID"
	refuses "host that is an option" 1 "bad host" on "$here" "vzmigrate --online -- -oProxyCommand=x $ID"

	on "$there" "touch /etc/vz/conf/$ID.conf"
	refuses "id exists there" 9 "exists" on "$here" "vzmigrate --online $there $ID"
	on "$there" "rm /etc/vz/conf/$ID.conf"

	on "$there" "vzctl create 299 --ostemplate busybox --ipadd $IP >/dev/null && vzctl start 299 >/dev/null"
	refuses "address in use there" 12 "$IP" on "$here" "vzmigrate --online $there $ID"
	on "$there" "vzctl stop 299 --fast >/dev/null; vzctl set 299 --ipdel all --save >/dev/null"

	local base
	base=$(on "$here" "sed -n 's/^LOCAL_UID=\"*\([0-9]*\).*/\1/p' /etc/vz/conf/$ID.conf")
	on "$there" "cp /etc/vz/conf/299.conf /tmp/299.conf
		sed -i 's/^LOCAL_\([UG]\)ID=.*/LOCAL_\1ID=\"$base\"/' /etc/vz/conf/299.conf"
	refuses "id range taken there" 9 "" on "$here" "vzmigrate --online $there $ID"
	on "$there" "cp /tmp/299.conf /etc/vz/conf/299.conf; vzctl destroy 299 >/dev/null; rm -f /etc/vz/conf/299.conf*"

	on "$there" "mount --bind /dev/null /proc/vz/version"
	refuses "peer without our kernel" 14 "kernel" on "$here" "vzmigrate --online $there $ID"
	on "$there" "umount /proc/vz/version"

	on "$here" "cp /etc/vz/conf/$ID.conf /run/conf; echo CPUMASK='\"0,7\"' >> /etc/vz/conf/$ID.conf"
	refuses "pinned to a processor that is not there" 18 "cpumask 0,7, this host has 0-1" on "$here" "vzmigrate --online $there $ID"
	on "$here" "cp /run/conf /etc/vz/conf/$ID.conf"

	on "$there" "chmod -x /usr/sbin/criu /usr/lib/openve/criu"
	refuses "peer without criu" 17 "criu" on "$here" "vzmigrate --online $there $ID"
	on "$there" "chmod +x /usr/sbin/criu /usr/lib/openve/criu"

	on "$there" "mount -t tmpfs -o size=600k,mode=700 none /vz/private"
	refuses "no room there" 6 "room" on "$here" "vzmigrate --online $there $ID"
	refuses "disk full there" 6 "space" on "$here" "vzmigrate --online --nodeps=space $there $ID"
	[ -z "$(on "$there" "ls -A /vz/private")" ] || not_ok "disk full" "files are left"
	on "$there" "umount /vz/private"

	on "$here" "vzmigrate --dry-run --online $there $ID" >/dev/null && ok "dry run" || not_ok "dry run" "failed"
	stays "refusals" "$before"
	clean "$there" refusals && ok "refusals leave nothing at the peer"
}

# ---- faults before the hand-over ---------------------------------------------------

# A script: waits for a journal and has its writer in $pid. It starts no programs: the
# writer must not be far beyond its first journal when the next line runs.
catch() {
	cat << EOF
pid=
until [ -n "\$pid" ]; do
	text=
	read -r -d '' text < $MIG/$ID
	[[ \$text =~ ' pid='([0-9]+)' ' ]] && pid=\${BASH_REMATCH[1]}
done 2>/dev/null
EOF
}

# fault_at SIDE WHEN SIGNAL [CALL]: sends SIGNAL to the process of that node that has
# written the journal, at its WHEN-th CALL, rename(2), after the first journal: on the
# source "frozen" and "granted", on the destination the unpacked template,
# "placed" and "granted". It is stopped until strace has it: none is missed.
fault_at() {
	on "$1" "cat > /run/fault.sh" << EOF
$(catch)
kill -STOP \$pid
echo \$pid > /run/fault.pid
strace -qq -o /run/fault.log -e trace=${4:-rename} -e inject=${4:-rename}:signal=$3:when=$2 -p \$pid &
until grep -q '^TracerPid:[[:space:]]*[1-9]' /proc/\$pid/status; do kill -0 \$! || break; done
kill -CONT \$pid
wait
EOF
	on "$1" "rm -f /run/fault.pid /run/fault.log; systemctl reset-failed fault 2>/dev/null; systemd-run -q --unit=fault bash /run/fault.sh"
}
end_fault() { on "$1" "systemctl stop fault 2>/dev/null; rm -f /run/fault.*"; }
stopped() { on "$1" "grep -q -- '--- SIGSTOP {' /run/fault.log" 2>/dev/null; }

kill_receiver() {
	local name=$1 when=$2 before out code
	before=$(counter "$here")
	if [ "$when" = 0 ]; then	# while files are copied
		on "$there" "cat > /run/fault.sh" <<< "$(catch)"$'\nuntil [ -d '"/vz/private/$ID.staging"$' ]; do :; done\nkill -9 $pid'
		on "$there" "systemctl reset-failed fault 2>/dev/null; systemd-run -q --unit=fault bash /run/fault.sh"
	else
		fault_at "$there" "$when" SIGKILL
	fi
	out=$(trips 2>&1)
	code=$?
	end_fault "$there"
	[ $code -ne 0 ] || { not_ok "$name" "migration succeeded"; swap; return 1; }
	stays "$name" "$before" || return 1
	wait_for 120 eval '[ -z "$(traces '"$there"')" ]'
	clean "$there" "$name" && ok "$name: nothing left at the destination"
}

# The source's process dies: before the hand-over nobody has to look after the VE.
kill_source() { # NAME WHEN
	local name=$1 before
	before=$(counter "$here")
	fault_at "$here" "$2" SIGKILL
	trips > /dev/null 2>&1 && { not_ok "$name" "migration succeeded"; swap; return 1; }
	end_fault "$here"
	wait_for 120 on "$here" "[ ! -e $MIG/$ID ]" || { not_ok "$name" "$(on "$here" "cat $MIG/$ID")"; return 1; }
	stays "$name" "$before" || return 1
	wait_for 120 eval '[ -z "$(traces '"$there"')" ]'
	clean "$there" "$name" && ok "$name: the daemon lets it go on here"
}

# It dies when the VE runs there, and has not told anybody: vzeventd asks.
killed_giver() {
	local name="source killed after it gave the VE away" before
	before=$(counter "$here")
	fault_at "$here" 3 SIGKILL	# "released"
	trips > /dev/null 2>&1 && not_ok "$name" "not killed"
	end_fault "$here"
	went "$name" "$before"
}

# The link is cut while the destination has the VE rebuilt, or nearly so.
cut_before_grant() {
	local name="link cut before the hand-over" before
	before=$(counter "$here")
	fault_at "$there" 2 SIGSTOP	# "placed"
	on "$here" "systemctl reset-failed mig 2>/dev/null; systemd-run -q --unit=mig -p StandardOutput=file:/run/mig.out -p StandardError=file:/run/mig.out vzmigrate --online $there $ID"
	wait_for 300 stopped "$there" || { not_ok "$name" "destination not caught: $(on "$here" cat /run/mig.out)"; return 1; }
	on "$here" 'kill -9 $(pgrep -P $(pgrep -o -x vzmigrate) -x ssh)' || not_ok "$name" "there is no link to cut"
	wait_for 300 on "$here" "! systemctl is-active -q mig" || not_ok "$name" "vzmigrate does not end"
	on "$there" "systemctl stop fault; kill -CONT \$(cat /run/fault.pid)"
	stays "$name" "$before"
	wait_for 120 eval '[ -z "$(traces '"$there"')" ]'
	clean "$there" "$name" && ok "$name: nothing left at the destination"
	end_fault "$there"
}

# ---- faults after it -------------------------------------------------------------------

frozen_here() {
	on "$here" "grep -q 'frozen 1' /sys/fs/cgroup/vz.slice/vz.service/$ID/payload/cgroup.events" &&
		on "$here" "grep -q state=granted $MIG/$ID"
}

start_mig() {
	on "$here" "systemctl reset-failed mig 2>/dev/null; systemd-run -q --unit=mig -p StandardOutput=file:/run/mig.out -p StandardError=file:/run/mig.out vzmigrate --online $there $ID"
}
mig_ended() { wait_for 300 on "$here" "! systemctl is-active -q mig"; }
# The VE has gone, with its memory, and nothing is open on either side.
went() { # NAME BEFORE
	local name=$1 before=$2 after left
	wait_for 120 running "$there" || { not_ok "$name: runs at the destination" "$(on "$there" "vzmigrate --status $ID")"; return 1; }
	wait_for 120 eval '[ -z "$(traces '"$here"')" ]'
	clean "$here" "$name"
	swap
	wait_for 60 on "$here" "[ ! -e $MIG/$ID ]" || { not_ok "$name: no journal left" "$(on "$here" "cat $MIG/$ID")"; return 1; }
	wait_for 60 counts_on "$before"
	after=$(counter "$here")
	[ "${after:-0}" -gt "$before" ] && client_moves && ok "$name: it is at the destination, counter $before to $after" ||
		{ not_ok "$name: goes on" "counter $before to $after; $(client)"; return 1; }
	left=$(on "$here" "grep DISABLED /etc/vz/conf/$ID.conf")
	[ -z "$left" ] || not_ok "$name" "$left"
}

# GRANT is journaled here and never arrives: the destination is asked, and says so.
lost_grant() {
	local name="link cut at the hand-over" before
	before=$(counter "$here")
	fault_at "$here" 2 SIGSTOP	# "granted"
	start_mig
	wait_for 300 stopped "$here" || { not_ok "$name" "source not caught: $(on "$here" cat /run/mig.out)"; return 1; }
	on "$here" 'kill -9 $(pgrep -P $(cat /run/fault.pid) -x ssh)' || not_ok "$name" "there is no link to cut"
	wait_for 120 eval '[ -z "$(traces '"$there"')" ]' || not_ok "$name: destination discards" "$(traces "$there")"
	on "$here" "systemctl stop fault; kill -CONT \$(cat /run/fault.pid)"
	mig_ended || not_ok "$name" "vzmigrate does not end"
	end_fault "$here"
	stays "$name" "$before"
	grep -q DISABLED <(on "$here" "cat /etc/vz/conf/$ID.conf") && not_ok "$name" "DISABLED is left"
	clean "$there" "$name"
}

# GRANT arrives, RESUMED does not: the source waits, frozen, until the destination answers.
lost_answer() {
	local name="link cut after the hand-over" before
	before=$(counter "$here")
	fault_at "$there" 3 SIGSTOP	# "granted"
	start_mig
	wait_for 300 stopped "$there" || { not_ok "$name" "destination not caught: $(on "$here" cat /run/mig.out)"; return 1; }
	on "$here" 'kill -9 $(pgrep -P $(pgrep -o -x vzmigrate) -x ssh)' || not_ok "$name" "there is no link to cut"
	wait_for 60 on "$here" "grep -q 'asking where' /run/mig.out" || not_ok "$name" "the source does not ask: $(on "$here" cat /run/mig.out)"
	frozen_here && ok "$name: source stays frozen" || not_ok "$name: source stays frozen" "$(on "$here" "cat /run/mig.out $MIG/$ID")"
	refuses "$name: too late to abort" 1 "too late" on "$here" "vzmigrate --abort $ID"
	on "$there" "systemctl stop fault; kill -CONT \$(cat /run/fault.pid)"
	mig_ended || not_ok "$name" "vzmigrate does not end"
	end_fault "$there"
	went "$name" "$before"
}

# Nobody answers for long: vzmigrate gives up, an operator is refused what would make two
# of it, and vzeventd asks until the peer is back.
lost_peer() {
	local name="peer gone at the hand-over" before
	before=$(counter "$here")
	fault_at "$there" 3 SIGSTOP
	start_mig
	wait_for 300 stopped "$there" || { not_ok "$name" "destination not caught: $(on "$here" cat /run/mig.out)"; return 1; }
	on "$here" "kill -9 \$(pgrep -o -x vzmigrate)"
	mig_ended || not_ok "$name" "vzmigrate does not end"
	frozen_here && ok "$name: source stays frozen" || not_ok "$name: source stays frozen" "$(on "$here" "cat $MIG/$ID")"
	refuses "$name: no cold start beside it" 105 disabled on "$here" "vzctl --skiplock start $ID"
	refuses "$name: resume_of_a_given_ve" 105 "handed over" on "$here" "vzctl --skiplock chkpnt $ID --resume"
	on "$there" "systemctl stop fault; kill -CONT \$(cat /run/fault.pid)"
	end_fault "$there"
	went "$name" "$before"
}

# ---- the kill matrix ------------------------------------------------------------------------

# A case is WAY SIDE ACTION CALL K: in a move by WAY (online, restart, cold), the process of
# SIDE (source, dest) is stopped at its K-th CALL after its first journal, and ACTION follows:
#   kill    SIGKILL of it                     criu    SIGKILL of CRIU on that node
#   ssh     the link is cut                   daemon  SIGKILL of it and of vzeventd
#   full    the disk of its journals is full  reset   the node starts anew, nothing is synced
# Whatever it was: without anybody's help the VE runs once (cold: is there once), with its data.
sum_on() { on "$1" "vzctl exec2 $ID md5sum /root/precious" 2>/dev/null | cut -c1-32; }
# A reset: another kernel at once. The journal of the file system is all that is left.
arm_reset() {
	on "$1" "$take_next; i=/root/initrd.img-next; [ ! -f \$i ] && i= || i=--initrd=\$i
		kexec -s -l $next \$i --reuse-cmdline || kexec -l $next \$i --reuse-cmdline"
}
act() { # ACTION NODE
	local boot
	case $1 in
	kill) on "$2" "kill -9 \$(cat /run/fault.pid)" ;;
	criu) on "$2" "pkill -9 -x criu" ;;
	ssh) on "$here" 'kill -9 $(pgrep -P $(pgrep -o -x vzmigrate) -x ssh)' ;;
	daemon) on "$2" "kill -9 \$(cat /run/fault.pid) \$(pgrep -x vzeventd)" ;;
	full) on "$2" 'n=0; for s in 1G 128M 16M 2M 256K 32K 4K; do
		while fallocate -l $s /var/lib/vzctl/filler.$((n += 1)) 2>/dev/null; do :; done; done' ;;
	reset)
		boot=$(on "$2" "cat /proc/sys/kernel/random/boot_id")
		on "$2" "(sleep 0.2; kexec -e -x -y) > /dev/null 2>&1 &" 2>/dev/null
		wait_for 200 eval 'b=$(on '"$2"' "cat /proc/sys/kernel/random/boot_id" 2>/dev/null); [ -n "$b" ] && [ "$b" != '"$boot"' ]'
		;;
	esac
}
runs_on() { running "$1" && ! on "$1" "grep -qs 'frozen 1' /sys/fs/cgroup/vz.slice/vz.service/$ID/payload/cgroup.events"; }
open_ends() { on "$1" "cat $MIG/$ID 2>/dev/null"; }
owner() { # the one node that has the VE and, unless it is cold, runs it
	local n nodes=()
	for n in node1 node2; do
		if [ "$way" = cold ]; then
			on $n "test -e /etc/vz/conf/$ID.conf -a -d /vz/private/$ID" && nodes+=("$n")
		elif runs_on $n; then
			nodes+=("$n")
		fi
	done
	echo "${nodes[*]}"
}
decided() { [ -z "$(open_ends node1)$(open_ends node2)" ] && at=$(owner) && [[ $at == node[12] ]]; }
matrix_case() {
	local way=$1 side=$2 action=$3 call=$4 k=$5 name="$*" node at before sum after left options='' caught=
	[ "$way" = online ] && options=--online
	[ "$side" = source ] && node=$here || node=$there
	# The script runs on node1, so node2 is the one that falls.
	if [ "$action" = reset ] && [ $node = node1 ]; then
		trips > /dev/null 2>&1 && swap || { not_ok "$name" "does not move to node2"; return 1; }
		[ "$side" = source ] && node=$here || node=$there
	fi
	on "$here" "vzctl start $ID" > /dev/null 2>&1
	wait_for 60 eval '[ -n "$(counter '"$here"')" ]'
	sum=$(sum_on "$here")
	[ "$way" = cold ] && on "$here" "vzctl stop $ID --fast" > /dev/null
	[ "$action" = reset ] && arm_reset $node
	before=$(counter "$here")
	fault_at $node "$k" SIGSTOP "$call"
	on "$here" "systemctl reset-failed mig 2>/dev/null; systemd-run -q --unit=mig -p StandardOutput=file:/run/mig.out -p StandardError=file:/run/mig.out vzmigrate $options $there $ID"
	wait_for 200 eval 'stopped '$node' || ! on '"$here"' systemctl is-active -q mig'
	stopped $node && caught=1 && act "$action" $node
	if [ "$action" != reset ]; then
		on $node "systemctl stop fault 2>/dev/null; kill -CONT \$(cat /run/fault.pid) 2>/dev/null"
		[ "$action" = full ] && sleep 3
		[ "$action" != full ] || { wait_for 20 on "$here" "! systemctl is-active -q mig"; on $node "rm -f /var/lib/vzctl/filler*"; }
	fi
	end_fault $node
	if ! wait_for 240 decided; then
		not_ok "$name" "runs on '$(owner)'; journals: $(open_ends node1; open_ends node2); $(on "$here" "tail -n 3 /run/mig.out")"
		return 1
	fi
	[ "$at" = "$here" ] || swap
	left=$(on "$there" "ls -d /etc/vz/conf/$ID.conf /vz/private/$ID /vz/private/$ID.incoming $MIG/$ID.conf 2>/dev/null")
	[ -z "$left" ] || { not_ok "$name: nothing left on $there" "$left"; return 1; }
	[ "$way" != cold ] || on "$here" "vzctl start $ID" > /dev/null
	wait_for 60 eval '[ "$(sum_on '"$here"')" = '"$sum"' ]' || { not_ok "$name: data" "$sum, now $(sum_on "$here")"; return 1; }
	wait_for 60 eval '[ -n "$(counter '"$here"')" ]'
	after=$(counter "$here")
	[ "$way" != online ] || [ "$action" = reset ] || [ "${after:-0}" -ge "$before" ] ||
		{ not_ok "$name: memory" "counter $before, then $after"; return 1; }
	ok "$name: ${caught:+caught, }once, on $here"
}
# MATRIX: cases, separated by commas; or all, of WAYS and ACTIONS.
sample="online source daemon rename 3,online dest full fsync 4"
matrix() {
	local one way side action call k last bad_before=$bad
	on "$here" "vzctl exec2 $ID 'dd if=/dev/urandom of=/root/precious bs=64k count=32 2>/dev/null; sync'"
	if [ "${MATRIX:=$sample}" != all ]; then
		while read -r -u 9 one; do
			[ -z "$one" ] || matrix_case $one || return 1
		done 9<<< "${MATRIX//,/$'\n'}"
		return
	fi
	for way in ${WAYS:-online restart cold}; do
		for side in source dest; do
			for action in ${ACTIONS:-kill criu ssh daemon full reset}; do
				for call in rename fsync unlink; do
					last=9
					[ $call = rename ] && last=3
					[ $call = unlink ] && last=2
					for k in $(seq $last); do
						matrix_case $way $side $action $call $k || return 1
					done
				done
			done
		done
	done
	[ $bad = "$bad_before" ]
}

# ---- limits and counts ------------------------------------------------------------------------

# All that has a bound or a count; held where the processes decide it, and the
# peaks that do not come from the memory controller. See counts.sh.
look() {
	on "$1" "cd /sys/fs/cgroup/vz.slice/vz.service/$ID
		awk '{print \$1, \"bounds\", \$4, \$5, \"failcnt\", \$6}' ve.ub.resources
		awk '/^(lockedpages|privvmpages|shmpages|num[a-z]*|pipepages) / && !/^num(neigh|conntrack)/ {print \$1, \"held\", \$2}' ve.ub.resources
		awk '!/^(physpages|swappages|oomguarpages) / {print \$1, \"maxheld\", \$3}' ve.ub.resources
		for f in ve.cpus ve.ub.iolimit ve.ub.iopslimit cpu.max cpu.weight cpuset.cpus io.weight memory.max memory.swap.max; do
			[ ! -e \$f ] || echo \$f \$(head -n 1 \$f)
		done"
}
counts() {
	local n before after ID=203 here=node1 there=node2
	local but='^(privvmpages|shmpages|numfile|nummount|numaio) (held|maxheld)'	# see counts.sh
	vzctl create $ID --ostemplate busybox > /dev/null && cp /share/clients/hold /vz/private/$ID/root/hold &&
		vzctl set $ID --numproc 60 --iolimit 1M --cpulimit 50 --ioprio 2 --save > /dev/null && vzctl start $ID > /dev/null &&
		vzctl set $ID --numproc 40:45 --numflock 55:66 --iolimit 4M --iopslimit 200 --cpulimit 30 --cpus 1 --cpuunits 2000 \
			--cpumask 0 --ioprio 6 --ram 200M --swap 100M --numinotify 20 || { not_ok counts "no VE"; return 1; }
	wait_for 120 serves $ID || { not_ok counts "VE $ID does not come up"; return 1; }
	local calm p
	calm=$(held $ID numproc)
	vzctl exec2 $ID 'for i in $(seq 60); do sleep 3 & done' > /dev/null 2>&1	# ends at the first fork that is refused
	wait_for 60 eval '[ "$(held '$ID' numproc)" = '"$calm"' ]' || { not_ok counts "numproc is not given back"; return 1; }
	vzctl exec2 $ID '/root/hold keep /root/keep.log > /dev/null 2>&1 &' > /dev/null 2>&1
	wait_for 60 grep -qs ready /vz/private/$ID/root/keep.log || { not_ok counts "$(cat /vz/private/$ID/root/keep.log)"; return 1; }
	vzctl exec2 $ID 'killall -STOP counter'
	p=$(procs $ID | sed -n 's/^\([0-9]*\) .*counter *$/\1/p')
	wait_for 60 grep -q '^State:.*stopped' "/proc/$p/status" || { not_ok counts "counter does not stop"; return 1; }
	before=$(look node1)
	grep -q 'numproc bounds 40 45 failcnt [1-9]' <<< "$before" || not_ok "counts: numproc has refused" "$(grep numproc <<< "$before")"
	for n in 1 2; do
		on "$here" "vzmigrate --online $there $ID" > /dev/null || { not_ok "counts: trip $n" failed; return 1; }
		swap
		after=$(look "$here")
		diff <(echo "$before" | grep -vE "$but") <(echo "$after" | grep -vE "$but") > /tmp/counts.diff &&
			ok "counts: limits and counts are the same, trip $n" ||
			not_ok "counts: limits and counts, trip $n" "$(tr '\n' ' ' < /tmp/counts.diff)"
		before=$after but=nothing
	done
	on "$here" "vzctl stop $ID --fast; vzctl destroy $ID" > /dev/null
}

# ---- stopped and restarted -----------------------------------------------------------------

offline() {
	on node2 "systemctl stop echo-client" 2>/dev/null
	on "$here" "vzctl exec2 $ID 'echo precious > /root/file; ln /root/file /root/link'"
	on "$here" "vzmigrate $there $ID" >/dev/null || { not_ok "restart there" failed; return 1; }
	swap
	running "$here" && [ "$(on "$here" "vzctl exec2 $ID cat /root/link")" = precious ] && clean "$there" "restart there" &&
		ok "restart there: stopped here, started there" || not_ok "restart there" "$(on "$here" "vzctl status $ID")"
	on "$here" "vzctl stop $ID --fast >/dev/null"
	refuses "stopped VE, --online" 2 "leave --online out" on "$here" "vzmigrate --online $there $ID"
	on "$here" "vzmigrate -r no $there $ID" >/dev/null || { not_ok "stopped VE" failed; return 1; }
	swap
	running "$here" && not_ok "stopped VE" "it runs"
	on "$there" "test -e /etc/vz/conf/$ID.conf.migrated -a -d /vz/private/$ID.migrated -a ! -e /etc/vz/conf/$ID.conf" ||
		not_ok "-r no" "$(on "$there" "ls -d /etc/vz/conf/$ID* /vz/private/$ID*")"
	on "$here" "vzctl start $ID" >/dev/null && wait_for 120 eval '[ "$(on '"$here"' "vzctl exec2 '$ID' cat /root/link")" = precious ]' &&
		ok "stopped VE moves, -r no keeps it as .migrated" || not_ok "stopped VE" "does not start"
	on "$there" "rm -rf /vz/private/$ID.migrated /etc/vz/conf/$ID.conf.migrated"
}

# ---- by a key that may do nothing else -----------------------------------------------------------

# A stopped VE with a protected file and an action script goes, and comes back the usual way.
keyed() {
	local ID=204 key=/root/migrate-key file=private/204/etc/protected name="forced command"
	vzctl create $ID --ostemplate busybox --hostname keyed > /dev/null || { not_ok "$name" "no VE"; return 1; }
	echo kept > /vz/$file && chattr +i /vz/$file && mkdir /vz/private/$ID/sealed &&
		echo log > /vz/private/$ID/sealed/log && chattr +a /vz/private/$ID/sealed/log &&
		chattr +i /vz/private/$ID/sealed || { not_ok "$name" "chattr"; return 1; }
	printf '#!/bin/sh\necho ran > /run/mount-204\n' > /etc/vz/conf/$ID.mount && chmod 700 /etc/vz/conf/$ID.mount
	rm -f $key $key.pub
	ssh-keygen -q -t ed25519 -N '' -f $key
	on node2 "sed -i '/restrict,/d' /root/.ssh/authorized_keys
		echo 'restrict,command=\"/usr/sbin/vzmigrate --receive\" $(cat $key.pub)' >> /root/.ssh/authorized_keys"
	[[ $(ssh -n -i $key -o IdentitiesOnly=yes -o BatchMode=yes node2 "echo shell" 2>&1) != *shell* ]] &&
		ok "$name: no shell" || not_ok "$name: no shell" "there is one"
	vzmigrate --ssh "-i $key -o IdentitiesOnly=yes" node2 $ID > /run/keyed.log 2>&1 ||
		{ not_ok "$name" "$(tail -n 3 /run/keyed.log)"; return 1; }
	ok "$name: a VE moves"
	on node2 "test ! -e /etc/vz/conf/$ID.mount" && grep -q "$ID.mount" /run/keyed.log &&
		ok "$name: action scripts stay, and are named" || not_ok "$name: action scripts" "$(cat /run/keyed.log)"
	on node2 "lsattr -d /vz/$file /vz/private/$ID/sealed /vz/private/$ID/sealed/log" > /run/keyed.attr
	[ "$(awk '{ print $1 }' /run/keyed.attr | tr -d 'eP-' | tr '\n' ' ')" = "i i a " ] &&
		ok "chattr: flags are kept" || not_ok "chattr: flags are kept" "$(cat /run/keyed.attr)"
	[ -z "$(ls -d /vz/private/$ID* 2>/dev/null)" ] && ok "chattr: nothing left at the source" ||
		not_ok "chattr: nothing left at the source" "$(ls -d /vz/private/$ID*)"
	# Back, and there again with the scripts, once the destination's own file says so.
	on node2 "vzmigrate node1 $ID" > /dev/null 2>&1 || { not_ok "chattr: it comes back" failed; return 1; }
	[ -d /vz/private/$ID ] && on node2 "! ls -d /vz/private/$ID* 2>/dev/null" && ok "chattr: it comes back" ||
		not_ok "chattr: it comes back" "$(on node2 "ls -d /vz/private/$ID*")"
	printf '#!/bin/sh\n:\n' > /etc/vz/conf/$ID.mount && chmod 700 /etc/vz/conf/$ID.mount
	on node2 "cp /etc/vz/vz.conf /run/vz.conf && sed -i '/^MIGRATE_SCRIPTS/d' /etc/vz/vz.conf && echo MIGRATE_SCRIPTS=yes >> /etc/vz/vz.conf"
	vzmigrate node2 $ID > /run/keyed.log 2>&1 && on node2 "test -x /etc/vz/conf/$ID.mount" &&
		ok "action scripts come where MIGRATE_SCRIPTS says so" || not_ok "action scripts come" "$(cat /run/keyed.log)"
	on node2 "cp /run/vz.conf /etc/vz/vz.conf; vzctl destroy $ID > /dev/null; ls -d /vz/private/$ID* /etc/vz/conf/$ID.mount 2>/dev/null; sed -i '/restrict,/d' /root/.ssh/authorized_keys"
}

# ---- suspended ---------------------------------------------------------------------------------

status() { on "$1" "vzctl status $ID"; }
dumped() { # NAME: it is suspended here, complete, and nowhere else
	local left
	[[ $(status "$here") == *'exist unmounted down suspended' ]] || { not_ok "$1: suspended at $here" "$(status "$here")"; return 1; }
	left=$(traces "$there"; on "$there" "ls -d /vz/dump/Dump.$ID 2>/dev/null")
	[ -z "$left" ] || { not_ok "$1: nothing left on $there" "$(tr '\n' ' ' <<< "$left")"; return 1; }
}
goes_on() { # NAME BEFORE COMMAND: it does, with its processes and its connection
	local name=$1 before=$2
	on "$here" "$3" >/dev/null || { not_ok "$name: $3" failed; return 1; }
	stays "$name" "$before"
}
suspended() {
	local before name
	before=$(counter "$here")

	on "$here" "vzctl chkpnt $ID --suspend" >/dev/null
	refuses "a frozen VE" 8 "chkpnt $ID --resume" on "$here" "vzmigrate $there $ID"
	refuses "a frozen VE, --online" 8 "chkpnt $ID --dump" on "$here" "vzmigrate --online $there $ID"
	on "$here" "grep -q 'frozen 1' /sys/fs/cgroup/vz.slice/vz.service/$ID/payload/cgroup.events" ||
		not_ok "a frozen VE" "it was thawed"
	goes_on "a frozen VE stays and is resumed" "$before" "vzctl chkpnt $ID --resume"

	name="a suspended VE"
	on "$here" "vzctl chkpnt $ID" >/dev/null || { not_ok "$name" "no dump"; return 1; }
	on "$there" "mkdir -p /vz/dump/Dump.$ID && echo old > /vz/dump/Dump.$ID/core-1.img"	# of a dump that failed
	on "$there" "chmod -x /usr/sbin/criu /usr/lib/openve/criu"
	refuses "$name, peer without criu" 17 "criu" on "$here" "vzmigrate $there $ID"
	on "$there" "chmod +x /usr/sbin/criu /usr/lib/openve/criu"
	[[ $(on "$here" "vzmigrate $there $ID") == *'suspended: vzctl restore'* ]] || { not_ok "$name" "does not move"; return 1; }
	swap
	dumped "$name" && goes_on "$name moves and is restored there" "$before" "vzctl restore $ID"

	before=$(counter "$here") name="a suspended VE, --online"
	on "$here" "vzctl chkpnt $ID && vzmigrate --online $there $ID" >/dev/null || { not_ok "$name" "does not move"; return 1; }
	swap
	dumped "$name" && goes_on "$name moves and is started there" "$before" "vzctl start $ID"

	name="a stale dump at the peer"
	before=$(counter "$here")
	on "$here" "vzctl chkpnt $ID" >/dev/null
	on "$there" "mkdir -p /vz/dump" && on "$here" "scp -q -r /vz/dump/Dump.$ID $there:/vz/dump/"
	refuses "$name" 9 "Dump.$ID is there" on "$here" "vzmigrate $there $ID"
	on "$there" "rm -r /vz/dump/Dump.$ID"
	# The destination dies when it was given the VE: its images must outlive the transit.
	name="a killed destination keeps the dump"
	fault_at "$there" 3 SIGSTOP	# "granted" is written; a signal that kills comes before the call
	on "$there" "systemd-run -q --unit=fault-kill bash -c 'until grep -q -- \"--- SIGSTOP {\" /run/fault.log; do sleep 0.1; done 2>/dev/null; kill -9 \$(cat /run/fault.pid)'"
	on "$here" "vzmigrate $there $ID" > /run/mig.out 2>&1
	on "$there" "systemctl stop fault-kill 2>/dev/null"
	end_fault "$there"
	wait_for 60 on "$here" "[ ! -e $MIG/$ID ]" || { not_ok "$name" "$(cat /run/mig.out; on "$here" "cat $MIG/$ID")"; return 1; }
	swap
	dumped "$name" && goes_on "$name" "$before" "vzctl restore $ID"

	# It dies when files and dump have got their names there, not yet given: both go.
	before=$(counter "$here") name="a suspended VE, destination killed"
	on "$here" "vzctl chkpnt $ID" >/dev/null
	fault_at "$there" 2 SIGKILL renameat2
	on "$here" "vzmigrate $there $ID" >/dev/null 2>&1 && not_ok "$name" "it moved"
	end_fault "$there"
	wait_for 120 eval '[ -z "$(traces '"$there"')" ]'
	dumped "$name" && goes_on "$name" "$before" "vzctl restore $ID"
}

# ---- a full system ------------------------------------------------------------------------------

debian() {
	local n ID=202 IP=10.77.1.202 here=node1 there=node2
	on node2 "systemctl stop echo-client" 2>/dev/null
	vzctl create $ID --ostemplate debian-13-x86_64 --hostname big --ipadd $IP && vzctl start $ID || return 1
	wait_for 600 eval '[[ $(vzctl exec2 $ID systemctl is-system-running 2>/dev/null) == @(running|degraded) ]]'
	vzctl exec2 $ID 'printf "n=0\nwhile :; do n=\$((n + 1)); echo \$n > /run/counter.new; mv /run/counter.new /run/counter; sleep 0.1; done\n" > /root/count.sh
		systemd-run -q --unit=count sh /root/count.sh
		printf "import socket\ns = socket.create_server((\"\", 7))\nc, _ = s.accept()\nwhile d := c.recv(65536):\n  c.sendall(d)\n" > /root/echo.py
		if command -v python3 > /dev/null; then systemd-run -q --unit=echo python3 /root/echo.py
		else systemd-run -q --unit=echo perl -MIO::Socket::INET -e "my \$s = IO::Socket::INET->new(LocalPort => 7, Listen => 1, ReuseAddr => 1) or die; my \$c = \$s->accept; while (sysread(\$c, my \$d, 65536)) { syswrite(\$c, \$d) }"; fi'
	wait_for 120 eval '[ -n "$(counter node1)" ]' && wait_for 30 start_client || { not_ok "debian VE" "no client"; return 1; }
	for n in $(seq "${TRIPS_DEBIAN:-2}"); do
		trip "debian $n" || return 1
	done
	tell_times "Debian VE"
	wait_for 60 eval '[ "$(on "$here" "vzctl exec2 $ID systemctl is-system-running")" = running ]' && ok "debian VE: systemd says running" ||
		not_ok "debian VE" "$(on "$here" "vzctl exec2 $ID systemctl --failed --no-legend")"
	on node2 "systemctl stop echo-client"
	on "$here" "vzctl stop $ID --fast; vzctl destroy $ID" > /dev/null
}

if ! set_up; then
	not_ok "set up" "VE $ID does not run"
	exit 1
fi
for part in ${PARTS:-to_and_fro overlay traffic refusals kills cuts matrix suspended offline keyed debian}; do
	case $part in
	kills)
		kill_receiver "receiver killed while copying" 0
		kill_receiver "receiver killed before the restore" 2
		kill_source "source killed before it freezes the VE" 1
		kill_source "source killed before it gives the VE away" 2
		killed_giver
		;;
	cuts)
		cut_before_grant
		lost_grant
		lost_answer
		lost_peer
		;;
	*) $part || bad=1 ;;
	esac
done
exit $bad
