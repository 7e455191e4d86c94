"""Finds the provider class that the user means and the contract it is judged by. Imports foreign code; drives none."""

import ast
import difflib
import importlib
import importlib.util
import operator
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import providers
from providers.contract import Contract

from .builtin import HOME, known, rows
from .errors import UsageError
from .scenario import Scenario, from_recording
from .settings import Settings

CASSETTES = Path(__file__).parents[1] / "cassettes"
_METHOD = "create_async_generator"
_FORMS = "a name in providers/, module:Class or path/file.py:Class"


@dataclass(frozen=True)
class Subject:
    """A provider under test, and what it is judged by."""

    name: str
    provider: type
    contract: Contract
    recordings: tuple[Scenario, ...]
    root: Path
    """The folder or file of its own code."""
    builtin: bool
    target: str
    """What the user typed."""


def resolve_all(settings: Settings) -> tuple[Subject, ...]:
    """Find all subjects of a run, each under a name of its own."""
    targets = tuple(dict.fromkeys(settings.targets)) or known()
    subjects = tuple(resolve(target, settings.contract, settings.cassettes) for target in targets)
    names = [subject.name for subject in subjects]
    return tuple(
        replace(subject, name=subject.target) if names.count(subject.name) > 1 else subject for subject in subjects
    )


def resolve(target: str, contract: str | None = None, cassettes: str | None = None) -> Subject:
    """Find one subject; every mistake of the user is a UsageError that tells what is known."""
    try:
        return _resolve(target, contract, cassettes)
    except UsageError as error:
        if contract and error.hint.startswith("harness check ") and "--contract" not in error.hint:
            error.hint += f" --contract {contract}"
        raise


def _resolve(target: str, contract: str | None, cassettes: str | None) -> Subject:
    folder = _cassettes(cassettes)
    location, colon, attribute = target.rpartition(":")
    if not colon:
        return _builtin(target, contract, folder)
    module, root = _load(location, target)
    provider = _provider(module, attribute, target)
    promise = _contract_of(provider, module, contract, target)
    return Subject(attribute, provider, promise, _recordings(folder, promise), root, False, target)


def _cassettes(given: str | None) -> Path:
    if given is not None and not Path(given).is_dir():
        raise UsageError("no-cassettes", f"expected a folder of cassettes, got {given!r}", "harness check --help")
    return Path(given) if given is not None else CASSETTES


def _recordings(folder: Path, contract: Contract) -> tuple[Scenario, ...]:
    from .cassette import store  # noqa: PLC0415  vcrpy is slow to import, and every pytest run loads this module

    own = folder / contract.name
    recordings = store.recordings(own) if own.is_dir() else ()
    recordings = recordings or tuple(
        store.load(file) for name in contract.recordings if (file := folder / f"{name}.yaml").is_file()
    )
    return tuple(_with_plain_call(from_recording(recording), contract) for recording in recordings)


def _with_plain_call(scenario: Scenario, contract: Contract) -> Scenario:
    """Leave out options of the recorded call: a provider may refuse what the live service was asked with.

    The choice of the mode stays, and REQ-05 asks for each option that the contract names.
    """
    mode = {} if contract.document is None else contract.document.options
    kept = {name: value for name, value in scenario.call.options.items() if name in mode}
    return replace(scenario, call=replace(scenario.call, options=kept))


def _builtin(name: str, contract: str | None, cassettes: Path) -> Subject:
    if name not in known():
        raise _unknown(name)
    if (folder := rows().get(name)) is not None:
        promise = contract_named(contract or name, name)
        row = _import(f"{providers.__name__}.{folder}.rows", name).ROWS[name]
        return Subject(name, row, promise, _recordings(cassettes, promise), HOME / folder, True, name)
    module = _import(f"{providers.__name__}.{name}.provider", name)
    classes = [cls for cls in _classes(module) if not cls.__name__.startswith("_")]
    if len(classes) != 1:
        message = f"expected one public class with {_METHOD} in {module.__file__}, got {len(classes)}"
        raise UsageError("no-class", message, f"harness check {module.__name__}:Class --contract {name}")
    promise = contract_named(contract or name, name)
    return Subject(name, classes[0], promise, _recordings(cassettes, promise), HOME / name, True, name)


def _unknown(name: str) -> UsageError:
    path = Path(name)
    if path.suffix == ".py" and path.is_file():
        return UsageError(
            "no-class", f"expected path/file.py:Class, got {name!r}", f"harness check {name}:{_guess(path)}"
        )
    message = f"expected {_FORMS}, got {name!r}; providers/ has {', '.join(known())}"
    return UsageError("unknown-target", message, f"harness check {_closest(name)}")


def _closest(name: str) -> str:
    """Give the built-in name that the user may have meant."""
    return (difflib.get_close_matches(name, known(), 1, 0.0) or ["NAME"])[0]


def _guess(path: Path) -> str:
    """Name the likely class of a file, unimported."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (SyntaxError, ValueError):
        body = []
    return next((node.name for node in body if isinstance(node, ast.ClassDef) and _METHOD in ast.dump(node)), "Class")


def _load(location: str, target: str) -> tuple[ModuleType, Path]:
    """Import a module by dotted name or file; give it with the root of its own code."""
    if location.endswith(".py") or "/" in location:
        return _load_file(Path(location), target)
    _put_last(Path.cwd())
    module = _import(location, target)
    top = sys.modules[location.partition(".")[0]]
    return module, _root(top)


def _put_last(folder: Path) -> None:
    """Let modules of a folder be imported, behind all others and, in workers too, behind this package's own."""
    sys.path[:] = [*dict.fromkeys([*sys.path, HOME.parent.as_posix(), folder.as_posix()])]


