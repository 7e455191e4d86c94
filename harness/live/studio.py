"""Brings up what a scene needs: the model, the relay before it, and a stand-in or a g4f server; takes it all down."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self

from . import local
from .installation import Run, Say, install, run
from .local import Framing
from .place import Place
from .relay import Behaviour, Relay
from .scene import Scene
from .service import Answer, Service
from .standins.acytoo import Acytoo
from .standins.aiask import AiAsk
from .standins.bedrock_converse import BedrockConverse
from .standins.cohere_v2 import CohereV2
from .standins.flowgpt import FlowGpt
from .standins.gemini import Gemini
from .standins.mistral import Mistral
from .standins.ollama import Ollama
from .standins.pizzagpt import Pizzagpt
from .voice import Voice

STAND_INS: dict[str, Callable[..., Answer]] = {
    "acytoo": Acytoo,
    "aiask": AiAsk,
    "bedrock_converse": BedrockConverse,
    "cohere_v2": CohereV2,
    "flowgpt": FlowGpt,
    "gemini": Gemini,
    "mistral": Mistral,
    "ollama": Ollama,
    "pizzagpt": Pizzagpt,
}


_DIALECTS = {
    "/v1/chat/completions": "OpenAI Chat Completions",
    "/v1/responses": "OpenAI Responses",
    "/v1/messages": "Anthropic Messages",
}
"""What the model's own server speaks."""


class Studio:
    """Holds one model, one relay and the g4f servers of these framings between entry and exit."""

    def __init__(self, place: Place, framings: Collection[Framing], say: Say, run: Run = run) -> None:
        self._place = place
        self._framings = framings
        self._say = say
        self._run = run
        self._stack = ExitStack()
        self._g4f: dict[Framing, str] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            install(self._place, ["llm", *(local.PART[framing] for framing in self._framings)], self._say, self._run)
            model = stack.enter_context(local.model(self._place))
            self._model = model.url
            self._relay = Relay(f"{model.url}/v1")
            self._front = stack.enter_context(Service(self._relay)).url
            self._api = f"{self._front}/v1"
            for framing in self._framings:
                self._g4f[framing] = stack.enter_context(local.g4f(self._place, framing, self._api)).url
                self._say(f"{local.g4f_words(framing)} is ready")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def upstream(self, scene: Scene) -> Iterator[str]:
        """Set a scene and give the address of its upstream."""
        self._relay.behaviour = scene.behaviour
        if scene.framing:
            yield self._g4f[scene.framing]
        elif scene.direct:
            yield self._model if scene.behaviour == Behaviour() else self._front
        else:
            stand_in = STAND_INS[scene.provider](Voice(self._api), **scene.state)
            with Service(stand_in) as service:
                yield service.url


def serve(place: Place, say: Say, wait: Callable[[], Any], run: Run = run) -> None:
    """Install and start the model, tell where it is, and stop it when ``wait`` returns."""
    install(place, ["llm"], say, run)
    with local.model(place) as model:
        say(f"{local.MODEL_WORDS} answers at {model.url} as model {local.MODEL}:")
        for path, dialect in _DIALECTS.items():
            say(f"  {model.url}{path}  {dialect}")
        wait()
