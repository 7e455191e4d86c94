"""Takes this process off every network but a loopback of its own, where the system lets it: Linux alone does.

From then on nothing else can be reached, neither by C libraries nor by child processes, which ``guard`` does not see.
Source: unshare(2), network_namespaces(7), user_namespaces(7).
"""

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

_NEW_USER, _NEW_NET = 0x1000_0000, 0x4000_0000
_SET_FLAGS = 0x8914
"""SIOCSIFFLAGS, netdevice(7)."""
_UP = 1
_UNSEEN = ("curl_cffi", "grpc", "hrequests", "primp", "pycurl", "pyreqwest", "rnet", "tls_client", "wreq")
"""Modules that talk HTTP without Python's sockets."""


def isolate() -> bool:
    """Leave the networks and tell whether that came true; tried by a child first, for half of it cannot be undone."""
    if sys.platform != "linux":
        return False
    child = os.fork()
    if child == 0:
        os._exit(0 if _leave() else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 and _leave()


def unseen() -> list[str]:
    """Name the modules in this process whose connections the guard cannot see."""
    return [name for name in _UNSEEN if name in sys.modules]


def _leave() -> bool:
    import fcntl  # noqa: PLC0415  Windows has none

    libc = ctypes.CDLL(None)
    user, group = os.getuid(), os.getgid()
    try:
        if libc.unshare(_NEW_NET) != 0:
            if user == 0 or libc.unshare(_NEW_USER | _NEW_NET) != 0:  # root would lose the files of others
                return False
            for name, text in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                Path("/proc/self", name).write_text(text)
        with socket.socket() as any_socket:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh22x", b"lo", _UP))
    except OSError:
        return False
    return True
