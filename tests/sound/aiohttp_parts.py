"""What the aiohttp providers yield, check before the call and understand of texts. Imports none of ours."""

# The law knows two exceptions, and TypeError is none of them.
# ruff: noqa: TRY004

import asyncio
import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.request import getproxies_environment, proxy_bypass_environment

from yarl import URL

_SHOWN = 300
_MARKS = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}


class FinishReason:
    """How an answer ended; ``raw`` is the upstream's own value."""

    def __init__(self, reason, raw=None):
        self.reason = reason
        self.raw = raw

    def get_dict(self):
        return {"reason": self.reason}


class RawResponse:
    """One event as it came; its members are attributes."""

    def __init__(self, event):
        self._event = event

    def __getattr__(self, name):
        if name.startswith("_") or name not in self._event:
            raise AttributeError(name)
        return self._event[name]

    def get_dict(self):
        return dict(self._event)


def only(options, *known):
    """Refuse what is not among the known options and those of every call."""
    unknown = sorted(set(options) - {"base_url", "timeout", *known})
    if unknown:
        raise ValueError(f"options that this API does not have: {', '.join(unknown)[:_SHOWN]}")


def number_or_none(value, what):
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)
    ):
        raise ValueError(f"{what} is a finite number or None, got {type(value).__name__}")
    return value


def seconds(value):
    if number_or_none(value, "timeout") is None:
        return 60.0
    if value <= 0:
        raise ValueError("timeout is a number of seconds above 0")
    return float(value)


def address(text, what, *, bare=False):
    """Parse an http(s) address; ``bare``: no credentials, query or fragment. The value is never shown."""
    url = None
    if isinstance(text, str) and text.isascii() and text.isprintable() and not set(text) & set(' "<>\\^`{|}'):
        try:
            url = URL(text, encoded=True)
            url.port  # noqa: B018  parsed here, so that it fails here
        except ValueError:
            url = None
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"{what} is an address that begins with http:// or https://")
    if bare and (url.user is not None or url.password is not None or "?" in text or "#" in text):
        raise ValueError(f"{what} has no user, query or fragment")
    return url


def environment_proxy(url):
    """Give what HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say; trust_env would read ~/.netrc as well."""
    proxies = getproxies_environment()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass_environment(f"{url.host}:{url.port}", proxies):
        return None
    return address(proxy if "://" in proxy else f"http://{proxy}", "the proxy of the environment")


def conversation(messages):
    """Check the messages and give copies of them."""
    if not isinstance(messages, list | tuple) or not messages:
        raise ValueError("messages is a list of at least one message")
    for message in messages:
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str) or not message["role"].strip():
            raise ValueError("a message is a dict with a role")
        content = message.get("content")
        parts = content if isinstance(content, list) else []
        if not isinstance(content, str | list) or not all(isinstance(part, str | Mapping) for part in parts):
            raise ValueError("the content of a message is a str or a list of parts")
    return [dict(message) for message in messages]


def plain(content):
    """Give content as text; a part that is no text is refused, for it would be lost."""
    if isinstance(content, str):
        return content
    texts = [part if isinstance(part, str) else part.get("text") for part in content]
    kinds = {"text" if isinstance(part, str) else part.get("type", "text") for part in content}
    if kinds - {"text"} or not all(isinstance(text, str) for text in texts):
        raise ValueError("this API takes text only")
    return "".join(texts)


def encode(body):
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        trouble = "holds a lone surrogate, which is no text"
    except (TypeError, ValueError, RecursionError):
        trouble = "holds what JSON cannot hold"
    raise ValueError(f"the call {trouble}")


def document(data):
    """Parse JSON in UTF-8, raw control characters let through; None where it is none."""
    try:
        return json.loads(data.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError):
        return None


def mend(text):
    """Join the halves of surrogate pairs and replace those that are alone."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean(value):
    """Mend every string of a JSON value."""
    if isinstance(value, dict):
        return {mend(name): clean(member) for name, member in value.items()}
    if isinstance(value, list):
        return [clean(member) for member in value]
    return mend(value) if isinstance(value, str) else value


class Pairs:
    """Joins surrogate pairs that are cut over two texts."""

    def __init__(self):
        self.held = ""

    def feed(self, text):
        text = self.held + text
        self.held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return mend(text.removesuffix(self.held) if self.held else text)


def words(data):
    """Find the message and the code in what an upstream says about a failure."""
    told = document(data)
    if not isinstance(told, dict):
        return re.sub(r"<[^>]*>", " ", data.decode(errors="replace"))
    inner = told.get("error")
    places = [inner, told] if isinstance(inner, dict) else [told]
    names = ("code", "type", "statusCode", "error", "message", "statusMessage", "detail", "data")
    found = [place[name] for place in places for name in names if name in place]
    return ": ".join(dict.fromkeys(mend(str(part)) for part in found if part and isinstance(part, str | int | list)))


async def data_uris(media):
    """Give media as [data URI, name]: each in the type of its bytes, whatever it is called."""
    if media is None:
        return None
    if not isinstance(media, list | tuple):
        raise ValueError("media is a list of (image, name)")
    return [await _data_uri(entry) for entry in media]


async def _data_uri(entry):
    if not isinstance(entry, list | tuple) or len(entry) != 2 or not isinstance(entry[1], str | None):
        raise ValueError("an entry of media is (image, name)")
    image, name = entry
    if isinstance(image, str) and image.startswith(("http://", "https://")):
        return [image, name]
    content = await _bytes_of(image)
    kind = next((kind for kind, mark in _MARKS.items() if mark.match(content)), None)
    if kind is None:
        raise ValueError("an image is PNG, JPEG, GIF or WEBP")
    return [f"data:{kind};base64,{base64.b64encode(content).decode()}", name]


async def _bytes_of(image):
    if isinstance(image, bytes | bytearray | memoryview):
        return bytes(image)
    trouble = "an image is bytes, a Path, a binary file, a data URI or an http(s) address"
    try:
        if isinstance(image, str):
            head, _, coded = image.partition(",")
            if head.startswith("data:") and head.endswith(";base64"):
                return base64.b64decode(coded, validate=True)
        elif isinstance(image, Path):
            return await asyncio.to_thread(image.read_bytes)
        elif hasattr(image, "read") and hasattr(image, "seek"):
            return _read_back(image)
    except (OSError, binascii.Error, ValueError) as error:
        trouble = f"an image cannot be read: {type(error).__name__}"
    raise ValueError(trouble)


def _read_back(file):
    """Read a file from where it stands, and leave it there: it is the caller's."""
    place = file.tell()
    content = file.read()
    file.seek(place)
    if not isinstance(content, bytes):
        raise ValueError("a text file is no image")
    return content
