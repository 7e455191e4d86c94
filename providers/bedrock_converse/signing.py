"""Signs requests to Amazon by Signature Version 4, as botocore does it. Reads no environment."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import RequestRefused
from ..event_frames import NEEDED
from ..request import Request

_NAMES = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_SERVICE = "bedrock"
_REGION = re.compile(r"https?://[^/]*?bedrock-runtime[^./]*\.([a-z0-9-]+)\.")
_USUAL_REGION = "us-east-1"

Keys = tuple[str, str, str | None]


def keys_of(credentials: Any) -> Keys | None:
    """Read the caller's credentials; what is none is ValueError, and is not shown."""
    if credentials is None:
        return None
    given = dict(credentials) if isinstance(credentials, Mapping) else {}
    access, secret, session = (given.pop(name, None) for name in _NAMES)
    if given or not (_is_key(access) and _is_key(secret) and (session is None or _is_key(session))):
        raise RequestRefused(f"credentials: expected a mapping of {', '.join(_NAMES)} (may be absent), got another")
    return access, secret, session


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and all("!" <= character <= "~" for character in value)


def signed(request: Request, keys: Keys | None) -> Request:
    """Give the request with the headers of its signature; without keys as it is."""
    if keys is None:
        return request
    headers = _headers(request, keys)
    if headers is None:
        raise RequestRefused(NEEDED)
    return replace(request, headers={**request.headers, **headers})


def _headers(request: Request, keys: Keys) -> Mapping[str, str] | None:
    try:
        from botocore.auth import SigV4Auth  # noqa: PLC0415  an extra, and slow to import
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415
        from botocore.credentials import Credentials  # noqa: PLC0415
    except ImportError:
        return None
    asked = AWSRequest("POST", request.url, {"Content-Type": "application/json"}, request.content())
    found = _REGION.match(request.url)
    SigV4Auth(Credentials(*keys), _SERVICE, found[1] if found else _USUAL_REGION).add_auth(asked)
    return dict(asked.headers.items())
