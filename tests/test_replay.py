from dataclasses import replace
from pathlib import Path

import pytest

from harness import replay
from harness.cassette import store
from harness.driver import Driver
from harness.recording import Expected
from harness.scenario import from_recording
from harness.target import CASSETTES, resolve
from harness.upstream.inprocess import InProcess

FILE = Path("one-turn.yaml")
SOUND = store.load(CASSETTES / "acytoo" / "one-turn.yaml")
REFUSED = store.load(CASSETTES / "acytoo" / "refusal-rate-limit.yaml")
KEY = "sk-proj-0123456789abcdefghij"


@pytest.fixture(scope="module")
def driver():
    upstream = InProcess()
    yield Driver(replace(resolve("acytoo"), recordings=(from_recording(SOUND),)), upstream)
    upstream.close()


def judged(driver, recording):
    """Give rule, place and message of each finding."""
    return [(one.rule.id, one.place, one.message) for one in replay.judge(driver, recording, FILE)]


@pytest.mark.parametrize("recording", [SOUND, REFUSED], ids=["answer", "refusal"])
def test_a_sound_recording_replays_as_it_expects(driver, recording):
    assert judged(driver, recording) == []


def test_an_exchange_that_nobody_asks_for_is_told(driver):
    spare = replace(SOUND, interactions=SOUND.interactions * 2)
    assert judged(driver, spare) == [("LINT-12", "interactions[1]", "expected 2 requests, got 1")]


def test_a_call_that_is_refused_before_the_network_asks_for_nothing(driver):
    refused = replace(SOUND, call=replace(SOUND.call, options={"nonsense": KEY}))
    [(rule, place, message)] = judged(driver, refused)
    assert (rule, place) == ("LINT-12", "interactions[0]")
    assert message.startswith("expected 1 requests, got 0; providers.errors.RequestRefused: ")
    assert (KEY in message, "expected options among" in message) == (False, True)


def test_more_requests_than_were_recorded_are_told(driver):
    class Eager:
        @classmethod
        async def create_async_generator(cls, model, messages, **kwargs):
            for _ in range(2):
                async for piece in resolve("acytoo").provider.create_async_generator(model, messages, **kwargs):
                    yield piece

    twice = Driver(replace(driver.subject, provider=Eager), driver.upstream)
    once = replace(SOUND, expected=Expected(SOUND.expected.text * 2, "stop"))
    assert judged(twice, once) == [("LINT-12", "interactions", "expected 1 requests, got 2")]


def test_a_silent_provider_tells_its_text(driver):
    class Silent:
        @classmethod
        async def create_async_generator(cls, *_, **__):
            yield f"made up {KEY}"

    silent = Driver(replace(driver.subject, provider=Silent), driver.upstream)
    message = "expected 1 requests, got 0; text 'made up REDACTED'"
    assert judged(silent, SOUND) == [("LINT-12", "interactions[0]", message)]


@pytest.mark.parametrize(
    ("expected", "place", "message"),
    [
        (
            Expected(f"{KEY} came", "stop"),
            "text",
            f"expected the replay to give 'REDACTED came', got {SOUND.expected.text!r}",
        ),
        (
            Expected(SOUND.expected.text, "length"),
            "finish",
            "expected the replay to give 'length', got 'stop'",
        ),
    ],
    ids=["text", "finish"],
)
def test_what_is_expected_comes(driver, expected, place, message):
    found = judged(driver, replace(SOUND, expected=expected))
    assert found == [("LINT-13", f"metadata.expected.{place}", message)]


def test_a_failure_is_the_one_that_is_expected(driver):
    bad_input = replace(REFUSED, expected=Expected("", None, "ValueError"))
    message = "expected the replay to give 'ValueError', got 'RuntimeError'"
    assert judged(driver, bad_input) == [("LINT-13", "metadata.expected.error", message)]


def test_a_reply_without_end_has_no_meaning(driver):
    impatient = Driver(driver.subject, driver.upstream, deadline=0.2)
    reply = SOUND.interactions[0]
    endless = replace(SOUND, interactions=(replace(reply, wire=replace(reply.wire, end="timeout")),))
    assert judged(impatient, endless)[-1] == (
        "LINT-13",
        "metadata.expected.error",
        "expected the replay to give nothing, got 'no end'",
    )


@pytest.mark.parametrize("options", [{"model": "m"}, {"base_url": "http://x"}, {"proxy": 7}, {"": None}])
def test_odd_options_are_findings_and_no_errors(driver, options):
    found = judged(driver, replace(SOUND, call=replace(SOUND.call, options=options)))
    assert {rule for rule, *_ in found} <= {"LINT-12", "LINT-13"}


@pytest.mark.parametrize("status", [100, 101, 204, 304, 599])
def test_odd_statuses_are_findings_and_no_errors(driver, status):
    odd = replace(SOUND, interactions=(replace(SOUND.interactions[0], status=status),))
    assert {rule for rule, *_ in judged(driver, odd)} <= {"LINT-12", "LINT-13"}
