"""Writes the body of a test that makes a failing drive again, without the harness. Drives; judges nothing anew."""

import math
import re
import sys
import textwrap
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import providers
from providers.contract import Codec, Door

from ..driver import Drive, Driver, Turn
from ..requirement import Claim, Failure
from ..script import Chunk, Close, Gate, HalfClose, Reset, Script, Send, Sleep, Step
from ..target import Subject
from ..transcript import Request
from ..upstream.head import headers
from .assertions import assertions, is_late
from .literal import Verbatim, call, literal
from .subject import UPSTREAM
from .upstream import OTHER

LARGEST = 1_000_000
"""Characters of source beyond which a drive is described only."""
_FOR_EVER = 3600
_PATIENCE = 1.5
"""Seconds for a call that did not end; to see that again need not take long."""
_ENDINGS: dict[type[Step], str] = {Reset: "reset", HalfClose: "half-close", Close: "close"}


def replay(driver: Driver, failure: Failure, area: str) -> dict[str, Any] | None:
    """Give the blamed drive as a test: its provider, its body, the hosts that need a certificate; None without one."""
    drive = driver.blamed(failure.transcript)
    if drive is None:
        return None
    try:
        body = _body(driver, drive, failure, area)
    except TypeError as error:
        body = _described(f"{error}")
    if len(body) > LARGEST:
        body = _described(f"it takes {len(body)} characters of source, more than {LARGEST}")
    return {"provider": _provider(driver.subject), "body": body, "hosts": sorted(_hosts(driver, drive))}


def _described(why: str) -> str:
    return f"raise AssertionError({literal(f'this drive cannot be written down: {why}')})"


def _provider(subject: Any) -> dict[str, Any]:
    """Tell where the class stands and where its events carry text."""
    cls, contract = subject.provider, subject.contract
    place = _place(subject)
    rule = (
        {} if Codec.TEXT in contract.codecs else {"text_paths": contract.text.paths, "text_match": contract.text.match}
    )
    return {"constant": subject.name, "name": cls.__qualname__, **place, **rule}


def _place(subject: Subject) -> dict[str, Any]:
    """Tell what to import, from which folder; the file where its module's name is taken."""
    if subject.builtin:
        return {"module": subject.provider.__module__, "folder": str(Path(providers.__path__[0]).parent)}
    location = subject.target.rpartition(":")[0]
    if not (location.endswith(".py") or "/" in location):
        return {"module": location, "folder": str(Path.cwd())}
    path = Path(location).resolve()
    top = path
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    inner = [part for part in path.relative_to(top.parent).with_suffix("").parts if part != "__init__"]
    place: dict[str, Any] = {"module": ".".join(inner), "folder": str(top.parent)}
    if inner[0] in sys.stdlib_module_names:
        return {"module": f"{path.stem}_under_test", "folder": str(path.parent), "file": str(path)}
    return place


def _hosts(driver: Driver, drive: Drive) -> set[str]:
    """Name the hosts that the provider asks over TLS."""
    if drive.way.origin and drive.way.origin == getattr(driver.upstream, "untrusted_origin", None):
        return {"localhost"}
    if drive.way.door in {Door.BASE_URL, Door.URL}:
        return set()
    asked = [request for transcript in drive.transcripts for request in transcript.requests]
    hosts = {urlsplit(f"//{request.authority}").hostname for request in asked if request.scheme == "https"}
    own = urlsplit(driver.contract.origin or "")
    return {host for host in (*hosts, own.hostname if own.scheme == "https" else None) if host}


def _body(driver: Driver, drive: Drive, failure: Failure, area: str) -> str:
    claim = failure.claim or Claim()
    again = 2 if claim.repeats or claim.fresh else 1
    turns = drive.turns * again
    names = [f"seen_{number}" for number in range(1, len(turns) + 1)] if len(turns) > 1 else ["seen"]
    untrusted = drive.way.origin and drive.way.origin == getattr(driver.upstream, "untrusted_origin", None)
    tls = "(STRANGERS, None)" if untrusted else "(CERTIFICATES, AUTHORITY)"
    made = call(
        "drive",
        Verbatim("PROVIDER"),
        _replies(driver, drive),
        *(_call(driver, turn) for turn in turns),
        door=str(drive.way.door or Door.ENVIRONMENT).replace("-", "_"),
        address=_address(driver, drive),
        at_once=drive.at_once or None,
        environment=dict(claim.environment) or None,
        deadline=_PATIENCE if is_late(drive) else None,
        tls=Verbatim(tls) if _hosts(driver, drive) else None,
    )
    line = f"[{', '.join(names)}] = {made}"
    if claim.loops > 1:
        line = f"for _ in range({claim.loops}):\n" + textwrap.indent(line, "    ")
    return "\n".join([line, *assertions(driver, drive, failure, area, names)])


