"""The whole law over one streaming provider and over all five seeds: how long it takes, and where the time goes.

A session as ``harness check`` makes it. CPU seconds are those of the checks in all workers; what wall time has beyond
them is waiting, for time-outs that a requirement is about and for other work on this machine.
"""

import contextlib
import io
import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import harness.suite
from harness.plugin import arguments, told
from harness.settings import Settings, default_workers

SEEDS = ("acytoo", "aiask", "backend_api", "flowgpt", "pizzagpt")
LIMITS = {("backend_api",): 15.0, SEEDS: 60.0}
"""Seconds that the law may take."""
CPU = "cpu"
FOLDER = Path(harness.suite.__file__).parent


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Send the CPU time of a check along with its report; every worker loads this module as a plugin."""
    began = time.process_time()
    try:
        yield
    finally:
        item.user_properties.append((CPU, time.process_time() - began))


@dataclass
class Clock:
    """A pytest plugin that adds up the seconds of each requirement."""

    wall: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    outcomes: Counter[str] = field(default_factory=Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the verdict and the times of an item of any process."""
        if new := told(report):
            self.wall[new.verdict.requirement] += new.seconds
            self.cpu[new.verdict.requirement] += float(dict(report.user_properties).get(CPU, 0.0))
            self.outcomes[str(new.verdict.outcome)] += 1


def judge(targets: tuple[str, ...], workers: int) -> tuple[Clock, float]:
    """Run the law; give what the clock saw and the seconds in all."""
    clock, began = Clock(), time.monotonic()
    shared = ["-p", "xdist.plugin", f"-n{workers}"] if workers else []
    with tempfile.TemporaryDirectory() as scratch:
        pytest.main(
            [
                *(str(FOLDER), "-c", str(FOLDER / "conformance.ini"), "--rootdir", str(FOLDER), "--noconftest"),
                *("-p", "no:cacheprovider", "-q", "--no-header", "--no-summary", "-p", "harness.plugin", "-p", "law"),
                *shared,
                *arguments(Settings(targets=targets), Path(scratch)),
            ],
            plugins=[clock],
        )
    return clock, time.monotonic() - began


def show(clock: Clock, seconds: float, limit: float, title: str) -> None:
    """Print the tables of one run."""
    told_in = ", ".join(f"{count} {outcome}" for outcome, count in clock.outcomes.most_common())
    print(f"\n{title}: {seconds:.1f} s; the limit is {limit:.0f} s: {'met' if seconds <= limit else 'MISSED'}")
    print(f"  CPU {sum(clock.cpu.values()):.1f} s in the checks; {told_in}; load {os.getloadavg()[0]:.1f}")
    areas: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for name, value in clock.wall.items():
        areas[name.partition("-")[0]][0] += value
        areas[name.partition("-")[0]][1] += clock.cpu.get(name, 0.0)
    rows = [(name, *values) for name, values in areas.items()]
    costliest = [(name, value, clock.cpu.get(name, 0.0)) for name, value in clock.wall.items()]
    for heading, table in (("area", rows), ("the ten costliest", costliest)):
        print(f"  {'wall s':>7} {'CPU s':>7}  {heading}")
        for name, wall, cpu in sorted(table, key=lambda row: -row[1])[:10]:
            print(f"  {wall:7.2f} {cpu:7.2f}  {name}")


def main() -> None:
    """Judge one streaming provider, then all five seeds; or only the providers that are named."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help="judge these instead, against the limit of all five")
    parser.add_argument("-n", "--workers", type=int, default=default_workers(), help="processes that share the items")
    chosen = parser.parse_args()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    runs = {tuple(chosen.targets): LIMITS[SEEDS]} if chosen.targets else LIMITS
    for targets, limit in runs.items():
        with contextlib.redirect_stdout(io.StringIO()):
            clock, seconds = judge(targets, chosen.workers)
        show(clock, seconds, limit, ", ".join(targets))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
