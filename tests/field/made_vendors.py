"""Replies of Anthropic, Google, Ollama, Cohere and Amazon that no recording at hand shows; see ``made``."""

import json

from written import frames, sse


def _message(*blocks, stop="end_turn", usage=None):
    """Write Anthropic's events: a block as it starts, with its deltas."""
    events = [{"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 1}}}]
    for index, (start, *deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events += [{"type": "content_block_stop", "index": index}, {"type": "ping"}]
    events.append({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": usage or {"output_tokens": 9}})
    return sse(*events, {"type": "message_stop"}, named=True)


_SAID = ({"type": "text", "text": ""}, {"type": "text_delta", "text": "Hi"})


def _candidate(parts, finish=None, **more):
    content = {} if parts is None else {"content": {"role": "model", "parts": parts}}
    return {"candidates": [{**content, **({"finishReason": finish} if finish else {})}], **more}


def _cohere(*events, finish="COMPLETE", **more):
    tokens = {
        "tokens": {"input_tokens": 5, "output_tokens": 6},
        "billed_units": {"input_tokens": 1, "output_tokens": 2},
    }
    end = {"type": "message-end", "delta": {"finish_reason": finish, "usage": tokens, **more}}
    return sse({"type": "message-start", "id": "1", "delta": {"message": {"content": []}}}, *events, end, named=True)


def _piece(text, **more):
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text, **more}}}}


def _delta(index, delta):
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}


