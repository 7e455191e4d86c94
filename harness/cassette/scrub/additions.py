"""What a project adds to the scrub: the table ``[tool.harness.scrub]`` of its ``pyproject.toml``.

    [tool.harness.scrub]
    environment = ["ACME_KEY"]           # variables whose values are secrets
    headers = ["x-acme-region"]          # further headers to keep, in both directions
    patterns = ["acme-[0-9a-f]{16}"]     # secrets by shape: regular expressions over UTF-8 bytes
    members = ["acme_ticket"]            # members and parameters whose value is a secret

It can only add. A rule that would keep a credential, or remove a count of tokens, is an error.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import UsageError
from . import Scrub
from .shapes import CREDENTIALS

FILE = "pyproject.toml"
ENVIRONMENT = (
    "ANTHROPIC_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "COHERE_API_KEY",
    "DEEPSEEK_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "HF_TOKEN",
    "MISTRAL_API_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "TOGETHER_API_KEY",
    "XAI_API_KEY",
)
"""Variables in which the common clients look for a key; a value of fewer than 8 characters is a dummy."""
_SHORTEST = 8
_MEMBERS = ("environment", "headers", "patterns", "members")
_COUNT = re.compile(r"(?i)[a-z0-9_-]*tokens(?:[_-][a-z0-9_-]*)?")
"""``max_tokens``, ``prompt_tokens``, ``completion_tokens_details``: never secrets."""


@dataclass(frozen=True, kw_only=True)
class Additions:
    """A project's own rules; names in lower case."""

    environment: tuple[str, ...] = ()
    headers: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[bytes], ...] = ()
    members: frozenset[str] = frozenset()

    def secrets(self, environment: Mapping[str, str]) -> frozenset[str]:
        """Give the values of the named variables that are set; UsageError for one too short to be told from text."""
        found = {environment.get(name, "") for name in ENVIRONMENT}
        for name in self.environment:
            value = environment.get(name, "")
            if 0 < len(value) < _SHORTEST:
                message = f"expected at least {_SHORTEST} characters in ${name}, got {len(value)}"
                raise UsageError("short-secret", message, f"unset {name}")
            found.add(value)
        return frozenset(value for value in found if len(value) >= _SHORTEST)

    def scrub(self, environment: Mapping[str, str], further: Iterable[str] = ()) -> Scrub:
        """Give a scrub by these rules; ``further`` values are secrets too."""
        secrets = frozenset({*further, *self.secrets(environment)} - {""})
        return Scrub(secrets=secrets, keep=self.headers, shapes=self.patterns, members=self.members)


def load(folder: Path) -> Additions:
    """Read the rules of the project in a folder; none without the file or the table, UsageError for a wrong one."""
    path = folder / FILE
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Additions()
    except (OSError, ValueError) as error:
        raise UsageError("bad-project", f"{path}: expected TOML in UTF-8, got {error}", f"cat {path}") from error
    for name in ("tool", "harness", "scrub"):
        table = table.get(name, {})
        if not isinstance(table, dict):
            raise _wrong(path, "a table", table)
    if unknown := sorted(set(table) - set(_MEMBERS)):
        raise _wrong(path, f"members among {', '.join(_MEMBERS)}", unknown[0])
    texts = {name: _texts(path, name, table.get(name, [])) for name in _MEMBERS}
    return Additions(
        environment=texts["environment"],
        headers=frozenset(_header(path, name) for name in texts["headers"]),
        patterns=tuple(_pattern(path, pattern) for pattern in texts["patterns"]),
        members=frozenset(_member(path, name) for name in texts["members"]),
    )


def _texts(path: Path, name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise _wrong(path, f"a list of texts at {name}", value)
    return tuple(value)


def _header(path: Path, name: str) -> str:
    if name.lower() in CREDENTIALS:
        raise _wrong(path, "headers that hold no credential", name)
    return name.lower()


def _member(path: Path, name: str) -> str:
    if _COUNT.fullmatch(name):
        raise _wrong(path, "members that count no tokens", name)
    return name.lower()


def _pattern(path: Path, pattern: str) -> re.Pattern[bytes]:
    try:
        compiled = re.compile(pattern.encode())
    except (re.error, UnicodeEncodeError, OverflowError) as error:
        raise _wrong(path, "regular expressions of Python", f"{pattern} ({error})") from error
    if compiled.search(b"") is not None:
        raise _wrong(path, "patterns that do not match nothing", pattern)
    return compiled


def _wrong(path: Path, expected: str, got: Any) -> UsageError:
    hint = f"grep -n -A 9 tool.harness.scrub {path}"
    return UsageError("bad-scrub-rule", f"{path}: expected {expected} in [tool.harness.scrub], got {got!r}", hint)
