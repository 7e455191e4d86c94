import pytest
import yaml

from harness.cassette import document
from harness.cassette.document import DEEPEST, parse


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\nb: [2, -3.5, 1.0e-05, {c: null, d: true, e: ~}]\nf:\ng: 'x'\n",
        '- |+\n  text\n\n- >\n  folded\n  text\n- "\\u00e9\\0"\n- !!str 1\n- !!seq [a]\n- !!map {a: b}\n',
        "--- a\n...\n",
        "!!binary |\n  AAEC\n  Aw==\n",
        "12345678901234567890",
    ],
)
def test_a_document_is_read_as_the_safe_loader_reads_it(text):
    assert parse(text) == yaml.load(text, yaml.CSafeLoader)


@pytest.mark.parametrize(
    ("text", "value"), [("yes", "yes"), (".nan", ".nan"), ("2026-11-21", "2026-11-21"), ("<<: 1", {"<<": 1})]
)
def test_a_word_is_itself(text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: *c", "line 2: expected no alias, got *c"),
        ('[&a x, {"k":*a}]', "line 1: expected no alias, got *a"),
        ("a\n---\nb", "line 2: expected one document, got another"),
        ("a: {b: 1, c: 2, b: 3}", "line 1: expected each name once, got 'b'"),
        ("1: a", "line 1: expected names that are text, got 1"),
        ("[a]: b", "line 1: expected names that are text, got ['a']"),
        ("!!bool x", "line 1: expected no tag but !!binary, got tag:yaml.org,2002:bool"),
        (
            "!!python/name:os.system ''",
            "line 1: expected no tag but !!binary, got tag:yaml.org,2002:python/name",
        ),
        ("!!set {a}", "line 1: expected no tag, got tag:yaml.org,2002:set"),
        ("!!binary a", "line 1: expected base64, got 'a'"),
        ("!!binary é", "line 1: expected base64, got '\\xe9'"),
        ("[" * 200_000, f"line 1: expected at most {DEEPEST} levels, got more"),
        ("- " * 200_000, f"line 1: expected at most {DEEPEST} levels, got more"),
        ("{a: " * 200_000, f"line 1: expected at most {DEEPEST} levels, got more"),
        ("a: 1\n%TAG !\x1b! x\n--- b", "line 2: expected no directive, got '%TAG !\\x1b! x\\n--- b'"),
        ("\ufeff%YAML 1.1\n--- b", "line 1: expected no directive, got '\\ufeff%YAML 1.1\\n--- b'"),
        ("!<x%1by> {}", "line 1: expected no tag, got x?y"),
        ("a: [", "while parsing a flow node did not find expected node content"),
        ("a\0b", "unacceptable character"),
    ],
)
def test_what_is_no_plain_document_is_a_clear_error(text, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is compared
        parse(text)
    assert str(caught.value).startswith(message)


def test_very_many_values_are_refused(monkeypatch):
    monkeypatch.setattr(document, "MOST", 5)
    assert parse("[a, {b: c}]") == ["a", {"b": "c"}]
    with pytest.raises(ValueError, match="line 1: expected at most 5 values, got more"):
        parse("[a, b, c, d, e]")


def test_a_message_shows_little_of_a_document():
    with pytest.raises(ValueError, match=r"line 1: expected no alias, got \*a{79}$"):
        parse("*" + "a" * 900)
