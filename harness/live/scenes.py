"""The recordings of the built-in providers, as data. Names that mean the same are the same everywhere."""

from collections.abc import Mapping
from typing import Any

from ..recording import Call
from .anthropic import anthropic_messages
from .documented import again, documented, tool_call
from .local import MODEL, Framing
from .prompts import BAKER, ENDLESS, GREETINGS, HI, LONG, MISUSE, NOTICE, SHORT, STORY, UNICODE
from .relay import Behaviour
from .scene import Scene
from .standins.aiask import QUOTA

_LOOKALIKE = Behaviour(  # an answer that begins with the very sentence of a used-up quota, and goes on
    adds={
        "max_tokens": 96,
        "grammar": f"""
            root ::= "{QUOTA}" " It means that " meaning "."
            meaning ::= "you have to pay" | "you have to log in" | "your free quota is used up"
        """,
    }
)


def _answers(provider: str, model: str, options: Mapping[str, Any] | None = None) -> tuple[Scene, ...]:
    """Give the four answers that every stand-in is asked for."""
    asked = {"one-turn": HI, "conversation": BAKER, "unicode": GREETINGS, "long": STORY}
    behaviours = {"unicode": UNICODE, "long": LONG}
    return tuple(
        Scene(
            provider=provider,
            name=name,
            call=Call(model, messages, options or {}),
            finish="stop",
            behaviour=behaviours.get(name, SHORT),
        )
        for name, messages in asked.items()
    )


_ACYTOO = (
    *_answers("acytoo", "gpt-3.5-turbo", {"temperature": 0}),
    Scene(
        provider="acytoo",
        name="advert",
        call=Call("gpt-3.5-turbo", HI, {"temperature": 0}),
        finish="stop",
        behaviour=SHORT,
        state={"advert": True},
    ),
    Scene(
        provider="acytoo",
        name="refusal-rate-limit",
        call=Call("gpt-3.5-turbo", HI),
        error="RuntimeError",
        state={"calls_left": 0},
    ),
)

_AIASK = (
    *_answers("aiask", "gpt-3.5-turbo"),
    Scene(
        provider="aiask",
        name="lookalike",
        call=Call("gpt-3.5-turbo", NOTICE),
        finish="stop",
        behaviour=_LOOKALIKE,
    ),
    Scene(
        provider="aiask",
        name="refusal-quota",
        call=Call("gpt-3.5-turbo", HI),
        error="RuntimeError",
        state={"calls_left": 0},
    ),
)

_PIZZAGPT = (
    *_answers("pizzagpt", "gpt-4o-mini"),
    Scene(
        provider="pizzagpt",
        name="flat",
        call=Call("gpt-4o-mini", HI),
        finish="stop",
        behaviour=SHORT,
        state={"flat": True},
    ),
    Scene(provider="pizzagpt", name="refusal-misuse", call=Call("gpt-4o-mini", MISUSE), error="ValueError"),
    Scene(
        provider="pizzagpt",
        name="refusal-empty",
        call=Call("gpt-4o-mini", HI),
        error="RuntimeError",
        behaviour=Behaviour(adds={"grammar": 'root ::= ""'}),
    ),
    Scene(
        provider="pizzagpt",
        name="refusal-overloaded",
        call=Call("gpt-4o-mini", HI),
        error="RuntimeError",
        behaviour=Behaviour(status=503, message="overloaded"),
    ),
)

_FLOWGPT = (
    *_answers("flowgpt", "gpt-3.5-turbo", {"temperature": 0}),
    Scene(
        provider="flowgpt",
        name="refusal-rate-limit",
        call=Call("gpt-3.5-turbo", HI),
        error="RuntimeError",
        state={"calls_left": 0},
    ),
    Scene(
        provider="flowgpt",
        name="refusal-credit",
        call=Call("gpt-3.5-turbo", HI),
        error="RuntimeError",
        state={"credit": 0},
    ),
    Scene(
        provider="flowgpt",
        name="refusal-overloaded",
        call=Call("gpt-3.5-turbo", HI, {"temperature": 0}),
        error="RuntimeError",
        behaviour=Behaviour(tokens=4, message="overloaded"),
    ),
)


def _asked_of_g4f(messages: tuple[Mapping[str, Any], ...], max_tokens: int, **options: Any) -> Call:
    return Call(MODEL, messages, {"provider": "Custom", "temperature": 0, "max_tokens": max_tokens, **options})


