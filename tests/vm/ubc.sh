#!/bin/bash
# The beancounter tools on one node: every row set through vzctl, limits that
# refuse, what vzctl ubc and vzctl explain say of it, the small tools. Runs as
# root on a node; uses VEs 911 and 912.
set -u
suite=ubc
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
has_not() { # NAME PATTERN TEXT
	if grep -qE -- "$2" <<<"$3"; then not_ok "$1" "/$2/ in: $3"; else ok "$1"; fi
}
base=/sys/fs/cgroup/vz.slice/vz.service
conf=/etc/vz/conf
cleanup() {
	local i
	for i in 911 912; do
		vzctl --quiet stop $i --fast
		vzctl --quiet umount $i
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i*
	done
	rm -f /tmp/ut-* $conf/ve-ut-*
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
row() { awk -v r="$2" -v f="$3" '$1 == r { print $f }' $base/"$1"/ve.ub.resources; }
failcnt() { row "$1" "$2" 6; }
# json EXPRESSION: of the JSON on standard input, as v
json() { python3 -c "import json, sys; v = json.load(sys.stdin); print($1)"; }
of_row() { echo "[r for r in v[0]['resources'] if r['resource'] == '$1'][0]['$2']"; }
refused() { echo "[r for r in v['refused'] if r['resource'] == '$1'][0]['$2']"; }
bomb() { # ID N: N processes at once
	vzctl exec "$1" "i=0; while [ \$i -lt $2 ]; do sleep 300 & i=\$((i+1)); done" >/dev/null 2>&1
}
sleepers() { procs "$1" | sed -n 's/^\([0-9]*\) sleep 300 *$/\1/p'; } # ID: pids; at its limit nobody gets in to ask
# What it had before its first bomb. A task gives back its files before it gives
# back itself, and it is gone from its cgroup before both.
calm() { # ID
	calm_procs=$(held "$1" numproc) calm_files=$(held "$1" numfile)
}
settled() { # ID: its sleepers are gone, and so is what they had
	local p
	p=$(sleepers "$1")
	[ -z "$p" ] || kill -9 $p 2>/dev/null
	[ "$(held "$1" numproc)" = "$calm_procs" ] && [ "$(held "$1" numfile)" -le "$calm_files" ]
}

# --- words
code "ubc: unknown option" 20 vzctl ubc --fly
code "ubc: unknown format" 20 vzctl ubc --format xml
code "ubc: unknown name" 21 vzctl ubc ut-nobody
code "ubc: not running" 31 vzctl ubc 911
code "explain: no id" 21 vzctl explain
code "explain: no configuration" 14 vzctl explain 911
code "ubc: nobody runs" 0 vzctl ubc
is "ubc: nobody runs, as JSON" "[]" "$(vzctl ubc --format json)"

# --- create is quiet where nobody watches
out=$(vzctl create 911 --ostemplate busybox --config vswap-256m 2>&1)
has_not "create: no line of progress in a pipe" 'MB/s' "$out"
code "explain: not running" 31 vzctl explain 911
check "start" vzctl start 911
check "it is up" within 120 serves 911
calm 911

# --- every row
rows="kmemsize lockedpages privvmpages shmpages numproc physpages vmguarpages oomguarpages numtcpsock numflock numpty
numsiginfo tcpsndbuf tcprcvbuf othersockbuf dgramrcvbuf numothersock dcachesize numfile numiptent swappages nummount
numnetif numnetns numneigh numconntrack numinotify pipepages numcgroup numaio"
live=0 wrong=
for r in $rows; do
	want="500000 600000"
	[ $r = kmemsize ] && want="500000000 600000000"
	[ $r = dcachesize ] && want="500000000 600000000"
	out=$(vzctl set 911 --$r ${want/ /:} 2>&1) || wrong="$wrong $r:failed"
	got="$(row 911 $r 4) $(row 911 $r 5)"
	if grep -q 'is not enforced' <<<"$out"; then
		[ "$(row 911 $r 5)" = 9223372036854775807 ] || [ -z "$(row 911 $r 5)" ] || wrong="$wrong $r:$got"
	else
		live=$((live + 1))
		[ "$got" = "$want" ] || wrong="$wrong $r:$got"
	fi
done
is "set: each row is in the kernel as given, or told not to be enforced" "" "$wrong"
least "set: rows that are enforced" 6 $live
echo "# $live live rows"
check "set: one value means both" vzctl set 911 --numfile 9000
is "set: barrier and limit" "9000 9000" "$(row 911 numfile 4) $(row 911 numfile 5)"
check "set: suffixes" vzctl set 911 --kmemsize 512M:1G --privvmpages 256M:unlimited --numproc 1K
is "set: bytes" "536870912 1073741824" "$(row 911 kmemsize 4) $(row 911 kmemsize 5)"
is "set: pages" "65536 9223372036854775807" "$(row 911 privvmpages 4) $(row 911 privvmpages 5)"
is "set: counts" 1024 "$(row 911 numproc 4)"
check "set: pages by their suffix" vzctl set 911 --privvmpages 70000P
is "set: pages as pages" 70000 "$(row 911 privvmpages 4)"
check "set: one-letter forms" vzctl set 911 -p 777 -n 8888:9999
is "set: numproc by letter" "777 9999" "$(row 911 numproc 4) $(row 911 numfile 5)"
code "set: ram and physpages at once" 21 vzctl set 911 --ram 256M --swap 256M --physpages 0:300M
check "set: avnumproc" vzctl set 911 --avnumproc 40 --save
has "set: avnumproc is kept" '^AVNUMPROC="40:40"' "$(cat $conf/911.conf)"
check "set: new rows are kept too" vzctl set 911 --numinotify 500 --pipepages 1000:2000 --save
has "set: numinotify" '^NUMINOTIFY="500:500"' "$(cat $conf/911.conf)"
has "set: pipepages" '^PIPEPAGES="1000:2000"' "$(cat $conf/911.conf)"
check "set: back to the configuration" vzctl set 911 --reset_ub
is "set: reset_ub" "$(sed -n 's/^NUMPROC="\(.*\):.*/\1/p' $conf/911.conf)" "$(row 911 numproc 4)"

# --- vzlist
wrong=
for f in nummount numnetif numnetns numneigh numconntrack numinotify pipepages numcgroup numaio; do
	[ "$(vzlist -H -o $f,$f.m,$f.b,$f.l,$f.f 911 2>&1 | wc -w)" = 5 ] || wrong="$wrong $f"
done
is "vzlist: the new rows are fields" "" "$wrong"
is "vzlist: barrier" "$(row 911 numproc 4)" "$(vzlist -H -o numproc.b 911 | tr -d ' ')"

# --- numproc: a fork bomb
check "set: numproc is low" vzctl set 911 --numproc 30:40 --save
vzctl ubc 911 >/dev/null
code "ubc --check: nothing new" 0 vzctl ubc 911 --check
is "ubc: no new failures" 0 "$(vzctl ubc 911 --peek --format json | json "$(of_row numproc new)")"
before=$(date +%s) year=$(date +%Y)
bomb 911 60
after=$(date +%s)
fails=$(failcnt 911 numproc)
least "the bomb is refused" 1 "$fails"
is "ubc --peek shows what is new" "$fails" "$(vzctl ubc 911 --peek --format json | json "$(of_row numproc new)")"
is "and forgets nothing" "$fails" "$(vzctl ubc --peek --format json 911 | json "$(of_row numproc new)")"
has "ubc: the row" "^  numproc +[0-9]+ +30 +30 +40 +[0-9.]+ +$fails +$fails$" "$(vzctl ubc 911 --peek)"
is "ubc --failed: only rows that failed" numproc \
	"$(vzctl ubc 911 --peek --failed | awk 'NR > 2 && $1 == "numproc" { print $1 }')"
is "ubc --failed: no row without failures" "" "$(vzctl ubc 911 --peek --failed --raw | awk 'NR > 2 && $7 == 0')"
is "ubc: percent of the limit" "$(awk "BEGIN { printf \"%.1f\", 100 * $(held 911 numproc) / 40 }")" \
	"$(vzctl ubc 911 --peek | awk '$1 == "numproc" { print $6 }')"
has "ubc --relative: since the last look" '^  numproc +\+[0-9]+ ' "$(vzctl ubc 911 --peek --relative)"
code "ubc --check: new failures" 1 vzctl ubc 911 --check
code "ubc --check: seen by now" 0 vzctl ubc 911 --check
is "ubc: the look is kept in one file" 911 "$(ls /var/lib/vzctl/ubc)"
is "ubc without ids: all that run" 911 "$(vzctl ubc --format json | json 'v[0]["ctid"]')"

out=$(vzctl explain 911)
has "explain: the row" "^numproc refused $fails times: held [0-9]+, peak 30, barrier 30, limit 40" "$out"
has "explain: what the program saw" 'EAGAIN.*fork' "$out"
vzctl explain 911 --format json >/tmp/ut-json
is "explain: JSON tells the same" "$fails" "$(json "$(refused numproc failcnt)" </tmp/ut-json)"
if [ -e $base/911/ve.ub.refusals ]; then
	has "explain: who" '[0-9]x sh, pid [0-9]+' "$out"
	has "explain: when" "^    ($year|$(date +%Y))-[0-9-]+ [0-9:]+ " "$out"
	has "explain: what was wanted" 'wanted 1 with 30 held, barrier 30' "$out"
	is "explain: who, as JSON" "sh hard 1 30 30" \
		"$(json "' '.join(str($(refused numproc whom)[0][k]) for k in ('comm', 'severity', 'wanted', 'held', 'bound'))" </tmp/ut-json)"
	first=$(json "$(refused numproc whom)[0]['first']" </tmp/ut-json)
	first=$(date -d "$first" +%s)
	# of two clocks, one of which has whole seconds only
	if [ "$first" -ge $((before - 1)) ] && [ "$first" -le $((after + 1)) ]; then ok "explain: the time is right"; else
		not_ok "explain: the time is right" "$first is not in $before to $after"; fi
else
	has "explain: an old kernel has no record" 'keeps no record' "$out"
	echo "ok - ubc: explain: who and when # SKIP no ve.ub.refusals in this kernel"
fi
check "what the bomb had is given back" within 60 settled 911
cmd=$(json "$(refused numproc command)" </tmp/ut-json)
has "explain: the command" '^vzctl set 911 --numproc [0-9]+:[0-9]+ --save$' "$cmd"
has "explain: the same in words" "To let it pass: $cmd" "$out"
check "explain: the command works" $cmd
least "explain: it raises the barrier" 31 "$(row 911 numproc 4)"
vzctl ubc 911 >/dev/null
bomb 911 $(($(row 911 numproc 4) - $(held 911 numproc) - 4))
least "what was too much before is not any more" 31 "$(row 911 numproc 3)"
code "ubc --check: and nothing was refused" 0 vzctl ubc 911 --check
[ -e $base/911/ve.ub.refusals ] &&
	is "explain: it says so" True "$(vzctl explain 911 --format json | json "$(refused numproc lifted)")"
check "and what the second one had" within 60 settled 911

# --- numfile
vzctl ubc 911 >/dev/null
# numproc is no limit here, and who asks is one process that ends with its first
# refusal: both have happened when exec is back
check "set: numfile is low" vzctl set 911 --numproc 1000 --numfile $(($(held 911 numfile) + 20)) --save
out=$(vzctl exec 911 'awk "BEGIN { for (i = 0; i < 40; i++) print i >(\"/tmp/ut-\" i) }"' 2>&1)
least "numfile refuses" 1 "$(failcnt 911 numfile)"
has "the program saw ENFILE" 'in system' "$out"
has "explain: numfile" '^numfile refused [0-9]+ times' "$(vzctl explain 911)"
cmd=$(vzctl explain 911 --format json | json "$(refused numfile command)")
before=$(row 911 numfile 4)
check "explain: numfile's command works" $cmd
least "explain: numfile is raised" $((before + 1)) "$(row 911 numfile 4)"
vzctl --quiet set 911 --numfile 16384 --save

# --- privvmpages: ENOMEM instead of a kill later
vzctl ubc 911 >/dev/null
check "set: privvmpages is low" vzctl set 911 --privvmpages $(($(held 911 privvmpages) + 4096)) --save
out=$(vzctl exec 911 'dd if=/dev/zero of=/dev/null bs=48M count=1' 2>&1)
least "privvmpages refuses" 1 "$(failcnt 911 privvmpages)"
has "the program saw ENOMEM" 'emory' "$out"
cmd=$(vzctl explain 911 --format json | json "$(refused privvmpages command)")
has "explain: privvmpages in pages" '^vzctl set 911 --privvmpages [0-9]+:[0-9]+ --save$' "$cmd"
check "explain: privvmpages' command works" $cmd
if [ -e $base/911/ve.ub.refusals ]; then
	vzctl ubc 911 >/dev/null
	check "what was refused works now" vzctl exec 911 'dd if=/dev/zero of=/dev/null bs=48M count=1'
	code "ubc --check: and nothing was refused" 0 vzctl ubc 911 --check
fi
vzctl --quiet set 911 --privvmpages unlimited --save

# --- physpages: the memory controller's
check "set: ram is low" vzctl set 911 --ram 48M --swap 0 --save
vzctl exec 911 'dd if=/dev/zero of=/dev/null bs=64M count=1' >/dev/null 2>&1
least "physpages refuses" 1 "$(failcnt 911 physpages)"
cmd=$(vzctl explain 911 --format json | json "$(refused physpages command)")
has "explain: ram" '^vzctl set 911 --ram [0-9]+[MK] --save$' "$cmd"
check "explain: its command works" $cmd
least "explain: memory.max is raised" $((48 * 1048576 + 1)) "$(cat $base/911/memory.max)"
check "the VE is alive" vzctl exec 911 true

# --- a second VE, a restart
check "create and start another" bash -c 'vzctl create 912 --ostemplate busybox && vzctl start 912'
is "ubc: both" "911 912" "$(vzctl ubc --peek --format json | json '" ".join(str(x["ctid"]) for x in v)')"
is "ubc: those that are named" "912" "$(vzctl ubc 912 --peek --format json | json '" ".join(str(x["ctid"]) for x in v)')"
has "explain: one that was refused nothing" 'CT 912: no limit has refused anything' "$(vzctl explain 912)"
vzctl ubc >/dev/null
check "restart" vzctl restart 911
is "a cold start forgets the last look" None "$(vzctl ubc 911 --peek --format json | json 'v[0]["last_look"]')"

# --- vzmemcheck, vzcalc, vzcpucheck
out=$(vzmemcheck)
is "vzmemcheck: line 1" "Output values in %" "$(head -n1 <<<"$out")"
is "vzmemcheck: eight numbers in one row" 8 "$(grep '[0-9]' <<<"$out" | wc -w)"
is "vzmemcheck: RAM is used and not more than there is" yes \
	"$(grep '[0-9]' <<<"$out" | awk '{ print ($3 > 0 && $3 < 100) ? "yes" : "no" }')"
has "vzmemcheck -v: a row a VE" '^912 +[0-9.]+ ' "$(vzmemcheck -v)"
has "vzmemcheck -v: the sum" '^Summary: +[0-9.]+ ' "$(vzmemcheck -v)"
out=$(vzmemcheck -A)
is "vzmemcheck -A: megabytes" "Output values in Mbytes" "$(head -n1 <<<"$out")"
is "vzmemcheck -A: what the host has" "$(awk '/^MemTotal/ { printf "%.2f", $2 / 1024 }' /proc/meminfo)" \
	"$(tail -n1 <<<"$out" | awk '{ print $3 }')"
code "vzmemcheck: unknown option" 1 vzmemcheck -x
out=$(vzcalc 911)
is "vzcalc: one row" "Memory" "$(awk 'NR > 1 { print $1 }' <<<"$out")"
out=$(vzcalc -v 911)
is "vzcalc -v: rows" "Low Mem Total RAM Mem+Swap Alloc Mem Num. Proc Memory" \
	"$(awk 'NR > 1 && !/^-/ { sub(/ +[0-9].*/, ""); printf "%s%s", n++ ? " " : "", $0 }' <<<"$out")"
ram=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)
is "vzcalc: share of RAM" "$(awk "BEGIN { printf \"%.2f\", 100 * $(row 911 physpages 5) * 4 / $ram }")" \
	"$(awk '/^Total RAM/ { print $NF }' <<<"$out")"
