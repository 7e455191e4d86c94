"""REQ: what becomes of the conversation on its way."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import jsonschema
from hypothesis import strategies as st

from providers.contract import Capability, Contract, MediaRule

from ..driver import Driver
from ..evidence import draw_request, fail, require_equal
from ..expectation import document, is_refused, only_request, refusal_before_network
from ..framing import at_path, leaves, lookup
from ..recording import Call
from ..requirement import requirement
from ..scenario import Scenario, one_answer
from ..strategies import HUGE, TORTURE, calls, for_all
from ..transcript import Request, Transcript
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
_PARTS: list[dict[str, Any]] = [
    {"type": "text", "text": "canary-before"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_IMAGES['image/png']}"}},
    {"type": "text", "text": "canary-behind"},
]
_TWO_TURNS: tuple[Mapping[str, Any], ...] = (
    {"role": "user", "content": "canary-of-the-first-turn"},
    {"role": "assistant", "content": "canary-of-the-answer"},
    {"role": "user", "content": "canary-of-the-last-turn"},
)
_IDS = ("call_canary_1", "call_canary_2")
_TOOL_TURNS: tuple[Mapping[str, Any], ...] = (
    {"role": "user", "content": "canary-question"},
    {
        "role": "assistant",
        "content": "canary-intent",
        "tool_calls": [
            {
                "id": id_,
                "type": "function",
                "function": {"name": "lookup", "arguments": f'{{"of": "argument-{number}"}}'},
            }
            for number, id_ in enumerate(_IDS)
        ],
    },
    *(
        {"role": "tool", "tool_call_id": id_, "name": "lookup", "content": f"result-{number}"}
        for number, id_ in enumerate(_IDS)
    ),
)
_TOOL_WORDS = ("canary-question", "canary-intent", "argument-0", "argument-1", "result-0", "result-1")
_TOOL_MEMBERS = ("tool_calls", "tool_call_id", "name")


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
        transcript = _asked(drive, scenario, call)
        blank = not all(message["content"].strip() for message in call.messages)
        if blank and not transcript.requests:
            refusal_before_network(transcript, "empty content")
            return
        request = only_request(transcript, scenario)
        _require_schema(drive.contract.payload, request)

    for_all(calls(drive.contract, scenario.call, content), holds, *_torture(scenario))


def _asked(drive: Driver, scenario: Scenario, call: Call) -> Transcript:
    """Make a call; once more without its options where it is refused, which is REQ-05's to judge."""
    transcript = drive(scenario, call=call)
    return drive(scenario, call=replace(call, options={})) if call.options and is_refused(transcript) else transcript


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
    and fails no status check. White space at the edges of a content is a part of it: indented code begins so. A
    role may have another name on the wire, but not that of another role. Tool calls and their results, where the
    API has them, arrive or are refused by ValueError before the request.

    Remedy: map the whole list; never index single messages or keep only one system message. Copy messages whole.
    """
    canaries = st.integers(0, 9_999).map(lambda number: f"canary-{number:04d}-")

    def holds(call: Call) -> None:
        messages = [_told_apart(message, index) for index, message in enumerate(call.messages)]
        request = only_request(_asked(drive, scenario, replace(call, messages=tuple(messages))), scenario)
        _require_contents(drive, messages, request)

    for_all(calls(drive.contract, scenario.call, canaries), holds, _long_talk(scenario))
    _require_tool_turns(drive, scenario)


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
    body = document(request)
    texts = _texts(body)
    wire = draw_request(request)
    seen: dict[str, tuple[int, int]] = {}
    roles: dict[str, str] = {}
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
        turn = _turn(pattern, found[0])
        sent = lookup(body, f"{turn}.role") if turn else None
        if isinstance(sent, str) and texts[place[0]][1] == message["content"]:  # a merged text has many roles
            _require_role(drive.contract, message["role"], sent, roles, wire)


def _texts(body: Any) -> list[tuple[str, str]]:
    return [(path, leaf) for path, leaf in leaves(body) if isinstance(leaf, str)]


def _turn(pattern: str, path: str) -> str | None:
    """Give the element of a list of messages, named by a pattern, in which a path lies: ``messages[3]``."""
    turns, starred, _ = pattern.partition("[*]")
    found = re.match(rf"{re.escape(turns)}\[\d+\]", path) if starred else None
    return found[0] if found else None


def _require_role(contract: Contract, role: str, sent: str, roles: dict[str, str], wire: str) -> None:
    """Require one name for a role on the wire, which no other role has; ``roles`` are the names so far."""
    others = {*contract.content_paths, *(name for known, name in roles.items() if known != role)} - {role}
    if sent in others or roles.setdefault(role, sent) != sent:
        expected = roles.get(role, role)
        raise fail(f"a message of role {role} is sent as another one's", expected=expected, observed=sent, wire=wire)


def _require_tool_turns(drive: Driver, scenario: Scenario) -> None:
    """Require a conversation with tool calls to arrive or to be refused, where user and assistant share one list.

    It may be told in another form, so its words are looked for anywhere; the ids only where the API has some.
    """
    contract = drive.contract
    pattern, *further = {contract.content_paths.get(role, "") for role in ("user", "assistant")}
    if Capability.TOOL_CALLS not in contract.capabilities or further or "[*]" not in pattern:
        return
    transcript = _asked(drive, scenario, replace(scenario.call, messages=_TOOL_TURNS))
    if not transcript.requests:
        refusal_before_network(transcript, "a conversation with tool calls")
        return
    request = only_request(transcript, scenario)
    texts = _texts(document(request))
    lost = [word for word in _TOOL_WORDS if not any(word in text for _, text in texts)]
    if any(call.get("id") for sample in contract.samples for call in sample.calls):
        lost += [id_ for id_ in _IDS if [text for _, text in texts].count(id_) < 2]
    if lost:
        raise fail("tool calls or their results are lost", expected=lost, observed=[], wire=draw_request(request))
    _require_tool_members(pattern, request)


def _require_tool_members(pattern: str, request: Request) -> None:
    """Require members that keep their name to keep their value; calls may be written otherwise, which is a SHOULD."""
    body = document(request)
    texts = _texts(body)
    for message in _TOOL_TURNS:
        path = next(path for path, text in texts if message["content"] in text)
        turn = _turn(pattern, path)
        sent = {name: lookup(body, f"{turn}.{name}") for name in _TOOL_MEMBERS if turn}
        changed = [name for name, value in sent.items() if name in message and value not in (None, message[name])]
        changed = [name for name in changed if _decoded(sent[name]) != _decoded(message[name])]
        if changed:
            reason = f"a message of role {message['role']} arrives with other members: {', '.join(changed)}"
            want, got = ({name: told[name] for name in changed} for told in (message, sent))
            level = None if "tool_call_id" in changed else Level.SHOULD
            raise fail(reason, expected=want, observed=got, wire=draw_request(request), level=level)


def _decoded(value: Any) -> Any:
    """Give a value with JSON text in the place of ``arguments`` read: some APIs want the object that it tells."""
    if isinstance(value, list):
        return [_decoded(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    read = {name: _decoded(inner) for name, inner in value.items()}
    if isinstance(told := value.get("arguments"), str):
        with suppress(ValueError):  # no JSON shows itself as it is
            read["arguments"] = json.loads(told)
    return read


@requirement("REQ-08", Level.MUST, over=one_answer, source="RFC 8259, 8.1; 3 public bug threads of mangled prompts")
def test_any_legal_prompt_arrives_unchanged(drive: Driver, scenario: Scenario) -> None:
    """Any legal prompt arrives unchanged; a lone surrogate is replaced or refused by a plain ValueError.

    Astral, right-to-left, NUL, U+2028 and combining characters survive. A lone surrogate cannot be encoded:
    a UnicodeEncodeError from the depths of a library, or a retry, is not an answer to it.

    Remedy: encode the body once as UTF-8 JSON before sending, and refuse lone surrogates there.
    """

    def holds(call: Call) -> None:
        content = call.messages[-1]["content"]
        request = only_request(_asked(drive, scenario, replace(call, messages=call.messages[-1:])), scenario)
        if not any(content in text for _, text in _texts(document(request))):
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

    A base64 member holds base64 alone, without ``data:`` before it. Media belong to the user's last message. Parts
    that the caller has put into a content himself arrive too, or are refused by ValueError before the request.

    Remedy: tell the type by the first bytes, and encode once, where the body is built.
    """
    rule = drive.contract.media
    images = {kind: base64.b64decode(data) for kind, data in _IMAGES.items()}
    names = ["scan.txt", "photo.jpg", "x", "picture.png"]
    media = [(data, name) for data, name in zip(images.values(), names, strict=True)]
    for messages in (scenario.call.messages, _TWO_TURNS):
        call = replace(scenario.call, messages=messages)
        request = only_request(drive(scenario, call=call, options={"media": media}), scenario)
        if rule is not None:
            told = {kind: rule.types.get(kind, kind) if rule.data_uri or rule.type_path else "" for kind in images}
            want = [(told[kind], hashlib.sha256(data).hexdigest()) for kind, data in images.items()]
            got = list(_media(rule, document(request)))
            require_equal(want, got, "the media are not what was given", wire=draw_request(request))
            _require_last_turn(drive.contract, rule, request)
    _require_own_parts(drive, scenario)


