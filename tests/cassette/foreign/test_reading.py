import base64
import gzip
import os
import time

import pytest

from harness.cassette import source
from harness.cassette.foreign import reading
from harness.cassette.foreign.reading import find, read
from harness.errors import UsageError

HINT = "harness import --help"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected one of the shapes vcrpy, single exchange, list of exchanges, nock, HAR at"),
        ("just text", "expected one of the shapes"),
        ("[]", "expected one of the shapes"),
        ("[[]]", "expected one of the shapes"),
        ('{"version": 1, "records": []}', "HAR at the whole file, got a dict of members ['records', 'version']"),
        ("interactions: []", "expected at least one exchange with a reply at the whole file, got none"),
        ("interactions: {}", "expected a list at interactions, got {}"),
        ("interactions: [5]", "expected a mapping at interactions[0], got 5"),
        ('{"interactions": 5}', "expected a list at interactions, got 5"),
        ('{"request": 5, "response": {}}', "expected a mapping at [0].request, got 5"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "expected safe YAML or JSON in UTF-8"),
        (b"\x00" * 100, "expected safe YAML or JSON in UTF-8"),
        (bytes(range(256)) * 16, "expected safe YAML or JSON in UTF-8"),
        (
            "interactions: !!python/object/apply:os.system [touch pwned]",
            "expected no tag, got tag:yaml.org,2002:python/",
        ),
        ("{" * 200_000, "expected safe YAML or JSON in UTF-8"),
        ("- " * 200_000, "expected at most 64 levels, got more"),
        ("a: 1\n---\nb: 1", "expected one document, got another"),
        ("%TAG ! x\n--- a", "expected no directive"),
    ],
)
def test_what_is_no_recording_is_refused(read_text, content, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        read_text(content)
    assert message in caught.value.message
    assert len(caught.value.message) < 700
    assert caught.value.hint == HINT
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(
    ("value", "name"), [("interactions", "vcrpy"), ("single", "single exchange"), ("list", "list of exchanges")]
)
def test_a_shape_is_named(tmp_path, read_value, pair, value, name):
    read_value({"interactions": {"interactions": [pair()]}, "single": pair(), "list": [pair()]}[value])
    assert find(tmp_path / "a.yaml").family == name


def test_bodies_are_bounded_in_all(read_value, pair, monkeypatch):
    monkeypatch.setattr(source, "LARGEST", 10_000)
    packed = {"base64_string": base64.b64encode(gzip.compress(bytes(4_000))).decode()}
    assert len(read_value([pair(body=packed)] * 2)) == 2
    with pytest.raises(UsageError, match="expected bodies of at most 10000 bytes in all"):
        read_value([pair(body=packed)] * 3)


def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="expected a file, got a pipe"):
        read(tmp_path / "pipe")


def test_many_names_of_which_one_comes_twice_take_no_time(read_text):
    began = time.process_time()
    with pytest.raises(UsageError, match="expected each name once, got 'a29999'"):
        read_text("interactions: {" + "".join(f"a{number}: 1, " for number in range(30_000)) + "a29999: 1}")
    assert time.process_time() - began < 3


def test_an_alias_in_a_recording_is_its_copy(read_text, exchange_of):
    text = (
        "interactions:\n- &one\n"
        "  request: {method: POST, uri: 'https://chat.example/v1/chat/completions', body: '{}'}\n"
        "  response: {status: {code: 200, message: OK}, body: {string: hi}}\n- *one\n"
    )
    assert read_text(text) == (exchange_of(), exchange_of())


def test_every_family_has_a_name_of_its_own():
    names = [family.name for family in reading._FAMILIES]
    assert len(set(names)) == len(names)
