import json

import pytest

from harness.faults.garbage import garbage
from harness.frames import frame, frames, opened
from providers.contract import Codec

TEXT = frame({":event-type": "contentBlockDelta", "delta": {"text": "x"}})
KINDS = garbage(Codec.FRAMES, TEXT)


def test_a_frame_goes_wrong_in_its_payload_and_in_its_checksums():
    assert {"json", "cut", "utf-8", "text", "cut-payload", "prelude-checksum", "checksum"} <= KINDS.keys()


@pytest.mark.parametrize("kind", ["prelude-checksum", "checksum"])
def test_a_wrong_checksum_is_the_only_thing_wrong(kind):
    got = KINDS[kind]
    assert [at for at in range(len(TEXT)) if got[at] != TEXT[at]] == [
        8 if kind == "prelude-checksum" else len(TEXT) - 1
    ]
    with pytest.raises(ValueError, match="frame"):
        list(frames(got))


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"prelude-checksum", "checksum", "deep"}))
def test_a_wrong_payload_stands_in_a_good_frame(kind):
    headers, payload, rest = opened(KINDS[kind])
    assert (headers, rest) == (opened(TEXT)[0], b"")
    with pytest.raises((ValueError, RecursionError)):
        json.loads(payload)


def test_lines_and_text_go_wrong_as_ever():
    assert garbage(Codec.TEXT, b"x") == {"utf-8": b"x\xff\xfe"}
    assert garbage(Codec.NDJSON, b'{"a": 1}\n')["json"] == b"{oops\n"
