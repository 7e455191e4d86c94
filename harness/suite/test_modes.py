"""REQ and FINISH: what both modes of an API, stream and document, have in common."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from providers.contract import Capability, DocumentRule

from .. import endpoint
from ..driver import Driver
from ..evidence import draw, draw_request, fail, require_equal
from ..expectation import answer, document, only_request
from ..framing import at_path, leaves, lookup
from ..requirement import requirement
from ..scenario import Scenario, answers, documents, one_answer
from ..transcript import Request
from ..variations.documents import as_document, finishes_of_documents, streams_as_documents
from ..verdict import Level

_DOCUMENT = ("application/json",)


@requirement(
    "REQ-10",
    Level.MUST,
    over=one_answer,
    needs=[Capability.BOTH_MODES],
    source="contract: document; 8 public bug threads of options lost in one of the two modes",
)
def test_both_modes_send_the_same_request(drive: Driver, scenario: Scenario) -> None:
    """The bodies of a stream and of a document differ in the declared members alone; Accept admits what is asked for.

    Usage is asked for if and only if the answer is streamed: a document tells it unasked, and an API refuses
    the option there. Two code paths that build the body apart lose options in one of them, so all that the
    provider takes are given.

    Remedy: build one body for both modes, and add the members of the stream where it is one.
    """
    for rule in filter(None, [drive.contract.document]):
        whole = as_document(drive.contract, rule, scenario)
        options = _taken(drive, scenario)
        streamed, asked = (only_request(drive(each, options=options), each) for each in (scenario, whole))
        bodies = {"stream": document(streamed), "document": document(asked)}
        one, other = (_without(rule, body) for body in bodies.values())
        wire = f"{draw_request(streamed)}\n{draw_request(asked)}"
        require_equal(one, other, "the bodies of stream and document differ", wire=wire)
        if not endpoint.admits(accept := asked.header("accept"), _DOCUMENT):
            raise fail(
                "Accept does not admit a document", expected=_DOCUMENT, observed=accept, wire=draw_request(asked)
            )
        for mode, each in {"document": whole, "stream": scenario}.items():
            _require_usage_asked(rule, mode, only_request(drive(each), each))


def _taken(drive: Driver, scenario: Scenario) -> dict[str, Any]:
    """Give a value for each option of the contract that the provider does not refuse."""
    options = {rule.name: rule.values[-1] for rule in drive.contract.options}
    if drive(scenario, options=options).requests:
        return options
    return {name: value for name, value in options.items() if drive(scenario, options={name: value}).requests}


def _without(rule: DocumentRule, body: Any) -> dict[str, Any]:
    """Give the leaves of a body but for the members of the stream."""
    return {path: leaf for path, leaf in leaves(body) if not any(at_path(own, path) for own in rule.stream_paths)}


def _require_usage_asked(rule: DocumentRule, mode: str, request: Request) -> None:
    wanted, path = mode == "stream", rule.usage_option_path
    observed = lookup(document(request), path) if path else None
    if path and bool(observed) is not wanted:
        reason = f"usage is {'not ' if wanted else ''}asked for in the mode {mode}"
        raise fail(reason, expected=wanted, observed=observed, wire=draw_request(request))


@requirement(
    "FINISH-07",
    Level.MUST,
    over=lambda judged: chain(streams_as_documents(judged), finishes_of_documents(judged), documents(judged)),
    needs=[Capability.BOTH_MODES],
    source="contract: document; 10 public bug threads fixed for the stream and not for the document, or the reverse",
)
def test_both_modes_give_the_same_answer(drive: Driver, scenario: Scenario) -> None:
    """A stream and a document of the same content give the same text, finish and usage.

    Every recorded stream is played as a document; so is every stop value of the contract.

    Remedy: read finish, usage and text of both modes by the same functions.
    """
    transcript = drive(scenario)
    answer(transcript, scenario, "the answer as a document")
    streams = (stream for stream in answers(drive.subject) if scenario.name == f"{stream.name}-as-document")
    for stream in streams:
        streamed, whole = drive(stream).usages[-1:], drive(scenario).usages[-1:]  # the document last: it is blamed
        _require_same_usage(streamed, whole, draw(scenario.script))


def _require_same_usage(streamed: Sequence[Any], whole: Sequence[Any], wire: str) -> None:
    """Require the same usage; that both modes tell it is a SHOULD."""
    if streamed != whole:
        level = None if streamed and whole else Level.SHOULD
        reason = "the usage of the document is not that of the stream"
        raise fail(reason, expected=list(streamed), observed=list(whole), wire=wire, level=level)
