"""Replies of Chat Completions that no recording at hand shows; see ``made``."""

import json

from written import sse

_COUNTS = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def _chat(*deltas, usage=None, done=True):
    """Write chunks: a delta, or a choice with more than that."""
    chunks = [{"choices": [one if "delta" in one or "finish_reason" in one else {"delta": one}]} for one in deltas]
    chunks += [{"choices": [], "usage": usage}] if usage else []
    return sse(*chunks, *(["[DONE]"] if done else []))


def _stop(reason, **delta):
    return {"delta": delta, "finish_reason": reason}


def _whole(content, finish, **more):
    return json.dumps({"choices": [{"index": 0, "message": {"content": content, **more}, "finish_reason": finish}]})


REPLIES = {
    "openai_chat": {
        "together doubles the text": sse(
            {"choices": [{"delta": {"content": "Hi", "token_id": 1}, "text": "Hi", "finish_reason": None}]},
            {"choices": [{"delta": {"content": "!"}, "text": "!", "finish_reason": "stop"}], "usage": _COUNTS},
            "[DONE]",
        ),
        "finish eos": _chat({"content": "Hi"}, _stop("eos")),
        "finish empty": _chat({"content": "Hi"}, _stop("")),
        "finish never": _chat({"content": "Hi"}),
        "no end sentinel": _chat({"content": "Hi"}, _stop("stop"), usage=_COUNTS, done=False),
        "refusal": _chat({"content": None, "refusal": "I can't"}, {"refusal": " help."}, _stop("stop")),
        "refusal whole": _whole(None, "stop", refusal="I can't help."),
        "nothing but length": _chat({"role": "assistant", "content": ""}, _stop("length"), usage=_COUNTS),
        "nothing but length whole": _whole("", "length"),
        "nothing but thinking and length whole": _whole("", "length", reasoning_content="Hm"),
        "error object": sse({"error": {"message": "busy", "type": "server_error"}}),
        "error text": sse({"error": "Model is overloaded", "error_type": "overloaded"}),
        "error after text and finish": sse(
            {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]},
            {"error": {"message": "late", "code": 502}},
            "[DONE]",
        ),
        "error whole": json.dumps({"error": {"message": "Provider returned error", "code": 502}}),
        "two calls in turn": _chat(
            {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": '{"x":'}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]},
            {"tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            _stop("tool_calls"),
        ),
        "text beside calls": _chat(
            {"content": "Wait.", "tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]},
            _stop("tool_calls"),
        ),
        "legacy function call": _whole(None, "function_call", function_call={"name": "f", "arguments": '{"x": 1}'}),
        "a call of a custom tool": _whole(
            None,
            "tool_calls",
            tool_calls=[{"id": "c", "type": "custom", "custom": {"name": "f", "input": "free text"}}],
        ),
        "azure's first chunk": sse(
            {"choices": [], "id": "", "object": "", "prompt_filter_results": [{"prompt_index": 0}]},
            {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "content_filter_results": {}}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "content_filter"}]},
            "[DONE]",
        ),
        "content of parts": _whole([{"type": "text", "text": "Hi"}, {"type": "text", "text": "!"}], "stop"),
        "error, then the end sentinel": sse({"error": {"message": "busy", "type": None, "code": None}}, "[DONE]"),
        "a named error": "event: error\n" + sse({"error": {"message": "bad call", "status_code": 400}}),
        "all on carriage returns": _chat({"content": "Hi"}, _stop("stop")).replace("\n", "\r"),
        "filtered without a message": json.dumps({"choices": [{"index": 0, "finish_reason": "content_filter"}]}),
        "blank lines before a document": "\n\n\n" + _whole("Hi", "stop"),
        "inline think tags": _whole("<think>\nHm\n</think>\n\nHi", "stop"),
        "null lists": _whole("Hi", "stop", tool_calls=None, refusal=None, annotations=[], audio=None),
        "choices interleaved": sse(
            {"choices": [{"index": 1, "delta": {"content": "no"}}]},
            {"choices": [{"index": 0, "delta": {"content": "yes"}}]},
            {"choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            "[DONE]",
        ),
    },
    "groq": {
        "usage of its own": sse(
            {
                "choices": [{"delta": {"content": "Hi", "reasoning": "Hm", "channel": "analysis"}}],
                "x_groq": {"id": "1"},
            },
            {"choices": [_stop("stop")], "x_groq": {"id": "1", "usage": _COUNTS}},
        ),
    },
    "openrouter": {
        "finish twice, a null after it": ": OPENROUTER PROCESSING\n\n"
        + sse(
            {"choices": [{"delta": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]},
            {"choices": [{"delta": {"role": "assistant", "content": ""}, "finish_reason": "stop"}]},
            {"choices": [{"delta": {"role": "assistant", "content": ""}, "finish_reason": None}], "usage": _COUNTS},
            "[DONE]",
        ),
        "finish error": _chat({"content": "Hi"}, _stop("error")),
    },
    "huggingface": {
        "finish eos_token": _chat({"content": "Hi"}, _stop("eos_token")),
        "finish stop_sequence": _chat({"content": "Hi"}, _stop("stop_sequence")),
        "finish eos": _chat({"content": "Hi"}, _stop("eos")),
    },
    "deepseek": {
        "keep-alives": ": keep-alive\n\n" + _chat({"content": "Hi"}, _stop("stop", content=""), usage=_COUNTS),
        "no resource": _chat({"content": "Hi"}, _stop("insufficient_system_resource")),
    },
    "mistral": {
        "thinking, then text": _chat(
            {"role": "assistant", "content": ""},
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]},
            {"content": "Hi"},
            _stop("stop", content="!"),
            usage=_COUNTS,
        ),
        "thinking whole": _whole(
            [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"type": "text", "text": "Hi"}], "stop"
        ),
        "model_length": _chat({"content": "Hi"}, _stop("model_length")),
        "a call at once": _chat(
            _stop(
                "tool_calls", tool_calls=[{"id": "abcdefghi", "index": 0, "function": {"name": "f", "arguments": "{}"}}]
            )
        ),
        "arguments as an object": _whole(
            "", "tool_calls", tool_calls=[{"id": "abcdefghi", "function": {"name": "f", "arguments": {"x": 1}}}]
        ),
        "finish error": _chat({"content": "Hi"}, _stop("error")),
    },
}
