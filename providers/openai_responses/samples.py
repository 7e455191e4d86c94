"""Events and whole answers that OpenAI's Responses API was seen to give, as data."""

from typing import Any

from ..contract import Capability, Place, Sample

_PARIS = {"id": "call_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "call_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22}
_TEXT = "Rye bread."
_REFUSAL = "I'm sorry, I can't help with that."
_STREAM = "OpenAI API reference: responses-streaming"


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def _message(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [*parts]}


def _thought(**members: Any) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [], **members}


def _event(kind: str, index: int | None = None, item_id: str | None = None, **members: Any) -> dict[str, Any]:
    """Give an event of an output item."""
    at = {"item_id": item_id, "output_index": index}
    return {"type": f"response.{kind}", **{name: value for name, value in at.items() if value is not None}, **members}


def _item(call: dict[str, str], arguments: str | None = None, **members: Any) -> dict[str, Any]:
    told = {"call_id": call["id"], "name": call["name"]}
    written = call["arguments"] if arguments is None else arguments
    return {"type": "function_call", **told, "arguments": written, **members}


def _asking(call: dict[str, str], index: int | None, item_id: str, *pieces: str) -> list[dict[str, Any]]:
    """Give the events of one call: it begins, its arguments come in pieces and again as a whole, and it is done."""
    return [
        _event("output_item.added", index, item=_item(call, "", id=item_id)),
        *(_event("function_call_arguments.delta", index, item_id, delta=piece) for piece in pieces),
        _event("function_call_arguments.done", index, item_id, arguments=call["arguments"]),
        _event("output_item.done", index, item=_item(call, id=item_id)),
    ]


_PARIS_EVENTS = _asking(_PARIS, 1, "fc_1", '{"city": ', '"Paris"}')
_TOKYO_EVENTS = _asking(_TOKYO, 2, "fc_2", '{"city": ', '"Tokyo"}')


def _calls(name: str, events: list[dict[str, Any]], source: str, *calls: dict[str, str]) -> Sample:
    return Sample(name=name, shows=Capability.TOOL_CALLS, events=tuple(events), source=source, calls=calls)


_CALLS = (
    _calls("one-call", _PARIS_EVENTS, f"{_STREAM}, 121 recorded calls", _PARIS),
    _calls("two-calls", [*_PARIS_EVENTS, *_TOKYO_EVENTS], _STREAM, _PARIS, _TOKYO),
    _calls(
        "interleaved",
        [event for pair in zip(_PARIS_EVENTS, _TOKYO_EVENTS, strict=True) for event in pair],
        f"{_STREAM}: events belong together by output_index",
        _PARIS,
        _TOKYO,
    ),
    _calls(
        "by-item-id-alone",
        [
            event
            for pair in zip(
                _asking(_PARIS, None, "fc_1", '{"city": ', '"Paris"}'),
                _asking(_TOKYO, None, "fc_2", '{"city": ', '"Tokyo"}'),
                strict=True,
            )
            for event in pair
        ],
        "llama.cpp: events have item_id and no output_index",
        _PARIS,
        _TOKYO,
    ),
    _calls(
        "without-pieces",
        _asking(_PARIS, 1, "fc_1"),
        f"{_STREAM}: the arguments come again as a whole",
        _PARIS,
    ),
)

_REPEATS = (
    Sample(
        name="text-again",
        shows=Capability.REPEATS,
        events=(
            _event("output_text.done", 0, "msg_1", content_index=0, text="{text}"),
            _event("content_part.done", 0, "msg_1", content_index=0, part={"type": "output_text", "text": "{text}"}),
            _event("output_item.done", 0, item=_message({"type": "output_text", "text": "{text}"})),
        ),
        places=(Place.LAST,),
        source=f"{_STREAM}: every recorded answer",
    ),
)

_REASONING = (
    Sample(
        name="reasoning-summary",
        shows=Capability.REASONING,
        events=(
            _event("output_item.added", 0, item=_thought()),
            _event("reasoning_summary_part.added", 0, "rs_1", part={"type": "summary_text", "text": ""}),
            _event("reasoning_summary_text.delta", 0, "rs_1", delta="Let me think."),
            _event("reasoning_summary_text.done", 0, "rs_1", text="Let me think."),
            _event("reasoning_summary_part.done", 0, "rs_1", part={"type": "summary_text", "text": "Let me think."}),
            _event("output_item.done", 0, item=_thought(summary=[{"type": "summary_text", "text": "Let me think."}])),
        ),
        source=f"{_STREAM}; 176 recorded reasoning items",
    ),
    Sample(
        name="reasoning-text",
        shows=Capability.REASONING,
        events=(
            _event("reasoning_text.delta", 0, "rs_1", content_index=0, delta="Let me think."),
            _event("reasoning_text.done", 0, "rs_1", content_index=0, text="Let me think."),
        ),
        source=f"{_STREAM}; openai-python: ResponseReasoningTextDeltaEvent (open models)",
    ),
)

_REFUSALS = (
    Sample(
        name="refusal",
        shows=Capability.REFUSALS,
        events=(
            _event("refusal.delta", 0, "msg_1", content_index=0, delta="I'm sorry, "),
            _event("refusal.delta", 0, "msg_1", content_index=0, delta="I can't help with that."),
            _event("refusal.done", 0, "msg_1", content_index=0, refusal=_REFUSAL),
        ),
        finish="content_filter",
        source=f"{_STREAM}: refusal",
    ),
)

SAMPLES: tuple[Sample, ...] = (*_REPEATS, *_REASONING, *_CALLS, *_REFUSALS)


def _document(*items: dict[str, Any]) -> dict[str, Any]:
    told = {"input_tokens": 17, "output_tokens": 5, "total_tokens": 22}
    return {"id": "resp_1", "object": "response", "status": "completed", "output": [*items], "usage": told}


def _sample(name: str, shows: Capability, source: str, *items: dict[str, Any], **expected: Any) -> Sample:
    return Sample(name=name, shows=shows, source=source, events=(_document(*items),), **{"finish": "stop", **expected})


DOCUMENTS: tuple[Sample, ...] = (
    _sample(
        "document-parts",
        Capability.PARTS,
        "OpenAI API reference: responses/object, content and output are lists",
        _message(_part("Rye "), _part("bread")),
        _message(_part(".")),
        text=_TEXT,
    ),
    _sample(
        "document-reasoning",
        Capability.REASONING,
        "OpenAI API reference: responses/object, reasoning item; 176 recorded",
        _thought(summary=[{"type": "summary_text", "text": "Let me think."}]),
        _message(_part(_TEXT)),
        text=_TEXT,
    ),
    _sample(
        "document-reasoning-text",
        Capability.REASONING,
        "openai-python: ResponseReasoningItem.content",
        _thought(content=[{"type": "reasoning_text", "text": "Let me think."}]),
        _message(_part(_TEXT)),
        text=_TEXT,
    ),
    _sample(
        "document-calls",
        Capability.TOOL_CALLS,
        "OpenAI API reference: responses/object, function_call item; 121 recorded",
        _item(_PARIS, id="fc_1", status="completed"),
        _item(_TOKYO, id="fc_2", status="completed"),
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
    ),
    _sample(
        "document-usage",
        Capability.USAGE,
        "OpenAI API reference: responses/object",
        _message(_part(_TEXT)),
        text=_TEXT,
        usage=_USAGE,
    ),
    _sample(
        "document-refusal",
        Capability.REFUSALS,
        "OpenAI API reference: responses/object, refusal part",
        _message({"type": "refusal", "refusal": _REFUSAL}),
        finish="content_filter",
    ),
)
