"""The seam between upstreams and their users: what every upstream offers, in-process or on loopback."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from ..script import Script
from ..transcript import Exchange, Request

Respond = Callable[[Request, int], Script]
"""Chooses the script for a request; the number counts the requests of one play from 0."""


class Play(Protocol):
    """One performance: the replies given between the entry and the exit of ``Upstream.play``."""

    def exchanges(self) -> tuple[Exchange, ...]:
        """Tell what was asked and how each reply went, in order of arrival, so far."""

    def release(self, gate: str) -> None:
        """Open a gate; from any thread, before or after the script has reached it."""

    def settle(self, seconds: float) -> bool:
        """Wait until no reply is under way; tell whether that came true within so many seconds."""


class Upstream(Protocol):
    """A simulated API that plays one performance at a time."""

    name: str
    """``in-process`` or ``loopback``."""
    origin: str
    """Scheme, host and port that lead to it in the clear."""
    proxy: str | None
    """Its address as a forward and CONNECT proxy; None where it is none."""

    def play(self, *scripts: Script, gate_limit: float = 2.0) -> AbstractContextManager[Play]:
        """Answer the first request with the first script and so on; the last one repeats."""

    def perform(self, respond: Respond, gate_limit: float = 2.0) -> AbstractContextManager[Play]:
        """Answer every request with the script that ``respond`` gives for it."""

    def open_connections(self) -> int:
        """Count the connections that clients hold open now."""

    def drained(self, seconds: float, down_to: int = 0) -> bool:
        """Wait until clients hold open no more than so many connections; tell whether that came true in time."""

    def close(self) -> None:
        """Stop, and let go of all it holds."""


def in_order(scripts: tuple[Script, ...]) -> Respond:
    """Answer in order; the last script repeats."""
    return lambda _request, number: scripts[min(number, len(scripts) - 1)]
