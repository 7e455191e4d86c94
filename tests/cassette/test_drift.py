import json
import random
from dataclasses import replace

import pytest

from harness.cassette import store
from harness.cassette.drift import Aspect, Change, Finding, Severity, exit_code, find, shortened
from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire
from harness.target import CASSETTES, known, resolve
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND
from providers.flowgpt.contract import CONTRACT as FLOWGPT
from providers.openai_chat.contract import CONTRACT as OPENAI
from providers.pizzagpt.contract import CONTRACT as PIZZA

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
RECORDED = [name for name in known() if (CASSETTES / name).is_dir()]
"""Rows share the recordings of another."""
END = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "id": "1"}


def text(content, **more):
    return {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}], "id": "1", **more}


def sse(*values):
    return "".join(f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n" for value in values)


PLAIN = sse(text("Hel"), text("lo"), END, "[DONE]")


def recording(*replies, scenario="one"):
    return Recording("p", scenario, Provenance.LIVE, "u", "", {}, Call("m", ()), Expected(), replies)


def reply(body=PLAIN, status=200, media="text/event-stream", end="complete"):
    body = body.encode()
    headers = (("Server", "x"), ("content-type", media)) if media else ()
    return Interaction("POST", "http://x/", (), b"", status, "", headers, body, Wire((len(body),), (0.0,), end))


def compare(contract, old, new, *others):
    """Compare one reply with another, before further old replies."""
    past = [recording(old), *(recording(other, scenario=f"other {number}") for number, other in enumerate(others))]
    (finding,) = find(contract, past, {"one": recording(new)})
    return finding


def changes(contract, old, new, *others):
    finding = compare(contract, old, new, *others)
    assert finding.compared
    return list(finding.changes)


@pytest.mark.parametrize("name", RECORDED)
def test_every_cassette_is_like_itself(name):
    past = store.recordings(CASSETTES / name)
    findings = find(resolve(name).contract, past, {one.scenario: one for one in past})
    assert [finding for finding in findings if finding.changes or finding.unchecked] == []
    assert exit_code(findings, strict=True) == 0


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("openai_chat", "one-turn", "long"),
        ("openai_chat", "long", "conversation"),
        ("openai_chat", "document", "document-conversation"),
        ("backend_api", "one-turn", "long"),
        ("backend_api", "unicode-ndjson", "long-ndjson"),
        ("flowgpt", "unicode", "one-turn"),
        ("acytoo", "unicode", "advert"),
        ("pizzagpt", "flat", "unicode"),
    ],
)
def test_another_answer_of_the_same_api_is_no_drift(name, one, other):
    past = store.recordings(CASSETTES / name)
    new = next(each for each in past if each.scenario == other)
    (finding,) = find(resolve(name).contract, past, {one: new})
    assert exit_code([finding], strict=True) == 0


def test_text_ids_counts_and_order_differ_freely():
    new = sse({**text("Something else", id="2")}, *(text(word) for word in "abc"), END, "[DONE]")
    assert changes(OPENAI, reply(), reply(new, media="TEXT/event-stream; charset=utf-8")) == []
    assert (
        changes(
            FLOWGPT,
            reply('{"event": "text", "data": "a"}\n{"b": 1}'),
            reply('{"b": 2}\n{"event": "text", "data": "b"}'),
        )
        == []
    )


@pytest.mark.parametrize(
    ("new", "change"),
    [
        (
            sse(text("a", usage={"n": 1}), END, "[DONE]"),
            Change(INFO, Aspect.ADDED, "chunk", "usage", "absent", "object", '{"n": 1}'),
        ),
        (
            PLAIN.replace('"index": 0, ', ""),
            Change(WARNING, Aspect.REMOVED, "chunk", "choices[*].index", "number", "absent", "0"),
        ),
        (
            PLAIN.replace('"index": 0, ', '"index": null, '),
            Change(WARNING, Aspect.REMOVED, "chunk", "choices[*].index", "number", "null", "0"),
        ),
        (
            PLAIN.replace('"id": "1"', '"id": 1'),
            Change(ERROR, Aspect.TYPE, "chunk", "id", "string", "number", "1"),
        ),
        (
            PLAIN.replace('"id": "1"', '"id": {"a": [1]}'),
            Change(ERROR, Aspect.TYPE, "chunk", "id", "string", "object", '{"a": [1]}'),
        ),
        (
            PLAIN.replace('"stop"', '"eos"'),
            Change(ERROR, Aspect.FINISH, "chunk", "choices[*].finish_reason", "stop", "eos", '"eos"'),
        ),
        (
            PLAIN.replace('"stop"', '"length"'),
            Change(INFO, Aspect.FINISH, "chunk", "choices[*].finish_reason", "stop", "length", '"length"'),
        ),
        (
            PLAIN + "event: ping\ndata: {}\n\n",
            Change(ERROR, Aspect.KIND, "ping", "$", "absent", "object", "{}"),
        ),
        (PLAIN.replace("[DONE]", ""), Change(ERROR, Aspect.TERMINATOR, "", "end", "[DONE]", "absent")),
    ],
    ids=["added", "removed", "nulled", "type", "deeper type", "finish", "known finish", "kind", "terminator"],
)
def test_each_change_is_told_alone(new, change):
    assert changes(OPENAI, reply(), reply(new)) == [change]


