"""Reads HAR 1.2, which browsers and proxies write: ``{log: {entries}}``.

Entries without a reply (status 0) and those whose body was left out (a size and no text) are no exchanges.
"""

from collections.abc import Iterator

from ...recording import Interaction
from ..shape import Shape
from . import exchange


def interactions(log: Shape) -> Iterator[Interaction]:
    """Read all entries that hold an exchange."""
    for entry in log.member("entries").items():
        if _is_whole(entry):
            yield _interaction(entry)


def _is_whole(entry: Shape) -> bool:
    response = entry.member("response")
    content = response.optional("content")
    if response.member("status").integer(0, 599) == 0:
        return False
    if content is None or content.optional("text") is not None:
        return True
    size = content.optional("size")
    return size is None or size.integer(-1) <= 0


def _interaction(entry: Shape) -> Interaction:
    request, response = entry.member("request"), entry.member("response")
    data, content, reason = request.optional("postData"), response.optional("content"), response.optional("statusText")
    return exchange.exchange(
        exchange.Asked(
            request.member("method"),
            request.member("url"),
            exchange.headers(request.optional("headers")),
            exchange.body(data.optional("text")) if data else b"",
        ),
        exchange.Answered(
            response,
            response.member("status").integer(100, 599),
            reason.text() if reason else "",
            exchange.headers(response.optional("headers")),
            _body(content) if content else b"",
        ),
    )


def _body(content: Shape) -> bytes:
    text, encoding = content.optional("text"), content.optional("encoding")
    if text is None:
        return b""
    if encoding is None:
        return text.text().encode(errors="surrogatepass")
    if encoding.text().lower() != "base64":
        raise encoding.wrong("base64")
    return exchange.base64_data(text)
