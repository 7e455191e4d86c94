"""The provider under test, a call of it, and what came of the call. Standard library alone.

``harness check --pytest-file`` copies it as it stands into the file that it writes. It knows nothing of the harness.
"""

import dis
import hashlib
import importlib
import importlib.util
import json
import re
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .upstream import Request

_RAISES = {"RAISE_VARARGS", "RERAISE", "SEND", "JUMP_BACKWARD_NO_INTERRUPT", "YIELD_VALUE", "RESUME"}
"""Where a frame stands that raises, or waits for a future that was given an exception."""

UPSTREAM = "http://upstream.invalid"
"""Stands for the address of the upstream."""
HOST = UPSTREAM.rpartition("/")[2]
PASSING = frozenset({"host", "content-length", "connection", "user-agent"})
"""Headers that tell of the upstream or of the installation."""


@dataclass
class Provider:
    """Where a class stands, and where its events carry text."""

    module: str
    name: str
    folder: Path
    file: Path | None = None
    text_paths: tuple[str, ...] = ()
    text_match: dict[str, Any] = field(default_factory=dict)

    def load(self) -> Any:
        """Import the class."""
        if str(self.folder) not in sys.path:
            sys.path.append(str(self.folder))
        if self.file is not None and self.module not in sys.modules:  # its own name is taken by another module
            spec = importlib.util.spec_from_file_location(self.module, self.file)
            sys.modules[self.module] = module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
            spec.loader.exec_module(module)  # type: ignore[union-attr]
        found = importlib.import_module(self.module)
        for part in self.name.split("."):
            found = getattr(found, part)
        return found

    def text(self, event: Any) -> str:
        """Give the answer text that an event carries."""
        if not self.text_paths or any(at(event, path) != value for path, value in self.text_match.items()):
            return ""
        return next((text for path in self.text_paths if isinstance(text := at(event, path), str)), "")

    def owns(self, file: str | None) -> bool:
        """Tell whether a file is the provider's own code."""
        top = sys.modules[self.module.partition(".")[0]]
        root = Path(str(top.__file__)).resolve().parent
        return file is not None and Path(file).resolve().is_relative_to(root)


def at(value: Any, path: str) -> Any:
    """Give what stands at a path such as ``choices[0].delta``; None when nothing does."""
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def branches(body: bytes) -> dict[str, Any]:
    """Give every scalar of a JSON document by its path; nothing of what is none."""
    try:
        queue = [("", json.loads(body))]
    except ValueError:
        return {}
    found = {}
    for path, value in queue:
        if isinstance(value, dict):
            queue += [(f"{path}.{name}" if path else name, inner) for name, inner in value.items()]
        elif isinstance(value, list):
            queue += [(f"{path}[{index}]", inner) for index, inner in enumerate(value)]
        else:
            found[path] = value
    return found


def facts(told: dict[str, Any], origin: str) -> dict[str, Any]:
    """Give the scalars that an exception tells, those of its headers too; what is merely a repr is left out."""
    flat = {f"{name}.{inner}".lower().rstrip("."): value for name, of in told.items() for inner, value in _members(of)}
    found = {name: value.replace(origin, UPSTREAM) if type(value) is str else value for name, value in flat.items()}
    return {
        name: value
        for name, value in found.items()
        if type(value) in {int, float, bool, type(None)} or (type(value) is str and not re.search("[<(]|0x", value))
    }


def _members(value: Any) -> list[tuple[str, Any]]:
    try:
        return [(str(name), inner) for name, inner in (getattr(value, "headers", None) or value).items()]
    except Exception:  # noqa: BLE001  it has none, or foreign code may raise anything
        for name in ("isoformat", "total_seconds"):
            value = getattr(value, name)() if hasattr(value, name) else value
        return [("", value)]


def plain(item: Any) -> dict[str, Any]:
    """Give the public attributes of an item."""
    names = [*getattr(item, "__dict__", {}), *getattr(type(item), "__slots__", ())]
    return {name: getattr(item, name) for name in names if name[:1] != "_"}


@dataclass
class Call:
    """One call, and how it is read."""

    model: str
    messages: list[Any]
    options: dict[str, Any] = field(default_factory=dict)
    stop_after: int | None = None
    cancel_after: int | None = None
    gates: list[tuple[int, str]] = field(default_factory=list)
    times: int = 1


