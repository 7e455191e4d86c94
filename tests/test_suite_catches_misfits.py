"""Every requirement has a misfit that fails it, and every misfit fails the requirement that it names."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import report
from harness.plan import load_suite
from harness.target import CASSETTES
from harness.verdict import Outcome

MISFITS = Path(__file__).parent / "misfits"
RULES, _ = load_suite("harness.suite")
SOCKETS = [name for name, rule in RULES.items() if rule.sockets]


def misfits():
    """Give the class of every misfit with the target that names it."""
    sys.path.append(str(MISFITS))
    try:
        for path in sorted(MISFITS.glob("*.py")):
            spec = importlib.util.spec_from_file_location(f"misfits_{path.stem}", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            for cls in vars(module).values():
                if getattr(cls, "fails", "") and cls.__module__ == module.__name__:
                    yield f"{path}:{cls.__name__}", cls
    finally:
        sys.path.remove(str(MISFITS))


ALL = dict(misfits())


def few_cassettes(folder):
    """Copy the recordings that hurt most: all misfits against all recordings would take minutes."""
    for path in CASSETTES.glob("*/unicode*.yaml"):
        (folder / path.parent.name).mkdir(exist_ok=True)
        shutil.copy(path, folder / path.parent.name)
    return folder


def check(scratch, road, targets, *only):
    """Judge these targets in one run; give the outcomes by provider and requirement."""
    file = scratch / "run.jsonl"
    cassettes = scratch / "cassettes"
    cassettes.mkdir(parents=True)
    flags = [flag for name in only for flag in ("--only", name)]
    command = [sys.executable, "-m", "harness", "check", *targets, "--upstream", road, "--report", str(file), *flags]
    command += ["--cassettes", str(few_cassettes(cassettes))]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert ended.returncode in {0, 1}, ended.stdout[-3000:] + ended.stderr[-3000:]
    cells = {}
    for verdict in report.read(file).verdicts:
        cells.setdefault((verdict.provider, verdict.requirement), set()).add(verdict.outcome)
    return cells


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Judge the misfits of an area by all requirements of the area; by all of them would take minutes."""
    scratch, found = tmp_path_factory.mktemp("misfits"), {}
    for area in sorted({rule.area for rule in RULES.values()}):
        own = [name for name, cls in ALL.items() if cls.fails.startswith(area)]
        found |= check(scratch / area, "in-process", own, f"{area}-*")
    leaking = [name for name, cls in ALL.items() if cls.fails in SOCKETS]
    return found | check(scratch / "leaking", "loopback", leaking, *SOCKETS)


def test_every_requirement_has_a_misfit():
    assert {cls.fails for cls in ALL.values()} == set(RULES)


def test_every_misfit_fails_the_requirement_that_it_names(cells):
    print("\n" + matrix(cells))
    missed = [
        name.rpartition(":")[2] for name, cls in ALL.items() if Outcome.FAIL not in cells[cls.__name__, cls.fails]
    ]
    assert missed == []


def test_no_misfit_breaks_the_harness(cells):
    assert [cell for cell, outcomes in cells.items() if Outcome.ERROR in outcomes] == []


def matrix(cells):
    """Draw misfits against requirements: X the one that it names, x others that it fails too, . not judged."""
    width = max(len(cls.__name__) for cls in ALL.values())
    lines = [" " * width + " " + " ".join(name.replace("STREAM", "STR").replace("FINISH", "FIN") for name in RULES)]
    for cls in ALL.values():
        marks = []
        for name in RULES:
            shown = len(name.replace("STREAM", "STR").replace("FINISH", "FIN"))
            outcomes = cells.get((cls.__name__, name))
            mark = "." if outcomes is None else "xX"[cls.fails == name] if Outcome.FAIL in outcomes else " "
            marks.append(mark.center(shown))
        lines.append(f"{cls.__name__:<{width}} {' '.join(marks)}")
    return "\n".join(lines)


@pytest.mark.parametrize(("name", "cls"), ALL.items(), ids=[cls.__name__ for cls in ALL.values()])
def test_every_misfit_confesses(name, cls):
    assert cls.__doc__, name
