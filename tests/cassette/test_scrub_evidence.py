"""Scrubbing what is scrubbed changes nothing, and a scrubbed recording gives what the old one gave."""

import os
from pathlib import Path

import pytest
import yaml

from harness.cassette import store
from harness.cassette.scrub import Scrub
from harness.driver import Driver, Way
from harness.scenario import from_recording
from harness.target import CASSETTES, resolve
from harness.upstream.loopback import Loopback

OWN = sorted(CASSETTES.glob("*/*.yaml"))
SHARED = Path(os.environ.get("HARNESS_SHARED", Path(__file__).parents[3] / "shared")) / "cassettes"
KINDS = ("conversation", "document", "length", "refusal-rate-limit", "unicode")


@pytest.fixture(scope="module")
def upstream():
    loopback = Loopback()
    yield loopback
    loopback.close()


def scrub_of(contract, recording):
    kept = frozenset(rule.name.lower() for rule in contract.headers)
    return Scrub(answer=contract.text, keep=kept, documented=repr(contract.payload)).taught(recording)


@pytest.mark.parametrize("path", OWN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_scrubbed_recording_is_scrubbed_again_to_the_same_file(path):
    contract = resolve(path.parent.name).contract
    recording = store.load(path)
    clean = scrub_of(contract, recording).recording(recording)

    assert store.dumps(scrub_of(contract, clean).recording(clean)) == store.dumps(clean)
    assert (clean.call, clean.expected) == (recording.call, recording.expected)


@pytest.mark.parametrize("path", [path for path in OWN if path.stem in KINDS], ids=lambda path: str(path.parent.name))
def test_a_scrubbed_recording_gives_what_the_old_one_gave(upstream, path):
    subject = resolve(path.parent.name)
    recording = store.load(path)
    scrub = scrub_of(subject.contract, recording)
    driver, way = Driver(subject, upstream), Way(subject.contract.doors[0], base=subject.contract.root)
    old = driver(from_recording(recording), way=way).whole
    new = driver(from_recording(scrub.recording(recording)), way=way).whole

    assert new == scrub.outcome(old)


def texts(value):
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from texts(member)
    elif isinstance(value, str):
        yield value


@pytest.mark.skipif(not SHARED.exists(), reason="real recordings are not at hand; HARNESS_SHARED names their folder")
def test_counts_of_tokens_in_real_recordings_stay_and_scrubbing_twice_changes_nothing():
    counts = 0
    for path in sorted(SHARED.glob("*/*.yaml")):
        try:
            loaded = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        except yaml.YAMLError:  # one holds a Python object
            continue
        for text in texts(loaded):
            clean = Scrub().text(text)
            assert clean == Scrub().text(clean)
            assert clean.count("_tokens") == text.count("_tokens")
            counts += text.count("_tokens")
    assert counts > 100
