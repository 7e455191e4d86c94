"""STREAM: how the bytes of an answer become items. What lines and fields have to do with it is in ``test_lines``."""

from collections.abc import Iterable, Iterator

from providers.contract import Capability, Codec, Contract

from ..comparison import advertised, basis, pieces_of, stays_equal
from ..consumer import Consumer
from ..driver import Driver
from ..evidence import draw, draw_pieces, fail, outcome, require_equal
from ..expectation import answer, deliberate, exercised, failure, meaning
from ..faults.grid import MESSAGE, corrupted, error_json
from ..requirement import requirement
from ..scenario import Judged, Scenario, answers, one_answer, one_per_codec
from ..script import JSON, Framing, reply
from ..strategies import for_all, retold
from ..transcript import Kind, Transcript
from ..variations.answers import MARK, answered_with, compact, escaped, halved, lockstep
from ..variations.codings import ENCODERS, encoded
from ..variations.cuts import bytewise, character_cuts, cut, hot_cuts, spread
from ..variations.documents import as_document
from ..variations.restyling import labelled
from ..verdict import Level

_MANY = 48
"""Cuts tried on a body, the likeliest to hurt; a compact one is cut everywhere."""
_EVERYWHERE = 600
_FEW = 12
_LONG = 20_000
_SHORT = 2_000
_BATCH = 32
"""Cuts that share an event loop."""
_HUGE = 2_097_152
_PIECE = 65_536
_PATIENT = 20.0
_BLANKS = ["\n\n", "  leading", " ", "\t", "trailing  ", "\r\n", "&amp; %20 \\n \\u0041 <b>**", "end\n"]
_ODD = [
    "</s>",
    "<|im_end|>",
    "<|endoftext|>",
    "cafe\u0301",
    "nai\u0308f\u200b",
    "wo\u200drd\u200c",
    "<|im_start|>",
    "end \t ",
]
"""Special tokens, characters not composed, marks of no width, white space at the end."""
_MARKED = ["Half a pizza: ", MARK, f" and {MARK} more."]
_SEPARATORS = "\u2028\u2029\u0085\u000b\u000c\u001c\u001d\u001e"


@requirement(
    "STREAM-01",
    Level.MUST,
    over=answers,
    source="RFC 9112, 7.1: chunk borders carry no meaning; 23 public bug threads",
)
def test_output_does_not_depend_on_cuts(drive: Driver, scenario: Scenario) -> None:
    """The answer is the same however its bytes are cut: whole, byte by byte, at every position.

    TCP and proxies cut where they like, so an event, a field name or a line end arrives in two reads sooner
    or later.

    Remedy: keep what is incomplete in a buffer until the rest has come; never parse a network chunk by itself.
    """
    usual = drive(scenario)
    answer(usual, scenario, "the recording as it was")
    body = scenario.script.body
    hot = spread(hot_cuts(body), _MANY if len(body) < _LONG else _FEW)
    single = [bytewise(body)] if len(body) < _SHORT else []
    _require_same(drive, scenario, usual, [[body], *(cut(body, at) for at in hot), *single])
    if scenario in one_per_codec(drive.subject):
        _require_same_however_written(drive, scenario)


def _require_same_however_written(drive: Driver, scenario: Scenario) -> None:
    """Cut a short answer everywhere, write its JSON otherwise, and search several cuts, odd texts and variations."""
    stays_equal(drive, scenario, "STREAM-01")
    base = basis(drive, scenario)
    body = base.plain.script.body
    everywhere = spread(range(1, len(body)), _EVERYWHERE)
    positions = sorted({*hot_cuts(body), *everywhere})
    _require_same(drive, base.plain, base.usual, [cut(body, at) for at in positions])

    def check(told: Scenario) -> None:
        answer(drive(told), told, "the answer depends on how it is cut and written", wire=pieces_of(told))

    for_all(retold(drive.contract, scenario, base.readable()), check)


def _beyond_ascii(judged: Judged) -> Iterator[Scenario]:
    return (scenario for scenario in answers(judged) if not scenario.expected.text.isascii())


