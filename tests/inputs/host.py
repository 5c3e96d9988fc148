# SPDX-License-Identifier: GPL-2.0-or-later
"""States of VE 101 on the made-up host; all files that there are, and how they are put back."""
import os
import shutil
import stat
import subprocess

KEPT = ("/vz", "/etc/vz", "/var/lib/vzctl", "/run")
FLAT = ("/", "/etc", "/root", "/tmp", "/home")
CGROUP = "/sys/fs/cgroup/vz.slice/vz.service"
CONF = "/etc/vz/conf/101.conf"
LOG = "/var/log/vzctl.log"
STATES = ("created", "snapshots", "absent", "mounted", "suspended", "elsewhere", "disabled", "damaged",
          "locked", "running")
UUID = "11111111-2222-3333-4444-555555555555"
ROW = ("role=source state=granted mode=0 generation=1 uuid=00112233445566778899aabbccddeeff "
       "pid=1 remove=0 disabled=0 peer=there\n")


def sh(script):
    subprocess.run(["sh", "-ec", script], check=True)


class Host:
    def __init__(self):
        self.seen, self.state, self.spoil = None, None, None
        self.holder = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "sleep", "100000"])
        sh("mkdir -p /vz/own/cwd /vz/own/area && echo other >/vz/canary && rm -f " + LOG)
        sh("printf '#!/bin/sh\\ntrue\\n' >/vz/own/script; cp /etc/vz/conf/102.conf /vz/own/area.conf")
        self.keep("created")
        for state in STATES[1:]:
            self.enter("created")
            self.make(state)
            self.keep(state)

    def keep(self, state):
        shutil.rmtree("/tmp/base/" + state, ignore_errors=True)
        sh("mkdir -p /tmp/base/%s && cp -a --parents %s /tmp/base/%s" % (state, " ".join(KEPT), state))

    def make(self, state):
        if state == "absent":
            sh("rm -rf /vz/private/101 /vz/root/101 /etc/vz/conf/101.* /etc/vz/names/web")
        elif state == "snapshots":
            sh("vzctl snapshot 101 --id %s --name first >/tmp/out" % UUID)
        elif state == "mounted":
            sh("mkdir -p /vz/root/101")
        elif state == "suspended":
            sh("mkdir -p /vz/dump/Dump.101 && touch /vz/dump/Dump.101/ve.complete")
        elif state == "elsewhere":
            sh("mkdir -p /var/lib/vzctl/migrate")
            write("/var/lib/vzctl/migrate/101", ROW)
            sh("echo 'DISABLED=\"yes\"' >>" + CONF)
        elif state == "disabled":
            sh("echo 'DISABLED=\"yes\"' >>" + CONF)
        elif state == "damaged":
            data = open(CONF, "rb").read()
            write(CONF, data[:200] + bytes((i * 7919 + 13) % 256 for i in range(3000)) +
                  b'\nNUMPROC="x"\nVE_PRIVATE="relative"\nNETIF=";;,=\nHOSTNAME="a\n')
        elif state == "locked":
            write("/vz/lock/101.lck", "%d\n" % self.holder.pid)

    def enter(self, state):
        """All files as they are in that state."""
        sh("umount -l /vz/root/101 2>/dev/null || :; rm -rf %s; mkdir -p /vz /etc/vz /run; "
           "cp -a /tmp/base/%s/. /" % (" ".join(k + "/*" for k in KEPT) + " " + CGROUP, state))
        if state == "mounted":
            sh("mount -t tmpfs -o mode=700 t /vz/root/101")
        if state == "running":
            sh("mkdir -p %s/101/payload && echo RUNNING >%s/101/ve.state" % (CGROUP, CGROUP))
        if self.spoil:
            self.put_in_place(*self.spoil)
        self.state, self.seen = state, look()

    def put_in_place(self, path, make):
        """Something else under the name of a file."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):
            sh("rm -rf '%s'" % path)
        make(path)

    def changes(self):
        """Paths that are not as they were when the state was entered; a lock of nobody is nothing."""
        now = look()
        both = set(now) | set(self.seen)
        return sorted(p for p in both if now.get(p) != self.seen.get(p) and
                      not (p in self.seen and p in now and self.same(p, now[p])))

    def same(self, path, now):
        was = self.seen[path]
        if now[:6] != was[:6]:
            return False
        if not stat.S_ISREG(now[0]) or now == was:
            return True
        base = "/tmp/base/" + self.state + path
        return os.path.exists(base) and read(base) == read(path)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def look():
    """(mode, uid, gid, size, device, target, ctime, inode) of each path; folders without times."""
    found = {}
    todo = list(KEPT) + [CGROUP] + list(FLAT)
    while todo:
        top = todo.pop()
        try:
            entries = list(os.scandir(top))
        except OSError:
            continue
        for e in entries:
            st = e.stat(follow_symlinks=False)
            folder = stat.S_ISDIR(st.st_mode)
            if folder and top not in FLAT:
                todo.append(e.path)
            target = os.readlink(e.path) if e.is_symlink() else None
            row = (st.st_mode, st.st_uid, st.st_gid, 0 if folder else st.st_size, st.st_rdev, target)
            found[e.path] = row if folder or top in FLAT else row + (st.st_ctime_ns, st.st_ino)
    return found
