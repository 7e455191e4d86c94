"""Tool calls as OpenAI and compatible services were seen to send them in pieces, as data."""

from collections.abc import Mapping
from typing import Any

from ..contract import Capability, Sample

_PARIS = {"id": "call_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "call_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}


def _chunk(fragments: list[dict[str, Any]]) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"tool_calls": fragments}, "finish_reason": None}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}


def _start(call: Mapping[str, Any], arguments: str = "", **members: Any) -> dict[str, Any]:
    """Give the first fragment of a call."""
    return {
        **members,
        "id": call["id"],
        "type": "function",
        "function": {"name": call["name"], "arguments": arguments},
    }


def _whole(call: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """Give a call in one fragment, without an id."""
    return {**members, "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}


def _more(arguments: str, **members: Any) -> dict[str, Any]:
    """Give a further fragment of a call."""
    return {**members, "function": {"arguments": arguments}}


def _tools(*chunks: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple(_chunk(fragments) for fragments in chunks)


def _calls(name: str, events: tuple[Any, ...], source: str, *calls: Mapping[str, Any]) -> Sample:
    return Sample(
        name=name,
        shows=Capability.TOOL_CALLS,
        events=events,
        source=source,
        calls=calls or (_PARIS, _TOKYO),
    )


TOOL_CALLS: tuple[Sample, ...] = (
    _calls(
        "one-call",
        _tools([_start(_PARIS, index=0)], [_more('{"city": ', index=0)], [_more('"Paris"}', index=0)]),
        "OpenAI API reference: chat/streaming",
        _PARIS,
    ),
    _calls(
        "two-calls",
        _tools(
            [_start(_PARIS, index=0)],
            [_more('{"city": "Paris"}', index=0)],
            [_start(_TOKYO, index=1)],
            [_more('{"city": "Tokyo"}', index=1)],
        ),
        "OpenAI: parallel calls, 92 recorded fragments with index 1",
    ),
    _calls(
        "interleaved",
        _tools(
            [_start(_PARIS, index=0)],
            [_start(_TOKYO, index=1)],
            [_more('{"city": ', index=0)],
            [_more('{"city": ', index=1)],
            [_more('"Paris"}', index=0)],
            [_more('"Tokyo"}', index=1)],
        ),
        "OpenAI API reference: fragments belong together by index",
    ),
    _calls(
        "two-fragments-in-one-chunk",
        _tools(
            [_start(_PARIS, index=0), _start(_TOKYO, index=1)],
            [_more(_PARIS["arguments"], index=0), _more(_TOKYO["arguments"], index=1)],
        ),
        "OpenAI API reference: tool_calls is a list; Mistral sends all calls in one chunk",
    ),
    _calls(
        "whole-calls-without-index",
        _tools([_start(_PARIS, _PARIS["arguments"])], [_start(_TOKYO, _TOKYO["arguments"])]),
        "Gemini's OpenAI interface: openai-python issue 2806, term-llm pull 314",
    ),
    _calls(
        "whole-calls-without-index-in-one-chunk",
        _tools([_start(_PARIS, _PARIS["arguments"]), _start(_TOKYO, _TOKYO["arguments"])]),
        "Gemini's OpenAI interface: openai-python issue 2806",
    ),
    _calls(
        "fragments-without-index",
        _tools(
            [_start(_PARIS)],
            [_more('{"city": ')],
            [_more('"Paris"}')],
            [_start(_TOKYO)],
            [_more('{"city": ')],
            [_more('"Tokyo"}')],
        ),
        "mistral.rs pull 1507, AstrBot pull 6692: deltas without index",
    ),
    _calls(
        "index-null",
        _tools(
            [_start(_PARIS, index=None)],
            [_more(_PARIS["arguments"], index=None)],
            [_start(_TOKYO, index=None)],
            [_more(_TOKYO["arguments"], index=None)],
        ),
        "GPT_API_free issue 254: index is null",
    ),
    _calls(
        "index-always-0",
        _tools([_start(_PARIS, _PARIS["arguments"], index=0)], [_start(_TOKYO, _TOKYO["arguments"], index=0)]),
        "Ollama issue 15457, apache/maka issue 1976: index 0 with a new id is another call",
    ),
    _calls(
        "index-always-0-without-id",
        _tools([_whole(_PARIS, index=0)], [_whole(_TOKYO, index=0)]),
        "smolagents pull 1958: Ollama through LiteLLM; LibreChat agents pull 260: where the id is absent too",
        {**_PARIS, "id": None},
        {**_TOKYO, "id": None},
    ),
    _calls(
        "without-index-and-id",
        _tools([_whole(_PARIS)], [_whole(_TOKYO)]),
        "Ollama issue 7881: no index; smolagents pull 1958: no id",
        {**_PARIS, "id": None},
        {**_TOKYO, "id": None},
    ),
    _calls(
        "index-always-0-in-fragments",
        _tools(
            [_start(_PARIS, index=0)],
            [_more(_PARIS["arguments"], index=0)],
            [_start(_TOKYO, index=0)],
            [_more(_TOKYO["arguments"], index=0)],
        ),
        "dynamo pull 4723, LibreChat agents pull 260: index 0 for every call of a parallel batch",
    ),
    _calls(
        "empty-id-in-fragments",
        _tools(
            [_start(_PARIS, index=0)],
            [{"index": 0, "id": "", "type": "function", "function": {"name": "", "arguments": '{"city": '}}],
            [{"index": 0, "id": "", "type": "function", "function": {"name": None, "arguments": '"Paris"}'}}],
            [_start(_TOKYO, index=1)],
            [{"index": 1, "id": "", "type": "function", "function": {"arguments": _TOKYO["arguments"]}}],
        ),
        "DashScope: opencode pull 40969 and issue 37841, symfony/ai pull 2220, spring-ai issue 6591",
    ),
    _calls(
        "id-in-every-fragment",
        _tools(
            [_start(_PARIS, index=0)],
            [_more('{"city": ', index=0, id="call_a1")],
            [_more('"Paris"}', index=0, id="call_a1")],
            [_start(_TOKYO, index=1)],
            [_more(_TOKYO["arguments"], index=1, id="call_b2")],
        ),
        "vLLM: spring-ai pull 5973; DashScope: spring-ai-extensions pull 266",
    ),
    _calls(
        "fragments-by-id-alone",
        _tools(
            [_start(_PARIS)],
            [_start(_TOKYO)],
            [_more('{"city": ', id="call_a1")],
            [_more('{"city": ', id="call_b2")],
            [_more('"Paris"}', id="call_a1")],
            [_more('"Tokyo"}', id="call_b2")],
        ),
        "DashScope: spring-ai-extensions pull 266, fragments belong together by id",
    ),
    _calls(
        "without-id",
        _tools(
            [{"index": 0, "function": {"name": "weather", "arguments": ""}}],
            [_more(_PARIS["arguments"], index=0)],
            [{"index": 1, "id": None, "function": {"name": "weather", "arguments": ""}}],
            [_more(_TOKYO["arguments"], index=1)],
        ),
        "Ollama: continue pull 13235; sglang issue 7048: no id on the first fragment",
        {**_PARIS, "id": None},
        {**_TOKYO, "id": None},
    ),
    _calls(
        "indices-out-of-order",
        _tools(
            [_start(_PARIS, index=1)],
            [_more(_PARIS["arguments"], index=1)],
            [_start(_TOKYO, index=3)],
            [_more(_TOKYO["arguments"], index=3)],
        ),
        "vercel/ai issue 18333, higress pull 3786: gateways pass on the index of Anthropic's content block",
    ),
)
