"""A small HTTP/1.1 service on loopback that streams its replies. Knows no protocol above HTTP."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """One request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One reply: its pieces are sent as chunks as they come, or, being a tuple, with their length."""

    pieces: Iterable[bytes]
    content_type: str
    status: int = 200
    chunked: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The service turns a request down with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"status {reply.status}")
        self.reply = reply


class CutOff(Exception):
    """The service breaks the connection in the middle of a reply."""


Answer = Callable[[Asked], Reply]


def json_reply(document: Any, status: int = 200) -> Reply:
    """Give a JSON document as a reply."""
    return Reply((json.dumps(document, ensure_ascii=False).encode(),), "application/json", status)


class Service:
    """Answers on a free port of 127.0.0.1 between entry and exit, every connection in a thread."""

    def __init__(self, answer: Answer) -> None:
        self._httpd = _Threads(("127.0.0.1", 0), _handler(answer))
        self.url = f"http://127.0.0.1:{self._httpd.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._httpd.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()


class _Threads(ThreadingTCPServer):  # http.server's own looks up the name of its address
    daemon_threads = True
    request_queue_size = 64
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that leave and replies that are cut off on purpose; show the rest."""
        if not isinstance(sys.exception(), (ConnectionError, CutOff)):
            super().handle_error(request, client_address)


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        server_version = "stand-in"
        sys_version = ""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                self._send(answer(Asked(self.command, self.path, headers, body)))
            except Refused as refused:
                self._send(refused.reply)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _serve  # noqa: N815

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(len(b"".join(reply.pieces))))
            self.end_headers()
            for piece in filter(None, reply.pieces):  # an empty chunk would end the body (RFC 9112, 7.1)
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if reply.chunked else piece)
            self.wfile.write(b"0\r\n\r\n" if reply.chunked else b"")

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler
