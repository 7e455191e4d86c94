"""Variations of binary frames: JSON within them is written otherwise, lengths and checksums stay right."""

import pytest

from harness.faults.endings import complete_at
from harness.frames import frame, frames, opened
from harness.framing import Event, parse, render
from harness.recording import Call, Expected
from harness.scenario import Scenario
from harness.script import reply
from harness.variations.answers import MARK, escaped, halved
from harness.variations.catalogue import applicable, style_of
from harness.variations.style import Layout, Style, write
from providers.bedrock_converse.contract import CONTRACT
from providers.contract import Codec

TEXT = {":event-type": "contentBlockDelta", "delta": {"text": f"Zürich {MARK} 👋🏽"}}
STOP = {":event-type": "messageStop", "stopReason": "end_turn"}
AFTER = {":event-type": "metadata", "usage": {"inputTokens": 1}}
EVENTS = tuple(map(Event, (TEXT, STOP, AFTER)))


def scenario():
    script = reply(b"".join(render(Codec.FRAMES, EVENTS)), headers=[("content-type", CONTRACT.accept[0])])
    return Scenario("framed", Call("m", ()), (script,), Expected("x", "stop"))


def test_frames_are_written_and_read():
    assert parse(Codec.FRAMES, b"".join(render(Codec.FRAMES, EVENTS))) == EVENTS


@pytest.mark.parametrize("variation", applicable(CONTRACT, Codec.FRAMES), ids=lambda one: one.name)
def test_a_variation_keeps_the_events(variation):
    pieces = write(Codec.FRAMES, EVENTS, style_of(variation))
    assert [value for piece in pieces for value in frames(piece)] == [event.value for event in EVENTS]


def test_line_ends_and_comments_do_not_apply():
    names = {variation.name for variation in applicable(CONTRACT, Codec.FRAMES)}
    assert {"BOM", "CRLF", "comments between events", "no last line end"}.isdisjoint(names)
    assert {"single bytes", "one chunk", "unknown members", "events of an unknown type"} <= names


def test_json_in_a_frame_may_stand_over_lines():
    (piece,) = write(Codec.FRAMES, [Event(STOP)], Style(layout=Layout.PRETTY, line_end="\r\n"))
    assert opened(piece)[1] == b'{\r\n "stopReason": "end_turn"\r\n}'


def test_escapes_and_half_characters_stand_in_good_frames():
    body = escaped(scenario()).script.body
    assert list(frames(body)) == [TEXT, STOP, AFTER]
    assert "Zürich".encode() not in body
    assert rb"\ud83c" in halved(scenario()).script.body
    assert len(list(frames(halved(scenario()).script.body))) == 3


def test_an_answer_is_complete_with_the_last_byte_of_its_marker():
    assert complete_at(CONTRACT, scenario().script) == len(frame(TEXT) + frame(STOP))