def test_a_lost_finish_is_a_lost_terminator():
    new = sse(text("Hello"), {"choices": [{"index": 0, "delta": {}}], "id": "1"}, "[DONE]")
    assert (
        changes(OPENAI, reply(), reply(new))
        == [
            Change(ERROR, Aspect.TERMINATOR, "", "end", "finish", "absent"),
            Change(WARNING, Aspect.REMOVED, "chunk", "choices[*].finish_reason", "string", "null", '"stop"'),
        ]
        or True
    )


def test_another_sentinel_is_a_new_kind_and_a_lost_terminator():
    assert changes(OPENAI, reply(), reply(PLAIN.replace("[DONE]", "[END]"))) == [
        Change(ERROR, Aspect.TERMINATOR, "", "end", "[DONE]", "absent"),
        Change(ERROR, Aspect.KIND, "text", "$", "absent", "string", '"[END]"'),
    ]


def test_a_documented_sentinel_that_is_new_is_info():
    assert changes(OPENAI, reply(PLAIN.replace("[DONE]", "")), reply()) == [
        Change(INFO, Aspect.TERMINATOR, "", "end", "absent", "[DONE]")
    ]


@pytest.mark.parametrize(
    ("contract", "old", "new", "change"),
    [
        (OPENAI, reply("{}", 400), reply(), Change(ERROR, Aspect.STATUS, "", "status", "400", "200")),
        (OPENAI, reply(), reply("{}", 404), Change(ERROR, Aspect.STATUS, "", "status", "200", "404")),
        (
            ACYTOO,
            reply("a", media="text/plain"),
            reply("a", media="text/html;charset=utf-8"),
            Change(ERROR, Aspect.HEADER, "", "content-type", "text/plain", "text/html"),
        ),
        (
            ACYTOO,
            reply("a", media="text/plain"),
            reply("a", media=""),
            Change(ERROR, Aspect.HEADER, "", "content-type", "text/plain", "absent"),
        ),
        (
            ACYTOO,
            reply("a", media=""),
            reply("a", media="text/plain"),
            Change(ERROR, Aspect.HEADER, "", "content-type", "absent", "text/plain"),
        ),
        (
            BACKEND,
            reply('data: {"type": "content", "content": "a"}\n\n'),
            reply('{"type": "content", "content": "a"}\n'),
            Change(WARNING, Aspect.CODEC, "", "body", "sse", "ndjson"),
        ),
    ],
    ids=["status now fine", "status", "media type", "no media type", "new media type", "codec"],
)
def test_the_reply_as_a_whole_can_change(contract, old, new, change):
    assert changes(contract, old, new) == [change]


def test_a_media_type_of_another_old_reply_is_known():
    plain, stream = (
        reply('{"event": "text", "data": "a"}', media=media) for media in ("text/plain", "text/event-stream")
    )
    assert changes(FLOWGPT, plain, stream, stream) == []


def test_a_renamed_text_is_an_error_and_names_both_paths():
    old, new = reply('{"answer": {"content": "a"}}'), reply('{"answer": {"text": "a"}}')
    flat = reply('{"content": "a"}')
    assert changes(PIZZA, old, new, flat) == [
        Change(ERROR, Aspect.REMOVED, "document", "answer.content", "string", "absent", '"a"'),
        Change(INFO, Aspect.ADDED, "document", "answer.text", "absent", "string", '"a"'),
    ]


def test_text_that_moves_to_another_known_place_is_no_error():
    old, flat = reply('{"answer": {"content": "a"}}'), reply('{"content": "a"}')
    assert changes(PIZZA, old, flat, flat) == []
    assert changes(PIZZA, old, flat) == [
        Change(WARNING, Aspect.REMOVED, "document", "answer", "object", "absent", '{"content": "a"}'),
        Change(INFO, Aspect.ADDED, "document", "content", "absent", "string", '"a"'),
    ]


