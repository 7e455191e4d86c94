import gzip
import zlib

import brotli
import pytest
from served import all_cuts

from providers.codecs import Malformed
from providers.encodings import ADVERTISED, coding

TEXT = "Hé 你好 🍕".encode() * 5


def raw_deflate(data):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


CODED = {
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:30]) + gzip.compress(TEXT[30:]),
    "GZIP ": gzip.compress(TEXT) + b"\0\0 padding",
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT) + b"junk",
    "br": brotli.compress(TEXT),
}


def test_what_is_advertised_is_decoded():
    assert ADVERTISED == "gzip, deflate, br"


@pytest.mark.parametrize("header", CODED)
def test_coded_text_survives_every_cut(header):
    for pieces in all_cuts(CODED[header]):
        decoder = coding(header)
        assert b"".join(decoder.feed(piece) for piece in pieces) == TEXT
        decoder.close()


def test_what_follows_brotli_is_ignored():
    decoder = coding("br")
    assert decoder.feed(brotli.compress(TEXT)) == TEXT
    assert decoder.feed(b"junk") == b""
    decoder.close()


@pytest.mark.parametrize("header", ["gzip", "deflate", "br"])
def test_a_flushed_piece_is_given_at_once(header):
    if header == "br":
        compressor = brotli.Compressor()
        piece = compressor.process(TEXT) + compressor.flush()
    else:
        compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | (16 if header == "gzip" else 0))
        piece = compressor.compress(TEXT) + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert coding(header).feed(piece) == TEXT


@pytest.mark.parametrize("header", ["gzip", "deflate", "br"])
def test_a_cut_coding_is_malformed(header):
    decoder = coding(header)
    decoder.feed(CODED[header][:-5])
    with pytest.raises(Malformed, match="ends within"):
        decoder.close()


@pytest.mark.parametrize("header", ["gzip", "deflate", "br"])
def test_a_broken_coding_is_malformed(header):
    with pytest.raises(Malformed, match="broken"):
        coding(header).feed(b"\xff\xff\xff\xff not coded at all")


@pytest.mark.parametrize("header", ["identity", "gzip", "deflate", "br"])
def test_an_empty_body_is_complete_in_any_coding(header):
    decoder = coding(header)
    assert decoder.feed(b"") == b""
    decoder.close()


def test_another_coding_is_malformed():
    with pytest.raises(Malformed, match="got 'zstd'"):
        coding("zstd")
