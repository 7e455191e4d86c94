"""How a known value may be written: in text, JSON, Python, a URL, base64, hex. Pure."""

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable
from urllib.parse import quote, quote_plus

_SHORTEST = 8
"""Characters of base64 or hex; fewer occur by chance."""
_NOTHING = re.compile(rb"(?!)")


def anywhere(values: Collection[str]) -> re.Pattern[bytes]:
    """Give what matches any of the values in any spelling; the longest first, as one may hold another."""
    spelled = {spelling for value in values if value for spelling in spellings(value)}
    ordered = sorted(spelled, key=lambda spelling: (-len(spelling), spelling))
    return re.compile(b"|".join(map(re.escape, ordered))) if ordered else _NOTHING


def spellings(value: str) -> set[bytes]:
    """Give a value as it stands in text, JSON (also in ASCII alone), Python, a URL, base64 and hex."""
    data = value.encode(errors="surrogatepass")
    found = {way(value).encode(errors="surrogatepass") for way in _WAYS}
    found.update(way(data).encode() for way in _URL_WAYS)
    found.update(_in_base64(data))
    if len(data) >= _SHORTEST:
        found.update((data.hex().encode(), data.hex().upper().encode()))
    return found


def _quote_all(data: bytes) -> str:
    return quote(data, safe="")


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_ascii_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _in_python(text: str) -> str:
    return repr(text)[1:-1]


def _in_ascii_python(text: str) -> str:
    return ascii(text)[1:-1]


_WAYS: tuple[Callable[[str], str], ...] = (str, _in_json, _in_ascii_json, _in_python, _in_ascii_python)
_URL_WAYS: tuple[Callable[[bytes], str], ...] = (quote, _quote_all, quote_plus)


def _in_base64(secret: bytes) -> Iterable[bytes]:
    """Give the characters that a secret alone decides, wherever in the encoded bytes it begins."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret).rstrip(b"=")
        whole = (before + len(secret)) * 8 // 6  # the character after these depends on what follows
        core = encoded[-(-before * 8 // 6) : whole]
        if len(core) >= _SHORTEST:
            yield core
            yield core.translate(bytes.maketrans(b"+/", b"-_"))
