"""The recordings of Anthropic's interface of the model's own server, as data.

That interface knows no grammar, so the model repeats what it has said before to come to other scripts.
"""

from collections.abc import Mapping
from typing import Any

from ..recording import Call
from .local import MODEL
from .prompts import BAKER, ENDLESS, HI
from .relay import Behaviour
from .scene import Scene

_SCRIPTS = "你好 👋🏽, こんにちは 🍕, 안녕하세요 👩\u200d🍳. Zu\u0308rich!"
_PARROT = (
    {"role": "system", "content": "You are a parrot."},
    {"role": "user", "content": _SCRIPTS},
    {"role": "assistant", "content": _SCRIPTS},
    {"role": "user", "content": _SCRIPTS},
)


def _asked(messages: tuple[Mapping[str, Any], ...], max_tokens: int = 64, **options: Any) -> Call:
    return Call(MODEL, messages, {"temperature": 0, "max_tokens": max_tokens, **options})


def anthropic_messages() -> tuple[Scene, ...]:
    """Give what the server is asked, in both modes."""
    hi, document = _asked(HI), _asked(HI, stream=False)
    answers: tuple[tuple[str, Call, str], ...] = (
        ("one-turn", hi, "stop"),
        ("conversation", _asked(BAKER), "stop"),
        ("unicode", _asked(_PARROT, 160), "stop"),
        ("length", _asked(HI, 8), "length"),
        ("stop-sequence", _asked(BAKER, stop=["."]), "stop"),
        ("document", document, "stop"),
        ("document-length", _asked(HI, 8, stream=False), "length"),
    )
    refusals: tuple[tuple[str, Call, str, Behaviour], ...] = (
        ("too-long", _asked(ENDLESS), "ValueError", Behaviour()),
        ("bad-request", _asked(HI, top_p="most"), "ValueError", Behaviour()),
        ("document-bad-request", _asked(HI, top_p="most", stream=False), "ValueError", Behaviour()),
        ("auth", hi, "ValueError", Behaviour(status=401, message="bad key")),
        ("rate-limit", hi, "RuntimeError", Behaviour(status=429, message="slow down")),
        ("document-rate-limit", document, "RuntimeError", Behaviour(status=429, message="slow down")),
        ("overloaded", hi, "RuntimeError", Behaviour(tokens=1, message="overloaded")),
        ("cut", hi, "RuntimeError", Behaviour(tokens=2)),
    )
    common: dict[str, Any] = {"provider": "anthropic_messages", "direct": True}
    return (
        *(Scene(name=name, call=call, finish=finish, **common) for name, call, finish in answers),
        *(
            Scene(name=f"refusal-{name}", call=call, error=error, behaviour=behaviour, **common)
            for name, call, error, behaviour in refusals
        ),
    )
