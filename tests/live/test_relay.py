import httpx
import pytest

from harness.live.relay import PATH, Behaviour, Relay
from harness.live.service import Service
from harness.live.voice import ModelFailed, Voice

HELLO = [{"role": "user", "content": "Say hi"}]


@pytest.fixture
def relay(model):
    return Relay(model.api)


@pytest.fixture
def front(relay):
    with Service(relay) as service:
        yield service


def post(front, path=PATH):
    return httpx.post(front.url + path, json={"messages": HELLO}, trust_env=False)


def test_an_undisturbed_relay_passes_on(model, front):
    assert "".join(Voice(f"{front.url}/v1").say(HELLO)) == "Hello!"
    assert model.requests[0]["messages"] == HELLO


def test_a_relay_adds_to_the_request(model, relay, front):
    relay.behaviour = Behaviour(adds={"grammar": "g", "max_tokens": 3})

    post(front)

    assert model.requests == [{"messages": HELLO, "grammar": "g", "max_tokens": 3}]


def test_a_relay_answers_a_status_without_asking(model, relay, front):
    relay.behaviour = Behaviour(status=429, message="slow down")

    got = post(front)

    assert (got.status_code, got.json()) == (429, {"error": {"message": "slow down", "code": 429}})
    assert model.requests == []


def test_a_relay_passes_on_a_refusal_of_the_model(model, front):
    model.status = 400

    got = post(front)

    assert (got.status_code, got.json()) == (400, {"error": {"message": "no", "code": 400}})


@pytest.mark.parametrize(
    ("message", "reason"),
    [("", "closed connection"), ("overloaded", "overloaded")],
    ids=["by breaking the connection", "in band"],
)
def test_a_relay_fails_after_so_many_tokens(relay, front, message, reason):
    relay.behaviour = Behaviour(tokens=2, message=message)
    got = []

    with pytest.raises(ModelFailed, match=reason):
        got.extend(Voice(f"{front.url}/v1").say(HELLO))

    assert got == ["", "Hel", "lo"]


def test_a_relay_knows_one_path(front):
    assert post(front, "/v1/models").status_code == 404
