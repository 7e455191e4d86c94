"""Frames that Bedrock documents and was seen to send, as data; ``contract`` tells how a frame is written here."""

from collections.abc import Mapping
from typing import Any

from ..contract import Capability, Place, Sample

_SPEC = "Amazon Bedrock API reference: ConverseStreamOutput"
_RECORDED = "55 recorded streams of public test suites"
_USAGE = {"prompt_tokens": 236, "completion_tokens": 58, "total_tokens": 294}
_PARIS = {"id": "tooluse_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "tooluse_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}


def _frame(kind: str, /, **payload: Any) -> dict[str, Any]:
    return {":event-type": kind, **payload, "p": "abcdefghij"}


def _delta(index: int, /, **delta: Any) -> dict[str, Any]:
    return _frame("contentBlockDelta", contentBlockIndex=index, delta=delta)


def _stop(index: int) -> dict[str, Any]:
    return _frame("contentBlockStop", contentBlockIndex=index)


def _call(index: int, call: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """Give the frames of one call, its input in two pieces."""
    half = len(call["arguments"]) // 2
    use = {"toolUseId": call["id"], "name": call["name"]}
    return (
        _frame("contentBlockStart", contentBlockIndex=index, start={"toolUse": use}),
        _delta(index, toolUse={"input": call["arguments"][:half]}),
        _delta(index, toolUse={"input": call["arguments"][half:]}),
        _stop(index),
    )


SAMPLES: tuple[Sample, ...] = (
    Sample(
        name="reasoning",
        shows=Capability.REASONING,
        events=(
            _delta(0, reasoningContent={"text": "Let me "}),
            _delta(0, reasoningContent={"text": "think."}),
            _delta(0, reasoningContent={"signature": "RXVj"}),
            _stop(0),
        ),
        source=f"{_SPEC}: ReasoningContentBlockDelta; no block start in {_RECORDED}",
    ),
    Sample(
        name="redacted-reasoning",
        shows=Capability.REASONING,
        events=(_delta(0, reasoningContent={"redactedContent": "RXVj"}),),
        source=f"{_SPEC}: ReasoningContentBlockDelta",
    ),
    Sample(
        name="one-call",
        shows=Capability.TOOL_CALLS,
        events=_call(1, _PARIS),
        calls=(_PARIS,),
        source=_RECORDED,
    ),
    Sample(
        name="two-calls",
        shows=Capability.TOOL_CALLS,
        events=(*_call(1, _PARIS), *_call(3, _TOKYO)),
        calls=(_PARIS, _TOKYO),
        source=f"{_RECORDED}: contentBlockIndex may skip",
    ),
    Sample(
        name="interleaved",
        shows=Capability.TOOL_CALLS,
        events=tuple(frame for pair in zip(_call(1, _PARIS), _call(2, _TOKYO), strict=True) for frame in pair),
        calls=(_PARIS, _TOKYO),
        source=f"{_SPEC}: contentBlockIndex tells to which block a piece belongs",
    ),
    Sample(
        name="usage",
        shows=Capability.USAGE,
        events=(
            _frame(
                "metadata",
                usage={"inputTokens": 236, "outputTokens": 58, "totalTokens": 294, "cacheReadInputTokens": 0},
                metrics={"latencyMs": 1176},
            ),
        ),
        places=(Place.AFTER,),
        usage=_USAGE,
        source=f"{_RECORDED}: metadata comes after messageStop (52 of 52)",
    ),
)