vzctl --quiet stop 912
has "vzcalc: one that does not run" '^Memory +n/a ' "$(vzcalc 912)"
code "vzcalc: unknown id" 1 vzcalc 919
code "vzcalc: no id" 1 vzcalc
out=$(vzcpucheck)
is "vzcpucheck: two lines" 2 "$(wc -l <<<"$out")"
is "vzcpucheck: units of the host and 911" 2000 "$(sed -n 's/^Current CPU utilization: //p' <<<"$out")"
has "vzcpucheck: power" '^Power of the node: [1-9][0-9]*\.[0-9]$' "$out"
has "vzcpucheck -v" '^ +911 +1000$' "$(vzcpucheck -v)"

# --- vzcfgvalidate, vzsplit
code "vzcfgvalidate: no file" 1 vzcfgvalidate
code "vzcfgvalidate: missing file" 1 vzcfgvalidate /tmp/ut-nothing
code "vzcfgvalidate: unknown option" 1 vzcfgvalidate -x /etc/vz/vz.conf
code "vzcfgvalidate: -v maybe" 1 vzcfgvalidate -v maybe $conf/912.conf
for f in $conf/ve-*.conf-sample $conf/912.conf; do
	code "vzcfgvalidate: ${f##*/}" 0 vzcfgvalidate $f
