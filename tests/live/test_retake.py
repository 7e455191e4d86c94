import socket
from dataclasses import replace

import pytest

from harness.cassette import store
from harness.cassette.drift import exit_code, find
from harness.errors import UsageError
from harness.live.retake import PATIENCE, Live, calls_of, chosen, requests, retake, stored
from harness.live.service import Reply, Service, json_reply
from harness.live.standins.acytoo import Acytoo
from harness.live.standins.pizzagpt import Pizzagpt
from harness.live.voice import Voice
from harness.recording import Provenance
from harness.target import CASSETTES, resolve

PIZZA = resolve("pizzagpt")
OLD = store.recordings(CASSETTES / "pizzagpt")
CALLS = calls_of(OLD)
ANSWERS = chosen(PIZZA, CALLS, ["one-turn", "unicode"])
ONE = chosen(PIZZA, CALLS, ["one-turn"])
KEY = "sk-live-0123456789abcdef"


def quiet(_line):
    pass


@pytest.fixture
def refused():
    """Give the address of a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def findings(answer, known=ANSWERS):
    with Service(answer) as service:
        again = retake(PIZZA, known, Live(service.url), quiet)
    return find(PIZZA.contract, OLD, again)


def test_an_unchanged_upstream_has_not_drifted(model):
    said = []
    with Service(Pizzagpt(Voice(model.api))) as service:
        again = retake(PIZZA, ANSWERS, Live(service.url), said.append)
    assert said == [
        "[1/2] pizzagpt/one-turn: 6 characters in 1 chunks, stop (1 requests)",
        "[2/2] pizzagpt/unicode: 6 characters in 1 chunks, stop (2 requests)",
    ]
    assert [(one.provenance, one.expected.text) for one in again.values()] == [(Provenance.LIVE, "Hello!")] * 2
    assert exit_code(find(PIZZA.contract, OLD, again), strict=True) == 0


def test_an_upstream_of_plain_text_is_compared_too(model):
    acytoo = resolve("acytoo")
    old = store.recordings(CASSETTES / "acytoo")
    with Service(Acytoo(Voice(model.api))) as service:
        again = retake(acytoo, calls_of(old), Live(service.url), quiet)
    found = find(acytoo.contract, old, again)
    assert exit_code(found, strict=True) == 0
    assert [finding.scenario for finding in found if finding.incomparable] == ["refusal-rate-limit"]


def test_nothing_is_written(model, tmp_path):
    before = {path: path.read_bytes() for path in (CASSETTES / "pizzagpt").iterdir()}
    with Service(Pizzagpt(Voice(model.api))) as service:
        retake(PIZZA, ONE, Live(service.url), quiet)
    assert {path: path.read_bytes() for path in (CASSETTES / "pizzagpt").iterdir()} == before


def test_a_renamed_member_is_drift():
    found = findings(lambda _asked: json_reply({"answer": {"text": "Hello!"}}))
    assert exit_code(found) == 1
    assert {(change.severity, change.aspect, change.path) for each in found for change in each.changes} == {
        ("error", "removed", "answer.content"),
        ("info", "added", "answer.text"),
    }


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_refusal_could_not_be_checked(status):
    found = findings(lambda _asked: json_reply({"message": "no"}, status))
    assert [each.unchecked for each in found] == [f"status {status}, where the old recording has 200"] * 2
    assert exit_code(found) == 4


def test_an_upstream_that_is_down_is_not_asked_for_ever(refused):
    again = retake(PIZZA, CALLS, Live(refused), quiet)
    told = list(again.values())
    assert (len(told), PATIENCE) == (len(OLD), 3)
    assert all(refused in reason and "ConnectError" in reason for reason in told[:PATIENCE])
    assert set(told[PATIENCE:]) == {"not asked: no recording came of 3 calls in a row"}
    assert exit_code(find(PIZZA.contract, OLD, again)) == 4


def test_an_upstream_that_answers_now_and_then_is_asked_on():
    asked = []

    def answer(_asked):
        asked.append(1)
        return Reply((), "text/plain", headers={"Content-Encoding": "zst"}) if len(asked) % 3 else json_reply({})

    with Service(answer) as service:
        again = retake(PIZZA, CALLS, Live(service.url), quiet)
    assert len(asked) == len(OLD)
    assert [type(came) is str for came in again.values()] == [number % 3 != 2 for number in range(len(OLD))]


def test_no_more_is_asked_than_is_allowed(model):
    with Service(Pizzagpt(Voice(model.api))) as service:
        again = retake(PIZZA, CALLS, Live(service.url, most=2), quiet)
    assert [type(came) is str for came in again.values()] == [False, False, *[True] * (len(CALLS) - 2)]
    assert list(again.values())[-1] == "not asked: 2 requests were allowed"
    assert requests(list(again.values())[:3]) == 3


def test_an_upstream_that_never_answers_could_not_be_checked():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (told,) = retake(PIZZA, ONE, Live(url, deadline=0.5), quiet).values()
    assert told.startswith(f"one-turn: expected a whole reply from {url}, got no end of the call")


def test_what_is_no_origin_is_the_users_mistake():
    with pytest.raises(UsageError, match="expected the origin of a live service"):
        retake(PIZZA, ANSWERS, Live("nonsense"), quiet)


def test_the_key_is_sent_and_shown_nowhere():
    backend = resolve("backend_api")
    asked = chosen(backend, calls_of(store.recordings(CASSETTES / "backend_api")), ["one-turn"])
    bodies = []

    def answer(asked):
        bodies.append(asked.body)
        return Reply((b'data: {"type": "content", "content": "%b"}\n\n' % KEY.encode(),), "text/event-stream")

    with Service(answer) as service:
        again = retake(backend, asked, Live(service.url, KEY), quiet)
    assert KEY.encode() in bodies[0]
    assert KEY not in repr(again)
    assert again["one-turn"].call == asked["one-turn"]


def test_a_key_in_a_complaint_is_hidden():
    class Complaining:
        @classmethod
        async def create_async_generator(cls, model, messages, api_key=None, **_):
            raise ValueError(f"bad key {api_key}")
            yield

    (told,) = retake(replace(PIZZA, provider=Complaining), ONE, Live("http://127.0.0.1:9", KEY), quiet).values()
    assert told.endswith("got no request at all; the provider told 'bad key REDACTED'")


def test_scenarios_are_chosen_by_globs():
    assert list(chosen(PIZZA, CALLS, ["one*", "uni*"])) == ["one-turn", "unicode"]
    assert chosen(PIZZA, CALLS, []) == CALLS
    with pytest.raises(UsageError, match=r"expected scenarios among conversation, flat, .*; got 'x, y'"):
        chosen(PIZZA, CALLS, ["x", "y"])
    with pytest.raises(UsageError, match="expected cassettes of pizzagpt, got none"):
        chosen(PIZZA, {}, [])


def test_newer_recordings_are_read_from_a_folder_or_a_file(tmp_path):
    newer = tmp_path / "pizzagpt" / "one-turn.yaml"
    one = store.load(CASSETTES / "pizzagpt" / "one-turn.yaml")
    store.save(one, newer)
    store.save(store.load(CASSETTES / "acytoo" / "unicode.yaml"), newer.with_name("unicode.yaml"))
    both = {"one-turn": one, "unicode": "there is no newer recording of it"}
    assert stored(PIZZA, ANSWERS, tmp_path) == both
    assert stored(PIZZA, ANSWERS, newer.parent) == both
    assert stored(PIZZA, ANSWERS, newer) == {"one-turn": one}


def test_what_holds_no_newer_recordings_is_the_users_mistake(tmp_path):
    with pytest.raises(UsageError, match=r"expected cassettes of pizzagpt in .*, got none"):
        stored(PIZZA, ANSWERS, tmp_path)
    with pytest.raises(UsageError, match="expected a recording of pizzagpt, got 'acytoo'"):
        stored(PIZZA, ANSWERS, CASSETTES / "acytoo" / "unicode.yaml")
    with pytest.raises(UsageError, match="nowhere"):
        stored(PIZZA, ANSWERS, tmp_path / "nowhere.yaml")
