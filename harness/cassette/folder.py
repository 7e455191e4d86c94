"""Which files under a folder of cassettes are cassettes, and which belong to nobody. Reads names, no contents."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from .rules import USED, Finding

SUFFIX = ".yaml"


@dataclass(frozen=True)
class Found:
    """The cassettes below some paths, and what else lies there."""

    cassettes: tuple[Path, ...]
    strange: tuple[Path, ...]


def find(paths: Sequence[Path]) -> Found:
    """Look through folders and take files as they are; UsageError where a path leads nowhere or to no file at all."""
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    if not files:
        given = ", ".join(repr(str(path)) for path in paths)
        raise UsageError("no-cassettes", f"expected cassettes in {given}, got no file at all", "harness record --help")
    return Found(tuple(filter(_is_cassette, files)), tuple(file for file in files if not _is_cassette(file)))


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if not os.path.lexists(path):
            message = f"expected a file or a folder, got {str(path)!r}: there is nothing"
            raise UsageError("no-cassettes", message, "harness lint --help")
        yield path
        return
    for folder, folders, names in os.walk(path, onerror=_refuse):
        folders.sort()
        links = [name for name in folders if Path(folder, name).is_symlink()]  # which are not followed
        yield from (Path(folder, name) for name in sorted([*names, *links]))


def _refuse(error: OSError) -> None:
    message = f"expected a folder that can be read, got {error.filename!r}: {error.strerror}"
    raise UsageError("no-cassettes", message, f"ls -ld {error.filename}") from error


def _is_cassette(path: Path) -> bool:
    return path.suffix == SUFFIX


def orphans(found: Found, known: Iterable[str]) -> Iterator[Finding]:
    """Name the files that are no cassettes, and once each folder that is not one of a known contract."""
    names = set(known)
    for path in found.strange:
        yield Finding(USED, path, f"expected cassettes ({SUFFIX}) alone, got {path.name!r}, which nothing plays")
    for folder in dict.fromkeys(path.parent for path in found.cassettes):
        if owner(folder) not in names:
            told = ", ".join(sorted(names))
            yield Finding(USED, folder, f"expected a folder named after a contract ({told}), got {owner(folder)!r}")


def owner(folder: Path) -> str:
    """Give the name of the contract whose cassettes a folder holds."""
    return folder.absolute().name if folder.name not in {"", ".."} else folder.resolve().name
