import pytest

from harness import faults
from harness.framing import codec_of, render
from harness.scenario import one_answer
from harness.script import HalfClose, Reset, Sleep
from harness.target import resolve
from harness.variations import compact, events_of
from providers.contract import Family

NAMES = ("acytoo", "aiask", "backend_api", "flowgpt", "pizzagpt")
SUBJECTS = {name: resolve(name) for name in NAMES}
subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)


@pytest.mark.parametrize(
    ("statuses", "family"),
    [
        ((400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451), Family.VALUE_ERROR),
        ((402, 408, 409, 423, 424, 425, 429, 500, 502, 503, 504, 599, 418), Family.RUNTIME_ERROR),
    ],
)
def test_the_family_of_a_status_tells_whether_the_call_could_succeed_later(statuses, family):
    assert {faults.family_of(status) for status in statuses} == {family}


@subjects
def test_names_of_faults_are_unique(subject):
    for choose in (faults.statuses, faults.in_band, faults.unusable, faults.broken, faults.silent, faults.corrupted):
        names = [scenario.name for scenario in choose(subject)]
        assert len(names) == len(set(names))


@subjects
def test_every_error_status_is_tried(subject):
    scripts = [scenario.script for scenario in faults.statuses(subject)]
    assert {script.head.status for script in scripts} >= {400, 401, 403, 404, 422, 402, 408, 429, 500, 502, 503, 504}
    assert max(len(script.body) for script in scripts) > 990_000


def test_some_statuses_are_some_of_all():
    some = [scenario.name for scenario in faults.some_statuses(SUBJECTS["acytoo"], "json")]
    assert some == [f"status-{status}-json" for status in (400, 401, 403, 404, 413, 422, 429, 500, 503)]


def test_documented_failures_join_the_statuses_they_have():
    assert [s.name for s in faults.statuses(SUBJECTS["acytoo"]) if s.name.startswith("documented")] == [
        "documented-rate-limit"
    ]
    assert "documented-misuse" in [scenario.name for scenario in faults.in_band(SUBJECTS["pizzagpt"])]


def test_an_error_event_comes_first_in_the_middle_and_last():
    contract = SUBJECTS["flowgpt"].contract
    orders = {}
    for scenario in faults.in_band(SUBJECTS["flowgpt"]):
        if "error-event" in scenario.name:
            events = [event.value["event"] for event in events_of(contract, scenario.script)]
            orders[scenario.name.rpartition("-")[2]] = events
    assert orders == {
        "first": ["error", "text", "text", "text"],
        "middle": ["text", "error", "text", "text"],
        "last": ["text", "text", "text", "error"],
    }


def test_an_error_event_of_sse_has_its_name():
    subject = SUBJECTS["backend_api"]
    scenario = next(s for s in faults.in_band(subject) if s.name == "in-band-auth-first")
    names = {event.name for event in events_of(subject.contract, scenario.script)}
    codec = codec_of(subject.contract, scenario.script.body)
    assert names == {None} or "auth" in names, codec


def test_a_sentence_is_the_whole_answer():
    quota = next(s for s in faults.in_band(SUBJECTS["aiask"]) if s.name == "in-band-quota")
    assert quota.script.body.decode() == SUBJECTS["aiask"].contract.errors[0].sentence


@subjects
def test_transport_faults_strike_before_after_and_within(subject):
    endings = {scenario.name: scenario.script.steps[-1] for scenario in faults.broken(subject)}
    assert set(map(type, endings.values())) == {Reset, HalfClose}
    assert len(endings) == 8


@subjects
def test_silence_falls_in_three_phases(subject):
    assert [scenario.script.steps[-1] for scenario in faults.silent(subject)] == [Sleep(float("inf"))] * 3


def truncations(name):
    subject = SUBJECTS[name]
    short = compact(subject.contract, one_answer(subject)[0])
    return short.script.body, list(faults.truncations(subject.contract, short))


def test_a_cut_is_tried_at_every_byte_before_the_end():
    body, cuts = truncations("acytoo")
    assert [position for position, _ in cuts] == list(range(len(body)))
    assert [scenario.script.body for _, scenario in cuts] == [body[:position] for position in range(len(body))]


def test_a_clean_end_counts_as_a_cut_where_there_is_a_terminal_marker():
    assert {scenario.name for _, scenario in truncations("backend_api")[1]} == {"cut-clean", "cut-closed"}
    assert {scenario.name for _, scenario in truncations("flowgpt")[1]} == {"cut-closed"}


def test_an_answer_is_complete_with_its_terminal_marker():
    subject = SUBJECTS["backend_api"]
    contract = subject.contract
    short = compact(contract, next(s for s in subject.recordings if s.expected.finish))
    events = events_of(contract, short.script)
    index = next(i for i, event in enumerate(events) if event.value["type"] == "finish")
    codec = codec_of(contract, short.script.body)
    expected = len(b"".join(render(codec, events[: index + 1])).rstrip(b"\n"))
    assert faults.complete_at(contract, short.script) == expected


@subjects
def test_one_event_at_a_time_is_corrupted(subject):
    usual = compact(subject.contract, one_answer(subject)[0]).script.body
    for scenario in faults.corrupted(subject):
        assert scenario.script.body != usual
        assert scenario.expected.error is None


def test_unreachable_addresses_are_those_of_the_loopback_upstream():
    names = [scenario.name for scenario in faults.unreachable(SUBJECTS["acytoo"])]
    assert names == list(faults.UNREACHABLE)
