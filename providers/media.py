"""Images as callers give them, turned into data URIs by their bytes. The caller's list stays as it is."""

import base64
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any

from .errors import RequestRefused

MediaListType = Sequence[tuple[str | bytes | PathLike[str] | IO[bytes], str | None]]
"""Images, each with a file name or None: a URL or data URI as str, or bytes, a path, an open file."""

_MARKS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_URLS = ("data:", "http://", "https://")


def data_uris(media: Any) -> list[tuple[str, str | None]]:
    """Give a new list with a data URI, or the caller's own URL, for each image."""
    if not isinstance(media, list | tuple) or not all(isinstance(entry, list | tuple) for entry in media):
        raise RequestRefused("media: expected a list of (image, file name)")
    if not all(len(entry) == 2 and isinstance(entry[1], str | None) for entry in media):  # noqa: PLR2004  a pair
        raise RequestRefused("media: expected a list of (image, file name)")
    return [(_uri(image), name) for image, name in media]


def data_of(uri: str) -> tuple[str, str] | None:
    """Give media type and base64 of a data URI; None for any other URL."""
    head, comma, data = uri.partition(";base64,")
    return (head[len("data:") :], data) if comma and head.lower().startswith("data:") else None


def _uri(image: Any) -> str:
    if isinstance(image, str):
        if image.lower().startswith(_URLS):
            return image
        raise RequestRefused("media: expected a URL or a data URI, got another str; give a file as pathlib.Path")
    data = _bytes(image)
    return f"data:{_media_type(data)};base64,{base64.b64encode(data).decode()}"


def _bytes(image: Any) -> bytes:
    if isinstance(image, bytes | bytearray):
        return bytes(image)
    problem = f"a value of type {type(image).__name__}"
    try:
        if isinstance(image, PathLike):
            return Path(image).read_bytes()
        if hasattr(image, "read"):
            return _read(image)
    except (OSError, ValueError) as error:
        problem = f"{type(error).__name__} on reading"
    raise RequestRefused(f"media: expected bytes, a path or an open binary file, got {problem}")


def _read(file: Any) -> bytes:
    """Read all of a file and leave it where it stood."""
    place = file.tell()
    file.seek(0)
    data = file.read()
    file.seek(place)
    if not isinstance(data, bytes):
        raise RequestRefused("media: expected a file opened as binary, got text")
    return data


def _media_type(data: bytes) -> str:
    found = next((media_type for mark, media_type in _MARKS.items() if data.startswith(mark)), None)
    if found is None and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = "image/webp"
    if found is None:
        raise RequestRefused("media: expected a PNG, JPEG, GIF or WebP image, got other bytes")
    return found
