#!/bin/bash
# The whole story on two nodes; runs on node1. Each step prints what it does,
# what came out and how long it took. The first step that fails ends it.
#
# usage: tests/vm/run --nodes 2 --share DIR tests/vm/demo.sh
#
# DIR holds bzImage-next, the kernel that node2 is rebooted into, and
# clients/download, the client.
set -euo pipefail

ID=101
IP=10.77.1.101
CT=debian-13-x86_64
RATE=32768		# bytes a second that a client reads from nginx in the VE
SIZE=$((16 << 20))	# more than is read so while the VE moves: eight minutes
step=0

ms() { date +%s%3N; }
begin() { step=$((step + 1)); t0=$(ms); printf '\n%d. %s\n' $step "$1"; }
end() { printf '   done in %s s\n' "$(awk -v d=$(($(ms) - t0)) 'BEGIN {printf "%.1f", d / 1000}')"; }
say() { printf '   %s\n' "$*"; }
run() { printf '   # %s\n' "$*"; "$@" 2>&1 | sed 's/^/   /'; }
die() { printf '\nFAILED at step %d: %s\n' $step "$*" >&2; exit 1; }
on2() { ssh -o BatchMode=yes -o ConnectTimeout=5 node2 "$@"; }
field() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p"; }
in_ve() { vzctl exec2 $ID "$@"; }

begin "Create and start a VE: a full Debian 13 with systemd"
say "node1 runs Linux $(uname -r) with $(cut -d' ' -f1 /proc/vz/version)"
run vzctl create $ID --ostemplate $CT --hostname web.example --ipadd $IP
run vzctl set $ID --ram 512M --swap 512M --numproc 200 --save
run vzctl start $ID
for _ in $(seq 240); do
	state=$(in_ve systemctl is-system-running 2>/dev/null || true)
	case $state in running|degraded) break ;; esac
	sleep 1
done
[ "$state" = running ] || die "the VE's systemd says '$state': $(in_ve systemctl --failed --no-legend)"
run vzlist -a
say "systemd in the VE says: $state"
end

begin "Log in and look around"
[ -f /root/.ssh/demo ] || ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/demo
in_ve 'install -d -m 700 /root/.ssh; cat > /root/.ssh/authorized_keys' < /root/.ssh/demo.pub
on_ve() { ssh -q -i /root/.ssh/demo -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@$IP "$@"; }
say "ssh root@$IP: $(on_ve 'hostname; systemd-detect-virt' | tr '\n' ' ')"
run on_ve free -m
run on_ve uptime
end

begin "Hit a limit: a fork bomb is stopped by numproc"
failcnt() { awk '$1 == "numproc" {print $NF}' /proc/bc/$ID/resources; }
before=$(failcnt)
on_ve 'perl -e "for (1..1000) { my \$p = fork; if (!defined \$p) { print qq(fork: \$!\n); last } if (!\$p) { close STDOUT; close STDERR; sleep 300; exit } }"' | sed 's/^/   in the VE: /' || true
after=$(failcnt)
printf '   %-10s %8s %8s %8s %8s %8s\n' resource held maxheld barrier limit failcnt
awk '$1 == "numproc" {printf "   %-10s %8s %8s %8s %8s %8s\n", $1, $2, $3, $4, $5, $6}' /proc/bc/$ID/resources
[ "$after" -gt "$before" ] || die "numproc refused nothing"
say "node1 itself still forks: $(sh -c 'echo yes')"
on_ve 'pkill perl' || true
end

begin "Serve a file to a client on node2 at a steady rate"
in_ve "head -c $SIZE /dev/urandom > /var/www/html/file"
sum=$(in_ve sha256sum /var/www/html/file | cut -d' ' -f1)
in_ve 'printf "n=0\nwhile :; do n=\$((n + 1)); echo \$n > /run/count; sleep 0.2; done\n" > /root/count.sh
	systemd-run -q --unit=count sh /root/count.sh'
on2 "systemd-run -q --unit=download python3 /share/clients/download --rate $RATE --until /run/enough http://$IP/file /run/download"
for _ in $(seq 30); do
	sleep 1
	bytes=$(on2 cat /run/download 2>/dev/null | field bytes || true)
	if [ "${bytes:-0}" -gt $((2 * RATE)) ]; then break; fi
done
[ "${bytes:-0}" -gt 0 ] || die "the download does not move: $(on2 journalctl -q -u download -o cat)"
say "$bytes of $SIZE bytes so far"
end

