"""Holds an answer back for as long as the whole of it could still be one error sentence. No I/O."""

from collections.abc import Iterator

from .errors import UpstreamFailed


class Withheld:
    """Passes text on unless, white space around aside, it may turn out to be the sentence."""

    def __init__(self, sentence: str) -> None:
        """Wait for the sentence that is an error under status 200."""
        self._sentence = sentence
        self._held: str | None = ""

    def feed(self, text: str) -> Iterator[str]:
        """Give what can no longer be the sentence."""
        if self._held is None:
            yield text
            return
        self._held += text
        body = self._held.lstrip()
        if self._sentence.startswith(body) or body.rstrip() == self._sentence:
            return
        yield self._held
        self._held = None

    def end(self) -> Iterator[str]:
        """Give the rest of a complete answer; UpstreamFailed if it is the sentence."""
        if self._held is not None and self._held.strip() == self._sentence:
            raise UpstreamFailed(f"the upstream refused: {self._sentence}")
        if self._held:
            yield self._held
