import pytest

from harness.faults import grid
from harness.framing import codec_of, is_finish
from harness.scenario import Declared, Phase, one_answer
from harness.script import Chunk, HalfClose, Reset, Sleep
from harness.target import resolve
from harness.variations.answers import compact, events_of
from providers.contract import Family

NAMES = ("acytoo", "aiask", "backend_api", "flowgpt", "pizzagpt", "openai_chat")
SUBJECTS = {name: resolve(name) for name in NAMES}
ALL = (grid.statuses, grid.in_band, grid.broken, grid.unreachable, grid.silent, grid.corrupted)
subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)


@pytest.mark.parametrize(
    ("statuses", "family"),
    [
        ((400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451), Family.VALUE_ERROR),
        ((402, 408, 409, 423, 424, 425, 429, 500, 502, 503, 504, 599, 418), Family.RUNTIME_ERROR),
    ],
)
def test_the_family_of_a_status_tells_whether_the_call_could_succeed_later(statuses, family):
    assert {grid.family_of(status) for status in statuses} == {family}


@subjects
def test_names_of_faults_are_unique(subject):
    for choose in ALL:
        names = [scenario.name for scenario in choose(subject)]
        assert len(names) == len(set(names))


@subjects
def test_every_fault_declares_its_phase_and_its_outcome(subject):
    for scenario in (scenario for choose in ALL for scenario in choose(subject)):
        fault = scenario.fault
        assert fault.offset <= len(scenario.script.body)
        if fault.outcome is not Declared.ANSWER_OR_RUNTIME_ERROR:
            assert scenario.expected.error == fault.outcome


@subjects
def test_every_error_status_is_tried(subject):
    scripts = [scenario.script for scenario in grid.statuses(subject)]
    assert {script.head.status for script in scripts} >= {400, 401, 403, 404, 422, 402, 408, 429, 500, 502, 503, 504}
    assert max(len(script.body) for script in scripts) > 990_000


def test_some_statuses_are_some_of_all():
    some = [scenario.name for scenario in grid.some_statuses(SUBJECTS["acytoo"], "json")]
    assert some == [f"status-{status}-json" for status in (400, 401, 403, 404, 413, 422, 429, 500, 503)]


def test_a_body_comes_whole_byte_by_byte_and_gets_lost():
    found = {scenario.name: scenario for scenario in grid.statuses(SUBJECTS["acytoo"])}
    whole, bytewise = found["status-429-json"].script, found["status-429-json-bytewise"].script
    assert bytewise.body == whole.body
    assert {len(step.data) for step in bytewise.steps if isinstance(step, Chunk)} == {1}
    lost = found["status-429-reset"]
    assert whole.body.startswith(lost.script.body)
    assert lost.script.steps[-1] == Reset()
    assert lost.fault.outcome is Declared.EITHER
    assert "status-429-empty-bytewise" not in found


def test_statuses_and_errors_strike_a_call_for_one_document_too():
    names = [s.name for s in grid.statuses(SUBJECTS["openai_chat"]) if s.call.options.get("stream") is False]
    assert names == [f"status-{status}-json-document" for status in (400, 401, 403, 404, 413, 422, 429, 500, 503)]
    in_band = [s for s in grid.in_band(SUBJECTS["openai_chat"]) if s.name.endswith("-document")]
    assert [s.call.options["stream"] for s in in_band] == [False] * 5


def test_documented_failures_join_the_statuses_they_have():
    assert [s.name for s in grid.statuses(SUBJECTS["acytoo"]) if s.name.startswith("documented")] == [
        "documented-rate-limit"
    ]
    assert "documented-misuse" in [scenario.name for scenario in grid.in_band(SUBJECTS["pizzagpt"])]


def test_an_error_event_comes_first_in_the_middle_and_last():
    contract = SUBJECTS["flowgpt"].contract
    orders = {}
    for scenario in grid.in_band(SUBJECTS["flowgpt"]):
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
    scenario = next(s for s in grid.in_band(subject) if s.name == "in-band-auth-first")
    names = {event.name for event in events_of(subject.contract, scenario.script)}
    codec = codec_of(subject.contract, scenario.script.body)
    assert names == {None} or "auth" in names, codec


def test_a_sentence_is_the_whole_answer():
    quota = next(s for s in grid.in_band(SUBJECTS["aiask"]) if s.name == "in-band-quota")
    assert quota.script.body.decode() == SUBJECTS["aiask"].contract.errors[0].sentence


@subjects
def test_transport_faults_strike_before_after_and_within(subject):
    endings = {scenario.name: scenario.script.steps[-1] for scenario in grid.broken(subject)}
    assert set(map(type, endings.values())) == {Reset, HalfClose}
    assert len(endings) == (10 if subject.contract.sentinel is None else 8)


@pytest.mark.parametrize(
    ("name", "phase", "outcome"),
    [
        ("acytoo", Phase.AFTER_TEXT, Declared.RUNTIME_ERROR),
        ("backend_api", Phase.AFTER_MARKER, Declared.ANSWER_OR_RUNTIME_ERROR),
    ],
)
def test_a_connection_lost_at_the_end_matters_where_no_marker_has_told_it(name, phase, outcome):
    late = [s.fault for s in grid.broken(SUBJECTS[name]) if s.name.endswith("at-the-end")]
    assert [(fault.phase, fault.outcome) for fault in late] == [(phase, outcome)] * 2


@subjects
def test_silence_falls_in_three_phases(subject):
    assert [scenario.script.steps[-1] for scenario in grid.silent(subject)] == [Sleep(float("inf"))] * 3


@subjects
def test_one_event_at_a_time_is_corrupted(subject):
    usual = compact(subject.contract, one_answer(subject)[0]).script.body
    for scenario in grid.corrupted(subject):
        assert scenario.script.body != usual
        assert scenario.expected.error is None


def test_unreachable_addresses_are_those_of_the_loopback_upstream():
    names = [scenario.name for scenario in grid.unreachable(SUBJECTS["acytoo"])]
    assert names == list(grid.UNREACHABLE)


def test_a_corrupted_finish_is_not_tried_where_a_sentinel_follows():
    subject = SUBJECTS["openai_chat"]
    events = events_of(subject.contract, compact(subject.contract, one_answer(subject)[0]).script)
    spared = {i for i, event in enumerate(events) if event.value == "[DONE]" or is_finish(subject.contract, event)}
    tried = {int(scenario.name.rpartition("-")[2]) for scenario in grid.corrupted(subject)}
    assert tried == set(range(len(events))) - spared
    assert len(spared) == 2