def _address(driver: Driver, drive: Drive) -> str | None:
    """Give what leads to the upstream; None for its origin."""
    known = {getattr(driver.upstream, f"{name}_origin", None): name for name in ("refused", "untrusted")}
    origin = drive.way.origin if drive.way.origin != driver.upstream.origin else ""
    address = known.get(origin, origin or UPSTREAM) + drive.way.base
    return None if address == UPSTREAM else address


def _replies(driver: Driver, drive: Drive) -> list[list[Any]]:
    """Give what was or would be answered: to several calls by their marks, for who asks first is chance."""
    marks = _marks(drive.turns)
    asked = [Request("POST", "/", (), mark.encode()) for mark in marks or [""]]
    scripts = _scripts(driver, drive, asked if marks else drive.transcripts[0].requests or asked)
    replies = [_reply(_placed(driver, script)) for script in scripts]
    return [[("to", mark), *reply] for mark, reply in zip(marks, replies, strict=True)] if marks else replies


def _marks(turns: Sequence[Turn]) -> list[str]:
    """Give what the body of each call's request shows as it stands, where that tells the calls apart."""
    contents = [message["content"] for turn in turns for message in turn.call.messages[-1:] if "content" in message]
    plain = [one for one in contents if isinstance(one, str) and re.fullmatch(r"[\w-]+", one, re.ASCII)]
    return plain if 1 < len({*plain}) == len(turns) else []


def _scripts(driver: Driver, drive: Drive, asked: Sequence[Request]) -> list[Script]:
    turns = [min(number, len(drive.turns) - 1) for number in range(len(asked))]
    return [
        driver.begin(turn, partial(drive.respond, request, number))
        for number, (turn, request) in enumerate(zip(turns, asked, strict=True))
    ]


def _placed(driver: Driver, script: Script) -> Script:
    """Let headers name the other origin by what stands for it."""
    other = getattr(driver.upstream, "other_origin", "")
    own = [(name, value.replace(other, OTHER) if other else value) for name, value in _head_of(script)]
    return script.with_head(headers=tuple(own)) if own else script


def _head_of(script: Script) -> tuple[tuple[str, str], ...]:
    return next((step.headers for step in script.steps if isinstance(step, Send)), ())


def _reply(script: Script) -> list[Any]:
    pieces = [step.data for step in script.steps if isinstance(step, Chunk)]
    if len(pieces) > 1 and all(len(piece) == 1 for piece in pieces):
        first = next(index for index, step in enumerate(script.steps) if isinstance(step, Chunk))
        rest = [step for step in script.steps[first:] if not isinstance(step, Chunk)]
        one_by_one = Verbatim(f"*(bytes([byte]) for byte in {literal(script.body)})")
        return [*(_step(step, script) for step in script.steps[:first]), one_by_one, *(_step(s, script) for s in rest)]
    return [_step(step, script) for step in script.steps]


def _step(step: Step, script: Script) -> Any:
    match step:
        case Send():
            return ("head", step.status, list(headers(script)))
        case Chunk(data):
            return data
        case Sleep(seconds):
            return ("sleep", _FOR_EVER if math.isinf(seconds) else seconds)
        case Gate(name):
            return ("gate", name)
        case _:
            return (_ENDINGS[type(step)],)


def _call(driver: Driver, turn: Turn) -> Verbatim:
    consumer, here = turn.consumer, driver.upstream.origin
    options = {
        name: value.replace(here, UPSTREAM) if isinstance(value, str) else value
        for name, value in turn.call.options.items()
    }
    return call(
        "Call",
        turn.call.model,
        [dict(message) for message in turn.call.messages],
        options,
        stop_after=consumer.stop_after,
        cancel_after=consumer.cancel_after,
        gates=list(consumer.gates) or None,
        times=None if consumer.times == 1 else consumer.times,
    )
