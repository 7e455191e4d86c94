"""BedrockConverse: Converse of Amazon Bedrock, as a stream of binary frames or as one document."""

from typing import Any
from urllib.parse import quote

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..event_frames import EventFrames
from ..http import NO_JSON, NO_TEXT, post
from ..media import MediaListType
from ..messages import Messages
from ..request import Request, endpoint, require_mode, require_model
from .asking import body_of
from .reading import Reading
from .signing import keys_of, signed


class BedrockConverse(AsyncGeneratorProvider, ProviderModelMixin):
    """Text and reasoning as they come, then tool calls, usage and the finish.

    ``api_key`` is a Bedrock API key; or the request is signed (SigV4) by ``credentials``: a mapping with
    ``aws_access_key_id``, ``aws_secret_access_key`` and perhaps ``aws_session_token``, for the region in ``base_url``.
    Streams and signatures take the extra ``bedrock``.
    """

    url = "https://bedrock-runtime.us-east-1.amazonaws.com"
    working = True
    needs_auth = True
    supports_message_history = True
    supports_system_message = True

    @classmethod
    @answer
    async def create_async_generator(
        cls,
        model: str,
        messages: Messages,
        proxy: str | None = None,
        *,
        stream: bool = True,
        media: MediaListType | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        **options: Any,
    ) -> AsyncResult:
        """Answer; options have Converse's names: those of inferenceConfig go there, any other into the body."""
        keys = keys_of(options.pop("credentials", None))
        url = endpoint(base_url, cls.url, _path(cls.get_model(model), stream))
        body = body_of(messages, media, options)
        headers = {"Accept": "application/vnd.amazon.eventstream" if stream else "application/json"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        request = signed(Request(url, headers, body), keys)
        reading, frames = Reading(), EventFrames() if stream else None
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_TEXT if stream else NO_JSON) as reply:
            if frames is not None:
                async for frame in reply.events(frames):
                    for item in reading.frame(frame):
                        yield item
            else:
                for item in reading.document(await reply.json()):
                    yield item
        for item in reading.end():
            yield item


def _path(model: str | None, stream: Any) -> str:
    model = require_model(model)
    require_mode(stream)
    return f"/model/{quote(model, safe='')}/{'converse-stream' if stream else 'converse'}"
