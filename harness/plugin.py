"""Lets pytest run a suite: options, one item per row, and the verdict on each report. Decides nothing by itself.

It is inert until functions that declare a requirement are collected. The verdict travels as JSON text in
``report.user_properties``, which crosses the border between pytest-xdist's processes.
PYTEST_DONT_REWRITE: there is no assert here, and the session imports it before pytest does.
"""

import json
import random
import traceback
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from . import casualties
from .driver import Driver
from .errors import HarnessError
from .expectation import plain_course
from .plan import Row
from .reporters.block import block, escape
from .reproduction.capture import replay
from .requirement import Failure, NotExercised, Requirement
from .settings import ITEM_LIMIT, Road, Settings
from .stage import Stage
from .transcript import Course
from .verdict import Evidence, Outcome, Verdict

PROPERTY = "harness"
_STAGE = pytest.StashKey[Stage]()
_COURSES = pytest.StashKey[dict[Driver, Course | None]]()
_OF_ANSWERS = {"STREAM", "FINISH", "ERROR"}
"""Areas in which silence, or always the same exception, would look like a virtue."""
_NOTHING_SHOWN = "the provider does not answer the plain recording, so this shows nothing"
_SHORT = 0.2
"""Seconds that each further drive of a provider gets that was silent for the usual ones."""


class Told(NamedTuple):
    """A verdict as it travels, and the seconds that it took."""

    verdict: Verdict
    seconds: float


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the choices of a run."""
    group = parser.getgroup("harness", "conformance of LLM chat providers")
    group.addoption("--harness-target", action="append", default=[], help="a provider; none: all of providers/")
    group.addoption("--harness-contract", help="NAME or module:ATTR, for foreign providers")
    group.addoption("--harness-only", action="append", default=[], help="glob of requirement ids")
    group.addoption("--harness-scenario", default="*", help="glob of scenario names")
    group.addoption(
        "--harness-upstream",
        default="auto",
        choices=[road.value for road in Road],
        help="which upstream providers meet",
    )
    group.addoption("--harness-cassettes", help="folder of cassettes")
    group.addoption("--harness-suite", default="harness.suite", help="package that holds the requirements")
    group.addoption("--harness-limit", type=float, default=ITEM_LIMIT, help="seconds for one item")
    group.addoption("--harness-shuffle", type=int, help="seed of a random order of items")
    group.addoption("--harness-replays", action="store_true", help="give each failure with its drive as a test")
    group.addoption("--harness-dumps", help="folder for the stacks of processes that exceed the limit and are ended")


def arguments(settings: Settings, dumps: Path) -> list[str]:
    """Give the options that stand for these settings."""
    many = {"target": settings.targets, "only": settings.only}
    one = {
        "contract": settings.contract,
        "scenario": settings.scenario,
        "upstream": settings.upstream,
        "cassettes": settings.cassettes,
        "suite": settings.suite,
        "limit": settings.limit,
        "shuffle": settings.shuffle,
        "dumps": dumps,
    }
    options = [f"--harness-{name}={value}" for name, values in many.items() for value in values]
    options += ["--harness-replays"] if settings.replays else []
    return [*options, *(f"--harness-{name}={value}" for name, value in one.items() if value is not None)]


def told(report: pytest.TestReport) -> Told | None:
    """Read the verdict that a report carries; None where it carries none."""
    texts = [value for name, value in report.user_properties if name == PROPERTY]
    if not texts:
        return None
    data = json.loads(str(texts[-1]))
    return Told(Verdict.from_json(data["verdict"]), data["seconds"])


@pytest.fixture
def drive(request: pytest.FixtureRequest) -> Iterator[Driver | None]:
    """Give the driver of the item's row; None where the row is settled without a drive."""
    row: Row = request.param
    if row.settled:
        yield None
        return
    with _limited(request.config, row.subject.name), request.config.stash[_STAGE].drive(row) as driver:
        yield driver


def _limited(config: pytest.Config, provider: str) -> AbstractContextManager[None]:
    """Limit the time of an item where a controller survives to tell; refuse a provider that ended too many workers."""
    option = config.getoption("--harness-dumps")
    if option is None:
        return nullcontext()
    folder = Path(option)
    if casualties.count(folder, provider) >= casualties.CHANCES:
        raise HarnessError("given-up", f"not driven: the provider has ended {casualties.CHANCES} processes before")
    worker = getattr(config, "workerinput", {"workerid": "main"})["workerid"]
    return casualties.limited(folder, worker, config.getoption("--harness-limit"))


