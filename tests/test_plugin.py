import random
import sys

import pytest

from harness.casualties import CHANCES, note
from harness.plugin import PROPERTY, arguments, told
from harness.settings import Settings

OPTIONS = ("-p", "harness.plugin", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:asyncio")


@pytest.fixture
def run(own_process, pytester):
    """Run pytest on a suite in this very process; give its result and the verdicts on its reports."""

    def run(*options, suite="small"):
        result = pytester.inline_run(own_process / suite, *OPTIONS, f"--harness-suite={suite}", *options)
        found = {}
        for report in result.getreports("pytest_runtest_logreport"):
            if (one := told(report)) is not None:
                key = f"{one.verdict.provider}/{one.verdict.requirement}/{one.verdict.scenario}"
                found[key, report.when] = (str(one.verdict.outcome), report.outcome)
        return result, found

    return run


def of(name):
    return f"--harness-target=subjects:{name}"


def test_each_row_gets_a_verdict(run):
    result, found = run(of("Good"))
    assert found == {
        ("Good/REQ-01/one", "call"): ("pass", "passed"),
        ("Good/REQ-01/two [\xfc]", "call"): ("pass", "passed"),
        ("Good/REQ-02/one", "call"): ("pass", "passed"),
        ("Good/REQ-02/two [\xfc]", "call"): ("pass", "passed"),
        ("Good/SEC-01/one", "call"): ("pass", "passed"),
        ("Good/SEC-01/two [\xfc]", "call"): ("not-exercised", "skipped"),
        ("Good/SEC-02/", "call"): ("not-applicable", "skipped"),
        ("Good/SEC-03/", "call"): ("not-exercised", "skipped"),
    }
    assert result.ret == 0


def test_a_broken_must_fails_with_its_evidence(run):
    result, found = run(of("Bad"), "--harness-only=REQ-01", "--harness-scenario=one")
    assert found == {("Bad/REQ-01/one", "call"): ("fail", "failed")}
    (report,) = result.getfailures()
    assert str(report.longrepr).splitlines() == [
        "REQ-01 MUST fail: It says hello.",
        "  provider  Bad",
        "  scenario  one",
        "  why       no hello",
        "  wire      he | llo",
        "  expected  hello",
        r"  observed  text h\ud800\x1b; finish []; finished",
        "  remedy    Say hello.",
        "  reproduce harness check subjects:Bad --only REQ-01 --scenario one",
    ]


def test_a_broken_should_is_shown_as_expected_to_fail(run):
    result, found = run(of("Rude"), "--harness-only=REQ-02", "--harness-scenario=one")
    assert (result.ret, found) == (0, {("Rude/REQ-02/one", "call"): ("fail", "skipped")})
    (report,) = [report for report in result.getreports("pytest_runtest_logreport") if report.when == "call"]
    assert report.wasxfail == "SHOULD: rude"


def test_a_check_that_breaks_is_an_error(run):
    result, found = run(of("Good"), "--harness-only=ZOO-*", "--harness-scenario=*", suite="broken")
    assert found == {
        ("Good/ZOO-01/", "call"): ("error", "failed"),
        ("Good/ZOO-02/one", "call"): ("error", "failed"),
        ("Good/ZOO-02/two [\xfc]", "call"): ("error", "failed"),
    }
    assert "the harness broke: KeyError" in str(result.getfailures()[-1].longrepr)


@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_a_drive_that_cannot_be_set_up_or_taken_down_is_an_error(run, monkeypatch, phase):
    def broken(*_):
        if phase == "teardown":
            yield None
        raise KeyError(phase)

    from contextlib import contextmanager  # noqa: PLC0415

    monkeypatch.setattr("harness.stage.Stage.drive", contextmanager(broken))
    _, found = run(of("Good"), "--harness-only=SEC-01", "--harness-scenario=one")
    assert found["Good/SEC-01/one", phase] == ("error", "failed")


def test_a_choice_that_leaves_nothing_ends_pytest_with_a_hint(run, capsys):
    result, found = run(of("Good"), "--harness-only=NO-*")
    assert (result.ret, found) == (pytest.ExitCode.INTERRUPTED, {})
    out = capsys.readouterr().out
    assert "expected a requirement that matches one of REQ-01, REQ-02, SEC-01, SEC-02, SEC-03; got 'NO-*'" in out


def test_other_tests_are_left_alone(pytester):
    pytester.makepyfile(
        "import pytest\n@pytest.mark.parametrize('drive', [1])\ndef test_it(drive): ...\ndef test_too(): ..."
    )
    result = pytester.inline_run(*OPTIONS)
    assert [told(report) for report in result.getreports("pytest_runtest_logreport")] == [None] * 6


def test_an_item_over_its_limit_is_timed_by_a_thread_that_needs_no_lock(run, tmp_path):
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    _, found = run(of("Good"), "--harness-only=SEC-01", "--harness-scenario=one", f"--harness-dumps={dumps}")
    assert found == {("Good/SEC-01/one", "call"): ("pass", "passed")}
    assert [path.name for path in dumps.iterdir()] == ["main"]


def test_a_provider_that_has_ended_too_many_processes_is_not_driven(run, tmp_path):
    for _ in range(CHANCES):
        note(tmp_path, "Good")
    result, found = run(of("Good"), "--harness-only=SEC-01", "--harness-scenario=one", f"--harness-dumps={tmp_path}")
    assert found == {("Good/SEC-01/one", "setup"): ("error", "failed")}
    assert "why       not driven: the provider has ended 3 processes before" in str(result.getfailures()[0].longrepr)


def test_a_seed_shuffles_the_items(run):
    _, found = run(of("Good"), "--harness-only=REQ-*", "--harness-shuffle=0")
    names = [name for name, _ in found]
    usual = [f"Good/{rule}/{scenario}" for rule in ("REQ-01", "REQ-02") for scenario in ("one", "two [\xfc]")]
    random.Random(0).shuffle(usual)  # noqa: S311
    assert names == usual != sorted(names)


def test_settings_become_options(tmp_path):
    settings = Settings(targets=("a", "b"), only=("X",), contract="c", shuffle=0)
    assert arguments(settings, tmp_path) == [
        "--harness-target=a",
        "--harness-target=b",
        "--harness-only=X",
        "--harness-contract=c",
        "--harness-scenario=*",
        "--harness-upstream=auto",
        "--harness-suite=harness.suite",
        "--harness-limit=60.0",
        "--harness-shuffle=0",
        f"--harness-dumps={tmp_path}",
    ]


def test_the_property_has_one_name():
    assert (PROPERTY, "harness.plugin" in sys.modules) == ("harness", True)
