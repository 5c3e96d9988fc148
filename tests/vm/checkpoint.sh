#!/bin/bash
# vzctl chkpnt and restore on one node: a busybox VE and a full Debian VE, twice
# in a row each, with a TCP connection and a counter that go on; runs on node1.
# /share/bin, when it is there, holds tools newer than the image's.
set -uo pipefail
suite=checkpoint
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

cg=/sys/fs/cgroup/vz.slice/vz.service
work=$(mktemp -d)
client=
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
cleanup() {
	[ -z "$client" ] || kill "$client" 2>/dev/null
	for id in 211 212; do
		vzctl stop $id --fast
		vzctl destroy $id
	done >/dev/null 2>&1
	rm -rf "$work"
}
trap cleanup EXIT

# What must be the same before and after: limits and failure counts by name.
limits() { awk '{print $1, $4, $5, $6}' $cg/$1/ve.ub.resources; }
# Peaks that can be set; the memory controller's cannot.
peaks() { awk '!/^(phys|swap)pages/ {print $1, $3}' $cg/$1/ve.ub.resources; }
# Directories of the subtree with owner, and what is switched on or set in them; not
# systemd's own services, see lasting.
tree() {
	(cd $cg/$1/payload && find . \( -type d -o -name cgroup.subtree_control \) -printf '%p %U %G %m\n'
	grep -r . --include=cgroup.subtree_control --include=memory.max --include=pids.max \
		--include=cpu.weight --include=memory.min .) | grep -v '/systemd-[a-z]*\.service' | sort
}
# Processes as the VE sees them.
pids() { vzctl exec2 $1 ps -o pid,ppid,comm 2>/dev/null | lasting; }
uptime_of() { vzctl exec2 $1 cat /proc/uptime | cut -d. -f1; }
# After a restore each peak is at least what it was (CRIU's own work may add).
peaks_kept() {
	join <(sort "$1") <(sort "$2") | awk '$3 < $2 {print; bad = 1} END {exit bad || !NR}'
}

# serve ID: in the VE, a counter a line every 0.1 s to whoever connects at port 7000
serve() {
	vzctl exec2 $1 'cat > /root/count; chmod 755 /root/count' <<'END'
#!/bin/sh
n=0
while echo $n; do n=$((n + 1)); sleep 0.1; done
END
}
# Lines that the client got: 0, 1, 2, ... without a gap and still growing.
lines() { wc -l <"$work/count"; }
more_than() { [ "$(lines)" -gt "$1" ]; }
counting() {
	local before after
	before=$(lines)
	within 120 more_than "$before" || { echo "stuck at line $before"; return 1; }
	after=$(lines)
	awk '$1 != NR - 1 {print "line", NR, "is", $1; exit 1}' <(head -n "$after" "$work/count")
}
connect() { # ADDRESS: of a VE, whose port may open later
	: >"$work/count"
	socat -u TCP:$1:7000,retry=300,interval=1 STDOUT >"$work/count" &
	client=$!
}
frozen() { grep frozen $cg/$1/payload/cgroup.events; }

boot_id_of() { vzctl exec2 $1 cat /proc/sys/kernel/random/boot_id; }
start_of() { vzctl exec2 $1 'cut -d" " -f22 /proc/1/stat'; }
log_of() { vzctl exec2 $1 dmesg | grep -o 'log line .*'; }

