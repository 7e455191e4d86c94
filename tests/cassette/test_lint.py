import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from harness.cassette import lint, rules, store
from harness.cassette.lint import Limits
from harness.recording import Expected, Provenance
from harness.target import CASSETTES, contract_named

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LIMITS = Limits(now=NOW)
KEY = "sk-proj-0123456789abcdefghij"


@cache
def sound(name):
    """Give a recording of ours as today's scrub would have made it."""
    raw = store.load(CASSETTES / f"{name}.yaml")
    return lint.scrub_of(raw, contract_of(name)).recording(raw)


def contract_of(name):
    return contract_named(name.partition("/")[0], "")


def judged(recording, name="openai_chat/one-turn", limits=LIMITS):
    """Give rule, place and message of each finding."""
    findings = lint.judge(recording, CASSETTES / f"{name}.yaml", contract_of(name), limits)
    return [(finding.rule.id, finding.place, finding.message) for finding in findings]


def exchange(recording, **changes):
    return replace(recording, interactions=(replace(recording.interactions[0], **changes),))


def wire(recording, **changes):
    return exchange(recording, wire=replace(recording.interactions[0].wire, **changes))


def in_one_piece(recording, body):
    return exchange(recording, body=body, wire=replace(recording.interactions[0].wire, chunks=(len(body),), at=(0.1,)))


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_our_recordings_are_sound(path):
    name = f"{path.parent.name}/{path.stem}"
    assert judged(sound(name), name) == []


