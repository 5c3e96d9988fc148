# The head of test scripts on nodes: results as TAP lines. To be sourced, with
# the name of the script in $suite. A script ends with "exit $bad".
n=0 bad=0
ok() { n=$((n + 1)); echo "ok $n - $suite: $1"; }
not_ok() { n=$((n + 1)); bad=1; echo "not ok $n - $suite: $1: $(tail -n 5 <<<"${2-}" | tr '\n' ' ')"; }
check() { # NAME COMMAND...: succeeds
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "exit $?: $out"; fi
}
code() { # NAME WANT COMMAND...: exits with WANT
	local name=$1 want=$2 got=0 out
	shift 2
	out=$("$@" 2>&1 </dev/null) || got=$?
	if [ $got = "$want" ]; then ok "$name"; else not_ok "$name" "exit $got, not $want: $out"; fi
}
is() { # NAME WANT GOT
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "\"$3\", not \"$2\""; fi
}
same() { # NAME BEFORE AFTER: equal, and there is something
	if [ -z "$2" ]; then not_ok "$1" "nothing to compare"
	elif [ "$2" = "$3" ]; then ok "$1"
	else not_ok "$1" "$(diff <(echo "$2") <(echo "$3") | head -n 5)"; fi
}
has() { # NAME PATTERN TEXT
	if grep -qE -- "$2" <<<"$3"; then ok "$1"; else not_ok "$1" "no /$2/ in: $3"; fi
}
# What the journal says; it lags behind who writes to it.
journal() { journalctl --sync; journalctl -q -b "$@"; }
no() { ! "$@"; }
least() { # NAME MINIMUM GOT
	if [ "${3:-0}" -ge "$2" ]; then ok "$1"; else not_ok "$1" "$3 is below $2"; fi
}

# --- two nodes, of which this is node1; $here is where the VE is, $there the other
on() { # NODE COMMAND
	local node=$1
	shift
	if [ "$node" = node1 ]; then
		bash -c "$*"
	else
		ssh -o BatchMode=yes -o ConnectTimeout=60 "$node" "$*"
	fi
}
swap() { local x=$here; here=$there there=$x; }

# The kernel to enter, with initramfs and configuration if it has these apart; said to a node's shell.
next=/root/vmlinuz-next
take_next="cp /share/bzImage $next; [ ! -f /share/initrd ] || {
	cp /share/initrd /root/initrd.img-next; cp /share/config /root/config-next; }"

# --- waiting: never for a time that seems enough, always for what is meant
within() { # SECONDS COMMAND...: tried until it succeeds
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}
becomes() { # NAME SECONDS WANT COMMAND...: it prints WANT before the time is up
	local name=$1 end=$((SECONDS + $2)) want=$3 got
	shift 3
	while got=$("$@" 2>/dev/null); [ "$got" != "$want" ] && [ $SECONDS -lt $end ]; do
		sleep 0.2
	done
	is "$name" "$want" "$got"
}

# --- a counter: COMMAND... prints its number, or nothing while it cannot be read
beyond() { # NUMBER COMMAND...: leaves what it read in $now
	now=$("${@:2}")
	[ -n "$now" ] && [ "$now" -gt "$1" ]
}
moves() { # SECONDS COMMAND...: there is a number, and then a greater one, each before the time is up
	local before now=
	within "$1" beyond -1 "${@:2}" || { echo "there is no counter"; return 1; }
	before=$now
	within "$1" beyond "$before" "${@:2}" || { echo "the counter stays at $before"; return 1; }
}

# --- the processes of a VE, seen from outside, so that looking changes nothing.
# One that dies is not listed any more before it has given back what it had.
procs() { # ID: pid and command line of each
	local p words
	for p in $(find "/sys/fs/cgroup/vz.slice/vz.service/$1" -name cgroup.procs -exec cat {} + 2>/dev/null); do
		mapfile -d '' -t words <"/proc/$p/cmdline" && echo "$p ${words[*]} "
	done 2>/dev/null
}
runs() { # ID PATTERN [N]: N processes, or 1, or more have such a command line
	[ "$(procs "$1" | grep -cE -- "$2")" -ge "${3:-1}" ]
}
held() { # ID ROW
	awk -v r="$2" '$1 == r { print $2 }' "/sys/fs/cgroup/vz.slice/vz.service/$1/ve.ub.resources"
}
# A busybox VE has all that it will have: its counter counts, and both its servers
# wait in accept(2), which holds a file.
serves() { # ID
	local p n=0
	[ -s "/vz/private/$1/run/counter" ] && runs "$1" 'counter *$' || return
	for p in $(procs "$1" | sed -n 's/^\([0-9]*\) .*\(httpd -f\|nc -ll\) .*/\1/p'); do
		grep -qE '^(43|288) ' "/proc/$p/syscall" 2>/dev/null && n=$((n + 1))
	done
	[ $n = 2 ]
}
# Systemd has started a VE, well or not; $state is what it says of itself.
systemd_up() { # COMMAND...: runs what follows it in the VE
	sleep 1
	state=$("$@" systemctl is-system-running 2>/dev/null)
	[[ $state == @(running|degraded) ]]
}
# A node without any CRIU, and with it again.
criu_hide() { for p in /usr/lib/openve/criu /usr/sbin/criu; do [ ! -e $p ] || mv $p $p.away; done; }
criu_show() { for p in /usr/lib/openve/criu /usr/sbin/criu; do [ ! -e $p.away ] || mv $p.away $p; done; }
# The one that the tools run.
criu_used() { for p in /usr/lib/openve/criu /usr/sbin/criu; do [ ! -x $p ] || { echo $p; return; }; done; }

# The lasting ones of what ps -o pid,ppid,comm prints: not who looks, nor what a counter
# ("count") or cron has forked, before its exec and after it, nor systemd's own services,
# which its watchdog starts again when a slow machine kept them frozen for minutes.
lasting() {
	awk 'NR > 1 { parent[$1] = $2; name[$1] = $3 }
		END {
			for (p in name)
				if (name[p] !~ /^(ps|sh|exe|[0-9]+|sleep|systemd-.*)$/ &&
				    !(name[p] ~ /^(count|cron)$/ && name[parent[p]] == name[p]))
					print p, name[p]
		}' | sort -n
}
