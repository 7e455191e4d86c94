"""The local servers: a real model, and the two real g4f servers, one for each framing of their events."""

from enum import StrEnum

from .place import PARTS, Place
from .process import PATIENCE, Process

MODEL = "smollm2"
MODEL_WORDS = "SmolLM2-135M by llama.cpp"
"""How recordings name the model."""


class Framing(StrEnum):
    """How a g4f server frames its events."""

    SSE = "sse"
    NDJSON = "ndjson"


PART = {Framing.SSE: "new", Framing.NDJSON: "old"}


def model(place: Place, patience: float = PATIENCE) -> Process:
    """Give the model as a server of the OpenAI interface; its base is ``{url}/v1``."""
    return Process(place.python("llm"), place.log("llm"), ("model",), patience)


def g4f(place: Place, framing: Framing, model_api: str, patience: float = PATIENCE) -> Process:
    """Give a g4f server whose provider ``Custom`` asks the model at ``model_api``."""
    part = PART[framing]
    return Process(place.python(part), place.log(part), ("g4f", model_api, str(place.home(part))), patience)


def g4f_words(framing: Framing) -> str:
    """Tell which server frames events so, as recordings name it: ``g4f 8.8.6 gui``."""
    return f"g4f {PARTS[PART[framing]][0].rpartition('=')[2]} gui"
