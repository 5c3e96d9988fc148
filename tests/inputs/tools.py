# SPDX-License-Identifier: GPL-2.0-or-later
"""The tools beside vzctl: each option of their --help, with values of each kind."""
import os
import re

import host
import judge
import words
from judge import HOSTILE, Case

# Words without which a call makes no sense, behind the option; exit codes. 3 is for what the
# made-up host has not got: it is taken where the message says so (judge.HOST_ENDS).
VZ = {0, 3, 5, 9, 10, 12, 14, 16, 17, 20, 21, 29, 31, 47, 78, 85, 91}
TOOLS = {
    "vzlist": (["-a"], {0, 1}),
    "vzmigrate": (["there", "101"], {0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 17, 18, 19, 20, 21}),
    "vzreboot": (["--dry-run", "/vz/own/none"], VZ),
    "vznetstat": ([], VZ),
    "vzcalc": (["101"], {0, 1}),
    "vzcfgvalidate": (["/etc/vz/conf/101.conf"], {0, 1, 2}),
    "vzcpucheck": ([], {0, 1}),
    "vzpid": (["1"], {0, 1}),
    "vzmemcheck": ([], {0, 1}),
    "vzsplit": ([], {0, 1}),
}
# What a right value is, by what help calls it; each other kind is right for any text.
RIGHT = {
    "format": "json", "field": "ctid", "[-]field": "-ctid", "f": "json", "yes|no": "yes", "MS": "1000", "json": "json",
    "N": "2", "CTID": "101", "CLASS": "1", "numve": "4", "conf_name": "split", "swapsize": "1000",
}
# Values that are wrong for each of these kinds.
WRONG = {"word", "path", "newline", "shell", "format", "long", "escape", "not UTF-8", "empty", "negative"}
CHECKED = {"field", "[-]field", "f", "yes|no", "MS", "json", "N", "CLASS", "CTID", "numve", "swapsize", "conf_name"}
NEVER_WRONG = {("conf_name", "word"), ("swapsize", "empty"), ("conf_name", "negative"), ("CTID", "negative")}


class Tools:
    def __init__(self, h, take):
        self.h, self.take = h, take

    def run(self):
        self.h.state, self.h.seen = "created", None
        for n, (tool, (tail, codes)) in enumerate(TOOLS.items()):
            options = words.tool_options(tool)
            if not options:
                judge.tell("each tool tells its options", tool)
            for o, (name, arg) in enumerate(options.items()):
                self.option(tool, tail, codes, name, arg, n + o)
            self.stray(tool, tail, codes)
        self.commands("vztmpl", "--help", {"list", "build", "update", "import", "export", "verify", "sign"})
        self.vztactl()

    def call(self, argv, codes, option=None, wrong=False, own=()):
        case = Case(self.h, argv[0], argv, option, own=["/vz/own", *own], accepted=codes)
        case.run()
        if wrong:
            if case.code == 0:
                case.wrong("a wrong value is refused")
            elif option and option.encode() not in case.err.split(b"\n")[0]:
                case.wrong("a refused value is named with its option", repr(case.err[:200]))
        return case

    def option(self, tool, tail, codes, name, arg, n):
        if name in ("--help", "-h") and arg is None:
            return
        if arg is None:
            self.call([tool, name, *tail], codes)
            if name[:2] == "--":
                self.call([tool, name + "=x", *tail], codes, name, True)
            return
        self.call([tool, *tail, name], codes, name, not words.optional(tool, name))
        self.call([tool, name, RIGHT.get(arg, "x"), *tail], codes, own=["/vz/private", "/etc/vz/conf"])
        for v, (kind, value) in enumerate(HOSTILE.items()):
            if not self.take(n, 0, v):
                continue
            wrong = arg in CHECKED and kind in WRONG and (arg, kind) not in NEVER_WRONG
            own = [os.path.normpath(os.path.join("/vz/own/cwd", value))] if (arg or "").startswith("FILE") and value and \
                isinstance(value, str) else []
            glued = words.optional(tool, name)
            if glued and isinstance(value, bytes):
                continue
            given = [name + "=" + value] if glued else [name, value]
            self.call([tool, *given, *tail], codes, name, wrong, own)

    def stray(self, tool, tail, codes):
        for v, value in enumerate(HOSTILE.values()):
            if self.take(1, 0, v):
                self.call([tool, *tail, value], codes)
                self.call([tool, *tail[:-1], value], codes)
        self.call([tool, "--no-such-option", *tail], codes, "--no-such-option", True)

    def commands(self, tool, flag, known):
        """A tool of commands: each option and each word of each."""
        found = set()
        for line in words.output(tool, flag).splitlines():
            m = re.match(r"(?:Usage:)?\s+%s (\w+) ?(.*)" % tool, line)
            if not m:
                continue
            c = words.Command(m[1], m[2])
            found.add(c.name)
            right = {"name": "small", "folder": "/vz/own/dir", "file|folder": "/tmp/rootfs.tar", "file": "/vz/own/key",
                     "id": "0"}
            tail = [right[w] for w in c.words]
            for n, o in enumerate(c.options):
                self.call([tool, c.name, *tail, o.name], VZ, o.name, True)
                for v, (kind, value) in enumerate(HOSTILE.items()):
                    if self.take(n, 0, v):
                        wrong = o.name in ("--format", "--uid-base") and kind in WRONG
                        self.call([tool, c.name, *tail, o.name, value], VZ, o.name, wrong, ["/vz/template"])
            for i in range(len(tail)):
                for v, value in enumerate(HOSTILE.values()):
                    if self.take(i, 0, v):
                        self.call([tool, c.name, *tail[:i], value, *tail[i + 1:]], VZ,
                                  own=["/vz/template", "/etc/vz/conf/ve-"])
            self.call([tool, c.name, *tail, "--no-such-option"], VZ, "--no-such-option", True)
        if found != known:
            judge.tell("each command is tried", "%s: %s" % (tool, found ^ known))

    def vztactl(self):
        commands = re.findall(r"^\t([a-z_]+)", words.output("vztactl", "--help"), re.M)
        for n, name in enumerate(commands + ["fly"]):
            for v, value in enumerate(HOSTILE.values()):
                if self.take(n, 0, v):
                    self.call(["vztactl", name, value], VZ)
                    self.call(["vztactl", name, "-s", value, value], VZ)
            self.call(["vztactl", name, "--no-such-option"], VZ)
            self.call(["vztactl", name], VZ)