@requirement(
    "STREAM-02",
    Level.MUST,
    over=_beyond_ascii,
    source="RFC 3629: a character is up to four bytes; g4f's WhiteRabbitNeo loses cut characters",
)
def test_cut_characters_survive(drive: Driver, scenario: Scenario) -> None:
    """A character whose bytes are cut over two chunks is decoded to the same character.

    ``chunk.decode()`` raises or, with errors="ignore", drops the character; U+FFFD appears only if it was sent.
    A compact form of the answer is cut at every byte of a character, one by one and all at once.

    Remedy: decode with codecs.getincrementaldecoder("utf-8"), or split the bytes at line ends first.
    """
    short = compact(drive.contract, scenario)
    body = short.script.body
    inside = character_cuts(body)
    exercised(inside, "no character of the answer takes more than one byte on the wire")
    usual = drive(short)
    answer(usual, short, "the compact answer, whole")
    cuts = [cut(body, at) for at in inside]
    _require_same(drive, short, usual, [*cuts, cut(body, *inside), bytewise(body)])
    if "\ufffd" in usual.text and "\ufffd" not in short.expected.text:
        raise fail("U+FFFD appears", expected=short.expected.text, observed=usual.text, wire=draw(short.script))


def _require_same(drive: Driver, scenario: Scenario, usual: Transcript, cuts: Iterable[list[bytes]]) -> None:
    """Require the usual outcome for every cut; many share a loop, and one that differs is driven alone to tell."""
    want = meaning(drive.contract, usual)
    varied = [scenario.answered(scenario.script.with_body(pieces)) for pieces in cuts]
    for first in range(0, len(varied), _BATCH):
        batch = varied[first : first + _BATCH]
        for one, transcript in zip(batch, drive.each(batch), strict=True):
            if meaning(drive.contract, transcript) != want:
                got = meaning(drive.contract, drive(one))
                require_equal(want, got, "the answer depends on the cut", wire=pieces_of(one))


@requirement(
    "STREAM-11",
    Level.MUST,
    over=one_per_codec,
    source="no format limits an event; aiohttp's readline() gives up at 64 to 512 KiB; 7 bug threads",
    sockets=True,
)
def test_a_huge_event_is_accepted(drive: Driver, scenario: Scenario) -> None:
    """An event of 2 MiB is read, in reasonable time.

    Images, signatures and tool results come in one event.

    Remedy: split lines by hand instead of the HTTP library's readline(); search only what is new in the buffer.
    """
    huge = answered_with(drive.contract, scenario, ["Hé ", "x" * _HUGE, " end."])
    body = huge.script.body
    pieces = [body[at : at + _PIECE] for at in range(0, len(body), _PIECE)]
    transcript = drive(huge.answered(huge.script.with_body(pieces)), deadline=_PATIENT)
    answer(transcript, huge, "an event of 2 MiB", wire=draw_pieces([body]))


@requirement("STREAM-12", Level.MUST, over=answers, source="RFC 9110, 8.4 and 12.5.3; 8 public bug threads")
def test_advertised_encodings_are_decoded(drive: Driver, scenario: Scenario) -> None:
    """Every content-encoding that the provider advertises is decoded, piece by piece, also in an error's body.

    Advertising br or zstd without the library for it yields binary noise as text.

    Remedy: let the HTTP library set Accept-Encoding, or install what the header promises.
    """
    codings = advertised(drive(scenario))
    playable = sorted(codings & set(ENCODERS))
    exercised(playable, f"the provider advertises {sorted(codings) or 'no coding'}")
    pieces = cut(scenario.script.body, *spread(range(1, len(scenario.script.body)), 5))
    unknown = sorted(codings - set(ENCODERS) - {"identity", "*"})
    for coding in playable:
        script = encoded(scenario.script, pieces, coding)
        answer(drive(scenario.answered(script)), scenario, f"content-encoding {coding}")
        single = script.with_body([*bytewise(script.body[:200]), script.body[200:]])
        answer(drive(scenario.answered(single)), scenario, f"content-encoding {coding}, cut into bytes")
        _require_decoded_refusal(drive, scenario, coding)
    if scenario in one_per_codec(drive.subject):
        stays_equal(drive, scenario, "STREAM-12")
    exercised(not unknown, f"the harness cannot play {', '.join(unknown)}, which the provider advertises")


