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
no() { ! "$@"; }
least() { # NAME MINIMUM GOT
	if [ "${3:-0}" -ge "$2" ]; then ok "$1"; else not_ok "$1" "$3 is below $2"; fi
}
