"""Gemini and Vertex, as events, as one JSON array, and whole. Facts: gemini.md."""

from oracle_facts import Told, ended
from oracle_wire import document, objects, words

_NUMBERS = {1: "STOP", 2: "MAX_TOKENS"}


def read(interaction):
    """Tell what a reply says: the first candidate of all its frames, the last counts."""
    whole = document(interaction.body)
    frames = objects(interaction.body) if whole is None else whole if isinstance(whole, list) else [whole]
    text = reasoning = ""
    calls, usage, finish, error = [], None, None, None
    for frame in frames:
        if frame.get("error"):
            error = words(frame)
        usage = frame.get("usageMetadata") or usage
        if not frame.get("candidates") and (frame.get("promptFeedback") or {}).get("blockReason"):
            finish = "promptFeedback.blockReason"
        for candidate in frame.get("candidates") or []:
            if candidate.get("index") or 0:
                continue
            for part in (candidate.get("content") or {}).get("parts") or []:
                if part.get("thought"):
                    reasoning += part.get("text", "")
                else:
                    text += part.get("text", "")
                if call := part.get("functionCall"):
                    calls.append((call.get("id"), call["name"], call.get("args") or {}))
            raw = candidate.get("finishReason")
            finish = _NUMBERS.get(raw, raw) or finish
    end = {"error": error} if error is not None else ended("gemini", finish, calls)
    return Told(text=text, reasoning=reasoning, calls=tuple(calls), usage=counts(usage), **end)


def counts(usage):
    """Give the counts, in which thinking may be part of the completion; a frame may have metadata without any."""
    names = ("promptTokenCount", "candidatesTokenCount", "totalTokenCount")
    prompt, said, total = ((usage or {}).get(name) for name in names)
    if prompt is said is total is None:
        return None
    return prompt, said if said is None else {said, said + usage.get("thoughtsTokenCount", 0)}, total
