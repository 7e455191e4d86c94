"""Leads a provider to an upstream, reads it as a caller would, and tells what came. Standard library alone.

``harness check --pytest-file`` copies it as it stands into the file that it writes. It knows nothing of the harness.
"""

import asyncio
import contextlib
import copy
import gc
import inspect
import io
import logging
import os
import socket
import ssl
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from .subject import UPSTREAM, Call, Provider, Seen
from .upstream import GRACE, Upstream

DEADLINE = 10.0
"""Seconds for each call that is expected to end soon."""
GUARDED: list[None] = []
"""Odd in number while a provider is driven; an audit hook cannot be removed."""


def drive(
    provider: Provider,
    replies: list[list[Any]],
    *calls: Call,
    door: str = "base_url",
    address: str = UPSTREAM,
    at_once: bool = False,
    deadline: float = DEADLINE,
    environment: dict[str, str | None] | None = None,
    tls: tuple[str, str | None] | None = None,
) -> list[Seen]:
    """Make the calls in one event loop, in a row or at once. ``tls``: certificates to serve, certificate to trust."""
    context = None
    if tls is not None:
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
            pem.write(tls[0])
            pem.flush()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem.name)
    upstream = Upstream(replies, context, tls=address.startswith("untrusted"))
    with contextlib.ExitStack() as stack:
        stack.callback(upstream.close)
        trusted = tls[1] if tls is not None else globals().get("AUTHORITY")  # of the file that this is copied into
        stack.enter_context(_surroundings(upstream, trusted, environment or {}))
        seen = [Seen(provider, origin=upstream.origin) for _ in calls]
        cls = provider.load()
        place = _addressed(address.replace("untrusted", UPSTREAM), upstream)
        if address.startswith("refused"):
            closed = stack.enter_context(socket.socket())  # bound, but not listening
            closed.bind(("127.0.0.1", 0))
            place = address.replace("refused", f"http://127.0.0.1:{closed.getsockname()[1]}")
        keywords = _through(stack, door, place, cls, upstream)
        stack.enter_context(_hearing(seen[0]))
        asyncio.run(_all(cls, upstream, list(zip(calls, seen, strict=True)), keywords, at_once, deadline))
        gc.collect()
    return seen


def _through(stack: contextlib.ExitStack, door: str, address: str, cls: Any, upstream: Upstream) -> dict[str, Any]:
    """Give the keywords that lead to the upstream; the class attribute ``url`` is put back."""
    if door == "url":
        had, old = "url" in vars(cls), vars(cls).get("url")
        cls.url = address
        stack.callback(lambda: setattr(cls, "url", old) if had else delattr(cls, "url"))
    if door == "proxy":
        return {"proxy": upstream.origin}
    return {"base_url": address} if door == "base_url" else {}


@contextlib.contextmanager
def _surroundings(upstream: Upstream, trusted: str | None, environment: dict[str, str | None]) -> Iterator[None]:
    """Send what goes beyond loopback to the upstream, and let nothing else get there.

    An authority is trusted from the first drive on, for a provider may read its certificates only once.
    """
    kept = dict(os.environ)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
        if trusted is not None:
            pem.write(trusted)
            pem.flush()
            os.environ.update(dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), pem.name))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            os.environ[name] = upstream.origin
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
        for name, value in environment.items():
            os.environ.pop(name, None)
            os.environ.update({} if value is None else {name: value})
        if not GUARDED:
            sys.addaudithook(_refuse)
        GUARDED.append(None)
        try:
            yield
        finally:
            GUARDED.append(None)
            os.environ.clear()
            os.environ.update(kept)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse addresses beyond loopback while a provider is driven."""
    if len(GUARDED) % 2 == 0 or event not in {"socket.connect", "socket.getaddrinfo"}:
        return
    host = arguments[0] if event == "socket.getaddrinfo" else arguments[1][0] if arguments[1] else ""
    host = host.decode() if isinstance(host, bytes) else host
    if isinstance(host, str) and host not in {"", "127.0.0.1", "localhost", "::1"}:
        raise socket.gaierror(socket.EAI_NONAME, f"nothing beyond loopback is reached, got {host!r}")


@contextlib.contextmanager
def _hearing(seen: Seen) -> Iterator[None]:
    """Note what is logged, printed and warned of."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers[:] = [logging.StreamHandler(stream)]
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            gc.collect()
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        seen.left += [f"{one.category.__name__}" for one in caught if one.category in {ResourceWarning, RuntimeWarning}]
        seen.shown += stream.getvalue()


