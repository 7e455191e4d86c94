"""Replies of OpenAI Responses that no recording at hand shows; see ``made``."""

import json

from written import sse


def _response(*items, status="completed", **more):
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    return {"id": "resp_1", "status": status, "output": list(items), "usage": usage, **more}


def _output(text):
    return {"type": "message", "content": [{"type": "output_text", "text": text}]}


REPLIES = {
    "openai_responses": {
        "openrouter's, unnamed": ": OPENROUTER PROCESSING\n\n"
        + sse(
            {"type": "response.created", "response": _response(status="in_progress")},
            {"type": "response.output_text.delta", "delta": "Hi", "output_index": 0, "content_index": 0},
            {"type": "response.completed", "response": _response(_output("Hi"))},
            "[DONE]",
        ),
        "whole with reasoning": json.dumps(
            _response({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}, _output("Hi"))
        ),
        "a call whole": json.dumps(
            _response({"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"x": 1}'})
        ),
        "a call streamed": sse(
            {
                "type": "response.output_item.added",
                "output_index": 0,
                "item": {"id": "i", "type": "function_call", "call_id": "c", "name": "f", "arguments": ""},
            },
            {"type": "response.function_call_arguments.delta", "item_id": "i", "output_index": 0, "delta": '{"x"'},
            {"type": "response.function_call_arguments.delta", "item_id": "i", "output_index": 0, "delta": ": 1}"},
            {
                "type": "response.function_call_arguments.done",
                "item_id": "i",
                "output_index": 0,
                "arguments": '{"x": 1}',
            },
            {
                "type": "response.output_item.done",
                "output_index": 0,
                "item": {"id": "i", "type": "function_call", "call_id": "c", "name": "f", "arguments": '{"x": 1}'},
            },
            {
                "type": "response.completed",
                "response": _response(
                    {"id": "i", "type": "function_call", "call_id": "c", "name": "f", "arguments": '{"x": 1}'}
                ),
            },
            named=True,
        ),
        "a call of a custom tool": json.dumps(
            _response({"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "free text"})
        ),
        "resumed": sse(
            {"type": "response.queued", "response": _response(status="queued")},
            {"type": "response.reasoning_text.delta", "delta": "Hm", "output_index": 0, "content_index": 0},
            {"type": "response.new_thing", "x": 1},
            {"type": "response.output_text.delta", "delta": "Hi", "output_index": 1, "content_index": 0},
            {"type": "response.output_text.done", "text": "Hi", "output_index": 1, "content_index": 0},
            {
                "type": "response.completed",
                "response": _response(
                    {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]},
                    _output("Hi"),
                ),
            },
            named=True,
        ),
        "refused in pieces": sse(
            {"type": "response.refusal.delta", "delta": "I can't help."},
            {
                "type": "response.completed",
                "response": _response(
                    {"type": "message", "content": [{"type": "refusal", "refusal": "I can't help."}]}
                ),
            },
            named=True,
        ),
        "two messages": json.dumps(_response(_output("Hi"), {"type": "web_search_call"}, _output("!"))),
        "cancelled": json.dumps(_response(_output("Hi"), status="cancelled")),
        "incomplete by a filter": json.dumps(
            _response(_output("Hi"), status="incomplete", incomplete_details={"reason": "content_filter"})
        ),
        "incomplete without text": json.dumps(
            _response(status="incomplete", incomplete_details={"reason": "max_output_tokens"})
        ),
        "failed": sse(
            {"type": "response.output_text.delta", "delta": "Hi"},
            {
                "type": "response.failed",
                "response": _response(status="failed", error={"code": "server_error", "message": "It broke."}),
            },
            named=True,
        ),
        "error": sse(
            {"type": "response.output_text.delta", "delta": "Hi"},
            {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down.", "param": None},
            named=True,
        ),
        "refused": json.dumps(
            _response({"type": "message", "content": [{"type": "refusal", "refusal": "I can't help."}]})
        ),
        "in progress for ever": sse(
            {"type": "response.output_text.delta", "delta": "Hi"},
            {"type": "response.in_progress", "response": _response(status="in_progress")},
            named=True,
        ),
    },
}
