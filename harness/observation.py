"""Turns what a provider yields and raises into plain data, trusting none of it. Judges nothing."""

import dis
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from providers.contract import Contract

from .framing import text_in
from .transcript import Item, Kind, Raised

_KINDS = {
    "FinishReason": Kind.FINISH,
    "RawResponse": Kind.RAW,
    "Reasoning": Kind.REASONING,
    "Usage": Kind.USAGE,
    "ToolCalls": Kind.TOOL_CALLS,
}
_RAISES = {"RAISE_VARARGS", "RERAISE"}
_AWAITS = {"SEND", "JUMP_BACKWARD_NO_INTERRUPT", "YIELD_VALUE", "RESUME"}
"""Where a frame stands that waits for a future: given before or after, in CPython 3.11, 3.12, 3.13."""
_INSTALLED = tuple(Path(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib", "platlib"))
_PLAIN_EXCEPTION = frozenset(dir(BaseException))
_REQUESTS = {"request", "request_info"}
"""Where libraries keep what was asked: it holds the key by right, and neither str nor repr shows it."""
_LIMIT = 300
_SCALARS = {str, int, float, bool, type(None)}
_NAMES = {str}
_OBJECTS, _LISTS, _PLAIN = (dict, Mapping), (list, tuple), (str, int, float)  # a union would be built for each item


def item(contract: Contract, value: Any) -> Item:
    """Read one yielded item; a class is recognised by its name or a base's, so that it need not be ours."""
    read, name = _reader(type(value))  # type: ignore[arg-type]  # mypy doubts that classes can be hashed
    return read(contract, value, name)


@lru_cache(maxsize=256)
def _reader(cls: type) -> tuple[Callable[[Contract, Any, str], Item], str]:
    """Tell how the items of a class are read, and the class's name; most items are of few classes."""
    if issubclass(cls, str):
        return _text_item, _type_name(cls)
    kind = next((_KINDS[base.__name__] for base in cls.__mro__ if base.__name__ in _KINDS), Kind.OTHER)
    readers = {Kind.OTHER: _other, Kind.FINISH: _finish, Kind.RAW: _raw}
    return readers.get(kind) or partial(_structured, kind), _type_name(cls)


def _text_item(_contract: Contract, value: Any, name: str) -> Item:
    return Item(Kind.TEXT, str(value), str(value), name)


def _raw(contract: Contract, value: Any, name: str) -> Item:
    members = _plain(_members(value))
    return (
        _other(contract, value, name)
        if members is None
        else Item(Kind.RAW, members, text_in(contract, members) or "", name)
    )


def _finish(_contract: Contract, value: Any, name: str) -> Item:
    return Item(Kind.FINISH, _plain(getattr(value, "reason", None)), "", name, _attributes(value) or None)


def _structured(kind: Kind, contract: Contract, value: Any, name: str) -> Item:
    members = _plain(_calls(value) if kind is Kind.TOOL_CALLS else _members(value))
    return _other(contract, value, name) if members is None else Item(kind, members, "", name)


def _other(_contract: Contract, value: Any, name: str) -> Item:
    return Item(Kind.OTHER, _shown(value), "", name)


def _members(value: Any) -> Mapping[str, Any] | None:
    """Give the public members of an item by its own account, its attributes or its slots; None if it will not tell."""
    try:
        if callable(getattr(value, "get_dict", None)):
            told = value.get_dict()
            return told if isinstance(told, dict) else dict(told)
        return _public(value)
    except Exception:  # noqa: BLE001  foreign code may raise anything; what does not tell is of no declared type
        return None


def _calls(value: Any) -> Mapping[str, Any] | None:
    """Give the members of an item of tool calls; a list of it may hold objects, such as those of an SDK."""
    members = _members(value)
    if members is None:
        return None
    return {
        name: [_opened(call) for call in held] if isinstance(held, list | tuple) else held
        for name, held in members.items()
    }


def _opened(call: Any) -> Any:
    members = call if isinstance(call, Mapping) else _members(call) or {}
    inner = members.get("function")
    return members if inner is None or isinstance(inner, Mapping) else {**members, "function": _members(inner)}


def _attributes(finish: Any) -> dict[str, Any]:
    """Give what a finish tells beside its reason."""
    try:
        return {
            name: _plain(value) for name, value in _public(finish).items() if name != "reason" and value is not None
        }
    except Exception:  # noqa: BLE001  a foreign property may raise anything
        return {}


def _public(value: Any) -> dict[str, Any]:
    names = [*getattr(value, "__dict__", {}), *_declared(type(value))]  # type: ignore[arg-type]  # as above
    return {name: getattr(value, name) for name in dict.fromkeys(names) if not name.startswith("_")}


@lru_cache(maxsize=256)
def _declared(cls: type) -> tuple[str, ...]:
    """Name what instances of a class hold without ``__dict__``: slots, fields of a named tuple, properties."""
    slots = [vars(base).get("__slots__", ()) for base in cls.__mro__]
    named = [name for each in slots for name in ([each] if isinstance(each, str) else each)]
    properties = [name for base in cls.__mro__ for name, held in vars(base).items() if isinstance(held, property)]
    return (*named, *getattr(cls, "_fields", ()), *properties)


def _shown(value: Any) -> str:
    try:
        return repr(value)[:_LIMIT]
    except Exception as broken:  # noqa: BLE001  a foreign __repr__ may raise anything
        return f"<its __repr__ raised {type(broken).__name__}>"


def _plain(value: Any) -> Any:
    """Copy what is JSON; give the rest as its ``repr``."""
    if type(value) in _SCALARS:  # most values; asking for Mapping first costs ten times as much
        return value
    if type(value) is dict and _SCALARS.issuperset(map(type, value.values())) and _NAMES.issuperset(map(type, value)):
        return value.copy()  # most events
    if isinstance(value, _LISTS):
        return [_plain(member) for member in value]
    if isinstance(value, _OBJECTS):  # dict first: the question is then answered at once
        return {
            name if type(name) is str else str(name): member if type(member) in _SCALARS else _plain(member)
            for name, member in value.items()
        }
    return value if isinstance(value, _PLAIN) else _told(value)


def _told(value: Any) -> Any:
    """Give what JSON lacks: times as text and seconds, the rest as its ``repr``."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else _shown(value)


def _type_name(cls: type) -> str:
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def raised(error: BaseException, roots: Iterable[Path]) -> Raised:
    """Describe an exception; ``roots`` are the folders whose code counts as the provider's own."""
    roots = tuple(roots)
    family = next((base.__name__ for base in (ValueError, RuntimeError) if isinstance(error, base)), None)
    innermost = _innermost(error.__traceback__)
    return Raised(
        type=_type_name(type(error)),
        family=family,
        own=type(error) in {ValueError, RuntimeError} or _is_own(_file_of(type(error)), roots),
        deliberate=innermost is not None and _is_deliberate(error, innermost, roots),
        frame=_frame(innermost),
        text=_text(error),
        everything="\n".join(_everything(error)),
        details=_details(error),
    )


def _details(error: BaseException, depth: int = 3) -> dict[str, Any]:
    """Give the public attributes of an exception, with the headers of its response; so too of the cause it names."""
    names = [*vars(error), *(name for name in dir(type(error)) if name not in _PLAIN_EXCEPTION)]
    wanted = (name for name in dict.fromkeys(names) if not name.startswith("_") and name not in _REQUESTS)
    found = {name: _attribute(error, name) for name in wanted}
    told = {name: _headers(value) or _plain(value) for name, value in found.items() if not callable(value)}
    if notes := getattr(error, "__notes__", None):
        told["notes"] = _plain(notes)
    return {**told, "cause": _details(error.__cause__, depth - 1)} if error.__cause__ and depth else told


def _attribute(holder: Any, name: str) -> Any:
    try:
        return getattr(holder, name)
    except Exception:  # noqa: BLE001  a foreign property may raise anything
        return None


def _headers(value: Any) -> dict[str, Any] | None:
    """Give the headers that a response holds or is, of whichever library."""
    try:
        return {str(name): _plain(line) for name, line in (getattr(value, "headers", None) or value).items()}
    except Exception:  # noqa: BLE001  no headers, or foreign code that may raise anything
        return None


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:  # noqa: BLE001  a foreign __str__ may raise anything
        return f"<its __str__ raised {type(broken).__name__}>"


def _innermost(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _is_deliberate(error: BaseException, trace: TracebackType, roots: tuple[Path, ...]) -> bool:
    """Tell whether it is an exception of the provider's own class, or began at a ``raise`` statement of its own code.

    ``int("x")``, a failed unpacking or ``next()`` of an empty iterator in a generator also end in the
    provider's frame as ValueError or RuntimeError; the instruction there is then another. So it is where a
    future that was given the exception is awaited, which is deliberate, unless a StopIteration was turned into it.
    """
    if _is_own(_file_of(type(error)), roots):  # through which futures and threads it went is free
        return True
    code = trace.tb_frame.f_code
    instruction = dis.opname[code.co_code[trace.tb_lasti]]
    turned = isinstance(error.__cause__, StopIteration | StopAsyncIteration)
    return (instruction in _RAISES or (instruction in _AWAITS and not turned)) and _is_own(_path_of(code), roots)


def _path_of(code: CodeType) -> Path:
    return Path(code.co_filename)


def _file_of(cls: type) -> Path | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return Path(file) if file else None


@lru_cache(maxsize=1024)
def _is_own(file: Path | None, roots: tuple[Path, ...]) -> bool:
    if file is None:
        return False
    file = file.resolve()
    inside = [root for root in (root.resolve() for root in roots) if file.is_relative_to(root)]
    installed = [base for base in _INSTALLED if file.is_relative_to(base)]
    return any(len(root.parts) >= max((len(base.parts) for base in installed), default=0) for root in inside)


def _frame(trace: TracebackType | None) -> str:
    if trace is None:
        return "nowhere"
    code = trace.tb_frame.f_code
    return f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}"


def _everything(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    queue: list[BaseException | None] = [error]
    while queue:
        link = queue.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield f"{_text(link)}\n{link!r}\n{link.args!r}\n{getattr(link, '__notes__', [])!r}"
        queue += [link.__cause__, link.__context__]
    yield "".join(traceback.format_exception(error, limit=0))  # groups too; frames hold no values, and take 2 ms
