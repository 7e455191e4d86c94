"""Bedrock's Converse and ConverseStream. Facts: bedrock.md."""

from oracle_facts import Told, arguments, ended
from oracle_wire import document, frames, words


def read(interaction):
    """Tell what a reply says."""
    whole = document(interaction.body)
    if isinstance(whole, dict):
        message = (whole.get("output") or {}).get("message") or {}
        return told(message.get("content") or [], whole.get("usage"), whole.get("stopReason"))
    blocks, usage, stop, error = {}, None, None, None
    for headers, payload in frames(interaction.body):
        if headers[":message-type"] != "event":
            error = words(payload) or headers.get(":error-message", "")
            break
        kind = headers[":event-type"]
        if kind == "contentBlockStart":
            blocks[payload["contentBlockIndex"]] = {**payload["start"], "json": ""}
        elif kind == "contentBlockDelta":
            add(blocks.setdefault(payload["contentBlockIndex"], {}), payload["delta"])
        elif kind == "messageStop":
            stop = payload["stopReason"]
        elif kind == "metadata":
            usage = payload.get("usage")
    return told([blocks[index] for index in sorted(blocks)], usage, stop, error)


def add(block, delta):
    """Add what a delta holds to its block."""
    if "text" in delta:
        block["text"] = block.get("text", "") + delta["text"]
    if "toolUse" in delta:
        block["json"] = block.get("json", "") + delta["toolUse"].get("input", "")
    if thought := (delta.get("reasoningContent") or {}).get("text"):
        known = block.setdefault("reasoningContent", {"reasoningText": {"text": ""}})
        known["reasoningText"]["text"] += thought


def told(blocks, usage, stop, error=None):
    """Tell what blocks say."""
    uses = [(block["toolUse"], block.get("json")) for block in blocks if "toolUse" in block]
    thoughts = [block["reasoningContent"].get("reasoningText") or {} for block in blocks if "reasoningContent" in block]
    end = {"error": error} if error is not None else ended("bedrock-converse", stop)
    return Told(
        text="".join(block["text"] for block in blocks if "text" in block),
        reasoning="".join(thought.get("text", "") for thought in thoughts),
        calls=tuple(
            (use.get("toolUseId"), use.get("name"), arguments(use.get("input") if pieces is None else pieces))
            for use, pieces in uses
        ),
        usage=usage and tuple(usage.get(name) for name in ("inputTokens", "outputTokens", "totalTokens")),
        **end,
    )
