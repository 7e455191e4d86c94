"""What a stand-in says: the real model's text, token by token, and how it is cut on the wire."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

SEED = 3
_FIRST_OF_TWO = 0x80
"""Bytes from here on belong to a character of several bytes (RFC 3629, 3)."""


class ModelFailed(Exception):
    """The model refused, broke off or said that it failed."""


@dataclass(frozen=True)
class Said:
    """A token of an answer; why it ended; or the tokens it took: ``prompt_tokens``, ``completion_tokens``."""

    text: str = ""
    finish: str = ""
    """In OpenAI's words."""
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Voice:
    """Asks the model whose OpenAI interface is at ``api``."""

    api: str

    def say(self, messages: Sequence[Mapping[str, Any]], temperature: float = 0) -> Iterator[str]:
        """Give the answer's tokens as the model makes them, or raise ``ModelFailed``."""
        for said in self._ask(messages, {"temperature": temperature}):
            if not said.finish and not said.usage:
                yield said.text

    def tell(self, messages: Sequence[Mapping[str, Any]], **members: Any) -> Iterator[Said]:
        """Give the same with its end and usage, asked for with these members (``max_tokens``, ``stop``)."""
        return self._ask(messages, {"temperature": 0, "stream_options": {"include_usage": True}, **members})

    def _ask(self, messages: Sequence[Mapping[str, Any]], members: Mapping[str, Any]) -> Iterator[Said]:
        request = {"messages": messages, **members, "seed": SEED, "stream": True}
        url = f"{self.api}/chat/completions"
        try:
            with httpx.stream("POST", url, json=request, timeout=60, trust_env=False) as reply:
                reply.raise_for_status()
                for line in reply.iter_lines():
                    if line.startswith("data: {"):
                        yield from _said(json.loads(line.removeprefix("data: ")))
        except httpx.HTTPError as failure:
            raise ModelFailed(str(failure)) from failure


def _said(event: Mapping[str, Any]) -> Iterator[Said]:
    """Give what one event of the stream says."""
    if "error" in event:
        raise ModelFailed(event["error"]["message"])
    for choice in event["choices"]:
        yield Said(choice["delta"].get("content") or "")
        if choice.get("finish_reason"):
            yield Said(finish=choice["finish_reason"])
    if event.get("usage"):
        yield Said(usage=event["usage"])


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
