"""Replies of status 200 that hold no answer, each with the declared outcome. Pure."""

from collections.abc import Iterator

from providers.contract import Codec, Contract, Family

from ..framing import Event, codec_of, render
from ..scenario import Declared, Fault, Judged, Phase, Scenario, documents, one_answer
from ..script import HTML, JSON, reply
from .garbage import DEEP
from .grid import PAGE, error_json, failing


def unusable(judged: Judged) -> Iterator[Scenario]:
    """Answer 200 with what is no answer: nothing, a page, an error, JSON where a stream was asked or without end."""
    contract = judged.contract
    media_type = ("content-type", contract.accept[0])
    bodies: dict[str, tuple[tuple[str, str], bytes]] = {
        "empty": (media_type, b""),
        "empty-json": (JSON, b""),
        "html": (HTML, PAGE),
        "json-error": (JSON, error_json()),
        "json-object": (JSON, b"{}"),
        "json-null": (JSON, b"null"),
        "json-list": (JSON, b"[]"),
        **{f"json-{kind}": (JSON, body) for kind, body in DEEP.items()},
    }
    if Codec.TEXT not in contract.codecs:
        bodies |= {"html-mislabelled": (media_type, PAGE), "blank-lines": (media_type, b"\n\n\n")}
    for answer in one_answer(judged):
        if contract.sentinel is not None:
            bodies["only-sentinel"] = (media_type, _sentinel(contract, answer))
        for name, (content_type, body) in bodies.items():
            yield _unusable(answer, name, content_type, body)
    for document in documents(judged)[:1]:
        for name in ("empty-json", "html", *(name for name in bodies if name.startswith("json-"))):
            yield _unusable(document, f"{name}-document", *bodies[name])


def _sentinel(contract: Contract, answer: Scenario) -> bytes:
    return b"".join(render(codec_of(contract, answer.script.body), [Event(contract.sentinel)]))


def _unusable(answer: Scenario, name: str, content_type: tuple[str, str], body: bytes) -> Scenario:
    fault = Fault(Phase.AFTER_HEAD, Declared.RUNTIME_ERROR)  # the head may tell, so the body need not be read
    script = reply(body, headers=[content_type])
    return answer.answered(script, failing(Family.RUNTIME_ERROR), f"unusable-{name}", fault)


def document_for_stream(judged: Judged) -> Iterator[Scenario]:
    """Answer a call that asks for a stream with the whole document, which may be used or refused."""
    for answer in one_answer(judged):
        for document in documents(judged)[:1]:
            script = reply(document.script.body, headers=[JSON])
            fault = Fault(Phase.AFTER_HEAD, Declared.ANSWER_OR_RUNTIME_ERROR)
            yield answer.answered(script, document.expected, "unusable-document-for-stream", fault)
