import pytest

from harness.errors import UsageError

URL = "https://chat.example/v1/chat/completions"


@pytest.fixture
def definition():
    def make(**changes):
        told = {
            "scope": "https://chat.example:443",
            "method": "POST",
            "path": "/v1/chat/completions",
            "body": {},
            "status": 200,
            "response": "hi",
            "rawHeaders": [],
        }
        return {name: value for name, value in {**told, **changes}.items() if value is not None}

    return make


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"scope": "http://x:80"}, {"uri": "http://x/v1/chat/completions"}),
        ({"scope": "http://x:443"}, {"uri": "http://x:443/v1/chat/completions"}),
        ({"body": ""}, {"request_body": b""}),
        ({"body": None}, {"request_body": b""}),
        ({"response": {"a": 1}}, {"body": b'{"a": 1}'}),
        ({"response": [{"a": 1}]}, {"body": b'[{"a": 1}]'}),
        ({"response": ""}, {"body": b""}),
        ({"response": "6869", "responseIsBinary": True}, {}),
        ({"response": "", "responseIsBinary": True}, {"body": b""}),
        ({"response": "6869", "responseIsBinary": False}, {"body": b"6869"}),
        ({"response": ["68", "69"]}, {}),
        ({"response": []}, {"body": b"[]"}),
        ({"rawHeaders": ["A", "x"]}, {"headers": (("A", "x"),)}),
        ({"rawHeaders": None, "headers": {"A": "x"}}, {"headers": (("A", "x"),)}),
        ({"reqheaders": {"A": ["x"]}}, {"request_headers": (("A", "x"),)}),
    ],
)
def test_a_definition_is_read(read_value, exchange_of, definition, changes, expected):
    assert read_value([definition(**changes)]) == (exchange_of(**expected),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"response": "zz", "responseIsBinary": True}, "expected hexadecimal digits at [0].response, got 'zz'"),
        ({"scope": "chat.example"}, "expected an http(s) URL at [0].path, got 'chat.example/v1/chat/completions'"),
        ({"status": "200"}, "expected a whole number, 100 to 599 at [0].status, got '200'"),
    ],
)
def test_what_is_no_definition_is_refused(read_value, definition, changes, message):
    with pytest.raises(UsageError) as caught:
        read_value([definition(**changes)])
    assert caught.value.message.endswith(message)
