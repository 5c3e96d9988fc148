#!/bin/bash
# Snapshots of VEs of both layouts, with and without memory. Runs as root on a node;
# uses VEs 941 and 942.
set -u
suite=snapshot
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
conf=/etc/vz/conf
cleanup() {
	local i
	for i in 941 942; do
		umount /tmp/st-mnt
		vzctl --quiet stop $i --fast
		vzctl --quiet destroy $i
		rm -rf $conf/$i.* /vz/private/$i*
	done
	rm -rf /tmp/st-*
} >/dev/null 2>&1
cleanup
trap cleanup EXIT
in_ve() { vzctl exec2 "$@"; }
count() { in_ve "$1" cat /root/n 2>/dev/null; }
ids() { vzctl snapshot-list "$1" -H -o "${2:-uuid}" | sed 's/ *$//'; }
id_of() { vzctl snapshot-list "$1" -H -o name,uuid | awk -v n="$2" '$1 == n { print $2 }'; }
left() { (cd /vz/private && ls -d "$1".* 2>/dev/null | tr '\n' ' '); }
u=11111111-2222-3333-4444-55555555555a
u2=11111111-2222-3333-4444-55555555555b

for layout in ${LAYOUTS:-dir overlay}; do
	id=941
	[ $layout = dir ] || id=942
	vzctl --quiet create $id --ostemplate busybox --layout $layout --hostname first || not_ok "$layout: create" failed
	vzctl --quiet start $id
	in_ve $id 'echo one >/root/one; rm /etc/group; i=0; while sleep 0.02; do i=$((i + 1)); echo $i >/root/n.new; mv /root/n.new /root/n; echo $i >/root/m; done >/dev/null 2>&1 &'
	within 60 test -n "$(count $id)"
	is "$layout: no snapshots" "" "$(ids $id)"
	check "$layout: snapshot of a running VE" vzctl snapshot $id --name running --description "with memory"
	a=$(id_of $id running)
	has "$layout: it has an id" '^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$' "$a"
	check "$layout: the VE goes on" moves 60 count $id
	at=$(count $id)
	in_ve $id 'echo two >/root/two; rm /root/one'
	vzctl --quiet set $id --hostname second --numproc 77 --save
	check "$layout: another, with an id, without memory" vzctl snapshot $id --id "{${u^^}}" --name "off line" --skip-suspend
	code "$layout: an id twice" 21 vzctl snapshot $id --id $u
	code "$layout: a bad id" 21 vzctl snapshot $id --id ../../etc
	is "$layout: list" "$a {$u}" "$(echo $(ids $id))"
	is "$layout: each one's parent" "$a" "$(echo $(ids $id parent_uuid))"
	is "$layout: the current one" "*{$u}" "$(vzctl snapshot-list $id -H -o current,uuid | tr -d ' ' | grep '\*')"
	is "$layout: header" "PARENT_UUID C UUID DATE NAME" "$(echo $(vzctl snapshot-list $id | head -n 1))"
	code "$layout: list of one that is not there" 21 vzctl snapshot-list $id --id 00000000-0000-0000-0000-000000000000

	mkdir -p /tmp/st-mnt
	check "$layout: mount" vzctl snapshot-mount $id --id "$a" --target /tmp/st-mnt
	is "$layout: it has what was" "one" "$(cat /tmp/st-mnt/root/one; cat /tmp/st-mnt/root/two 2>/dev/null)"
	[ ! -e /tmp/st-mnt/etc/group ] && [ -e /tmp/st-mnt/etc/passwd ] && ok "$layout: all of it" || not_ok "$layout: all of it" "$(ls /tmp/st-mnt/etc)"
	code "$layout: nobody writes to it" 1 touch /tmp/st-mnt/x
	code "$layout: a mounted one is not deleted" 158 vzctl snapshot-delete $id --id "$a"
	vzctl --quiet stop $id --fast
	code "$layout: nor is its VE" 41 vzctl destroy $id
	check "$layout: unmount" vzctl snapshot-umount $id --id "$a"
	code "$layout: unmount again" 161 vzctl snapshot-umount $id --id "$a"

	check "$layout: switch to the one without memory" vzctl snapshot-switch $id --id $u
	is "$layout: the VE is stopped" stopped "$(vzlist -aHo status $id | tr -d ' ')"
	is "$layout: with its configuration" "second 77" "$(sed -n 's/^HOSTNAME="\(.*\)"/\1/p' $conf/$id.conf) $(sed -n 's/^NUMPROC="\([0-9]*\).*/\1/p' $conf/$id.conf)"
	check "$layout: it starts" vzctl start $id
	is "$layout: with its files" "two" "$(in_ve $id 'cat /root/two /root/one 2>/dev/null')"
	check "$layout: switch from a running one to the one with memory" vzctl snapshot-switch $id --id "$a"
	check "$layout: its processes go on" moves 60 count $id
	now=$(count $id)
	[ "$now" -gt 0 ] && ok "$layout: from where they were" || not_ok "$layout: from where they were" "$now, $at"
	is "$layout: with its files, too" "one" "$(in_ve $id 'cat /root/two /root/one 2>/dev/null')"
	is "$layout: and its name" "first" "$(in_ve $id hostname)"
	is "$layout: that one is current" "*$a" "$(vzctl snapshot-list $id -H -o current,uuid | tr -d ' ' | grep '\*')"
	check "$layout: switch, --skip-resume --skip-config" vzctl snapshot-switch $id --id "$a" --skip-resume --skip-config
	is "$layout: is stopped" stopped "$(vzlist -aHo status $id | tr -d ' ')"
	code "$layout: --must-resume without memory" 21 vzctl snapshot-switch $id --id $u --must-resume

	check "$layout: delete the first" vzctl snapshot-delete $id --id "$a"
	is "$layout: the other has no parent now" "{$u}" "$(echo $(ids $id parent_uuid,uuid))"

	# Killed at steps that change names (KILL_STEP=1: at each): what was is there, and the
	# next one works.
	steps=rename,renameat,renameat2,mkdir,syncfs,symlink
	for what in "snapshot $id --skip-suspend" "snapshot-switch $id --skip-resume --id $u" "snapshot-delete $id --id $u2"; do
		step=1 deaths=0 bad_at=
		[[ $what != *delete* ]] || vzctl --quiet snapshot $id --id $u2 --skip-suspend
		until out=$(strace -f -qq -o /tmp/st-trace -e trace=$steps -e inject=$steps:signal=KILL:when=$step vzctl $what 2>&1); do
			# What died when all was done is done.
			if ! grep -q 'killed by SIGKILL' /tmp/st-trace; then
				[[ $what == *delete* && $out == *"no snapshot"* ]] || bad_at="$step: $out"
				break
			fi
			deaths=$((deaths + 1)) step=$((step + ${KILL_STEP:-6}))
			vzctl --quiet mount $id || bad_at="$step: mount"
			[ -n "$(cat /vz/root/$id/root/one /vz/root/$id/root/two 2>/dev/null)" ] || bad_at="$step: its files"
			vzctl --quiet umount $id
			grep -q "$u" <<<"$(ids $id)" || bad_at="$step: $(ids $id)"
			[ $step -lt 100 ] || bad_at="no end"
			[ -z "$bad_at" ] || break
		done
		[ -z "$bad_at" ] && [ $deaths -ge 1 ] && ok "$layout: ${what%% *} killed at its steps ($deaths deaths)" ||
			not_ok "$layout: ${what%% *} killed at its steps" "$deaths deaths, $bad_at"
	done
	check "$layout: after them all it starts" vzctl start $id
	is "$layout: with its files, still" "two" "$(in_ve $id 'cat /root/two /root/one 2>/dev/null')"
	vzctl --quiet stop $id --fast
	is "$layout: nothing is left beside it but snapshots" "$id.snapshots " "$(vzctl --quiet mount $id; vzctl --quiet umount $id; left $id)"
	check "$layout: destroy" vzctl destroy $id
	is "$layout: takes snapshots along" "" "$(left $id)"
done
exit $bad
