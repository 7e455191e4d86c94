import base64
import gzip
import json
import zlib

import pytest

from harness.cassette.scrub import Body, Scrub, codings

KEY = "my-very-own-key-1"
SCRUB = Scrub(secrets=frozenset({KEY}))


def b64(data):
    return base64.b64encode(data).decode()


def urlsafe(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": "\\u006dy-very-own-key-1"}', '{"a": "REDACTED"}'),
        ('{"a": "é \\u006dy-very-own-key-1"}', '{"a": "é REDACTED"}'),
        ('{"a": "\\u00e9 \\u006dy-very-own-key-1"}', '{"a": "\\u00e9 REDACTED"}'),
        ('{"a": "\\n stays \\/ as it is"}', '{"a": "\\n stays \\/ as it is"}'),
        ('"\\q is no JSON"', '"\\q is no JSON"'),
        (f"a=%6Dy{KEY[2:]}&b=1", "a=REDACTED&b=1"),
        ("a=%7B%22password%22%3A%22x%22%7D", "a=%7B%22password%22%3A%22REDACTED%22%7D"),
        ("50%25%20off", "50%25%20off"),
        (b64(f"user:{KEY}".encode()), b64(b"user:REDACTED")),
        (f"https://h/v1/{b64(KEY.encode())}", f"https://h/v1/{b64(b'REDACTED')}"),
        (urlsafe(f"??>>{KEY}??>>".encode()), urlsafe(b"??>>REDACTED??>>")),
        (base64.encodebytes(b"." * 60 + KEY.encode() * 2).decode(), b64(b"." * 60 + b"REDACTED" * 2) + "\n"),
        (b64(b64(KEY.encode()).encode()), b64(b64(b"REDACTED").encode())),
        (f"data:a/b;base64,{b64(json.dumps({'secret': 'x', 'n': 1}).encode())}",
         f"data:a/b;base64,{b64(json.dumps({'secret': 'REDACTED', 'n': 1}).encode())}"),
        (b64(gzip.compress(KEY.encode(), mtime=0)), b64(gzip.compress(b"REDACTED", mtime=0))),
        (b64(zlib.compress(KEY.encode())), b64(zlib.compress(b"REDACTED"))),
        ("internationalization", "internationalization"),
        (b64(b"nothing to be hidden here"), b64(b"nothing to be hidden here")),
    ],
)  # fmt: skip
def test_secrets_are_removed_within_encodings_and_the_rest_stays(text, expected):
    assert SCRUB.text(text) == expected
    assert SCRUB.text(expected) == expected


def test_encodings_are_taken_off_five_deep():
    text = KEY
    for _ in range(7):
        text = b64(f"12345 {text}".encode())
    assert SCRUB.text(text) == text
    outer = base64.b64decode(base64.b64decode(text)[6:]).decode()
    assert SCRUB.text(outer) != outer


@pytest.mark.parametrize("data", [b"x^2 + y", b"\x1f\x8b\x08 broken", b"\x78\x9c"])
def test_what_only_begins_like_compressed_bytes_is_cleaned_as_it_is(data):
    assert SCRUB.body(Body.of([data])) == Body.of([data])
    assert SCRUB.body(Body.of([data, b" ", KEY.encode()])) == Body.of([data, b" ", b"REDACTED"])
    assert SCRUB.value(data + b' "\\u006dy-very-own-key-1"') == data + b' "REDACTED"'


def test_compressed_bodies_are_cleaned_within():
    clean = gzip.compress(b"nothing", mtime=1)
    assert SCRUB.value(clean) == clean
    assert gzip.decompress(SCRUB.value(gzip.compress(f"a {KEY}".encode()))) == b"a REDACTED"
    assert gzip.decompress(SCRUB.value(clean + gzip.compress(KEY.encode()))) == b"nothingREDACTED"
    assert SCRUB.value(zlib.compress(KEY.encode()) + KEY.encode()) == zlib.compress(b"REDACTED") + b"REDACTED"


def test_what_inflates_to_too_much_is_hidden(monkeypatch):
    monkeypatch.setattr(codings, "MOST", 100)
    assert SCRUB.value(gzip.compress(b"a" * 101)) == b"REDACTED"
    assert SCRUB.value(gzip.compress(b"a" * 100, mtime=0)) == gzip.compress(b"a" * 100, mtime=0)


def test_borders_within_what_stays_do_not_move():
    body = Body.of([b'{"a": "x\\n', b'y", "b": "internationaliz', b'ation"}'])
    assert SCRUB.body(body) == body