def _backend_api(framing: Framing, suffix: str) -> tuple[Scene, ...]:
    """Give what both g4f servers are asked."""
    hi, nowhere = _asked_of_g4f(HI, 64), _asked_of_g4f(HI, 64, provider="Nowhere")
    too_long_is = "ValueError" if framing is Framing.SSE else "RuntimeError"  # the old server names no finer class
    answers: tuple[tuple[str, Call, str, Behaviour], ...] = (
        ("one-turn", hi, "stop", Behaviour()),
        ("conversation", _asked_of_g4f(BAKER, 64), "stop", Behaviour()),
        ("unicode", _asked_of_g4f(GREETINGS, 160), "stop", UNICODE),
        ("long", _asked_of_g4f(STORY, 240), "length", LONG),
        ("length", _asked_of_g4f(HI, 8), "length", Behaviour()),
    )
    refusals: tuple[tuple[str, Call, str, Behaviour], ...] = (
        ("rate-limit", hi, "RuntimeError", Behaviour(status=429, message="slow down")),
        ("overloaded", hi, "RuntimeError", Behaviour(tokens=1, message="overloaded")),
        ("cut", hi, "RuntimeError", Behaviour(tokens=2)),
        ("too-long", _asked_of_g4f(ENDLESS, 64), too_long_is, Behaviour()),
        ("unknown-provider", nowhere, "ValueError", Behaviour()),  # last: the server logs it into the next reply
    )
    common: dict[str, Any] = {"provider": "backend_api", "framing": framing}
    return (
        *(
            Scene(name=name + suffix, call=call, finish=finish, behaviour=behaviour, **common)
            for name, call, finish, behaviour in answers
        ),
        *(
            Scene(name=f"refusal-{name}{suffix}", call=call, error=error, behaviour=behaviour, **common)
            for name, call, error, behaviour in refusals
        ),
    )


_BACKEND_API = (
    Scene(
        provider="backend_api",
        name="refusal-auth",
        call=_asked_of_g4f(HI, 64),
        error="ValueError",
        behaviour=Behaviour(status=401, message="bad key"),
        framing=Framing.SSE,
    ),
    *_backend_api(Framing.SSE, ""),
    Scene(
        provider="backend_api",
        name="refusal-auth-ndjson",
        call=_asked_of_g4f(HI, 64, provider="Groq"),
        error="ValueError",
        framing=Framing.NDJSON,
    ),
    *_backend_api(Framing.NDJSON, "-ndjson"),
)


def _asked_of_the_model(messages: tuple[Mapping[str, Any], ...], max_tokens: int = 64, **options: Any) -> Call:
    return Call(MODEL, messages, {"temperature": 0, "max_tokens": max_tokens, **options})


def _openai_chat() -> tuple[Scene, ...]:
    """Give what the model's own server is asked, in both modes."""
    hi, document = _asked_of_the_model(HI), _asked_of_the_model(HI, stream=False)
    answers: tuple[tuple[str, Call, str], ...] = (
        ("one-turn", hi, "stop"),
        ("conversation", _asked_of_the_model(BAKER), "stop"),
        ("unicode", _asked_of_the_model(GREETINGS, 160, grammar=UNICODE.adds["grammar"]), "stop"),
        ("long", _asked_of_the_model(STORY, 240, ignore_eos=True, repeat_penalty=1.2), "length"),
        ("length", _asked_of_the_model(HI, 8), "length"),
        ("stop-sequence", _asked_of_the_model(BAKER, stop=["."]), "stop"),
        ("document", document, "stop"),
        ("document-conversation", _asked_of_the_model(BAKER, stream=False), "stop"),
        ("document-length", _asked_of_the_model(HI, 8, stream=False), "length"),
    )
    refusals: tuple[tuple[str, Call, str, Behaviour], ...] = (
        ("too-long", _asked_of_the_model(ENDLESS), "ValueError", Behaviour()),
        ("bad-request", _asked_of_the_model(HI, top_p="most"), "ValueError", Behaviour()),
        ("document-bad-request", _asked_of_the_model(HI, top_p="most", stream=False), "ValueError", Behaviour()),
        ("auth", hi, "ValueError", Behaviour(status=401, message="bad key")),
        ("rate-limit", hi, "RuntimeError", Behaviour(status=429, message="slow down")),
        ("document-rate-limit", document, "RuntimeError", Behaviour(status=429, message="slow down")),
        ("overloaded", hi, "RuntimeError", Behaviour(tokens=1, message="overloaded")),
        ("cut", hi, "RuntimeError", Behaviour(tokens=2)),
    )
    common: dict[str, Any] = {"provider": "openai_chat", "direct": True}
    return (
        *(Scene(name=name, call=call, finish=finish, **common) for name, call, finish in answers),
        *(
            Scene(name=f"refusal-{name}", call=call, error=error, behaviour=behaviour, **common)
            for name, call, error, behaviour in refusals
        ),
    )


