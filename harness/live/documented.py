"""The recordings of documented APIs whose strict stand-in asks the local model, as data. Both modes, all endings."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..recording import Call
from .prompts import BAKER, GREETINGS, HI, LONG, STORY, TOOLS, UNICODE, WEATHER
from .relay import Behaviour
from .scene import Scene

KEY = "stand-in-key-5d1f0c7ab2"


def documented(provider: str, model: str, *, stop: str, limit: str = "max_tokens") -> tuple[Scene, ...]:
    """Give what a stand-in is asked; ``stop`` and ``limit`` are the names of these options."""

    def asked(messages: tuple[Mapping[str, Any], ...], tokens: int = 64, **options: Any) -> Call:
        return Call(model, messages, {"api_key": KEY, "temperature": 0, limit: tokens, **options})

    until: dict[str, Any] = {stop: ["."]}

    hi, document = asked(HI), asked(HI, stream=False)
    answers: tuple[tuple[str, Call, str, Behaviour], ...] = (
        ("one-turn", hi, "stop", Behaviour()),
        ("conversation", asked(BAKER), "stop", Behaviour()),
        ("unicode", asked(GREETINGS, 160), "stop", UNICODE),
        ("long", asked(STORY, 240), "length", LONG),
        ("length", asked(HI, 8), "length", Behaviour()),
        ("stop-sequence", asked(BAKER, **until), "stop", Behaviour()),
        ("document", document, "stop", Behaviour()),
        ("document-conversation", asked(BAKER, stream=False), "stop", Behaviour()),
        ("document-length", asked(HI, 8, stream=False), "length", Behaviour()),
    )
    nowhere = Call("no-such-model", HI, {"api_key": KEY})
    common: dict[str, Any] = {"provider": provider}
    busy: dict[str, Any] = {"error": "RuntimeError", "state": {"calls_left": 0}}
    lost = Behaviour(tokens=2, message="overloaded")
    return (
        *(
            Scene(name=name, call=call, finish=finish, behaviour=behaviour, **common)
            for name, call, finish, behaviour in answers
        ),
        Scene(name="refusal-auth", call=Call(model, HI), error="ValueError", **common),
        Scene(name="refusal-model", call=nowhere, error="ValueError", **common),
        Scene(name="refusal-bad-request", call=asked(HI, no_such_member=1), error="ValueError", **common),
        Scene(name="refusal-rate-limit", call=hi, **common, **busy),
        Scene(name="refusal-document-rate-limit", call=document, **common, **busy),
        Scene(name="refusal-overloaded", call=hi, error="RuntimeError", behaviour=lost, **common),
    )


def again(scenes: Iterable[Scene], names: Container[str], suffix: str, **options: Any) -> Iterator[Scene]:
    """Give some of the scenes once more, asked for with further options."""
    for scene in scenes:
        if scene.name in names:
            call = replace(scene.call, options={**scene.call.options, **options})
            yield replace(scene, name=f"{scene.name}-{suffix}", call=call)


def tool_call(provider: str, model: str, suffix: str = "", **options: Any) -> Scene:
    """Give a call with a tool, which a stand-in makes the model use."""
    call = Call(model, WEATHER, {"api_key": KEY, "temperature": 0, "tools": list(TOOLS), **options})
    return Scene(provider=provider, name=f"tool-call{suffix}", call=call, finish="tool_calls")
