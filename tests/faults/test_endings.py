import pytest

from harness.faults.endings import complete_at, errors_after_finish, odd_ends, truncations
from harness.framing import codec_of, is_finish, parse, render
from harness.scenario import Declared, Phase, documents, one_answer
from harness.target import resolve
from harness.variations.answers import compact, events_of

NAMES = ("acytoo", "aiask", "backend_api", "flowgpt", "pizzagpt", "openai_chat")
SUBJECTS = {name: resolve(name) for name in NAMES}
subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)


def short(subject):
    return compact(subject.contract, one_answer(subject)[0])


@subjects
def test_a_cut_is_tried_all_over_the_answer(subject):
    answer = short(subject)
    positions = {position for position, _ in truncations(subject.contract, answer)}
    end = complete_at(subject.contract, answer.script)
    assert len(positions) >= min(end, 100)
    assert {0} <= positions <= set(range(end))
    assert len(positions) == end or end > 400 or subject.contract.name == "pizzagpt"


@subjects
def test_a_cut_answer_is_the_beginning_and_must_be_refused(subject):
    answer = short(subject)
    for position, scenario in truncations(subject.contract, answer):
        assert scenario.script.body == answer.script.body[:position]
        assert scenario.expected.error == "RuntimeError"
        assert scenario.fault.outcome is Declared.RUNTIME_ERROR
        assert scenario.fault.offset == position


@subjects
def test_a_clean_end_counts_as_a_cut_where_there_is_a_terminal_marker(subject):
    names = {scenario.name for _, scenario in truncations(subject.contract, short(subject))}
    assert names == {"cut-closed"} | ({"cut-clean"} if subject.contract.finish else set())


@pytest.mark.parametrize("name", ["backend_api", "openai_chat"])
def test_an_answer_is_complete_with_its_terminal_marker(name):
    subject = SUBJECTS[name]
    contract, answer = subject.contract, short(subject)
    events = events_of(contract, answer.script)
    index = next(index for index, event in enumerate(events) if is_finish(contract, event))
    codec = codec_of(contract, answer.script.body)
    expected = len(b"".join(render(codec, events[: index + 1])).rstrip(b"\n"))
    assert complete_at(contract, answer.script) == expected < len(answer.script.body)


def test_an_answer_without_its_terminal_marker_is_complete_at_its_end():
    contract, answer = SUBJECTS["backend_api"].contract, short(SUBJECTS["backend_api"])
    events = [event for event in events_of(contract, answer.script) if not is_finish(contract, event)]
    script = answer.script.with_body(render(codec_of(contract, answer.script.body), events))
    assert complete_at(contract, script) == len(script.body.rstrip())


def test_a_document_is_complete_at_its_end():
    subject = SUBJECTS["openai_chat"]
    script = documents(subject)[0].script
    assert complete_at(subject.contract, script) == len(script.body.rstrip())


def order(subject, scenario):
    contract = subject.contract
    events = parse(codec_of(contract, scenario.script.body), scenario.script.body)
    return ["finish" if is_finish(contract, e) else "end" if e.value == "[DONE]" else "other" for e in events]


def test_an_answer_ends_twice_or_goes_on():
    subject = SUBJECTS["openai_chat"]
    twice, text = odd_ends(subject)
    assert order(subject, twice).count("finish") == 2
    assert order(subject, text)[-3:] != ["finish", "other", "other"]
    assert {scenario.fault.phase for scenario in (twice, text)} == {Phase.AFTER_FINISH}
    assert [scenario.name for scenario in odd_ends(SUBJECTS["acytoo"])] == []


def test_an_error_comes_between_finish_and_sentinel():
    subject = SUBJECTS["openai_chat"]
    scenarios = list(errors_after_finish(subject))
    assert len(scenarios) == sum(case.event is not None for case in subject.contract.errors)
    for scenario in scenarios:
        after = order(subject, scenario)
        assert after[-2:] == ["other", "end"]
        assert "finish" in after[:-2]
    assert list(errors_after_finish(SUBJECTS["aiask"])) == []
