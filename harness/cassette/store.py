"""Cassettes on disk: YAML that plain vcrpy replays, with timing, call, provenance and expectation beside.

Files are untrusted: safe YAML only, no aliases, bounded size. They are replaced atomically. It does not import
vcr, which pulls in every HTTP library and fixes their certificates.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .. import replacement
from ..errors import HarnessError, UsageError
from ..recording import Call, Expected, Interaction, Provenance, Recording, Wire
from . import document, libyaml, source
from .shape import Shape

SCENARIO = re.compile(r"[^\s./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,99}")
"""The name of a scenario is that of a file: no way out of its folder, nothing hidden."""
ENDINGS = ("complete", "reset", "half-close", "timeout")
_WIDTH = 1_000_000
"""Columns before a line is folded: never."""
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token (RFC 9110, 5.6.2)."""
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""Nothing that would end the line (RFC 9110, 5.5)."""


class _Dumper(libyaml.Dumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  every value is written out
        return True


class _Flow(list[float]):
    """A list that is written on one line."""


def _represent_text(dumper: yaml.Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _represent_flow(dumper: yaml.Dumper, numbers: _Flow) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", numbers, flow_style=True)


_Dumper.add_representer(str, _represent_text)  # type: ignore[arg-type]
_Dumper.add_representer(_Flow, _represent_flow)  # type: ignore[arg-type]


def recordings(folder: Path) -> tuple[Recording, ...]:
    """Give all cassettes of a folder, by name; each is loaded once per process, unless its file changes."""
    return tuple(_known(_inside(folder, path)) for path in sorted(folder.glob("*.yaml")))


def _known(path: Path) -> Recording:
    try:
        told = path.stat()
    except OSError:  # which reading it tells better
        return load(path)
    return _loaded(path.absolute(), told.st_ino, told.st_size, told.st_mtime_ns)


@functools.lru_cache(maxsize=1_000)
def _loaded(path: Path, *_state: int) -> Recording:
    return load(path)


def _inside(folder: Path, path: Path) -> Path:
    """Give the path back unless it is a link that leads out of the folder."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UsageError("strange-cassette", f"{path}: expected a file in this folder, got a link to {path.resolve()}")
    return path


def load(path: Path) -> Recording:
    """Read one cassette; UsageError says where it is not one."""
    shape = Shape(path, _document(path))
    metadata = shape.member("metadata")
    return Recording(
        provider=metadata.member("provider").text(),
        scenario=metadata.member("scenario").matching(SCENARIO, "a name without a path"),
        provenance=metadata.member("provenance").choice(Provenance),
        upstream=metadata.member("upstream").text(),
        recorded_at=metadata.member("recorded_at").text(),
        versions={name: version.text() for name, version in metadata.member("versions").members()},
        call=_call(metadata.member("call")),
        expected=_expected(metadata.member("expected")),
        interactions=_interactions(shape.member("interactions")),
    )


def _document(path: Path) -> Any:
    data = source.content(path)
    try:
        return document.parse(data.decode())
    except ValueError as error:
        raise UsageError("bad-cassette", f"{path}: expected safe YAML in UTF-8: {error}") from error


def _call(shape: Shape) -> Call:
    options = shape.optional("options")
    return Call(
        model=shape.member("model").text(),
        messages=tuple(message.mapping() for message in shape.member("messages").items()),
        options=options.mapping() if options else {},
    )


def _expected(shape: Shape) -> Expected:
    text, finish, error = (shape.optional(name) for name in ("text", "finish", "error"))
    return Expected(text.text() if text else "", finish.text() if finish else None, error.text() if error else None)


def _interactions(shape: Shape) -> tuple[Interaction, ...]:
    if shape.value == []:
        raise shape.wrong("at least one exchange")
    return tuple(map(_interaction, shape.items()))