begin "Move the VE to node2 while it serves"
count0=$(in_ve cat /run/count)
up0=$(in_ve cut -d. -f1 /proc/uptime)
migrate0=$(ms)
vzmigrate --online -t node2 $ID 2>&1 | tee /tmp/migrate.log | sed 's/^/   /'
migrate=$(($(ms) - migrate0))
in_ve2() { on2 "vzctl exec2 $ID '$*'"; }
say "node1: $(vzctl status $ID);  node2: $(on2 vzctl status $ID)"
on2 vzctl status $ID | grep -q running || die "the VE does not run on node2"
count1=$(in_ve2 cat /run/count)
[ "$count1" -ge "$count0" ] || die "the counter in the VE went back: $count0, then $count1"
say "the counter in the VE went on: $count0 before, $count1 after"
on2 grep -q state=running /run/download || die "the download did not last until the VE had moved: $(on2 cat /run/download)"
on2 touch /run/enough
while ! on2 grep -q state=done /run/download; do
	sleep 2
	on2 systemctl is-active -q download || break
done
line=$(on2 cat /run/download)
gap1=$(field gap_ms <<< "$line")
[ "$(field error <<< "$line")" = none ] || die "the connection broke: $line"
[ "$(field sha256 <<< "$line")" = "$sum" ] || die "the file came out wrong: $line"
say "download over the move: $(field bytes <<< "$line") bytes, checksum right, connection never reset"
end

begin "Update node2's kernel with the VE running on it"
old=$(on2 uname -r)
names='systemd|nginx|sshd|cron|rsyslogd'
pids() { in_ve2 'ps -e -o pid=,comm=' | grep -wE "$names" | awk '$2 != "sshd-session" {print $2 ":" $1}' | sort | tr '\n' ' '; }
procs0=$(pids)
python3 /share/clients/download --rate $RATE --until /run/enough http://$IP/file /run/download & client=$!
sleep 3
reboot0=$(ms)
on2 "systemd-run -q --unit=vzreboot-demo vzreboot /share/bzImage-next"
say "node2 runs $old and was told to go into bzImage-next"
new=
for _ in $(seq 150); do
	sleep 2
	new=$(timeout 20 ssh -o BatchMode=yes -o ConnectTimeout=5 node2 uname -r 2>/dev/null || true)
	if [ -n "$new" ] && [ "$new" != "$old" ]; then break; fi
done
reboot=$(($(ms) - reboot0))
[ -n "$new" ] && [ "$new" != "$old" ] ||
	die "node2 did not come back with the new kernel (was $old, is '$new'): $(on2 'journalctl -q -b -o cat -u vzreboot-demo | tail -5')"
say "node2 is back with $new"
for _ in $(seq 60); do on2 vzctl status $ID | grep -q running && break; sleep 1; done
on2 vzctl status $ID | grep -q running || die "the VE does not run after the update: $(on2 vzreboot --report)"
count2=$(in_ve2 cat /run/count)
up2=$(in_ve2 cut -d. -f1 /proc/uptime)
procs2=$(pids)
[ "$count2" -ge "$count1" ] || die "the counter in the VE went back: $count1, then $count2"
[ "$up2" -gt "$up0" ] || die "the VE was booted anew: uptime $up0 s, then $up2 s"
[ "$procs0" = "$procs2" ] || die "processes differ: '$procs0' and '$procs2'"
say "uptime in the VE: $up0 s before, $up2 s now; counter $count1, then $count2"
say "same processes, same pids: $procs2"
kill -0 $client 2>/dev/null || die "the download did not last until the VE was back: $(cat /run/download)"
touch /run/enough
wait $client || die "the connection broke: $(cat /run/download)"
line=$(cat /run/download)
gap2=$(field gap_ms <<< "$line")
[ "$(field sha256 <<< "$line")" = "$sum" ] || die "the file came out wrong: $line"
say "download over the update: $(field bytes <<< "$line") bytes, checksum right, connection never reset"
end

begin "The same VE with the distribution's CRIU: dump, copy over ssh, restore"
stock=$(on2 "bash /share/vm/stock-move.sh $ID node1" 2>/tmp/stock.err) ||
	say "it cannot: $(tail -n 1 /tmp/stock.err)"
[ -z "$stock" ] || say "$stock"
end

begin "What it cost"
row() { printf '   %-52s %8s ms\n' "$1" "$2"; }
row "live migration, from command to end" "$migrate"
row "  VE frozen" "$(sed -n 's/.*frozen[^0-9]*\([0-9][0-9]*\) ms.*/\1/p' /tmp/migrate.log | tail -n1)"
row "  with the distribution's CRIU, its files not counted" "$(field frozen <<< "${stock:-frozen=?}")"
row "  longest gap on the wire, seen by the client" "$gap1"
row "kernel update, from command until node2 answers ssh" "$reboot"
row "  longest gap on the wire, seen by the client" "$gap2"
say "Processors are emulated here: look at what is kept, not at the speed."
end
