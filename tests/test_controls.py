"""What does nothing of the kind passes nothing of STREAM, FINISH and ERROR."""

import shutil
import subprocess
import sys
from pathlib import Path

import controls
import pytest

from harness import report
from harness.target import CASSETTES
from harness.verdict import Outcome

AREAS = ("STREAM", "FINISH", "ERROR")
NAMES = ("Null", "Parrot", "Sleeper", "Refuser", "Reader")


@pytest.fixture(scope="module", params=["acytoo"])
def verdicts(request, tmp_path_factory):
    """Judge all controls by one contract, with one recording: who is silent takes his time."""
    folder = tmp_path_factory.mktemp("controls")
    file = folder / "run.jsonl"
    (folder / request.param).mkdir()
    for path in CASSETTES.glob(f"{request.param}/unicode*.yaml"):
        shutil.copy(path, folder / request.param)
    targets = [f"{Path(controls.__file__)}:{name}" for name in NAMES]
    only = [flag for area in AREAS for flag in ("--only", f"{area}-*")]
    command = [sys.executable, "-m", "harness", "check", *targets, "--contract", request.param, *only]
    command += ["--cassettes", str(folder), "--report", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 1, ended.stdout[-2000:] + ended.stderr[-2000:]
    return report.read(file).verdicts


@pytest.mark.parametrize("name", NAMES)
def test_a_control_passes_nothing_that_answers_are_made_of(verdicts, name):
    own = [verdict for verdict in verdicts if verdict.provider == name]
    told = {outcome: {verdict.requirement for verdict in own if verdict.outcome is outcome} for outcome in Outcome}
    assert (told[Outcome.PASS], told[Outcome.ERROR]) == (set(), set())
    assert {"STREAM", "FINISH"} <= {requirement.partition("-")[0] for requirement in told[Outcome.FAIL]}