round() {
	local id=$1 what=$2 before_limits before_tree before_pids before_up before_ip before_boot before_devices before_log before_start
	before_boot=$(boot_id_of $id)
	vzctl exec2 $id "echo '<6>log line before $what' >/dev/kmsg"
	before_log=$(log_of $id) before_start=$(start_of $id)
	before_limits=$(limits $id) before_tree=$(tree $id) before_pids=$(pids $id)
	before_up=$(uptime_of $id) before_ip=$(cat $cg/$id/ve.ip)
	before_devices=$(cat $cg/$id/ve.devices)
	peaks $id >"$work/peaks"
	check "$what: chkpnt" vzctl chkpnt $id
	grep -q suspended <(vzctl status $id) && ok "$what: status says suspended" ||
		not_ok "$what: status says suspended" "$(vzctl status $id)"
	check "$what: restore" vzctl restore $id
	peaks $id >"$work/peaks.after"
	same "$what: limits and failure counts" "$before_limits" "$(limits $id)"
	check "$what: peaks kept" peaks_kept "$work/peaks" "$work/peaks.after"
	same "$what: cgroup subtree" "$before_tree" "$(tree $id)"
	same "$what: addresses" "$before_ip" "$(cat $cg/$id/ve.ip)"
	same "$what: devices" "$before_devices" "$(cat $cg/$id/ve.devices)"
	same "$what: pids" "$before_pids" "$(pids $id)"
	[ "$(uptime_of $id)" -ge "$before_up" ] && ok "$what: uptime goes on" ||
		not_ok "$what: uptime goes on" "$before_up, then $(uptime_of $id)"
	same "$what: boot id" "$before_boot" "$(boot_id_of $id)"
	same "$what: kernel log" "$before_log" "$(log_of $id)"
	same "$what: start of init" "$before_start" "$(start_of $id)"
	[ "$before_boot" != "$(cat /proc/sys/kernel/random/boot_id)" ] && ok "$what: and it is not the host's" ||
		not_ok "$what: boot id" "it is the host's"
	same "$what: state" RUNNING "$(cat $cg/$id/ve.state)"
	same "$what: network released" 0 "$(cut -d' ' -f1 $cg/$id/ve.hold)"
	check "$what: connection and counter go on" counting
	[ ! -e /vz/dump/Dump.$id ] && ok "$what: images removed" || not_ok "$what: images removed" "still there"
}

# ---- busybox ----------------------------------------------------------------
vzctl create 211 --ostemplate busybox --ipadd 10.77.1.211 --hostname bb >/dev/null || { not_ok "create busybox VE"; exit 1; }
vzctl set 211 --numproc 60:60 --save >/dev/null
mounted() { grep -m 1 ' cgroup2 ' /proc/mounts; }
options=$(mounted)
has "the host's cgroup2 has options" nsdelegate "$options"
check "start busybox VE" vzctl start 211
check "it is up" within 120 serves 211
calm=$(held 211 numproc)
# a failure to remember, before there is a counter, which forks and would end by it
vzctl exec2 211 'for i in $(seq 80); do sleep 5 & done; wait' >/dev/null 2>&1
awk '$1 == "numproc" {exit !($6 > 0)}' $cg/211/ve.ub.resources && ok "numproc has refused" ||
	not_ok "numproc has refused" "$(grep numproc $cg/211/ve.ub.resources)"
becomes "those that were not refused end" 60 "$calm" held 211 numproc
echo "+c 10:200 rw" >$cg/211/ve.devices
# A node that came from elsewhere: the number of the node's own disk.
mknod -m 666 /vz/private/211/dev/copied b $(stat -c "%Hr %Lr" /dev/vda)
code "a copied node of a disk is refused" 1 vzctl exec2 211 'dd if=/dev/copied of=/dev/null count=1 2>/tmp/why'
check "by permission" vzctl exec2 211 'grep -i "not permitted" /tmp/why'
serve 211
vzctl exec2 211 'nc -ll -p 7000 -e /root/count </dev/null >/dev/null 2>&1 &'
connect 10.77.1.211
check "the counter counts" counting
round 211 "busybox, first time"
round 211 "busybox, second time"

