"""Replaces a file by a new one: all of it or nothing, whatever ends the process or the disk. Knows no format.

The new file takes the name of the old one when it is complete. On Linux it has no name before, so that a process that
is killed leaves no half file; elsewhere a hidden one stays.
"""

import os
import secrets
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")
_MODE = 0o644


def replace(path: Path, data: bytes) -> None:
    """Write the file; OSError leaves the old file as it was."""
    unfinished = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.tmp")
    try:
        _write(unfinished, data)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _write(path: Path, data: bytes) -> None:
    """Write a new file down to the disk, without a name as long as it can."""
    unnamed = _unnamed(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE) if unnamed is None else unnamed
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
        if unnamed is not None:  # linkat(2) asks for a folder's descriptor and, the source being absolute, ignores it
            os.link(_DESCRIPTORS / str(handle), path, src_dir_fd=handle, follow_symlinks=True)


def _unnamed(folder: Path) -> int | None:
    """Open a file without a name (O_TMPFILE, open(2)); None where the system or the file system has none."""
    if not _DESCRIPTORS.is_dir():
        return None
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE, _MODE)
    except OSError:  # which opening a file by name tells better
        return None
