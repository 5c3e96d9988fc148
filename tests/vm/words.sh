#!/bin/bash
# Words of vzctl on one node that look at running VEs and wait for them, and
# scripts that run in one. Runs as root on a node; uses VEs 911 and 912.
set -u
suite=words
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
base=/sys/fs/cgroup/vz.slice/vz.service
conf=/etc/vz/conf
cleanup() {
	local i
	for i in 911 912; do
		vzctl --quiet stop $i --fast
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i*
	done
	rm -f $conf/vps.create /tmp/words-*
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
status() { vzctl status "$1" | cut -d' ' -f3-; }

# --- events: what follows is heard
vzctl events 911 >/tmp/words-events 2>&1 & events=$!
heard() { grep -q "\"event\":\"$1\"" /tmp/words-events; }
check "events begin" within 60 heard watching
printf '#!/bin/sh\necho "$VEID $VE_CONFFILE" >/tmp/words-create\n' >$conf/vps.create
chmod 755 $conf/vps.create

# --- dry runs change nothing
check "create --dry-run" vzctl create 911 --ostemplate busybox --hostname w1 --dry-run
code "create --dry-run: no such template" 91 vzctl create 911 --ostemplate words-nothing --dry-run
is "neither made anything" "deleted unmounted down" "$(status 911)"
is "nor a script run" "" "$(ls /tmp/words-create 2>/dev/null)"
check "create" vzctl create 911 --ostemplate busybox --hostname w1 --ipadd 10.77.1.11
is "vps.create ran behind it" "911 $conf/911.conf" "$(cat /tmp/words-create)"
printf '#!/bin/sh\nexit 1\n' >$conf/vps.create
code "create: a script that fails" 79 vzctl create 912 --ostemplate busybox --hostname w2
is "and the VE is there" "exist unmounted down" "$(status 912)"
rm $conf/vps.create
code "start --dry-run" 0 vzctl start 911 --dry-run
code "destroy --dry-run" 0 vzctl --dry-run destroy 911
is "it is there and down" "exist unmounted down" "$(status 911)"
code "exec has no dry run" 20 vzctl --dry-run exec 911 true

# --- scripts in the VE
printf '#!/bin/sh\necho "pid 1 is $(cat /proc/1/comm), VE $VEID, $(hostname)"\necho ran >/words-start\n' >$conf/911.start
chmod 755 $conf/911.start
has "start script runs in it and before its init" '^pid 1 is vzctl.*, VE 911, w1$' "$(vzctl start 911 --wait)"
is "and has written there" ran "$(vzctl exec 911 cat /words-start)"
check "start --wait waited" serves 911
printf '#!/bin/sh\nread a </dev/null\nexit 4\n' >$conf/911.stop
chmod 755 $conf/911.stop
code "a stop script that fails" 79 vzctl stop 911
is "keeps it running" "exist mounted running" "$(status 911)"
check "stop --fast asks no script" vzctl stop 911 --fast
printf '#!/bin/sh\nhead -c 200000 /dev/zero | tr "\\0" "\\n" | head -c 100\nexit 3\n%s\n' \
	"$(head -c 300000 /dev/zero | tr '\0' '#')" >$conf/911.start
code "a start script that fails" 79 vzctl start 911
is "leaves nothing" "exist unmounted down" "$(status 911)"
is "no cgroup either" "" "$(ls -d $base/911 2>/dev/null)"
rm $conf/911.start $conf/911.stop

# --- wait
vzctl wait 911 --for up --timeout 120 & waits=$!
check "start" vzctl start 911
wait $waits
is "wait --for up ends" 0 $?
code "wait: in time" 15 vzctl wait 911 --timeout 1
code "wait: for what is" 0 vzctl wait 911 --for running --timeout 0
code "wait: a word that is none" 20 vzctl wait 911 --for ever
set_live=$(vzctl set 911 --numproc 300 --hostname w9 --dry-run)
has "set --dry-run tells what changes at once" '^NUMPROC: .* -> 300:300 \(at once\)$' "$set_live"
has "and that nothing did" '^Nothing was changed$' "$set_live"
is "nothing did" "w1" "$(vzctl exec 911 hostname)"
code "set --dry-run: an address that is taken" 78 bash -c '
	vzctl --quiet start 912 && vzctl set 912 --ipadd 10.77.1.11 --dry-run'

# --- top
vzctl exec 911 'while :; do :; done' >/dev/null 2>&1 & busy=$!
within 60 runs 911 'while :'
top=$(vzctl top --format json --delay 3)
code "top: the busy one is first and takes CPU" 0 python3 - "$top" <<-'END'
	import json, sys
	v = json.loads(sys.argv[1])
	assert [x["ctid"] for x in v] == [911, 912], v
	assert v[0]["cpu_percent"] > 10 and v[0]["cpu_percent"] > v[1]["cpu_percent"], v
	assert v[0]["numproc"] > 1 and v[0]["physpages"] > 0, v
END
is "top of one VE" "911" "$(vzctl top 911 --format csv --delay 1 | tail -n 1 | cut -d, -f1)"
has "top as a table" '^ +911 +[0-9.]+ ' "$(vzctl top --delay 1 | sed -n 2p)"
kill $busy
vzctl exec 911 'killall -9 sh' >/dev/null 2>&1

# --- console: a getty asks, and Escape and a dot end it
out=$( (sleep 8; printf '\033.'; sleep 60) | timeout 120 script -qec 'vzctl console 911' /dev/null; echo "code $?")
has "console asks for a login" 'login:' "$out"
has "Escape and a dot detach" 'Detached from CT 911' "$out"
has "detached is no error" 'code 0' "$out"
check "the getty is gone" within 30 no runs 911 'getty 0 -'
code "console: a number" 20 vzctl console 911 many

# --- the log of one VE
check "suspend" vzctl chkpnt 911 --suspend
check "frozen is heard" within 60 heard frozen
check "go on" vzctl chkpnt 911 --resume
check "thawed is heard" within 60 heard thawed
vzctl --quiet set 911 --description words --save
check "changed is heard" within 60 heard changed
check "stop" vzctl stop 911
has "logs have what was said" 'CT 911 : Container was stopped' "$(vzctl logs 911 --lines 3)"
is "and of no other" "" "$(vzctl logs 911 --lines 1000 | grep -v 'CT 911')"
is "as many lines as asked" 2 "$(vzctl logs 911 -n 2 | wc -l)"
timeout 20 vzctl logs 911 -n 0 --follow >/tmp/words-log & follows=$!
sleep 1
vzctl --quiet start 911
said() { grep -q 'CT 911 : Starting' /tmp/words-log; }
check "and --follow what comes" within 15 said
kill $follows
code "locked, and the lock is waited for" 0 bash -c 'sleep 2 & echo $! >/vz/lock/911.lck
	vzctl --lock-wait 30 set 911 --description two --save'
check "destroy both" bash -c 'vzctl stop 911 && vzctl destroy 911 && vzctl stop 912 && vzctl destroy 912'
check "destroyed is heard" within 60 heard destroyed
for event in created starting running stopped; do
	check "$event was heard" heard $event
done
code "each line is JSON with a time" 0 python3 -c 'import json
for line in open("/tmp/words-events"):
	v = json.loads(line); assert v["time"].endswith("Z") and v["event"], line
	assert v["event"] == "watching" or v["ctid"] == 911, line'
kill $events
code "events end without a reader" 0 bash -c 'timeout 60 vzctl events | head -n 1 | grep -q watching'
exit $bad
