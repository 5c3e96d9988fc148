# SPDX-License-Identifier: GPL-2.0-or-later
"""Something else where a file of the host is: each file that the tools keep, in each way."""
import os

import host
from judge import Case

# What others might have put, or left, there.
KINDS = {
    "a FIFO": lambda p: os.mkfifo(p),
    "a folder": lambda p: os.mkdir(p),
    "a full folder": lambda p: os.makedirs(p + "/in/it"),
    "a link to itself": lambda p: os.symlink(os.path.basename(p), p),
    "a link to nothing": lambda p: os.symlink("/nowhere/at/all", p),
    "a device": lambda p: os.mknod(p, 0o20644, os.makedev(1, 5)),
    "nothing in it": lambda p: host.write(p, b""),
    "no text": lambda p: host.write(p, bytes((i * 7919 + 13) % 256 for i in range(5000))),
    "one long line": lambda p: host.write(p, b"a" * 3000000),
    "NULs": lambda p: host.write(p, b'NAME="a\0b"\n\0\0\0'),
    "lines of DOS": lambda p: host.write(p, b'HOSTNAME="a"\r\nCPUS="2"\r\n'),
}
# Of the host, and what a state of the VE adds.
PLACES = ("/etc/vz", "/vz/lock", "/vz/template", "/vz/dump", "/var/lib/vzctl", "/run/vz")
STATES = ("created", "elsewhere", "locked", "suspended")
EXTRA = {"created": ("/var/log/vzctl.log", "/vz/lock/101.lck", "/etc/vz/names/new", "/vz/own/out.partial",
                     "/var/lib/vzctl/migrate/101", "/var/lib/vzctl/evacuated", "/vz/dump/Dump.101/ve.complete",
                     "/etc/vz/conf/101.start", "/etc/vz/conf/105.conf")}
CALLS = [c.split() for c in (
    "vzctl status 101", "vzctl set 101 --cpus 2 --save", "vzctl set 101 --name new --save", "vzctl start 101",
    "vzctl stop 101", "vzctl mount 101", "vzctl export 101 /vz/own/out", "vzctl import 105 /vz/a.ve",
    "vzctl create 105 --ostemplate small", "vzctl clone 101 105", "vzctl rename 101 105", "vzctl destroy 101",
    "vzctl snapshot 101", "vzctl snapshot-list 101", "vzctl convert 101 --layout overlay", "vzctl unregister 101",
    "vzctl register /vz/own/area 105", "vzctl restore 101", "vzctl suspend 101", "vzctl runscript 101 /vz/own/script",
    "vzctl logs 101", "vzctl check-host", "vzctl set 101 --applyconfig vswap-256m --save", "vzlist -a", "vzlist -aj",
    "vztmpl list", "vztmpl verify small", "vztmpl export small /vz/own/dir", "vzcfgvalidate /etc/vz/conf/101.conf",
    "vzcalc 101", "vzmemcheck", "vzubc -f /vz/own/file", "vzoversell /vz/own/file", "vzcfgscale -a 2 /etc/vz/conf/101.conf", "vzsplit -n 2 -f split", "vzmigrate --status", "vzmigrate --dry-run there 101",
    "vzmigrate --resolve 101", "vzmigrate --return there", "vzreboot --report", "vzreboot --dry-run /vz/own/file",
)]
ACCEPTED = {"vzcalc": {0, 1}, "vzlist": {0, 1}, "vzcfgvalidate": {0, 1, 2}, "vzmemcheck": {0, 1}, "vzsplit": {0, 1}, "vzubc": {0, 1}, "vzoversell": {0, 1}, "vzcfgscale": {0, 1},
            "vzmigrate": set(range(22)), "vzreboot": {0, 3, 21}}


def found():
    """Files of PLACES, with what the tools could make there."""
    return sorted(os.path.join(top, name) for place in PLACES for top, _, names in os.walk(place) for name in names)


class Files:
    def __init__(self, h, take):
        self.h, self.take = h, take

    def run(self):
        n = 0
        for state in STATES:
            self.h.spoil = None
            self.h.enter(state)
            for path in sorted({*found(), *EXTRA.get(state, ())} if state == "created" else
                               {p for p in found() if p not in self.usual}):
                for kind, make in KINDS.items():
                    n += 1
                    self.one(n, path, kind, make)
            if state == "created":
                self.usual = set(found())
        self.h.spoil = None

    def one(self, n, path, kind, make):
        # It is not among what is put back.
        host.sh("rm -rf " + host.LOG)
        self.h.spoil, self.h.seen = (path, make), None
        for c, argv in enumerate(CALLS):
            if self.take(n, 0, c):
                self.call(argv, path, kind)

    def call(self, argv, path, kind):
        accepted = ACCEPTED.get(argv[0])
        case = Case(self.h, argv[1] if argv[0] == "vzctl" else argv[0], argv, path, kind,
                    ["/vz/own", "/etc/vz/conf/ve-split"], *([accepted] if accepted else []))
        case.spoilt, case.where = path, "%s is %s" % (path, kind)
        case.run()
