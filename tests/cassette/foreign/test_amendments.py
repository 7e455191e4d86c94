import pytest

from harness.cassette import document
from harness.cassette.foreign import amendments
from harness.cassette.foreign.amendments import amend

BUFFER = "!!python/object/new:_io.BytesIO"
NAME = "!!python/object/apply:multidict._multidict.istr"


def parse(text):
    return document.parse(text, amend)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: &x 1, b: *x}", {"a": 1, "b": 1}),
        ("{a: &x {b: [1, &y 2]}, c: [*x, *y]}", {"a": {"b": [1, 2]}, "c": [{"b": [1, 2]}, 2]}),
        ("[&x 1, *x, &x 2, *x]", [1, 1, 2, 2]),
        ("[&x [], *x]", [[], []]),
        ("[!!seq [a], !!map {b: c}]", [["a"], {"b": "c"}]),
        ("!!python/tuple [a]", ["a"]),
        ("[!!python/str 1, !!python/unicode b, !!python/bytes aGk=]", ["1", "b", b"hi"]),
        (f"{{? {NAME} [A] : b}}", {"A": "b"}),
        ("{? !!python/object/new:multidict.istr [A] : b}", {"A": "b"}),
        (f"{BUFFER} {{state: !!python/tuple [!!binary aGk=, 0, null]}}", b"hi"),
        (f"[&x {NAME} [A], *x]", ["A", "A"]),
    ],
)
def test_what_is_harmless_is_read(text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("*x", "line 1: expected an alias of an earlier whole value, got *x"),
        ("&x [*x]", "line 1: expected an alias of an earlier whole value, got *x"),
        ("!!python/object/apply:os.system [touch x]", "line 1: expected no tag, got tag:yaml.org,2002:python/object"),
        ("!!python/object/new:x.Y {}", "line 1: expected no tag, got tag:yaml.org,2002:python/object/new:x.Y"),
        ("!!python/name:os.system ''", "line 1: expected no tag but !!binary, got tag:yaml.org,2002:python/name"),
        ("!!python/tuple {}", "line 1: expected no tag, got tag:yaml.org,2002:python/tuple"),
        ("!!python/object/apply:builtins.iter {args: [[a]]}", "line 1: expected no tag, got tag:yaml.org,2002:python"),
        ("!!python/object/apply:multidict.evil [a]", "line 1: expected no tag, got tag:yaml.org,2002:python"),
        (f"{NAME} []", "line 1: expected one name or buffer, got more or less within tag:yaml.org,2002:python/object"),
        (f"{NAME} [{'a, ' * 20}]", "line 1: expected one name or buffer, got more or less within"),
        (f"{BUFFER} {{state: []}}", "line 1: expected one name or buffer, got more or less within"),
        (f"{BUFFER} {{", "while parsing a flow node"),
        ("!<x\x1b> a", ""),
    ],
)
def test_what_is_not_is_refused(text, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is compared
        parse(text)
    assert str(caught.value).startswith(message)


def bomb(levels, leaf):
    steps = [f"a0: &a0 {leaf}"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(steps)


def test_an_alias_bomb_is_refused():
    with pytest.raises(ValueError, match="got an alias bomb"):
        parse(bomb(12, "x"))


@pytest.mark.parametrize(("limit", "value"), [("LARGEST", 100), ("_MOST_COPIED", 30)])
def test_what_is_copied_is_bounded(limit, value, monkeypatch):
    monkeypatch.setattr(amendments, limit, value)
    assert parse("[&x aaaaaaaaaa, *x, *x]") == ["a" * 10] * 3
    with pytest.raises(ValueError, match=r"line 1: expected aliases that stand for little, got an alias bomb"):
        parse(f"[&x aaaaaaaaaa{', *x' * 40}]")
