# Who pays for what a VE makes the kernel keep; a part of attacks.sh, which
# sources it when VE 951 runs. One line for each maker of tests/attacks/pays.c:
# it makes things until something refuses or it has enough, and holds them.
#   - the host's free memory fell by no more than the VE's account grew, 10 % and 2 MiB
#   - the account grew by what the things take at least
#   - the VE takes them away again, also when it was at its limit, and the account is as before
# The account: memory of its cgroup, and the buffers that are on rows of their own.
pays_room=$((12 << 20))

# Files that were read are no part of either: both read some meanwhile.
pays_account() {
	local n stat
	n=$(cat "$base/951/memory.current")
	stat=$(awk '/^(sock|file) / { n += $2 } END { print n + 0 }' "$base/951/memory.stat")
	awk -v n=$((n - stat)) '$1 ~ /^(tcpsndbuf|tcprcvbuf|othersockbuf|dgramrcvbuf)$/ { n += $2 }
		END { printf "%d\n", n }' "$base/951/ve.ub.resources"
}

# Free pages that CPUs keep at hand are not in MemFree, and may be many megabytes.
pays_free() {
	awk '/^(MemFree|Buffers|Cached):/ { n += $2 } /^ +count:/ { n += 4 * $2 }
		END { printf "%d\n", n * 1024 }' /proc/meminfo /proc/zoneinfo
}

# What was freed before has come back.
pays_quiet() {
	local i was=0 is
	for i in $(seq 20); do
		is=$(pays_free)
		[ $((is - was)) -gt 262144 ] || return 0
		was=$is
		sleep 0.5
	done
}

# What is freed comes back after a while; what CPUs hold in stock does not count.
pays_settle() { # ACCOUNT
	local i
	for i in $(seq 60); do
		[ $(($(pays_account) - $1)) -gt 1048576 ] || return 0
		sleep 0.5
	done
	return 1
}

pays_one() { # NAME BYTES
	local name=$1 bytes=$2 in out pid made why acct free grew fell held bad=''
	cp "$base/951/ve.ub.resources" /tmp/before
	held=$(($(row kmemsize 2) + pays_room))
	set_limit kmemsize $held $held
	rm -f /tmp/pays.in /tmp/pays.out
	mkfifo /tmp/pays.in /tmp/pays.out
	timeout 200 vzctl exec3 951 /attack pays "$name" < /tmp/pays.in > /tmp/pays.out 2>&1 &
	pid=$!
	exec {in}>/tmp/pays.in {out}</tmp/pays.out
	read -r line <&$out
	[ "$line" = ready ] || wrong "it says: $line"
	pays_quiet
	acct=$(pays_account) free=$(pays_free)
	echo go >&$in
	read -r line <&$out
	grew=$(($(pays_account) - acct)) fell=$((free - $(pays_free)))
	read -r _ made why <<<"$line"
	[[ $line == "made "* ]] || wrong "it says: $line"
	echo end >&$in
	read -r line <&$out || :
	[ "$line" = gone ] || wrong "it cannot take them away: $line"
	exec {in}>&- {out}<&-
	wait $pid
	[ $fell -le $((grew + grew / 10 + 2097152)) ] || wrong "the host lost $fell bytes, the VE paid $grew"
	[ $grew -ge $((made * bytes - 131072)) ] || wrong "$made of $bytes bytes, the VE paid $grew"
	set_limit kmemsize "$(row kmemsize 4 /tmp/before)" "$(row kmemsize 5 /tmp/before)"
	pays_settle "$acct" || wrong "not given back: $(($(pays_account) - acct)) bytes"
	line="who_pays $name$bad # $made ($why), host $fell, VE $grew"
	[ -z "$bad" ]
}

# With --quick only those whose objects are large beside what the host's free memory
# moves by itself.
pays_quick=' route6 filter fragment error mount '

pays_all() {
	local name bytes line
	while read -r name bytes <&4; do
		[ -z "$quick" ] || [[ $pays_quick == *" $name "* ]] || continue
		[ -z "${pays_only:-}" ] || [ "$pays_only" = "$name" ] || continue
		# What nobody pays for is not paid for each time; what else the host does is not.
		if pays_one "$name" "$bytes" || pays_one "$name" "$bytes" || pays_one "$name" "$bytes"; then
			ok "$line"
		else
			not_ok "$line"
		fi
	done 4< <($attack pays)
}
