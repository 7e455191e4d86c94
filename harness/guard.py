"""Keeps this process on loopback: other addresses are refused and noted.

It is an audit hook, so it sees what Python's ``socket`` does, in every thread. libcurl is invisible to it, and so are
child processes: ``isolation`` holds those where it can, the proxy variables of ``upstream.environment`` elsewhere.
"""

import ipaddress
import platform
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_CONTACTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_EVENTS = _LOOKUPS | _CONTACTS
_NEAR = frozenset({"", "localhost", platform.node()})
_watches: list[list[str]] = []


@contextmanager
def watching() -> Iterator[list[str]]:
    """Refuse what goes beyond loopback for as long as it lasts; gives the list that the addresses are noted in."""
    _install()
    escapes: list[str] = []
    _watches.append(escapes)
    try:
        yield escapes
    finally:
        _watches[:] = [watch for watch in _watches if watch is not escapes]


@cache
def _install() -> None:
    """Add the hook, once: Python offers no way to remove one."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _EVENTS or not _watches:
        return
    if event in _LOOKUPS:
        host, port = arguments[0], arguments[1] if len(arguments) > 1 else None
    else:
        address = arguments[1]
        if not isinstance(address, tuple):  # a path of AF_UNIX, or None for a connected socket
            return
        host, port = address[0], address[1]
    name = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
    if name is None or _is_near(name):
        return
    place = name if port is None else f"{name}:{port}"
    for watch in _watches:
        watch.append(place)
    if event in _LOOKUPS:
        raise socket.gaierror(socket.EAI_NONAME, f"the harness resolves loopback names only, got {place!r}")
    raise ConnectionRefusedError(f"the harness lets nothing go beyond loopback, got {place!r}")


def _is_near(host: str) -> bool:
    """Tell whether a host is this machine: a loopback or unspecified address, or its name."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host in _NEAR or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)
