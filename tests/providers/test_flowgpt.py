import hashlib
import json
import re
import time

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.flowgpt import FlowGpt
from providers.flowgpt.provider import _signature
from providers.response import FinishReason

DONE = FinishReason("stop")
BODY = (
    '{"event": "text", "data": "Seg"}\n\n{"event": "title", "data": "x"}\n{"other": 1}\n{"event":"text","data":"ún🍕"}'
)


def asked(messages=MESSAGES, model="", **options):
    with serving(BODY.encode()) as served:
        run(FlowGpt, messages, model, **options)
    return served.requests[0]


def test_the_signature_is_that_of_the_observed_request():
    assert _signature("1795257077", "ef7076e2c9b217c3dd67d6e0dca2047b") == "a11977531cdf1dd10b89ce7616c255dc"


def test_the_headers_are_the_documented_ones_and_signed_afresh():
    first, second = asked(), asked()
    wanted = {
        "user-agent": "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0",
        "accept": "*/*",
        "accept-language": "en-US;q=0.7,en;q=0.3",
        "accept-encoding": "gzip, deflate, br",
        "referer": "https://flowgpt.com/",
        "content-type": "application/json",
        "authorization": "Bearer null",
        "origin": "https://flowgpt.com",
        "connection": "keep-alive",
        "sec-fetch-dest": "empty",
        "sec-fetch-mode": "cors",
        "sec-fetch-site": "same-site",
        "te": "trailers",
    }
    for request in (first, second):
        assert str(request.url) == "https://prod-backend-k8s.flowgpt.com/v3/chat-anonymous"
        assert {name: request.headers[name] for name in wanted} == wanted
        stamp, nonce = request.headers["x-timestamp"], request.headers["x-nonce"]
        assert abs(time.time() - int(stamp)) < 5
        assert re.fullmatch("[0-9a-f]{32}", nonce)
        assert re.fullmatch("f-[a-z0-9]{19}", request.headers["x-flow-device-id"])
        signed = f"{stamp}-{nonce}-Bearer null".encode()
        assert request.headers["x-signature"] == hashlib.md5(signed, usedforsecurity=False).hexdigest()
    assert first.headers["x-nonce"] != second.headers["x-nonce"]
    assert first.headers["x-flow-device-id"] != second.headers["x-flow-device-id"]


def test_the_body_is_the_documented_one():
    messages = [
        {"role": "system", "content": "S1"},
        {"role": "user", "content": "U", "name": "x"},
        {"role": "system", "content": [{"type": "text", "text": "S2"}]},
        {"role": "assistant", "content": "A"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    ]
    body = json.loads(asked(messages, "gemini", temperature=0).content)
    assert list(body.items()) == [
        ("model", "google-gemini"),
        ("nsfw", False),
        ("question", "ab"),
        ("history", [{"role": "assistant", "content": "Hello, how can I help you today?"}, messages[1], messages[3]]),
        ("system", "S1\nS2"),
        ("temperature", 0),
        ("promptId", "model-google-gemini"),
        ("documentIds", []),
        ("chatFileDocumentIds", []),
        ("generateImage", False),
        ("generateAudio", False),
    ]


def test_a_lone_message_has_the_usual_surroundings_and_stands_once():
    body = json.loads(asked([{"role": "system", "content": "only"}]).content)
    assert (body["model"], body["temperature"], body["question"]) == ("gpt-3.5-turbo", 0.7, "only")
    assert body["system"] == "You are helpful assistant. Follow the user's instructions carefully."
    assert len(body["history"]) == 1


def test_an_unknown_model_is_refused_before_the_request():
    with serving(BODY.encode()) as served:
        failing(ValueError, FlowGpt, MESSAGES, "gpt-5")
    assert served.requests == []


def test_text_events_are_the_answer_for_every_cut():
    for pieces in all_cuts(BODY.encode()):
        with serving(pieces, content_type="text/event-stream"):
            assert run(FlowGpt) == ["Seg", "ún🍕", DONE]


def lines(*events):
    return "\n\n".join(json.dumps(event) for event in events).encode()


def texts(*parts):
    return lines(*({"event": "text", "data": part} for part in parts))


@pytest.mark.parametrize("body", [texts("Insufficient credit"), texts("Insuf", "ficient", " credit", "\n")])
def test_out_of_credit_is_a_failure_and_never_shown(body):
    for pieces in all_cuts(body):
        with serving(pieces):
            items, error = failing(RuntimeError, FlowGpt)
        assert (items, "Insufficient credit" in str(error)) == ([], True)


@pytest.mark.parametrize(
    "parts", [["Insufficient"], ["Insufficient credit", " it was"], ["It says: Insufficient credit"]]
)
def test_a_lookalike_arrives_complete(parts):
    with serving(texts(*parts)):
        *got, finish = run(FlowGpt)
    assert ("".join(got), finish) == ("".join(parts), DONE)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"event": "error", "data": "overloaded"}, "overloaded"),
        ({"event": "error", "data": {"message": "busy", "code": 7}}, "(7): busy"),
        ({"event": "error", "message": "top"}, "top"),
        ({"event": "error"}, "an error event without explanation"),
        ({"event": "text", "data": 7}, "expected text in a text event, got none"),
        ({"event": "text"}, "expected text in a text event, got none"),
        ([1], "expected a JSON object, got '[1]'"),
    ],
    ids=repr,
)
def test_a_failure_in_the_stream_raises_with_the_partial_text(event, words):
    with serving(texts("so far") + b"\n" + lines(event)):
        items, error = failing(RuntimeError, FlowGpt)
    assert (items, error.partial, str(error)) == (["so far"], "so far", words)


def test_a_line_cut_at_the_end_and_an_empty_reply_are_failures():
    for body in (BODY.encode()[:-3], b"", b"\n\n", lines({"event": "title"})):
        with serving(body):
            failing(RuntimeError, FlowGpt)