REPLIES = {
    "anthropic_messages": {
        "texts that follow each other": _message(_SAID, _SAID, usage={"input_tokens": 4, "output_tokens": 9}),
        "a call without arguments": _message(
            ({"type": "tool_use", "id": "t", "name": "f", "input": {}},), stop="tool_use"
        ),
        "a call in pieces": _message(
            _SAID,
            (
                {"type": "tool_use", "id": "t", "name": "f", "input": {}},
                {"type": "input_json_delta", "partial_json": ""},
                {"type": "input_json_delta", "partial_json": '{"x"'},
                {"type": "input_json_delta", "partial_json": ": 1}"},
            ),
            stop="tool_use",
        ),
        "a search of the service's own": _message(
            ({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},),
            ({"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result"}]},),
            _SAID,
        ),
        "thinking": _message(
            (
                {"type": "thinking", "thinking": "", "signature": ""},
                {"type": "thinking_delta", "thinking": "Hm"},
                {"type": "signature_delta", "signature": "abc"},
            ),
            ({"type": "redacted_thinking", "data": "abc"},),
            _SAID,
        ),
        "pause": _message(_SAID, stop="pause_turn"),
        "refusal": _message(_SAID, stop="refusal"),
        "refusal without text": _message(({"type": "text", "text": ""},), stop="refusal"),
        "window": _message(_SAID, stop="model_context_window_exceeded"),
        "compaction": _message(_SAID, stop="compaction"),
        "error": sse(
            {"type": "message_start", "message": {"usage": {"input_tokens": 3}}},
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            named=True,
        ),
        "citations": _message((*_SAID, {"type": "citations_delta", "citation": {"cited_text": "no"}})),
        "whole": json.dumps(
            {
                "type": "message",
                "content": [
                    {"type": "thinking", "thinking": "Hm", "signature": "s"},
                    {"type": "text", "text": "Hi"},
                    {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}},
                ],
                "stop_reason": "tool_use",
                "usage": {"input_tokens": 1, "output_tokens": 2},
            }
        ),
    },
    "gemini": {
        "text on the last frame": sse(_candidate([{"text": "Hi"}]), _candidate([{"text": "!"}], "STOP")),
        "thoughts": sse(
            _candidate([{"text": "Hm", "thought": True}]),
            _candidate(
                [{"text": "Hi"}],
                "STOP",
                usageMetadata={
                    "promptTokenCount": 1,
                    "candidatesTokenCount": 2,
                    "thoughtsTokenCount": 3,
                    "totalTokenCount": 6,
                },
            ),
        ),
        "two calls in a frame": sse(
            _candidate(
                [{"functionCall": {"name": "f", "args": {"x": 1}}}, {"functionCall": {"name": "f", "args": {"x": 1}}}],
                "STOP",
            )
        ),
        "a call, then an empty frame": sse(
            _candidate([{"functionCall": {"id": "c", "name": "f", "args": {}}}]), _candidate([{"text": ""}], "STOP")
        ),
        "nothing but length": sse(_candidate(None, "MAX_TOKENS", usageMetadata={"promptTokenCount": 1})),
        "an array": json.dumps([_candidate([{"text": "Hi"}]), _candidate([{"text": "!"}], "STOP")], indent=2),
        "an array with an error": json.dumps([_candidate([{"text": "Hi"}]), {"error": {"message": "It broke."}}]),
        "carriage returns": sse(_candidate([{"text": "Hi"}], "STOP")).replace("\n", "\r\n"),
        "language": sse(_candidate([{"text": "Hi"}]), _candidate(None, "LANGUAGE")),
        "malformed": sse(_candidate(None, "MALFORMED_FUNCTION_CALL")),
        "other": sse(_candidate([{"text": "Hi"}], "OTHER")),
        "error": sse(
            _candidate([{"text": "Hi"}]), {"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}
        ),
        "blocked": sse({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 1}}),
        "filtered in the midst": sse(_candidate([{"text": "Hi"}]), _candidate(None, "RECITATION")),
    },
    "gemini-whole": {
        "no parts": json.dumps(_candidate(None, "MAX_TOKENS")),
        "unexpected call": json.dumps(_candidate(None, "UNEXPECTED_TOOL_CALL")),
        "numbers": json.dumps(_candidate([{"text": "Hi"}], 1)),
        "code": json.dumps(
            _candidate(
                [{"text": "Hi"}, {"executableCode": {"code": "1"}}, {"codeExecutionResult": {"output": "1"}}], "STOP"
            )
        ),
    },
    "ollama": {
        "thinking": '{"message":{"content":"","thinking":"Hm"},"done":false}\n'
        '{"message":{"content":"Hi"},"done":false}\n'
        '{"message":{"content":""},"done":true,"done_reason":"stop","eval_count":2}\n',
        "length": '{"message":{"content":"Hi"},"done":true,"done_reason":"length","eval_count":2}\n',
        "nothing but length": '{"message":{"content":""},"done":true,"done_reason":"length","eval_count":2}\n',
        "raw separators": '{"message":{"content":"a\u2028b\u0085c"},"done":true,"done_reason":"stop"}\n',
        "no last line end": '{"message":{"content":"Hi"},"done":false}\n'
        '{"message":{},"done":true,"done_reason":"stop"}',
        "no reason": '{"message":{"content":"Hi"},"done":false}\n{"message":{"content":""},"done":true}\n',
        "load": '{"message":{"content":"Hi"},"done":true,"done_reason":"load"}\n',
        "error": '{"message":{"content":"Hi"},"done":false}\n{"error":"it crashed"}\n',
        "call": '{"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":{"x":1}}}]},"done":false}\n'
        '{"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":2}\n',
    },
    "cohere_v2": {
        "thinking": _cohere(
            {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"thinking": "Hm"}}}}, _piece("Hi")
        ),
        "citations": _cohere(
            _piece("Hi"),
            {"type": "citation-start", "index": 0, "delta": {"message": {"citations": {"text": "no"}}}},
            {"type": "citation-end", "index": 0},
        ),
        "failed": _cohere(_piece("Hi"), finish="ERROR", error="It broke."),
        "timeout": _cohere(_piece("Hi"), finish="TIMEOUT"),
        "stop": _cohere(_piece("Hi"), finish="STOP_SEQUENCE"),
        "length": _cohere(_piece("Hi"), finish="MAX_TOKENS"),
        "call whole": json.dumps(
            {
                "finish_reason": "TOOL_CALL",
                "message": {
                    "tool_plan": "I will.",
                    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}],
                },
                "usage": {"tokens": {"input_tokens": 1, "output_tokens": 2}},
            }
        ),
    },
    "bedrock_converse": {
        "a call with text before it": frames(
            ("messageStart", {"role": "assistant"}),
            _delta(0, {"text": "Hi"}),
            ("contentBlockStop", {"contentBlockIndex": 0}),
            ("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t", "name": "f"}}}),
            _delta(1, {"toolUse": {"input": '{"x"'}}),
            _delta(1, {"toolUse": {"input": ": 1}"}}),
            ("contentBlockStop", {"contentBlockIndex": 1}),
            ("messageStop", {"stopReason": "tool_use"}),
            ("metadata", {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "p": "abc"}),
        ),
        "thinking": frames(
            _delta(0, {"reasoningContent": {"text": "Hm"}}),
            _delta(0, {"reasoningContent": {"signature": "abc"}}),
            _delta(2, {"text": "Hi"}),
            ("messageStop", {"stopReason": "end_turn"}),
        ),
        "filtered": frames(_delta(0, {"text": "Hi"}), ("messageStop", {"stopReason": "content_filtered"})),
        "malformed": frames(_delta(0, {"text": "Hi"}), ("messageStop", {"stopReason": "malformed_tool_use"})),
        "no end": frames(_delta(0, {"text": "Hi"})),
        "exception": frames(
            _delta(0, {"text": "Hi"}), ("throttlingException", {"message": "Too many tokens, wait."}), kind="exception"
        ),
        "exception after the end": frames(
            _delta(0, {"text": "Hi"}),
            ("messageStop", {"stopReason": "end_turn"}),
            ("internalServerException", {"message": "It broke."}),
            kind="exception",
        ),
    },
    "bedrock_converse-whole": {
        "a call": json.dumps(
            {
                "output": {"message": {"content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": {"x": 1}}}]}},
                "stopReason": "tool_use",
                "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
            }
        ),
        "thinking": json.dumps(
            {
                "output": {
                    "message": {
                        "content": [
                            {"reasoningContent": {"reasoningText": {"text": "Hm"}}},
                            {"text": "Hi"},
                            {"text": "!"},
                        ]
                    }
                },
                "stopReason": "stop_sequence",
            }
        ),
    },
}
