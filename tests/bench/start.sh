#!/bin/bash
# What a start costs: of a VE, of a container of LXC with the same root and namespaces, and of a
# bare unshare+exec, by turns, the quickest of several; what an idle one costs in memory; and what
# the last of many costs beside the first. Runs on node1. --share with bin, vm, lxc, spent and idle.
#
# usage: tests/bench/start.sh [ROUNDS [FEW [MANY]]]
set -uo pipefail
rounds=${1:-20} few=${2:-20} many=${3:-300} missed=0 id=901 first=1001
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
cp -a --no-preserve=ownership /share/lxc/. / && ldconfig && mkdir -p /var/lib/lxc /usr/lib/x86_64-linux-gnu/lxc/rootfs

say() { # NAME FIGURE GOAL: a line of the table; both are ratios
	local word=met
	awk -v f="$2" -v g="$3" 'BEGIN { exit !(f <= g) }' || word=MISSED missed=1
	printf '  %-56s %8s   goal: at most %s: %s\n' "$1" "$2" "$3" "$word"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
us() { # COMMAND...: how long it took
	local t=${EPOCHREALTIME/./}
	"$@" >/tmp/said 2>&1 || { echo "$* fails: $(tail -n 3 /tmp/said)" >&2; exit 1; }
	took=$((${EPOCHREALTIME/./} - t))
}
quicker() { # NAME COMMAND...: the quickest so far is in best[NAME]
	us "${@:2}"
	[ "${best[$1]:-$took}" -lt "$took" ] || best[$1]=$took
}
declare -A best

# --- a VE, a container and a process with the same root, whose init sleeps
vzctl create $id --ostemplate busybox >/dev/null || exit 1
root=/vz/private/$id
install -m 755 /share/idle $root/sbin/idle && ln -sf idle $root/sbin/init || exit 1
container() { # NAME ROOT: its configuration; user ids are those of the VE
	local base
	base=$(sed -n 's/^LOCAL_UID="\(.*\)"/\1/p' /etc/vz/conf/$id.conf)
	mkdir -p "/var/lib/lxc/$1"
	cat >"/var/lib/lxc/$1/config" <<-END
		lxc.uts.name = $1
		lxc.rootfs.path = dir:$2
		lxc.rootfs.options = idmap=container
		lxc.idmap = u 0 $base 65536
		lxc.idmap = g 0 $base 65536
		lxc.net.0.type = empty
		lxc.autodev = 0
		lxc.tty.max = 0
		lxc.console.path = none
		lxc.apparmor.profile = unconfined
		lxc.mount.auto = proc:rw sys:ro cgroup:rw
		lxc.init.cmd = /sbin/init
	END
}
container one $root
# shellcheck disable=SC2317,SC2086 # called by quicker
bare() { unshare --mount --pid --net --ipc --uts --cgroup --time --fork --root=$root /sbin/idle now; }
for ((i = 0; i < rounds; i++)); do
	quicker ve vzctl start $id
	vzctl stop $id --fast >/dev/null
	quicker lxc lxc-start -n one -d
	lxc-stop -n one -k
	quicker bare bare
done
echo "A start, the quickest of $rounds by turns: of a VE ${best[ve]} us, by lxc-start ${best[lxc]} us, unshare+exec ${best[bare]} us"
say "start of a VE beside lxc-start" "$(ratio "${best[ve]}" "${best[lxc]}")" 0.5
say "start of a VE beside unshare+exec" "$(ratio "${best[ve]}" "${best[bare]}")" 1.5
quicker overlay vzctl create $((first - 1)) --ostemplate busybox --layout overlay
for ((i = 0; i < 3; i++)); do
	for quota in yes no; do
		sed -i "s/^DISK_QUOTA=.*/DISK_QUOTA=\"$quota\"/" /etc/vz/vz.conf
		quicker quota_$quota vzctl create $((id + 1)) --ostemplate debian-13-x86_64
		vzctl destroy $((id + 1)) >/dev/null
	done
done
sed -i 's/^DISK_QUOTA=.*/DISK_QUOTA="yes"/' /etc/vz/vz.conf
say "create of a Debian VE with disk quota beside without" "$(ratio "${best[quota_yes]}" "${best[quota_no]}")" 1.1
say "create of a VE with layout overlay, seconds" "$(ratio "${best[overlay]}" 1000000)" 1

vztmpl import idle $root >/dev/null || exit 1

# --- what an idle one costs: with the busybox of the template as its init
rm -f $root/sbin/init && ln -s /bin/busybox $root/sbin/init
free_kib() {
	sync
	sleep 5
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}
for ((i = 0; i < few; i++)); do
	vzctl create $((first + i)) --ostemplate busybox --layout overlay >/dev/null || exit 1
	cp -a "$root" "/vz/private/lxc$i" && container "c$i" "/vz/private/lxc$i"
done
vzctl start $first >/dev/null && lxc-start -n c0 -d && vzctl stop $first --fast >/dev/null && lxc-stop -n c0 -k
before=$(free_kib)
for ((i = 0; i < few; i++)); do vzctl start $((first + i)) >/dev/null || exit 1; done
with_ves=$(free_kib)
for ((i = 0; i < few; i++)); do vzctl stop $((first + i)) --fast >/dev/null; done
again=$(free_kib)
for ((i = 0; i < few; i++)); do lxc-start -n c$i -d || exit 1; done
with_lxc=$(free_kib)
for ((i = 0; i < few; i++)); do lxc-stop -n c$i -k; rm -rf "/vz/private/lxc$i"; done
echo "Memory of an idle busybox: a VE $(((before - with_ves) / few)) KiB, a container of LXC $(((again - with_lxc) / few)) KiB ($few of each)"
say "memory of an idle VE beside a container of LXC" "$(ratio $((before - with_ves)) $((again - with_lxc)))" 0.45

# --- the last of many beside the first; their init sleeps
best=()
first=2001
for ((i = 0; i < many; i++)); do
	vzctl create $((first + i)) --ostemplate idle --layout overlay >/dev/null || exit 1
done
for ((i = 0; i < many; i++)); do
	if [ $i -lt 10 ]; then quicker first vzctl start $((first + i))
	elif [ $i -ge $((many - 10)) ]; then quicker last vzctl start $((first + i))
	else vzctl start $((first + i)) >/dev/null || exit 1; fi
done
running=$(vzlist -H | wc -l)
[ "$running" = "$many" ] || { echo "$running of $many VEs run" >&2; missed=1; }
echo "Of $many VEs in $(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo) MiB, the quickest of the first ten starts ${best[first]} us, of the last ten ${best[last]} us"
say "the last start beside the first" "$(ratio "${best[last]}" "${best[first]}")" 1.3
exit $missed
