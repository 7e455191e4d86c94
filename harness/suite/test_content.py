"""REQ: what becomes of the conversation on its way."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import jsonschema
from hypothesis import strategies as st

from providers.contract import Capability, MediaRule

from ..driver import Driver
from ..evidence import draw_request, fail, require_equal
from ..expectation import document, only_request, refusal_before_network
from ..framing import at_path, leaves
from ..recording import Call
from ..requirement import requirement
from ..scenario import Scenario, one_answer
from ..strategies import HUGE, TORTURE, calls, for_all
from ..transcript import Request
from ..verdict import Level

_LONG_TALK = 40
_EDGES = (("", ""), ("  ", " \n"), ("\n\t", "\t\r\n"))
"""White space around a content, which is a part of it."""
_BLANKS: tuple[Any, ...] = ("", " ", "\n\t", None, [], [{"type": "text", "text": ""}])
_IMAGES = {
    "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "image/gif": "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==",
    "image/webp": "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
    "image/jpeg": "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////////"
    "//////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=",
}
"""Images of one pixel, in base64."""


@requirement("REQ-03", Level.MUST, over=one_answer, source="contract: payload schema; RFC 8259, 8.1")
def test_body_is_json_that_satisfies_the_schema(drive: Driver, scenario: Scenario) -> None:
    """The body is UTF-8 JSON that satisfies the request schema, whatever the conversation.

    Roles in any order, empty, huge and odd Unicode content, every known model and option. Empty content may
    be refused by ValueError before the request instead.

    Remedy: build the body from the documented members; refuse what the API cannot take before sending.
    """
    content = st.sampled_from(["", " ", "hello", TORTURE, "x" * 65_536]) | st.text(
        st.characters(exclude_categories=["Cs"])
    )

    def holds(call: Call) -> None:
        transcript = drive(scenario, call=call)
        blank = not all(message["content"].strip() for message in call.messages)
        if blank and not transcript.requests:
            refusal_before_network(transcript, "empty content")
            return
        request = only_request(transcript, scenario)
        _require_schema(drive.contract.payload, request)

    for_all(calls(drive.contract, scenario.call, content), holds, *_torture(scenario))


def _require_schema(schema: Mapping[str, Any], request: Request) -> None:
    wire = draw_request(request)
    body = document(request)
    validator = jsonschema.Draft202012Validator(schema)
    broken = jsonschema.exceptions.best_match(validator.iter_errors(body))
    if broken is not None:
        reason = f"the body breaks the schema at {broken.json_path}"
        raise fail(reason, expected=broken.schema, observed=broken.message, wire=wire)


@requirement(
    "REQ-04",
    Level.MUST,
    over=one_answer,
    source="contract: content paths; 16 public bug threads of lost, doubled and reordered messages",
)
def test_every_message_arrives_once_and_in_order(drive: Driver, scenario: Scenario) -> None:
    """Every message's content stands in the body exactly once, in order, at the path declared for its role.

    Several system messages all survive. A dropped system message or a doubled last turn changes every answer
    and fails no status check. White space at the edges of a content is a part of it: indented code begins so.

    Remedy: map the whole list; never index single messages or keep only one system message.
    """
    canaries = st.integers(0, 9_999).map(lambda number: f"canary-{number:04d}-")

    def holds(call: Call) -> None:
        messages = [_told_apart(message, index) for index, message in enumerate(call.messages)]
        transcript = drive(scenario, call=replace(call, messages=tuple(messages)))
        request = only_request(transcript, scenario)
        _require_contents(drive, messages, request)

    for_all(calls(drive.contract, scenario.call, canaries), holds, _long_talk(scenario))


def _told_apart(message: Mapping[str, Any], index: int) -> dict[str, Any]:
    before, after = _EDGES[index % len(_EDGES)]
    return {**message, "content": f"{before}{message['content']}{index}{after}"}


def _torture(scenario: Scenario) -> Iterator[Call]:
    """Give the calls that are tried whatever is drawn: odd, huge and blank-edged content."""
    for content in (TORTURE, HUGE, "\n  edges \t\n"):
        yield replace(scenario.call, messages=({"role": "user", "content": content},))


def _long_talk(scenario: Scenario) -> Call:
    """Give a conversation longer than any window of a few messages."""
    roles = ("user", "assistant")
    messages = [{"role": roles[index % 2], "content": f"canary-{index:04d}-"} for index in range(_LONG_TALK - 1)]
    return replace(scenario.call, messages=(*messages, {"role": "user", "content": "canary-last-"}))


def _require_contents(drive: Driver, messages: list[dict[str, Any]], request: Request) -> None:
    texts = [(path, leaf) for path, leaf in leaves(document(request)) if isinstance(leaf, str)]
    wire = draw_request(request)
    seen: dict[str, tuple[int, int]] = {}
    for index, message in enumerate(messages):
        last = index == len(messages) - 1
        pattern = drive.contract.content_paths[message["role"]]
        pattern = drive.contract.last_path if last and drive.contract.last_path else pattern
        places = [
            (number, text.index(message["content"]), path)
            for number, (path, text) in enumerate(texts)
            for _ in range(text.count(message["content"]))
        ]
        found = [path for _, _, path in places]
        if len(found) != 1 or not at_path(pattern, found[0]):
            stripped = not found and any(message["content"].strip() in text for _, text in texts)
            fate = "arrives without its white space" if stripped else "does not arrive once at its path"
            reason = f"message {index} ({message['role']}) {fate}"
            raise fail(reason, expected=[pattern], observed=found, wire=wire)
        place = places[0][:2]
        if place < seen.get(pattern, (-1, -1)):
            raise fail(f"message {index} comes before an earlier one", expected="the caller's order", wire=wire)
        seen[pattern] = place


@requirement("REQ-08", Level.MUST, over=one_answer, source="RFC 8259, 8.1; 3 public bug threads of mangled prompts")
def test_any_legal_prompt_arrives_unchanged(drive: Driver, scenario: Scenario) -> None:
    """Any legal prompt arrives unchanged; a lone surrogate is replaced or refused by a plain ValueError.

    Astral, right-to-left, NUL, U+2028 and combining characters survive. A lone surrogate cannot be encoded:
    a UnicodeEncodeError from the depths of a library, or a retry, is not an answer to it.

    Remedy: encode the body once as UTF-8 JSON before sending, and refuse lone surrogates there.
    """

    def holds(call: Call) -> None:
        content = call.messages[-1]["content"]
        request = only_request(drive(scenario, call=replace(call, messages=call.messages[-1:])), scenario)
        strings = [leaf for _, leaf in leaves(document(request)) if isinstance(leaf, str)]
        if not any(content in leaf for leaf in strings):
            raise fail("the prompt was changed on its way", expected=content, wire=draw_request(request))

    for_all(calls(drive.contract, scenario.call), holds, *_torture(scenario))
    surrogate = replace(scenario.call, messages=({"role": "user", "content": "half a pizza: \ud83c"},))
    transcript = drive(scenario, call=surrogate)
    if transcript.requests:
        only_request(transcript, scenario)
    else:
        refusal_before_network(transcript, "a lone surrogate")


@requirement(
    "REQ-07",
    Level.MUST,
    over=one_answer,
    source="contract: payload schema; 4 public bug threads of empty turns refused by the upstream or crashing",
)
def test_empty_content_is_sent_legally_or_refused(drive: Driver, scenario: Scenario) -> None:
    """Empty, None or blank content leads to a body that satisfies the schema or to ValueError before the request.

    Tried alone and as a turn of a longer conversation. A null where the API wants text is refused by the
    upstream in words that nobody connects with an empty turn.

    Remedy: decide for empty content in one place: send it as the API allows, or refuse it there.
    """
    before = ({"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"})
    for content in _BLANKS:
        for messages in (({"role": "user", "content": content},), (*before, {"role": "user", "content": content})):
            transcript = drive(scenario, call=replace(scenario.call, messages=messages))
            if transcript.requests:
                _require_schema(drive.contract.payload, only_request(transcript, scenario))
            else:
                refusal_before_network(transcript, f"content {content!r}")


@requirement(
    "REQ-09",
    Level.MUST,
    over=one_answer,
    needs=[Capability.MEDIA],
    source="contract: media; RFC 2397; 6 public bug threads of doubled data-URI prefixes and wrong types",
)
def test_media_arrive_byte_identical(drive: Driver, scenario: Scenario) -> None:
    """Media arrive byte-identical, with the media type of the actual bytes, whatever their name claims.

    A base64 member holds base64 alone, without ``data:`` before it.

    Remedy: tell the type by the first bytes, and encode once, where the body is built.
    """
    rule = drive.contract.media
    images = {kind: base64.b64decode(data) for kind, data in _IMAGES.items()}
    names = ["scan.txt", "photo.jpg", "x", "picture.png"]
    media = [(data, name) for data, name in zip(images.values(), names, strict=True)]
    request = only_request(drive(scenario, options={"media": media}), scenario)
    if rule is not None:
        want = [(kind, hashlib.sha256(data).hexdigest()) for kind, data in images.items()]
        got = list(_media(rule, document(request)))
        require_equal(want, got, "the media are not what was given", wire=draw_request(request))


def _media(rule: MediaRule, body: Any) -> Iterator[tuple[str, str]]:
    """Read the media of a body: type and digest; what is not base64 shows itself as it stands."""
    found = [(path, leaf) for path, leaf in leaves(body) if isinstance(leaf, str)]
    types = [leaf for path, leaf in found if rule.type_path and at_path(rule.type_path, path)]
    for index, text in enumerate(leaf for path, leaf in found if at_path(rule.path, path)):
        kind, data = (types[index : index + 1] or [""])[0], text
        if rule.data_uri:
            head, _, data = text.partition(";base64,")
            kind = head.removeprefix("data:")
        yield kind, _digest(data)


def _digest(data: str) -> str:
    try:
        return hashlib.sha256(base64.b64decode(data, validate=True)).hexdigest()
    except ValueError:
        return f"no base64: {data[:40]}"
