"""What one process sets up around providers: its upstreams, its environment, its rows. Judges nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

from . import guard
from .driver import Driver
from .plan import Row, load_suite, plan
from .settings import Road, Settings
from .target import resolve_all
from .upstream import environment
from .upstream.inprocess import InProcess
from .upstream.loopback import Loopback
from .upstream.play import Upstream


class Stage:
    """The upstreams of one process, made when first wanted, and the rows to be judged on them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._made: dict[Road, Upstream] = {}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All rows of the run; foreign code is imported here for the first time."""
        with self.surroundings():
            subjects = resolve_all(self.settings)
            rules, _ = load_suite(self.settings.suite)
            return plan(subjects, rules, self.settings)

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """Let nothing but loopback be reached and put the environment back afterwards."""
        environment.authority()  # stays, so that all processes of a run share one
        kept = dict(os.environ)
        environment.prepare(self.upstream(Road.LOOPBACK).proxy)
        try:
            with guard.watching():
                yield
        finally:
            os.environ.clear()
            os.environ.update(kept)

    @contextmanager
    def drive(self, row: Row) -> Iterator[Driver]:
        """Give the driver of a row in its surroundings."""
        direct = row.subject.builtin and not row.requirement.sockets and self.settings.upstream is not Road.LOOPBACK
        with self.surroundings():
            yield Driver(row.subject, self.upstream(Road.IN_PROCESS if direct else Road.LOOPBACK))

    def upstream(self, road: Road) -> Upstream:
        """Give the upstream of this kind, the same one each time."""
        if road not in self._made:
            make: Callable[[], Upstream] = InProcess if road is Road.IN_PROCESS else Loopback
            self._made[road] = make()
        return self._made[road]

    def close(self) -> None:
        """Stop the upstreams."""
        while self._made:
            self._made.popitem()[1].close()
