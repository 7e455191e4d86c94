import pytest

from harness.errors import UsageError
from harness.recording import Wire

VCRPY = """\
interactions:
- request:
    body: '{"a":
      1}'
    headers:
      Accept: ['*/*']
    method: POST
    uri: https://chat.example/v1/chat/completions
  response:
    body: {string: "data: 1\\n\\ndata: 2\\n\\n"}
    headers:
      Content-Type: [text/event-stream]
    status: {code: 200, message: OK}
version: 1
"""


def test_vcrpy_is_read_with_one_chunk_per_event(read_text, exchange_of):
    assert read_text(VCRPY) == (
        exchange_of(
            request_headers=(("Accept", "*/*"),),
            request_body=b'{"a": 1}',
            headers=(("Content-Type", "text/event-stream"),),
            body=b"data: 1\n\ndata: 2\n\n",
            wire=Wire((9, 9), (0.0, 0.0)),
        ),
    )


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ({}, {}),
        ({"status": {"code": 404}}, {"status": 404, "reason": "Not Found"}),
        ({"status": {"code": 299, "message": None}}, {"status": 299, "reason": ""}),
        ({"status": {"code": 200, "message": "O\nK"}}, {}),
        ({"status": 200}, {}),
        ({"status": None, "status_code": 401, "http_version": "HTTP/1.1"}, {"status": 401, "reason": "Unauthorized"}),
        ({"body": None, "content": "old"}, {"body": b"old"}),
        ({"body": None, "parsed_body": {"é": [1, None]}}, {"body": '{"é": [1, null]}'.encode()}),
        ({"body": {"string": None}}, {"body": b""}),
        ({"body": {"encoding": "utf-8", "base64_string": "aG\nk="}}, {}),
        ({"body": "plain"}, {"body": b"plain"}),
        ({"body": {"json": 1}}, {"body": b'{"json": 1}'}),
        ({"body": [1]}, {"body": b"[1]"}),
        ({"headers": None}, {}),
    ],
)
def test_a_reply_is_read_in_every_spelling(read_value, pair, exchange_of, response, expected):
    assert read_value({"interactions": [pair(**response)]}) == (exchange_of(**expected),)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"body": None}, b""),
        ({"body": {"a": 1}}, b'{"a": 1}'),
        ({"parsed_body": {"a": "é"}}, '{"a": "é"}'.encode()),
        ({"uri": None, "url": "https://chat.example/v1/chat/completions"}, b"{}"),
    ],
)
def test_a_request_is_read_in_every_spelling(read_value, pair, exchange_of, request_, expected):
    assert read_value({"http_interactions": [pair(request_)]}) == (exchange_of(request_body=expected),)


def test_one_exchange_and_a_list_of_them_are_files_too(read_value, pair, exchange_of):
    assert read_value(pair()) == (exchange_of(),)
    assert read_value([pair(), pair()]) == (exchange_of(), exchange_of())


def test_a_body_of_null_in_yaml_is_none(read_text, exchange_of):
    text = VCRPY.replace('{string: "data: 1\\n\\ndata: 2\\n\\n"}', "").replace(
        "      Content-Type: [text/event-stream]\n", ""
    )
    assert read_text(text)[0].body == b""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"body": None}, "expected a body, content or parsed_body at interactions[0].response"),
        ({"status": None}, "expected a member 'status' at interactions[0].response"),
        ({"status": "200 OK"}, "expected a whole number, 100 to 599 at interactions[0].response.status"),
        ({"status": True}, "expected a whole number, 100 to 599 at interactions[0].response.status"),
        ({"status": {"code": 600}}, "expected a whole number, 100 to 599 at interactions[0].response.status.code"),
        ({"body": 5}, "expected text or binary at interactions[0].response.body"),
        ({"body": {"base64_string": "?"}}, "expected base64 at interactions[0].response.body.base64_string"),
        ({"headers": 5}, "expected a list at interactions[0].response.headers"),
        ({"headers": {"a b": "c"}}, "expected names of headers at interactions[0].response.headers, got 'a b'"),
        ({"headers": {"a": "c\rd"}}, "expected the value of a header at interactions[0].response.headers.a"),
        ({"headers": {"a": [True]}}, "expected text at interactions[0].response.headers.a[0]"),
        ({"headers": ["a"]}, "expected names and values in turn at interactions[0].response.headers, got 1 of them"),
    ],
)
def test_what_is_no_reply_is_refused(read_value, pair, changes, message):
    with pytest.raises(UsageError) as caught:
        read_value({"interactions": [pair(**changes)]})
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "GET /"}, "expected a method at interactions[0].request.method"),
        ({"uri": "/path"}, "expected an http(s) URL at interactions[0].request.uri"),
        ({"uri": "https://[x"}, "expected an http(s) URL at interactions[0].request.uri"),
        ({"uri": "https://x/\x1b"}, "expected an http(s) URL at interactions[0].request.uri"),
        ({"uri": "file:///etc/passwd"}, "expected an http(s) URL at interactions[0].request.uri"),
        ({"uri": None}, "expected a member 'url' at interactions[0].request"),
    ],
)
def test_what_is_no_request_is_refused(read_value, pair, changes, message):
    with pytest.raises(UsageError) as caught:
        read_value({"interactions": [pair(changes)]})
    assert message in caught.value.message


def test_binary_is_no_json(read_text):
    text = VCRPY.replace('body: {string: "data: 1\\n\\ndata: 2\\n\\n"}', "parsed_body: {a: !!binary aGk=}")
    with pytest.raises(UsageError, match="expected a JSON value at interactions"):
        read_text(text)
