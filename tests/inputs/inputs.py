# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of tests/inputs/run, and what is right: see there."""
import os
import sys

import host
import judge
import words
from files import Files
from judge import HOSTILE, Case
from streams import Streams
from tools import Tools

STRIDE = 47         # without --all: one of so many combinations; a prime
LEAST = 1000        # calls, whatever is not told by --help any more
# What is no number, no size, and no switch.
NO_NUMBER = ("empty", "blank", "negative", "word", "path", "newline", "shell", "format", "long")
NUMBERS = {"bytes", "factor", "barrier[:limit]", "number", "number[%]", "0..7", "number[B|K|M|G]",
           "yes|no", "soft[:hard]", "seconds", "kbit|off", "on|off", "uid"}
# Never end, or change the host, when all of their words are right.
UNTRIED = {("check-host", "--fix"), ("logs", "--follow")}
REQUIRED = {"snapshot-switch": ["--id"], "snapshot-delete": ["--id"], "snapshot-mount": ["--id", "--target"],
            "snapshot-umount": ["--id"], "convert": ["--layout"]}
BASE = {"wait": ["--timeout", "0"], "top": ["--batch", "--rounds", "1"]}
ENDLESS = {"events"}
NEEDS_NO_VE = {"create", "set", "import", "status", "wait", "register", "check-host", "ubc", "top", "events",
               "logs"}


def option_of(name, value, long_form):
    """The words for an option: glued to it now and then."""
    if value is None:
        return [name]
    if long_form and name.startswith("--") and not isinstance(value, bytes):
        return [name + "=" + value]
    return [name, value]


