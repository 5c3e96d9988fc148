# shellcheck shell=bash disable=SC2154
# What the tests of software in a VE share. To be sourced behind tap.sh; the VE is $VE, or $ID,
# and $when begins each name.
inside() { vzctl exec2 "${VE:-$ID}" "$1" 2>&1 </dev/null; }
works() { # NAME COMMAND
	local out
	if out=$(inside "$2"); then ok "$when$1"; else not_ok "$when$1" "exit $?: $out"; fi
}
prints() { # NAME WANT COMMAND: its last line
	is "$when$1" "$2" "$(inside "$3" | tail -n 1)"
}
settled() { [ "$(inside "$1" | tail -n 1)" = "$2" ]; }
comes() { # NAME SECONDS WANT COMMAND: its last line, in time
	if within "$2" settled "$4" "$3"; then ok "$when$1"; else not_ok "$when$1" "$(inside "$4")"; fi
}
# All units of a boot start at once, and those of Debian have 90 s each: Postfix alone takes 40 s
# of processor time on an emulated one. For the next boot of the VE.
patient() {
	works "units have time" "mkdir -p /etc/systemd/system.conf.d
		printf '[Manager]\\nDefaultTimeoutStartSec=30min\\nDefaultTimeoutStopSec=30min\\n' >/etc/systemd/system.conf.d/patient.conf"
}
tell_units() { # UNIT...: what they did in this boot, as comments
	local u
	for u; do
		inside "systemctl status -n 0 --no-pager -l '$u'; journalctl -b -q --no-pager -n 60 -u '$u'" | sed "s/^/# $u: /"
	done
}
are_active() { # UNIT...
	local u idle=()
	for u; do
		settled "systemctl is-active '$u'" active || idle+=("$u")
	done
	is "${when}units are active" "" "${idle[*]}"
	tell_units "${idle[@]}"
}
none_failed() { # of all units
	local failed
	failed=$(inside "systemctl list-units --failed --no-legend --plain" | awk '{ print $1 }' | xargs)
	is "${when}no unit has failed" "" "$failed"
	tell_units $failed
}
# The caller's use_all once more behind a restart; then the VE goes.
restart_and_end() {
	when="restarted: "
	check "${when}restart" vzctl restart $ID
	check "${when}systemd is up" within 1800 systemd_up vzctl exec2 $ID
	use_all 3
	is "no row has failed" "" "$(awk '$NF > 0 { print $1 }' $base/$ID/ve.ub.resources)"
	vzctl --quiet stop $ID
	vzctl --quiet destroy $ID
}
