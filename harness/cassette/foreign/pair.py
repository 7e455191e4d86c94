"""Reads ``{request, response}``: vcrpy old and new, as YAML or JSON, ``parsed_body``, and files of one exchange.

vcrpy writes ``body: {string}`` and ``status: {code, message}``; before version 2 it wrote ``content`` and
``status_code`` for httpx. pydantic-ai writes ``parsed_body`` on both sides; Betamax and VCR ``base64_string``.
"""

from collections.abc import Iterator

from ...recording import Interaction
from ..shape import Shape
from . import exchange


def interactions(pairs: Shape) -> Iterator[Interaction]:
    """Read a list of exchanges."""
    return map(interaction, pairs.items())


def interaction(pair: Shape) -> Interaction:
    """Read one exchange."""
    request, response = pair.member("request"), pair.member("response")
    uri = request.optional("uri") or request.member("url")
    status, reason = _status(response)
    return exchange.exchange(
        exchange.Asked(
            request.member("method"), uri, exchange.headers(request.optional("headers")), _body(request) or b""
        ),
        exchange.Answered(response, status, reason, exchange.headers(response.optional("headers")), _answer(response)),
    )


def _status(response: Shape) -> tuple[int, str]:
    """Read ``status: {code, message}``, ``status: 200`` or ``status_code: 200``."""
    told = response.optional("status_code") or response.member("status")
    if not isinstance(told.value, dict):
        return told.integer(100, 599), ""
    reason = told.optional("message")
    return told.member("code").integer(100, 599), reason.text() if reason else ""


def _answer(response: Shape) -> bytes:
    """Read the body of a reply, which must be there, be it empty."""
    told = _body(response)
    if told is None:
        raise response.wrong("a body, content or parsed_body", f"members {sorted(response.mapping())}"[:80])
    return told


def _body(side: Shape) -> bytes | None:
    """Read the body by any of its names; None where there is none."""
    if "parsed_body" in side.mapping():
        return exchange.parsed(side.member("parsed_body"))
    return next((exchange.body(side.member(name)) for name in ("body", "content") if name in side.mapping()), None)
