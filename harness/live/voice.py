"""What a stand-in says: the real model's text, token by token, and how it is cut on the wire."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

SEED = 3
_FIRST_OF_TWO = 0x80
"""Bytes from here on belong to a character of several bytes (RFC 3629, 3)."""


class ModelFailed(Exception):
    """The model refused, broke off or said that it failed."""


@dataclass(frozen=True)
class Voice:
    """Asks the model whose OpenAI interface is at ``api``."""

    api: str

    def say(self, messages: Sequence[Mapping[str, Any]], temperature: float = 0) -> Iterator[str]:
        """Give the answer's tokens as the model makes them, or raise ``ModelFailed``."""
        request = {"messages": messages, "temperature": temperature, "seed": SEED, "stream": True}
        url = f"{self.api}/chat/completions"
        try:
            with httpx.stream("POST", url, json=request, timeout=60, trust_env=False) as reply:
                reply.raise_for_status()
                for line in reply.iter_lines():
                    if line.startswith("data: {"):
                        yield from _tokens(json.loads(line.removeprefix("data: ")))
        except httpx.HTTPError as failure:
            raise ModelFailed(str(failure)) from failure


def _tokens(event: Mapping[str, Any]) -> Iterator[str]:
    """Give the text of one event of the stream."""
    if "error" in event:
        raise ModelFailed(event["error"]["message"])
    for choice in event["choices"]:
        yield choice["delta"].get("content") or ""


def recut(tokens: Iterable[str]) -> Iterator[bytes]:
    """Give each token as UTF-8 but the last byte of a last character of several, which comes with the next token.

    llama.cpp waits until a character is complete; the real services did not.
    """
    kept = b""
    for token in tokens:
        data = kept + token.encode()
        keep = int(len(data) > 1 and data[-1] >= _FIRST_OF_TWO)
        kept = data[len(data) - keep :]
        yield data[: len(data) - keep]
    if kept:
        yield kept
