"""The calls that every chat API can answer, for a target that has no cassette to be made anew. Pure."""

from collections.abc import Mapping
from typing import Any

from providers.contract import Contract

from ..errors import UsageError
from ..recording import Call, Recording

_SYSTEM = {"role": "system", "content": "Answer in one short sentence."}
_UNICODE = "Greet me in Chinese, Japanese and Korean, each with an emoji, and with a French word that has an accent."
_BRIEF = 64
"""Tokens of an answer, where the API can be told."""


def calls(contract: Contract, model: str = "") -> dict[str, Call]:
    """Give the calls by scenario: all answers are short; ``model`` overrides the contract's.

    UsageError where the API wants a model and neither names one.
    """
    model = model or _model(contract)
    brief = {"max_tokens": _BRIEF} if any(rule.name == "max_tokens" for rule in contract.options) else {}
    turns = [_asked("My name is Ada."), {"role": "assistant", "content": "Hello, Ada."}, _asked("What is my name?")]
    found = {
        "one-turn": Call(model, (_asked("Say hello in five words."),), brief),
        "conversation": Call(model, (_SYSTEM, *turns), brief),
        "unicode": Call(model, (_asked(_UNICODE),), brief),
    }
    if brief:
        found["length"] = Call(model, (_asked("Count from one to a hundred."),), {"max_tokens": 8})
    if contract.document is not None:
        found["document"] = Call(model, found["one-turn"].messages, {**brief, **contract.document.options})
    return found


def answers(made: Mapping[str, Recording | str]) -> dict[str, Recording | str]:
    """Give what came of these calls, but for failures: all of them ask for an answer."""
    return {name: _answer(one) if isinstance(one, Recording) else one for name, one in made.items()}


def _answer(recording: Recording) -> Recording | str:
    got = recording.expected.error
    return recording if got is None else f"expected an answer, got {got} (status {recording.interactions[-1].status})"


def _asked(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def _model(contract: Contract) -> str:
    if contract.model is None:
        return ""
    named = (contract.model.default, *contract.model.known)
    if model := next(filter(None, named), ""):
        return model
    raise UsageError("no-model", f"expected the id of a model of {contract.name}, got none", "harness record --help")
