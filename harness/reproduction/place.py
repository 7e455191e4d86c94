"""Where a file of failures may be written: never over a file of somebody else's."""

from pathlib import Path

from ..errors import UsageError

MARK = '"""Failures written down by harness check --pytest-file'
"""How our files begin."""


def require_place(path: Path) -> None:
    """Refuse a path that pytest would not read, that cannot be written, or whose file is not ours."""
    shown = ascii(str(path))
    if path.suffix != ".py":
        raise UsageError(
            "no-place", f"expected a file that pytest collects, got {shown}", "--pytest-file test_failures.py"
        )
    if not path.absolute().parent.is_dir():
        raise UsageError("no-folder", f"expected a folder for the file, got {shown}", f"mkdir -p {path.parent}")
    if path.exists() and not path.read_text("utf-8", "replace").startswith(MARK):
        hint = f"--pytest-file {path.with_name(path.stem + '_failures.py')}"
        raise UsageError("not-ours", f"expected a new file or one written by --pytest-file, got {shown}", hint)
