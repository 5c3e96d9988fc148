#!/bin/bash
# vz.service on one node: order and number of starts at boot, the end of each VE at
# shutdown, what is told of it. Runs as root on a node; uses VEs 951..953.
set -u
suite=service
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
conf=/etc/vz/conf
note=/run/service-test
ids="951 952 953"
cp /etc/vz/vz.conf /tmp/service-vz.conf
cleanup() {
	touch $note/go
	systemctl start vz.service
	cp /tmp/service-vz.conf /etc/vz/vz.conf
	criu_show
	for id in $ids; do
		rm -f $conf/$id.*mount
		vzctl --quiet stop $id --fast
		vzctl --quiet destroy $id
	done
	rm -rf $note
} >/dev/null 2>&1
mkdir -p $note
trap cleanup EXIT
config() { # LINE...: in place of the usual ones
	{ grep -vE '^(VE_PARALLEL|VE_STOP_MODE)=' /tmp/service-vz.conf; printf '%s\n' "$@"; } >/etc/vz/vz.conf
}
status_text() { systemctl show -P StatusText vz.service; }
state() { vzctl status "$1" | cut -d' ' -f5-; }
states() { for id in $ids; do echo "$(state $id)"; done | uniq; }
of_journal() { # ID COMMAND: exit codes
	journal -o json VEID=$1 VE_COMMAND=$2 --output-fields=VE_EXIT | jq -r .VE_EXIT | sort -u
}

for id in $ids; do
	vzctl --quiet create $id --ostemplate busybox &&
		vzctl --quiet set $id --onboot yes --stop-timeout 3 --save || { not_ok "create $id"; exit 1; }
	cat >$conf/$id.mount <<-END
		#!/bin/sh
		echo begin \$VEID >>$note/order
		[ ! -e $note/wait ] || until [ \$(wc -l <$note/order) -ge \$(cat $note/wait) ] || [ -e $note/go ]; do sleep 0.1; done
		exit \$(cat $note/fail.\$VEID 2>/dev/null || echo 0)
	END
	printf '#!/bin/sh\necho end $VEID >>%s/order\n' $note >$conf/$id.umount
	chmod 755 $conf/$id.*mount
done
vzctl --quiet set 951 --bootorder 5 --save
vzctl --quiet set 952 --bootorder 10 --save

# --- one at a time: the order shows
config 'VE_PARALLEL="1"' 'VE_STOP_MODE="stop"'
check "the service stops" systemctl stop vz.service
check "and starts" systemctl start vz.service
becomes "all VEs are started" 300 "3 of 3 VEs started" status_text
is "the highest BOOTORDER first, none last" "begin 952 begin 951 begin 953" "$(echo $(cat $note/order))"
is "they run" running "$(states)"
is "the journal has it by the VE's id" 0 "$(of_journal 952 boot)"
rm -f $note/order
check "the service stops with VEs" systemctl stop vz.service
is "in the reverse order" "end 953 end 951 end 952" "$(echo $(cat $note/order))"
is "they do not run" down "$(states)"
is "the journal has that, too" 0 "$(of_journal 953 shutdown)"

# --- three at a time: each of them waits for the other two
config 'VE_STOP_MODE="stop"'
rm -f $note/order
echo 3 >$note/wait
echo 1 >$note/fail.953
systemctl start vz.service
becomes "as many at once as VE_PARALLEL has, one fails" 300 "3 of 3 VEs started, 1 failed" status_text
is "and says so in the journal" "0 79" "$(echo $(of_journal 953 boot))"
rm -f $note/fail.953 $note/wait
check "a VE that did not start at boot can be started" vzctl start 953

# --- a command of the operator is in the journal
code "a command that fails" 32 vzctl start 953
is "is there with its exit code" "0 32" "$(echo $(of_journal 953 start))"

# --- the end has a bound: no criu, and an init that does not hear
config 'VE_STOP_MODE="suspend"'
criu_hide
printf '#!/bin/sh\nsleep 9999\n' >/vz/private/951/sbin/poweroff.new
chmod 755 /vz/private/951/sbin/poweroff.new
mv /vz/private/951/sbin/poweroff.new /vz/private/951/sbin/poweroff
check "the service stops VEs that can be neither suspended nor asked to halt" systemctl stop vz.service
is "none runs" down "$(states)"
criu_show

# --- the end in the middle of the boot: those that had to wait come next time
config 'VE_PARALLEL="1"'
for id in $ids; do vzctl --quiet set $id --onboot '' --save 2>/dev/null || sed -i '/^ONBOOT/d' $conf/$id.conf; done
rm -f $note/order $note/go
echo 3 >$note/wait
printf '%s\n' $ids >/var/lib/vzctl/running
systemctl start vz.service
begun() { [ -s $note/order ]; }
check "the boot begins" within 120 begun
systemctl stop --no-block vz.service
touch $note/go
check "its end comes first" within 300 no systemctl -q is-active vz.service
is "no other VE was begun" "begin 952" "$(grep begin $note/order)"
is "all are written down" "951 952 953" "$(echo $(sort /var/lib/vzctl/running))"
rm -f $note/wait
systemctl start vz.service
becomes "and started with the next boot" 300 "3 of 3 VEs started" status_text
is "they run" running "$(states)"

# --- the classic calls; who was suspended goes on whatever ONBOOT says
config 'VE_STOP_MODE="suspend"'
vzctl --quiet set 951 --onboot no --save
vzctl --quiet set 952 --onboot no --save
vzctl exec 951 'echo kept >/dev/shm/service'
check "service vz status" service vz status
check "/etc/init.d/vz status" /etc/init.d/vz status
systemctl stop vz.service
code "service vz status when it is stopped" 3 service vz status
code "/etc/init.d/vz status when it is stopped" 3 /etc/init.d/vz status
code "/etc/init.d/vz without a word it knows" 2 /etc/init.d/vz fly
check "/etc/init.d/vz start" /etc/init.d/vz start
check "it runs" systemctl -q is-active vz.service
becomes "VEs that it suspended come back, whatever ONBOOT says" 300 "3 of 3 VEs started" status_text
is "they run" running "$(states)"
is "with their memory" kept "$(vzctl exec 951 cat /dev/shm/service)"

# --- who was stopped does not, nor who was suspended by the operator
config 'VE_STOP_MODE="stop"'
check "one is suspended by hand" vzctl suspend 952
systemctl stop vz.service
systemctl start vz.service
becomes "of those that were stopped, who has no ONBOOT=no" 300 "1 of 1 VEs started" status_text
is "he alone" "down down suspended running" "$(echo $(states))"
exit $bad
