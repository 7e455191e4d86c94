"""Independent sound implementations, in other libraries and styles, are accused of nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness import report
from harness.verdict import Outcome

SOUND = Path(__file__).parent / "sound"
FILES = [SOUND / "sans_io.py", SOUND / "with_aiohttp.py"]
SEEDS = ("Acytoo", "AiAsk", "BackendApi", "FlowGpt", "Pizzagpt")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_said_against_a_sound_provider(path, tmp_path):
    file = tmp_path / "run.jsonl"
    targets = [f"{path}:{name}" for name in SEEDS]
    command = [sys.executable, "-m", "harness", "check", *targets, "--strict", "--report", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    bad = [verdict for verdict in report.read(file).verdicts if verdict.outcome in {Outcome.FAIL, Outcome.ERROR}]
    accused = {(verdict.provider, verdict.requirement, verdict.scenario): verdict.evidence for verdict in bad}
    assert (ended.returncode, accused) == (0, {}), ended.stdout[-2000:]
