"""Runs one provider through one scenario and writes down what happened. Judges nothing.

Each drive has an event loop and a deadline of its own and survives whatever the provider raises, also
SystemExit and swallowed cancellation. What blocks the whole process is the session's business.
"""

import contextlib
import copy
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import providers
from providers.contract import Contract, Door

from . import guard, observation
from .consumer import Consumer, Seen, run
from .recording import Call
from .scenario import Scenario
from .script import Chunk, Script, Send, Sleep
from .transcript import Raised, Transcript, Via
from .upstream.play import Play, Upstream

DEADLINE = 10.0
_GRACE = 1.0
"""Seconds that a provider gets to obey a cancellation."""
_GAP = Sleep(0.002)
"""Between the pieces of a cut body on a socket, lest the kernel or the client join them."""
_FEW_PIECES = 12


class Subject(Protocol):
    """What a drive must know of a provider."""

    @property
    def provider(self) -> type:
        """The class."""

    @property
    def contract(self) -> Contract:
        """Its contract."""

    @property
    def root(self) -> Path:
        """The folder or file of its own code."""

    @property
    def recordings(self) -> tuple[Scenario, ...]:
        """Its recorded scenarios."""


@dataclass(frozen=True)
class Way:
    """How the provider is led to the upstream: a door, and what follows the origin behind it."""

    door: Door | None = None
    """None: the provider asks its own origin (in-process, or through the environment)."""
    origin: str = ""
    base: str = ""


READ_ALL = Consumer()


class Driver:
    """Drives one subject against one upstream."""

    def __init__(
        self, subject: Subject, upstream: Upstream, deadline: float = DEADLINE, *, guarded: bool = True
    ) -> None:
        """``guarded`` refuses every connection beyond loopback."""
        self.subject = subject
        self.contract = subject.contract
        self.upstream = upstream
        self.deadline = deadline
        self._door: Door | None = None
        self._watch: Callable[[], AbstractContextManager[Sequence[str]]] = guard.watching if guarded else _unguarded

    @property
    def door(self) -> Door:
        """The door that leads this subject to the upstream, found by trial once.

        When no door works the first one is used, so that requirements tell what the provider does instead.
        """
        if self._door is None:
            first = self.subject.recordings[0]
            self._door = next((door for door in self.contract.doors if self._opens(door, first)), Door.BASE_URL)
        return self._door

    def _opens(self, door: Door, scenario: Scenario) -> bool:
        came_by = {request.via for request in self(scenario, way=Way(door)).requests}
        direct = {Via.ORIGIN} if door in {Door.BASE_URL, Door.URL} else {Via.FORWARD, Via.CONNECT}
        return bool(came_by & direct)

    def __call__(
        self,
        scenario: Scenario,
        *,
        way: Way | None = None,
        call: Call | None = None,
        options: Mapping[str, Any] | None = None,
        consumer: Consumer = READ_ALL,
        deadline: float | None = None,
    ) -> Transcript:
        """Drive once; ``call`` replaces the scenario's, ``options`` are added to it."""
        call = call or scenario.call
        call = replace(call, options={**call.options, **(options or {})})
        scripts = [self._paced(script) for script in scenario.scripts]
        way = way or Way(self.door)
        with self._watch() as escapes, self.upstream.play(*scripts) as play:
            return self._drive(call, way, consumer, deadline or self.deadline, play, escapes)

    def _drive(
        self, call: Call, way: Way, consumer: Consumer, deadline: float, play: Play, escapes: Sequence[str]
    ) -> Transcript:
        seen = Seen(self.contract, count_connections=self.upstream.open_connections)
        messages, options = copy.deepcopy(list(call.messages)), copy.deepcopy(dict(call.options))
        with self._open(way, options) as keywords:
            began = time.monotonic()
            invoke = self.subject.provider.create_async_generator  # type: ignore[attr-defined]
            run(seen, lambda: invoke(call.model, messages, **keywords), consumer, deadline, play)
            seconds = time.monotonic() - began
        kept = {"messages": (messages, list(call.messages)), "options": (options, dict(call.options))}
        return Transcript(
            course=seen.course,
            items=tuple(seen.items),
            exchanges=seen.exchanges,
            raised=self._describe(seen.error),
            seconds=seconds,
            mutated=tuple(name for name, (now, before) in kept.items() if now != before),
            leftovers=tuple(seen.leftovers),
            logs=tuple(seen.logs),
            escapes=tuple(escapes),
        )

    def _describe(self, error: BaseException | None) -> Raised | None:
        if error is None:
            return None
        return observation.raised(error, (self.subject.root, Path(providers.__path__[0])))

    @contextlib.contextmanager
    def _open(self, way: Way, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the options that lead through the door; the class attribute ``url`` is put back."""
        address = (way.origin or self.upstream.origin) + way.base
        if way.door is Door.BASE_URL:
            yield {**options, "base_url": address}
        elif way.door is Door.PROXY:
            yield {**options, "proxy": way.origin or self.upstream.proxy}
        elif way.door is Door.URL:
            with _attribute(self.subject.provider, "url", address):
                yield options
        else:
            yield options

    def _paced(self, script: Script) -> Script:
        """Put a pause between few pieces on a socket; many pieces need none to be cut somewhere."""
        chunks = [step for step in script.steps if isinstance(step, Chunk)]
        if self.upstream.name != "loopback" or not 1 < len(chunks) <= _FEW_PIECES:
            return script
        steps: list[Any] = []
        for step in script.steps:
            if isinstance(step, Chunk) and steps and not isinstance(steps[-1], Send):
                steps.append(_GAP)
            steps.append(step)
        return Script(tuple(steps))


def _unguarded() -> AbstractContextManager[Sequence[str]]:
    return contextlib.nullcontext(())


@contextlib.contextmanager
def _attribute(owner: type, name: str, value: str) -> Iterator[None]:
    had = name in vars(owner)
    old = vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if had:
            setattr(owner, name, old)
        else:
            delattr(owner, name)
