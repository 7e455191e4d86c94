"""A provider as people write their first: short, plausible, and wrong in ways that `harness check` shows."""

import httpx


class FinishReason:
    """The end of an answer."""

    def __init__(self, reason):
        self.reason = reason


class Echo:
    """Asks a plain-text chat API."""

    url = "https://chat.acytoo.com"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, base_url=None, **kwargs):
        body = {"key": "", "model": "gpt-3.5-turbo", "messages": messages, "temperature": 0.5, "password": ""}
        async with (
            httpx.AsyncClient(proxy=proxy) as client,
            client.stream("POST", f"{base_url or cls.url}/api/completions", json=body) as response,
        ):
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                yield chunk.decode(errors="ignore")
        yield FinishReason("stop")