def _require_decoded_refusal(drive: Driver, scenario: Scenario, coding: str) -> None:
    """Require that what is read of an error's body is read in a content coding too."""
    refusal = reply(error_json(), status=400, headers=[JSON])
    told = [drive(scenario.answered(script)).raised for script in (refusal, encoded(refusal, [error_json()], coding))]
    if told[0] and MESSAGE in told[0].text and not (told[1] and MESSAGE in told[1].text):
        observed = f"{told[1].type}: {told[1].text}" if told[1] else "no exception"
        raise fail(f"content-encoding {coding} of an error's body", expected=f"... {MESSAGE} ...", observed=observed)


@requirement(
    "STREAM-13",
    Level.MUST,
    over=answers,
    needs=[Capability.STREAM],
    source="seed interface: an async generator; 4 public bug threads of whole-body buffering",
)
def test_text_is_yielded_as_it_comes(drive: Driver, scenario: Scenario) -> None:
    """Each text is yielded as soon as its event is complete.

    The upstream sends the next event only when the text before has been yielded, so no clock is compared. How the
    end of the body is told (chunked, by its length, by the end of the connection) does not matter.

    Remedy: iterate over the response while it comes; do not read the whole body, nor wait for a fixed size.
    """
    waiting, gates = lockstep(drive.contract, scenario, ["One ", "two ", "three ", "four."])
    framings = Framing if scenario in one_per_codec(drive.subject) else [scenario.script.head.framing]
    for framing in framings:
        framed = waiting.answered(waiting.script.with_head(framing=framing, length=None))
        transcript = drive(framed, consumer=Consumer(gates=gates))
        answer(transcript, framed)
        expired = [gate for exchange in transcript.exchanges for gate in exchange.gates_expired]
        if expired:
            wire = draw(framed.script)
            raise fail("a text was held back", expected="every text before the next event", observed=expired, wire=wire)


@requirement(
    "STREAM-14", Level.MUST, over=corrupted, source="8 public bug threads; the parser's exception is no answer"
)
def test_garbage_is_ignored_or_refused(drive: Driver, scenario: Scenario) -> None:
    """An event that is not the expected JSON is ignored or ends in RuntimeError; no parser exception escapes.

    Invalid UTF-8 in plain text may also become U+FFFD.

    Remedy: catch the parser's exception where the event is parsed, and raise RuntimeError from it.
    """
    transcript = drive(scenario)
    if transcript.raised is not None:
        raised = failure(transcript, scenario, "RuntimeError")
        deliberate(raised, "garbage", wire=draw(scenario.script))
        return
    if Codec.TEXT in drive.contract.codecs:
        texts = {transcript.text, transcript.text.replace("\ufffd", "")}
        whole = compact(drive.contract, one_answer(drive.subject)[0]).expected.text
        if whole not in texts:
            raise fail("garbage changed the text", expected=whole, observed=transcript.text, wire=draw(scenario.script))
        return
    if scenario.expected.finish is None:
        raise fail("a corrupted end is taken as an end", expected="RuntimeError", observed=outcome(transcript))
    answer(transcript, scenario, "garbage was neither ignored nor refused")


