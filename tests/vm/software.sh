#!/bin/bash
# What people run on a Debian server, started by its units and used, in one VE: when it has
# come up, after the VE was dumped and restored while it worked, and after a restart. The
# template is built on demand (tests/check soak_software): it is large.
suite=software
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

ID=931 PEER=932
base=/sys/fs/cgroup/vz.slice/vz.service
. "${0%/*}/software-lib.sh" 2>/dev/null || . /share/vm/software-lib.sh
units="mariadb memcached redis-server postgresql@17-main postfix php8.4-fpm fail2ban cron rsyslog nginx ssh"

# Each server answers with what it was given before, or for the first time.
use_all() {
	comes "sshd lets a user in by key" 60 bob "su bob -c 'ssh -o StrictHostKeyChecking=no bob@127.0.0.1 id -un'"
	works "a user pings" "su bob -c 'ping -c 1 -W 20 127.0.0.1'"
	prints "su" bob "su - bob -c 'id -un'"
	prints "sudo" root "su bob -c 'sudo -n id -un'"
	works "logger, to a file by rsyslog" "logger -t test said-$1; for i in \$(seq 60); do
		grep -q said-$1 /var/log/syslog && exit 0; sleep 1; done; exit 1"
	works "and to the journal" "journalctl -q --flush; journalctl -t test | grep -q said-$1"
	prints "nginx" served "curl -s --max-time 60 http://127.0.0.1/t.html"
	prints "nginx with php-fpm" "php 42" "curl -s --max-time 60 http://127.0.0.1/t.php"
	prints "PostgreSQL" "$1" "su postgres -c 'psql -qAt -c \"create table if not exists t (n int); insert into t values (1); select count(*) from t\"'"
	prints "MariaDB" "$1" "mariadb -N -e 'create database if not exists d; create table if not exists d.t (n int) engine=innodb; insert into d.t values (1); select count(*) from d.t'"
	prints "Redis" "$1" "redis-cli incr n"
	works "memcached" "printf 'set k 0 0 1\r\nv\r\nquit\r\n' | bash -c 'exec 3<>/dev/tcp/127.0.0.1/11211; cat >&3; cat <&3' | grep -q STORED"
	works "mail, by Postfix" "printf 'Subject: $1\n\nhello $1\n' | sendmail bob; for i in \$(seq 90); do
		grep -q 'hello $1' /var/mail/bob && exit 0; sleep 1; done; mailq; tail -n 5 /var/log/mail.log; exit 1"
	works "fail2ban puts an address into nftables" "fail2ban-client set sshd banip 192.0.2.$1; nft list ruleset | grep -F 192.0.2.$1"
	are_active $units
	none_failed
}

vzctl --quiet create $ID --ostemplate debian-13-software --hostname soft --ipadd 10.77.1.31
check "set" vzctl set $ID --ram 1G --swap 512M --numproc 1000 --features 'fuse:on tun:on wireguard:on' --cpus 2 --save
check "start" vzctl start $ID
when="first: "
check "systemd is up" within 600 systemd_up vzctl exec2 $ID
none_failed
patient
works "set up" "mkdir -p /home/bob/.ssh; ssh-keygen -q -t ed25519 -N '' -f /home/bob/.ssh/id_ed25519;
	cp /home/bob/.ssh/id_ed25519.pub /home/bob/.ssh/authorized_keys; chown -R bob: /home/bob/.ssh
	echo served >/var/www/html/t.html; echo '<?php echo \"php \", 6 * 7, \"\n\";' >/var/www/html/t.php
	printf 'server {\n listen 80 default_server;\n root /var/www/html;\n location ~ \\\\.php\$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/php8.4-fpm.sock; }\n}\n' >/etc/nginx/sites-enabled/default
	postconf -e 'mydestination=soft,localhost' inet_interfaces=loopback-only myhostname=soft
	mkdir -p /etc/fail2ban; printf '[DEFAULT]\nbanaction = nftables\nbantime = 1d\nbackend = systemd\n[sshd]\nenabled = true\n' >/etc/fail2ban/jail.local
	echo '* * * * * date >>/home/bob/cron' | crontab -u bob -; systemctl reload nginx"
for u in $units; do
	works "systemctl start $u" "systemctl start $u || { systemctl status --no-pager -l $u; exit 1; }"
	inside "systemctl is-enabled -q $u || systemctl enable -q $u" >/dev/null
done
inside "systemctl enable -q postgresql" >/dev/null
use_all 1
works "the cron job of a user" 'for i in $(seq 150); do [ -s /home/bob/cron ] && exit 0; sleep 1; done; exit 1'
prints "a JVM takes a quarter of the memory" 268435456 "java -XX:+PrintFlagsFinal -version 2>/dev/null | awk '\$2 == \"MaxHeapSize\" { print \$4 }'"
prints "node sees its CPUs" 2 "node -p 'os.cpus().length'"
prints "node sees its memory" 1073741824 "node -p 'os.totalmem()'"
for c in 'free' 'uptime' 'top -bn1' 'vmstat 1 2' 'nproc' 'lscpu' 'lsblk' 'df' 'swapon --show' 'ss -tlnp' 'iostat' 'mpstat' 'sar 1 1' 'ps -e' 'ip link' 'dmesg' 'findmnt' 'lsof -v || true' 'getent hosts localhost' 'timedatectl' 'hostnamectl' 'loginctl' 'systemd-cgls' 'systemd-analyze' 'htop --version'; do
	works "$c" "out=\$($c 2>&1) || { echo \"\$out\"; exit 1; }; ! grep -iE 'error|cannot|permission|denied|not supported' <<<\"\$out\""