STREAM, TEXT, DOCUMENT = "openai_chat/one-turn", "acytoo/one-turn", "openai_chat/document"
REQUEST, RESPONSE = "interactions[0].request", "interactions[0].response"
MISFITS = {
    "of another provider": (
        "LINT-03",
        "metadata.provider",
        "expected the provider 'openai_chat', got 'acytoo'",
        lambda one: replace(one, provider="acytoo"),
    ),
    "of another scenario": (
        "LINT-03",
        "metadata.scenario",
        "expected the scenario 'one-turn' by the name of the file, got 'two-turns'",
        lambda one: replace(one, scenario="two-turns"),
    ),
    "nobody answered": (
        "LINT-05",
        "metadata.upstream",
        "expected metadata.upstream, got nothing",
        lambda one: replace(one, upstream=" "),
    ),
    "no tool version": (
        "LINT-05",
        "metadata.versions.llm-provider-harness",
        "expected metadata.versions.llm-provider-harness, got nothing",
        lambda one: replace(one, versions={"python": "3.11"}),
    ),
    "no message": (
        "LINT-05",
        "metadata.call.messages",
        "expected metadata.call.messages, got nothing",
        lambda one: replace(one, call=replace(one.call, messages=())),
    ),
    "no date": (
        "LINT-05",
        "metadata.recorded_at",
        "expected date and time with offset (ISO 8601), got 'yesterday'",
        lambda one: replace(one, recorded_at="yesterday"),
    ),
    "no offset": (
        "LINT-05",
        "metadata.recorded_at",
        "expected date and time with offset (ISO 8601), got '2026-11-21T13:00:00'",
        lambda one: replace(one, recorded_at="2026-11-21T13:00:00"),
    ),
    "a date beyond all dates": (
        "LINT-05",
        "metadata.recorded_at",
        "expected date and time with offset (ISO 8601), got '9999-12-31T23:59:59-23:59'",
        lambda one: replace(one, recorded_at="9999-12-31T23:59:59-23:59"),
    ),
    "of tomorrow": (
        "LINT-05",
        "metadata.recorded_at",
        "expected a moment that is past, got '2027-01-01T00:00:00+00:00'",
        lambda one: replace(one, recorded_at="2027-01-01T00:00:00+00:00"),
    ),
    "nothing expected": (
        "LINT-05",
        "metadata.expected",
        "expected either a finish or an error, got finish nothing and error nothing",
        lambda one: replace(one, expected=Expected("x")),
    ),
    "all expected": (
        "LINT-05",
        "metadata.expected",
        "expected either a finish or an error, got finish 'stop' and error 'ValueError'",
        lambda one: replace(one, expected=Expected("", "stop", "ValueError")),
    ),
    "a model that is called a stand-in": (
        "LINT-06",
        "metadata.provenance",
        "expected an upstream that agrees with stand-in, got 'SmolLM2-135M by llama.cpp'",
        lambda one: replace(one, provenance=Provenance.STAND_IN),
    ),
    "a stand-in that is called live": (
        "LINT-06",
        "metadata.provenance",
        "expected an upstream that agrees with live, got 'Stand-in for x'",
        lambda one: replace(one, provenance=Provenance.LIVE, upstream="Stand-in for x"),
    ),
    "live on this machine": (
        "LINT-07",
        "metadata.upstream",
        "expected a service beyond this machine, got 'http://127.0.0.1:8080'",
        lambda one: replace(one, provenance=Provenance.LIVE, upstream="http://127.0.0.1:8080"),
    ),
    "a key in the path": (
        "LINT-08",
        f"{REQUEST}.uri",
        "expected nothing that scrubbing changes, got a secret or a passing value near character 45",
        lambda one: exchange(one, uri=f"{one.interactions[0].uri}?x={KEY}"),
    ),
    "a key in a header": (
        "LINT-08",
        f"{REQUEST}.headers.Accept",
        "expected REDACTED in place of a secret, got the value of 'Accept'",
        lambda one: exchange(
            one,
            request_headers=(
                *(entry for entry in one.interactions[0].request_headers if entry[0] != "Accept"),
                ("Accept", f"*/*; x={KEY}"),
            ),
        ),
    ),
    "a header that nobody asked for": (
        "LINT-08",
        f"{RESPONSE}.headers.x-organisation",
        "expected a header of the allow-list, got 'x-organisation'",
        lambda one: exchange(one, headers=(*one.interactions[0].headers, ("x-organisation", "acme"))),
    ),
    "a key in a reply": (
        "LINT-08",
        f"{RESPONSE}.body.string",
        "expected nothing that scrubbing changes, got a secret or a passing value near byte 2",
        lambda one: in_comment(one, f": {KEY}\n\n".encode()),
    ),
    "a key in the question": (
        "LINT-08",
        "metadata.call.messages[0]",
        "expected nothing that scrubbing changes, got a secret or a passing value",
        lambda one: replace(one, call=replace(one.call, messages=({"role": "user", "content": KEY},))),
    ),
    "a key among the options": (
        "LINT-08",
        "metadata.call.options.api_key",
        "expected nothing that scrubbing changes, got a secret or a passing value near character 0",
        lambda one: replace(one, call=replace(one.call, options={"api_key": "hunter2"})),
    ),
    "another method": (
        "LINT-09",
        f"{REQUEST}.method",
        "expected POST, got 'GET'",
        lambda one: exchange(one, method="GET"),
    ),
    "another path": (
        "LINT-09",
        f"{REQUEST}.uri",
        "expected the path /v1/chat/completions, got '/v1/v1/chat/completions'",
        lambda one: exchange(one, uri="https://api.openai.com/v1/v1/chat/completions"),
    ),
    "no address": (
        "LINT-09",
        f"{REQUEST}.uri",
        "expected the path /v1/chat/completions, got 'http://[x'",
        lambda one: exchange(one, uri="http://[x"),
    ),
    "another accept": (
        "LINT-09",
        f"{REQUEST}.headers",
        "expected an Accept that admits text/event-stream or application/json, got 'text/html'",
        lambda one: exchange(one, request_headers=(("accept", "text/html"), ("content-type", "application/json"))),
    ),
    "no content-type": (
        "LINT-09",
        f"{REQUEST}.headers",
        "expected content-type application/json, got ''",
        lambda one: exchange(one, request_headers=()),
    ),
    "a body that breaks the schema": (
        "LINT-09",
        f"{REQUEST}.body",
        """expected the payload schema to hold, got at $: "'messages' is a required property\"""",
        lambda one: exchange(one, request_body=b'{"model": "m"}'),
    ),
    "no JSON": (
        "LINT-09",
        f"{REQUEST}.body",
        "expected JSON in UTF-8, got Expecting value: line 1 column 1 (char 0)",
        lambda one: exchange(one, request_body=b"model=m"),
    ),
    "an abyss of JSON": (
        "LINT-09",
        f"{REQUEST}.body",
        "expected JSON in UTF-8, got maximum recursion depth exceeded",
        lambda one: exchange(one, request_body=b"[" * 100_000),
    ),
    "no sentinel": (
        "LINT-10",
        RESPONSE,
        "expected the sentinel [DONE], got none in 30 events",
        lambda one: exchange(one, body=one.interactions[0].body.replace(b"[DONE]", b"[GONE]")),
    ),
    "no stop value": (
        "LINT-10",
        RESPONSE,
        "expected a stop value at choices[0].finish_reason, got none in 30 events",
        lambda one: exchange(
            one, body=one.interactions[0].body.replace(b'"finish_reason":"stop"', b'"finish_reason":null  ')
        ),
    ),
    "no events": (
        "LINT-10",
        f"{RESPONSE}.body.string",
        "expected a reply in sse, got 'utf-8' codec can't decode byte 0xff in position 2",
        lambda one: in_comment(one, b": \xff\n\n"),
    ),
    "one chunk": (
        "LINT-11",
        f"{RESPONSE}.x_wire",
        "expected more than one chunk, got 1",
        lambda one: in_one_piece(one, one.interactions[0].body),
    ),
    "all at once": (
        "LINT-11",
        f"{RESPONSE}.x_wire",
        "expected chunks that came one after another, got all 28 at 0.5 s",
        lambda one: wire(one, at=(0.5,) * len(one.interactions[0].wire.at)),
    ),
    "one event": (
        "LINT-11",
        f"{RESPONSE}.x_wire",
        "expected more than one event, got 1",
        lambda one: wire(
            exchange(
                one, body=b'data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
            ),
            chunks=(71, 14),
            at=(0.1, 0.2),
        ),
    ),
    "a document for a stream": (
        "LINT-11",
        f"{RESPONSE}.x_wire",
        "expected a stream as the call asks for, got json",
        lambda one: in_one_piece(one, sound(DOCUMENT).interactions[0].body),
    ),
}


