"""Events that OpenAI and compatible services were seen to put into a stream, as data."""

from typing import Any

from ..contract import Capability, Place, Sample
from .calls import TOOL_CALLS

_ANYWHERE = tuple(Place)
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22}
_THOUGHTFUL = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 20}


def _chunk(delta: Any, **members: Any) -> dict[str, Any]:
    """Give a chunk with one choice."""
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice], **members}


def _bare(**members: Any) -> dict[str, Any]:
    """Give a chunk with these members alone."""
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", **members}


_CHOICES = (
    Sample(
        name="choices-empty",
        shows=Capability.CHOICES,
        events=(_bare(choices=[]),),
        places=_ANYWHERE,
        source="Azure OpenAI: every recorded stream begins so (26 of 26)",
    ),
    Sample(
        name="choices-absent",
        shows=Capability.CHOICES,
        events=(_bare(moderation={"flagged": False}),),
        places=_ANYWHERE,
        source="a moderation object alone in a recorded chunk; Together and vLLM heartbeats",
    ),
    Sample(
        name="choices-null",
        shows=Capability.CHOICES,
        events=(_bare(choices=None),),
        places=_ANYWHERE,
        source="pydantic-ai issue 5165: choices is null in the middle of a healthy stream",
    ),
    Sample(
        name="usage-only",
        shows=Capability.CHOICES,
        events=(_bare(choices=[], usage=_USAGE),),
        places=_ANYWHERE,
        source="OpenAI API reference: stream_options.include_usage",
        usage=_USAGE,
    ),
    Sample(
        name="filter-only",
        shows=Capability.CHOICES,
        events=(
            {
                "choices": [],
                "created": 0,
                "id": "",
                "model": "",
                "object": "",
                "prompt_filter_results": [
                    {"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}
                ],
            },
        ),
        places=_ANYWHERE,
        source="Azure OpenAI: the first chunk of recorded streams",
    ),
    Sample(
        name="delta-null",
        shows=Capability.CHOICES,
        events=(
            _bare(
                choices=[
                    {
                        "index": 0,
                        "delta": None,
                        "finish_reason": None,
                        "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}},
                    }
                ]
            ),
        ),
        source="Azure OpenAI, asynchronous filter: eneo pull 126",
    ),
    Sample(
        name="second-choice",
        shows=Capability.CHOICES,
        events=(
            _bare(choices=[{"index": 1, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]),
            _bare(choices=[{"index": 1, "delta": {"content": "Quite another answer."}, "finish_reason": None}]),
        ),
        source="OpenAI API reference: n; 185 recorded chunks with index 1",
    ),
    Sample(
        name="second-choice-beside-the-first",
        shows=Capability.CHOICES,
        events=(
            _bare(
                choices=[
                    {"index": 0, "delta": {"content": ""}, "finish_reason": None},
                    {"index": 1, "delta": {"content": "Quite another answer."}, "finish_reason": None},
                ]
            ),
        ),
        source="OpenAI API reference: choices is a list",
    ),
)

_REPEATS = (
    Sample(
        name="snapshot-beside-delta",
        shows=Capability.REPEATS,
        events=(
            _bare(
                choices=[
                    {
                        "index": 0,
                        "delta": {"role": "assistant", "content": ""},
                        "message": {"role": "assistant", "content": "{text}"},
                        "finish_reason": None,
                    }
                ]
            ),
        ),
        places=(Place.LAST, Place.AFTER),
        source="Perplexity: each chunk has the message so far beside its delta; HybridAI (hybridclaw pull 1325)",
    ),
    Sample(
        name="final-message",
        shows=Capability.REPEATS,
        events=(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion.done",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"role": "assistant", "content": ""},
                        "message": {"role": "assistant", "content": "{text}"},
                        "finish_reason": None,
                    }
                ],
            },
        ),
        places=(Place.AFTER,),
        source="Perplexity docs: stream_mode, chat.completion.done",
    ),
)

