"""Replies that the pages of facts tell of and that no recording at hand shows, written out by hand.

What they mean is not written here: the oracles read them as they read recordings.
"""

import json

import made_chat
import made_responses
import made_vendors
from others import Exchange

from harness.recording import Interaction, Wire

_ROOTS = {
    "openai_chat": "https://api.together.xyz/v1/chat/completions",
    "groq": "https://api.groq.com/openai/v1/chat/completions",
    "openrouter": "https://openrouter.ai/api/v1/chat/completions",
    "huggingface": "https://router.huggingface.co/v1/chat/completions",
    "deepseek": "https://api.deepseek.com/chat/completions",
    "mistral": "https://api.mistral.ai/v1/chat/completions",
    "openai_responses": "https://api.openai.com/v1/responses",
    "anthropic_messages": "https://api.anthropic.com/v1/messages",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse",
    "gemini-whole": "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent",
    "ollama": "http://127.0.0.1:11434/api/chat",
    "cohere_v2": "https://api.cohere.com/v2/chat",
    "bedrock_converse": "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse-stream",
    "bedrock_converse-whole": "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse",
}


def exchanges():
    """Give them as exchanges."""
    return [
        Exchange(f"{name}: {what}", _interaction(_ROOTS[name], body if isinstance(body, bytes) else body.encode()))
        for module in (made_chat, made_responses, made_vendors)
        for name, replies in module.REPLIES.items()
        for what, body in replies.items()
    ]


def _interaction(uri, body):
    whole = body.lstrip().startswith(b"{") and b"\n" not in body.lstrip()
    kind = "application/json" if whole else "application/x-ndjson" if body.startswith(b"{") else "text/event-stream"
    kind = "application/json" if body.startswith(b"[") else kind
    kind = "application/vnd.amazon.eventstream" if body.startswith(b"\0") else kind
    asked = json.dumps({"stream": not whole}).encode()
    wire = Wire((len(body),), (0.0,))
    return Interaction("POST", uri, (), asked, 200, "OK", (("content-type", kind),), body, wire)
