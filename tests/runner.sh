#!/bin/bash
# The contract of tests/vm/run, seen from the host: what it prints, how it
# exits, that it cleans up. Bare nodes only; tests/vm/smoke.sh has the rest.
#
# usage: tests/runner.sh [KERNEL]        as tests/vm/run --kernel takes it
set -uo pipefail
cd "$(dirname "$0")/.."
kernel=${1:-ve}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 bad=0

ok() { # NAME COMMAND...: the command must succeed
	local name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - runner: $name"
	else
		echo "not ok $n - runner: $name: status $status, printed '$(head -c 200 "$tmp/stdout")'"
		bad=1
	fi
}

bare() { # SCRIPT-TEXT [OPTION...]: sets status, leaves the output in $tmp/stdout
	printf '%s\n' "$1" > "$tmp/script"
	shift
	tests/vm/run --bare --kernel "$kernel" --out "$tmp/out" "$@" "$tmp/script" one 'two three' \
		>"$tmp/stdout" 2>"$tmp/stderr" &
	pid=$!
	wait $pid
	status=$?
	compgen -G "build/vm/run.$pid.*" >> "$tmp/left"
	grep -las "/run\.$pid\." /proc/[0-9]*/cmdline >> "$tmp/left"
}
printed() { [ "$(cat "$tmp/stdout")" = "$1" ]; }

bare 'printf "%s|%s\n" "$1" "$2"; printf "no newline"; exit 3'
ok "passes arguments and prints the output as it is" printed $'one|two three\nno newline'
ok "passes the status on" test $status = 3
bare 'cat /in/file' --file "$tmp/script:/in/file"
ok "copies files into a bare node" printed 'cat /in/file'
bare 'echo "WARNING: CPU: 0 a made-up report" > /dev/kmsg'
ok "exits 99 when only the kernel complains" test $status = 99
bare 'echo "BUG kmalloc-64 (Not tainted): a made-up report of a slab" > /dev/kmsg'
ok "the same for a report of the slab allocator" test $status = 99
bare 'echo "BUG: a made-up report" > /dev/kmsg; exit 5'
ok "exits as the script when both complain" test $status = 5
bare 'sleep 1000' --timeout 12
ok "exits 124 when the time is up" test $status = 124
bare 'echo c > /proc/sysrq-trigger; sleep 1000' --timeout 300
ok "exits 99 when the kernel dies under the script" test $status = 99
kernel=$tmp/no-kernel
head -c 100000 /dev/zero > "$kernel"
bare 'true' --timeout 300
ok "exits 125 when the node does not boot" test $status = 125
ok "leaves neither files nor processes" test ! -s "$tmp/left"
exit $bad