def in_comment(recording, comment):
    """Put a comment of SSE before a reply."""
    reply = recording.interactions[0]
    chunks, at = (len(comment), *reply.wire.chunks), (0.01, *reply.wire.at)
    return wire(exchange(recording, body=comment + reply.body), chunks=chunks, at=at)


@pytest.mark.parametrize(("rule", "place", "message", "spoil"), MISFITS.values(), ids=MISFITS)
def test_a_misfit_breaks_one_rule(rule, place, message, spoil):
    found = judged(spoil(sound(STREAM)))
    assert [(one, where, told[: len(message)]) for one, where, told in found] == [(rule, place, message)]


def test_every_pure_rule_has_a_misfit():
    judged_elsewhere = {
        *(rules.LOADS, rules.OURS, rules.USED, rules.PLAYED, rules.MEANT),
        *(rules.SMALL, rules.FRESH),
    }
    assert {rule.id for rule in rules.RULES} - {rule.id for rule in judged_elsewhere} == {
        rule for rule, *_ in MISFITS.values()
    }
    assert [rule.id for rule in rules.RULES] == [f"LINT-{number:02}" for number in range(1, 16)]


def test_a_stream_for_a_document_is_a_misfit():
    stream = sound(STREAM).interactions[0]
    spoiled = exchange(sound(DOCUMENT), body=stream.body, wire=stream.wire)
    message = "expected one document as the call asks for, got sse"
    assert judged(spoiled, DOCUMENT) == [("LINT-11", f"{RESPONSE}.x_wire", message)]


