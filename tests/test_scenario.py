from dataclasses import replace
from types import SimpleNamespace

from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire
from harness.scenario import (
    Scenario,
    answers,
    everything,
    from_recording,
    one_answer,
    one_per_codec,
    refusals,
    wordless,
)
from harness.script import Chunk, HalfClose, Reset, Script, Send, reply
from providers.backend_api.contract import CONTRACT as BACKEND_API

CALL = Call("m", ({"role": "user", "content": "hi"},))
HEADERS = (("content-type", "text/plain"),)


def interaction(body=b"abc", chunks=(1, 2), end="complete"):
    wire = Wire(chunks, (0.1,) * len(chunks), end)
    return Interaction("POST", "http://x/y", (), b"{}", 200, "OK", HEADERS, body, wire)


def recording(*interactions):
    return Recording(
        "p", "s", Provenance.STAND_IN, "u", "2026-11-21T00:00:00Z", {}, CALL, Expected("abc", "stop"), interactions
    )


def test_a_recording_plays_with_its_chunk_borders():
    head = Send(200, HEADERS)
    assert from_recording(recording(interaction())) == Scenario(
        "s", CALL, (Script((head, Chunk(b"a"), Chunk(b"bc"))),), Expected("abc", "stop")
    )


def test_a_recording_plays_its_ending_and_every_interaction():
    scenario = from_recording(recording(interaction(end="reset"), interaction(b"", (), "half-close")))
    assert [script.steps[-1] for script in scenario.scripts] == [Reset(), HalfClose()]
    assert scenario.script is scenario.scripts[0]


def test_answered_changes_script_expectation_and_name_alone():
    scenario = from_recording(recording(interaction()))
    other = reply(b"x")
    assert scenario.answered(other) == replace(scenario, scripts=(other,))
    assert scenario.answered(other, Expected(error="ValueError"), "n") == Scenario(
        "n", CALL, (other,), Expected(error="ValueError")
    )


def test_answers_come_shortest_first_and_refusals_apart():
    def scenario(name, size, expected):
        return Scenario(name, CALL, (reply(b"x" * size),), expected)

    long, short = scenario("long", 9, Expected("x", "stop")), scenario("short", 1, Expected("x", "length"))
    refused = scenario("refused", 5, Expected(error="ValueError"))
    judged = SimpleNamespace(contract=BACKEND_API, recordings=(long, refused, short))
    assert answers(judged) == (short, long)
    assert one_answer(judged) == (short,)
    judged.contract = BACKEND_API
    lines = scenario("lines", 0, Expected("x", "stop")).answered(reply(b"{}"))
    judged.recordings = (long, short, lines)
    assert one_per_codec(judged) == (short, lines)
    judged.recordings = (long, refused, short)
    assert refusals(judged) == (refused,)
    assert everything(judged) == (short, long, refused)


def test_an_answer_without_text_stands_apart():
    calls = Scenario("calls", CALL, (reply(b"x"),), Expected("", "tool_calls"))
    said = Scenario("said", CALL, (reply(b"xx"),), Expected("x", "stop"))
    judged = SimpleNamespace(contract=BACKEND_API, recordings=(calls, said))
    assert (answers(judged), wordless(judged), everything(judged)) == ((said,), (calls,), (said, calls))
