#!/bin/bash
# More of what people run on a Debian server (see software.sh): a web server, a user's own
# systemd, programs in Go; then a VE with nesting and containers of LXC in it. Each is used when
# it has come up, after a dump and restore where there may be one, and after a restart.
suite=software-more
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

ID=941 LXC=942
base=/sys/fs/cgroup/vz.slice/vz.service
. "${0%/*}/software-lib.sh" 2>/dev/null || . /share/vm/software-lib.sh
versions() { # PACKAGE...
	inside "dpkg-query -W -f '# \${Package} \${Version}\n' $*"
}
# As a user that has logged in, or whose systemd lingers.
as_bob() { echo "setpriv --reuid bob --regid bob --init-groups env HOME=/home/bob XDG_RUNTIME_DIR=/run/user/\$(id -u bob) sh -c '$1'"; }
# The first line of a Go program's scheduler tells what it found.
go_cpus() { echo "sleep 5 | GODEBUG=schedtrace=1 fzf -f x 2>&1 | sed -n 's/.*gomaxprocs=\([0-9]*\) .*/\1/p' | head -n 1"; }
metric() { echo "curl -s --max-time 200 http://127.0.0.1:9100/metrics | awk '\$1 == \"$1\" { printf \"%.0f\\n\", \$2 }'"; }

use_all() { # ROUND
	prints "Apache" "apache $1" "echo apache $1 >/var/www/html/a.html; curl -s --max-time 60 http://127.0.0.1:8081/a.html"
	works "Apache is told to read its configuration again" "apachectl configtest && systemctl reload apache2"
	prints "and serves on" "apache $1" "curl -s --max-time 60 http://127.0.0.1:8081/a.html"
	comes "a user's own systemd" 300 running "$(as_bob 'systemctl --user is-system-running')"
	prints "with a service of his" active "$(as_bob 'systemctl --user is-active mine')"
	works "which he restarts" "$(as_bob 'systemctl --user restart mine && systemctl --user is-active mine')"
	works "and reads the journal of" "$(as_bob 'journalctl --user -u mine -n 1 -q || journalctl --user-unit mine -n 1 -q')"
	works "a transient unit of his" "$(as_bob 'systemd-run --user --wait -q true')"
	prints "his D-Bus answers" "" "$(as_bob 'busctl --user call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.Peer Ping')"
	works "a session, by ssh" "su bob -c 'ssh -o StrictHostKeyChecking=no bob@127.0.0.1 \"test -n \\\"\\\$XDG_SESSION_ID\\\" && loginctl show-session \\\$XDG_SESSION_ID -p Name\"'"
	prints "a Go program sees its processors" 2 "$(go_cpus)"
	prints "an agent in Go tells the memory" 1073741824 "$(metric node_memory_MemTotal_bytes)"
	prints "and sees one file system at /" 1 "curl -s http://127.0.0.1:9100/metrics | grep -c '^node_filesystem_size_bytes.*mountpoint=\"/\"}'"
	are_active apache2 prometheus-node-exporter "user@$(inside 'id -u bob')" systemd-logind
	none_failed
}

vzctl --quiet create $ID --ostemplate debian-13-software --hostname more --ipadd 10.77.1.41
check "set" vzctl set $ID --ram 1G --swap 512M --numproc 1000 --cpus 2 --save
check "start" vzctl start $ID
when="first: "
check "systemd is up" within 600 systemd_up vzctl exec2 $ID
versions apache2 libpam-systemd fzf prometheus-node-exporter lxc nfs-kernel-server
patient
none_failed
works "set up" "mkdir -p /home/bob/.ssh /home/bob/.config/systemd/user; ssh-keygen -q -t ed25519 -N '' -f /home/bob/.ssh/id_ed25519
	cp /home/bob/.ssh/id_ed25519.pub /home/bob/.ssh/authorized_keys
	printf '[Service]\nExecStart=/bin/sh -c \"while :; do date; sleep 1; done\"\n[Install]\nWantedBy=default.target\n' >/home/bob/.config/systemd/user/mine.service
	chown -R bob: /home/bob; sed -i 's/Listen 80$/Listen 8081/' /etc/apache2/ports.conf"
works "systemctl start systemd-logind" "systemctl start systemd-logind || { journalctl -u systemd-logind -n 20; exit 1; }"
for u in apache2 prometheus-node-exporter; do
	works "systemctl enable --now $u" "systemctl enable -q --now $u || { journalctl --no-pager -u $u -n 20; exit 1; }"
