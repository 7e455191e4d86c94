"""The upstream inside this process: answers httpx through respx, sync and async. No sockets, hence fast; httpx only.

The patch stays from the first play until ``close``. While no play is on, every httpx request is refused, except that
requests pass while another upstream of this process plays over sockets. One of these per process.
"""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import httpcore
import httpx
import respx
from respx.mocks import HTTPCoreMocker
from respx.models import PassThrough

from ..script import Script, Send
from ..transcript import Request
from .acting import Acting, Acts, Pause
from .connection import with_port
from .gates import Gates
from .head import headers, reason
from .performance import Performance, any_over_sockets
from .play import Respond, in_order

_FOREVER = float("inf")


class InProcess:
    """Plays scripts to httpx clients, whatever host they ask. Implements ``Upstream``; to be closed."""

    name = "in-process"
    origin = "http://upstream.test"

    def __init__(self) -> None:
        self.proxy: str | None = None
        self._router = _Router(self._answer)
        self._patched = False
        self._performance: Performance | None = None
        self._open: set[Reply] = set()
        self._changed = threading.Condition()

    @contextmanager
    def play(self, *scripts: Script, gate_limit: float = 2.0) -> Iterator[Performance]:
        """Answer the first request with the first script and so on; the last one repeats."""
        with self.perform(in_order(scripts), gate_limit) as performance:
            yield performance

    @contextmanager
    def perform(self, respond: Respond, gate_limit: float = 2.0) -> Iterator[Performance]:
        """Answer every request with the script that ``respond`` gives for it, called in the client's thread."""
        if not self._patched:
            self._router.start()  # 0.6 ms, so once and not per play
            self._patched = True
        performance = self._performance = Performance(respond, gate_limit)
        try:
            yield performance
        finally:
            self._performance = None
            with self._changed:
                self._open.clear()
            performance.finish()

    def open_connections(self) -> int:
        """Count the replies that clients have neither read to the end nor closed."""
        return len(self._open)

    def drained(self, seconds: float, down_to: int = 0) -> bool:
        """Wait until no more than so many replies are open; tell whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._open) <= down_to, seconds)

    def close(self) -> None:
        """Take the patch off."""
        if self._patched:
            self._router.stop()
            self._patched = False

    def _answer(self, request: httpcore.Request) -> "Reply":
        """Begin the reply to a request."""
        performance = self._performance
        if performance is None and any_over_sockets():
            raise PassThrough("another upstream is playing", request=request, origin=_NO_ROUTE)  # type: ignore[arg-type]
        running = performance.begin(_noted(request)) if performance else None
        if performance is None or running is None:
            raise httpcore.ConnectError("no play is on: the harness lets nothing go out")
        patience = request.extensions.get("timeout", {}).get("read")
        acts = Acting(performance, running, _FOREVER if patience is None else patience).acts()
        reply = Reply(running.script, acts, performance.gates, self._closed)
        with self._changed:
            self._open.add(reply)
        return reply

    def _closed(self, reply: "Reply") -> None:
        with self._changed:
            self._open.discard(reply)
            self._changed.notify_all()


class Reply(httpx.AsyncByteStream, httpx.SyncByteStream):
    """One reply as httpcore gives it: the head, then the stream of its body, one piece per chunk."""

    def __init__(self, script: Script, acts: Acts, gates: Gates, closed: Callable[["Reply"], None]) -> None:
        self._script = script
        self._acts = acts
        self._gates = gates
        self._closed = closed

    async def head(self) -> httpcore.Response:
        """Give the response once the script has come to its head."""
        try:
            await self._act()
        except BaseException:
            self.close()
            raise
        return self._response()

    def head_blocking(self) -> httpcore.Response:
        """Give the response once the script has come to its head."""
        try:
            self._act_blocking()
        except BaseException:
            self.close()
            raise
        return self._response()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while isinstance(piece := await self._act(), bytes):
                yield piece
        finally:  # as httpcore does, also on cancellation
            self.close()

    def __iter__(self) -> Iterator[bytes]:
        try:
            while isinstance(piece := self._act_blocking(), bytes):
                yield piece
        finally:
            self.close()

    async def aclose(self) -> None:
        """Leave."""
        self.close()

    def close(self) -> None:
        """Leave."""
        self._acts.close()
        self._closed(self)

    def _response(self) -> httpcore.Response:
        head = self._script.head
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers(self._script)]
        extensions = {"http_version": b"HTTP/1.1", "reason_phrase": reason(head)}
        return httpcore.Response(head.status, headers=lines, content=self, extensions=extensions)

    async def _act(self) -> Send | bytes | None:
        act = self._go_on(None)
        while isinstance(act, Pause):
            act = self._go_on(await self._gates.wait(act.gate, act.seconds))
        return act

    def _act_blocking(self) -> Send | bytes | None:
        act = self._go_on(None)
        while isinstance(act, Pause):
            act = self._go_on(self._gates.wait_blocking(act.gate, act.seconds))
        return act

    def _go_on(self, opened: bool | None) -> Send | bytes | Pause | None:  # noqa: FBT001  sent to the generator
        """Give the next act; None at the end."""
        try:
            return self._acts.send(opened)
        except StopIteration:
            return None


class _Pools(HTTPCoreMocker):
    """Patches httpcore's pools, not the connections below: one of a forward proxy holds a target that respx garbles.

    Requests and replies stay those of httpcore: to make them httpx's and back takes a third of a drive.
    """

    name = "httpcore pools"
    targets: ClassVar[list[str]] = [target for target in HTTPCoreMocker.targets if ".connection." not in target]

    @classmethod
    def to_httpx_request(cls, **asked: Any) -> httpcore.Request:
        return asked["request"]  # type: ignore[no-any-return]  # respx hands on what the pool was given

    @classmethod
    def prepare_sync_request(cls, httpx_request: httpcore.Request, **kwargs: Any) -> Any:
        httpx_request.stream = httpx.ByteStream(b"".join(httpx_request.stream))  # type: ignore[arg-type]
        return httpx_request, kwargs

    @classmethod
    async def prepare_async_request(cls, httpx_request: httpcore.Request, **kwargs: Any) -> Any:
        pieces = [piece async for piece in httpx_request.stream]  # type: ignore[union-attr]
        httpx_request.stream = httpx.ByteStream(b"".join(pieces))
        return httpx_request, kwargs

    @classmethod
    def from_sync_httpx_response(cls, httpx_response: httpcore.Response, target: Any, **_kwargs: Any) -> Any:  # noqa: ARG003
        return httpx_response  # ``from_async_httpx_response`` asks this one


class _Router(respx.MockRouter):
    """A router of one answer. respx asks it by these two methods, which tell a sync client from an async one."""

    def __init__(self, answer: Callable[[httpcore.Request], Reply]) -> None:
        super().__init__(assert_all_called=False, using=_Pools.name)
        self._answer = answer

    def handler(self, request: httpcore.Request) -> httpcore.Response:  # type: ignore[override]
        return self._answer(request).head_blocking()

    async def async_handler(self, request: httpcore.Request) -> httpcore.Response:  # type: ignore[override]
        return await self._answer(request).head()


_NO_ROUTE = respx.Route()


def _noted(request: httpcore.Request) -> Request:
    """Give a request of httpcore, whose body has been read, as it would stand on the wire."""
    url = request.url
    scheme, host = url.scheme.decode("ascii"), url.host.decode("ascii")
    place = f"[{host}]" if ":" in host else host
    return Request(
        method=request.method.decode("ascii"),
        target=url.target.decode("ascii"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers),
        body=b"".join(request.stream),  # type: ignore[arg-type]
        authority=with_port(place if url.port is None else f"{place}:{url.port}", scheme),
        scheme=scheme,
    )
