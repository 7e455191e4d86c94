import ast
import math

import pytest

from harness.reproduction.literal import Verbatim, call, literal

VALUES = {
    "text": "hello",
    "quotes": 'it\'s "so"',
    "beyond ASCII": "\u4f60\ud800\u2028",
    "bytes": b"\x00\xff'",
    "numbers": [1, -2.5, True, None],
    "one": (1,),
    "pair": ("a", b"b"),
    "empty": [{}, [], ()],
    "nested": {"messages": [{"role": "user", "content": "x" * 40 + "y"}] * 5},
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_source_stands_for_the_value(value):
    source = literal(value)
    assert (ast.literal_eval(source), source.isascii()) == (value, True)


def test_a_repetition_is_told_as_one():
    assert (literal("ab" * 5000), literal(b"<p>" * 20)) == ('"ab" * 5000', 'b"<p>" * 20')


def test_what_is_no_number_is_told():
    assert literal([math.inf, math.nan]) == '[float("inf"), float("nan")]'


def test_what_is_no_data_is_refused():
    with pytest.raises(TypeError, match="expected plain data, got <object"):
        literal({"x": object()})


def test_a_call_leaves_out_what_is_none_and_breaks_long_lines():
    made = call("f", 1, call("g", "x" * 31 + "yz", "z" * 31 + "ab"), at=Verbatim("HERE"), no=None, text="w" * 30 + "ab")
    assert made.splitlines() == [
        "f(",
        "    1,",
        f'    g("{"x" * 31}yz", "{"z" * 31}ab"),',
        "    at=HERE,",
        f'    text="{"w" * 30}ab",',
        ")",
    ]
