"""Runs a command under a system call filter: RULE... -- COMMAND...

EPERM=statx           this call fails so
EPERM=socket:AF_UNIX  and this one with that first argument
only=@system-service  every call but those of systemd's group fails with EPERM
"""

import errno
import os
import socket
import subprocess
import sys

import seccomp


def members(group):
    listed = subprocess.run(["systemd-analyze", "syscall-filter", group], check=True, capture_output=True, text=True)
    for line in listed.stdout.splitlines()[1:]:
        name = line.strip()
        if name.startswith("@"):
            yield from members(name)
        elif name and not name.startswith("#"):
            yield name


def filter_of(rules):
    groups = [value for key, value in rules if key == "only"]
    filtered = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM) if groups else seccomp.ALLOW)
    for name in {name for group in groups for name in members(group)}:
        try:
            filtered.add_rule(seccomp.ALLOW, name)
        except RuntimeError:
            pass  # a call of another architecture's
    for code, call in rules:
        if code != "only":
            name, _, family = call.partition(":")
            first = [seccomp.Arg(0, seccomp.EQ, int(getattr(socket, family)))] if family else []
            filtered.add_rule(seccomp.ERRNO(getattr(errno, code)), name, *first)
    return filtered


end = sys.argv.index("--")
filter_of([word.split("=", 1) for word in sys.argv[1:end]]).load()
os.execvp(sys.argv[end + 1], sys.argv[end + 1 :])
