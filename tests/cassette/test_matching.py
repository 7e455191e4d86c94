import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from harness.cassette.matching import Matcher, Mismatch
from harness.cassette.scrub import Scrub
from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire
from harness.transcript import Request

JSON = ("Content-Type", "application/json")
BODY = b'{"model": "m", "messages": [{"role": "user", "content": "H\\u00e9"}], "top_p": 1}'


def exchange(answer=b"hi", body=BODY, headers=(JSON,), uri="https://chat.test/v1/chat?b=2&a=1"):
    return Interaction("POST", uri, headers, body, 200, "OK", (), answer, Wire((len(answer),), (0.0,)))


def recording(*exchanges, scenario="one-turn"):
    call = Call("m", ())
    return Recording("x", scenario, Provenance.STAND_IN, "", "", {}, call, Expected("hi"), exchanges)


def request(body=BODY, target="/v1/chat?a=1&b=2", headers=(JSON,), method="POST"):
    return Request(method, target, headers, body)


def answers(matcher, *requests):
    return [matcher.find(each).body for each in requests]


@pytest.mark.parametrize(
    "same",
    [
        request(),
        request('{"top_p":1.0,"messages":[{"content":"Hé","role":"user"}],"model":"m"}'.encode()),
        request(target="/v1/%63hat?b=2&a=1"),
        request(target="http://other.test/v1/chat?a=1&b=2"),
        request(headers=(("content-type", "Application/JSON; charset=utf-8"), ("User-Agent", "curl"), ("X-Id", "7"))),
    ],
    ids=["as recorded", "other spelling", "other escapes", "through a proxy", "other headers"],
)
def test_a_request_is_found_by_what_it_means(same):
    assert answers(Matcher([recording(exchange())]), same) == [b"hi"]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (request(BODY.replace(b'"m"', b'"n"')), '-  "model": "m",\n+  "model": "n",'),
        (request(BODY.replace(b": 1}", b": true}")), '-  "top_p": 1\n+  "top_p": true'),
        (request(target="/v2/chat"), "-POST /v1/chat?a=1&b=2\n+POST /v2/chat"),
        (request(method="PUT"), "-POST /v1/chat?a=1&b=2\n+PUT /v1/chat?a=1&b=2"),
        (
            request(headers=(("content-type", "text/plain"),)),
            "-content-type: application/json\n+content-type: text/plain",
        ),
        (request(b"no \xff JSON"), "+no \\xff JSON"),
        (request(b"[" * 100_000), "+[["),
    ],
    ids=["member", "type", "path", "method", "header", "no JSON", "too deep"],
)
def test_another_request_is_refused_with_the_difference_to_the_nearest(other, told):
    far = exchange(body=b'{"quite": "another"}', uri="https://chat.test/other")
    with pytest.raises(Mismatch, match="expected a request that is recorded, got P") as refused:
        Matcher([recording(far, scenario="far"), recording(exchange())]).find(other)
    assert "the nearest is x/one-turn:\n--- recorded: x/one-turn\n+++ asked\n" in refused.value.message
    assert told in refused.value.message
    assert refused.value.hint == "harness record x --scenario one-turn"


def test_headers_of_a_recording_are_required_but_not_those_of_its_client():
    headers = (JSON, ("X-Sign", "s"), ("Accept", "*/*"), ("Accept-Encoding", "br"), ("Authorization", "REDACTED"))
    matcher = Matcher([recording(exchange(headers=headers))])
    asked = request(headers=(JSON, ("x-sign", "s "), ("authorization", "Bearer any")))
    assert answers(matcher, asked) == [b"hi"]
    for missing in range(1, 3):
        less = tuple(line for index, line in enumerate(asked.headers) if index != missing)
        with pytest.raises(Mismatch):
            matcher.find(replace(asked, headers=less))
    with pytest.raises(Mismatch) as refused:
        matcher.find(replace(asked, headers=(JSON, ("x-sign", "t"), ("authorization", "Bearer any"))))
    assert "-x-sign: s\n+x-sign: t" in refused.value.message


def test_a_media_type_that_was_asked_for_matters():
    matcher = Matcher([recording(exchange(headers=(JSON, ("Accept", "text/event-stream"))))])
    with pytest.raises(Mismatch):
        matcher.find(request())
    assert answers(matcher, request(headers=(JSON, ("accept", "text/event-stream")))) == [b"hi"]


def test_secrets_of_a_request_are_compared_as_they_are_kept_and_not_shown():
    scrub = Scrub(secrets=frozenset({"tiger-lily-77"}))
    kept = scrub.interaction(exchange(body=b'{"user": "tiger-lily-77", "model": "m"}'))
    matcher = Matcher([recording(kept)], scrub)
    assert answers(matcher, request(b'{"user": "tiger-lily-77", "model": "m"}')) == [b"hi"]
    with pytest.raises(Mismatch) as refused:
        matcher.find(request(b'{"user": "tiger-lily-77", "model": "n"}'))
    assert "tiger" not in refused.value.message


def test_equal_requests_get_their_replies_in_order_and_the_last_one_again():
    matcher = Matcher([recording(exchange(b"1"), exchange(b"2")), recording(exchange(b"3"), scenario="later")])
    assert matcher.unplayed() == ("x/one-turn", "x/later")
    assert answers(matcher, *[request()] * 4) == [b"1", b"2", b"3", b"3"]
    assert matcher.unplayed() == ()


def test_replies_are_given_once_each_to_callers_at_once():
    matcher = Matcher([recording(*(exchange(b"%d" % number) for number in range(64)))])
    together = threading.Barrier(8)

    def ask():
        together.wait()
        return answers(matcher, *[request()] * 8)

    with ThreadPoolExecutor(8) as pool:
        told = [body for future in [pool.submit(ask) for _ in range(8)] for body in future.result()]
    assert sorted(map(int, told)) == list(range(64))


def test_a_long_difference_is_cut_short():
    body = b"[" + b",".join(b"%d" % number for number in range(500)) + b"]"
    with pytest.raises(Mismatch) as refused:
        Matcher([recording(exchange())]).find(request(body))
    assert refused.value.message.endswith("\n...")
    assert len(refused.value.message.splitlines()) < 70


def test_without_recordings_nothing_is_nearest():
    with pytest.raises(Mismatch, match="there is no recording"):
        Matcher([]).find(request())


def test_a_recorded_target_that_is_no_uri_matches_nothing_else():
    with pytest.raises(Mismatch):
        Matcher([recording(exchange(uri="http://[bad"))]).find(request())
