import pytest

from harness.errors import HarnessError, UsageError
from harness.plan import load_suite, plan
from harness.settings import Road, Settings
from harness.target import resolve
from harness.verdict import Evidence, Level, Outcome, Verdict

pytestmark = pytest.mark.usefixtures("own_process")
GOOD = Settings(targets=("subjects:Good",), suite="small")


def rows_of(settings, suite="small"):
    rules, _ = load_suite(suite)
    subjects = [resolve(target, "acytoo") for target in settings.targets]
    return plan(subjects, rules, settings)


def test_a_row_stands_for_each_requirement_and_scenario():
    assert [(row.id, row.settled) for row in rows_of(GOOD)] == [
        ("Good/REQ-01/one", None),
        ("Good/REQ-01/two %5B%C3%BC%5D", None),
        ("Good/REQ-02/one", None),
        ("Good/REQ-02/two %5B%C3%BC%5D", None),
        ("Good/SEC-01/one", None),
        ("Good/SEC-01/two %5B%C3%BC%5D", None),
        ("Good/SEC-02", (Outcome.NOT_APPLICABLE, "the contract does not claim media")),
        ("Good/SEC-03", (Outcome.NOT_EXERCISED, "no scenario to play: record one")),
    ]


def test_a_verdict_names_its_row():
    row = rows_of(GOOD)[1]
    assert row.verdict(Outcome.FAIL, Evidence("why"), Level.SHOULD) == Verdict(
        provider="Good",
        requirement="REQ-01",
        level=Level.SHOULD,
        outcome=Outcome.FAIL,
        scenario="two [\xfc]",
        evidence=Evidence("why"),
        reproduce="harness check subjects:Good --only REQ-01 --scenario 'two [[]?]'",
    )


@pytest.mark.parametrize(
    ("only", "scenario", "ids"),
    [
        (("sec-01",), "one", ["Good/SEC-01/one"]),
        (("*-03", "*-02"), "*", ["Good/REQ-02/one", "Good/REQ-02/two %5B%C3%BC%5D", "Good/SEC-02", "Good/SEC-03"]),
        (("REQ-01",), "two [\xfc]", ["Good/REQ-01/two %5B%C3%BC%5D"]),
        (("SEC-*",), "o*", ["Good/SEC-01/one"]),
    ],
    ids=["one row", "two globs", "a name that looks like a glob", "a glob leaves out what has no scenario"],
)
def test_filters_choose_rows(only, scenario, ids):
    settings = Settings(targets=("subjects:Good",), only=only, scenario=scenario)
    assert [row.id for row in rows_of(settings)] == ids


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            Settings(targets=("subjects:Good",), only=("REQ-01", "NO-*")),
            "expected a requirement that matches one of REQ-01, REQ-02, SEC-01, SEC-02, SEC-03; got 'NO-*'",
        ),
        (
            Settings(targets=("subjects:Good",), scenario="three"),
            "expected a scenario that matches one of one, two [\xfc]; got 'three'",
        ),
    ],
    ids=["requirement", "scenario"],
)
def test_a_choice_that_leaves_nothing_is_told(settings, message):
    with pytest.raises(UsageError) as caught:
        rows_of(settings)
    assert caught.value.message == message


def test_what_needs_sockets_is_not_exercised_in_process():
    settings = Settings(targets=("acytoo",), only=("REQ-02",), upstream=Road.IN_PROCESS)
    assert [row.settled for row in rows_of(settings)] == [(Outcome.NOT_EXERCISED, "needs real sockets")]


def test_a_choice_that_breaks_costs_one_row():
    (row,) = rows_of(Settings(targets=("subjects:Good",), only=("ZOO-01",)), "broken")
    outcome, reason = row.settled
    assert outcome is Outcome.ERROR
    assert "KeyError: 'over'" in reason


def test_a_suite_without_requirements_is_told():
    with pytest.raises(HarnessError, match="expected requirements in empty, got none"):
        load_suite("empty")


def test_two_scenarios_of_one_name_are_told():
    rules, _ = load_suite("small")
    subject = resolve("subjects:Good", "acytoo")
    with pytest.raises(HarnessError, match="expected scenarios of different names"):
        plan([subject, subject], rules, Settings())


def test_the_folder_of_a_suite_is_known(own_process):
    assert load_suite("small")[1] == own_process / "small"


def test_the_real_suite_loads():
    rules, _ = load_suite("harness.suite")
    assert {type(rule.title) for rule in rules.values()} == {str}
    assert sorted(rules) == list(rules)