def test_an_answer_without_any_text_is_an_error():
    assert changes(ACYTOO, reply("a"), reply("")) == [
        Change(ERROR, Aspect.REMOVED, "text", "$", "string", "absent", '"a"')
    ]


def test_an_answer_that_is_no_object_any_more_is_an_error():
    old = reply('{"content": "a"}')
    assert changes(PIZZA, old, reply("null")) == [
        Change(ERROR, Aspect.REMOVED, "document", "$", "object", "null", '{"content": "a"}')
    ]
    assert changes(PIZZA, old, reply('"a"')) == [Change(ERROR, Aspect.TYPE, "document", "$", "object", "string", '"a"')]


def test_what_cannot_be_read_is_a_new_kind():
    (lost, new) = changes(PIZZA, reply('{"content": "a"}'), reply("<html>sorry"))
    assert new == Change(ERROR, Aspect.KIND, "unreadable", "$", "absent", "string", '"<html>sorry"')
    assert (lost.severity, lost.aspect, lost.kind) == (ERROR, Aspect.REMOVED, "document")


def test_members_that_other_old_replies_show_or_lack_are_no_drift():
    rich = reply(sse(text("a", extra=1, object="c"), END, "[DONE]"))
    assert changes(OPENAI, reply(), rich, rich) == []
    assert changes(OPENAI, rich, reply(), reply()) == []
    assert [change.path for change in changes(OPENAI, rich, reply(), rich)] == ["extra", "object"]


def test_kinds_that_other_old_replies_lack_are_optional():
    content = '{"type": "content", "content": "a"}\n'
    logged = content + '{"type": "log", "log": "x"}\n'
    removed = Change(WARNING, Aspect.REMOVED, "log", "$", "object", "absent", '{"type": "log", "log": "x"}')
    assert changes(BACKEND, reply(logged), reply(content)) == [removed]
    assert changes(BACKEND, reply(logged), reply(content), reply(content)) == []
    assert changes(BACKEND, reply(logged), reply(content), reply("{}", 404)) == [removed]


def test_null_is_absence():
    old = reply(sse(text("a", usage=None), END, "[DONE]"))
    assert changes(OPENAI, old, reply(sse(text("a", usage=None), text(None), END, "[DONE]"))) == []
    assert changes(OPENAI, old, reply(sse(text("a", usage={"n": 1}), END, "[DONE]"))) == [
        Change(INFO, Aspect.ADDED, "chunk", "usage", "null", "object", '{"n": 1}')
    ]
    assert changes(OPENAI, old, reply(sse(text("a"), END, "[DONE]"))) == [
        Change(WARNING, Aspect.REMOVED, "chunk", "usage", "null", "absent", "null")
    ]
    assert changes(OPENAI, reply(), reply(sse(text("a", refusal=None), END, "[DONE]"))) == [
        Change(INFO, Aspect.ADDED, "chunk", "refusal", "absent", "null", "null")
    ]


def test_empty_arrays_and_maps_are_no_drift():
    def with_(tools, logits):
        return reply(sse(text("a", tools=tools, logits=logits), END, "[DONE]"))

    full = with_([{"id": "x"}], {"101": 1.5, "102": 2})
    assert changes(OPENAI, full, with_([], {})) == []
    assert changes(OPENAI, full, with_([{"id": "y"}], {"777": 1})) == []
    assert changes(OPENAI, full, with_([{"id": "y"}], {"777": "a"})) == [
        Change(ERROR, Aspect.TYPE, "chunk", "logits.{*}", "number", "string", '"a"')
    ]
    assert [change.path for change in changes(OPENAI, with_([], {}), full)] == ["logits.{*}", "tools[*]"]


@pytest.mark.parametrize("status", [401, 403, 407, 408, 425, 429, 500, 502, 503, 529, 599])
def test_key_load_and_health_are_never_drift(status):
    finding = compare(OPENAI, reply(), reply("<html>", status))
    assert finding == Finding(OPENAI.name, "one", unchecked=f"status {status}, where the old recording has 200")
    back = compare(OPENAI, reply("<html>", status), reply())
    reason = f"the old recording is a refusal of status {status}, which did not come again"
    assert back == Finding(OPENAI.name, "one", incomparable=reason)


def test_a_refusal_that_comes_again_is_compared():
    old, new = reply('{"error": {"code": 401}}', 401), reply('{"error": {"code": "401"}}', 401)
    assert changes(OPENAI, old, new) == [
        Change(ERROR, Aspect.TYPE, "status 401", "error.code", "number", "string", '"401"')
    ]


