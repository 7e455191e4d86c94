import base64

import pytest

from harness.cassette.scrub import Scrub, learning
from harness.cassette.scrub.shapes import CREDENTIALS
from harness.recording import Call, Wire

KEY = "veryOwnKey1"
BASIC = base64.b64encode(f"user-name1:{KEY}".encode()).decode()


def seen(make_recording, interaction, options=None, members=()):
    raw = make_recording(interaction, call=Call("m", (), options or {}))
    return learning.secrets(raw, CREDENTIALS, members)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"request_headers": (("Authorization", f"Bearer {KEY}"),)}, {KEY}),
        ({"request_headers": (("X-API-Key", KEY),)}, {KEY}),
        ({"request_headers": (("Authorization", f"Basic {BASIC}"),)}, {BASIC, "user-name1", KEY}),
        ({"request_headers": (("Authorization", "Basic \xff1234567"),)}, {"\xff1234567"}),
        ({"request_headers": (("Authorization", "Bearer null"),)}, set()),
        ({"request_headers": (("Cookie", f"a={KEY}; theme=dark; b={KEY}2"),)}, {KEY, f"{KEY}2"}),
        ({"headers": (("Set-Cookie", f"a={KEY}; Path=/1234567890"),)}, {KEY}),
        ({"uri": f"https://h/?key={KEY}&q=another-value-1"}, {KEY}),
        ({"uri": "https://me:my%20Pass-word1@h/"}, {"my%20Pass-word1", "my Pass-word1"}),
        ({"uri": "https://[bad/"}, set()),
        ({"request_body": f'{{"api_key": "{KEY}", "max_tokens": "123456789"}}'.encode()}, {KEY}),
        ({"request_body": f'{{"cookies": {{"any": ["{KEY}", 1]}}}}'.encode()}, {KEY}),
        ({"request_body": f'{{"api_key": "{KEY}", "cut": '.encode()}, {KEY}),
        ({"request_body": f"api_key={KEY}&a=1".encode()}, {KEY}),
        ({"request_body": b'{"password": "password", "secret": "short1"}'}, set()),
        ({"request_body": f'{{"acme_ticket": "{KEY}"}}'.encode()}, {KEY}),
        ({"body": f'data: {{"access_token": "{KEY}"}}\n\n'.encode()}, {KEY}),
    ],
)
def test_secrets_are_learned_by_their_place(make_interaction, make_recording, changes, expected):
    body = changes.get("body", b"")
    interaction = make_interaction(**{"body": body, **changes})
    assert seen(make_recording, interaction, members=("acme_ticket",)) == expected


def test_secrets_are_learned_from_the_options_of_the_call(make_interaction, make_recording):
    options = {
        "headers": {"Authorization": f"Bearer {KEY}"},
        "proxy": f"http://me:{KEY}2@h",
        "max_tokens": 1,
        "n": (1,),
    }
    assert seen(make_recording, make_interaction(), options) == {KEY, f"{KEY}2"}


def test_what_was_learned_is_removed_wherever_it_is_echoed(make_interaction, make_recording):
    raw = make_recording(
        make_interaction(
            request_headers=(("X-Api-Key", KEY),), body=f"no such key: {KEY}".encode(), wire=Wire((24,), (0.0,))
        )
    )
    scrub = Scrub().taught(raw)
    assert scrub.recording(raw).interactions[0].body == b"no such key: REDACTED"
    assert scrub.value({KEY: 1, 2: KEY}) == {"REDACTED": 1, 2: "REDACTED"}


def test_a_secret_is_named_as_no_id(make_interaction, make_recording):
    key = "fRMSQtuHl91A4De9cCvKD"
    raw = make_recording(make_interaction(request_body=f'{{"id": "{key}", "api_key": "{key}"}}'.encode()))
    scrub = Scrub().taught(raw)
    assert (scrub.ids, scrub.secrets) == ({}, {key})
