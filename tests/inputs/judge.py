# SPDX-License-Identifier: GPL-2.0-or-later
"""One call of a tool, and what is right of how it ends."""
import os
import re
import signal
import subprocess
import sys

import host

LIMIT = 120         # seconds; a call that is still there then waits for ever, on any machine
TEXT_MAX = 2000     # bytes of what a refusal says
LONG = "a" * 102400
HOSTILE = {
    "empty": "", "blank": " ", "negative": "-1", "zero": "0", "huge": "9" * 26,
    "2^64": "18446744073709551616", "word": "fly", "fraction": "1.5x", "pair": "2:1", "path": "../x",
    "deep path": "../../../vz/canary", "newline": 'a\nNAME="b"', "shell": "$(touch /vz/pwned)",
    "backtick": "`touch /vz/pwned`;touch /vz/pwned", "format": "%s%n%s%1000000d", "quote": "a\"b'c\\",
    "escape": "\033[2J\007", "not UTF-8": b"\377\376", "long": LONG, "option": "--save",
    "list": "all,all all", "dash": "-",
}
# Exit codes of the classic tools and ours: vzctl/man, tests/vm/vzctl.sh. 3 and 6 are no answers to
# a word, 62 is for a tmpfs, which has no quota.
CODES = {0, 5, 8, 9, 10, 12, 14, 16, 17, 20, 21, 22, 23, 28, 29, 31, 32, 33, 34, 40, 41, 43, 44, 46, 47, 48,
         49, 50, 51, 52, 60, 61, 62, 65, 66, 70, 71, 72, 74, 78, 79, 82, 85, 91, 105, 130, 131, 133, 139,
         156, 158, 159, 160, 161}
# Where a kernel of ours would be asked to do something: the made-up host ends there.
HOST_ENDS = re.compile("user namespace|cgroup|Cannot set [a-z]+ to max|/proc/(bc|vz)|Cannot (enter|start)|CRIU|fuse")
TALKERS = {"status", "snapshot-list", "ubc", "check-host", "check-migratable", "explain", "top", "logs",
           "export", "events", "console"}

# What should be so, all of it.
TESTS = (
    "each line of the log is one of ours, and plain",
    "each call ends",
    "none crashes",
    "each exit code is one that is told",
    "a refusal changes nothing",
    "what is taken changes files of that VE only",
    "no name is twice in a configuration",
    "what others wrote into a configuration stays",
    "a shell can read a configuration",
    "nothing runs what was said",
    "a refusal prints nothing for scripts",
    "a refusal says why",
    "a refusal says so in few words",
    "a refusal is plain text",
    "an option without its value, and a flag with one, are bad words",
    "a VE that is not there is 14",
    "what is no number, size or switch is refused",
    "a refused value is named with its option",
    "a right value is taken",
    "what is no VE is 21",
    "what is told and cannot be written is an error",
    "a command does not depend on where its words go",
    "each tool tells its options",
    "a wrong value is refused",
    "each command is tried",
    "each kind of argument has a right value here",
)
failures = {}   # what is wrong, by the name of what should be so
count = 0


def tell(test, what):
    if test not in TESTS:
        raise KeyError(test)
    failures.setdefault(test, []).append(what)
    if "--all" in sys.argv:
        print("# %s: %s" % (test, what), flush=True)


def show(argv):
    def one(w):
        w = w if isinstance(w, bytes) else w.encode()
        return repr(w)[2:-1] if len(w) < 40 else repr(w[:20])[2:-1] + "...(%d)" % len(w)
    return " ".join(one(w) or "''" for w in argv)


def call(argv, change=None):
    """(code, stdout, stderr); None for a code when it did not end. change: of the tool's descriptors."""
    try:
        r = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=LIMIT,
                           cwd="/vz/own/cwd", preexec_fn=change)
        return r.returncode, r.stdout, r.stderr
    except subprocess.TimeoutExpired as e:
        return None, e.stdout or b"", e.stderr or b""


def plain(text):
    try:
        text = text.decode()
    except UnicodeDecodeError:
        return False
    return all(c in "\n\t" or c.isprintable() for c in text)


def log_is_plain():
    """Each line of the log is one that a tool has begun; it is emptied then."""
    if not os.path.isfile(host.LOG):
        return True
    data = host.read(host.LOG)
    os.truncate(host.LOG, 0)
    return plain(data) and len(data) < 4 * TEXT_MAX and \
        all(re.match(rb"\d{4}-\d\d-\d\dT\S+ \S+ : |  |[0-9]+ UUIDs?|$", l) for l in data.split(b"\n"))


