import gzip
import zlib

import brotli
import pytest

from harness.cassette.coding import decoded
from harness.errors import HarnessError
from harness.variations.codings import ENCODERS


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_each_chunk_gives_what_it_adds(coding):
    chunks = list(ENCODERS[coding]([b"first ", b"second"]))
    assert [part for part in decoded(chunks, coding) if part] == [b"first ", b"second"]


@pytest.mark.parametrize("coding", [None, "identity"])
def test_a_plain_body_stays(coding):
    assert decoded([b"a", b"b"], coding) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("data", "coding"), [(b"a", "zstd"), (b"no gzip", "gzip"), (b"\xff" * 9, "br"), (b"\0" * 9, "deflate")]
)
def test_what_cannot_be_decoded_is_a_clear_error(data, coding):
    with pytest.raises(HarnessError, match="expected a body in br, deflate, gzip, x-gzip"):
        decoded([data], coding)


def test_whole_bodies_decode_too():
    assert decoded([gzip.compress(b"a")], "x-gzip") == [b"a"]
    assert decoded([zlib.compress(b"a")], "deflate") == [b"a"]
    assert decoded([brotli.compress(b"a")], "br") == [b"a"]
