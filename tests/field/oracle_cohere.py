"""Cohere's v2 chat. Facts: cohere_v2.md."""

from oracle_facts import Told, arguments, ended
from oracle_wire import document, objects, words


def read(interaction):
    """Tell what a reply says."""
    whole = document(interaction.body)
    if isinstance(whole, dict):
        return told(whole.get("message"), whole.get("usage"), whole.get("finish_reason"))
    message, usage, finish, error = {"content": [], "tool_calls": []}, None, None, None
    for event in objects(interaction.body):
        delta = event.get("delta") or {}
        said = delta.get("message") or {}
        if event["type"] == "content-delta":
            kind = "thinking" if "thinking" in said["content"] else "text"
            message["content"].append({"type": kind, **said["content"]})
        elif event["type"] == "tool-plan-delta":
            message["content"].append({"type": "thinking", "thinking": said["tool_plan"]})
        elif event["type"] == "tool-call-start":
            message["tool_calls"].append(said["tool_calls"])
        elif event["type"] == "tool-call-delta":
            message["tool_calls"][-1]["function"]["arguments"] += said["tool_calls"]["function"]["arguments"]
        elif event["type"] == "message-end":
            usage, finish, error = delta.get("usage"), delta.get("finish_reason"), delta.get("error")
    return told(message, usage, finish, error)


def told(message, usage, finish, error=None):
    """Tell what a message says; what it plans before it calls a tool is thinking, and no answer text."""
    message = message if isinstance(message, dict) else {}
    parts = [{"type": "thinking", "thinking": message.get("tool_plan") or ""}, *(message.get("content") or [])]
    calls = tuple(
        (call.get("id"), call["function"]["name"], arguments(call["function"]["arguments"]))
        for call in message.get("tool_calls") or []
    )
    tokens = (usage or {}).get("tokens")
    end = {"error": words(error)} if error else ended("cohere-v2", finish)
    return Told(
        text="".join(part["text"] for part in parts if part.get("type") == "text"),
        reasoning="".join(part["thinking"] for part in parts if part.get("type") == "thinking"),
        calls=calls,
        usage=tokens and (tokens.get("input_tokens"), tokens.get("output_tokens"), None),
        **end,
    )