done
works "loginctl enable-linger" "loginctl enable-linger bob"
comes "his systemd comes" 300 active "systemctl is-active user@\$(id -u bob)"
works "his service" "$(as_bob 'systemctl --user enable -q --now mine || { systemctl --user status; exit 1; }')"
check "one processor, while it runs" vzctl set $ID --cpus 1 --save
prints "a Go program sees it" 1 "$(go_cpus)"
check "and two again" vzctl set $ID --cpus 2 --save
use_all 1
is "what the agent cannot read" "" "$(inside "curl -s http://127.0.0.1:9100/metrics" |
	sed -n 's/^node_scrape_collector_success{collector="\(.*\)"} 0$/\1/p' | grep -xE \
	'arp|cpu|diskstats|entropy|filefd|filesystem|loadavg|meminfo|netclass|netdev|netstat|os|sockstat|softnet|stat|textfile|time|timex|udp_queues|uname|vmstat' | xargs)"
# File systems of other machines are the kernel's own clients and servers: nothing that a VE
# may have. It is told so at once; files of another VE come by sshfs.
for t in nfs nfs4 cifs nfsd; do
	works "mount -t $t is refused at once" "mkdir -p /mnt/n; ! timeout 30 mount -i -t $t -o vers=4,addr=10.77.1.41 10.77.1.41:/ /mnt/n; [ \$? = 0 ] && ! mountpoint -q /mnt/n"
done
code "and no feature opens it" 21 vzctl set $ID --features nfs:on --save
has "with the reason" 'sshfs' "$(vzctl set $ID --features nfs:on --save 2>&1)"

when="restored: "
mine=$(inside "$(as_bob 'systemctl --user show -p MainPID mine')" | tail -n 1)
check "${when}check-migratable" vzctl check-migratable $ID
check "${when}chkpnt" vzctl chkpnt $ID
check "${when}restore" vzctl restore $ID
prints "the user's service is the same process" "$mine" "$(as_bob 'systemctl --user show -p MainPID mine')"
use_all 2
restart_and_end

# --- a container of LXC, from what the VE has itself
ID=$LXC when="LXC: "
vzctl --quiet create $ID --ostemplate debian-13-software --hostname lxc --ipadd 10.77.1.42
check "${when}set" vzctl set $ID --ram 1G --features nesting:on --save
check "${when}start" vzctl start $ID
check "${when}systemd is up" within 600 systemd_up vzctl exec2 $ID
patient
state() { inside "lxc-info -n c -s -H" | tail -n 1; }
use_lxc() {
	works "a container starts by its unit" "systemctl start lxc@c"
	comes "it runs" 240 RUNNING "lxc-info -n c -s -H"
	are_active lxc@c
	prints "a command in it" c "lxc-attach -n c -- hostname"
	prints "it has a pid namespace" init "lxc-attach -n c -- cat /proc/1/comm"
	prints "and a network of its own" "$1" "lxc-attach -n c -- cat /sys/class/net/eth0/operstate"
	works "reached from the VE" "lxc-attach -n c -- ip addr add 10.0.3.9/24 dev eth0; ping -c 1 -W 30 10.0.3.9"
	works "its memory is limited" "lxc-cgroup -n c memory.max 64M && [ \$(lxc-cgroup -n c memory.max) = 67108864 ]"
	works "it freezes and thaws" "lxc-freeze -n c && lxc-unfreeze -n c"
}
works "the network of LXC" "systemctl enable -q --now lxc-net || { journalctl --no-pager -u lxc-net -n 20; exit 1; }"
works "lxc-create" "lxc-create -n c -t busybox"
use_lxc up
has "${when}a checkpoint names the feature" 'feature nesting' "$(vzctl chkpnt $ID 2>&1)"
is "${when}and the VE runs on" running "$(vzlist -Ho status $ID | tr -d ' ')"
works "it stops" "lxc-stop -n c -k; systemctl stop lxc@c"
is "${when}and is down" STOPPED "$(state)"
check "${when}restart of the VE" vzctl restart $ID
check "${when}systemd is up again" within 1800 systemd_up vzctl exec2 $ID
are_active lxc-net
use_lxc up
works "lxc-destroy" "lxc-stop -n c -k; systemctl stop lxc@c; lxc-destroy -n c"
is "${when}no row has failed" "" "$(awk '$NF > 0 { print $1 }' $base/$ID/ve.ub.resources)"
vzctl --quiet stop $ID --fast
vzctl --quiet destroy $ID
exit $bad