_PARTS = (
    Sample(
        name="thinking-and-text-parts",
        shows=Capability.PARTS,
        events=(
            _chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Let me think."}]}]}),
            _chunk({"content": [{"type": "text", "text": "Well, "}]}),
        ),
        text="Well, ",
        source="Mistral: 99 recorded chunks of reasoning models; mistral docs: content chunks",
    ),
    Sample(
        name="parts-of-one-chunk",
        shows=Capability.PARTS,
        events=(
            _chunk(
                {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": "Let me think."}]},
                        {"type": "text", "text": "Well, "},
                        {"type": "text", "text": "so "},
                    ]
                }
            ),
        ),
        text="Well, so ",
        source="Mistral docs: content is a list of typed chunks",
    ),
)

_REASONING = (
    Sample(
        name="reasoning-content",
        shows=Capability.REASONING,
        events=(
            _chunk({"content": None, "reasoning_content": "Let me "}),
            _chunk({"content": None, "reasoning_content": "think."}),
        ),
        source="DeepSeek docs: deepseek-reasoner; recorded streams",
    ),
    Sample(
        name="reasoning",
        shows=Capability.REASONING,
        events=(_chunk({"reasoning": "Let me think.", "channel": "analysis"}),),
        source="Groq: recorded streams of gpt-oss; OpenRouter docs",
    ),
    Sample(
        name="reasoning-twice",
        shows=Capability.REASONING,
        events=(
            _chunk(
                {
                    "content": "",
                    "reasoning": "Let me think.",
                    "reasoning_details": [{"type": "reasoning.text", "text": "Let me think."}],
                }
            ),
        ),
        source="OpenRouter docs: reasoning_details beside reasoning",
    ),
    Sample(
        name="reasoning-and-text-in-one-chunk",
        shows=Capability.REASONING,
        events=(_chunk({"reasoning_content": "think.", "content": "Well, "}),),
        text="Well, ",
        source="litellm issue 27492: the last piece of reasoning shares the chunk of the first text",
    ),
    Sample(
        name="text-beside-empty-reasoning",
        shows=Capability.REASONING,
        events=(_chunk({"reasoning_content": "", "content": "Well, "}),),
        text="Well, ",
        source="vLLM and SGLang with a reasoning parser: both members in every chunk",
    ),
)

_USAGES = (
    Sample(
        name="usage-with-empty-choices",
        shows=Capability.USAGE,
        events=(_bare(choices=[], usage=_USAGE),),
        places=_ANYWHERE,
        usage=_USAGE,
        source="OpenAI API reference: stream_options.include_usage, 85 of 86 recorded streams",
    ),
    Sample(
        name="usage-on-every-chunk",
        shows=Capability.USAGE,
        events=(
            _chunk({"content": ""}, usage={**_USAGE, "completion_tokens": 1, "total_tokens": 18}),
            _chunk({"content": ""}, usage={**_USAGE, "completion_tokens": 3, "total_tokens": 20}),
            _chunk({"content": ""}, usage=_USAGE),
        ),
        places=_ANYWHERE,
        usage=_USAGE,
        source="Perplexity and vLLM (continuous_usage_stats): each chunk counts what has come so far",
    ),
    Sample(
        name="usage-with-uncounted-thoughts",
        shows=Capability.USAGE,
        events=(_bare(choices=[], usage=_THOUGHTFUL),),
        places=_ANYWHERE,
        usage=_THOUGHTFUL,
        source="Gemini as OpenAI: any-llm issue 1290, clarifai-python pull 978: thoughts count in the total alone",
    ),
    Sample(
        name="usage-beside-a-null-finish",
        shows=Capability.USAGE,
        events=(_chunk({"role": "assistant", "content": ""}, usage=_USAGE),),
        places=(Place.AFTER,),
        usage=_USAGE,
        source="OpenRouter: recorded after the finish, its choice with finish_reason null again",
    ),
)

_REFUSALS = (
    Sample(
        name="refusal",
        shows=Capability.REFUSALS,
        events=(_chunk({"refusal": "I'm sorry, "}), _chunk({"refusal": "I can't help with that."})),
        finish="content_filter",
        source="OpenAI API reference: delta.refusal; 18 recorded refusals end in stop",
    ),
)

SAMPLES: tuple[Sample, ...] = (
    *_CHOICES,
    *_REPEATS,
    *_PARTS,
    *_REASONING,
    *TOOL_CALLS,
    *_USAGES,
    *_REFUSALS,
)