def test_a_document_without_its_stop_value_has_no_end():
    one = sound(DOCUMENT)
    body = one.interactions[0].body.replace(b'"finish_reason":"stop"', b'"finish_reason":null')
    message = "expected a stop value at choices[0].finish_reason, got none in 1 events"
    assert judged(in_one_piece(one, body), DOCUMENT) == [("LINT-10", RESPONSE, message)]


def test_text_ends_with_its_body():
    one = sound(TEXT)
    message = "expected a complete body, which is the only end that this API has, got half-close"
    assert judged(wire(one, end="half-close"), TEXT) == [("LINT-10", RESPONSE, message)]


def test_text_that_is_not_claimed_to_stream_may_come_at_once():
    one = sound(TEXT)
    at_once = in_one_piece(one, one.interactions[0].body)
    contract = contract_of(TEXT)
    file = CASSETTES / f"{TEXT}.yaml"
    assert [found.rule for found in lint.judge(at_once, file, contract, LIMITS)] == [rules.STREAMED]
    assert list(lint.judge(at_once, file, replace(contract, claims=frozenset()), LIMITS)) == []


def test_a_documented_header_is_there_or_was_scrubbed():
    name = "aiask/one-turn"
    one = sound(name)
    headers = dict(one.interactions[0].request_headers)
    del headers["origin"]
    assert judged(exchange(one, request_headers=tuple(headers.items())), name) == [
        ("LINT-09", f"{REQUEST}.headers.origin", r"expected origin: https://e\.aiask\.me, got nothing")
    ]
    assert judged(exchange(one, request_headers=tuple({**headers, "origin": "REDACTED"}.items())), name) == []


def test_a_header_for_one_call_is_there_whatever_its_value():
    name = "flowgpt/one-turn"
    one = sound(name)
    headers = dict(one.interactions[0].request_headers)
    assert judged(exchange(one, request_headers=tuple({**headers, "x-nonce": "REDACTED"}.items())), name) == []
    del headers["x-nonce"]
    assert [rule for rule, *_ in judged(exchange(one, request_headers=tuple(headers.items())), name)] == ["LINT-09"]


def test_what_was_scrubbed_from_a_body_does_not_break_its_schema():
    one = sound(TEXT)
    body = one.interactions[0].request_body.replace(b'"key": ""', b'"key": "REDACTED"')
    assert judged(exchange(one, request_body=body), TEXT) == []


def test_what_was_refused_as_bad_may_have_a_bad_body():
    one = sound("openai_chat/refusal-bad-request")
    assert b'"most"' in one.interactions[0].request_body
    assert judged(one, "openai_chat/refusal-bad-request") == []
    told_otherwise = replace(one, expected=replace(one.expected, error="RuntimeError"))
    assert [rule for rule, *_ in judged(told_otherwise, "openai_chat/refusal-bad-request")] == ["LINT-09"]


def test_what_was_imported_was_asked_by_another_client_and_came_nobody_knows_how():
    one = replace(sound(STREAM), provenance=Provenance.IMPORTED, recorded_at="")
    one = in_one_piece(one, one.interactions[0].body)
    uri = "https://api.example/openai/v1/chat/completions"
    assert judged(exchange(one, uri=uri, request_headers=(), request_body=b"{}")) == []
    assert [rule for rule, *_ in judged(exchange(one, uri="https://api.example/other"))] == ["LINT-09"]
    assert [rule for rule, *_ in judged(replace(one, recorded_at="once"))] == ["LINT-05"]


def test_without_a_contract_the_rules_that_need_none_remain():
    one = exchange(sound("acytoo/one-turn"), method="GET", uri=f"http://x/?k={KEY}")
    found = lint.judge(one, CASSETTES / "acytoo/one-turn.yaml", None, LIMITS)
    assert [(finding.rule, finding.place) for finding in found] == [(rules.SECRET, f"{REQUEST}.uri")]


def test_an_old_recording_is_a_note():
    one = sound(STREAM)
    assert judged(one, limits=replace(LIMITS, age=9)) == [
        ("LINT-15", "metadata.recorded_at", "expected a recording of the last 9 days, got one of 9 days")
    ]
    assert judged(one, limits=replace(LIMITS, age=10)) == []
    assert rules.FRESH.level is rules.Level.NOTE


