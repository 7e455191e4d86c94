"""The stand-in for www.pizzagpt.it: POST /api/chatx-completion, the answer as one JSON document.

Refuses with the error objects of h3, the server below Nuxt: 404, 405, 415, 401 (x-secret), 403 (origin, referer),
400 (not JSON), 422 (payload), 500 (its model does not answer). Misuse is no refusal by status: status 200 and a
content that says so (gpt4free issues #2531, #2559, #2568).
"""

from http import HTTPStatus

from ..service import Asked, Refused, Reply, json_reply
from ..voice import ModelFailed, Voice
from .strict import is_text, payload, posted, with_headers

PATH = "/api/chatx-completion"
MISUSE = "Misuse detected. Please get in touch, we can come up with a solution for your use case."
_HEADERS = {"origin": "https://www.pizzagpt.it", "referer": "https://www.pizzagpt.it/en"}
_FORBIDDEN = ("ignore all previous instructions",)


class Pizzagpt:
    """Answers as the service did; ``flat`` gives the shape of December 2024: ``content`` at the top."""

    def __init__(self, voice: Voice, *, flat: bool = False) -> None:
        self._voice = voice
        self._flat = flat

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        with_headers(asked, {"x-secret": "Marinara"}, 401, _refusal)
        with_headers(asked, _HEADERS, 403, _refusal)
        question = payload(asked, {"question": is_text}, _refusal)["question"]
        answer = {"content": self._content(question)}
        return json_reply(answer if self._flat else {"answer": answer})

    def _content(self, question: str) -> str:
        """Give the whole answer, or the sentence of the misuse filter."""
        if any(words in question.lower() for words in _FORBIDDEN):
            return MISUSE
        try:
            return "".join(self._voice.say([{"role": "user", "content": question}]))
        except ModelFailed:
            raise Refused(_refusal(500, "fetch failed")) from None


def _refusal(status: int, message: str) -> Reply:
    document = {"statusCode": status, "statusMessage": HTTPStatus(status).phrase, "message": message}
    return json_reply(document, status)
