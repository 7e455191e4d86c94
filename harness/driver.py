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
from providers.contract import Capability, Contract, Door

from . import endpoint, guard, observation
from .consumer import Consumer, Reading, Seen, run
from .recording import Call
from .scenario import Scenario, one_answer
from .script import Chunk, Script, Send, Sleep
from .transcript import Raised, Transcript, Via
from .upstream.play import Respond, Upstream, in_order

DEADLINE = 10.0
KEY = "sk-of-the-harness"
"""For a provider that makes no call without one."""
_GRACE = 1.0
"""Seconds that a provider gets to obey a cancellation."""
_GAP = Sleep(0.002)
"""Between the pieces of a cut body on a socket, lest the kernel or the client join them."""
_FEW_PIECES = 16


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


@dataclass(frozen=True)
class Turn:
    """One call among several, and how it is read."""

    call: Call
    consumer: Consumer = READ_ALL


@dataclass(frozen=True)
class Drive:
    """What was done in one drive, and what was seen of it, so that it can be done again elsewhere."""

    turns: tuple[Turn, ...]
    respond: Respond
    at_once: bool
    way: Way
    transcripts: tuple[Transcript, ...]


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
        self._given: Mapping[str, Any] | None = None if guarded else {}  # a live upstream is asked for nothing more
        self._recent: tuple[Drive, ...] = ()
        self._begun = 0
        """Which call of several began last."""
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

    @property
    def given(self) -> Mapping[str, Any]:
        """What every call gets, found by trial once: a key that is demanded, the mode of a stream if not the usual."""
        if self._given is None:
            self._given = {}
            for demand in (self._demanded_key, self._demanded_mode):
                self._given = {**self._given, **next((demand(plain) for plain in one_answer(self.subject)), {})}
        return self._given

    def _with_given(self, turn: Turn) -> Turn:
        return replace(turn, call=replace(turn.call, options={**self.given, **turn.call.options}))

    def _demanded_key(self, plain: Scenario) -> Mapping[str, Any]:
        key = {"api_key": KEY} if Capability.API_KEY in self.contract.capabilities else {}
        return key if key and not self(plain).requests and self(plain, options=key).requests else {}

    def _demanded_mode(self, plain: Scenario) -> Mapping[str, Any]:
        whole = self.contract.document.options if self.contract.document else {}
        stream = {name: not value for name, value in whole.items() if isinstance(value, bool)}
        tried = [{}, stream] if stream else []
        asked = [endpoint.asks_for(self.contract, whole, self(plain, options=mode).requests) for mode in tried]
        return stream if asked == [True, False] else {}

    def blamed(self, transcript: Transcript | None) -> Drive | None:
        """Give the drive that this transcript is of, if it was one of the last few; else the last one."""
        found = (drive for drive in self._recent if any(one is transcript for one in drive.transcripts))
        return next(found, self.last)

    @property
    def last(self) -> Drive | None:
        """The drive that was over last; where a requirement fails and says no other, the one that it blames."""
        return self._recent[-1] if self._recent else None

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
        turn = Turn(replace(call, options={**call.options, **(options or {})}), consumer)
        return self.several([turn], in_order(scenario.scripts), way=way, deadline=deadline)[0]

    def each(self, scenarios: Sequence[Scenario]) -> tuple[Transcript, ...]:
        """Drive scenarios in a row in one event loop, which costs less than a loop for each."""
        turns = [Turn(scenario.call) for scenario in scenarios]
        return self.several(turns, lambda *_: scenarios[self._begun].script)

    def several(
        self,
        turns: Sequence[Turn],
        respond: Respond,
        *,
        at_once: bool = False,
        way: Way | None = None,
        deadline: float | None = None,
    ) -> tuple[Transcript, ...]:
        """Make several calls in one event loop, in a row or at once; each transcript has the requests of all."""
        way = way or Way(self.door)
        turns = [self._with_given(turn) for turn in turns] if self.given else turns
        with self._watch() as escapes, self.upstream.perform(lambda *asked: self._paced(respond(*asked))) as play:
            with contextlib.ExitStack() as opened:
                keywords = [opened.enter_context(self._open(way, turn.call)) for turn in turns]
                calls = [_Made(self, turn, index, keywords[index]) for index, turn in enumerate(turns)]
                began = time.monotonic()
                run([made.reading for made in calls], deadline or self.deadline, play, at_once=at_once)
                seconds = time.monotonic() - began
            transcripts = tuple(self._transcript(made, seconds, escapes) for made in calls)
        self._recent = (*self._recent[-2:], Drive(tuple(turns), respond, at_once, way, transcripts))
        return transcripts

    def begin(self, index: int, invoke: Callable[[], Any]) -> Any:
        """Begin one call of several."""
        self._begun = index
        return invoke()

    def _transcript(self, made: "_Made", seconds: float, escapes: Sequence[str]) -> Transcript:
        seen = made.reading.seen
        return Transcript(
            course=seen.course,
            items=tuple(seen.items),
            exchanges=seen.exchanges,
            raised=self._describe(seen.error),
            seconds=seconds,
            mutated=made.mutated(),
            leftovers=tuple(seen.leftovers),
            threads=seen.threads,
            logs=tuple(seen.logs),
            escapes=tuple(escapes),
        )

    def _describe(self, error: BaseException | None) -> Raised | None:
        if error is None:
            return None
        return observation.raised(error, (self.subject.root, Path(providers.__path__[0])))

    @contextlib.contextmanager
    def _open(self, way: Way, call: Call) -> Iterator[dict[str, Any]]:
        """Give the options, copied, that lead through the door; the class attribute ``url`` is put back."""
        options = copy.deepcopy(dict(call.options))
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


class _Made:
    """One call of a drive with the copies of its arguments that the provider gets."""

    def __init__(self, driver: Driver, turn: Turn, index: int, keywords: dict[str, Any]) -> None:
        self._call = turn.call
        self._messages = copy.deepcopy(list(turn.call.messages))
        self._options = {name: value for name, value in keywords.items() if name in turn.call.options}
        invoke = driver.subject.provider.create_async_generator  # type: ignore[attr-defined]
        self.reading = Reading(
            Seen(driver.contract, count_connections=driver.upstream.open_connections),
            lambda: driver.begin(index, lambda: invoke(turn.call.model, self._messages, **keywords)),
            turn.consumer,
        )

    def mutated(self) -> tuple[str, ...]:
        """Name the arguments that are no longer equal to the caller's."""
        kept = {
            "messages": (self._messages, list(self._call.messages)),
            "options": (self._options, dict(self._call.options)),
        }
        return tuple(name for name, (now, before) in kept.items() if now != before)


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
