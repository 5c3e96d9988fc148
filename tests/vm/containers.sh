#!/bin/bash
# Containers in a VE with nesting:on, by Podman or Docker from Debian's packages; runs on
# node1. The template is built on demand (tests/check soak_podman, soak_docker): it is large.
#
# usage: containers.sh podman|docker
suite=${1:?podman or docker}
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

ID=930
base=/sys/fs/cgroup/vz.slice/vz.service
case $suite in
podman) image=localhost/small built=localhost/built unit=podman-restart.service
	storage='{{.Store.GraphDriverName}}' driver=overlay ;;
docker) image=small built=built unit=docker.service
	storage='{{.Driver}}' driver=overlay2 ;;
esac
inside() { vzctl exec2 $ID "$1" 2>&1 </dev/null; }
works() { # NAME COMMAND
	local out
	if out=$(inside "$2"); then ok "$1"; else not_ok "$1" "$out"; fi
}
prints() { # NAME WANT COMMAND: its last line
	is "$1" "$2" "$(inside "$3" | tail -n 1)"
}
served() { [ "$(inside 'curl -s --max-time 20 http://127.0.0.1:8080/')" = served ]; }

vzctl --quiet create $ID --ostemplate debian-13-$suite --hostname $suite || not_ok "create" failed
check "set" vzctl set $ID --features nesting:on --ram 1G --save
check "start" vzctl start $ID
check "systemd is up" within 600 systemd_up vzctl exec2 $ID
works "the engine answers" "systemctl start $unit; $suite info || { journalctl -q -u $unit -n 20; exit 1; }"
works "an image from a folder" "tar -C /root/image -c . | $suite import - $image"
prints "a container runs" nested "$suite run --rm $image cat /etc/motd"
prints "it is root of itself" 0 "$suite run --rm $image id -u"
prints "it has a pid namespace" 1 "$suite run --rm $image sh -c 'echo \$\$'"
prints "storage is overlay" $driver "$suite info --format '$storage'"
prints "memory is limited" 33554432 \
	"$suite run --rm --memory 32m $image cat /sys/fs/cgroup/memory.max"
works "a network of its own" "$suite run --rm $image ip addr show eth0"
works "build" "mkdir -p /root/b && cd /root/b && printf 'FROM $image\nRUN echo built >/etc/motd\n' >Dockerfile &&
	$suite build -q -t $built ."
prints "what was built" built "$suite run --rm $built cat /etc/motd"
works "a server with a port" "mkdir -p /srv/www && echo served >/srv/www/index.html &&
	$suite run -d --name web --restart always -v /srv/www:/www -p 8080:80 $image httpd -f -h /www"
check "answers through it" within 60 served
works "exec in it" "$suite exec web id"
works "logs of it" "$suite logs web"
works "a second container on a network of theirs" "$suite network create n && $suite run -d --name db --network n $image sleep 3000 &&
	$suite run --rm --network n $image ping -c 1 -W 20 db"
has "a checkpoint names it" 'feature nesting|feature overlay' "$(vzctl chkpnt $ID 2>&1)"
is "and the VE runs on" running "$(vzlist -Ho status $ID | tr -d ' ')"
works "it comes with the VE" "systemctl enable --now $unit"
check "restart of the VE" vzctl restart $ID
check "systemd is up again" within 600 systemd_up vzctl exec2 $ID
check "the server is back" within 120 served
works "all containers are removed" "$suite rm -f \$($suite ps -aq) && $suite rmi -f \$($suite images -q)"
is "no row has failed" "" "$(awk '$NF > 0 { print $1 }' $base/$ID/ve.ub.resources)"
vzctl --quiet stop $ID --fast
vzctl --quiet destroy $ID
exit $bad