def _openai_responses() -> tuple[Scene, ...]:
    """Give what the same server is asked, in both modes; it calls completed what ``max_tokens`` has cut."""
    hi, document = _asked_of_the_model(HI), _asked_of_the_model(HI, stream=False)
    answers: dict[str, Call] = {
        "one-turn": hi,
        "conversation": _asked_of_the_model(BAKER),
        "unicode": _asked_of_the_model(GREETINGS, 160, grammar=UNICODE.adds["grammar"]),
        "long": _asked_of_the_model(STORY, 240, ignore_eos=True, repeat_penalty=1.2),
        "document": document,
    }
    refusals: tuple[tuple[str, Call, str, Behaviour], ...] = (
        ("too-long", _asked_of_the_model(ENDLESS), "ValueError", Behaviour()),
        ("bad-request", _asked_of_the_model(HI, top_p="most"), "ValueError", Behaviour()),
        ("auth", hi, "ValueError", Behaviour(status=401, message="bad key")),
        ("rate-limit", hi, "RuntimeError", Behaviour(status=429, message="slow down")),
        ("document-rate-limit", document, "RuntimeError", Behaviour(status=429, message="slow down")),
        ("overloaded", hi, "RuntimeError", Behaviour(tokens=1, message="overloaded")),
        ("cut", hi, "RuntimeError", Behaviour(tokens=2)),
    )
    common: dict[str, Any] = {"provider": "openai_responses", "direct": True}
    return (
        *(Scene(name=name, call=call, finish="stop", **common) for name, call in answers.items()),
        *(
            Scene(name=f"refusal-{name}", call=call, error=error, behaviour=behaviour, **common)
            for name, call, error, behaviour in refusals
        ),
    )


def _gemini() -> tuple[Scene, ...]:
    """Give what the stand-in is asked, in both framings of a stream."""
    arrays = {"one-turn", "unicode", "length", "refusal-overloaded"}
    scenes = tuple(scene for scene in documented("gemini", "gemini-2.5-flash", stop="stop") if scene.name != "long")
    return (*scenes, *again(scenes, arrays, "array", alt="json"))


def _ollama() -> tuple[Scene, ...]:
    """Give what the stand-in is asked; the provider refuses by itself what Ollama does not have."""
    model = "llama3.2"
    others = {"refusal-bad-request", "long", "document-conversation"}
    kept = [scene for scene in documented("ollama", model, stop="stop") if scene.name not in others]
    warm = Call(model, HI, {**kept[0].call.options, "temperature": "warm"})
    odd = Scene(provider="ollama", name="refusal-bad-request", call=warm, error="ValueError")
    return (*kept, odd, tool_call("ollama", model, "-document", stream=False))


def _with_tools(provider: str, model: str, **names: str) -> tuple[Scene, ...]:
    """Give what a stand-in is asked, and a call with a tool in both modes."""
    calls = (tool_call(provider, model), tool_call(provider, model, "-document", stream=False))
    return (*documented(provider, model, **names), *calls)


SCENES: tuple[Scene, ...] = (
    *_ACYTOO,
    *_AIASK,
    *_PIZZAGPT,
    *_FLOWGPT,
    *_BACKEND_API,
    *_openai_chat(),
    *_openai_responses(),
    *anthropic_messages(),
    *_gemini(),
    *_with_tools("bedrock_converse", "us.amazon.nova-micro-v1:0", stop="stopSequences", limit="maxTokens"),
    *_with_tools("cohere_v2", "command-a-03-2025", stop="stop_sequences"),
    *_with_tools("mistral", "mistral-small-latest", stop="stop"),
    *_ollama(),
)
"""All recordings that there are."""
