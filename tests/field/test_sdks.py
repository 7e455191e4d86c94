"""The vendors' own SDKs read replays of our cassettes, and of others', and make of them what our providers make.

They are an optional extra: ``pip install '.[sdk]'``.
"""

from dataclasses import replace

import pytest
from played import driver_of
from sdks import SPEAKERS

from harness.builtin import known
from harness.cassette import store
from harness.driver import Driver
from harness.scenario import from_recording, script_of
from harness.target import CASSETTES, resolve
from harness.upstream.loopback import Loopback


def recordings():
    """Give the recordings of each API that an SDK speaks; a skip for an API without."""
    for name in SPEAKERS:
        found = store.recordings(CASSETTES / name) if (CASSETTES / name).is_dir() and name in known() else ()
        absent = pytest.mark.skip(reason=f"there are no cassettes of {name}")
        yield from (pytest.param((name, one), id=f"{name}-{one.scenario}") for one in found)
        if not found:
            yield pytest.param(None, id=name, marks=absent)


@pytest.fixture(scope="module")
def loopback():
    upstream = Loopback()
    yield upstream
    upstream.close()


def speaker_of(name):
    """Give the SDK of an API; skips where it is not installed."""
    speaker = SPEAKERS[name]
    pytest.importorskip(speaker.sdk, reason=f"the SDK {speaker.sdk} is not installed: pip install '.[sdk]'")
    return speaker


@pytest.fixture
def read(loopback, recorded):
    """Give what SDK and provider make of a recording."""
    name, recording = recorded
    if name == "anthropic_messages" and recording.interactions[0].body.startswith(b"event: content_block_start"):
        pytest.skip("llama.cpp left message_start out, on which the SDK insists")
    speaker = speaker_of(name)
    subject = resolve(name)
    driver = Driver(subject, loopback)
    transcript = driver(from_recording(recording))
    with loopback.play(*map(script_of, recording.interactions)):
        return speaker.read(loopback.origin + subject.contract.root, recording.call), transcript


@pytest.mark.parametrize("recorded", list(recordings()))
def test_an_sdk_makes_of_a_replay_what_our_provider_makes(recorded, read):
    told, transcript = read
    status = recorded[1].interactions[-1].status
    if transcript.raised is None:
        assert (told.text, told.finish, told.status) == (transcript.text, transcript.finishes[0], None)
    else:  # what an SDK raises within a stream, if anything, is its own affair
        assert (told.finish, told.status or 200) == (None, status)


def test_an_sdk_makes_of_an_answer_to_others_what_our_provider_makes(exchange, loopback):
    if exchange.api not in SPEAKERS or exchange.told().error is not None:
        pytest.skip("no answer in the language of an SDK")
    speaker, driver = speaker_of(exchange.api), driver_of(exchange, loopback)
    scenario = driver.subject.recordings[0]
    transcript = driver(scenario)
    call = replace(scenario.call, options={"stream": not exchange.whole})
    with loopback.play(*scenario.scripts):
        told = speaker.read(loopback.origin + driver.contract.root, call)
    assert (told.text, (told.finish,)) == (transcript.text, transcript.finishes)
