import base64
import io

import pytest

from providers.errors import RequestRefused
from providers.media import data_uris

IMAGES = {
    "image/png": b"\x89PNG\r\n\x1a\n rest",
    "image/jpeg": b"\xff\xd8\xff rest",
    "image/gif": b"GIF89a rest",
    "image/webp": b"RIFF\0\0\0\0WEBP rest",
}
PNG = IMAGES["image/png"]
URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@pytest.mark.parametrize("media_type", IMAGES)
def test_the_media_type_is_that_of_the_bytes(media_type):
    data = IMAGES[media_type]
    uri = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    assert data_uris([(data, "wrong.txt")]) == [(uri, "wrong.txt")]


def test_each_form_of_an_image_is_read_and_the_callers_list_stays(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    file = io.BytesIO(PNG)
    file.seek(3)
    media = [(path, "p"), (file, None), (bytearray(PNG), "b"), ["https://x.test/a.png", "u"], (URI, "d")]
    before = list(media)
    assert data_uris(media) == [(URI, "p"), (URI, None), (URI, "b"), ("https://x.test/a.png", "u"), (URI, "d")]
    assert media == before
    assert file.tell() == 3


class Unseekable(io.RawIOBase):
    def seekable(self):
        return False


@pytest.mark.parametrize(
    "media",
    [
        "x",
        [PNG],
        [(PNG,)],
        [(PNG, 7)],
        [(b"not an image", None)],
        [("a.png", None)],
        [(7, None)],
        [(io.StringIO("text"), None)],
        [(Unseekable(), None)],
    ],
    ids=lambda media: repr(media)[:30],
)
def test_what_is_no_image_is_refused(media):
    with pytest.raises(RequestRefused, match="media: expected"):
        data_uris(media)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(RequestRefused, match="FileNotFoundError"):
        data_uris([(tmp_path / "none.png", None)])