def _interaction(shape: Shape) -> Interaction:
    request, response = shape.member("request"), shape.member("response")
    status = response.member("status")
    body = response.member("body").member("string").data()
    return Interaction(
        method=request.member("method").text(),
        uri=request.member("uri").text(),
        request_headers=_headers(request.member("headers")),
        request_body=request.member("body").data(),
        status=status.member("code").integer(100, 599),
        reason=status.member("message").matching(HEADER_VALUE, "a reason phrase"),
        headers=_headers(response.member("headers")),
        body=body,
        wire=_wire(response.member("x_wire"), len(body)),
    )


def _headers(shape: Shape) -> tuple[tuple[str, str], ...]:
    if odd := [name for name in shape.mapping() if not HEADER_NAME.fullmatch(name)]:
        raise shape.wrong("names of headers", f"{odd[0]!r:.60}")
    values = [(name, value) for name, listed in shape.members() for value in listed.items()]
    return tuple((name, value.matching(HEADER_VALUE, "the value of a header")) for name, value in values)


def _wire(shape: Shape, size: int) -> Wire:
    chunks = tuple(chunk.integer() for chunk in shape.member("chunks").items())
    at = tuple(moment.number() for moment in shape.member("at_s").items())
    if sum(chunks) != size or len(at) != len(chunks):
        raise shape.wrong(
            f"chunks of {size} bytes in all and as many moments", f"{sum(chunks)} bytes, {len(at)} moments"
        )
    end, encoding = shape.member("end"), shape.optional("encoding")
    if end.text() not in ENDINGS:
        raise end.wrong(" or ".join(ENDINGS))
    return Wire(chunks, at, end.text(), shape.member("head_s").number(), encoding.text() if encoding else None)


def save(recording: Recording, path: Path) -> None:
    """Write a cassette, all of it or nothing; the old file stays until the new one is complete."""
    data = dumps(recording).encode()
    if len(data) > source.LARGEST:
        message = f"{path}: expected at most {source.LARGEST} bytes, since no more are loaded, got {len(data)}"
        raise HarnessError("unwritable-recording", message, "harness record --help")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replacement.replace(path, data)
    except OSError as error:
        hint = f"ls -ld {path.parent}; df {path.parent}"
        raise HarnessError(
            "unwritable-cassette", f"{path}: expected to write it, got {error.strerror}", hint
        ) from error


def dumps(recording: Recording) -> str:
    """Give the text of a cassette; the same recording always gives the same text."""
    libyaml.loader()
    call, expected = recording.call, recording.expected
    whole = {
        "version": 1,
        "metadata": {
            "provider": recording.provider,
            "scenario": recording.scenario,
            "provenance": str(recording.provenance),
            "upstream": recording.upstream,
            "recorded_at": recording.recorded_at,
            "versions": dict(recording.versions),
            "call": {"model": call.model, "messages": list(call.messages), "options": dict(call.options)},
            "expected": {"text": expected.text, "finish": expected.finish, "error": expected.error},
        },
        "interactions": [_interaction_document(interaction) for interaction in recording.interactions],
    }
    try:
        text: str = yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    except (yaml.YAMLError, UnicodeError) as error:
        message = f"{recording.scenario}: expected text, bytes and JSON values in the call, got {error}"
        raise HarnessError("unwritable-recording", message) from error
    return text


def _interaction_document(interaction: Interaction) -> dict[str, Any]:
    wire = interaction.wire
    return {
        "request": {
            "method": interaction.method,
            "uri": interaction.uri,
            "body": _text_or_data(interaction.request_body),
            "headers": _header_document(interaction.request_headers),
        },
        "response": {
            "status": {"code": interaction.status, "message": interaction.reason},
            "headers": _header_document(interaction.headers),
            "body": {"string": _text_or_data(interaction.body)},
            "x_wire": {
                "head_s": wire.head,
                "chunks": _Flow(wire.chunks),
                "at_s": _Flow(wire.at),
                "end": wire.end,
                "encoding": wire.encoding,
            },
        },
    }


def _header_document(headers: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in headers:
        grouped.setdefault(name, []).append(value)
    return grouped


def _text_or_data(data: bytes) -> str | bytes:
    """Give text where YAML keeps it to the byte, else binary."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    written = yaml.dump(text, Dumper=_Dumper, allow_unicode=True, width=_WIDTH)
    return text if document.parse(written) == text else data