# ---- faults -----------------------------------------------------------------
vzctl exec 211 sleep 3000 >/dev/null 2>&1 &
check "a process enters from the host" within 60 runs 211 '^[0-9]+ sleep 3000'
code "a process entered from the host is refused" 16 vzctl chkpnt 211
code "check-migratable finds it" 16 vzctl check-migratable 211
vzctl exec2 211 killall sleep >/dev/null 2>&1
wait $!
check "check-migratable" vzctl check-migratable 211
# Its file has lost the name by which it is open, and gets one for the images.
vzctl exec2 211 'cd /root && echo x >one && ln one two && exec 3<one && rm one &&
	{ sleep 5000 <&3 >/dev/null 2>&1 & }'
names=$(ls -a /vz/private/211/root)
check "a program sleeps" within 60 runs 211 '^[0-9]+ sleep 5000'
check "check-migratable with a dump" vzctl check-migratable 211 --freeze
check "sleep_goes_on_after_a_dump" no within 2 no runs 211 '^[0-9]+ sleep 5000'
vzctl exec2 211 killall sleep >/dev/null 2>&1
same "its names are taken away again" "$names" "$(ls -a /vz/private/211/root)"
check "which is thrown away" no ls -d /vz/dump/Check.211
check "and the VE runs on" counting
code "check-migratable: a bad word" 20 vzctl check-migratable 211 --thaw
# Images are used up by who goes on from them, however often a restore has read them; so are the
# names of such files. What a killed restore has left is in nobody's way.
vzctl exec2 211 'cd /root && echo kept >five && ln five six && exec 3<five && rm five && echo gone >three &&
	exec 4<three && rm three && { sleep 5001 <&3 3<&4 >/dev/null 2>&1 & }'
check "a program has files without names" within 60 runs 211 '^[0-9]+ sleep 5001'
names=$(ls -a /vz/private/211/root)
check "it is dumped" vzctl chkpnt 211
for i in 1 2 3 4 5 6 7 8 9; do echo left >/vz/private/211/root/three.cr.$i.ghost; done
for round in 1 2 3; do
	check "images_are_restored_again_until_used: $round" vzctl restore 211 --undump
	if [ $round != 3 ]; then check "thrown away: $round" vzctl restore 211 --kill; fi
