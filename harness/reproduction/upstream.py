"""An upstream of some hundred lines that plays replies on 127.0.0.1. Standard library alone.

``harness check --pytest-file`` copies it as it stands into the file that it writes. It knows nothing of the harness.
"""

import contextlib
import select
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

GRACE = 1.0
GAP = 0.002
FEW = 12
OTHER = "http://other.invalid"
"""Stands for a second origin of the upstream."""


@dataclass
class Request:
    """A request as it came."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Give the value of a header, all its lines joined; None when absent."""
        return ", ".join(value for key, value in self.headers if key.lower() == name) or None


class Left(OSError):
    """The client has left while it was answered."""


class Upstream:
    """Plays replies in order, the last one again and again. Origin, forward proxy and CONNECT proxy at once.

    A reply is a list of steps: ("to", a mark in the body of its request), ("head", status, headers), the bytes of a
    chunk, ("sleep", seconds), ("gate", name), ("reset",), ("half-close",), ("close",).
    """

    def __init__(self, replies: list[list[Any]], context: ssl.SSLContext | None = None, *, tls: bool = False) -> None:
        self.requests: list[Request] = []
        self.endings: list[str] = []
        self.expired: list[str] = []
        self.connections = 0
        self.over = False
        self._replies, self._context, self._tls = replies, context, tls
        self._gates: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.origin = f"https://localhost:{self.port}" if tls else f"http://127.0.0.1:{self.port}"
        self._second = socket.create_server(("127.0.0.1", 0))
        self._other = f"http://127.0.0.1:{self._second.getsockname()[1]}"
        for listener in (self._listener, self._second):
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def gate(self, name: str) -> threading.Event:
        """Give the gate of this name."""
        return self._gates.setdefault(name, threading.Event())

    def under_way(self) -> bool:
        """Tell whether a reply is still being played."""
        return "unfinished" in self.endings

    def close(self) -> None:
        """Stop."""
        self.over = True
        self._listener.close()
        self._second.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                sock, _ = listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with self._lock:
            self.connections += 1
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._tls:
                sock = self._secure(sock)
            with contextlib.suppress(OSError, ValueError), sock, sock.makefile("rb") as stream:
                self._talk(sock, stream)
        except OSError:  # the client does not trust us, or has left
            sock.close()
        with self._lock:
            self.connections -= 1

    def _secure(self, sock: socket.socket) -> socket.socket:
        if self._context is None:
            raise OSError("no certificate")
        return self._context.wrap_socket(sock, server_side=True)

    def _talk(self, sock: socket.socket, stream: Any) -> None:
        while True:
            method, target, _ = stream.readline().decode("latin-1").split(" ", 2)
            lines = iter(stream.readline, b"\r\n")
            pairs = [line.decode("latin-1").partition(":") for line in lines]
            headers = [(name.strip(), value.strip()) for name, _, value in pairs]
            if method == "CONNECT":
                sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with self._secure(sock) as inner, inner.makefile("rb") as secure_stream:
                    self._talk(inner, secure_stream)
                return
            request = Request(method, target, headers, b"")
            if request.header("expect"):
                sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.body = _body(request, stream)
            with self._lock:
                number = len(self.requests)
                self.requests.append(request)
                self.endings.append("unfinished")
            try:
                stays = self._play(sock, self._reply(request, number), number)
            except OSError:
                self.endings[number] = "unfinished" if self.over else "client left"
                return
            if not stays:
                return

    def _reply(self, request: Request, number: int) -> list[Any]:
        """Give the reply whose mark the request carries, else the one whose turn it is."""
        meant = (steps for steps in self._replies if _is_meant(steps, request.body))
        steps = next(meant, self._replies[min(number, len(self._replies) - 1)])
        return [step for step in steps if step[:1] != ("to",)]

    def _play(self, sock: socket.socket, steps: list[Any], number: int) -> bool:
        """Play one reply; tell whether the connection stays open."""
        head: dict[str, str] = {}
        sent = 0
        slow = 1 < sum(isinstance(step, bytes) for step in steps) <= FEW
        for step in steps:
            match step:
                case bytes():
                    if sent and slow:
                        self._wait(sock, GAP)
                    sent += len(step)
                    sock.sendall(b"%x\r\n%b\r\n" % (len(step), step) if "transfer-encoding" in head else step)
                case ("head", status, headers):
                    head = {name.lower(): value for name, value in headers}
                    sock.sendall(_head(status, [(name, value.replace(OTHER, self._other)) for name, value in headers]))
                case ("sleep", seconds):
                    self._wait(sock, seconds)
                case ("gate", name):
                    self._pass(name)
                case ("reset",):
                    time.sleep(0.03 if head else 0)  # let arrive what was sent
                    self.endings[number] = "reset"
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return False
                case _:
                    return self._end(sock, number, "complete" if step == ("close",) else "half-closed", head)
        short = not head or sent < int(head.get("content-length", 0))
        if short or {"content-length", "transfer-encoding"}.isdisjoint(head):
            return self._end(sock, number, "half-closed" if short else "complete", {})
        self.endings[number] = "complete"
        if "transfer-encoding" in head:
            sock.sendall(b"0\r\n\r\n")
        return True

    def _pass(self, gate: str) -> None:
        """Wait at a gate; once one has expired, nobody is there to open the others."""
        if not self.gate(gate).wait(0 if self.expired else GRACE):
            self.expired.append(gate)

    def _end(self, sock: socket.socket, number: int, ending: str, head: dict[str, str]) -> bool:
        """Send FIN, and stay until the client has gone."""
        self.endings[number] = ending
        if ending == "complete" and "transfer-encoding" in head:
            sock.sendall(b"0\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            self._wait(sock, float("inf"))
        return False

    def _wait(self, sock: socket.socket, seconds: float) -> None:
        """Wait, unless the client leaves first."""
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            readable, _, _ = select.select([sock], [], [], min(rest, 0.05))
            if readable or self.over:
                raise Left


def _is_meant(steps: list[Any], body: bytes) -> bool:
    match steps:
        case [("to", mark), *_]:
            return mark.encode() in body
        case _:
            return False


def _head(status: int, headers: list[tuple[str, str]]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in {*HTTPStatus} else ""
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _body(request: Request, stream: Any) -> bytes:
    if request.header("transfer-encoding") is None:
        return bytes(stream.read(int(request.header("content-length") or 0)))
    body = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body
