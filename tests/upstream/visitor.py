"""Asks one origin for several paths through one HTTP library, in a process whose environment leads to the proxy.

Usage: python visitor.py LIBRARY PROXY ORIGIN PATH...; prints a line of JSON: path to pieces, or to an exception's name.
"""

import asyncio
import json
import sys

from harness.upstream import environment


def with_requests(url):
    import requests  # noqa: PLC0415  after the environment

    with requests.post(url, json={"a": 1}, stream=True, timeout=1) as response:
        return [piece.decode() for piece in response.iter_content(None)]


def with_httpx(url, name="httpx"):
    module = __import__(name)
    with module.Client(timeout=1) as client, client.stream("POST", url, json={"a": 1}) as response:
        return [piece.decode() for piece in response.iter_raw()]


def with_httpx2(url):
    return with_httpx(url, "httpx2")


def with_aiohttp(url):
    import aiohttp  # noqa: PLC0415  after the environment

    async def ask():
        limit = aiohttp.ClientTimeout(sock_read=1)
        async with (
            aiohttp.ClientSession(trust_env=True, timeout=limit) as session,
            session.post(url, json={"a": 1}) as response,
        ):
            return [piece.decode() async for piece, _ in response.content.iter_chunks() if piece]

    return asyncio.run(ask())


def with_curl_cffi(url):
    from curl_cffi import requests  # noqa: PLC0415  after the environment

    async def ask():
        async with requests.AsyncSession() as session:
            response = await session.post(url, json={"a": 1}, stream=True, timeout=1)
            try:
                return [piece.decode() async for piece in response.aiter_content()]
            finally:
                await response.aclose()

    return asyncio.run(ask())


def main(library, proxy, origin, *paths):
    environment.prepare(proxy)
    assert not {"httpx", "httpx2", "aiohttp", "requests", "curl_cffi", "vcr"} & set(sys.modules)
    told = {}
    for path in paths:
        try:
            told[path] = globals()[f"with_{library}"](origin + path)
        except Exception as error:  # noqa: BLE001  its name is the answer
            told[path] = type(error).__name__
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
