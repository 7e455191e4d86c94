import pytest

from harness.cassette.foreign import plain
from harness.cassette.foreign.plain import parse


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": [1, 2.5, null, "\\ud83c\\udf55"]}', {"a": [1, 2.5, None, "🍕"]}),
        (b'\xef\xbb\xbf [{"a": true}]', [{"a": True}]),
        (b"a: [1, 'x']", {"a": [1, "x"]}),
        (b"\xef\xbb\xbfa: &x 1\nb: *x", {"a": 1, "b": 1}),
        (b"", None),
    ],
)
def test_json_and_yaml_are_told_apart(data, value):
    assert parse(data) == value


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff", "'utf-8' codec can't decode"),
        (b"\x7fELF\x00\x01", "'utf-8' codec|unacceptable|control"),
        (b"{", "Expecting property name"),
        (b"[1, NaN]", "expected JSON, got NaN"),
        (b'{"a": 1, "a": 2}', "expected each name of a JSON object once, got one twice"),
        (b"[" * 100_000, "expected JSON of at most 64 levels, got more"),
        (b"[" * 65 + b"]" * 65, "expected JSON of at most 64 levels, got more"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "expected JSON of at most 64 levels, got more"),
        (b"[" + b"9" * 5000 + b"]", "Exceeds the limit"),
    ],
)
def test_what_is_neither_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        parse(data)


def test_json_of_64_levels_is_read():
    assert str(parse(b"[" * 64 + b"]" * 64)) == "[" * 64 + "]" * 64


def test_json_of_very_many_values_is_refused(monkeypatch):
    monkeypatch.setattr(plain, "_MOST", 3)
    assert parse(b"[0,0,0]") == [0, 0, 0]
    with pytest.raises(ValueError, match="expected JSON of at most 3 values, got more"):
        parse(b"[0,0,0,0]")
