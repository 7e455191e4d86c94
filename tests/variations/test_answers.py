import json

from harness.framing import Event
from harness.recording import Call, Expected
from harness.scenario import Scenario
from harness.script import Chunk, Gate, Script, Send, reply
from harness.variations.answers import (
    MARK,
    answered_with,
    compact,
    escaped,
    events_of,
    expecting,
    halved,
    lockstep,
    until_finish,
    without_last_line_end,
)
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.flowgpt.contract import CONTRACT as FLOWGPT

CALL = Call("m", ({"role": "user", "content": "hi"},))
LINES = (
    '{"type": "provider"}\n{"type": "content", "content": "plain start "}\n{"type": "log"}\n'
    '{"type": "content", "content": "then é🍕 and a long rest of it"}\n'
    '{"type": "finish", "finish": {"reason": "stop"}}\n{"type": "usage"}\n'
)


def scenario(body, text, finish="stop"):
    return Scenario("one-turn", CALL, (reply(body.encode()),), Expected(text, finish))


def test_answered_with_expects_the_new_text_under_the_same_finish():
    varied = answered_with(ACYTOO, scenario("old", "old", "length"), ["a", "b"], "named")
    assert varied == Scenario("named", CALL, (Script((Send(), Chunk(b"a"), Chunk(b"b"))),), Expected("ab", "length"))


def test_compact_keeps_the_frame_and_an_excerpt_around_the_first_character_beyond_ascii():
    short = compact(BACKEND_API, scenario(LINES, "plain start then é🍕 and a long rest of it"))
    values = [event.value for event in events_of(BACKEND_API, short.script)]
    assert values == [
        {"type": "provider"},
        {"type": "content", "content": "n é"},
        {"type": "content", "content": "🍕 and "},
        {"type": "content", "content": "a long rest of"},
        {"type": "finish", "finish": {"reason": "stop"}},
        {"type": "usage"},
    ]
    assert short.expected == Expected("n é🍕 and a long rest of", "stop")


def test_compact_of_plain_ascii_is_its_start():
    short = compact(ACYTOO, scenario("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"))
    assert (short.script.body, short.expected.text) == (b"abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx")


def test_compact_of_blanks_keeps_blanks():
    assert compact(ACYTOO, scenario("    ", "    ")).expected.text == "    "


def test_lockstep_waits_after_every_text():
    varied, gates = lockstep(FLOWGPT, scenario('{"event": "text", "data": "old"}\n', "old"), ["a", "bc"])
    first, second = (Chunk(f'{{"event": "text", "data": "{text}"}}\n'.encode()) for text in ("a", "bc"))
    assert gates == ((1, "text of 1 characters"), (3, "text of 3 characters"))
    assert varied.script.steps == (Send(), first, Gate(gates[0][1]), second, Gate(gates[1][1]))


def test_lockstep_does_not_wait_after_other_events():
    varied, _ = lockstep(BACKEND_API, scenario(LINES, ""), ["a"])
    assert [type(step).__name__ for step in varied.script.steps] == ["Send", "Chunk", "Chunk", "Gate", "Chunk", "Chunk"]


def test_escaped_writes_astral_characters_as_surrogate_pairs():
    assert escaped(scenario('{"content": "é🍕"}', "é🍕")).script.body == b'{"content": "\\u00e9\\ud83c\\udf55"}'


def test_without_last_line_end_strips_all_of_them():
    assert without_last_line_end(b"a\nb\r\n\n") == b"a\nb"


def test_until_finish_drops_what_follows_the_terminal_marker():
    values = [
        event.value["type"] for event in events_of(BACKEND_API, until_finish(BACKEND_API, scenario(LINES, "")).script)
    ]
    assert values == ["provider", "content", "log", "content", "finish"]


def test_until_finish_keeps_all_where_there_is_no_marker():
    body = '{"event": "text", "data": "a"}\n{"event": "text", "data": "b"}\n'
    assert until_finish(FLOWGPT, scenario(body, "ab")).script.body == body.encode()


def test_expecting_changes_the_finish_alone():
    assert expecting(scenario("a", "a"), "length") == scenario("a", "a", "length")


def test_events_of_reads_the_body_of_a_script():
    assert events_of(FLOWGPT, reply(b'{"event": "text", "data": "a"}\n')) == (Event({"event": "text", "data": "a"}),)


def test_a_mark_becomes_half_a_pair_of_escaped_surrogates():
    halves = halved(scenario(f'{{"content": "a{MARK}b"}}', "ab"))
    assert json.loads(halves.script.body)["content"] == "a\ud83cb"
