"""What a run was asked to do, as data that crosses process borders. Knows neither click nor pytest."""

import glob
import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from .errors import UsageError

ITEM_LIMIT = 60.0
"""Seconds after which a provider that blocks its whole process is ended, per item."""


class Road(StrEnum):
    """Which upstream the providers meet."""

    AUTO = "auto"
    IN_PROCESS = "in-process"
    LOOPBACK = "loopback"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The choices of one run; the defaults are those of the command line."""

    targets: tuple[str, ...] = ()
    """None: all of ``providers/``."""
    contract: str | None = None
    only: tuple[str, ...] = ()
    """Globs of requirement ids; none means all."""
    scenario: str = "*"
    upstream: Road = Road.AUTO
    cassettes: str | None = None
    """The folder of the cassettes; None: the one beside the package."""
    suite: str = "harness.suite"
    """The package whose ``test_*`` modules hold the requirements."""
    workers: int = 0
    """Processes that share the items; 0: the session itself, which then dies with a provider that ends it."""
    limit: float = ITEM_LIMIT
    shuffle: int | None = None
    """Judge in the random order of this seed; None: in the order of the suite."""
    fail_fast: bool = False
    """Stop at the first row that fails at level MUST, or breaks."""
    replays: bool = False
    """Failures come with their last drive as a test of its own."""
    unguarded: bool = False
    """Neither take the session off the network nor refuse what could not be watched there."""
    alone: bool = True
    """A run of one row needs no process beside the session; False once that has ended the session."""

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Settings":
        """Read what ``to_json`` gave."""
        return cls(
            **{
                **data,
                "targets": tuple(data["targets"]),
                "only": tuple(data["only"]),
                "upstream": Road(data["upstream"]),
            }
        )

    def command(self, target: str) -> str:
        """Give the shell command that judges one target in the same way; filters are left out."""
        words = ["harness", "check", target]
        words += ["--contract", self.contract] if self.contract else []
        words += ["--cassettes", self.cassettes] if self.cassettes else []
        words += ["--upstream", self.upstream] if self.upstream is not Road.AUTO else []
        words += ["--unguarded"] if self.unguarded else []
        return shlex.join(words)


def reproduce(command: str, requirement: str, scenario: str) -> str:
    """Narrow a command to one requirement and, where it has a name, one scenario.

    The command is printed in ASCII, so a name beyond that is told as a glob.
    """
    if not (scenario.isascii() and scenario.isprintable()):
        scenario = "".join(glob.escape(char) if " " <= char <= "~" else "?" for char in scenario)
    words = ["--only", requirement, *(["--scenario", scenario] if scenario else [])]
    return f"{command} {shlex.join(words)}"


def default_workers() -> int:
    """Count the processors, but not above four."""
    return min(os.cpu_count() or 1, 4)


def no_match(what: str, got: str, known: tuple[str, ...], hint: str) -> UsageError:
    """Make the error for a name or glob that matches nothing."""
    return UsageError(f"unknown-{what}", f"expected a {what} that matches one of {', '.join(known)}; got {got!r}", hint)
