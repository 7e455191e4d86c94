import base64
import gzip

import pytest

from harness.errors import UsageError
from harness.recording import Wire

YAML = """\
interactions:
- request: {method: POST, uri: 'https://chat.example/v1/chat/completions', body: '{}', headers: %s}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: hi}}
"""


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"A": "x"}, (("A", "x"),)),
        ({"A": ["x", "y"], "B": []}, (("A", "x"), ("A", "y"))),
        ({"A": 5, "B": [" z "]}, (("A", "5"), ("B", "z"))),
        (["A", "x", "B", "y"], (("A", "x"), ("B", "y"))),
        ([], ()),
        ([{"name": "A", "value": "x"}, {"name": ":status", "value": "200"}], (("A", "x"),)),
        ({"set-cookie": "a=1\nb=2"}, (("set-cookie", "a=1"), ("set-cookie", "b=2"))),
        ({"A": "é"}, (("A", "é"),)),
        ({"A": "日"}, (("A", "日".encode().decode("latin-1")),)),
        ({"Content-Length": "5", "transfer-encoding": "chunked", "Connection": "close", "A": "x"}, (("A", "x"),)),
    ],
)
def test_headers_are_read_in_every_spelling(read_value, pair, exchange_of, told, expected):
    assert read_value(pair(headers=told)) == (exchange_of(headers=expected),)


def test_binary_values_and_multidict_names_are_text(read_text, exchange_of):
    text = YAML % "{? !!python/object/apply:multidict._multidict.istr [A] : [!!binary eA==]}"
    assert read_text(text) == (exchange_of(request_headers=(("A", "x"),)),)


def test_a_coded_body_is_decoded_and_its_coding_told(read_text, exchange_of):
    data = gzip.compress(b"hi", mtime=0)
    text = (
        YAML.replace("headers: {}", "headers: {Content-Encoding: [gzip]}").replace(
            "string: hi", f"string: !!binary {base64.b64encode(data).decode()}"
        )
    ) % "{}"
    assert read_text(text) == (exchange_of(wire=Wire((2,), (0.0,), encoding="gzip")),)


def test_a_body_that_is_no_longer_coded_stays(read_value, pair, exchange_of):
    told = pair({"headers": {"content-encoding": "br"}}, headers={"content-encoding": "gzip"})
    assert read_value(told) == (exchange_of(wire=Wire((2,), (0.0,), encoding="gzip")),)


def test_a_body_in_an_unknown_coding_is_refused(read_text):
    text = YAML.replace("headers: {}", "headers: {Content-Encoding: zstd}").replace(
        "string: hi", "string: !!binary /w=="
    )
    with pytest.raises(UsageError, match=r"expected a body that can be read at interactions.*sent as 'zstd'"):
        read_text(text % "{}")
