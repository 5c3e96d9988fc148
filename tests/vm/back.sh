#!/bin/bash
# A kernel update that fails: the VEs go on in the old kernel, with their memory. Runs on
# node1; node2 is updated, and needs the runner's --reset.
#   - the new kernel dies before it has an init: the machine resets, the old one boots
#   - the new kernel cannot restore anything: it goes back by itself
#   - kernels that died over the same images: not a third time
set -uo pipefail
suite=back
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
bad=0
ID=241
ok() { echo "ok $1"; }
not_ok() { bad=1; echo "not ok $1: $2"; }
on2() { ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=12 node2 "$@"; }
counter() { on2 "vzctl exec2 $ID cat /run/counter" 2>/dev/null | tr -dc 0-9; }
boot_of() { on2 cat /proc/sys/kernel/random/boot_id 2>/dev/null; }
ve_boot_of() { on2 "vzctl exec2 $ID cat /proc/sys/kernel/random/boot_id" 2>/dev/null; }
wait_for() {
	local end=$((SECONDS + $1))
	shift
	while [ $SECONDS -lt $end ]; do
		"$@" && return 0
		sleep 1
	done
	return 1
}
# Up again, and the unit that restores is done; a kernel on the way is not waited for.
settled() { # WORD: that the kernel's command line has not
	local now
	now=$(on2 'systemctl show -p ActiveState --value vz-restore.service | grep -qxE "active|failed" &&
		! grep -qw '"$1"' /proc/cmdline && cat /proc/sys/kernel/random/boot_id' 2>/dev/null)
	[ -n "$now" ] && [ "$now" != "$boot" ]
}
update() { # WORD ARG...
	local word=$1
	shift
	boot=$(boot_of)
	before=$(counter) ve_boot=$(ve_boot_of)
	on2 "systemd-run -q --collect --unit=update -p StandardOutput=file:/root/update.log -p StandardError=file:/root/update.log vzreboot --back $next --append '$*' $next"
	wait_for 480 settled "$word" && return 0
	not_ok "$word: node2 comes back" "$(on2 cat /root/update.log 2>&1 | tail -n 3)"
	return 1
}
went_on() { # NAME
	local after
	after=$(counter)
	[ "${after:-0}" -ge "$before" ] && [ "$(ve_boot_of)" = "$ve_boot" ] &&
		ok "$1: the VE goes on, counter $before to $after" || not_ok "$1: the VE goes on" "counter $before, then ${after:-none}; $(on2 "vzreboot --report; vzctl status $ID")"
}

[ -f /share/bzImage ] && on2 "$take_next" || { not_ok "kernel to enter" "none in /share"; exit 1; }
[ ! -d /share/bin ] || on2 'install -m 755 /share/bin/* /usr/sbin/'
on2 "vzctl create $ID --ostemplate busybox --hostname back && vzctl set $ID --onboot yes --save && vzctl start $ID" > /dev/null
wait_for 120 eval '[ -n "$(counter)" ]' || { not_ok "VE $ID" "does not run"; exit 1; }
on2 'printf "#!/bin/sh\nmount -t proc proc /proc\necho 1 > /proc/sys/kernel/sysrq\necho b > /proc/sysrq-trigger\nsleep 60\n" > /root/die && chmod 755 /root/die
	mkdir -p /etc/systemd/system/vz-restore.service.d && cat > /etc/systemd/system/vz-restore.service.d/faults.conf' << 'END'
[Service]
ExecStartPre=-/bin/sh -c 'if grep -qw norestore /proc/cmdline; then chmod -x /usr/sbin/criu /usr/lib/openve/criu; else chmod +x /usr/sbin/criu /usr/lib/openve/criu; fi'
ExecStartPre=-/bin/sh -c '! grep -qw counted /proc/cmdline || sed -i "s/awaited.*/awaited 2/" /var/lib/vzctl/reboot.generation'
END

out=$(on2 "vzreboot --dry-run --back /bin/ls $next" 2>&1)
[ $? = 21 ] && [[ $out == *"to return to"* ]] && ok "a kernel to return to that is none: refused" || not_ok "--back /bin/ls" "$out"

for part in ${PARTS:-dies norestore counted}; do
	case $part in
	dies)
		update die init=/root/die || exit 1
		went_on "a new kernel that dies"
		;;
	norestore)
		update norestore norestore || exit 1
		went_on "a new kernel that cannot restore"
		on2 vzreboot --report | grep -q "back to $next" && ok "the way back is reported" || not_ok "the way back is reported" "$(on2 vzreboot --report)"
		;;
	counted)
		update nothing counted || exit 1
		wait_for 120 eval '[ -n "$(counter)" ]'
		now=$(ve_boot_of)
		[ -n "$now" ] && [ "$now" != "$ve_boot" ] && ok "images that two kernels have tried: started cold" ||
			not_ok "images that two kernels have tried" "boot ids of the VE: $ve_boot, then $now"
		on2 "journalctl -b -u vz-restore.service -o cat" | grep -q "2 kernels have tried" && ok "that is told" || not_ok "that is told" "$(on2 "journalctl -b -u vz-restore.service -o cat")"
		;;
	esac
done
exit $bad
