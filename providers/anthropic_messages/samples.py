"""Events that Anthropic and compatible servers were seen to put into a stream, as data."""

from typing import Any

from ..contract import Capability, Place, Sample

_PARIS = {"id": "toolu_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "toolu_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_NOW = {"id": "toolu_c3", "name": "now", "arguments": "{}"}
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5}
_STREAM = "Anthropic docs: streaming messages"


def _start(index: int, kind: str, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **block}}


def _delta(index: int, kind: str, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


def _stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def _call(index: int, call: dict[str, str], *pieces: str, **block: Any) -> tuple[dict[str, Any], ...]:
    """Give the events of a call whose input comes in these pieces."""
    started = _start(index, "tool_use", **{"id": call["id"], "name": call["name"], "input": {}, **block})
    return (started, *(_delta(index, "input_json_delta", partial_json=piece) for piece in pieces), _stop(index))


def _calls(name: str, events: tuple[Any, ...], source: str, *calls: dict[str, str]) -> Sample:
    return Sample(name=name, shows=Capability.TOOL_CALLS, events=events, source=source, calls=calls)


def _reasoning(name: str, events: tuple[Any, ...], source: str) -> Sample:
    return Sample(name=name, shows=Capability.REASONING, events=events, source=source)


_SERVERS = (
    _start(5, "server_tool_use", id="srvtoolu_d4", name="web_search", input={}),
    _delta(5, "input_json_delta", partial_json='{"query": "bread"}'),
    _stop(5),
    _start(6, "web_search_tool_result", tool_use_id="srvtoolu_d4", content=[]),
    _stop(6),
)

_CALLS = (
    _calls("one-call", _call(1, _PARIS, "", '{"city": ', '"Paris"}'), "recorded: the first piece is empty", _PARIS),
    _calls(
        "two-calls",
        (*_call(1, _PARIS, '{"city": "Paris"}'), *_call(2, _TOKYO, '{"city": "To', 'kyo"}')),
        "Anthropic docs: parallel tool use",
        _PARIS,
        _TOKYO,
    ),
    _calls(
        "interleaved",
        (
            _start(1, "tool_use", id=_PARIS["id"], name="weather", input={}),
            _start(2, "tool_use", id=_TOKYO["id"], name="weather", input={}),
            _delta(1, "input_json_delta", partial_json='{"city": '),
            _delta(2, "input_json_delta", partial_json='{"city": "Tokyo"}'),
            _delta(1, "input_json_delta", partial_json='"Paris"}'),
            _stop(1),
            _stop(2),
        ),
        f"{_STREAM}: deltas belong to their block by index",
        _PARIS,
        _TOKYO,
    ),
    _calls("without-input", _call(1, _NOW, ""), "recorded: a tool without parameters has one empty piece", _NOW),
    _calls("without-pieces", _call(1, _NOW), f"{_STREAM}: input is the empty object where no delta comes", _NOW),
    _calls(
        "input-in-the-start",
        _call(1, _PARIS, input={"city": "Paris"}),
        "compatible servers send the whole input in the start of the block",
        _PARIS,
    ),
    _calls(
        "beside-a-tool-of-the-server",
        (*_SERVERS, *_call(7, _PARIS, '{"city": "Paris"}')),
        "Anthropic docs: server tools; their input comes in the same deltas and is no call",
        _PARIS,
    ),
)

_THOUGHTS = (
    _reasoning(
        "thinking",
        (
            _start(0, "thinking", thinking="", signature=""),
            _delta(0, "thinking_delta", thinking="Let me "),
            _delta(0, "thinking_delta", thinking="think."),
            _delta(0, "thinking_delta", thinking=""),
            _delta(0, "signature_delta", signature="EuYDCmMIDBgC"),
            _stop(0),
        ),
        "recorded: extended thinking",
    ),
    _reasoning(
        "redacted-thinking",
        (_start(0, "redacted_thinking", data="EmwKAhgBEgy3va3"), _stop(0)),
        "Anthropic docs: redacted thinking comes whole in the start of its block",
    ),
    _reasoning(
        "tool-of-the-server",
        _SERVERS,
        "Anthropic docs: server tools; what they are asked and find is no text",
    ),
)

_USAGES = (
    Sample(
        name="usage-counts-from-the-beginning",
        shows=Capability.USAGE,
        events=(
            {"type": "message_delta", "delta": {}, "usage": {"input_tokens": 17, "output_tokens": 1}},
            {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 5}},
        ),
        usage=_USAGE,
        places=(Place.AFTER,),
        source=f"{_STREAM}: the counts of message_delta are cumulative; input_tokens is not repeated in older ones",
    ),
)

_REPEATS = (
    Sample(
        name="pings-and-citations",
        shows=Capability.REPEATS,
        events=(
            {"type": "ping"},
            _delta(0, "citations_delta", citation={"type": "char_location", "cited_text": "{text}"}),
        ),
        places=(Place.MIDDLE, Place.LAST),
        source=f"{_STREAM}: ping anywhere; docs: citations quote what they are about",
    ),
)

_PARTS = (
    Sample(
        name="text-over-two-blocks",
        shows=Capability.PARTS,
        events=(
            _stop(0),
            _start(1, "text", text="Well, "),
            _delta(1, "text_delta", text="so "),
            _stop(1),
            _start(2, "text", text=""),
        ),
        text="Well, so ",
        source="Anthropic docs: citations split a text into blocks; compatible servers begin a block with its text",
    ),
)

SAMPLES: tuple[Sample, ...] = (*_CALLS, *_THOUGHTS, *_USAGES, *_REPEATS, *_PARTS)
