"""A call and the behaviour of the upstream that answers it. Pure: reads contracts and recordings, writes nothing."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from providers.contract import Codec, Contract

from .framing import codec_of
from .recording import Call, Expected, Interaction, Recording
from .script import STALL, Chunk, HalfClose, Reset, Script, Send, Step

_ENDINGS: dict[str, tuple[Step, ...]] = {
    "complete": (),
    "reset": (Reset(),),
    "half-close": (HalfClose(),),
    "timeout": (STALL,),
}


class Phase(StrEnum):
    """Where in a reply a fault strikes."""

    BEFORE_HEAD = "before the headers"
    AFTER_HEAD = "after the headers"
    FIRST = "first event"
    MIDDLE = "middle"
    AFTER_TEXT = "after the last text"
    AFTER_FINISH = "after the finish"
    AFTER_MARKER = "after the terminal marker"


class Declared(StrEnum):
    """What must come of a fault."""

    VALUE_ERROR = "ValueError"
    RUNTIME_ERROR = "RuntimeError"
    EITHER = "ValueError or RuntimeError"
    ANSWER_OR_RUNTIME_ERROR = "the answer or RuntimeError"

    @property
    def families(self) -> tuple[str, ...]:
        """The exceptions that are legal."""
        return tuple(str(self).removeprefix("the answer or ").split(" or "))


@dataclass(frozen=True)
class Fault:
    """Where a reply goes wrong, and what must come of it."""

    phase: Phase
    outcome: Declared
    offset: int = 0
    """Bytes of the body that have been sent when it strikes."""


@dataclass(frozen=True)
class Scenario:
    """One call, the scripts that answer its requests in order, and what a sound provider makes of them."""

    name: str
    call: Call
    scripts: tuple[Script, ...]
    expected: Expected
    fault: Fault | None = None
    """None: nothing goes wrong."""

    @property
    def script(self) -> Script:
        """The script of the only request."""
        return self.scripts[0]

    def answered(
        self, script: Script, expected: Expected | None = None, name: str = "", fault: Fault | None = None
    ) -> "Scenario":
        """Give the same call answered otherwise."""
        return replace(
            self,
            scripts=(script,),
            expected=expected or self.expected,
            name=name or self.name,
            fault=fault or self.fault,
        )


class Judged(Protocol):
    """What a requirement may know of a provider before any drive: enough to choose scenarios."""

    @property
    def contract(self) -> Contract:
        """The contract that it is judged by."""

    @property
    def recordings(self) -> tuple[Scenario, ...]:
        """All its recorded scenarios."""


def from_recording(recording: Recording) -> Scenario:
    """Give the scenario that plays a recording with its chunk borders, without its pauses."""
    scripts = tuple(map(script_of, recording.interactions))
    return Scenario(recording.scenario, recording.call, scripts, recording.expected)


def script_of(interaction: Interaction) -> Script:
    """Give the script that plays a recorded reply."""
    steps: list[Step] = [Send(interaction.status, interaction.headers)]
    start = 0
    for size in interaction.wire.chunks:
        steps.append(Chunk(interaction.body[start : start + size]))
        start += size
    return Script((*steps, *_ENDINGS[interaction.wire.end]))


def _complete(judged: Judged) -> list[Scenario]:
    found = [recording for recording in judged.recordings if recording.expected.finish is not None]
    return sorted(found, key=lambda scenario: len(scenario.script.body))


def _is_document(judged: Judged, scenario: Scenario) -> bool:
    """Tell whether the call of an API with both modes asks for one document."""
    rule = judged.contract.document
    return rule is not None and rule.options.items() <= scenario.call.options.items()


def answers(judged: Judged) -> tuple[Scenario, ...]:
    """Choose the recorded complete answers with text in the usual mode, the plainest first."""
    return tuple(one for one in _complete(judged) if one.expected.text and not _is_document(judged, one))


def documents(judged: Judged) -> tuple[Scenario, ...]:
    """Choose the recorded answers with text that came as one document, of an API with both modes."""
    return tuple(one for one in _complete(judged) if one.expected.text and _is_document(judged, one))


def wordless(judged: Judged) -> tuple[Scenario, ...]:
    """Choose the recorded complete answers without text: they call tools, or were filtered."""
    return tuple(one for one in _complete(judged) if not one.expected.text)


def refusals(judged: Judged) -> tuple[Scenario, ...]:
    """Choose the recorded failures."""
    return tuple(recording for recording in judged.recordings if recording.expected.error is not None)


def one_answer(judged: Judged) -> tuple[Scenario, ...]:
    """Choose one complete answer."""
    return answers(judged)[:1]


def one_per_codec(judged: Judged) -> tuple[Scenario, ...]:
    """Choose the plainest complete answer in each codec of the contract."""
    chosen: dict[Codec, Scenario] = {}
    for answer in answers(judged):
        chosen.setdefault(codec_of(judged.contract, answer.script.body), answer)
    return tuple(chosen.values())


def everything(judged: Judged) -> tuple[Scenario, ...]:
    """Choose all recordings."""
    return answers(judged) + documents(judged) + wordless(judged) + refusals(judged)
