"""The stand-in for bedrock-runtime.us-east-1.amazonaws.com: Converse as frames or as one document.

POST /model/MODEL/converse-stream and /model/MODEL/converse. Refuses with ``{"message": ...}`` and the header
x-amzn-errortype: 404, 405, 415, 403 (neither key nor signature), 400 (not JSON, payload, model unknown), 429 (too many
calls), 500 (its model does not answer). A model that fails within a stream is told by an exception frame. Asked with
tools, it says a word and calls the first of them; the arguments are the model's, under the tool's schema.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from ...frames import frame
from ..service import Asked, Refused, Reply, json_reply
from ..voice import ModelFailed, Said, Voice
from .strict import is_number, is_whole, payload, posted

MODELS = ("us.amazon.nova-micro-v1:0", "anthropic.claude-3-sonnet-20240229-v1:0")
_PATH = re.compile(r"/model/([^/]+)/(converse-stream|converse)")
_AUTHORIZED = re.compile(
    r"Bearer \S+|AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[a-z0-9-]+/bedrock/aws4_request, "
    r"SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}"
)
_FINISHES = {"stop": "end_turn", "length": "max_tokens"}
_ERRORS = {403: "AccessDeniedException", 404: "UnknownOperationException", 429: "ThrottlingException"}
_CALL = "tooluse_yypYDr71TwCwByoyao4Vg"
_WORD = "Let me look."


class BedrockConverse:
    """Answers as the service does; ``calls_left`` counts down to the quota of an account."""

    def __init__(self, voice: Voice, *, calls_left: int = 100) -> None:
        self._voice = voice
        self._calls_left = calls_left

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        found = _PATH.fullmatch(asked.path)
        posted(asked, asked.path if found else "/model/MODEL/converse", _refusal)
        if not _AUTHORIZED.fullmatch(asked.headers.get("authorization", "")):
            raise Refused(_refusal(403, "Authentication failed: please make sure your API Key is valid."))
        body = _payload(asked)
        if found is None or unquote(found[1]) not in MODELS:
            raise Refused(_refusal(400, "The provided model identifier is invalid."))
        if self._calls_left < 1:
            raise Refused(_refusal(429, "Too many requests, please wait before trying again."))
        self._calls_left -= 1
        said = self._voice.tell(_conversation(body), **_asked_of_the_model(body))
        tools = body.get("toolConfig", {}).get("tools", [])
        tool = next((tool["toolSpec"]["name"] for tool in tools), None)
        stops = bool(body.get("inferenceConfig", {}).get("stopSequences"))
        if found[2] == "converse":
            return _document(said, tool)
        return Reply(_stream(said, tool, stops=stops), "application/vnd.amazon.eventstream", chunked=True)


def _payload(asked: Asked) -> dict[str, Any]:
    return payload(
        asked,
        {"messages": lambda value: isinstance(value, list) and bool(value) and all(map(_is_turn, value))},
        lambda _, message: _refusal(400, message),
        {"system": _are_blocks, "inferenceConfig": _is_inference, "toolConfig": lambda value: isinstance(value, dict)},
    )


def _is_turn(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"role", "content"}
        and value["role"] in {"user", "assistant"}
        and _are_blocks(value["content"])
    )


def _are_blocks(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text_block, value))


def _is_text_block(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"text"} and bool(str(value["text"]).strip())


def _is_inference(value: object) -> bool:
    kinds = {"maxTokens": is_whole, "temperature": is_number, "topP": is_number, "stopSequences": _is_list}
    return isinstance(value, dict) and all(name in kinds and kinds[name](told) for name, told in value.items())


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _conversation(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the messages that the model is asked with."""
    turns = [{"role": "system", "content": body["system"]}] if "system" in body else []
    return [
        {"role": turn["role"], "content": "\n".join(block["text"] for block in turn["content"])}
        for turn in (*turns, *body["messages"])
    ]


def _asked_of_the_model(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options in the words of the model's own interface."""
    names = {"temperature": "temperature", "maxTokens": "max_tokens", "stopSequences": "stop"}
    told = body.get("inferenceConfig", {})
    members = {own: told[name] for name, own in names.items() if name in told}
    if tools := body.get("toolConfig", {}).get("tools"):
        schema = tools[0]["toolSpec"]["inputSchema"]["json"]
        members["response_format"] = {"type": "json_object", "schema": schema}
    return members


def _stream(said: Iterator[Said], tool: str | None, *, stops: bool) -> Iterator[bytes]:
    yield _event("messageStart", role="assistant")
    if tool is not None:
        yield _event("contentBlockDelta", contentBlockIndex=0, delta={"text": _WORD})
        yield _event("contentBlockStop", contentBlockIndex=0)
        use = {"toolUse": {"toolUseId": _CALL, "name": tool}}
        yield _event("contentBlockStart", contentBlockIndex=1, start=use)
    index, finish = int(tool is not None), "stop"
    usage: Mapping[str, int] = {}
    try:
        for piece in said:
            if piece.text:
                delta = {"text": piece.text} if tool is None else {"toolUse": {"input": piece.text}}
                yield _event("contentBlockDelta", contentBlockIndex=index, delta=delta)
            finish, usage = piece.finish or finish, piece.usage or usage
    except ModelFailed:
        exception = {":message-type": "exception", ":exception-type": "modelStreamErrorException"}
        yield frame({**exception, "message": "The system encountered an unexpected error during processing."})
        return
    yield _event("contentBlockStop", contentBlockIndex=index)
    yield _event("messageStop", stopReason=_finish(finish, tool, stops=stops))
    yield _event("metadata", usage=_usage(usage), metrics={"latencyMs": 249})


def _event(kind: str, **members: Any) -> bytes:
    return frame({":event-type": kind, **members, "p": "abcdefghij"})


def _document(said: Iterator[Said], tool: str | None) -> Reply:
    try:
        pieces = list(said)
    except ModelFailed:
        raise Refused(_refusal(500, "The system encountered an unexpected error during processing.")) from None
    text = "".join(piece.text for piece in pieces)
    finish = next((piece.finish for piece in pieces if piece.finish), "stop")
    usage = next((piece.usage for piece in pieces if piece.usage), {})
    return json_reply(
        {
            "metrics": {"latencyMs": 249},
            "output": {"message": {"content": _contents(text, tool), "role": "assistant"}},
            "stopReason": _finish(finish, tool, stops=False),
            "usage": _usage(usage),
        }
    )


def _contents(text: str, tool: str | None) -> list[dict[str, Any]]:
    if tool is None:
        return [{"text": text}]
    return [{"text": _WORD}, {"toolUse": {"toolUseId": _CALL, "name": tool, "input": json.loads(text)}}]


def _finish(finish: str, tool: str | None, *, stops: bool) -> str:
    """Give the stop value; the model does not tell which of its two ends ``stop`` means."""
    if finish == "stop" and tool is not None:
        return "tool_use"
    return "stop_sequence" if finish == "stop" and stops else _FINISHES[finish]


def _usage(told: Mapping[str, int]) -> dict[str, int]:
    names = {"prompt_tokens": "inputTokens", "completion_tokens": "outputTokens", "total_tokens": "totalTokens"}
    return {own: told.get(name, 0) for name, own in names.items()}


def _refusal(status: int, message: str) -> Reply:
    kind = _ERRORS.get(status, "InternalServerException" if status >= 500 else "ValidationException")  # noqa: PLR2004
    reply = json_reply({"message": message}, status)
    return Reply(reply.pieces, reply.content_type, status, headers={"x-amzn-errortype": kind})
