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


def test_every_requirement_has_a_misfit():
    assert {cls.fails for cls in ALL.values()} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_requirement_fails_each_misfit_that_names_it(rule, tmp_path):
    """Judge the misfits of one requirement; of its outcomes one is a failure, and none breaks the harness."""
    targets = {name: cls.__name__ for name, cls in ALL.items() if cls.fails == rule.id}
    road = "loopback" if rule.sockets else "in-process"
    command = [sys.executable, "-m", "harness", "check", *targets, "--only", rule.id, "--upstream", road]
    file = tmp_path / "run.jsonl"
    command += ["--report", str(file), "--cassettes", str(few_cassettes(tmp_path)), "-n", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode in {0, 1}, ended.stdout[-3000:] + ended.stderr[-3000:]
    found = {name: set() for name in targets.values()}
    for verdict in report.read(file).verdicts:
        found[verdict.provider].add(verdict.outcome)
    missed = [name for name, outcomes in found.items() if Outcome.FAIL not in outcomes or Outcome.ERROR in outcomes]
    assert missed == []


@pytest.mark.parametrize(("name", "cls"), ALL.items(), ids=[cls.__name__ for cls in ALL.values()])
def test_every_misfit_confesses(name, cls):
    assert cls.__doc__, name