@dataclass(repr=False)
class Seen:
    """What came of a call."""

    provider: Provider
    text: str = ""
    finish: list[Any] = field(default_factory=list)
    stops: list[Any] = field(default_factory=list)
    """What else each finish has told, such as the raw stop value."""
    events: list[Any] = field(default_factory=list)
    error: BaseException | None = None
    course: str = "finished"
    requests: list[Request] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    shown: str = ""
    origin: str = ""

    @property
    def raised(self) -> str:
        """Name the exception, with its text."""
        if self.error is None:
            return ""
        cls, told = type(self.error), str(self.error).replace(self.origin, UPSTREAM)
        return f"{'' if cls.__module__ == 'builtins' else cls.__module__ + '.'}{cls.__qualname__}: {told}"

    @property
    def raised_type(self) -> str:
        """Name the class of the exception."""
        return self.raised.partition(": ")[0]

    @property
    def details(self) -> dict[str, Any]:
        """Give the public attributes of the exception."""
        names = [name for name in dir(self.error) if name[0] != "_" and name not in dir(BaseException)]
        found = {name: getattr(self.error, name, None) for name in names}
        return facts({name: value for name, value in found.items() if not callable(value)}, self.origin)

    @property
    def everything(self) -> str:
        """All that the provider has shown: exception, traceback, log, output, text."""
        error = self.error
        trace = "" if error is None else "".join(traceback.format_exception(error)) + f"{error!r}{vars(error)!r}"
        return f"{trace}\n{self.shown}\n{self.text}\n{self.provider.load()!r}"

    @property
    def own(self) -> bool:
        """Tell whether the provider's own code raised ValueError, RuntimeError or a class of its own on purpose."""
        trace = None if self.error is None else self.error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is None or type(self.error) not in {ValueError, RuntimeError}:
            file = getattr(sys.modules.get(type(self.error).__module__), "__file__", None)
            return self.provider.owns(file)
        code = trace.tb_frame.f_code
        deliberate = dis.opname[code.co_code[trace.tb_lasti]] in _RAISES
        return deliberate and self.provider.owns(code.co_filename)

    def note(self, item: Any) -> None:
        """Note an item that was yielded; a class is recognised by its name or a base's."""
        names = {cls.__name__ for cls in type(item).__mro__}
        if isinstance(item, str):
            self.text += item
        elif "FinishReason" in names:
            self.finish.append(getattr(item, "reason", None))
            self.stops.append({name: value for name, value in plain(item).items() if name != "reason"})
        else:
            event = dict(item.get_dict()) if hasattr(item, "get_dict") else plain(item) or repr(item)[:300]
            self.events.append(event)
            self.text += self.provider.text(event) if "RawResponse" in names else ""

    @property
    def targets(self) -> list[str]:
        """Give the path and query of each request."""
        return [re.sub(r"^https?://[^/]*", "", request.target) for request in self.requests]

    def member(self, path: str) -> list[Any]:
        """Give what each request's body has at a path."""
        return [at(json.loads(request.body), path) for request in self.requests]

    def signs(self, name: str, template: str) -> bool:
        """Tell whether each request has a header that is the MD5 of this template over its headers."""
        heads = [{key.lower(): value.replace(self.origin, "") for key, value in one.headers} for one in self.requests]
        signed = [hashlib.md5(template.format_map(head).encode(), usedforsecurity=False).hexdigest() for head in heads]
        return signed == [head.get(name) for head in heads]

    def __repr__(self) -> str:
        """Tell the outcome in short."""
        told = f"text {self.text[:60]!r}, finish {self.finish}, {self.raised or self.course}"
        return f"<{told}, requests {self.targets}>"

    def told(self, like: dict[str, Any]) -> dict[str, Any]:
        """Tell of the same things as ``like`` does."""
        now = {name: getattr(self, name) for name in like if name != "requests"}
        if "requests" in like:
            known = [*like["requests"], *[{}] * len(self.requests)]
            now["requests"] = [self._request(*pair) for pair in zip(self.requests, known, strict=False)]
        return now

    def _request(self, request: Request, like: dict[str, Any]) -> dict[str, Any]:
        members = branches(request.body)
        told = {
            "method": request.method,
            "host": str(request.header("host")).replace(self.origin.rpartition("/")[2] or HOST, HOST),
            "target": request.target.replace(self.origin, ""),
            "headers": {
                name: (request.header(name) or "").replace(self.origin, "") for name in like.get("headers", ())
            },
            "body": request.body,
            "names": sorted({name.lower() for name, _ in request.headers} - PASSING),
            "paths": sorted(members),
            "members": {path: members.get(path) for path in like.get("members", ())},
        }
        return {name: told[name] for name in like}
