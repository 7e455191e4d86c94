"""One recording to make: the call, what the upstream is like at that moment, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..recording import Call, Provenance
from .local import MODEL_WORDS, Framing, g4f_words
from .relay import Behaviour

SERVICES = {
    "acytoo": "chat.acytoo.com",
    "aiask": "e.aiask.me",
    "bedrock_converse": "bedrock-runtime.us-east-1.amazonaws.com",
    "cohere_v2": "api.cohere.com",
    "flowgpt": "prod-backend-k8s.flowgpt.com",
    "gemini": "generativelanguage.googleapis.com",
    "mistral": "api.mistral.ai",
    "ollama": "ollama.com",
    "pizzagpt": "www.pizzagpt.it",
}
"""The services that have a stand-in: they no longer answer, or ask for a key."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One recording to make: by the g4f server of ``framing``, by the model itself if ``direct``, by a stand-in."""

    provider: str
    name: str
    call: Call
    finish: str | None = None
    """The reason with which the answer ends; None for a refusal."""
    error: str | None = None
    """The family of the exception that a refusal becomes."""
    behaviour: Behaviour = field(default_factory=Behaviour)
    """What stands between the upstream and the model."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """What the stand-in is told at the start: how many calls are left, ..."""
    framing: Framing | None = None
    direct: bool = False
    """The model's own server answers, or, where it has to fail, the relay before it."""

    @property
    def provenance(self) -> Provenance:
        """Tell what kind of upstream answers."""
        return Provenance.LOCAL_LLM if self.framing or self.direct else Provenance.STAND_IN

    @property
    def upstream(self) -> str:
        """Tell in words who answers and who made the text."""
        if self.framing:
            return f"{g4f_words(self.framing)}, its model {MODEL_WORDS}{self._circumstances()}"
        if self.direct:
            return f"{MODEL_WORDS}{self._circumstances()}"
        who = f"stand-in for {SERVICES[self.provider]}"
        speechless = self.finish is None and self.behaviour == Behaviour()
        return who if speechless else f"{who}, text by {MODEL_WORDS}{self._circumstances()}"

    def _circumstances(self) -> str:
        """Tell what was done to the model's service on the way."""
        behaviour = self.behaviour
        if behaviour.status != Behaviour.status:
            return f", its replies replaced by status {behaviour.status}"
        if behaviour.tokens is not None:
            return f", made to fail after token {behaviour.tokens}"
        return " under a grammar" if "grammar" in behaviour.adds else ""