def write(folder, text, name="one-turn.yaml"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(path, limits=LIMITS):
    """Give rule, line and message of what is found when it is read."""
    findings = lint.located(lint.read(path, limits).findings, path)
    return [(finding.rule.id, finding.line, finding.message) for finding in findings]


SOUND_TEXT = (CASSETTES / f"{STREAM}.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [", 2, "expected safe YAML in UTF-8: "),
        (b"\xff", None, "expected safe YAML in UTF-8: 'utf-8' codec can't decode byte 0xff"),
        ("a: 1\nb: !!python/object:os.system {}\n", 2, "expected safe YAML in UTF-8: line 2: expected no tag"),
        ("- 1\n", None, "expected a mapping at the whole file"),
        (SOUND_TEXT.replace("code: 200", "code: 2000"), 39, "expected a whole number, 100 to 599 at interactions[0]."),
        (
            SOUND_TEXT.replace("provenance: local-llm", "provenance: rumour"),
            5,
            "expected live or local-llm or stand-in",
        ),
    ],
    ids=["no YAML", "no text", "tag", "list", "member", "word"],
)
def test_a_file_that_does_not_load_is_a_finding_with_its_line(tmp_path, text, line, message):
    [(rule, at, told)] = loaded(write(tmp_path, text))
    assert (rule, told[: len(message)]) == ("LINT-01", message)
    assert at == line


def test_a_cassette_of_plain_vcrpy_is_one_finding(tmp_path, shared_cassette):
    lacks = "expected metadata and response.x_wire beside the exchanges, got a cassette of plain vcrpy"
    assert loaded(write(tmp_path, "interactions: []\nversion: 1\n")) == [("LINT-02", None, lacks)]
    assert loaded(shared_cassette("openai-chat/pydantic-ai__test_text_response.yaml")) == [("LINT-02", None, lacks)]


@pytest.fixture
def shared_cassette():
    def find(name):
        path = os.environ.get("HARNESS_SHARED", CASSETTES.parent.parent / "shared") / "cassettes" / name
        if not path.exists():
            pytest.skip(f"{name} is not at hand; HARNESS_SHARED names its folder")
        return path

    return find


def test_a_link_out_of_its_folder_is_not_read(tmp_path):
    path = tmp_path / "one-turn.yaml"
    path.symlink_to("/dev/zero")
    assert loaded(path) == [("LINT-01", None, "expected a file in this folder, got a link that leads out")]


def test_a_link_to_itself_is_a_finding(tmp_path):
    path = tmp_path / "one-turn.yaml"
    path.symlink_to(path)
    assert loaded(path) == [("LINT-01", None, "Too many levels of symbolic links")]


def test_a_pipe_is_not_read(tmp_path):
    path = tmp_path / "one-turn.yaml"
    os.mkfifo(path)
    assert loaded(path) == [("LINT-01", None, "expected a file, got a pipe")]


def test_a_file_over_the_budget_is_a_warning(tmp_path):
    path = write(tmp_path, SOUND_TEXT)
    size = path.stat().st_size
    assert loaded(path, replace(LIMITS, size=size)) == []
    message = f"expected at most {size - 1} bytes, got {size}"
    assert loaded(path, replace(LIMITS, size=size - 1)) == [("LINT-14", None, message)]
    assert rules.SMALL.level is rules.Level.WARNING


def test_no_message_shows_a_secret(tmp_path):
    text = SOUND_TEXT.replace("provenance: local-llm", f"provenance: {KEY}")
    [(_, line, message)] = loaded(write(tmp_path, text))
    assert (line, KEY in message, "REDACTED" in message) == (5, False, True)
    spoiled = [spoil(sound(STREAM)) for *_, spoil in MISFITS.values()]
    told = [message for one in spoiled for _, _, message in judged(exchange(one, method=KEY))]
    assert len(told) > len(MISFITS)
    assert [message for message in told if KEY in message] == []
