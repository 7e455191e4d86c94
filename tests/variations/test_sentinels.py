from dataclasses import replace

from harness.recording import Call, Expected
from harness.scenario import Scenario
from harness.script import reply
from harness.variations.sentinels import ended, has_sentinel, junk
from providers.openai_chat.contract import CONTRACT

CHUNK = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n'
BODY = CHUNK + b"data: [DONE]\n\n"


def scenario(body):
    return Scenario("s", Call("m", ()), (reply(body),), Expected("Hi", "stop"))


def test_an_answer_has_its_sentinel_or_not():
    assert has_sentinel(CONTRACT, scenario(BODY))
    assert not has_sentinel(CONTRACT, scenario(CHUNK))


def test_the_sentinel_is_written_in_every_way():
    assert ended(CONTRACT, scenario(BODY + b": more\n\n")) == {
        "as usual": [CHUNK, b"data: [DONE]\n\n"],
        "without the space": [CHUNK, b"data:[DONE]\n\n"],
        "between blanks": [CHUNK, b"data:  \t[DONE] \n\n"],
        "with CRLF": [CHUNK, b"data: [DONE]\r\n\r\n"],
    }


def test_junk_is_garbage_text_and_an_error_where_one_is_documented():
    found = junk(CONTRACT, scenario(BODY))
    assert set(found) == {"garbage", "a page", "more text", "an error"}
    assert found["more text"] == CHUNK.replace(b"Hi", b"x_new")
    assert b'data: {"error"' in found["an error"]
    assert "an error" not in junk(replace(CONTRACT, errors=()), scenario(BODY))
