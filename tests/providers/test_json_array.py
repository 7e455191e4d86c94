import time

import pytest
from served import all_cuts

from providers.codecs import Malformed
from providers.json_array import JsonArray


def decoded(decoder, pieces):
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + list(decoder.close())


ARRAY = '[{"a": "é🍕 ]}, \\"{[\\\\"}\n,\r\n{"b": [{"c": {}}, []]}\n,\r\n{"d": "\\ud83c\\udf55\\\\"}\n]\r\n '
ELEMENTS = [{"a": 'é🍕 ]}, "{[\\'}, {"b": [{"c": {}}, []]}, {"d": "🍕\\"}]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b" \r\n\t"], ids=repr)
def test_the_elements_of_an_array_survive_every_cut(start):
    for pieces in all_cuts(start + ARRAY.encode()):
        assert decoded(JsonArray(), pieces) == ELEMENTS


def test_an_element_of_an_array_is_given_as_its_last_brace_comes():
    decoder = JsonArray()
    given = [len(list(decoder.feed(piece))) for piece in (b'[{"a": 1', b"}", b'\n,\r\n{"b"', b": {}}\n]", b"\n")]
    assert given == [0, 1, 0, 1, 0]
    assert list(decoder.close()) == []


def test_an_empty_array_has_no_elements():
    for pieces in all_cuts(b"\xef\xbb\xbf [ ]\n"):
        assert decoded(JsonArray(), pieces) == []


def test_every_cut_array_is_malformed():
    body = ARRAY.strip().encode()
    for length in range(len(body)):
        decoder = JsonArray()
        given = list(decoder.feed(body[:length]))
        assert given == ELEMENTS[: len(given)]
        with pytest.raises(Malformed, match="array is cut"):
            list(decoder.close())


@pytest.mark.parametrize(
    ("body", "given"),
    [
        (b'{"error": 1}', 0),
        (b"<html>", 0),
        (b"[1]", 0),
        (b"[,{}]", 0),
        (b"[{}{}]", 1),
        (b"[{},]", 1),
        (b"[{},,{}]", 1),
        (b"[{}] []", 1),
        (b'[{"a": ]}]', 0),
        (b"[{}, null]", 1),
        (b"\xef\xbb\xbf\xef\xbb\xbf[]", 0),
    ],
    ids=repr,
)
def test_garbage_in_an_array_is_malformed_after_what_precedes_it(body, given):
    for pieces in all_cuts(body):
        decoder = JsonArray()
        events = (event for piece in pieces for event in decoder.feed(piece))
        assert [next(events) for _ in range(given)] == [{}] * given
        with pytest.raises(Malformed, match="expected"):
            next(events)


@pytest.mark.parametrize("size", [1, 100, 65_536])
def test_a_huge_element_takes_linear_time(size):
    text = '\\"{' * (200_000 if size > 1 else 50_000)
    body = b'[{"t": "' + text.encode() + b'"}]'
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    start = time.process_time()
    assert decoded(JsonArray(), pieces) == [{"t": '"{' * (len(text) // 3)}]
    assert time.process_time() - start < 10
