import json

import pytest

from harness.errors import HarnessError, UsageError
from harness.report import BROKEN, CONFORMS, DOES_NOT, assemble, exit_code, lines, read, write
from harness.verdict import Evidence, Level, Outcome, Verdict

RUN = {
    "type": "run",
    "format": 1,
    "versions": {"python": "3.11.7"},
    "settings": {},
    "providers": {"acytoo": {"target": "acytoo", "contract": "acytoo", "command": "harness check acytoo"}},
    "requirements": {
        "REQ-01": {"level": "MUST", "title": "Targets", "remedy": "Join once."},
        "STREAM-01": {"level": "SHOULD", "title": "Cuts", "remedy": "Buffer."},
    },
    "expected": {"acytoo": {"REQ-01": ["one turn", "two turns"], "STREAM-01": [""]}},
}
END = {"type": "end", "seconds": {"REQ": 1.0, "elapsed": 2.0}}


def verdict(rule="REQ-01", outcome=Outcome.PASS, scenario="one turn", level=Level.MUST, evidence=None):
    command = f"harness check acytoo --only {rule}" + (f" --scenario '{scenario}'" if scenario else "")
    return Verdict("acytoo", rule, level, outcome, scenario, evidence, command)


ONE = verdict()
TWO = verdict(scenario="two turns")
THREE = verdict("STREAM-01", scenario="", level=Level.SHOULD)


def report_of(*verdicts, end=True, run=RUN):
    return assemble([run, *(verdict.to_json() for verdict in verdicts), *([END] if end else [])])


def test_verdicts_stand_in_the_order_in_which_they_were_expected():
    assert report_of(THREE, TWO, ONE).verdicts == (ONE, TWO, THREE)


@pytest.mark.parametrize(
    ("end", "reason"),
    [(True, "no verdict came"), (False, "no verdict came: the run ended before")],
    ids=["complete", "cut short"],
)
def test_a_verdict_that_never_came_is_an_error(end, reason):
    absent = verdict(scenario="two turns", outcome=Outcome.ERROR, evidence=Evidence(reason))
    report = report_of(ONE, THREE, end=end)
    assert (report.verdicts, report.complete) == ((ONE, absent, THREE), end)


@pytest.mark.parametrize(
    ("first", "absent"),
    [
        (verdict(outcome=Outcome.FAIL), Outcome.NOT_EXERCISED),
        (verdict(outcome=Outcome.ERROR), Outcome.NOT_EXERCISED),
        (verdict(outcome=Outcome.FAIL, level=Level.SHOULD), Outcome.ERROR),
        (ONE, Outcome.ERROR),
    ],
    ids=["MUST", "error", "SHOULD", "pass"],
)
def test_a_run_that_stops_at_the_first_failure_leaves_the_rest_untried(first, absent):
    report = report_of(first, run={**RUN, "settings": {"fail_fast": True}})
    assert [one.outcome for one in report.verdicts] == [first.outcome, absent, absent]


def test_a_verdict_that_nobody_expected_is_refused():
    with pytest.raises(HarnessError, match="stray"):
        report_of(ONE, verdict(scenario="stray"))


def test_two_verdicts_on_one_row_are_refused():
    with pytest.raises(UsageError, match="got 1 more"):
        report_of(ONE, ONE)


def test_a_file_reads_as_it_was_written(tmp_path):
    report = report_of(verdict(outcome=Outcome.FAIL, evidence=Evidence("\ud800", "a", "b", "c")), TWO, THREE)
    path = tmp_path / "run.jsonl"
    write(path, report)
    assert read(path) == report
    assert [file.name for file in tmp_path.iterdir()] == ["run.jsonl"]


def test_the_last_line_counts_the_outcomes():
    last = list(lines(report_of(ONE, TWO, THREE)))[-1]
    counts = {"pass": 3, "fail": 0, "not-applicable": 0, "not-exercised": 0, "error": 0}
    assert last == {"type": "end", "counts": counts, "seconds": END["seconds"]}


def test_an_incomplete_run_has_no_last_line_and_is_read_as_such(tmp_path):
    path = tmp_path / "run.jsonl"
    write(path, report_of(ONE, end=False))
    types = [json.loads(line)["type"] for line in path.read_text().splitlines()]
    assert (types, read(path).complete) == (["run", "verdict", "verdict", "verdict"], False)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "no json", '{"type": "run", "format": 99}', '{"type": "run"}', "\xff"]
)
def test_a_file_that_is_no_report_is_told(tmp_path, text):
    path = tmp_path / "run.jsonl"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match="expected a"):
        read(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UsageError, match="expected a report in JSON Lines"):
        read(tmp_path / "none.jsonl")


def with_outcome(outcome, level=Level.MUST):
    return verdict(outcome=outcome, level=level)


NOTHING = [verdict(row.requirement, Outcome.NOT_EXERCISED, row.scenario, row.level) for row in (ONE, TWO, THREE)]


@pytest.mark.parametrize(
    ("verdicts", "strict", "code"),
    [
        ([ONE, TWO, THREE], False, CONFORMS),
        ([with_outcome(Outcome.NOT_EXERCISED), TWO, THREE], False, CONFORMS),
        ([with_outcome(Outcome.FAIL), TWO, THREE], False, DOES_NOT),
        ([with_outcome(Outcome.FAIL, Level.SHOULD), TWO, THREE], False, CONFORMS),
        ([with_outcome(Outcome.FAIL, Level.SHOULD), TWO, THREE], True, DOES_NOT),
        ([with_outcome(Outcome.FAIL, Level.MAY), TWO, THREE], True, CONFORMS),
        ([with_outcome(Outcome.ERROR), TWO, THREE], False, BROKEN),
        ([with_outcome(Outcome.ERROR), verdict(scenario="two turns", outcome=Outcome.FAIL), THREE], False, DOES_NOT),
        (NOTHING, False, DOES_NOT),
    ],
    ids=["all pass", "one untried", "must", "should", "strict should", "may", "error", "error and must", "none tried"],
)
def test_the_exit_code_follows_from_the_verdicts(verdicts, strict, code):
    assert exit_code(report_of(*verdicts), strict=strict) == code


def test_an_incomplete_run_with_all_its_verdicts_does_not_conform():
    assert exit_code(report_of(ONE, TWO, THREE, end=False)) == BROKEN


def test_a_run_of_nothing_does_not_conform():
    assert exit_code(assemble([{**RUN, "providers": {}, "expected": {}}, END])) == DOES_NOT


def test_the_queries_serve_reporters():
    report = report_of(with_outcome(Outcome.FAIL), TWO, THREE)
    assert (report.providers, report.areas, report.unexercised()) == (("acytoo",), ("REQ", "STREAM"), ())
    assert report.cell("acytoo", "STREAM") == (THREE,)
    assert report.groups(Outcome.FAIL, Outcome.ERROR) == {("REQ-01", "acytoo"): [with_outcome(Outcome.FAIL)]}