@requirement(
    "STREAM-15",
    Level.MUST,
    over=one_per_codec,
    source="RFC 9110, 8.3.1: types and parameter names are case-insensitive; a recipient may sniff",
)
def test_the_media_type_is_read_loosely(drive: Driver, scenario: Scenario) -> None:
    """Case and parameters of the content-type do not matter; a wrong or absent one is tolerated or refused.

    Refused means RuntimeError: nothing that the caller could change is wrong.

    Remedy: compare the part before the semicolon in lower case, or do not look at it at all.
    """
    stays_equal(drive, scenario, "STREAM-15")
    base = basis(drive, scenario)
    for media_type in ("text/plain", "application/octet-stream", None):
        varied = base.plain.answered(labelled(base.plain.script, media_type))
        transcript = drive(varied)
        if transcript.raised is None:
            answer(transcript, varied, f"content-type {media_type}")
        else:
            raised = failure(transcript, varied, "RuntimeError", optional=True)
            deliberate(raised, f"content-type {media_type}")


@requirement(
    "STREAM-19",
    Level.MUST,
    over=one_per_codec,
    source="4 public bug threads of stripped pieces; contract: lookalikes",
)
def test_text_is_verbatim(drive: Driver, scenario: Scenario) -> None:
    """Text is yielded verbatim: leading line ends, blanks and blank pieces survive in the joined answer.

    So do special tokens such as ``</s>``, characters that are not composed, marks of no width and white space at
    the end, in both modes of an API. So do answers that merely resemble one of the API's in-band errors, also with
    white space around them.

    Remedy: no strip(), split() and join(), or normalize(); compare a whole answer with an error sentence, never a
    part.
    """
    varied = answered_with(drive.contract, scenario, _BLANKS)
    answer(drive(varied), varied, "blanks")
    for told in _in_both_modes(drive.contract, answered_with(drive.contract, scenario, _ODD)):
        answer(drive(told), told, "special tokens, characters not composed, marks of no width, white space at the end")
    for text in drive.contract.lookalikes:
        half = len(text) // 2
        pieces = [text[:half], text[half:]]
        for texts in (pieces, ["\n", *pieces, " \n"]):
            varied = answered_with(drive.contract, scenario, texts)
            answer(drive(varied), varied, "an answer that resembles an error")


@requirement("STREAM-25", Level.MUST, over=answers, source="seed interface: AsyncResult")
def test_items_are_declared_types(drive: Driver, scenario: Scenario) -> None:
    """Items are str that can be encoded as UTF-8, or the declared result types; never None, bytes, dict or list.

    JSON may write a character as a pair of surrogate escapes, and a service that cuts its text between them
    sends one alone: that is replaced, left out or RuntimeError. Both modes of an API are tried.

    Remedy: yield ``str`` and the response types of the interface (known by their class names), and nothing else.
    """
    transcript = drive(scenario)
    exercised(transcript.items, "nothing was yielded")
    others = [f"{item.type}: {item.value}" for item in transcript.items if item.kind is Kind.OTHER]
    if others:
        raise fail("an item of an undeclared type", expected="str or a response type", observed=others)
    _require_encodable(transcript)
    if Codec.TEXT in drive.contract.codecs:
        return
    for shape in _in_both_modes(drive.contract, compact(drive.contract, scenario)):
        varied = escaped(shape)
        paired = drive(varied)
        answer(paired, varied, "characters as pairs of surrogate escapes")
        _require_encodable(paired)
    for shape in _in_both_modes(drive.contract, answered_with(drive.contract, scenario, _MARKED)):
        varied = halved(shape)
        alone = drive(varied)
        _require_encodable(alone, raw=Level.SHOULD)
        if alone.raised is not None:
            wire = draw(varied.script)
            deliberate(failure(alone, varied, "RuntimeError"), "a surrogate escape that is alone", wire=wire)


def _in_both_modes(contract: Contract, scenario: Scenario) -> Iterator[Scenario]:
    yield scenario
    if contract.document is not None:
        yield as_document(contract, contract.document, scenario)


def _require_encodable(transcript: Transcript, raw: Level | None = None) -> None:
    """Require text that can be encoded; at the level ``raw`` of events that are passed on as they came."""
    for item in transcript.items:
        try:
            item.text.encode()
        except UnicodeEncodeError as error:
            level = raw if item.kind is Kind.RAW else None
            reason = "a text that is no UTF-8"
            raise fail(reason, expected="encodable text", observed=item.text, level=level) from error
