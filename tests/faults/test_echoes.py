"""The upstream repeats a secret in all that it says, and in every failure once at least."""

import json

import pytest

from harness.faults.echoes import AT_A_CUT, IN_A_HEADER, echoing, echoing_late
from harness.faults.garbage import DEEP
from harness.target import resolve

SECRET = "sk-told-to-no-one"
SUBJECTS = {name: resolve(name) for name in ("backend_api", "openai_chat")}
subjects = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)


@subjects
def test_every_failure_repeats_the_secret_somewhere(subject):
    for scenario in echoing(subject, SECRET):
        said = scenario.script.body.decode()
        said += json.dumps(scenario.script.head.headers) + said.encode().decode("unicode_escape", "replace")
        assert SECRET in said, scenario.name


@subjects
def test_failures_have_names_of_their_own(subject):
    names = [scenario.name for scenario in echoing(subject, SECRET)]
    assert len(names) == len(set(names))
    assert len([name for name in names if name.startswith(IN_A_HEADER)]) == 2
    assert any("in-band" in name for name in names)


@subjects
def test_some_late_repetition_is_cut_wherever_a_text_is_cut(subject):
    secret = "0123456789" * 26
    late = [scenario for scenario in echoing_late(subject, secret) if scenario.name.startswith(AT_A_CUT)]
    texts = [json.loads(scenario.script.body)["error"]["message"] for scenario in late]
    cuts = [[text[:end] for text in texts if secret not in text[:end]] for end in range(12, 1201)]
    assert all(any(secret[:12] in text for text in texts) for texts in cuts)
    assert any("in-band" in scenario.name for scenario in echoing_late(subject, secret))


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_what_nests_too_deep_is_too_much_for_the_parser(body):
    with pytest.raises(RecursionError):
        json.loads(body)
