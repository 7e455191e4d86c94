from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harness.acceptance import Batch, objections
from harness.cassette import store
from harness.cassette.lint import Limits
from harness.settings import Settings
from harness.target import CASSETTES, resolve

MISFITS = Path(__file__).parent / "misfits"
LIMITS = Limits(now=datetime.now(UTC))
KNOWN = store.recordings(CASSETTES / "acytoo")
PLAIN = next(recording for recording in KNOWN if recording.scenario == "one-turn")


def told(subject, known, new, folder, **settings):
    return list(objections(Batch(subject, known, (new,)), Settings(**settings), LIMITS, folder))


def test_new_recordings_replace_those_of_the_same_scenario():
    other = replace(PLAIN, upstream="another")
    assert Batch(resolve("acytoo"), KNOWN, (other,)).whole == tuple(
        other if recording is PLAIN else recording for recording in KNOWN
    )


def test_nothing_speaks_against_a_sound_recording(tmp_path):
    assert told(resolve("acytoo"), KNOWN, PLAIN, tmp_path, only=("STREAM-02",)) == []
    assert store.recordings(tmp_path / "acytoo") == KNOWN


def test_a_recording_that_lint_refuses_is_not_judged_further(tmp_path):
    leaky = replace(PLAIN, upstream=f"{PLAIN.upstream}, http://u:Hunter-2-secret@x.test")
    (objection,) = told(resolve("acytoo"), KNOWN, leaky, tmp_path)
    assert objection.startswith("one-turn: LINT-08 at metadata.upstream: ")
    assert "Hunter" not in objection
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_its_provider_reads_otherwise_is_refused_with_the_command_that_shows_it(tmp_path):
    untrue = replace(PLAIN, expected=replace(PLAIN.expected, text="something else"))
    objection, *_ = told(resolve("acytoo"), (), untrue, tmp_path, only=("FINISH-01",))
    assert objection.startswith("one-turn: FINISH-01: ")
    assert objection.endswith(f"harness check acytoo --cassettes {tmp_path} --only FINISH-01 --scenario one-turn")


def test_an_answer_that_became_a_failure_is_refused_and_the_other_way_round(tmp_path):
    refusal = next(recording for recording in KNOWN if recording.expected.error)
    for new, was, now in ((PLAIN, refusal, "RuntimeError"), (refusal, PLAIN, "an answer")):
        other = replace(was, scenario=new.scenario)
        objection, *_ = told(resolve("acytoo"), KNOWN, other, tmp_path)
        assert objection == f"{new.scenario}: expected {new.expected.error or 'an answer'} as before, got {now}"


def test_what_failed_before_is_not_the_fault_of_new_recordings(tmp_path):
    subject = resolve(f"{MISFITS}/request.py:SendsPlainText", "acytoo")
    choices = {"only": ("REQ-02",), "contract": "acytoo"}
    assert told(subject, KNOWN, PLAIN, tmp_path / "beside", **choices) == []
    assert "REQ-02" in told(subject, (), PLAIN, tmp_path / "alone", **choices)[0]
