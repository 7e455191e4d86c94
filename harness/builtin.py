"""Which providers come with the house, told without importing any."""

import ast
from functools import cache
from pathlib import Path

import providers

HOME = Path(providers.__path__[0])


def known() -> tuple[str, ...]:
    """Name them: those with a folder of their own, and those that are a row in the folder of another."""
    found = (path.parent for path in HOME.glob("*/provider.py"))
    return tuple(sorted([*(folder.name for folder in found if (folder / "contract.py").is_file()), *rows()]))


@cache
def rows() -> dict[str, str]:
    """Name the rows, each with its folder: the keys of ``ROWS`` in ``rows.py``."""
    found: dict[str, str] = {}
    for path in sorted(HOME.glob("*/rows.py")):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
                names = (key.value for key in node.value.keys if isinstance(key, ast.Constant))
                found |= dict.fromkeys(map(str, names), path.parent.name)
    return found
