"""Anthropic Messages. Facts: anthropic_messages.md."""

from oracle_facts import Told, arguments, ended
from oracle_wire import document, objects, words


def read(interaction):
    """Tell what a reply says."""
    whole = document(interaction.body)
    if isinstance(whole, dict):
        if whole.get("type") == "error":
            return Told(error=words(whole))
        return told(whole.get("content") or [], whole.get("usage"), whole.get("stop_reason"), None)
    return streamed(objects(interaction.body))


def streamed(events):
    """Put the blocks together by their index; the counts of message_delta replace those of message_start."""
    blocks, usage, stop, error, over = {}, {}, None, None, False
    for event in events:
        if event["type"] == "error":
            error = words(event)
        elif event["type"] == "message_start":
            usage.update(event["message"].get("usage") or {})
        elif event["type"] == "content_block_start":
            blocks[event["index"]] = {**event["content_block"], "json": ""}
        elif event["type"] == "content_block_delta":
            block, delta = blocks[event["index"]], event["delta"]
            for name in ("text", "thinking"):
                block[name] = block.get(name, "") + delta.get(name, "")
            block["json"] += delta.get("partial_json", "")
        elif event["type"] == "message_delta":
            stop = event["delta"].get("stop_reason") or stop
            usage.update({name: count for name, count in (event.get("usage") or {}).items() if count is not None})
        elif event["type"] == "message_stop":
            over = True
    if error is None and not over:
        error = ""
    return told([blocks[index] for index in sorted(blocks)], usage, stop, error)


def told(blocks, usage, stop, error):
    """Tell what blocks say."""
    calls = tuple(
        (block.get("id"), block.get("name"), arguments(block["json"]) if block.get("json") else block.get("input"))
        for block in blocks
        if block["type"] == "tool_use"
    )
    end = {"error": error} if error is not None else ended("anthropic-messages", stop)
    return Told(
        text="".join(block["text"] for block in blocks if block["type"] == "text"),
        reasoning="".join(block["thinking"] for block in blocks if block["type"] == "thinking"),
        calls=calls,
        usage=(usage.get("input_tokens"), usage.get("output_tokens"), None) if usage else None,
        **end,
    )
