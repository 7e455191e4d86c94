import json
from dataclasses import replace

import pytest

from harness.comparison import advertised, basis, pieces_of, stays_equal
from harness.recording import Call, Expected
from harness.requirement import Failure, NotExercised
from harness.scenario import Scenario
from harness.script import Chunk, reply
from harness.transcript import Course, Ending, Exchange, Item, Kind, Raised, Request, Transcript
from harness.verdict import Level
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.codecs import EitherJson, Malformed, Text
from providers.contract import Codec
from providers.json_array import JsonArray

GEMINI = replace(BACKEND_API, codecs=(Codec.JSON_ARRAY,))
VALUES = [
    {"type": "provider"},
    {"type": "content", "content": "Hi"},
    {"type": "finish", "finish": {"reason": "stop"}},
    {"type": "log"},
]
BODY = "".join(f"data: {json.dumps(value)}\n\n" for value in VALUES)


def scenario(body, text="Hi"):
    return Scenario(
        "s", Call("m", ()), (reply(body.encode(), headers=[("content-type", "a/b")]),), Expected(text, "stop")
    )


SSE = scenario(BODY)
LINES = scenario("".join(f"{json.dumps(value)}\n" for value in VALUES))
ARRAY = scenario(json.dumps(VALUES))
PROSE = scenario("Hi")


class Drive:
    """A provider without I/O: ``read`` makes events of the pieces of a body, or raises RuntimeError."""

    def __init__(self, contract, read, decoder=lambda: EitherJson("type")):
        self.contract = contract
        self.read = read
        self.decoder = decoder
        self.bodies = []

    def __call__(self, scenario, **_):
        pieces = [step.data for step in scenario.script.steps if isinstance(step, Chunk)]
        self.bodies.append(b"".join(pieces))
        exchange = Exchange(
            Request("POST", "/", (("Accept-Encoding", "identity;q=1, *;q=0"),), b""), len(pieces), Ending.COMPLETE
        )
        items = []
        try:
            for item in self.items(pieces):
                items.append(item)  # noqa: PERF402  what came before the exception counts
        except (RuntimeError, Malformed) as error:
            raised = Raised("p.E", "RuntimeError", own=True, deliberate=True, frame="f", text=str(error), everything="")
            return Transcript(Course.RAISED, tuple(items), (exchange,), raised)
        return Transcript(Course.FINISHED, tuple(items), (exchange,))

    def items(self, pieces):
        decoder, reason = self.decoder(), "stop" if self.contract is ACYTOO else None
        for piece in self.read(pieces):
            for event in decoder.feed(piece):
                yield from self.item(event)
                reason = reason or (isinstance(event, dict) and event.get("finish", {}).get("reason"))
        list(decoder.close())
        if not reason:
            raise RuntimeError("cut")
        yield Item(Kind.FINISH, reason)

    def item(self, event):
        if isinstance(event, str):
            yield Item(Kind.TEXT, event, event)
        elif event["type"] in {"error", "auth"}:
            raise RuntimeError("an error")
        elif event["type"] == "content":
            yield Item(Kind.TEXT, event["content"], event["content"])
        elif event["type"] == "provider":
            yield Item(Kind.RAW, event)


def sound(pieces):
    return pieces


def told(drive, requirement, recorded=SSE):
    with pytest.raises(Failure) as caught:
        stays_equal(drive, recorded, requirement)
    return caught.value


@pytest.mark.parametrize("requirement", ["STREAM-01", "STREAM-03", "STREAM-05", "STREAM-06", "STREAM-07", "STREAM-10"])
def test_a_sound_provider_passes(requirement):
    stays_equal(Drive(BACKEND_API, sound), SSE, requirement)


@pytest.mark.parametrize(
    ("drive", "recorded", "requirement"),
    [
        (Drive(BACKEND_API, sound), LINES, "STREAM-06"),
        (Drive(GEMINI, sound, JsonArray), ARRAY, "STREAM-01"),
        (Drive(GEMINI, sound, JsonArray), ARRAY, "STREAM-06"),
        (Drive(ACYTOO, sound, Text), PROSE, "STREAM-15"),
    ],
    ids=["lines", "array", "noise in an array", "text"],
)
def test_a_sound_provider_of_any_codec_passes(drive, recorded, requirement):
    stays_equal(drive, recorded, requirement)


def test_a_requirement_without_variations_is_not_exercised():
    with pytest.raises(NotExercised, match="no variation of STREAM-12 applies"):
        stays_equal(Drive(BACKEND_API, sound), SSE, "STREAM-12")


def test_a_variation_that_fails_is_told_by_its_smallest_answer():
    def read(pieces):
        if any(piece.startswith(b":") for piece in pieces):
            raise RuntimeError("a comment")
        return pieces

    drive = Drive(BACKEND_API, read)
    failure = told(drive, "STREAM-06")
    assert failure.evidence.reason == "comments between events: the answer differs"
    assert failure.evidence.observed.startswith('{"raised": "p.E: a comment at f", "text": "", "finish": []}')
    assert failure.evidence.wire.count("data:") == 2
    assert " | " in failure.evidence.wire
    assert failure.level is Level.MUST