def _require_last_turn(contract: Contract, rule: MediaRule, request: Request) -> None:
    """Require that no message before the user's last one holds media, where messages hold them at all."""
    pattern = contract.content_paths["user"]
    texts = _texts(document(request))
    *earlier, last = ([_turn(pattern, path) for path, text in texts if turn["content"] in text] for turn in _TWO_TURNS)
    wrong = {turn for turns in earlier for turn in turns if turn} - {*last}
    found = sorted({path for path, _ in texts if at_path(rule.path, path) and _turn(pattern, path) in wrong})
    if found:
        raise fail("media are put into an earlier message", expected=last, observed=found, wire=draw_request(request))


def _require_own_parts(drive: Driver, scenario: Scenario) -> None:
    """Require each text of a list of parts at the path of contents, and its image anywhere in the body."""
    transcript = _asked(drive, scenario, replace(scenario.call, messages=({"role": "user", "content": _PARTS},)))
    if not transcript.requests:
        refusal_before_network(transcript, "a content with an image")
        return
    request = only_request(transcript, scenario)
    texts = _texts(document(request))
    pattern = drive.contract.last_path or drive.contract.content_paths["user"]
    words = [part["text"] for part in _PARTS if "text" in part]
    lost = [word for word in words if sum(word in text for path, text in texts if at_path(pattern, path)) != 1]
    lost += [] if any(_IMAGES["image/png"] in text for _, text in texts) else ["the image"]
    if lost:
        raise fail("parts of a content are lost", expected=lost, observed=[], wire=draw_request(request))


def _media(rule: MediaRule, body: Any) -> Iterator[tuple[str, str]]:
    """Read the media of a body: type and digest; what is not base64 shows itself as it stands."""
    found = _texts(body)
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
