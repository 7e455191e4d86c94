import struct

import pytest

from harness.cassette.foreign import pieces
from harness.cassette.foreign.pieces import sizes

AWS = "application/vnd.amazon.eventstream"


def frame(length):
    return struct.pack(">I", length) + bytes(length - 4)


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", "text/event-stream", ()),
        (b"data: 1\n\ndata: 2\n\n", "text/event-stream; charset=utf-8", (9, 9)),
        (b"data: 1\r\n\r\ndata: 2\r\n\r\nrest", "Text/Event-Stream", (11, 11, 4)),
        (b"data: 1\r\rdata: 2\r\r", "text/event-stream", (9, 9)),
        (b"data: 1\n\r\nx", "text/event-stream", (10, 1)),
        (b": comment\n\ndata: 1\n\n", "", (11, 9)),
        (b"\n data: 1\n\nx", "", (11, 1)),
        (b"text\n\ntext", "", (10,)),
        (b"{}\n{}\n", "application/x-ndjson", (3, 3)),
        (b"{}\n{}", "application/jsonl", (3, 2)),
        (b"{}\n\n{}", "application/json", (6,)),
        (frame(16) + frame(20), AWS, (16, 20)),
        (frame(16) + frame(20)[:10], AWS, (16, 10)),
        (frame(16) + bytes(10), AWS, (16, 10)),
        (b"abc", AWS, (3,)),
    ],
)
def test_a_body_is_cut_at_its_events(body, kind, expected):
    assert sizes(body, kind) == expected


@pytest.mark.parametrize(("body", "kind"), [(b"\n" * 11, "application/x-ndjson"), (frame(16) * 11, AWS)])
def test_a_body_of_very_many_events_stays_whole(body, kind, monkeypatch):
    monkeypatch.setattr(pieces, "_MOST", 10)
    assert sizes(body, kind) == (len(body),)
