import gzip
import zlib

import brotli
import pytest

from harness.script import Chunk, reply
from harness.variations.codings import ENCODERS, encoded


@pytest.mark.parametrize(
    ("coding", "decode"), [("gzip", gzip.decompress), ("deflate", zlib.decompress), ("br", brotli.decompress)]
)
def test_encoded_flushes_after_every_piece(coding, decode):
    script = encoded(reply(b"ignored", headers=[("a", "b")]), [b"first", b"second"], coding)
    assert script.head.headers == (("a", "b"), ("content-encoding", coding))
    assert decode(script.body) == b"firstsecond"
    assert len([step for step in script.steps if isinstance(step, Chunk)]) >= 2
    assert set(ENCODERS) == {"gzip", "deflate", "br"}
