"""Messages, tools and options as callers give them, in OpenAI's shape, rewritten as Gemini's request. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..codecs import Malformed, parse_object
from ..errors import RequestRefused
from ..media import MediaListType, data_of
from ..messages import Messages, text_of
from ..parts import with_media
from ..past_calls import function_of, past_calls

_SYSTEM = {"system", "developer"}
_ROLES = {"user": "user", "assistant": "model", "tool": "user", "function": "user"}
_GENERATION = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_tokens": "maxOutputTokens",
    "stop": "stopSequences",
    "seed": "seed",
    "n": "candidateCount",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
}
"""Options to members of ``generationConfig``."""
_MODES = {"auto": "AUTO", "required": "ANY", "none": "NONE"}

Part = dict[str, Any]


def body(messages: Messages, media: MediaListType | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the request."""
    messages = with_media(messages, media)
    told = [part for message in messages if message["role"] in _SYSTEM for part in _parts(message["content"])]
    members = {name: value for name, value in options.items() if name not in _GENERATION}
    if isinstance(members.get("tools"), list):
        members["tools"] = _tools(members["tools"])
    if "tool_choice" in members:
        members["toolConfig"] = {"functionCallingConfig": _choice(members.pop("tool_choice"))}
    config = {_GENERATION[name]: value for name, value in options.items() if name in _GENERATION}
    if isinstance(stop := config.get("stopSequences"), str):
        config["stopSequences"] = [stop]
    if config:
        members["generationConfig"] = {**(members.get("generationConfig") or {}), **config}
    return {"contents": _contents(messages), **({"systemInstruction": {"parts": told}} if told else {}), **members}


def _contents(messages: Messages) -> list[dict[str, Any]]:
    """Give the turns; the results of calls that were made at once belong into one."""
    contents: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    answering = False
    for message in messages:
        role = message["role"]
        if role in _SYSTEM:
            continue
        if role not in _ROLES:
            known = ", ".join(["system", "developer", *_ROLES])
            raise RequestRefused(f"expected the roles {known}, got another")
        parts = [_result(message, names)] if role in {"tool", "function"} else [*_said(message, names)]
        if answering and role in {"tool", "function"}:
            contents[-1]["parts"] += parts
        else:
            contents.append({"role": _ROLES[role], "parts": parts})
        answering = role in {"tool", "function"}
    if not contents:
        raise RequestRefused("messages: expected one beside those of the system, got none")
    return contents


def _said(message: Mapping[str, Any], names: dict[str, str]) -> Iterator[Part]:
    """Give what a user or the model said, and note the names of the functions that it called."""
    calls = list(past_calls(message))
    if message["content"] or not calls:
        yield from _parts(message["content"])
    for call, told in zip(calls, message.get("tool_calls") or (), strict=False):
        names |= {call.id: call.name} if isinstance(call.id, str) else {}
        known = {} if call.id is None else {"id": call.id}
        signature = told.get("thought_signature")
        signed = {} if signature is None else {"thoughtSignature": signature}
        yield {"functionCall": {**known, "name": call.name, "args": call.arguments}, **signed}


def _result(message: Mapping[str, Any], names: Mapping[str, str]) -> Part:
    """Give what a function gave: an object as it is, any other text as ``result``, as Google's SDK does."""
    id_, text = message.get("tool_call_id"), text_of(message["content"])
    name = message.get("name") or names.get(str(id_))
    if not isinstance(name, str):
        raise RequestRefused("expected the name of the function in a message of a tool, got none")
    try:
        result = parse_object(text.encode())
    except Malformed:
        result = {"result": text}
    return {"functionResponse": {**({} if id_ is None else {"id": id_}), "name": name, "response": result}}


def _parts(content: Any) -> list[Part]:
    return [{"text": content}] if isinstance(content, str) else [_part(part) for part in content]


def _part(part: Mapping[str, Any]) -> Part:
    if part["type"] == "text" and isinstance(part.get("text"), str):
        return {"text": part["text"]}
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, Mapping) else image
    if part["type"] != "image_url" or not isinstance(url, str):
        raise RequestRefused("expected parts of the types text and image_url in a content, got another")
    found = data_of(url)
    if found is None:
        return {"fileData": {"fileUri": url}}
    return {"inlineData": {"mimeType": found[0], "data": found[1]}}


def _tools(given: list[Any]) -> list[Any]:
    """Give the functions as one tool; those that have no ``function`` are in the API's form already."""
    functions = [function for function in map(function_of, given) if function is not None]
    declared = [{name: function[name] for name in function if name != "strict"} for function in functions]
    own = [tool for tool in given if function_of(tool) is None]
    return [*([{"functionDeclarations": declared}] if declared else []), *own]


def _choice(given: Any) -> Any:
    if isinstance(given, str):
        return {"mode": _MODES.get(given, given)}
    function = function_of(given)
    return given if function is None else {"mode": "ANY", "allowedFunctionNames": [function.get("name")]}
