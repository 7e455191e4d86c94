import base64
import re

import pytest

from harness.cassette.scrub import Body, clean, scrubbed
from harness.recording import Wire

KEY = "my-very-own-key-1"


def pieces(body):
    start, parts = 0, []
    for size in body.sizes:
        parts.append(body.data[start : start + size])
        start += size
    return parts


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"a SECRET b", b"c"], [b"a xx b", b"c"]),
        ([b"a SEC", b"RET b"], [b"a xx", b" b"]),
        ([b"a S", b"E", b"CRET", b" b"], [b"a xx", b"", b"", b" b"]),
        ([b"SECRET", b"SECRET"], [b"xx", b"xx"]),
        ([b"SECRETSEC", b"RET!"], [b"xxxx", b"!"]),
        ([b"nothing"], [b"nothing"]),
        ([], []),
    ],
)
def test_borders_move_with_a_replacement(chunks, expected):
    body = Body(b"".join(chunks), tuple(map(len, chunks)))
    assert pieces(body.replaced(re.compile(b"SECRET"), b"xx")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"key {KEY}!", "key REDACTED!"),
        ("sk-proj-abcdefghijklmnop1234", "REDACTED"),
        ("gsk_abcdefghijklmnop1234", "REDACTED"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstu", "REDACTED"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "REDACTED"),
        ("AKIAABCDEFGHIJKLMNOP", "REDACTED"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeK", "REDACTED"),
        ("Authorization: Bearer abcdefgh12", "Authorization: REDACTED"),
        ("Bearer null", "Bearer null"),
        ('{"api_key": "short", "token":"t"}', '{"api_key": "REDACTED", "token":"REDACTED"}'),
        (
            '{"api_key": null, "max_tokens": 5, "prompt_tokens": 3}',
            '{"api_key": null, "max_tokens": 5, "prompt_tokens": 3}',
        ),
        ('{"model": "/home/me/.cache/x.gguf"}', '{"model": "x.gguf"}'),
        ("see https://example.com/a/b", "see https://example.com/a/b"),
    ],
)
def test_secrets_go_by_value_shape_and_place(text, expected):
    data = text.encode()
    assert clean(Body(data, (len(data),)), [KEY, ""]).data.decode() == expected


def test_headers_are_kept_by_name_in_both_directions(make_interaction):
    raw = make_interaction(
        uri=f"https://x/y?key={KEY}",
        request_headers=(
            ("Authorization", "Bearer abc"),
            ("X-Secret", "Marinara"),
            ("X-Odd", "odd"),
            ("Accept", KEY),
            ("Cookie", "c=1"),
        ),
        headers=(("Content-Type", "text/plain"), ("Date", "today"), ("Set-Cookie", "c=1"), ("Server", "me")),
    )
    clean_one = scrubbed(raw, [KEY], ["x-secret"])
    assert clean_one.uri == "https://x/y?key=REDACTED"
    assert clean_one.request_headers == (
        ("Authorization", "REDACTED"),
        ("X-Secret", "Marinara"),
        ("Accept", "REDACTED"),
        ("Cookie", "REDACTED"),
    )
    assert clean_one.headers == (("Content-Type", "text/plain"), ("Set-Cookie", "REDACTED"))


def test_a_documented_constant_is_no_secret(make_interaction):
    raw = make_interaction(request_headers=(("Authorization", "Bearer null"),))
    assert scrubbed(raw, [], ["authorization"]).request_headers == (("Authorization", "Bearer null"),)


def test_bodies_are_scrubbed_with_their_chunks(make_interaction):
    body = f'{{"echo": "{KEY}"}}'.encode()
    raw = make_interaction(body=body, request_body=body, wire=Wire((12, len(body) - 12), (0.1, 0.2)))
    clean_one = scrubbed(raw, [KEY])
    assert clean_one.body == clean_one.request_body == b'{"echo": "REDACTED"}'
    assert clean_one.wire == Wire((18, 2), (0.1, 0.2))


def test_a_secret_in_base64_is_found(make_interaction):
    hidden = base64.b64encode(f"user:{KEY}".encode()).decode()
    raw = make_interaction(request_body=f'{{"basic": "{hidden}"}}'.encode())
    assert hidden.encode() not in scrubbed(raw, [KEY]).request_body
