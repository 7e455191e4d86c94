"""Which proxy leads to an address: the caller's, else the one that the environment names, as urllib reads it."""

import os
from functools import lru_cache
from urllib.parse import SplitResult
from urllib.request import getproxies, proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

_LOWER = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_NAMES = (*_LOWER, *map(str.upper, _LOWER), "REQUEST_METHOD")
"""The variables that count; under CGI a client could set HTTP_PROXY, so urllib then ignores it."""


def proxy_for(url: SplitResult, given: str | None) -> str | None:
    """Give the URL of the proxy to ask; None for the straight way."""
    if given is not None:
        return given
    return _proxy(url, tuple(map(os.environ.get, _NAMES)))


@lru_cache(maxsize=64)
def _proxy(url: SplitResult, _values: tuple[str | None, ...]) -> str | None:
    """Choose under these values of the variables, which urllib reads itself: it looks through all there are."""
    found = getproxies()  # on Windows and macOS also the settings of the system
    proxy = found.get(url.scheme) or found.get("all")
    hosts = (url.netloc, url.hostname)  # urllib takes [::1] for another host than ::1
    if not proxy or any(proxy_bypass_environment(host, found) for host in hosts):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
