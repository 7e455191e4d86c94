import json

import pytest

from harness.faults.members import (
    NEW,
    Change,
    at,
    bare_errors,
    changed,
    missing,
    missing_in_samples,
    name_of,
    places,
    structured,
    unknown,
)
from harness.framing import codec_of, is_finish, parse, text_of
from harness.scenario import Declared, Phase
from harness.target import resolve

SUBJECTS = {name: resolve(name) for name in ("backend_api", "flowgpt", "pizzagpt", "openai_chat")}
subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
DOCUMENT = {"a": [{"b": 1}, None], "c.d": {}}


def test_places_are_all_but_the_root():
    assert list(places(DOCUMENT)) == [("a",), ("a", 0), ("a", 0, "b"), ("a", 1), ("c.d",)]
    assert list(places("text")) == []


def test_a_place_has_a_name():
    assert [name_of(steps) for steps in places(DOCUMENT)] == ["a", "a[0]", "a[0].b", "a[1]", "c.d"]


def test_a_place_is_changed_in_a_copy():
    assert changed(DOCUMENT, ("a", 0, "b"), None) == {"a": [{"b": None}, None], "c.d": {}}
    assert changed(DOCUMENT, ("a", 0)) == {"a": [None], "c.d": {}}
    assert DOCUMENT == {"a": [{"b": 1}, None], "c.d": {}}
    assert at(DOCUMENT, ("a", 0, "b")) == 1


def events(subject, scenario):
    return parse(codec_of(subject.contract, scenario.script.body), scenario.script.body)


def members_of(subject, scenario):
    return [steps for event in events(subject, scenario) for steps in places(event.value)]


@subjects
def test_every_member_is_made_null_and_dropped(subject):
    for answer in structured(subject):
        changes = list(missing(subject.contract, answer))
        nulls = [at(event.value, steps) for event in events(subject, answer) for steps in places(event.value)].count(
            None
        )
        assert len(changes) == 2 * len(members_of(subject, answer)) - nulls
        assert len({change.scenario.name for change in changes}) == len(changes)
        assert all(change.scenario.script.body != answer.script.body for change in changes)
        assert all(answer.expected.text in change.texts for change in changes)
        assert answer.expected.finish == "length" or not any("" in change.texts for change in changes)


def test_only_codecs_of_events_have_members():
    assert [structured(resolve(name)) for name in ("acytoo", "aiask")] == [(), ()]
    assert len(structured(SUBJECTS["openai_chat"])) == 2
    assert len(structured(SUBJECTS["backend_api"])) == 2


def changes_of(subject, answer):
    return {change.scenario.name: change for change in missing(subject.contract, answer)}


def test_a_touched_text_may_go_and_no_other():
    subject = SUBJECTS["flowgpt"]
    (answer,) = structured(subject)
    texts = [event.value["data"] for event in events(subject, answer)]
    for name in ("null data of event 2", "drop event of event 2"):
        change = changes_of(subject, answer)[name]
        assert change.texts == {"".join(texts), texts[0] + texts[2]}
        assert change.ends


def test_an_answer_that_loses_all_its_text_is_none():
    subject = SUBJECTS["pizzagpt"]
    (answer,) = structured(subject)
    assert {change.texts for change in missing(subject.contract, answer)} == {frozenset({answer.expected.text})}


def test_a_touched_finish_may_be_any():
    subject = SUBJECTS["openai_chat"]
    stream, document = structured(subject)
    (number,) = [index + 1 for index, event in enumerate(events(subject, stream)) if is_finish(subject.contract, event)]
    loose = {name for name, change in changes_of(subject, stream).items() if not change.ends}
    paths = ("choices", "choices[0]", "choices[0].finish_reason")
    assert loose == {f"{verb} {path} of event {number}" for path in paths for verb in ("null", "drop")}
    loose = {name for name, change in changes_of(subject, document).items() if not change.ends}
    assert loose == {f"{verb} {path} of event 1" for path in paths for verb in ("null", "drop")}


@subjects
def test_an_unknown_member_is_added_to_every_object_by_itself_and_to_all_at_once(subject):
    for answer in structured(subject):
        plain = events(subject, answer)
        objects = sum(isinstance(at(e.value, steps), dict) for e in plain for steps in ((), *places(e.value)))
        varied = list(unknown(subject.contract, answer))
        assert len(varied) == len(NEW) * (objects + 1)
        counts = [scenario.script.body.decode().count('"x_new"') for scenario in varied]
        assert sorted(counts) == sorted([1] * len(NEW) * objects + [objects] * len(NEW))
        assert {scenario.expected for scenario in varied} == {answer.expected}
        texts = ["".join(text_of(subject.contract, e) or "" for e in events(subject, s)) for s in varied]
        assert set(texts) == {answer.expected.text}


def robbed(name):
    subject = SUBJECTS[name]
    found = {}
    for scenario in bare_errors(subject):
        assert scenario.fault.phase is Phase.MIDDLE
        assert scenario.fault.outcome is Declared.EITHER
        found[scenario.name] = [event.value for event in events(subject, scenario)]
    return found


def test_an_error_without_one_member_keeps_what_tells_its_kind():
    found = robbed("backend_api")
    event = {"type": "error", "error": None, "message": "RateLimitError: Error 429: slow down"}
    assert event in found["in-band-rate-limit-null-error-middle-ndjson"]
    del event["error"]
    assert event in found["in-band-rate-limit-drop-error-middle-ndjson"]
    assert not [name for name in found if "-type-" in name]


def test_an_error_that_is_told_by_its_only_member_keeps_that():
    found = robbed("openai_chat")
    told = {name: json.dumps(values) for name, values in found.items()}
    assert all('"error": {' in text for text in told.values())
    assert '"code"' not in told["in-band-rate-limit-drop-error.code-middle"]
    assert robbed("pizzagpt") == {}


def test_members_of_documented_events_are_tried_once_for_each_capability():
    subject = SUBJECTS["openai_chat"]
    stream, document = structured(subject)
    changes = list(missing_in_samples(subject.contract, stream))
    names = [change.scenario.name for change in changes]
    assert len(set(names)) == len(names)
    shown = {sample.name: sample.shows for sample in subject.contract.samples}
    assert {shown[name.rpartition(" in ")[2]] for name in names} == set(shown.values())
    assert {"".join(change.pieces) for change in changes} == {stream.expected.text}
    assert list(missing_in_samples(subject.contract, document)) == []


@pytest.mark.parametrize(
    ("text", "legal"), [("one two", True), ("(one) and two.", True), ("two one", False), ("one", False), ("", False)]
)
def test_pieces_come_in_their_order(text, legal):
    scenario = structured(SUBJECTS["flowgpt"])[0]
    assert Change(scenario, frozenset(), ends=False, pieces=("one", "two")).allows(text) is legal


def test_without_pieces_one_of_the_texts_comes():
    scenario = structured(SUBJECTS["flowgpt"])[0]
    change = Change(scenario, frozenset({"one"}), ends=True)
    assert (change.allows("one"), change.allows("one two"), change.allows("")) == (True, False, False)
