import pytest

from harness.cassette.places import lines
from harness.target import CASSETTES

TEXT = """\
version: 1
metadata:
  call:
    options: {stop: [a,
      b]}
interactions:
- request:
    body: |
      one
      two
    headers:
      x-a.b: c
- request: 2
"""


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ("version", 1),
        ("metadata.call.options", 4),
        ("metadata.call.options.stop[1]", 5),
        ("interactions", 6),
        ("interactions[0]", 7),
        ("interactions[0].request.body", 8),
        ("interactions[0].request.headers.x-a.b", 12),
        ("interactions[1].request", 13),
    ],
)
def test_a_value_has_the_line_of_its_name(way, line):
    assert lines(TEXT, {way}) == {way: line}


def test_what_is_not_there_has_the_line_of_what_would_hold_it():
    ways = {"metadata.call.model", "interactions[7]", "interactions[0].request.headers.accept", "other"}
    assert lines(TEXT, ways) == {
        "metadata.call.model": 3,
        "interactions[7]": 6,
        "interactions[0].request.headers.accept": 11,
        "other": 1,
    }


def test_a_name_is_not_taken_for_its_beginning():
    assert lines("ab: 1\na: 2\n", {"a", "ab"}) == {"ab": 1, "a": 2}


def test_an_empty_document_has_no_lines():
    assert lines("", {"a"}) == {}


def test_the_lines_of_a_cassette_are_right():
    text = (CASSETTES / "acytoo" / "one-turn.yaml").read_text("utf-8")
    names = ("metadata.provider", "metadata.recorded_at", "interactions[0].response.x_wire")
    told = [text.splitlines()[line - 1].strip().partition(":")[0] for line in lines(text, names).values()]
    assert sorted(told) == ["provider", "recorded_at", "x_wire"]