class Vzctl:
    def __init__(self, every):
        self.every = every
        self.commands = words.vzctl_commands()
        self.values = words.known_values()
        self.h = host.Host()

    def right(self, c, o):
        if o.arg is None:
            return None
        v = words.right(c.name, o.name, o.arg, self.values)
        if v is None:
            raise KeyError(o.arg)
        return v

    def call_of(self, c, ctid, option_words, more=(), quiet=False, replace=None):
        """All words of a right call of c, with those of one option; replace: one word of it."""
        tail = [words.right(c.name, "", w, {}) for w in c.words]
        if c.name == "register":
            tail = ["/vz/own/area"]
        if replace is not None:
            tail[replace[0]] = replace[1]
        fixed = list(BASE.get(c.name, []))
        for name in REQUIRED.get(c.name, []):
            if name not in option_words:
                fixed += [name, {"--id": words.UUID, "--target": "/vz/own/dir", "--layout": "dir"}[name]]
        if c.name == "set" and "--reset_ub" not in option_words:
            fixed += ["--save"]
        if c.name == "create" and "ostemplate" not in str(option_words[:1]):
            fixed += ["--ostemplate", "small"]
        # What it says tells where the made-up host ends.
        if self.h.state == "running" or c.name in ("start", "restart", "mount", "snapshot-mount"):
            quiet = False
        if c.name == "register":
            body = tail + [ctid]
        elif c.name in ("ubc", "top", "events"):
            body = [ctid]
        elif c.name == "check-host":
            body = []
        else:
            body = [ctid] + tail
        if c.name in ("exec", "exec2", "enter"):
            body = [ctid] + list(option_words) + (tail if c.name != "enter" else [])
            return ["vzctl"] + ["--quiet"] * quiet + [c.name] + body
        return ["vzctl"] + ["--quiet"] * quiet + [c.name] + body + list(option_words) + fixed + list(more)

    def kinds(self, c, o):
        """Kinds of values for an option, each with the words: a flag takes none."""
        if o.arg is None:
            return [("right", [o.name]), ("twice", [o.name, o.name]), ("a value", [o.name + "=x"])]
        try:
            v = self.right(c, o)
        except KeyError as e:
            judge.tell("each kind of argument has a right value here", e)
            return []
        k = [("right", option_of(o.name, v, False)), ("twice", option_of(o.name, v, False) * 2),
             ("none", [o.name])]
        return k + [(kind, option_of(o.name, value, i % 2)) for i, (kind, value) in enumerate(HOSTILE.items())]

    def take(self, *numbers):
        return sum(n * w for n, w in zip(numbers, (1, 5, 1))) % self.every == 0

    def options(self):
        """Each command with each of its options, in each state, with each kind of value."""
        pairs = [(c, o) for c in self.commands.values() for o in c.options
                 if (c.name, o.name) not in UNTRIED and c.name not in ENDLESS]
        for s, state in enumerate(host.STATES):
            self.h.state, self.h.seen = state, None
            for n, (c, o) in enumerate(pairs):
                for v, (kind, given) in enumerate(self.kinds(c, o)):
                    if self.take(n, s, v):
                        self.option(c, o, kind, given, (n + v) % 2)

    def option(self, c, o, kind, given, quiet):
        # A value that is a VE's path, or that a path is meant by, may be made.
        own = ["/vz/own"] + [os.path.normpath(os.path.join("/vz/own/cwd", g.split("=", 1)[-1]))
                             for g in given[-1:] if isinstance(g, str) and o.arg in ("path", "dir", "private", "file")]
        if c.name == "create":
            ctid = "105"
        else:
            ctid = "101"
        if kind == "none":
            argv = self.call_of(c, ctid, [], quiet=quiet)
            argv.append(o.name)
        else:
            argv = self.call_of(c, ctid, given, words.WITH.get(o.name, []) if c.name == "set" else [], quiet)
        case = Case(self.h, c.name, argv, o.name, kind, own)
        case.run()
        self.judge_option(case, c, o, kind, quiet)

    def judge_option(self, case, c, o, kind, quiet):
        state, code = self.h.state, case.code
        if (kind == "none" or kind == "a value" and o.name[:2] == "--") and code not in (20, 21) and \
                state == "created":
            case.wrong("an option without its value, and a flag with one, are bad words", code)
        if state == "absent" and c.name not in NEEDS_NO_VE and code not in (14, 20, 21):
            case.wrong("a VE that is not there is 14", code)
        if state != ("snapshots" if c.name.startswith("snapshot-") else "created"):
            return
        if o.arg in NUMBERS and kind in NO_NUMBER and code not in (20, 21):
            case.wrong("what is no number, size or switch is refused", code)
        if code in (20, 21, 65, 70, 71, 72) and not quiet and self.is_value(case, kind) and \
                o.name.encode() not in case.err and c.name not in ("exec", "exec2"):
            case.wrong("a refused value is named with its option", repr(case.err[:200]))
        if kind == "right" and c.name == "set" and \
                (code in (0, 62)) == (o.name in words.REFUSED):
            case.wrong("a right value is taken", "%s %r" % (code, case.err[:200]))

    @staticmethod
    def is_value(case, kind):
        return kind not in ("right", "twice", "a value")

    def foreign(self):
        """Each command with options that are another one's."""
        names = sorted({(o.name, o.arg is None) for c in self.commands.values() for o in c.options})
        self.h.state, self.h.seen = "created", None
        for n, c in enumerate(self.commands.values()):
            known = {o.name for o in c.options}
            for v, (name, flag) in enumerate(names):
                if name in known or c.name in ENDLESS or not self.take(n, 0, v):
                    continue
                given = [name] if flag else [name, list(HOSTILE.values())[(n + v) % len(HOSTILE)]]
                Case(self.h, c.name, self.call_of(c, "101", given), name, "foreign", ["/vz/own"]).run()

    def words(self):
        """Each word of a command that is no option, and one word too many."""
        for s, state in enumerate(host.STATES):
            self.h.state, self.h.seen = state, None
            for n, c in enumerate(self.commands.values()):
                if c.name in ENDLESS | {"exec", "exec2", "enter", "check-host"}:
                    continue
                for v, (kind, value) in enumerate(HOSTILE.items()):
                    if not self.take(n, s, v):
                        continue
                    for i, w in enumerate([w for w in c.words if w not in ("command", "tty")]):
                        self.word(c, i, w, value)
                if self.take(n, s, 0):
                    case = Case(self.h, c.name, self.call_of(c, "101", [], ["stray"]), "stray", "stray")
                    case.run()

    def word(self, c, i, w, value):
        own = ["/vz/own"]
        if isinstance(value, str) and value and w in ("private", "file", "script"):
            own.append(os.path.normpath(os.path.join("/vz/own/cwd", value)))
        Case(self.h, c.name, self.call_of(c, "101", [], replace=(i, value)), w, "word", own).run()

    def ids(self):
        """What stands for a VE: a number or a name, or 21."""
        self.h.state, self.h.seen = "created", None
        ids = dict(HOSTILE, **{"beyond": "2147483645", "octal": "0101x", "minus": "-101"})
        del ids["option"]
        for n, c in enumerate(self.commands.values()):
            if c.name in ENDLESS | {"check-host"}:
                continue
            for v, (kind, value) in enumerate(ids.items()):
                if not self.take(n, 0, v) and self.every > 1 and (n + v) % 11:
                    continue
                case = Case(self.h, c.name, self.call_of(c, value, []), "ctid", kind)
                case.run()
                want = (0, 20, 21) if kind == "zero" and c.name in ("set", "ubc", "top", "logs") else (20, 21)
                if case.code not in want:
                    case.wrong("what is no VE is 21", "%s %r" % (case.code, case.err[:200]))


def main():
    every = 1 if "--all" in sys.argv else STRIDE
    for word in sys.argv[1:]:
        if word.startswith("--every="):
            every = int(word[8:])
    parts = [a for a in sys.argv[1:] if not a.startswith("-")]
    v = Vzctl(every)
    v.parts = parts
    every_part = {"options": v.options, "foreign": v.foreign, "words": v.words, "ids": v.ids,
                  "tools": Tools(v.h, v.take).run, "files": Files(v.h, v.take).run,
                  "streams": Streams(v.h, v.take).run}
    for name, part in every_part.items():
        if not parts or name in parts:
            before = judge.count
            part()
            print("# %s: %d calls" % (name, judge.count - before), flush=True)
    v.h.holder.kill()
    for n, test in enumerate(judge.TESTS, 1):
        what = judge.failures.get(test, [])
        print("%sok %d - inputs: %s%s" % ("not " if what else "", n, test, ": %d" % len(what) if what else ""))
        for w in what[:12]:
            print("#   " + str(w).replace("\n", "\n#     "))
    enough = parts or judge.count >= LEAST
    print("%sok %d - inputs: %d calls" % ("" if enough else "not ", len(judge.TESTS) + 1, judge.count))
    return not enough or bool(judge.failures)


sys.exit(main())
