#!/bin/bash
# How long a VE of this node would stand still with the distribution's CRIU: dump to a
# folder, copy that over ssh, restore. Our tools around it are not counted, nor are the
# VE's files, which another tool would have to copy too. Afterwards the VE runs here.
#
# usage: tests/vm/stock-move.sh VEID NODE
# Prints "frozen=MS dump=MS copy=MS restore=MS by=WHOSE bytes=N". WHOSE is "ours" where the
# distribution's CRIU cannot restore what it has dumped, as it is with some of systemd's
# mounts: then the time of ours is counted.
set -euo pipefail
id=$1 node=$2
ours=/usr/lib/openve/criu
began=/run/stock-began

# A program in the place of ours that notes when it was called.
[ ! -e $ours ] || mv $ours $ours.kept
trap '[ ! -e $ours.kept ] || mv $ours.kept $ours' EXIT
stand_in() { # CRIU
	printf '#!/bin/sh\ndate +%%s%%N > %s\nexec %s "$@"\n' $began "$1" > $ours
	chmod 755 $ours
}
stand_in criu

# Milliseconds in CRIU's statistics: freezing and frozen of a dump, restore's own.
stat_ms() { # FILE FIELD...
	python3 - "$@" << 'PY'
import sys

def varint(b, at):
    n = shift = 0
    while True:
        n |= (b[at] & 127) << shift
        shift += 7
        at += 1
        if b[at - 1] < 128:
            return n, at

def fields(b):
    at, found = 0, {}
    while at < len(b):
        key, at = varint(b, at)
        value, at = varint(b, at)
        if key & 7 == 2:
            value, at = b[at:at + value], at + value
        found[key >> 3] = value
    return found

image = open(sys.argv[1], "rb").read()
entry = list(fields(image[12:]).values())[0]
print(sum(fields(entry).get(int(n), 0) for n in sys.argv[2:]) // 1000)
PY
}

work=/run/vz/criu/$id
vzctl chkpnt "$id" > /dev/null
dump=$(stat_ms $work/stats-dump 1 2)
bytes=$(du -sb "/vz/dump/Dump.$id" | cut -f1)
t0=$(date +%s%3N)
tar -C /vz/dump -c "Dump.$id" | ssh -o BatchMode=yes "$node" "rm -rf /vz/stock; mkdir /vz/stock; tar -C /vz/stock -x"
copy=$(($(date +%s%3N) - t0))
ssh -o BatchMode=yes "$node" "rm -rf /vz/stock"
by=stock
if ! vzctl restore "$id" > /dev/null 2>&1; then
	by=ours
	stand_in $ours.kept
	vzctl restore "$id" > /dev/null
fi
restore=$((($(date +%s%N -r $work/stats-restore) - $(cat $began)) / 1000000))
echo "frozen=$((dump + copy + restore)) dump=$dump copy=$copy restore=$restore by=$by bytes=$bytes"
