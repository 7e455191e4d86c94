"""STREAM-17 and 18: members of events that are null, gone or new."""

from itertools import chain

from providers.contract import Capability

from ..driver import Driver
from ..evidence import draw, fail, outcome
from ..expectation import answer, deliberate, exercised, failure
from ..faults import members
from ..requirement import requirement
from ..scenario import Scenario
from ..transcript import Course, Transcript
from ..verdict import Level


@requirement(
    "STREAM-17",
    Level.MUST,
    over=members.structured,
    needs=[Capability.EVENTS],
    source="optional members of every API's reference; 25 public bug threads of TypeError, KeyError and lost text",
)
def test_any_member_may_be_missing(drive: Driver, scenario: Scenario) -> None:
    """Any member of any event may be null or absent: the text stays the same, or RuntimeError is raised on purpose.

    Each member of each event of a compact answer is made null and dropped, one at a time. What the member itself
    carries may go with it; an answer that loses all its text is RuntimeError (ERROR-08). TypeError, KeyError and
    AttributeError are nobody's answer. Where the stop value itself is touched any finish will do. Documented events
    of other kinds (reasoning, tool calls, usage) are tried in the middle of the answer, which keeps its texts.

    Remedy: read members with ``.get()``, check the type of what comes, and put ``or`` a default behind it.
    """
    usual = drive(scenario)
    answer(usual, scenario, "the compact answer as it was")
    tried = 0
    contract = drive.contract
    for change in chain(members.missing(contract, scenario), members.missing_in_samples(contract, scenario)):
        _judge(drive(change.scenario), change)
        tried += 1
    exercised(tried, "the answer has no events with members")


def _judge(transcript: Transcript, change: members.Change) -> None:
    wire = f"{change.scenario.name}\n{draw(change.scenario.script)}"
    if transcript.raised is not None:
        deliberate(transcript.raised, change.scenario.name, wire=wire)
        failure(transcript, change.scenario, *change.families)
        return
    legal = sorted(change.texts) or change.pieces
    ended = not change.ends or list(transcript.finishes) == [change.scenario.expected.finish]
    if not change.allows(transcript.text) or not ended or transcript.course is not Course.FINISHED:
        finish = change.scenario.expected.finish if change.ends else "any"
        expected = f"{' or '.join(map(repr, legal))} with finish {finish}, or RuntimeError"
        raise fail(
            f"{change.scenario.name} changes the answer", expected=expected, observed=outcome(transcript), wire=wire
        )


@requirement(
    "STREAM-18",
    Level.MUST,
    over=members.structured,
    needs=[Capability.EVENTS],
    source="RFC 7493, 4.2: receivers ignore members that they do not know; APIs add members without notice",
)
def test_unknown_members_are_ignored(drive: Driver, scenario: Scenario) -> None:
    """An unknown member, of any type, in any object of any event, changes nothing.

    It is added to every object of a compact answer, one at a time and to all at once.

    Remedy: pick the members you know by name; no ``**event`` into a constructor that names them all, no strict model.
    """
    usual = drive(scenario).meaning
    for varied in members.unknown(drive.contract, scenario):
        transcript = drive(varied)
        if transcript.meaning != usual:
            wire = f"{varied.name}\n{draw(varied.script)}"
            raise fail(f"{varied.name} changes the answer", expected=usual, observed=transcript.meaning, wire=wire)
    answer(drive(scenario), scenario, "the compact answer as it was")
