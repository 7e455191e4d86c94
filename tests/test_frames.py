import pytest

from harness.frames import frame, frames, is_framed, opened, repaid, sealed

TEXT = {":event-type": "contentBlockDelta", "delta": {"text": "Zürich 👋🏽"}}
EXCEPTION = {":message-type": "exception", ":exception-type": "throttlingException", "message": "no"}
EMPTY = bytes.fromhex("000000100000000005c248eb7d98c8ff")
"""The frame without headers and payload, as the documentation of the encoding has it."""


def test_the_documented_frame_is_written():
    assert sealed({}, b"") == EMPTY


def test_what_is_written_is_read():
    body = frame(TEXT) + frame(EXCEPTION) + EMPTY
    assert list(frames(body)) == [TEXT, EXCEPTION, {}]


def test_ordinary_headers_are_understood():
    headers, payload, rest = opened(frame(TEXT) + b"rest")
    assert headers == {
        ":content-type": "application/json",
        ":event-type": "contentBlockDelta",
        ":message-type": "event",
    }
    assert (payload.decode(), rest) == ('{"delta": {"text": "Zürich 👋🏽"}}', b"rest")


def test_a_header_that_is_no_text_is_left_out():
    assert list(frames(frame({":event-type": None, "a": 1}))) == [{"a": 1}]


def test_json_may_be_written_otherwise():
    assert b"<1>" in frame({"a": 1}, lambda payload: f"<{payload['a']}>")


@pytest.mark.parametrize("at", range(len(frame(TEXT))))
def test_a_changed_byte_is_noticed(at):
    whole = frame(TEXT)
    with pytest.raises(ValueError, match="frame"):
        list(frames(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]))


@pytest.mark.parametrize("end", range(1, len(frame(TEXT))))
def test_a_cut_frame_is_noticed(end):
    with pytest.raises(ValueError, match="frame"):
        list(frames(frame(TEXT)[:end]))


@pytest.mark.parametrize(
    ("body", "problem"),
    [(sealed({}, b"[]"), "object"), (sealed({}, b"{"), "property"), (EMPTY[:4] + b"\0\0\0\1" + EMPTY[8:], "prelude")],
)
def test_what_is_no_frame_of_an_object_is_noticed(body, problem):
    with pytest.raises(ValueError, match=problem):
        list(frames(body))


def test_a_header_of_another_type_is_noticed():
    whole = bytearray(frame(TEXT))
    whole[12 + 1 + len(":content-type")] = 6
    from binascii import crc32  # noqa: PLC0415

    whole[-4:] = crc32(bytes(whole[:-4])).to_bytes(4)
    with pytest.raises(ValueError, match="another type"):
        list(frames(bytes(whole)))


def test_payloads_are_replaced_under_their_headers():
    body = frame(TEXT) + frame(EXCEPTION)
    assert list(frames(repaid(body, lambda payload: payload.replace(b"no", b"never")))) == [
        TEXT,
        {**EXCEPTION, "message": "never"},
    ]


def test_frames_are_told_from_text():
    assert (is_framed(frame(TEXT)), is_framed(b"data: x"), is_framed(b"")) == (True, False, False)
