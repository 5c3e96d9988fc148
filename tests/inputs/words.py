# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tools' --help says that they take: commands, options, words, and right values."""
import re
import subprocess

import host


def output(*argv):
    return subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


class Option:
    """--name of a command; arg is what help calls its argument, None for a flag."""

    def __init__(self, name, arg):
        self.name, self.arg = name, arg


class Command:
    """words: what stands behind the id, in order, as help calls it; may be left out: in []."""

    def __init__(self, name, usage):
        self.name = name
        self.options = []
        usage = usage.replace("[,<field> ...]", "")
        rest = usage
        for m in re.finditer(r"(?<![\w-])(--?[A-Za-z0-9][\w-]*)"
                             r"(?:[ =](<[^>]*>(?:\[:<[^>]*>\])?|[a-z0-9]+(?:\|[a-z0-9]+)+))?", usage):
            self.options.append(Option(m[1], m[2] and m[2].replace("<", "").replace(">", "")))
            rest = rest.replace(m[0], " ")
        # The first of several ways to call it.
        rest = rest.split(" | ")[0]
        self.words = [w for w in re.findall(r"(?<!-)<([^>]*)>", rest) if w not in ("ctid", "value")]


def vzctl_commands():
    """Each command of vzctl, and set with the table of settings."""
    text = output("vzctl", "--help")
    head, settings = text.split("\nOptions of set:\n")
    commands = {}
    for line in re.sub(r"\n\t", " ", head).splitlines():
        m = re.match(r"vzctl ([a-z][a-z0-9_-]*) (.*)", line)
        if m and m[1] != "version":
            c = Command(m[1], m[2])
            if m[1] in commands:
                commands[m[1]].options += c.options
            else:
                commands[m[1]] = c
    opts = commands["set"].options = []
    for line in settings.splitlines():
        m = re.match(r"    ((?:-\w, )?--.*?)(?: <(.*)>)?$", line)
        if m:
            opts += [Option(name, m[2]) for name in m[1].split(", ")]
    return commands


def tool_options(tool):
    """Options of another tool: names from its --help, with what stands behind them."""
    run = subprocess.run([tool, "--help"], capture_output=True, text=True)
    found = {}
    for line in (run.stdout or run.stderr).splitlines():
        for m in re.finditer(r"(?<![\w-])(--?[A-Za-z0-9][\w-]*)(?:(?:=|\[=| )"
                             r"([A-Z][A-Z.,\[\]@|]*|<[^>]*>|\"[A-Z]+\"|[a-z]+(?:\|[a-z]+)+|"
                             r"\[-\]field|field\b|pattern|json|f\b|[a-z]+_?[a-z]+(?=\])))?", line):
            if found.get(m[1]) is None:
                found[m[1]] = m[2] and m[2].strip("<>")
    return found


def optional(tool, name):
    """May its value be left out?"""
    return "%s[=" % name in output(tool, "--help")


def known_values():
    """Words that completion knows for an option's value."""
    values = {}
    for line in open("build/user/share/vzctl.bash"):
        m = re.match(r"\t(--.*)\) echo '(.*)' ;;", line)
        if m:
            values.update({name: m[2].split() for name in m[1].split("|")})
    return values


UUID = host.UUID
# A right value for each kind of argument, by what help calls it.
RIGHT = {
    "bytes": "256M", "factor": "1.5", "barrier[:limit]": "10000:20000", "number": "8",
    "number[%]": "50%", "list|all|auto": "0", "list|all": "0", "0..7": "3",
    "number[B|K|M|G]": "10M", "yes|no": "yes", "soft[:hard]": "1000000:1100000", "seconds": "1",
    "0": "0", "address|all": "all", "address": "10.0.0.7", "name": "web7", "ifname|all": "all",
    "ifname[,mac,host_ifname,host_mac,bridge]": "eth1", "ifname": "eth0", "kbit|off": "100",
    "mac": "02:00:00:00:00:09", '"addr[/len] ..."|off': "10.0.0.9/32",
    "[device:]class:kbit|none": "1:100", "module[,...]": "ip_tables", "name:on|off[,...]": None,
    "b|c:major:minor|all:[r][w][q]|none": "c:1:3:rw", "name:[r][w][q]|none": "null:rw",
    "[domain:]bus:slot.function": "0:0.0", "none|pages:N|privvmpages:N": "none",
    "text": "words", "path": "/vz/own/path", "option[,...]": "noatime", "sample": "vswap-256m",
    "user:password|-": "root:secret", "restart|ignore": "ignore", "on|off": "on",
    "addr": "10.0.0.8", "uid": "1200095232", "soft[:hard]": "1000000:1100000", "uuid": UUID,
    "dir": "/vz/own/dir", "dir|overlay": "dir", "field": "uuid", "command": "true",
    "down|running|up": "down", "table|json|csv": "json", "table|json": "json",
    "new ctid": "105", "private": "/vz/own/area", "file": "/vz/own/file", "script": "/vz/own/script",
    "tty": "1", "ctid": "101",
}
# What the mere name of an argument does not say.
RIGHT_OF = {
    "--applyconfig_map": "name", "--nameserver": "10.0.0.1", "--bridge": "", "--id": UUID,
    "--cpus": "1", "--host_ifname": "veth101.9", "--ostemplate": "small", "--config": "vswap-256m",
    "--netdev_add": "dummy9", "--netdev_del": "dummy9", "--layout": "dir",
    "import file": "/vz/a.ve", "--base": "/vz/a.ve",
}
# Refused whatever the value: no VE has such a thing; for a VE that runs.
REFUSED = {"--netdev_add", "--netdev_del", "--pci_add", "--pci_del", "--reset_ub"}
# Options without which another one makes no sense.
WITH = {"--nodemask": ["--cpumask", "0"], "--quotaugidlimit": [], "--force": []}
for _field in ("mac", "host_ifname", "host_mac", "bridge", "mac_filter", "ip_filter", "ratelimit"):
    WITH["--" + _field] = ["--ifname", "eth0"]


def right(command, option, arg, values):
    """A right value, or KeyError for a kind of argument that this file does not know."""
    for key in (option, "%s %s" % (command, arg)):
        if key in RIGHT_OF:
            return RIGHT_OF[key]
    if values.get(option):
        return values[option][0]
    if arg in RIGHT:
        return RIGHT[arg]
    if re.fullmatch(r"[a-z0-9-]+(\|[a-z0-9-]+)+", arg):
        return arg.split("|")[0]
    raise KeyError("%s of %s %s" % (arg, command, option))