done
code "what is frozen by a restore is not dumped" 16 vzctl chkpnt 211 --dump --dumpfile "$work/more"
check "nor is a folder left" no ls -d "$work/more"
check "it goes on" vzctl restore 211 --resume
check "images are withdrawn" no ls -d /vz/dump/Dump.211
rm -f /vz/private/211/root/three.cr.?.ghost
same "its files have no names" "$names" "$(ls -a /vz/private/211/root)"
check "which is so after another dump" eval "vzctl chkpnt 211 && vzctl restore 211"
same "without names" "$names" "$(ls -a /vz/private/211/root)"
vzctl exec2 211 killall sleep >/dev/null 2>&1
check "and the VE counts on" counting
criu_hide
code "criu missing" 16 vzctl chkpnt 211
code "check-migratable: criu missing" 16 vzctl check-migratable 211
criu_show
becomes "after failed dumps the VE is not frozen" 30 "frozen 0" frozen 211
check "after failed dumps the VE runs on" counting
check "a dump to damage" vzctl chkpnt 211 --dumpfile "$work/dump"
cp -a "$work/dump" "$work/short"
truncate -s -1 "$work/short/pstree.img"
code "damaged images are refused" 17 vzctl restore 211 --dumpfile "$work/short"
cp -a "$work/dump" "$work/wrong"
head -c "$(stat -c %s "$work/dump/pstree.img")" /dev/zero >"$work/wrong/pstree.img"
code "images that CRIU cannot read" 17 vzctl restore 211 --dumpfile "$work/wrong"
[ ! -d $cg/211 ] && ok "a failed restore leaves nothing" || not_ok "a failed restore leaves nothing" "$(cat $cg/211/ve.state)"
cp -a "$work/dump" "$work/copy"
check "the same dump restores" vzctl restore 211 --dumpfile "$work/dump"
check "connection and counter go on after failed restores" counting
# CRIU maps the ids a second late: what its first process in the VE reads before must be readable.
check "one more dump" vzctl chkpnt 211
criu=$(criu_used)
mv $criu $criu.real
printf '#!/bin/sh\nLD_PRELOAD=/share/clients/late-uid-map.so exec %s.real "$@"\n' $criu >$criu
chmod +x $criu
check "restore_reads_images_before_ids_are_mapped" vzctl restore 211
mv $criu.real $criu
check "connection and counter go on after that" counting
cp /share/clients/vfork /vz/private/211/vfork
vzctl exec2 211 '/vfork 300 100 </dev/null >/dev/null 2>&1 &'
check "a process calls vfork" within 60 runs 211 '/vfork 300 100'
check "dump_waits_for_vfork" vzctl chkpnt 211
check "it restores" vzctl restore 211
check "suspend_waits_for_vfork" eval "vzctl chkpnt 211 --suspend && vzctl chkpnt 211 --dump"
check "it ends there" vzctl chkpnt 211 --kill
check "and restores" vzctl restore 211
vzctl exec2 211 'killall vfork; /vfork 0 0 </dev/null >/dev/null 2>&1 &'
check "and one whose child never ends" within 60 runs 211 '/vfork 0 0' 2
code "dump_names_endless_vfork" 16 vzctl chkpnt 211
named=$(for pid in $(vzctl chkpnt 211 2>&1 | grep -oE '[0-9]+'); do cat /proc/$pid/comm; done 2>/dev/null)
has "it names the process" '^vfork$' "$named"
becomes "the VE is not frozen by that" 30 "frozen 0" frozen 211
vzctl exec2 211 killall -9 vfork
check "connection and counter go on with vfork" counting
code "a running VE is not restored again" 32 vzctl restore 211 --dumpfile "$work/copy"
kill $client
client=
# A start without the images leaves nothing of them.
vzctl exec2 211 'cd /root && ln two four && exec 3<four && rm four && { sleep 5002 <&3 >/dev/null 2>&1 & }'
check "a program sleeps once more" within 60 runs 211 '^[0-9]+ sleep 5002'
check "a dump to give up" vzctl chkpnt 211
check "it has a name in the VE" ls /vz/private/211/root/link_remap.*
head -c "$(stat -c %s /vz/dump/Dump.211/pstree.img)" /dev/zero >"$work/zeros"
cp "$work/zeros" /vz/dump/Dump.211/pstree.img
check "images_given_up_leave_no_names" vzctl start 211
check "they are gone" no ls /vz/private/211/root/link_remap.*
vzctl stop 211 --fast >/dev/null

# ---- Debian -----------------------------------------------------------------
vzctl create 212 --ostemplate debian-13-x86_64 --ipadd 10.77.1.212 --hostname deb >/dev/null ||
	{ not_ok "create Debian VE"; exit 1; }
check "start Debian VE" vzctl start 212
within 600 systemd_up vzctl exec2 212
same "Debian VE is up" running "$state"
serve 212
vzctl exec2 212 systemd-run -q --unit counter perl -e \
	"'use Socket; socket(S, AF_INET, SOCK_STREAM, 0); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1); bind(S, sockaddr_in(7000, INADDR_ANY)); listen(S, 1); accept(C, S); open(STDOUT, q(>&), \\*C); exec q(/root/count)'"
connect 10.77.1.212
check "the Debian VE's counter counts" counting
round 212 "Debian, first time"
round 212 "Debian, second time"
becomes "Debian VE is still running" 60 running vzctl exec2 212 systemctl is-system-running
check "a user of it pings" vzctl exec2 212 runuser -u nobody -- ping -c 1 -W 60 10.77.1.212
check "a service restarts under the VE's systemd" vzctl exec2 212 systemctl restart cron
check "the restarted service is active" vzctl exec2 212 systemctl is-active -q cron
same "cgroup2 of the host is mounted as it was" "$options" "$(mounted)"
exit $bad
