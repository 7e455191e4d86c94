"""OpenAI Responses. Facts: openai_responses.md.

A stream is read twice, by its deltas and by the whole response of its last event; the two must say the same.
"""

from oracle_facts import Told, arguments
from oracle_wire import document, objects, words

_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}


def read(interaction):
    """Tell what a reply says."""
    whole = document(interaction.body)
    if isinstance(whole, dict):
        return of_response(whole)
    read_ = objects(interaction.body)
    errors = [words(event) for event in read_ if event["type"] == "error"]
    deltas = "".join(event["delta"] for event in read_ if event["type"] == "response.output_text.delta")
    last = [event["response"] for event in read_ if event["type"] in _ENDS]
    if errors or not last:
        return Told(text=deltas, error=errors[0] if errors else "")
    told = of_response(last[-1])
    assert told.text in {deltas, ""}, "the last event says what the deltas said"
    told.text = deltas
    return told


def of_response(response):
    """Tell what a whole response says."""
    items = response.get("output") or []
    parts = [part for item in items if item["type"] == "message" for part in item.get("content") or []]
    calls = tuple(
        (item.get("call_id"), item.get("name"), arguments(item.get(_CALLS[item["type"]])))
        for item in items
        if item["type"] in _CALLS
    )
    thoughts = [item for item in items if item["type"] == "reasoning"]
    usage = response.get("usage")
    return Told(
        text="".join(part["text"] for part in parts if part["type"] == "output_text"),
        reasoning="".join(
            part.get("text", "") for item in thoughts for part in item.get("content") or item.get("summary") or []
        ),
        calls=calls,
        usage=usage and tuple(usage.get(name) for name in ("input_tokens", "output_tokens", "total_tokens")),
        **end(response, calls, refused=any(part["type"] == "refusal" for part in parts)),
    )


def end(response, calls, *, refused):
    """Give finish or error by the status."""
    status = response.get("status")
    if response.get("error") or status in {"failed", "cancelled"}:
        return {"error": words(response) if response.get("error") else ""}
    if status == "incomplete":
        why = (response.get("incomplete_details") or {}).get("reason")
        return {"finish": {"max_output_tokens": "length", "content_filter": "content_filter"}.get(why, "unknown")}
    if status != "completed":
        return {"error": ""}
    if refused:
        return {"finish": "content_filter"}
    return {"finish": "tool_calls" if calls else "stop"}
