"""The arrows of ARCHITECTURE.md, read from the imports."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = [
    {"cli", "__main__"},
    {"plugin", "session", "suite"},
    {"stage", "launch", "live", "examination", "acceptance"},
    {"plan", "casualties", "record", "replay", "importing", "reporters", "reproduction"},
    {"driver", "consumer", "observation", "expectation", "comparison", "target", "builtin", "report"},
    {"upstream", "cassette"},
    {"variations", "faults", "strategies", "evidence", "requirement", "framing", "endpoint", "stop_value", "scenario"},
    {
        "script",
        "transcript",
        "recording",
        "verdict",
        "settings",
        "guard",
        "isolation",
        "threads",
        "frames",
        "replacement",
    },
    {"errors"},
]
HEIGHT = {name: len(LINES) - number for number, line in enumerate(LINES) for name in line}
MODULES = sorted(path for folder in ("harness", "providers") for path in (ROOT / folder).rglob("*.py"))


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path):
    """Give the absolute names of all modules that a module imports, inside functions too."""
    package = name_of(path).split(".") if path.name == "__init__.py" else name_of(path).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def test_every_module_of_the_harness_stands_on_a_line():
    rooms = {path.relative_to(ROOT).parts[1].removesuffix(".py") for path in MODULES if path.parts[-2:] != ()}
    rooms = {room for room in rooms if (ROOT / "harness" / room).exists() or (ROOT / "harness" / f"{room}.py").exists()}
    assert rooms - {"__init__"} == set(HEIGHT)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path):
    own = path.relative_to(ROOT).parts
    for name in imports(path):
        top, _, rest = name.partition(".")
        if own[0] == "providers":
            assert top != "harness", f"{name_of(path)} imports {name}"
        elif top == "harness" and rest:
            room, other = own[1].removesuffix(".py"), rest.partition(".")[0]
            assert HEIGHT[room] >= HEIGHT[other], f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "provider.py"], ids=name_of)
def test_a_provider_never_imports_a_contract(path):
    assert [name for name in imports(path) if "contract" in name] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_opens_with_what_it_owns(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_no_longer_than_300_lines(path):
    # suite/test_request.py holds eight requirements with their prose; splitting an area would hide it.
    limit = 400 if path.parent.name == "suite" else 300
    assert len(path.read_text().splitlines()) <= limit


def test_no_file_names_a_registry_or_a_path_of_this_machine():
    words = [b"pypi" + b".org", b"python" + b"hosted.org", b"registry.npm" + b"js.org", str(ROOT).encode()]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = [ROOT / name for name in listed.decode().split("\0") if name]
    assert [str(path) for path in files for word in words if path.is_file() and word in path.read_bytes()] == []
