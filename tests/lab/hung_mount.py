"""Mounts, in a mount namespace of its own, a file system that nobody serves, and runs a command beside it: MOUNTPOINT COMMAND..."""

import ctypes
import os
import sys

CLONE_NEWNS = 0x20000
MS_REC_PRIVATE = 0x4000 | 0x40000

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result != 0:
        sys.exit(os.strerror(ctypes.get_errno()))


mountpoint = sys.argv[1]
device = os.open("/dev/fuse", os.O_RDWR)
checked(libc.unshare(CLONE_NEWNS))
checked(libc.mount(b"none", b"/", None, MS_REC_PRIVATE, None))
options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
checked(libc.mount(b"hung", mountpoint.encode(), b"fuse.hung", 0, options.encode()))
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, device)])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
