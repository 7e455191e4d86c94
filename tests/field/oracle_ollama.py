"""Ollama's /api/chat. Facts: ollama.md."""

from oracle_facts import Told, ended
from oracle_wire import document, lines, words


def read(interaction):
    """Tell what a reply says; a document is like a last line."""
    whole = document(interaction.body)
    text = reasoning = ""
    calls, last, error = [], {}, None
    for line in lines(interaction.body) if whole is None else [whole]:
        if line.get("error"):
            error = words(line)
            break
        message = line.get("message") or {}
        text += message.get("content") or ""
        reasoning += message.get("thinking") or ""
        calls += [
            (call.get("id"), call["function"]["name"], call["function"].get("arguments") or {})
            for call in message.get("tool_calls") or []
        ]
        if line.get("done"):
            last = line
            break
    end = {"error": error} if error is not None else ended("ollama", last.get("done_reason"), calls)
    if error is None and last and not last.get("done_reason"):
        end = {"finish": "unknown"}
    counts = (last.get("prompt_eval_count"), last.get("eval_count"), None)
    return Told(
        text=text,
        reasoning=reasoning,
        calls=tuple(calls),
        usage=counts if counts != (None, None, None) else None,
        **end,
    )