async def _all(
    cls: Any,
    upstream: Upstream,
    calls: list[tuple[Call, Seen]],
    keywords: dict[str, Any],
    at_once: bool,  # noqa: FBT001  as data
    deadline: float,
) -> None:
    """Make all calls, wait until nothing is under way, and note what stays behind."""
    first = calls[0][1]
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: first.left.append(str(context["message"])))
    own = {asyncio.current_task()}
    for group in [calls] if at_once else [[one] for one in calls]:
        tasks = {asyncio.ensure_future(_make(cls, upstream, call, seen, keywords)): seen for call, seen in group}
        own |= {*tasks}
        _, late = await asyncio.wait(tasks, timeout=deadline)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GRACE / 10)
        for task in late:
            tasks[task].course, tasks[task].error = "timed out", None
    await _within(GRACE, lambda: not upstream.under_way())
    for _, seen in calls:
        seen.requests, seen.endings = list(upstream.requests), list(upstream.endings)
        seen.expired = list(upstream.expired)
    times = sum(call.times for call, _ in calls)
    gc.collect()
    if not await _within(GRACE / 5, lambda: upstream.connections < max(times, 2)):
        first.left.append("connections")
    first.left += ["task" for task in asyncio.all_tasks() - own if not task.done()]


async def _make(cls: Any, upstream: Upstream, call: Call, seen: Seen, keywords: dict[str, Any]) -> None:
    """Make one call, as often as it says."""
    asked = {name: _addressed(value, upstream) for name, value in call.options.items()}
    messages, options = copy.deepcopy(call.messages), copy.deepcopy(asked)
    for _ in range(call.times):
        waiting: asyncio.Task[None] | None = None
        own = asyncio.current_task()
        if own is not None and call.cancel_after is not None:
            waiting = asyncio.ensure_future(_cancel(own, upstream, call.cancel_after, seen))
        try:
            answer = cls.create_async_generator(call.model, messages, **{**options, **keywords})
            answer = await answer if inspect.iscoroutine(answer) else answer
            if await _read(upstream, call, seen, answer):
                seen.course = "closed early"
                await (answer.aclose() if hasattr(answer, "aclose") else asyncio.to_thread(answer.close))
        except asyncio.CancelledError as error:
            seen.error, seen.course = error, "cancelled"
        except BaseException as error:  # noqa: BLE001  whatever a provider raises is to be looked at
            seen.error, seen.course = error, "raised"
        finally:
            if waiting is not None:
                waiting.cancel()
    seen.changed = [
        name
        for name, now, before in (("messages", messages, call.messages), ("options", options, asked))
        if now != before
    ]


def _addressed(value: Any, upstream: Upstream) -> Any:
    return value.replace(UPSTREAM, upstream.origin) if isinstance(value, str) else value


async def _read(upstream: Upstream, call: Call, seen: Seen, answer: Any) -> bool:
    """Read the items; tell whether the caller stopped before the end."""
    gates = list(call.gates)
    enough = float("inf") if call.stop_after is None else len(seen.text) + call.stop_after
    async for item in answer.__aiter__() if hasattr(answer, "__aiter__") else _in_thread(iter(answer)):
        seen.note(item)
        while gates and len(seen.text) >= gates[0][0]:
            upstream.gate(gates.pop(0)[1]).set()
        if len(seen.text) >= enough:
            return True
    return False


async def _in_thread(answer: Iterator[Any]) -> AsyncIterator[Any]:
    """Read a sync generator."""
    end = object()
    while (value := await asyncio.to_thread(next, answer, end)) is not end:
        yield value


async def _cancel(task: "asyncio.Task[Any]", upstream: Upstream, length: int, seen: Seen) -> None:
    """Cancel a reader that waits for more."""
    await _within(float("inf"), lambda: bool(upstream.requests) and len(seen.text) >= length)
    await asyncio.sleep(0.03)
    task.cancel()


async def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Wait until a condition holds; tell whether it came true in time."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while not condition():
        if clock() > until:
            return False
        await asyncio.sleep(0.002)
    return True
