"""Every command of docs/failures.md prints what stands below it. Run as a script, this writes it there anew."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "failures.md"
EXAMPLES = re.findall(r"```console\n\$ (.*)\n((?:(?!```|\$ ).*\n)*)```", PAGE.read_text())
LAST = re.search(r"```console\n\$ (.* --pytest-file .*)\n\$ (.*)\n```", PAGE.read_text())
VOLATILE = {
    r"127\.0\.0\.1:\d+": "127.0.0.1:PORT",
    r"python-httpx/[\d.]+": "python-httpx/VERSION",
    r"\.py:\d+": ".py:LINE",
}


def run(line, folder):
    """Run a command of the page; give its exit code and the stable part of what it prints."""
    name, *words = shlex.split(line)
    command = [sys.executable, "-m", {"harness": "harness", "python": "pytest"}[name]]
    command += words if name == "harness" else words[2:]
    environment = {**os.environ, "COLUMNS": "100"}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    lines = [line for line in ended.stdout.splitlines() if not line.startswith("where the time goes")]
    text = "\n".join(lines) + "\n"
    for pattern, stable in VOLATILE.items():
        text = re.sub(pattern, stable, text)
    return ended.returncode, text


def with_misfits(folder):
    (folder / "tests").symlink_to(ROOT / "tests")
    return folder


def test_written(folder):
    """Give the first test of the file that the last commands of the page write and run."""
    run(LAST[1], folder)
    return re.search(r"^def test_.*?(?=\n\n\n)", (folder / "test_failures.py").read_text(), re.DOTALL | re.MULTILINE)[0]


test_written.__test__ = False


@pytest.mark.parametrize(("line", "shown"), EXAMPLES, ids=[line.split()[2].partition(":")[2] for line, _ in EXAMPLES])
def test_an_example_is_what_is_printed(line, shown, tmp_path):
    assert run(line, with_misfits(tmp_path)) == (1, shown)


@pytest.mark.parametrize(("line", "shown"), EXAMPLES, ids=[line.split()[2].partition(":")[2] for line, _ in EXAMPLES])
def test_the_reproduction_of_an_example_does_what_it_says(line, shown, tmp_path):
    reproduce = re.search(r"^  reproduce (.*)", shown, re.MULTILINE)[1]
    code, again = run(reproduce, with_misfits(tmp_path))
    whole = re.compile(r"^[A-Z]+-\d\d M.*?(?=\n\n)", re.DOTALL | re.MULTILINE)
    blocks = [
        re.sub(r"  also in .*?\n(?=  why)", "", whole.search(text)[0], flags=re.DOTALL) for text in (shown, again)
    ]
    assert (code, blocks[1]) == (1, blocks[0])


def test_the_file_of_the_page_is_what_is_written_and_it_fails(tmp_path):
    shown = re.search(r"```python\n(.*?)\n```", PAGE.read_text(), re.DOTALL)[1]
    assert test_written(with_misfits(tmp_path)) == shown
    assert run(LAST[2], tmp_path)[0] == 1


def test_links_of_the_page_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE.read_text())
    assert [link for link in links if not (PAGE.parent / link).exists()] == []


if __name__ == "__main__":
    text = PAGE.read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = with_misfits(Path(name))
        for line, shown in EXAMPLES:
            text = text.replace(f"$ {line}\n{shown}```", f"$ {line}\n{run(line, folder)[1]}```")
        text = re.sub(
            r"(```python\n).*?```", lambda found: f"{found[1]}{test_written(folder)}\n```", text, flags=re.DOTALL
        )
    PAGE.write_text(text)
