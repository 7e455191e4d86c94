import pytest

from harness.errors import UsageError

URL = "https://chat.example/v1/chat/completions"


@pytest.fixture
def har():
    def make(*contents, **response):
        entries = [
            {
                "startedDateTime": "2026-01-01T00:00:00Z",
                "request": {
                    "method": "POST",
                    "url": URL,
                    "headers": [{"name": "A", "value": "x"}],
                    "postData": {"mimeType": "application/json", "text": "{}"},
                },
                "response": {"status": 200, "statusText": "OK", "headers": [], "content": content, **response},
            }
            for content in contents
        ]
        return {"log": {"version": "1.2", "entries": entries}}

    return make


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"size": 2, "text": "hi"}, b"hi"),
        ({"size": 2, "text": "aGk=", "encoding": "base64"}, b"hi"),
        ({"size": 2, "text": "//4=", "encoding": "Base64"}, b"\xff\xfe"),
        ({"size": 0}, b""),
        ({"size": -1, "text": None}, b""),
        ({}, b""),
        (None, b""),
    ],
)
def test_an_entry_is_read(read_value, exchange_of, har, content, body):
    assert read_value(har(content)) == (exchange_of(request_headers=(("A", "x"),), body=body),)


def test_a_missing_reason_is_the_usual_one(read_value, har):
    assert [one.reason for one in read_value(har({"text": "hi"}, statusText=None, status=404))] == ["Not Found"]


def test_a_request_without_data_has_no_body(read_value, har):
    told = har({"text": "hi"}, status=204)
    del told["log"]["entries"][0]["request"]["postData"]
    assert read_value(told)[0].request_body == b""


def test_entries_without_a_whole_reply_are_left_out(read_value, har):
    told = har({"text": "hi"}, {"size": 9})
    told["log"]["entries"] += har({}, status=0)["log"]["entries"]
    assert [one.body for one in read_value(told)] == [b"hi"]


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ({"log": None}, "expected a mapping at log, got None"),
        ({"log": {"entries": []}}, "expected at least one exchange with a reply at the whole file, got none"),
        ({"log": {"entries": {}}}, "expected a list at log.entries, got {}"),
    ],
)
def test_a_file_without_entries_is_refused(read_value, log, message):
    with pytest.raises(UsageError) as caught:
        read_value(log)
    assert caught.value.message.endswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"text": "x", "encoding": "rot13"},
            "expected base64 at log.entries[0].response.content.encoding, got 'rot13'",
        ),
        ({"text": "?", "encoding": "base64"}, "expected base64 at log.entries[0].response.content.text, got '?'"),
        ({"text": 5}, "expected text at log.entries[0].response.content.text, got 5"),
        ({"size": "9"}, "expected a whole number, -1 or above at log.entries[0].response.content.size, got '9'"),
        ([], "expected a mapping at log.entries[0].response.content, got []"),
    ],
)
def test_a_wrong_content_is_refused(read_value, har, content, message):
    with pytest.raises(UsageError) as caught:
        read_value(har(content))
    assert caught.value.message.endswith(message)
