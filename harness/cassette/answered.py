"""Whether a recorded answer streamed and came to its end, as the contract has it. Pure; failures are exempt."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from providers.contract import Capability, Codec, Contract

from ..evidence import show
from ..framing import Event, codec_of, is_finish, parse
from ..recording import Interaction, Provenance, Recording
from ..stop_value import in_documents
from .rules import STREAMED, TERMINATED, Finding

_BY_CHANCE = 3
"""Chunks that a fast service may send within 0.1 ms."""


def terminated(recording: Recording, file: Path, contract: Contract) -> Iterator[Finding]:
    """Judge the last reply of an answer. Of what was imported nobody knows how it came."""
    if recording.expected.error is not None:
        return
    reply, place = recording.interactions[-1], f"interactions[{len(recording.interactions) - 1}].response"
    codec = codec_of(contract, reply.body)
    try:
        events = parse(codec, reply.body)
    except (ValueError, RecursionError) as error:
        yield Finding(TERMINATED, file, f"expected a reply in {codec}, got {error}", f"{place}.body.string")
        return
    for message in _unfinished(contract, codec, events, reply):
        yield Finding(TERMINATED, file, message, place)
    if recording.provenance is Provenance.IMPORTED:
        return
    for message in _unstreamed(contract, codec, events, recording):
        yield Finding(STREAMED, file, message, f"{place}.x_wire")


def _unfinished(contract: Contract, codec: Codec, events: Sequence[Event], reply: Interaction) -> Iterator[str]:
    told = False
    if contract.finish is not None:
        told = True
        if not any(_ends(contract, codec, event) for event in events):
            yield f"expected a stop value at {contract.finish.path}, got none in {len(events)} events"
    if contract.sentinel is not None and codec is not Codec.JSON:
        told = True
        if not any(event.value == contract.sentinel for event in events):
            yield f"expected the sentinel {contract.sentinel}, got none in {len(events)} events"
    if not told and reply.wire.end != "complete":
        yield f"expected a complete body, which is the only end that this API has, got {reply.wire.end}"


def _ends(contract: Contract, codec: Codec, event: Event) -> bool:
    if codec is Codec.JSON and (where := in_documents(contract)) is not None:
        return where.of(event.value) not in (None, "")
    return is_finish(contract, event)


def _unstreamed(contract: Contract, codec: Codec, events: Sequence[Event], recording: Recording) -> Iterator[str]:
    wire = recording.interactions[-1].wire
    if codec is Codec.JSON or _asks_for_document(contract, recording):
        yield from _not_as_asked(contract, codec, recording)
    elif Capability.STREAM in contract.claims:
        said = [event for event in events if event.value != contract.sentinel]
        if codec is not Codec.TEXT and len(said) < 2:  # noqa: PLR2004  one is no stream
            yield f"expected more than one event, got {len(said)}"
        if len(wire.chunks) < 2:  # noqa: PLR2004
            yield f"expected more than one chunk, got {len(wire.chunks)}"
        elif len(set(wire.at)) == 1 and len(wire.at) > _BY_CHANCE:
            yield f"expected chunks that came one after another, got all {len(wire.at)} at {wire.at[0]:g} s"


def _asks_for_document(contract: Contract, recording: Recording) -> bool:
    return contract.document is not None and contract.document.options.items() <= recording.call.options.items()


def _not_as_asked(contract: Contract, codec: Codec, recording: Recording) -> Iterator[str]:
    """Compare the mode of the call with the mode of the reply, where the API has both."""
    asked = _asks_for_document(contract, recording)
    if contract.document is not None and asked is not (codec is Codec.JSON):
        wanted = "one document" if asked else "a stream"
        yield f"expected {wanted} as the call asks for, got {show(codec)}"
