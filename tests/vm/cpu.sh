#!/bin/bash
# Hosts with different processors; runs on node1 of two, of which node2 lacks
# $LACKS: tests/vm/run --nodes 2 --cpu 2=max,la57=off,rdseed=off,adx=off ...
# (what no program of the VE uses). A running VE goes up and not down, in all
# the ways that it can go.
set -uo pipefail
suite=cpu
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
LACKS=${LACKS:-rdseed, adx}
ID=241
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
on2() { ssh -o BatchMode=yes -o ConnectTimeout=20 node2 "$@"; }
[ ! -d /share/bin ] || on2 'install -m 755 /share/bin/* /usr/sbin/'
cleanup() {
	for on in eval on2; do
		$on "vzctl stop $ID --fast; vzctl destroy $ID; rm -rf /vz/dump/Dump.$ID"
	done >/dev/null 2>&1
}
trap cleanup EXIT
counter() { # eval|on2: the VE's
	$1 "vzctl exec2 $ID cat /run/counter" 2>/dev/null | tr -dc 0-9
}
refused() { # NAME CODE COMMAND...: with what is missing in its message
	local name=$1 want=$2 got=0 out
	shift 2
	out=$("$@" 2>&1) || got=$?
	is "$name: exit code" "$want" "$got"
	has "$name: names what is missing" "lacks .*: $LACKS" "$out"
	echo "# $(tail -n 1 <<<"$out")"
}

vzctl create $ID --ostemplate busybox >/dev/null && vzctl start $ID >/dev/null || { not_ok "set up"; exit 1; }
check "the VE runs" moves 120 counter eval

refused "a running VE to the lesser processor" 18 vzmigrate --online node2 $ID
refused "the same, only asked" 18 vzmigrate --dry-run --online node2 $ID
check "it goes on here" moves 120 counter eval
is "nothing of it is there" "" "$(on2 "ls -d /etc/vz/conf/$ID.conf /vz/private/$ID* /var/lib/vzctl/migrate/$ID* 2>/dev/null")"

check "suspended" vzctl chkpnt $ID
refused "a suspended VE to the lesser processor" 18 vzmigrate node2 $ID
cp -a /vz/dump/Dump.$ID /vz/dump/copy
check "restored here" vzctl restore $ID
check "it goes on here after the restore" moves 120 counter eval

check "as a cold move it may go" vzmigrate node2 $ID
check "it runs there" moves 120 counter on2
scp -q -r -o BatchMode=yes /vz/dump/copy node2:/vz/dump/copy
rm -rf /vz/dump/copy
on2 "vzctl stop $ID --fast" >/dev/null
refused "a dump from the greater processor" 17 on2 "vzctl restore $ID --dumpfile /vz/dump/copy"
is "it is not there after that" STOPPED "$(on2 "cat /sys/fs/cgroup/vz.slice/vz.service/$ID/ve.state 2>/dev/null || echo STOPPED")"
on2 "vzctl start $ID" >/dev/null
check "started there" moves 120 counter on2
check "and up again while it runs" on2 "vzmigrate --online node1 $ID"
check "it runs on node1" moves 120 counter eval
check "--nodeps=cpu takes the risk" vzmigrate --online --nodeps=cpu node2 $ID
check "and a VE whose programs do not use it lives" moves 120 counter on2
exit $bad
