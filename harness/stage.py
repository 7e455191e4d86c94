"""What one process sets up around providers: its upstreams, its environment, its rows. Judges nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

from . import guard
from .driver import Driver
from .plan import Row, load_suite, plan
from .settings import Road, Settings
from .target import Subject, resolve_all
from .upstream import environment
from .upstream.inprocess import InProcess
from .upstream.loopback import Loopback
from .upstream.play import Upstream


class Stage:
    """The upstreams of one process, made when first wanted, and the rows to be judged on them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._made: dict[Road, Upstream] = {}
        self._drivers: dict[tuple[str, Road], Driver] = {}

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
        with self.surroundings():
            yield self._driver(row.subject, self._road(row))

    def _road(self, row: Row) -> Road:
        """Choose the fast road for the built-in providers, which are on httpx, and where it is asked for."""
        asked = self.settings.upstream
        fast = asked is Road.IN_PROCESS or (asked is Road.AUTO and row.subject.builtin)
        return Road.IN_PROCESS if fast and not row.requirement.sockets else Road.LOOPBACK

    def _driver(self, subject: Subject, road: Road) -> Driver:
        """Give the driver of a subject on a road, the same one each time: it finds the door once."""
        key = subject.name, road
        if key not in self._drivers:
            self._drivers[key] = Driver(subject, self.upstream(road))
        return self._drivers[key]

    def upstream(self, road: Road) -> Upstream:
        """Give the upstream of this kind, the same one each time."""
        if road not in self._made:
            make: Callable[[], Upstream] = InProcess if road is Road.IN_PROCESS else Loopback
            self._made[road] = make()
        return self._made[road]

    def close(self) -> None:
        """Stop the upstreams."""
        self._drivers.clear()
        while self._made:
            self._made.popitem()[1].close()