class Case:
    """One call. given: the option, or word, that is tried; kind: of its value."""

    def __init__(self, h, what, argv, given=None, kind="right", own=(), accepted=CODES):
        self.h, self.what, self.argv, self.given, self.kind = h, what, argv, given, kind
        self.own, self.accepted, self.where = own, accepted, None
        self.change, self.voice, self.spoilt = None, True, None

    def wrong(self, test, detail=""):
        tell(test, "%s, %s: %s" % (self.where or self.h.state, show(self.argv), detail))

    def run(self):
        global count
        count += 1
        if self.h.seen is None:
            self.h.enter(self.h.state)
        self.code, self.out, self.err = call(self.argv, self.change)
        if "--show" in sys.argv:
            print("#", self.h.state, show(self.argv), "->", self.code, self.err[:150], flush=True)
        # As any program whose reader has gone.
        self.piped = self.change and self.code == -signal.SIGPIPE
        changed = self.changed_files = self.h.changes()
        self.judge_end()
        self.judge_files(changed)
        if self.code not in (None, 0) and self.voice and not self.piped:
            self.judge_words()
        if self.spoilt != host.LOG and not log_is_plain():
            self.wrong("each line of the log is one of ours, and plain")
        if changed:
            self.h.enter(self.h.state)

    def judge_end(self):
        if self.code is None:
            self.wrong("each call ends", "still there after %d s" % LIMIT)
        elif self.code < 0 and not self.piped or self.code == 99 or b"Sanitizer" in self.err or \
                b"runtime error" in self.err:
            self.wrong("none crashes", "%s %s" % (self.code, self.err[-1500:].decode(errors="replace")))
        elif self.code not in self.codes() and not self.piped:
            self.wrong("each exit code is one that is told", "%s %r" % (self.code, self.err[:300]))

    def host_ends(self):
        return HOST_ENDS.search(self.err.decode(errors="replace")) is not None

    def codes(self):
        # It has found what is missing, and told it.
        more = {"check-host": {1}, "wait": {15}}.get(self.what, set())
        # A file that is damaged, and named: somebody has to look at it.
        if self.spoilt and self.spoilt.encode() in self.err:
            more |= {3}
        return self.accepted | more | ({1, 3, 7} if self.host_ends() else set())

    def judge_files(self, changed):
        # What is no lock file is replaced by one.
        changed = [p for p in changed if p != self.spoilt]
        if self.code != 0:
            # A report is written of what failed, too.
            if self.host_ends() or self.given == "--report":
                changed = [p for p in changed if not self.may_change(p)]
            # The folder of all layers is empty then.
            changed = [p for p in changed if p != "/vz/template/overlay"]
            if changed:
                self.wrong("a refusal changes nothing", "%s: %s" % (self.code, changed[:5]))
            return
        foreign = [p for p in changed if not self.may_change(p)]
        if foreign:
            self.wrong("what is taken changes files of that VE only", foreign[:5])
        if host.CONF in changed and os.path.isfile(host.CONF):
            self.judge_conf()

    def may_change(self, path):
        if re.match(r"(/vz/(private|root|dump)/(Dump\.)?10[15]|/etc/vz/conf/10[15]|/etc/vz/names/"
                    r"|/var/lib/vzctl/[a-z]+/10[15]$|/var/lib/vzctl/[a-z]+$|/var/log/vzctl.log$"
                    r"|/vz/lock$|/vz/template/(overlay|\.lock)|/run/)", path):
            return not path.endswith(".lck")
        return any(path == p or path.startswith(p + "/") or path.startswith(p + ".") for p in self.own)

    def judge_conf(self):
        """A shell reads it, once each name, and what others wrote is there."""
        text = host.read(host.CONF)
        names = re.findall(rb"^([A-Z_0-9]+)=", text, re.M)
        if self.h.state not in ("damaged", "absent"):
            if len(names) != len(set(names)):
                self.wrong("no name is twice in a configuration")
            if b"#UUID: 4711" not in text or b'UNKNOWN="stays"' not in text:
                self.wrong("what others wrote into a configuration stays")
            r = subprocess.run(["env", "-i", "sh", "-ec", '. "$1"; [ "$UNKNOWN" = stays ]', "sh", host.CONF],
                               capture_output=True, cwd="/vz/own/cwd")
            if r.returncode or r.stdout or r.stderr:
                self.wrong("a shell can read a configuration", r.stderr[:200])
        if os.path.exists("/vz/pwned"):
            self.wrong("nothing runs what was said")
            os.unlink("/vz/pwned")

    def judge_words(self):
        quiet = "--quiet" in self.argv
        if self.out and quiet and self.what not in TALKERS:
            self.wrong("a refusal prints nothing for scripts", "%s %r" % (self.code, self.out[:200]))
        if quiet:
            return
        # What these have found they tell on stdout.
        if not self.err.strip() and not (self.code == 1 and self.what == "check-host") and \
                self.what != "vzcfgvalidate":
            self.wrong("a refusal says why", self.code)
        elif len(self.err) > TEXT_MAX:
            self.wrong("a refusal says so in few words", "%d bytes" % len(self.err))
        elif not plain(self.err):
            self.wrong("a refusal is plain text", repr(self.err[:300]))
