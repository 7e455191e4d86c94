"""Values that differ between two recordings of one answer: ids, times, durations, padding. Pure.

An id is whatever looks like one, or stands in a member that is named ``id`` and is neither short nor plain words
(a model in a list may be taken for one); each is replaced by its kind and the order in which it first came. Times and
durations are replaced in place, by one constant for all: two events of one second may be of two in the next recording.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

_SHAPE = re.compile(
    rb"(?<![A-Za-z0-9])(?:"
    rb"(chatcmpl-|cmpl-|gen-)(?=[A-Za-z0-9_\-]{0,100}?[0-9A-Z])[A-Za-z0-9][A-Za-z0-9_\-]{9,}"
    rb"|((?:chatcmpl|resp|msg|req|run|call|toolu|thread|asst|item|fc|rs|ws|batch|file)_)"
    rb"(?=[A-Za-z0-9]{0,100}?[0-9A-Z])[A-Za-z0-9]{16,}(?![A-Za-z0-9_])"
    rb"|[0-9a-f]{8}-(?!0000-4000-8000-)[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![A-Za-z0-9])"
    rb")"
)
"""Of the usual services, and UUIDs; names in code (``run_all_tests``) have further underscores or are shorter."""
_MEMBER = re.compile(
    rb'"(?:[A-Za-z_]*[_a-z])?(?:id|ID|Id)"\s*:\s*"(?!00000000-0000-4000-8000-)'
    rb'((?=[a-z_\-]*[0-9A-Z])[A-Za-z0-9_\-]{16,})"|boundary="?([A-Za-z0-9_\-]{12,})'
)
_TIME_NAME = r"\w*(?:created|updated|completed|started|finished|expires|modified|time|date|stamp|_at|At)\w{0,5}|iat|exp"
_EPOCH = rb"[12]\d{9}(?:\d{3}){0,3}(?:\.\d+)?"
"""Seconds, or thousandths, millionths, milliardths of one, since 1970."""
_ISO = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_NUMBER_ENDS = rb"(?=[\s,}\]])"
_TIME = re.compile(rb'("(?:' + _TIME_NAME.encode() + rb')"\s*:\s*)(' + _EPOCH + _NUMBER_ENDS + rb'|"' + _ISO + rb'")')
_DURATION_NAME = r"(?!retry|max|min|timeout)\w*(?:duration|latency|_ms|_per_second|_time)"
_DURATION = re.compile(
    rb'("' + _DURATION_NAME.encode() + rb'"\s*:\s*)(\d{1,15}(?:\.\d+)?(?:[eE][+-]?\d+)?' + _NUMBER_ENDS + rb")"
)
_PADDING = re.compile(rb'("obfuscation"\s*:\s*)("[^"\\]*")')
_SECOND = b"1700000000"
_MOMENT = b'"2023-11-14T22:13:20Z"'


def ids(texts: Iterable[bytes], but: bytes = b"") -> dict[str, str]:
    """Name the ids in texts, in their order; what stands in ``but`` stays: it is the caller's or constant."""
    named: dict[str, str] = {}
    counts: dict[str, int] = {}
    for text in texts:
        found = [match for pattern in (_SHAPE, _MEMBER) for match in pattern.finditer(text)]
        for match in sorted(found, key=lambda match: match.end()):
            one, kind = _id(match)
            if one in named or one.encode() in but:
                continue
            counts[kind] = counts.get(kind, 0) + 1
            named[one] = kind.format(counts[kind])
    return named


def _id(match: re.Match[bytes]) -> tuple[str, str]:
    """Give an id, and what names its kind by a number."""
    if match.re is _MEMBER:
        one = (match.group(1) or match.group(2)).decode()
        known = _SHAPE.fullmatch(one.encode())
        return (one, "id-{}") if known is None else _id(known)
    prefix = match.group(1) or match.group(2)
    kind = "00000000-0000-4000-8000-{:012}" if prefix is None else prefix.decode() + "{}"
    return match.group().decode(), kind


def member(name: str, value: Any) -> Any:
    """Replace a member's value as it is in JSON text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    text = json.dumps({name: value}, ensure_ascii=False).encode(errors="surrogatepass")
    after = text
    for pattern, constant in IN_PLACE:
        after = pattern.sub(constant, after)
    return value if after == text else json.loads(after)[name]


def _moment(match: re.Match[bytes]) -> bytes:
    name, value = match.groups()
    if value.startswith(b'"'):
        return bytes(name + _MOMENT)
    whole, point, _ = value.partition(b".")
    return bytes(name + _SECOND + b"0" * (len(whole) - len(_SECOND)) + (b".0" if point else b""))


def _duration(match: re.Match[bytes]) -> bytes:
    name, value = match.groups()
    return bytes(name + (b"1" if value.isdigit() else b"1.0"))


def _emptied(match: re.Match[bytes]) -> bytes:
    return match.group(1) + b'""'


IN_PLACE = ((_TIME, _moment), (_DURATION, _duration), (_PADDING, _emptied))
"""What is replaced where it stands in JSON text, and by what."""
