"""Turns what a provider yields and raises into plain data, trusting none of it. Judges nothing."""

import dis
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from providers.contract import Contract

from .framing import Event, text_of
from .transcript import Item, Kind, Raised

_KINDS = {
    "FinishReason": Kind.FINISH,
    "RawResponse": Kind.RAW,
    "Reasoning": Kind.REASONING,
    "Usage": Kind.USAGE,
    "ToolCalls": Kind.TOOL_CALLS,
}
_RAISES = {"RAISE_VARARGS", "RERAISE"}
_INSTALLED = tuple(Path(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib", "platlib"))
_LIMIT = 300


def item(contract: Contract, value: Any) -> Item:
    """Read one yielded item; a class is recognised by its name or a base's, so that it need not be ours."""
    if isinstance(value, str):
        return Item(Kind.TEXT, str(value), str(value), _type_name(type(value)))
    kind = next((_KINDS[cls.__name__] for cls in type(value).__mro__ if cls.__name__ in _KINDS), Kind.OTHER)
    if kind is Kind.FINISH:
        return Item(kind, _plain(getattr(value, "reason", None)), "", _type_name(type(value)))
    members = None if kind is Kind.OTHER else _plain(_members(value))
    if members is None:
        return Item(Kind.OTHER, _shown(value), "", _type_name(type(value)))
    text = text_of(contract, Event(members)) if kind is Kind.RAW else None
    return Item(kind, members, text or "", _type_name(type(value)))


def _members(value: Any) -> Mapping[str, Any] | None:
    """Give the public members of an item by its own account, its attributes or its slots; None if it will not tell."""
    try:
        if callable(getattr(value, "get_dict", None)):
            return dict(value.get_dict())
        names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
        return {name: getattr(value, name) for name in names if not name.startswith("_")}
    except Exception:  # noqa: BLE001  foreign code may raise anything; what does not tell is of no declared type
        return None


def _shown(value: Any) -> str:
    try:
        return repr(value)[:_LIMIT]
    except Exception as broken:  # noqa: BLE001  a foreign __repr__ may raise anything
        return f"<its __repr__ raised {type(broken).__name__}>"


def _plain(value: Any) -> Any:
    """Copy what is JSON; give the rest as its ``repr``."""
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return _shown(value)


def _type_name(cls: type) -> str:
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def raised(error: BaseException, roots: Iterable[Path]) -> Raised:
    """Describe an exception; ``roots`` are the folders whose code counts as the provider's own."""
    roots = tuple(root.resolve() for root in roots)
    family = next((base.__name__ for base in (ValueError, RuntimeError) if isinstance(error, base)), None)
    innermost = _innermost(error.__traceback__)
    return Raised(
        type=_type_name(type(error)),
        family=family,
        own=type(error) in {ValueError, RuntimeError} or _is_own(_file_of(type(error)), roots),
        deliberate=innermost is not None and _is_deliberate(innermost, roots),
        frame=_frame(innermost),
        text=_text(error),
        everything="\n".join(_everything(error)),
        details={name: _plain(value) for name, value in vars(error).items() if not name.startswith("_")},
    )


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:  # noqa: BLE001  a foreign __str__ may raise anything
        return f"<its __str__ raised {type(broken).__name__}>"


def _innermost(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _is_deliberate(trace: TracebackType, roots: tuple[Path, ...]) -> bool:
    """Tell whether a ``raise`` statement of the provider's own code stands where the exception began.

    ``int("x")``, a failed unpacking or ``next()`` of an empty iterator in a generator also end in the
    provider's frame as ValueError or RuntimeError; the instruction there is then another.
    """
    code = trace.tb_frame.f_code
    instruction = dis.opname[code.co_code[trace.tb_lasti]]
    return instruction in _RAISES and _is_own(_path_of(code), roots)


def _path_of(code: CodeType) -> Path:
    return Path(code.co_filename)


def _file_of(cls: type) -> Path | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return Path(file) if file else None


def _is_own(file: Path | None, roots: tuple[Path, ...]) -> bool:
    if file is None:
        return False
    file = file.resolve()
    inside = [root for root in roots if file.is_relative_to(root)]
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
    yield "".join(traceback.format_exception(error))
