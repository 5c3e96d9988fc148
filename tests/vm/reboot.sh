#!/bin/bash
# Rebootless kernel update; runs on node1, and node2 is the host that is
# updated under a busybox VE and a Debian VE. /share/bzImage is the kernel to
# enter (the same one will do). A TCP connection from node1 into each VE stays
# open over it. The images of a third VE are damaged on the way: it must come up
# cold, and that must be told. Two more cannot be dumped for what they do themselves:
# one is stopped in order, one is left out, and both start anew in the new kernel.
# /share/bin, when it is there, holds tools newer than the image's.
set -uo pipefail
suite=reboot
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
. "${0%/*}/traffic-lib.sh" 2>/dev/null || . /share/vm/traffic-lib.sh
kernel=/share/bzImage
cg=/sys/fs/cgroup/vz.slice/vz.service
work=$(mktemp -d)
clients=()

on2() { ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=5 -o ServerAliveCountMax=12 node2 "$@"; }
# refused NAME STATUS ARG...: vzreboot on node2 ends so, and the VEs run on
refused() {
	local name=$1 want=$2 got=0 out
	shift 2
	out=$(on2 vzreboot "$@" 2>&1) || got=$?
	if [ $got = "$want" ] && [ -n "$out" ]; then ok "refused: $name"; else not_ok "refused: $name" "exit $got, not $want: $out"; fi
}
cleanup() {
	[ ${#clients[@]} = 0 ] || kill "${clients[@]}" 2>/dev/null
	on2 'for id in 231 232 233 234 235; do vzctl stop $id --fast; vzctl destroy $id; done' >/dev/null 2>&1
	rm -rf "$work"
}
trap cleanup EXIT

pids() { on2 "vzctl exec2 $1 ps -o pid,ppid,comm" 2>/dev/null | lasting; }
runs_there() { on2 "$(declare -f procs runs); runs $1 '$2'"; }
uptime_of() { on2 "vzctl exec2 $1 cat /proc/uptime" | cut -d. -f1; }
limits() { on2 "awk '{print \$1, \$4, \$5, \$6}' $cg/$1/ve.ub.resources"; }
# Lines of the counter: 0, 1, 2, ... without a gap, and still growing.
lines() { wc -l <"$work/count$1"; }
more_than() { [ "$(lines $1)" -gt "$2" ]; }
counting() {
	local before after
	before=$(lines $1)
	within 200 more_than $1 $((before + 3)) || { echo "stuck at line $before"; return 1; }
	after=$(lines $1)
	awk '$1 != NR - 1 {print "line", NR, "is", $1; exit 1}' <(head -n "$after" "$work/count$1")
}
# In the VE, a counter a line every 0.2 s to whoever connects at port 7000.
serve() {
	on2 "vzctl exec2 $1 'cat > /root/count; chmod 755 /root/count'" <<'END'
#!/bin/sh
n=0
while echo $n; do n=$((n + 1)); sleep 0.2; done
END
}
connect() {
	: >"$work/count$1"
	socat -u TCP:10.77.1.$1:7000,retry=300,interval=1 STDOUT >"$work/count$1" &
	clients+=($!)
	check "VE $1: the counter counts" counting $1
}

[ -f $kernel ] || { not_ok "kernel to enter" "no $kernel"; exit 1; }
[ ! -d /share/bin ] || on2 'install -m 755 /share/bin/* /usr/sbin/'
on2 "$take_next"

on2 'vzctl create 231 --ostemplate busybox --ipadd 10.77.1.231 --hostname bb &&
	vzctl set 231 --numproc 70:70 --save && vzctl start 231' >/dev/null || { not_ok "start VE 231"; exit 1; }
serve 231
on2 "vzctl exec2 231 'nc -ll -p 7000 -e /root/count </dev/null >/dev/null 2>&1 &'"
connect 231
traffic_node node2
check "VE 231 has a rate" traffic_serve node2 231
traffic_slow "VE 231: it holds" node2 231 node1 10.77.1.231
on2 'vzctl create 232 --ostemplate debian-13-x86_64 --ipadd 10.77.1.232 --hostname deb && vzctl start 232' >/dev/null ||
	{ not_ok "start VE 232"; exit 1; }
within 600 systemd_up on2 vzctl exec2 232
same "VE 232 is up" running "$state"
serve 232
on2 vzctl exec2 232 systemd-run -q --unit counter perl -e \
	"\"'use Socket; socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(7000, INADDR_ANY)); listen(S, 1); accept(C, S); open(STDOUT, q(>&), \\\\*C); exec q(/root/count)'\""
connect 232

on2 'vzctl create 233 --ostemplate busybox --ipadd 10.77.1.233 --hostname lost && vzctl start 233' >/dev/null ||
	{ not_ok "start VE 233"; exit 1; }

# ---- what is refused before anything is frozen ------------------------------
refused "no such file" 21 /root/no-such-kernel
refused "no kernel image" 21 /bin/ls
on2 "head -c 3000000 $next > /root/short"
refused "a kernel cut short" 21 /root/short
refused "memmap= in --append" 21 --append memmap=64M\!2G $next
refused "noxsave in --append" 21 --append noxsave $next
on2 'fallocate -l $(($(stat -f -c "%a * %S - 8388608" /vz/pmem))) /vz/pmem/filler'
refused "memory region too small" 46 $next
on2 'rm /vz/pmem/filler; chmod -x /usr/sbin/criu /usr/lib/openve/criu'
refused "criu missing" 16 $next
on2 'chmod +x /usr/sbin/criu /usr/lib/openve/criu; mv /usr/sbin/kexec /usr/sbin/kexec.away'
refused "kexec missing" 8 $next
on2 'mv /usr/sbin/kexec.away /usr/sbin/kexec'
# as long as the process is there node2 stays up
on2 'vzctl exec 231 sleep 3000' >/dev/null 2>&1 &
within 60 runs_there 231 '^[0-9]+ sleep 3000' || { not_ok "a process enters VE 231 from the host"; exit 1; }
refused "a VE that cannot be dumped" 16 $next
on2 'vzctl exec2 231 killall sleep' >/dev/null 2>&1
wait $!
check "VE 231 ran on" counting 231
check "VE 232 ran on" counting 232
check "no images are left" on2 '! ls -d /vz/pmem/[0-9]* /vz/pmem/manifest'

# ---- VEs that cannot be dumped for what they do themselves --------------------
# Only an orderly end leaves a mark behind.
iced() { # ID MODE
	on2 "vzctl create $1 --ostemplate busybox --hostname iced && echo 'VE_REBOOT_FAIL=\"$2\"' >>/etc/vz/conf/$1.conf &&
		echo '::shutdown:/bin/touch /halted' >>/vz/private/$1/etc/inittab && vzctl start $1" >/dev/null &&
		on2 "vzctl exec2 $1 'mkdir /sys/fs/cgroup/ice && cd /sys/fs/cgroup/ice || exit
			sleep 5000 </dev/null >/dev/null 2>&1 &
			echo \$! >cgroup.procs && echo 1 >cgroup.freeze'"
}
fails_with() { on2 "sed -i 's/^VE_REBOOT_FAIL=.*/VE_REBOOT_FAIL=\"$2\"/' /etc/vz/conf/$1.conf"; }
check "VE 234 has frozen tasks of its own" iced 234 abort
check "VE 235 has frozen tasks of its own" iced 235 leave
refused "VE_REBOOT_FAIL is abort" 16 $next
same "VE 234: nobody stopped it" RUNNING "$(on2 "cat $cg/234/ve.state; ls /vz/private/234/halted 2>/dev/null")"
check "VE 231 ran on" counting 231
fails_with 234 stop

# ---- the update -------------------------------------------------------------
boot=$(on2 cat /proc/sys/kernel/random/boot_id)
for id in 231 232; do
	pids $id >"$work/pids$id"
	limits $id >"$work/limits$id"
	uptime_of $id >"$work/uptime$id"
done
traffic_rate node2 231 >"$work/rate"
traffic_row node2 231 >"$work/traffic"
# Same size, so that only CRIU finds out.
on2 'mkdir -p /etc/systemd/system/vz-restore.service.d && cat >/etc/systemd/system/vz-restore.service.d/damage.conf' <<'END'
[Service]
ExecStartPre=-/bin/sh -c 'cd /vz/pmem/*/233 && head -c $$(stat -c %%s pstree.img) /dev/zero >pstree.new && mv pstree.new pstree.img'
END
on2 'systemd-run -q --unit=update -p StandardOutput=file:/root/update.log -p StandardError=file:/root/update.log vzreboot '$next
came_back() {
	sleep 4
	now=$(on2 'systemctl show -p ActiveState --value vz-restore.service | grep -qxE "active|failed" &&
		cat /proc/sys/kernel/random/boot_id' 2>/dev/null)
	[ -n "$now" ] && [ "$now" != "$boot" ]
}
within 900 came_back
if [ -n "$now" ] && [ "$now" != "$boot" ]; then ok "node2 runs another kernel"; else
	not_ok "node2 runs another kernel" "$(on2 'cat /root/update.log; systemctl status vz-restore.service')"
	exit 1
fi
on2 vzreboot --report | sed 's/^/# /'
for id in 231 232; do
	same "VE $id: state" RUNNING "$(on2 cat $cg/$id/ve.state)"
	check "VE $id: connection and counter go on" counting $id
	same "VE $id: pids" "$(cat "$work/pids$id")" "$(pids $id)"
	same "VE $id: limits and failure counts" "$(cat "$work/limits$id")" "$(limits $id)"
	up=$(uptime_of $id)
	[ "${up:-0}" -ge "$(cat "$work/uptime$id")" ] && ok "VE $id: uptime goes on" ||
		not_ok "VE $id: uptime goes on" "$(cat "$work/uptime$id"), then $up"
done
traffic_goes_on "VE 231: counters of traffic go on" "$(cat "$work/traffic")" node2 231
same "VE 231: its rate is there" "$(cat "$work/rate")" "$(traffic_rate node2 231)"
traffic_slow "VE 231: and holds" node2 231 node1 10.77.1.231
same "VE 233: started cold" RUNNING "$(on2 cat $cg/233/ve.state)"
check "VE 233: its network is open" on2 'ping -c 1 -W 20 10.77.1.233'
for id in 234 235; do
	same "VE $id: started cold" RUNNING "$(on2 cat $cg/$id/ve.state)"
	check "VE $id: named before the jump" on2 "grep 'VE $id is not carried over.*frozen tasks of its own, in cgroup /ice' /root/update.log"
	check "VE $id: reported" on2 "vzreboot --report | grep 'VE $id: NOT restored, started cold.*could not dump it'"
	check "VE $id: it began anew" on2 "! vzctl exec2 $id test -e /sys/fs/cgroup/ice"
done
check "VE 234: stopped in order" on2 'ls /vz/private/234/halted'
check "VE 235: left out as it was" on2 '[ -d /vz/private/235 ] && ! ls /vz/private/235/halted'
check "VE 233: reported" on2 'vzreboot --report | grep "VE 233: NOT restored, started cold: .*pstree"'
same "the unit tells of VE 233" failed "$(on2 systemctl is-failed vz-restore.service)"
on2 'rm -r /etc/systemd/system/vz-restore.service.d'
host_up=$(on2 cut -d. -f1 /proc/uptime)
[ "$(uptime_of 232)" -gt "$host_up" ] && ok "VE 232 is older than its kernel" ||
	not_ok "VE 232 is older than its kernel" "$(uptime_of 232) against $host_up"
becomes "VE 232 is still running" 60 running on2 vzctl exec2 232 systemctl is-system-running
check "a service restarts in VE 232" on2 vzctl exec2 232 systemctl restart cron
check "images are used once" on2 '! ls /vz/pmem/manifest && vzreboot --restore && [ "$(cat '$cg'/231/ve.state)" = RUNNING ]'
exit $bad
