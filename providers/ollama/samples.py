"""Lines that Ollama was seen to put into a stream, and whole answers of it, as data."""

from typing import Any

from ..contract import Capability, Place, Sample

_PARIS = {"id": "call_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "call_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5}
_TEXT = "Rye bread."
_COMMON = {"model": "llama3.2", "created_at": "2026-08-07T06:08:09Z"}


def _line(content: str = "", **message: Any) -> dict[str, Any]:
    return {**_COMMON, "message": {"role": "assistant", "content": content, **message}, "done": False}


def _document(content: str = _TEXT, **message: Any) -> dict[str, Any]:
    counts = {"total_duration": 1735248334, "prompt_eval_count": 17, "eval_count": 5, "eval_duration": 1337032000}
    return {**_line(content, **message), "done": True, "done_reason": "stop", **counts}


def _call(id_: str | None, city: str, **function: Any) -> dict[str, Any]:
    """Give a call as it comes: whole, its arguments an object."""
    known = {} if id_ is None else {"id": id_}
    return {**known, "function": {"name": "weather", "arguments": {"city": city}, **function}}


def _calls(name: str, source: str, *lines: dict[str, Any], calls: tuple[dict[str, Any], ...]) -> Sample:
    return Sample(name=name, shows=Capability.TOOL_CALLS, events=lines, source=source, calls=calls)


def _whole(name: str, shows: Capability, source: str, document: dict[str, Any], **expected: Any) -> Sample:
    return Sample(name=name, shows=shows, source=source, events=(document,), **{"finish": "stop", **expected})


SAMPLES: tuple[Sample, ...] = (
    _calls(
        "one-call",
        "recorded: a call with an id, its index within the function",
        _line(tool_calls=[_call("call_a1", "Paris", index=0)]),
        calls=(_PARIS,),
    ),
    _calls(
        "two-calls-in-one-line",
        "Ollama docs: tool calling, parallel",
        _line(tool_calls=[_call("call_a1", "Paris", index=0), _call("call_b2", "Tokyo", index=1)]),
        calls=(_PARIS, _TOKYO),
    ),
    _calls(
        "two-calls-without-id",
        "Ollama issue 7881: no id and no index; each line has a whole call",
        _line(tool_calls=[_call(None, "Paris")]),
        _line(tool_calls=[_call(None, "Tokyo")]),
        calls=({**_PARIS, "id": None}, {**_TOKYO, "id": None}),
    ),
    _calls(
        "two-equal-calls-of-index-0",
        "Ollama issue 15457: index 0 with a new id is another call",
        _line(tool_calls=[_call("call_a1", "Paris", index=0)]),
        _line(tool_calls=[_call("call_b2", "Tokyo", index=0)]),
        calls=(_PARIS, _TOKYO),
    ),
    Sample(
        name="thinking",
        shows=Capability.REASONING,
        events=(_line(thinking="Let me "), _line(thinking="think.")),
        source="recorded: 1423 lines of thinking beside an empty content",
    ),
    Sample(
        name="thinking-beside-text",
        shows=Capability.REASONING,
        events=(_line("Well, ", thinking="think."),),
        text="Well, ",
        source="Ollama docs: thinking; both members stand in one message",
    ),
    Sample(
        name="counts-of-the-last-line",
        shows=Capability.USAGE,
        events=({**_COMMON, "message": {"role": "assistant", "content": ""}, "done": False, "total_duration": 1},),
        source="Ollama docs: the last line alone has counts",
        places=(Place.LAST,),
    ),
)

DOCUMENTS: tuple[Sample, ...] = (
    _whole(
        "document-thinking",
        Capability.REASONING,
        "recorded: thinking beside the content",
        _document(thinking="Let me think."),
        text=_TEXT,
    ),
    _whole(
        "document-calls",
        Capability.TOOL_CALLS,
        "recorded: calls beside an empty content and thinking; done_reason is stop",
        _document(
            "",
            thinking="Let me think.",
            tool_calls=[_call("call_a1", "Paris", index=0), _call("call_b2", "Tokyo", index=1)],
        ),
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
    ),
    _whole(
        "document-usage",
        Capability.USAGE,
        "Ollama docs: prompt_eval_count, eval_count",
        _document(),
        text=_TEXT,
        usage=_USAGE,
    ),
)
