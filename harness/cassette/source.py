"""Reads a file that somebody else wrote: all of a regular file of bounded size, nothing of anything else."""

import os
import stat
from pathlib import Path

from ..errors import UsageError

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is still read."""


def content(path: Path) -> bytes:
    """Give the bytes; UsageError for a folder, a device, a pipe (which would never end), or too many bytes."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise UsageError(
                    "no-cassette",
                    f"{path}: expected a file, got {'a pipe' if stat.S_ISFIFO(mode) else 'a device'}",
                    f"ls -ld {path}",
                )
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError("no-cassette", f"{path}: {told}", "harness record --help") from error
    if len(data) > LARGEST:
        raise UsageError("huge-cassette", f"{path}: expected at most {LARGEST} bytes, got more", f"ls -l {path}")
    return data
