import pytest

from harness.faults.unusable import document_for_stream, unusable
from harness.scenario import Declared
from harness.target import resolve

NAMES = ("acytoo", "backend_api", "openai_chat")
SUBJECTS = {name: resolve(name) for name in NAMES}
subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)


@subjects
def test_replies_without_an_answer_are_of_status_200_and_failures_of_the_upstream(subject):
    scenarios = list(unusable(subject))
    assert {scenario.script.head.status for scenario in scenarios} == {200}
    assert {scenario.expected.error for scenario in scenarios} == {"RuntimeError"}
    assert len({scenario.name for scenario in scenarios}) == len(scenarios)


def names(subject):
    return {scenario.name.removeprefix("unusable-") for scenario in unusable(subject)}


def test_what_is_no_answer_depends_on_the_codec_and_the_modes():
    plain = {"empty", "empty-json", "html", "json-error", "json-object", "json-null", "json-list"}
    plain |= {"json-deep", "json-bottomless"}
    assert names(SUBJECTS["acytoo"]) == plain
    assert names(SUBJECTS["backend_api"]) == plain | {"html-mislabelled", "blank-lines"}
    assert names(SUBJECTS["openai_chat"]) - names(SUBJECTS["backend_api"]) == {
        "only-sentinel",
        *(f"{name}-document" for name in plain - {"empty"}),
    }


def test_a_stream_of_nothing_but_its_sentinel_is_no_answer():
    (only,) = [s for s in unusable(SUBJECTS["openai_chat"]) if s.name == "unusable-only-sentinel"]
    assert only.script.body == b"data: [DONE]\n\n"


def test_a_document_for_a_stream_may_be_used():
    (scenario,) = document_for_stream(SUBJECTS["openai_chat"])
    assert scenario.fault.outcome is Declared.ANSWER_OR_RUNTIME_ERROR
    assert scenario.expected.text
    assert scenario.call.options.get("stream") is not False
    assert list(document_for_stream(SUBJECTS["acytoo"])) == []
