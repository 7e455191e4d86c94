"""What the documents say is true: their commands run, their files exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line.partition("  #")[0].strip() for block in BLOCKS for line in block.splitlines()]
CHECKS = [line for line in LINES if line.startswith("harness check")]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
DOCUMENTS += sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
BENCHMARKS = sorted(path.name for path in ROOT.glob("benchmarks/*.py") if path.name != "mutations.py")


def harness(line, cwd, *more):
    words = shlex.split(line)[1:]
    command = [sys.executable, "-m", "harness", *words, *more]
    environment = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("line", CHECKS)
def test_a_check_of_the_readme_runs(line, tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    few = () if "--only" in line else ("--only", "REQ-0*", "--only", "STREAM-02")
    ended = harness(line, tmp_path, *few)
    conforms = "does not conform" if "Echo" in line else "conforms"
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (int("Echo" in line), conforms), ended.stderr


def test_the_failure_of_the_readme_is_what_is_printed(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    shown = re.search(r"```\n(STREAM-02.*?)```", README, re.DOTALL).group(1)
    ended = harness("harness check examples/echo.py:Echo --contract acytoo --only STREAM-02", tmp_path)
    assert shown in ended.stdout


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in LINES
        if line.startswith(("harness record", "harness live", "harness lint", "harness import", "harness drift"))
    ],
)
def test_a_maintainers_command_of_the_readme_exists(line, tmp_path):
    ended = harness(line, tmp_path, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("target", [line.removeprefix("make ") for line in LINES if line.startswith("make ")])
def test_a_make_target_of_the_readme_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / name).read_text())
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_that_are_named_exist(name):
    named = re.findall(
        r"`((?:harness|providers|tests|benchmarks|cassettes|docs|examples)/[\w./-]+)`", (ROOT / name).read_text()
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_tells_what_it_takes(name):
    command = [sys.executable, f"benchmarks/{name}", "--help"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_architecture_is_short_and_names_the_lines_of_the_test():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert len(text.splitlines()) < 60
    drawn = re.findall(r"^    ((?:\w+, )*\w+)$", text, re.MULTILINE)
    from test_architecture import LINES as LAW  # noqa: PLC0415

    assert [set(line.split(", ")) for line in drawn] == [line - {"__main__"} for line in LAW]
