"""Chat Completions of OpenAI, Azure, Groq, OpenRouter, DeepSeek, Mistral, Hugging Face and others.

Facts: openai_chat.md, groq_openrouter_deepseek.md, mistral.md, huggingface.md.
"""

from oracle_facts import Told, arguments, ended
from oracle_wire import document, objects, words

_TABLES = ("groq", "openrouter", "deepseek", "mistral")
_OWN = ("openai.com", "openai.azure.com")


def read(interaction):
    """Tell what a reply says."""
    body = interaction.body
    host = interaction.uri.split("/")[2]
    others = "openai-chat" if host.endswith(_OWN) else "openai-chat huggingface"  # whose page has what any server says
    table = next((name for name in _TABLES if name in host), others)
    whole = document(body)
    if isinstance(whole, dict):
        return told([whole], "message", table)
    return told(objects(body), "delta", table)


def told(chunks, member, table):
    """Add up the first choice of all chunks."""
    text = reasoning = refusal = ""
    calls, usage, finish, error = [], None, None, None
    for chunk in chunks:
        if chunk.get("error") or chunk.get("type") == "error":
            error = error or words(chunk) or ""
        usage = chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage") or usage
        for choice in chunk.get("choices") or []:
            if choice.get("index") or 0:
                continue
            said = choice.get(member) or {}
            more, thought = content(said.get("content"))
            text += more
            reasoning += said.get("reasoning_content") or said.get("reasoning") or thought
            refusal += said.get("refusal") or ""
            merge(calls, said.get("tool_calls") or [])
            if said.get("function_call"):
                merge(calls, [{"function": said["function_call"]}])
            finish = finish or choice.get("finish_reason")
    end = {"error": error} if error is not None else ended(table, finish, calls)
    if refusal and "finish" in end:
        end = {"finish": "content_filter"}
    return Told(
        text=text,
        reasoning=reasoning,
        calls=tuple((call["id"], call["name"], arguments(call["arguments"])) for call in calls),
        usage=usage and tuple(usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")),
        **end,
    )


def content(said):
    """Give text and thinking of a content: text, nothing, or parts."""
    if not isinstance(said, list):
        return said or "", ""
    thinking = [part["thinking"] for part in said if part.get("type") == "thinking"]
    return "".join(part["text"] for part in said if part.get("type") == "text"), "".join(
        inner if isinstance(inner, str) else inner.get("text", "") for parts in thinking for inner in parts
    )


def merge(calls, fragments):
    """Add fragments of calls to those of their index, where they have one; another id is another call."""
    for fragment in fragments:
        function = fragment.get("function") or fragment.get("custom") or {}
        index, id_ = fragment.get("index"), fragment.get("id") or None
        same = [call for call in calls if call["index"] == index and id_ in (None, call["id"])]
        if index is None and id_:
            same = [call for call in calls if call["id"] == id_]
        if same:
            call = same[-1]
        else:
            call = {"index": index, "id": id_, "name": None, "arguments": ""}
            calls.append(call)
        call["name"] = call["name"] or function.get("name")
        piece = function.get("arguments", function.get("input"))
        call["arguments"] = piece if isinstance(piece, dict) else call["arguments"] + (piece or "")
