"""Files written by --pytest-file fail without the suite as the provider failed with it, and pass for a sound one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.target import CASSETTES

ROOT = Path(__file__).parents[2]
MISFITS = {
    "stream:ParsesEachChunk": ("STREAM-01", "Backend"),
    "stream:DecodesEachChunk": ("STREAM-02", "Acytoo"),
    "stream:ReadsTheWholeBody": ("STREAM-13", "Acytoo"),
    "finish:CallsEverythingStop": ("FINISH-02", "Backend"),
    "finish:TakesTheEndForStop": ("FINISH-04", "Backend"),
    "error:BlamesTheCaller": ("ERROR-01", "Acytoo"),
    "error:FailsByAccident": ("ERROR-02", "Acytoo"),
    "error:LetsTransportErrorsEscape": ("ERROR-07", "Acytoo"),
    "request:DoublesTheSlash": ("REQ-01", "Acytoo"),
    "request:SendsPlainText": ("REQ-02", "Acytoo"),
    "request:ForgetsMembers": ("REQ-03", "Acytoo"),
    "security:LogsTheKey": ("SEC-02", "Backend"),
    "resource:KeepsTheConnection": ("RES-01", "Acytoo"),
    "resource:LeavesATask": ("RES-03", "Acytoo"),
    "resource:WaitsForEver": ("RES-04", "Acytoo"),
    "resource:KeepsThePiecesOnTheClass": ("RES-07", "Acytoo"),
    "resource:StaysBroken": ("RES-08", "Acytoo"),
    "modes:NeverAsksForUsage": ("REQ-10", "Chat"),
    "modes:DocumentsHaveOtherUsage": ("FINISH-07", "Chat"),
    "payload:NeedsAnId": ("STREAM-23", "Chat"),
    "stream:WaitsForTheEnd": ("STREAM-09", "Chat"),
    "stream:BlamesTheCallerForTheType": ("STREAM-15", "Acytoo"),
    "request:AsksAnotherOrigin": ("REQ-01", "Acytoo"),
    "request:LeavesTheMessagesChanged": ("REQ-06", "Acytoo"),
}


def few_cassettes(folder):
    for path in CASSETTES.glob("*/unicode*.yaml"):
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / path.parent.name)
    return folder


def judge(folder, target, requirement, *more):
    """Judge a provider and write its failures down; give the file."""
    file = folder / "test_failures.py"
    options = ("--only", requirement, "--pytest-file", str(file), "--cassettes", str(few_cassettes(folder / "tapes")))
    command = [sys.executable, "-m", "harness", "check", target, *options, *more]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return file


def outcomes(file):
    """Run a file by pytest alone; give the numbers of failed and passed tests, and the slowest in seconds."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONSAFEPATH": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        os.devnull,
        "--rootdir",
        str(file.parent),
        "--durations=0",
        str(file),
    ]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, cwd=file.parent, env=environment
    )
    counts = [
        int((re.search(rf"(\d+) {word}", ended.stdout.splitlines()[-1]) or [0, 0])[1]) for word in ("failed", "passed")
    ]
    slowest = max([float(found) for found in re.findall(r"([\d.]+)s call", ended.stdout)] or [0.0])
    return (*counts, slowest), ended.stdout


@pytest.mark.parametrize(("misfit", "expected"), MISFITS.items(), ids=MISFITS)
def test_a_file_fails_without_the_suite_and_passes_once_mended(misfit, expected, tmp_path):
    requirement, ground = expected
    module, _, name = misfit.partition(":")
    file = judge(tmp_path, f"{ROOT}/tests/misfits/{module}.py:{name}", requirement)
    text = file.read_text("ascii")
    assert re.findall(r"^(?:import|from) (?:harness|providers).*", text, re.MULTILINE) == []
    (failed, passed, slowest), shown = outcomes(file)
    print(f"{misfit}: {failed} failed, the slowest in {slowest} s")
    assert (failed > 0, passed) == (True, 0), shown[-3000:]
    mended = re.sub(rf'Provider\(\s*"\w+",\s*"{name}"', f'Provider("ground", "{ground}"', text)
    mended = re.sub(r"\n +file=HERE.*", "", mended)
    file.write_text(mended)
    (failed_now, passed_now, _), shown = outcomes(file)
    assert (failed_now, passed_now) == (0, failed), shown[-3000:]