def test_a_cut_that_fails_is_shown():
    def read(pieces):
        if any(piece.endswith(b"\r") for piece in pieces):
            raise RuntimeError("half a line end")
        return pieces

    evidence = told(Drive(BACKEND_API, read), "STREAM-03").evidence
    assert evidence.reason == "CRLF, cut: the answer differs"
    assert r"\r | \n" in evidence.wire


def test_a_pair_that_fails_is_told_once_where_both_pass_alone():
    def read(pieces):
        body = b"".join(pieces)
        if b"\r\n" in body and b"\ndata: }" in body:
            raise RuntimeError("too much")
        return pieces

    failure = told(Drive(BACKEND_API, read), "STREAM-03")
    assert failure.evidence.reason == "CRLF and data over several lines: the answer differs; each alone is read"
    stays_equal(Drive(BACKEND_API, read), SSE, "STREAM-07")


def test_a_pair_and_a_cut_that_fail_are_told():
    def read(pieces):
        body = b"".join(pieces)
        if b"\ndata: }" in body and any(piece.endswith(b"\r") for piece in pieces):
            raise RuntimeError("too much")
        return pieces

    reason = told(Drive(BACKEND_API, read), "STREAM-03").evidence.reason
    assert reason == "CRLF and data over several lines, cut: the answer differs; each alone is read"


def test_a_pair_is_not_told_where_its_second_fails_alone():
    def read(pieces):
        if b"\ndata: }" in b"".join(pieces):
            raise RuntimeError("too many lines")
        return pieces

    stays_equal(Drive(BACKEND_API, read), SSE, "STREAM-03")
    assert told(Drive(BACKEND_API, read), "STREAM-07").evidence.reason == "data over several lines: the answer differs"


def test_an_error_that_is_lost_in_a_style_is_told():
    def read(pieces):
        return [piece for piece in pieces if not (piece.startswith(b"event:error") and b"data:{" in piece)]

    failure = told(Drive(BACKEND_API, read), "STREAM-05")
    assert failure.evidence.reason == "no space after the colon: an error in the stream is not raised"
    assert failure.claim.raised == ("ValueError", "RuntimeError")


def test_an_error_that_is_lost_in_every_style_is_not_told():
    def read(pieces):
        return [piece for piece in pieces if b'"error"' not in piece]

    stays_equal(Drive(BACKEND_API, read), SSE, "STREAM-05")


def test_an_error_that_is_lost_now_and_then_is_not_told():
    lost = iter([True, False, False])

    def read(pieces):
        drop = b"event:error" in b"".join(pieces) and next(lost, False)
        return [piece for piece in pieces if not (drop and piece.startswith(b"event:error"))]

    stays_equal(Drive(BACKEND_API, read), SSE, "STREAM-05")


def test_other_events_of_the_recorded_answer_are_compared():
    class Loses(Drive):
        def item(self, event):
            if event["type"] == "provider" and b"\r" in self.bodies[-1]:
                return ()
            return super().item(event)

    failure = told(Loses(BACKEND_API, sound), "STREAM-03")
    assert failure.evidence.reason == "CRLF: what is made of the recorded answer differs"


def test_what_is_only_recommended_comes_last_and_is_told_as_such():
    def read(pieces):
        if any(piece.startswith((b"\xef\xbb\xbf", b"\n")) for piece in pieces):
            raise RuntimeError("strict")
        return pieces

    drive = Drive(BACKEND_API, read)
    assert told(drive, "STREAM-10", LINES).level is Level.SHOULD
    assert told(drive, "STREAM-10", SSE).level is Level.MUST
    assert told(drive, "STREAM-06", LINES).level is Level.SHOULD
    assert told(drive, "STREAM-06", scenario(LINES.script.body.decode().replace("\n", "\n\n"))).level is Level.MUST


def test_a_basis_has_its_text_first_where_the_provider_takes_it():
    assert basis(Drive(BACKEND_API, sound), SSE).plain.script.body.startswith(b'data: {"type": "content"')


def test_a_basis_keeps_the_recorded_order_where_the_provider_needs_it():
    def read(pieces):
        if not pieces[0].startswith(b'data: {"type": "provider"'):
            raise RuntimeError("no provider")
        return pieces

    assert basis(Drive(BACKEND_API, read), SSE).plain.script.body.startswith(b'data: {"type": "provider"')


def test_there_is_no_basis_where_nothing_is_read():
    def read(pieces):
        raise RuntimeError("never")

    with pytest.raises(Failure) as caught:
        basis(Drive(BACKEND_API, read), SSE)
    assert caught.value.evidence.reason == "a short answer in the recorded frame"


def test_what_a_provider_reads_can_be_told():
    readable = {one.name for one in basis(Drive(BACKEND_API, sound), LINES).readable()}
    assert "CRLF" in readable
    assert not {"BOM", "blank lines", "gzip"} & readable


def test_codings_are_those_that_are_asked_for():
    header = (("Accept-Encoding", "gzip, BR;q=0.5"), ("accept-encoding", ""))
    exchange = Exchange(Request("POST", "/", header, b""), 1, Ending.COMPLETE)
    assert advertised(Transcript(Course.FINISHED, (), (exchange,))) == {"gzip", "br"}
    assert advertised(Transcript(Course.FINISHED, (), ())) == set()


def test_pieces_are_drawn_with_their_cuts():
    assert pieces_of(SSE.answered(SSE.script.with_body([b"a", b"b"]))) == "a | b"