def _root(top: ModuleType) -> Path:
    file = Path(top.__file__ or next(iter(top.__path__)))
    return file.parent if file.name == "__init__.py" else file


def _load_file(path: Path, target: str) -> tuple[ModuleType, Path]:
    """Import a file as the module that it is in its package; a taken name gets a number."""
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [file.name for file in path.parent.glob("*.py")], 1)
        hint = f"harness check {path.with_name(near[0])}:{target.rpartition(':')[2]}" if near else f"ls {path.parent}"
        raise UsageError("no-file", f"expected a Python file, got {target!r}: there is no such file", hint)
    path = path.resolve()
    top = path
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    _put_last(top.parent)
    name = _place(top, target)
    if top == path:
        return sys.modules[name], path.parent
    inner = [part for part in path.relative_to(top).with_suffix("").parts if part != "__init__"]
    return _import(".".join([name, *inner]), target), top


def _place(top: Path, target: str) -> str:
    """Load the outermost file or package under a free name, once; give that name."""
    file = top / "__init__.py" if top.is_dir() else top
    for name, module in sys.modules.items():
        if "." not in name and getattr(module, "__file__", None) == str(file):
            return name
    name, number = top.stem, 1
    while name in sys.modules or name in sys.stdlib_module_names:
        number += 1
        name = f"{top.stem}_{number}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UsageError("no-file", f"expected a Python file, got {target!r}", "harness check --help")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    with _importing(target):
        spec.loader.exec_module(module)
    return name


@contextmanager
def _importing(target: str) -> Iterator[None]:
    """Turn whatever foreign code raises at import into a sentence for the user."""
    try:
        yield
    except BaseException as error:  # also SystemExit: an import must not end the run
        last = traceback.format_exception_only(error)[-1].strip()
        location = target.rpartition(":")[0]
        hint = f"python {location}" if location.endswith(".py") else f"python -c 'import {location}'"
        raise UsageError(
            "import-failed", f"expected {target!r} to be importable, got {ascii(last)[1:-1]}", hint if location else ""
        ) from error


def _import(name: str, target: str) -> ModuleType:
    with _importing(target):
        return importlib.import_module(name)


def _classes(module: ModuleType) -> list[type]:
    """List the provider classes that a module defines itself."""
    own = [value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__]
    return [value for value in own if isinstance(value, type) and callable(getattr(value, _METHOD, None))]


def _attribute(module: ModuleType, name: str, target: str, kind: type, known_names: Iterable[str]) -> object:
    """Look a dotted attribute up; one that is missing or of another kind is a UsageError."""
    names = sorted(known_names)
    close = difflib.get_close_matches(name, names, 1) or names
    hint = f"harness check {target.rpartition(':')[0]}:{close[0]}" if kind is type and close else ""
    try:
        value = operator.attrgetter(name)(module)
    except AttributeError as error:
        has = f"; it has {', '.join(names)}" if names else ""
        message = f"expected an attribute of {module.__name__}, got {name!r}{has}"
        raise UsageError("no-class", message, hint) from error
    if not isinstance(value, kind):
        wanted = "class" if kind is type else kind.__name__
        message = f"expected {target!r} to be a {wanted}, got {type(value).__name__}"
        raise UsageError("not-a-class", message, hint)
    return value


def _provider(module: ModuleType, name: str, target: str) -> type:
    provider = _attribute(module, name, target, type, [cls.__name__ for cls in _classes(module)])
    if not callable(getattr(provider, _METHOD, None)):
        message = f"expected a class with the classmethod {_METHOD}, got {target!r}, which has none"
        raise UsageError("no-generator", message, f"python -m pydoc {module.__name__}.{name}")
    return provider  # type: ignore[return-value]


def _contract_of(provider: type, module: ModuleType, given: str | None, target: str) -> Contract:
    """Choose the contract: the option, the class attribute ``contract``, the module's CONTRACT."""
    claimed = given or getattr(provider, "contract", None) or getattr(module, "CONTRACT", None)
    if isinstance(claimed, Contract):
        return claimed
    if isinstance(claimed, str):
        return contract_named(claimed, target)
    raise UsageError(
        "no-contract",
        f"expected a contract to judge {target!r} by, got none; known: {', '.join(known())}, or module:ATTR",
        f"harness check {target} --contract {_closest(target.rpartition(':')[2].lower())}",
    )


def contract_named(name: str, target: str) -> Contract:
    """Give the contract of a built-in provider, or one that ``module:ATTR`` names."""
    if (folder := rows().get(name)) is not None:
        contracts = _import(f"{providers.__name__}.{folder}.row_contracts", name).CONTRACTS
        return contracts[name]  # type: ignore[no-any-return]
    if name in known():
        module = _import(f"{providers.__name__}.{name}.contract", name)
        return _attribute(module, "CONTRACT", name, Contract, ())  # type: ignore[return-value]
    location, colon, attribute = name.rpartition(":")
    if not colon:
        message = f"expected a contract: one of {', '.join(known())}, or module:ATTR; got {name!r}"
        raise UsageError("unknown-contract", message, f"harness check {target} --contract {_closest(name)}")
    module, _ = _load(location, name)
    found = [key for key, value in vars(module).items() if isinstance(value, Contract)]
    return _attribute(module, attribute, name, Contract, found)  # type: ignore[return-value]
