"""What the lines and documents of Ollama's chat mean: both are objects of one shape. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import UpstreamFailed
from ..finish import finish_of
from ..in_band import error_in
from ..messages import text_of
from ..response import FinishReason, Item, Reasoning, ToolCalls, Usage
from ..tool_calls import Assembly

_FINISHES = {"stop": "stop", "length": "length"}
_FAILURES = ("error", "fail", "timeout", "malformed")
_UNTOLD = FinishReason("unknown")
"""Servers before version 0.1.36 tell no reason."""


class Reading:
    """One answer as it comes: the items of each line, and what can be told at the end alone."""

    def __init__(self) -> None:
        self._calls = Assembly()
        self._finish: FinishReason | None = None
        self._usage: tuple[int | None, int | None] = (None, None)

    @property
    def is_over(self) -> bool:
        """Tell whether the last line has come."""
        return self._finish is not None

    def line(self, line: Any) -> Iterator[Item]:
        """Give what a line adds, or a document, which is the only one."""
        if not isinstance(line, Mapping):
            raise UpstreamFailed(f"expected a JSON object, got a value of type {type(line).__name__}")
        if line.get("error") not in (None, "", False):
            raise error_in(line, line["error"])
        said = line.get("message")
        said = said if isinstance(said, Mapping) else {}
        yield from map(Reasoning, filter(None, [text_of(said.get("thinking"))]))
        yield text_of(said.get("content"))
        self._calls.add(said.get("tool_calls"))
        if line.get("done") is True:
            self._usage = (_count(line.get("prompt_eval_count")), _count(line.get("eval_count")))
            self._finish = finish_of(line.get("done_reason"), _FINISHES, _FAILURES) or _UNTOLD

    def document(self, document: Any) -> Iterator[Item]:
        """Give what a whole answer holds, which has a content, be it empty, unless it fails."""
        message = document.get("message") if isinstance(document, Mapping) else None
        said = message if isinstance(message, Mapping) else {}
        yield from self.line(document)
        if not isinstance(said.get("content"), str) and not said.get("tool_calls"):
            raise UpstreamFailed("expected a message with a content, got another one")

    def end(self) -> Iterator[Item]:
        """Give the calls, the usage and the finish, which does not tell of calls."""
        calls = self._calls.calls()
        if calls:
            yield ToolCalls(calls)
        if any(count is not None for count in self._usage):
            yield Usage(*self._usage)
        if self._finish is not None:
            stopped = self._finish.reason == "stop"
            yield FinishReason("tool_calls", "stop") if calls and stopped else self._finish


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