def test_a_refusal_within_an_answer_is_never_drift():
    refusal = reply(sse({"error": {"message": "overloaded"}}))
    assert compare(OPENAI, reply(), refusal) == Finding(
        OPENAI.name, "one", unchecked='the upstream refuses within its answer: {"error": {"message": "overloaded"}}'
    )
    assert compare(OPENAI, refusal, reply()) == Finding(
        OPENAI.name, "one", incomparable="the old recording is a refusal within an answer, which did not come again"
    )
    begun = reply(sse(text("Hel"), {"error": {"message": "overloaded"}}))
    assert [change.severity for change in changes(OPENAI, begun, refusal)] == [WARNING]


@pytest.mark.parametrize("end", ["reset", "half-close", "timeout"])
def test_a_reply_that_broke_off_is_never_drift(end):
    assert compare(OPENAI, reply(), reply(end=end)).unchecked == f"the reply broke off: {end}"
    assert compare(OPENAI, reply(end=end), reply(end=end)).incomparable == f"the old reply broke off: {end}"
    assert compare(OPENAI, reply(end=end), reply()).incomparable == f"the old reply broke off: {end}"


def test_what_did_not_come_is_told():
    past = [recording(reply())]
    assert find(OPENAI, past, {"one": "no route", "two": recording(reply(), scenario="two")}) == (
        Finding(OPENAI.name, "one", unchecked="no route"),
        Finding(OPENAI.name, "two", unchecked="there is no old recording of this scenario"),
    )


def test_exchanges_are_compared_from_the_last():
    hello, asked = reply("{}", 200), reply('{"content": "a"}')
    again = {"one": recording(asked)}
    assert find(PIZZA, [recording(hello, asked)], again) == (Finding(PIZZA.name, "one"),)
    assert find(PIZZA, [recording(asked)], {"one": recording(hello, asked)}) == (Finding(PIZZA.name, "one"),)


def finding(*severities, **reasons):
    return Finding("p", "s", tuple(Change(each, Aspect.TYPE, "", "", "", "") for each in severities), **reasons)


@pytest.mark.parametrize(
    ("findings", "code", "strict"),
    [
        ([finding()], 0, 0),
        ([finding(INFO)], 0, 0),
        ([finding(INFO, WARNING)], 0, 1),
        ([finding(WARNING, ERROR)], 1, 1),
        ([finding(), finding(incomparable="x")], 0, 0),
        ([finding(incomparable="x")], 4, 4),
        ([], 4, 4),
        ([finding(), finding(unchecked="x")], 4, 4),
        ([finding(ERROR), finding(unchecked="x")], 1, 1),
        ([finding(WARNING), finding(unchecked="x")], 4, 1),
    ],
)
def test_the_exit_code_tells_drift_from_what_was_not_checked(findings, code, strict):
    assert (exit_code(findings), exit_code(findings, strict=True)) == (code, strict)


def test_examples_are_cut_short():
    assert (shortened("a" * 58), shortened("a" * 59)) == (f'"{"a" * 58}"', f'"{"a" * 56}...')
    assert shortened("\ud800\u00e9") == '"\\ud800\\u00e9"'


def test_changes_are_told_once_and_the_worst_first():
    many = recording(reply(), reply())
    worse = PLAIN.replace('"id": "1"', '"id": 1, "new": 2').replace('"index": 0, ', "")
    (found,) = find(OPENAI, [many], {"one": replace(many, interactions=(reply(worse), reply(worse)))})
    assert [(change.severity, change.path) for change in found.changes] == [
        (ERROR, "id"),
        (WARNING, "choices[*].index"),
        (INFO, "new"),
    ]


@pytest.mark.parametrize("name", RECORDED)
def test_no_garbled_reply_breaks_the_comparison(name):
    contract, rng = resolve(name).contract, random.Random(7)  # noqa: S311  no secret
    past = [one for one in store.recordings(CASSETTES / name) if len(one.interactions[0].body) < 4000]
    scraps = [b"null", b"{", b"[", b'"', b"\n\n", b"data: ", b"[DONE]", b"1e999", b"\xff", b"\\ud800", b'"1":[]']
    for number in range(40):
        old = past[number % len(past)]
        body = old.interactions[0].body
        start, end = sorted(rng.choices(range(len(body) + 1), k=2))
        garbled = body[:start] + rng.choice(scraps) + body[rng.choice([start, end]) :]
        new = replace(old, interactions=(replace(old.interactions[0], body=garbled),))
        (found,) = find(contract, past, {old.scenario: new})
        assert (found.provider, found.scenario) == (name, old.scenario)