done
has "vzcfgvalidate: its last word" '^Validation completed: success$' "$(vzcfgvalidate $conf/912.conf)"
cp $conf/ve-basic.conf-sample /tmp/ut-conf
sed -i 's/^NUMPTY=.*/NUMPTY="many"/; s/^KMEMSIZE=.*/KMEMSIZE="1000000:1100000"/; s/^NUMFLOCK=.*/# a comment/' /tmp/ut-conf
code "vzcfgvalidate: bad values" 2 vzcfgvalidate /tmp/ut-conf
out=$(vzcfgvalidate /tmp/ut-conf)
has "vzcfgvalidate: bad number" '^Error: bad value NUMPTY="many"$' "$out"
has "vzcfgvalidate: rule" '^Error: kmemsize.barrier should be' "$out"
has "vzcfgvalidate: missing row" '^Error: numflock is not set' "$out"
code "vzcfgvalidate -i: nothing is agreed to" 2 bash -c 'yes n | vzcfgvalidate -i /tmp/ut-conf'
has "vzcfgvalidate -i: nothing is changed" '^KMEMSIZE="1000000:1100000"' "$(cat /tmp/ut-conf)"
sed -i 's/^NUMPTY=.*/NUMPTY="64:64"/' /tmp/ut-conf
code "vzcfgvalidate -r: repaired" 0 vzcfgvalidate -r /tmp/ut-conf
code "vzcfgvalidate: and good from then on" 0 vzcfgvalidate /tmp/ut-conf
has "vzcfgvalidate -r: foreign lines are kept" '^# a comment' "$(cat /tmp/ut-conf)"
code "vzcfgvalidate -v yes: no ram" 2 vzcfgvalidate -v yes $conf/ve-basic.conf-sample
code "vzcfgvalidate -v no: rows missing" 2 vzcfgvalidate -v no $conf/ve-vswap-256m.conf-sample
code "vzsplit: unknown option" 1 vzsplit -x
code "vzsplit: too many" 1 vzsplit -n 100000
code "vzsplit: no number" 1 vzsplit
check "vzsplit: a sample" vzsplit -n 2 -f ut-two
code "vzsplit: it is not written twice" 1 vzsplit -n 2 -f ut-two
code "vzsplit: it is consistent" 0 vzcfgvalidate $conf/ve-ut-two.conf-sample
vzsplit -n 2 -v no >/tmp/ut-split
code "vzsplit: row by row too" 0 vzcfgvalidate /tmp/ut-split
has "vzsplit -s: swap as told" '^SWAPPAGES="0:100M"' "$(vzsplit -n 2 -s 204800)"
check "vzsplit: vzctl takes it" vzctl set 912 --applyconfig ut-two --save
check "vzsplit: and the VE starts with it" vzctl start 912
exit $bad
