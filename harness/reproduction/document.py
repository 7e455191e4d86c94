"""Puts failing drives into a pytest file that needs neither the harness nor a network. Drives and judges nothing."""

import ast
import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import trustme

from .. import replacement
from ..report import Report
from ..reporters.block import escape
from ..verdict import Outcome, Verdict
from .literal import Verbatim, call, literal
from .place import MARK

_PARTS = ("upstream", "subject", "drive")
_WIDTH = 100


def write(path: Path, report: Report) -> int:
    """Write a test per failure, whole or not at all; give their number. Without any the file stays as it is."""
    failures = [verdict for verdict in report.verdicts if verdict.outcome is Outcome.FAIL]
    if failures:
        replacement.replace(path, render(report, failures, path.absolute().parent).encode("ascii"))
    return len(failures)


def render(report: Report, failures: Iterable[Verdict], folder: Path) -> str:
    """Give the text of a file in this folder."""
    failures = list(failures)
    replays = [verdict.replay for verdict in failures if verdict.replay is not None]
    constants = _constants(replays)
    imports, machinery = _machinery()
    prose = report.run["requirements"]
    sections = [
        f"{_head()}\n\n{imports}",
        *_tests(failures, prose, constants),
        "# What follows plays the replies and reads the provider. It needs the standard library alone.",
        machinery,
        "\n".join(_definitions(replays, constants, folder)),
        _certificates({host for replay in replays for host in replay["hosts"]}),
    ]
    return "\n\n\n".join(section for section in sections if section) + "\n"


def _head() -> str:
    return (
        f"{MARK}.\n\n"
        "Run it with ``python -m pytest`` and this file: each test fails as the provider failed, and passes once\n"
        'it is mended. Nothing of the harness is needed; every key in it is made up.\n"""'
    )


def _machinery() -> tuple[str, str]:
    """Give the imports and the code of the modules that are copied."""
    plain: set[str] = set()
    names: dict[str, set[str]] = {}
    bodies = []
    for part in _PARTS:
        source = Path(__file__).with_name(f"{part}.py").read_text("utf-8")
        _, *nodes = ast.parse(source).body  # without the docstring
        for node in nodes:
            if isinstance(node, ast.Import):
                plain |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.setdefault(str(node.module), set()).update(alias.name for alias in node.names)
        last = max(node.end_lineno or 0 for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
        bodies.append("\n".join(source.splitlines()[last:]).strip())
    imports = [f"import {name}" for name in sorted(plain)]
    imports += [f"from {module} import {', '.join(sorted(found))}" for module, found in sorted(names.items())]
    return "\n".join(imports), re.sub(r"  # (noqa|type: ignore).*", "", "\n\n\n".join(bodies))


def _tests(
    failures: Iterable[Verdict], prose: Mapping[str, Mapping[str, str]], constants: Mapping[str, str]
) -> Iterator[str]:
    taken: set[str] = set()
    for verdict in failures:
        name = "_".join(
            re.findall(r"[a-z0-9]+", f"test {verdict.provider} {verdict.requirement} {verdict.scenario}".lower())
        )
        number = 1
        while (unique := name if number == 1 else f"{name}_{number}") in taken:
            number += 1
        taken.add(unique)
        body = _text(verdict, prose[verdict.requirement]) + "\n" + _body(verdict, constants)
        yield f"def {unique}() -> None:\n{_indented(body)}"


def _indented(body: str) -> str:
    return textwrap.indent(body, "    ")


def _text(verdict: Verdict, prose: Mapping[str, str]) -> str:
    """Write the docstring: requirement, scenario, why, remedy, the command that does the same with the harness."""
    reason = verdict.evidence.reason if verdict.evidence else ""
    title = f"{verdict.requirement} {verdict.level}: {prose['title']}"
    lines = [
        *textwrap.wrap(title, _WIDTH),
        "",
        *textwrap.wrap(f"scenario: {verdict.scenario}", _WIDTH),
        *textwrap.wrap(f"why: {reason}", _WIDTH),
        *textwrap.wrap(f"remedy: {prose['remedy']}", _WIDTH),
        f"the same with the harness: {verdict.reproduce}",
    ]
    text = escape("\n".join(lines), "\n").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{text}\n"""'


def _body(verdict: Verdict, constants: Mapping[str, str]) -> str:
    if verdict.replay is None:
        what = f"{verdict.evidence.reason if verdict.evidence else ''}: no test of its own can show this"
        return f"raise AssertionError({literal(f'{what}; {verdict.reproduce}')})"
    constant = constants[_key(verdict.replay)]
    return re.sub(r"\bPROVIDER\b", constant, str(verdict.replay["body"]), count=1)


def _key(replay: Mapping[str, Any]) -> str:
    return repr(replay["provider"])


def _constants(replays: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name each provider once."""
    names: dict[str, str] = {}
    for replay in replays:
        name = re.sub(r"\W+", "_", str(replay["provider"]["constant"]).rpartition(":")[2].upper(), flags=re.ASCII)
        while name in names.values() and _key(replay) not in names:
            name += "_"
        names.setdefault(_key(replay), f"P_{name}" if name[:1].isdigit() else name)
    return names


def _definitions(replays: Iterable[Mapping[str, Any]], constants: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Define the providers, by paths relative to the file so that both can be moved together."""
    told = {_key(replay): replay["provider"] for replay in replays}
    if told:
        yield "HERE = Path(__file__).resolve().parent"
    for key, provider in told.items():
        made = call(
            "Provider",
            provider["module"],
            provider["name"],
            _path(provider["folder"], folder),
            file=_path(provider["file"], folder) if "file" in provider else None,
            text_paths=tuple(provider["text_paths"]) if "text_paths" in provider else None,
            text_match=provider.get("text_match"),
        )
        yield f"{constants[key]} = {made}"


def _path(path: str, folder: Path) -> Verbatim:
    relative = Path(os.path.relpath(path, folder.resolve())).as_posix()
    return Verbatim("HERE" if relative == "." else f"HERE / {literal(relative)}")


def _certificates(hosts: set[str]) -> str:
    """Give made-up certificates for these hosts, the authority that has signed them, and others that nobody trusts."""
    if not hosts:
        return ""
    authority = trustme.CA()
    signed = authority.issue_cert(*sorted(hosts))
    strange = trustme.CA().issue_cert(*sorted(hosts))
    texts = {
        "STRANGERS": strange.private_key_and_cert_chain_pem.bytes().decode(),
        "CERTIFICATES": signed.private_key_and_cert_chain_pem.bytes().decode(),
        "AUTHORITY": authority.cert_pem.bytes().decode(),
    }
    return "\n".join(f'{name} = """\\\n{text}"""' for name, text in texts.items())
