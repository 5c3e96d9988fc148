#!/bin/bash
# Containers in a VE with nesting:on, by Podman from Debian's packages; runs on node1. The
# template is built on demand (tests/check soak_podman): it is large.
suite=podman
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

ID=930
base=/sys/fs/cgroup/vz.slice/vz.service
inside() { vzctl exec2 $ID "$1" 2>&1 </dev/null; }
podman() { # NAME COMMAND: works
	local out
	if out=$(inside "$2"); then ok "$1"; else not_ok "$1" "$out"; fi
}
prints() { # NAME WANT COMMAND: its last line
	is "$1" "$2" "$(inside "$3" | tail -n 1)"
}

vzctl --quiet create $ID --ostemplate debian-13-podman --hostname podman || not_ok "create" failed
check "set" vzctl set $ID --features nesting:on --ram 1G --save
check "start" vzctl start $ID
check "systemd is up" within 400 systemd_up vzctl exec2 $ID
podman "an image from a folder" 'tar -C /root/image -c . | podman import - localhost/small'
prints "a container runs" nested 'podman run --rm localhost/small cat /etc/motd'
prints "it is root of itself" 0 'podman run --rm localhost/small id -u'
prints "it has a pid namespace" 1 'podman run --rm localhost/small sh -c "echo \$\$"'
prints "storage is overlay" overlay 'podman info --format "{{.Store.GraphDriverName}}"'
prints "memory is limited" 33554432 \
	'podman run --rm --memory 32m localhost/small cat /sys/fs/cgroup/memory.max'
podman "a network of its own" 'podman run --rm localhost/small ip addr show eth0'
podman "build" 'cd /root && printf "FROM localhost/small\nRUN echo built >/etc/motd\n" >Containerfile &&
	podman build -q -t localhost/built .'
prints "what was built" built 'podman run --rm localhost/built cat /etc/motd'
podman "a server with a port" 'mkdir -p /srv/www && echo served >/srv/www/index.html &&
	podman run -d --name web --restart always -v /srv/www:/www -p 8080:80 localhost/small httpd -f -h /www'
prints "answers through it" served 'sleep 2; curl -s --max-time 20 http://127.0.0.1:8080/'
podman "exec in it" 'podman exec web id'
podman "logs of it" 'podman logs web'
has "a checkpoint names it" 'feature nesting|feature overlay' "$(vzctl chkpnt $ID 2>&1)"
is "and the VE runs on" running "$(vzlist -Ho status $ID | tr -d ' ')"
podman "it comes with the VE" 'systemctl enable --now podman-restart.service'
check "restart of the VE" vzctl restart $ID
check "systemd is up again" within 400 systemd_up vzctl exec2 $ID
prints "the server is back" served 'sleep 5; curl -s --max-time 20 http://127.0.0.1:8080/'
podman "all containers are removed" 'podman rm -f -a && podman rmi -f -a'
is "no row has failed" "" "$(awk '$NF > 0 { print $1 }' $base/$ID/ve.ub.resources)"
vzctl --quiet stop $ID --fast
vzctl --quiet destroy $ID
exit $bad
