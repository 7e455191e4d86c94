"""Answers each request with the recorded reply to it, and none that is not recorded. Knows no socket."""

from collections.abc import Iterable

from ..cassette.matching import Matcher, Mismatch
from ..cassette.scrub import Scrub
from ..recording import Recording
from ..scenario import script_of
from ..script import TEXT, Script, reply
from ..transcript import Request

UNRECORDED = 501
"""The status of a reply to a request that is in no recording; its body tells the difference."""


class Replayer:
    """Chooses the script of a request from recordings, for ``Upstream.perform``."""

    def __init__(self, recordings: Iterable[Recording], scrub: Scrub | None = None) -> None:
        self._matcher = Matcher(recordings, scrub)
        self._scripts: dict[int, Script] = {}
        """By the identity of the exchange, which the matcher keeps: a script holds the whole body once more."""
        self.mismatches: list[Mismatch] = []
        """Requests that were in no recording, in order."""

    def __call__(self, request: Request, _number: int) -> Script:
        """Give the recorded reply."""
        try:
            found = self._matcher.find(request)
        except Mismatch as mismatch:
            self.mismatches.append(mismatch)
            return reply(f"{mismatch.message}\n".encode(errors="replace"), status=UNRECORDED, headers=[TEXT])
        if id(found) not in self._scripts:
            self._scripts[id(found)] = script_of(found)
        return self._scripts[id(found)]

    def unplayed(self) -> tuple[str, ...]:
        """Name the recordings that have not been asked for in full."""
        return self._matcher.unplayed()

    def verify(self) -> None:
        """Raise the first mismatch, if there was one."""
        if self.mismatches:
            raise self.mismatches[0]
