import gzip
import zlib

import brotli
import pytest

from harness.cassette.foreign import unpacking
from harness.cassette.foreign.unpacking import unpacked

TEXT = "é🍕".encode() * 50
BARE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
DEFLATED = BARE.compress(TEXT) + BARE.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "x-gzip"),
        (gzip.compress(TEXT, mtime=0), ""),
        (gzip.compress(TEXT, mtime=0), "br"),
        (gzip.compress(TEXT[:10], mtime=0) + gzip.compress(TEXT[10:], mtime=0), "GZIP "),
        (zlib.compress(TEXT), "deflate"),
        (DEFLATED, "deflate"),
        (brotli.compress(TEXT), "br"),
        (brotli.compress(gzip.compress(TEXT, mtime=0)), "gzip, br"),
        (TEXT, "gzip"),
        (TEXT, "br"),
        (TEXT, "zstd"),
    ],
)
def test_the_coding_is_taken_off_where_it_is_on(body, coding):
    assert unpacked(body, coding) == TEXT


@pytest.mark.parametrize(("body", "coding"), [(b"", "br"), (b"\xff\x00", ""), (b"\xff\x00", "gzip")])
def test_what_cannot_be_coded_stays(body, coding):
    assert unpacked(body, coding) == body


def test_a_coded_body_that_breaks_off_gives_what_had_come():
    whole = gzip.compress(TEXT, 0, mtime=0)
    assert TEXT.startswith(unpacked(whole[:200], "gzip"))
    assert unpacked(whole[:200], "gzip") != b""


@pytest.mark.parametrize(
    ("body", "coding"), [(b"\x1f\x8bjunk", "gzip"), (b"\x1f\x8bjunk", ""), (b"\xff" * 9, "br"), (b"\xff", "zstd")]
)
def test_what_is_neither_coded_nor_text_is_refused(body, coding):
    with pytest.raises(ValueError, match="expected text, or a body in gzip, deflate, br, got another"):
        unpacked(body, coding)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(bytes(2000), mtime=0), "gzip"),
        (zlib.compress(bytes(2000)), "deflate"),
        (brotli.compress(bytes(2000)), "br"),
        (gzip.compress(bytes(600), mtime=0) * 2, "gzip"),
    ],
)
def test_a_bomb_is_refused(body, coding, monkeypatch):
    monkeypatch.setattr(unpacking, "LARGEST", 1000)
    with pytest.raises(ValueError, match="expected a body of at most 1000 bytes, got a bomb"):
        unpacked(body, coding)


def test_gzip_of_very_many_members_is_read_in_part():
    assert unpacked(gzip.compress(b"x", mtime=0) * 100, "gzip") == b"x" * 16