def pytest_configure(config: pytest.Config) -> None:
    """Set the stage; it is empty until something is collected."""
    option = config.getoption
    config.stash[_COURSES] = {}
    config.stash[_STAGE] = Stage(
        Settings(
            targets=tuple(option("--harness-target")),
            contract=option("--harness-contract"),
            only=tuple(option("--harness-only")),
            scenario=option("--harness-scenario"),
            upstream=Road(option("--harness-upstream")),
            cassettes=option("--harness-cassettes"),
            suite=option("--harness-suite"),
            limit=option("--harness-limit"),
            shuffle=option("--harness-shuffle"),
        )
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the upstreams."""
    config.stash[_STAGE].close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item per row of the requirement that the function declares."""
    rule = getattr(metafunc.function, "requirement", None)
    if not isinstance(rule, Requirement):
        return
    try:
        rows = metafunc.config.stash[_STAGE].rows
    except HarnessError as error:
        raise pytest.UsageError(f"{error.message}\n{error.hint}") from error
    own = [pytest.param(row, row.scenario, id=row.id) for row in rows if row.requirement is rule]
    metafunc.parametrize(("drive", "scenario"), own, indirect=["drive"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop the placeholder that pytest makes for a requirement without rows; shuffle where a seed is given."""
    items[:] = [
        item
        for item in items
        if not isinstance(getattr(getattr(item, "function", None), "requirement", None), Requirement) or _row(item)
    ]
    seed = config.getoption("--harness-shuffle")
    if seed is not None:
        random.Random(seed).shuffle(items)  # noqa: S311  the same order in every worker, which xdist requires


def _row(item: pytest.Item) -> Row | None:
    callspec = getattr(item, "callspec", None)
    row = callspec.params.get("drive") if callspec else None
    return row if isinstance(row, Row) else None


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Skip the check of a row that is settled without it."""
    row = _row(pyfuncitem)
    return True if row is not None and row.settled else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Take back a pass in what answers are made of from a provider that does not read the plain recording."""
    row = _row(item)
    course: Course | None = Course.FINISHED
    if row is not None and not row.settled and row.requirement.area in _OF_ANSWERS:
        course = _plain_course(item.config, item.funcargs["drive"])  # type: ignore[attr-defined]
        if course is Course.TIMED_OUT and row.scenario is not None and row.scenario.expected.finish is None:
            raise NotExercised(_NOTHING_SHOWN)
    yield
    if course is not Course.FINISHED:
        raise NotExercised(_NOTHING_SHOWN)


def _plain_course(config: pytest.Config, driver: Driver) -> Course | None:
    """Drive the plain recording once; who was silent then gets less time for the rest."""
    known = config.stash[_COURSES]
    if driver not in known:
        known[driver] = plain_course(driver)
        if known[driver] is Course.TIMED_OUT:
            driver.deadline = min(driver.deadline, _SHORT)
    return known[driver]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the verdict and show it in pytest's own words."""
    report = yield
    row = _row(item)
    verdict = None if row is None else _judge(row, call)
    if row is not None and verdict is not None:
        if item.config.getoption("--harness-replays"):
            verdict = _with_replay(verdict, item, call)
        data = {"verdict": verdict.to_json(), "seconds": call.duration}
        report.user_properties = [*report.user_properties, (PROPERTY, json.dumps(data))]
        _present(report, verdict, row)
    return report


def _with_replay(verdict: Verdict, item: pytest.Item, call: pytest.CallInfo[Any]) -> Verdict:
    """Add the last drive of a failure as a test of its own."""
    error = call.excinfo.value if call.excinfo else None
    if not isinstance(error, Failure):
        return verdict
    driver: Driver = item.funcargs["drive"]  # type: ignore[attr-defined]
    return replace(verdict, replay=replay(driver, error, verdict.requirement.partition("-")[0]))


def _judge(row: Row, call: pytest.CallInfo[Any]) -> Verdict | None:
    """Give the verdict of a phase: a pass takes a passed call, and any other phase tells only of errors."""
    error = call.excinfo.value if call.excinfo else None
    if call.when != "call":
        return None if error is None else row.verdict(Outcome.ERROR, _broken(error))
    if row.settled:
        outcome, reason = row.settled
        return row.verdict(outcome, Evidence(reason))
    match error:
        case None:
            return row.verdict(Outcome.PASS)
        case Failure():
            return row.verdict(Outcome.FAIL, error.evidence, error.level)
        case NotExercised():
            return row.verdict(Outcome.NOT_EXERCISED, Evidence(escape(str(error))))
        case _:
            return row.verdict(Outcome.ERROR, _broken(error))


def _broken(error: BaseException) -> Evidence:
    if isinstance(error, HarnessError):
        return Evidence(escape(error.message))
    lines = "".join(traceback.format_exception(error, limit=-4))
    return Evidence(f"the harness broke: {type(error).__name__}", observed=escape(lines, "\n"))


def _present(report: pytest.TestReport, verdict: Verdict, row: Row) -> None:
    """Let pytest show what the verdict means: lesser failures as xfail, what was not tried as skipped."""
    reason = verdict.evidence.reason if verdict.evidence else ""
    if verdict.outcome is Outcome.PASS:
        return
    if verdict.condemns:
        report.outcome = "failed"
        report.longrepr = "\n".join(block(verdict, row.requirement.title, row.requirement.remedy))
    elif verdict.outcome is Outcome.FAIL:
        report.outcome, report.wasxfail = "skipped", f"{verdict.level}: {reason}"
    else:
        report.outcome = "skipped"
        report.longrepr = (report.location[0], report.location[1] or 0, f"{verdict.outcome}: {reason}")