done
works "sandboxed units" "systemd-run --wait -q -p DynamicUser=yes -p PrivateTmp=yes -p ProtectSystem=strict -p ProtectHome=yes -p PrivateDevices=yes -p NoNewPrivileges=yes -p ProtectKernelTunables=yes -p RestrictNamespaces=yes -p SystemCallFilter=@system-service true"
works "PrivateUsers" "systemd-run --wait -q -p PrivateUsers=yes true"
works "LoadCredential" "echo secret >/root/c; systemd-run --wait -q -p LoadCredential=c:/root/c sh -c 'grep -q secret \$CREDENTIALS_DIRECTORY/c'"
works "tmux" "su - bob -c 'tmux new-session -d -s t; tmux send-keys -t t \"echo typed\" Enter; sleep 2; tmux capture-pane -p -t t' | grep -q typed"
works "sshfs" "mkdir -p /mnt/s; sshfs -o StrictHostKeyChecking=no,IdentityFile=/home/bob/.ssh/id_ed25519 bob@127.0.0.1:/home/bob /mnt/s && ls /mnt/s/cron && fusermount3 -u /mnt/s"

# --- two VEs and a tunnel
vzctl --quiet create $PEER --ostemplate debian-13-software --hostname peer --ipadd 10.77.1.32
vzctl --quiet set $PEER --ram 512M --features 'tun:on wireguard:on' --save
check "another VE" vzctl start $PEER
check "it is up" within 600 systemd_up vzctl exec2 $PEER
for v in $ID $PEER; do VE=$v inside 'umask 077; wg genkey >/root/wg; wg pubkey </root/wg >/root/wg.pub' >/dev/null; done
a=$(VE=$ID inside 'cat /root/wg.pub') b=$(VE=$PEER inside 'cat /root/wg.pub')
tunnel() { # VE OWN PEER-KEY PEER-ADDRESS PEER-INNER
	VE=$1 works "WireGuard in $1" "printf '[Interface]\nAddress = $2/24\nListenPort = 51820\nPrivateKey = %s\n[Peer]\nPublicKey = $3\nAllowedIPs = 10.9.0.0/24\nEndpoint = $4:51820\n' \$(cat /root/wg) >/etc/wireguard/wg0.conf; systemctl start wg-quick@wg0 || { journalctl -u wg-quick@wg0 -n 20; exit 1; }"
}
tunnel $ID 10.9.0.1 "$b" 10.77.1.32
tunnel $PEER 10.9.0.2 "$a" 10.77.1.31
works "a ping through WireGuard" "ping -c 3 -W 20 10.9.0.2"
works "a static key for OpenVPN" "openvpn --genkey secret /root/ovpn"
VE=$PEER inside "printf '%s\n' \"$(VE=$ID inside 'cat /root/ovpn')\" >/root/ovpn" >/dev/null
ovpn="--dev tun7 --secret /root/ovpn --cipher AES-256-CBC --daemon --log /tmp/ovpn.log"
works "OpenVPN" "openvpn --remote 10.77.1.32 --ifconfig 10.8.0.1 10.8.0.2 $ovpn"
VE=$PEER works "OpenVPN in the other" "openvpn --remote 10.77.1.31 --ifconfig 10.8.0.2 10.8.0.1 $ovpn"
comes "a ping through OpenVPN" 90 good "ping -c 1 -W 5 10.8.0.2 >/dev/null && echo good || cat /tmp/ovpn.log"
inside "pkill openvpn; systemctl stop wg-quick@wg0" >/dev/null
vzctl --quiet stop $PEER --fast
vzctl --quiet destroy $PEER

# --- over a dump, and over a restart
sessions="su - bob -c 'tmux list-sessions -F \"#S\"'"
prints "tmux has its session" t "$sessions"
when="restored: "
works "tables of fail2ban before" "nft list ruleset | grep -q 192.0.2.1"
# Debian's unit of it has PrivateUsers=yes.
redis=$(inside "systemctl show --value -p MainPID redis-server")
check "${when}check-migratable" vzctl check-migratable $ID
check "${when}chkpnt" vzctl chkpnt $ID
check "${when}restore" vzctl restore $ID
prints "Redis is the same process" "$redis" "systemctl show --value -p MainPID redis-server"
use_all 2
prints "tmux still has its session" t "$sessions"
settled "$sessions" t || tell_units 'user@*' 'session-*'
restart_and_end
exit $bad
