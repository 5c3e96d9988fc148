# SPDX-License-Identifier: GPL-2.0-or-later
"""Standard input, output and error that are closed, full, or that nobody reads."""
import os

import judge
from judge import Case

# Asked for what they print; they print it on the made-up host, too.
TELLING = [c.split() for c in (
    "vzctl --help", "vzctl --version", "vzctl status 101", "vzctl status 101 --format json", "vzctl snapshot-list 101",
    "vzctl logs 101", "vzctl top --batch --rounds 1", "vzlist -a", "vzlist -aj", "vzlist -L", "vzlist --help",
    "vztmpl list", "vztmpl list --format csv", "vzcalc 101", "vzcfgvalidate /etc/vz/conf/101.conf", "vzcpucheck",
    "vzmemcheck", "vzsplit -n 2", "vzcfgscale -a 2 /etc/vz/conf/101.conf", "vzubc --help", "vznetstat --help", "vztactl --help", "vzmigrate --status",
)]
# Called for what they do, whatever becomes of their words.
DOING = [c.split() for c in (
    "vzctl set 101 --cpus 2 --save", "vzctl snapshot 101 --id 11111111-2222-3333-4444-555555555555",
    "vzctl create 105 --ostemplate small",
    "vzctl clone 101 105", "vzctl destroy 101", "vzctl export 101 /vz/own/out", "vzctl import 105 /vz/a.ve",
    "vzsplit -n 2 -f split", "vztmpl export small /vz/own/dir", "vztmpl import second /tmp/rootfs.tar",
    "vzctl set 101 --cpus fly --save",
)]


def full():
    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)


def nobody_reads():
    r, w = os.pipe()
    os.dup2(w, 1)
    os.close(r)


def closer(*fds):
    def close():
        for fd in fds:
            os.close(fd)
    return close


WAYS = {"full output": full, "nobody reads": nobody_reads, "no output": closer(1), "no input": closer(0),
        "no error": closer(2), "none at all": closer(0, 1, 2)}


class Streams:
    def __init__(self, h, take):
        self.h, self.take = h, take

    def run(self):
        self.h.state, self.h.seen = "created", None
        for n, argv in enumerate(TELLING + DOING):
            usual = self.call(argv, None, None)
            for w, (way, change) in enumerate(WAYS.items()):
                if self.take(n, 0, w) or way == "full output":
                    self.judge(self.call(argv, way, change), usual, way, argv in TELLING)

    def call(self, argv, way, change):
        case = Case(self.h, "export" if way else argv[0], argv, way, "stream",
                    ["/vz/own", "/etc/vz/conf/ve-split", "/vz/template/cache/second"],
                    judge.CODES | {1, 2, 3})
        case.where, case.change, case.voice = way, change, way not in ("no error", "none at all")
        case.run()
        return case

    @staticmethod
    def judge(case, usual, way, telling):
        if way == "full output" and telling:
            if case.code == 0 and usual.out:
                case.wrong("what is told and cannot be written is an error", case.code)
        elif case.code != usual.code and not case.piped:
            case.wrong("a command does not depend on where its words go", "%s, not %s" % (case.code, usual.code))
        if case.changed_files != usual.changed_files:
            case.wrong("a command does not depend on where its words go",
                       "%s, not %s" % (case.changed_files[:4], usual.changed_files[:4]))
