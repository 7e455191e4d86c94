"""A server in a process of its own, which ends with this one. Knows the launcher's protocol, not what is served."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Timer
from typing import Self

from ..errors import HarnessError

LAUNCHER = Path(__file__).with_name("launcher.py")
PATIENCE = 60.0
"""Seconds within which a server has to be ready."""


class Process:
    """Starts a server on entry and ends it on exit; if this process dies, the closed pipe ends it."""

    def __init__(self, python: Path, log: Path, arguments: Sequence[str], patience: float = PATIENCE) -> None:
        self._command = (str(python), "-P", str(LAUNCHER), *arguments)  # -P: our folder stays out of its path
        self._log = log
        self._patience = patience
        self.url = ""
        """Where the server answers, once it is ready."""

    def __enter__(self) -> Self:
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        try:
            self.url = self._wait_until_ready()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _wait_until_ready(self) -> str:
        """Read the one line that the launcher says; an end of file means that it has died."""
        assert self._process.stdout is not None  # noqa: S101  for mypy: it is a pipe
        timer = Timer(self._patience, self._process.kill)
        timer.start()
        try:
            word, _, url = self._process.stdout.readline().strip().partition(" ")
        finally:
            timer.cancel()
        if word != "ready":
            raise HarnessError(
                "live-start",
                f"expected {' '.join(self._command[3:])} to be ready within {self._patience:g} s, "
                f"got: {_last_line(self._log)}",
                f"read {self._log}",
            )
        return url

    def _end(self) -> None:
        """End the process and take leave of its pipes."""
        self._process.kill()
        with self._process:
            self.url = ""


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"
