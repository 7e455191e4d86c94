import base64
import re

import pytest

from harness.cassette.scrub import Body, Scrub
from harness.recording import Call, Expected, Wire

KEY = "my-very-own-key-1"
STANDARD = str.maketrans("-_", "+/")
SCRUB = Scrub(secrets=frozenset({KEY, ""}))


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
        ('{"api_key": "short", "password":"p\\"q"}', '{"api_key": "REDACTED", "password":"REDACTED"}'),
        ('{"api_key": null, "max_tokens": 5, "password": ""}', '{"api_key": null, "max_tokens": 5, "password": ""}'),
        ('{"prompt_tokens": 3, "stop_token": "a"}', '{"prompt_tokens": 3, "stop_token": "a"}'),
        ('{"text": "{\\"secret\\": \\"x\\"}"}', '{"text": "{\\"secret\\": \\"REDACTED\\"}"}'),
        ('{"url": "https://h/p?a=1&key=abc&b=2"}', '{"url": "https://h/p?a=1&key=REDACTED&b=2"}'),
        ("https://me:word@host/a@b", "https://REDACTED@host/a@b"),
        ('{"model": "/home/me/.cache/x.gguf"}', '{"model": "x.gguf"}'),
        ("see https://example.com/a/b", "see https://example.com/a/b"),
    ],
)
def test_secrets_go_by_value_shape_and_place(text, expected):
    assert SCRUB.text(text) == expected
    data = text.encode()
    assert SCRUB.body(Body(data, (len(data),))) == Body(expected.encode(), (len(expected),))


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ('k"e\\y', '{"a": "k\\"e\\\\y"}'),
        ("kéy-é", '{"a": "k\\u00e9y-\\u00e9"}'),
        ("kéy-é", '{"a": "kéy-é"}'),
        ("a b/c?", "a%20b/c%3F"),
        ("a b/c?", "a+b%2Fc%3F"),
        (KEY, base64.b64encode(f"user:{KEY}".encode()).decode()),
        (KEY, base64.b64encode(f"users:{KEY}!".encode()).decode()),
        (KEY, base64.urlsafe_b64encode(f"user7:{KEY}??".encode()).decode()),
        ("\xff\xfe\xfb\xef\xbe" * 2, base64.urlsafe_b64encode(("\xff\xfe\xfb\xef\xbe" * 2).encode()).decode()),
    ],
)
def test_a_secret_is_found_as_it_stands_in_json_a_url_and_base64(secret, text):
    clean = Scrub(secrets=frozenset({secret})).text(f"x{text}y")
    assert "REDACTED" in clean or b"REDACTED" in base64.b64decode(clean[1:-1].translate(STANDARD))
    assert secret not in clean


def test_a_short_secret_is_not_sought_in_base64():
    assert Scrub(secrets=frozenset({"abc"})).text("YWJj abc") == "YWJj REDACTED"


def test_the_longer_secret_goes_first():
    assert Scrub(secrets=frozenset({"abc", "abcdef"})).text("abcdef") == "REDACTED"


def test_headers_are_kept_by_name_in_both_directions(make_interaction):
    raw = make_interaction(
        uri=f"https://x/y?key={KEY}",
        request_headers=(
            ("Authorization", "Bearer abc"),
            ("X-Secret", "Marinara"),
            ("X-Odd", "odd"),
            ("Accept", KEY),
            ("Cookie", "c=1"),
            ("X-Own-Key", "k"),
        ),
        headers=(("Content-Type", "text/plain"), ("Date", "today"), ("Set-Cookie", "c=1"), ("Server", "me")),
    )
    scrub = Scrub(secrets=frozenset({KEY}), keep=frozenset({"x-secret"}), credentials=frozenset({"x-own-key"}))
    clean = scrub.interaction(raw)
    assert clean.uri == "https://x/y?key=REDACTED"
    assert clean.request_headers == (
        ("Authorization", "REDACTED"),
        ("X-Secret", "Marinara"),
        ("Accept", "REDACTED"),
        ("Cookie", "REDACTED"),
        ("X-Own-Key", "REDACTED"),
    )
    assert clean.headers == (("Content-Type", "text/plain"), ("Set-Cookie", "REDACTED"))


def test_a_documented_constant_is_no_secret(make_interaction):
    raw = make_interaction(request_headers=(("Authorization", "Bearer null"),))
    scrub = Scrub(keep=frozenset({"authorization"}))
    assert scrub.interaction(raw).request_headers == (("Authorization", "Bearer null"),)


def test_bodies_are_scrubbed_with_their_chunks(make_interaction):
    body = f'{{"echo": "{KEY}"}}'.encode()
    raw = make_interaction(body=body, request_body=body, wire=Wire((12, len(body) - 12), (0.1, 0.2)))
    clean = SCRUB.interaction(raw)
    assert clean.body == clean.request_body == b'{"echo": "REDACTED"}'
    assert clean.wire == Wire((18, 2), (0.1, 0.2))


def test_a_chunk_that_only_continued_a_secret_is_joined(make_interaction):
    raw = make_interaction(body=KEY.encode(), wire=Wire((0, 3, 4, len(KEY) - 7), (0.0, 0.1, 0.2, 0.3)))
    assert SCRUB.interaction(raw).wire == Wire((8,), (0.1,))


def test_a_token_is_a_secret_in_a_request_and_text_in_a_reply(make_interaction):
    body = b'{"token": "Hello", "TOKEN": "abcdefgh12345678"}'
    raw = make_interaction(body=body, request_body=body, wire=Wire((len(body),), (0.1,)))
    clean = SCRUB.interaction(raw)
    assert clean.request_body == b'{"token": "REDACTED", "TOKEN": "REDACTED"}'
    assert clean.body == b'{"token": "Hello", "TOKEN": "REDACTED"}'


def test_values_are_scrubbed_as_bodies_are():
    told = {"token": "Hello", "password": "p", "n": 1, "list": [KEY, None], "secret": "", "Token": "a" * 16, 1: "x"}
    clean = {**told, "password": "REDACTED", "list": ["REDACTED", None], "Token": "REDACTED"}
    assert SCRUB.value(told) == clean
    assert SCRUB.value(told, asked=True) == {**clean, "token": "REDACTED"}


def test_a_recording_is_scrubbed_as_a_whole(make_recording):
    raw = make_recording(
        upstream=f"service at https://me:{KEY}@host",
        call=Call("m", ({"role": "user", "content": f"is it {KEY}?"},), {"api_key": "other", "media": ((KEY, b"a"),)}),
        expected=Expected(f"no, {KEY}", "stop"),
    )
    clean = SCRUB.recording(raw)
    assert clean == make_recording(
        clean.interactions[0],
        upstream="service at https://REDACTED@host",
        call=Call(
            "m",
            ({"role": "user", "content": "is it REDACTED?"},),
            {"api_key": "REDACTED", "media": [["REDACTED", b"a"]]},
        ),
        expected=Expected("no, REDACTED", "stop"),
    )
