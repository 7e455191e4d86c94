"""The variables that lead HTTP libraries to the proxy and make them trust its authority.

Call it before any HTTP library is imported: aiohttp builds its TLS context at import. So this module imports none.
The child processes of this one (pytest-xdist workers) inherit the variables and load the same authority.
Sources: field-notes of the measured libraries; httpx and aiohttp read SSL_CERT_FILE, requests and libcurl the others.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from .authority import Authority, certificate

_FOLDER = "HARNESS_AUTHORITY"
_TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY")
_DIRECT = "127.0.0.1,localhost,::1"


def prepare(proxy: str | None) -> None:
    """Make every HTTP library trust the authority, and send what goes beyond loopback to the proxy.

    None stands for no proxy at all. Any earlier proxy variables go.
    """
    trust()
    for name in (*_PROXIES, "ALL_PROXY", "NO_PROXY"):
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    if proxy is None:
        return
    for name in _PROXIES:
        os.environ[name] = os.environ[name.lower()] = proxy
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = _DIRECT


def trust() -> None:
    """Make every HTTP library trust the authority of the harness and no other, so that a leak fails closed."""
    authority()
    folder = Path(os.environ[_FOLDER])
    for name in _TRUST:
        os.environ[name] = str(certificate(folder))
    os.environ["SSL_CERT_DIR"] = str(folder)  # OpenSSL reads the system's folder beside SSL_CERT_FILE


@contextmanager
def holding(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables, or unset those that are None, and put them back."""
    before = {name: os.environ.get(name) for name in variables}
    _put(variables)
    try:
        yield
    finally:
        _put(before)


def _put(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@cache
def authority() -> Authority:
    """Give the authority of this process: its parent's where there is one, else a new one."""
    try:
        return Authority.load(Path(os.environ[_FOLDER]))
    except (KeyError, FileNotFoundError):
        new = Authority.new()
        os.environ[_FOLDER] = str(new.save())
        return new
