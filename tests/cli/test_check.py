import sys

import pytest

from harness.cli import main
from harness.report import read

SMALL = ("--suite", "small")


@pytest.fixture
def harness(world, capsys):
    """Run the command in this process (its session is another one); give exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            main([*arguments])
        out, err = capsys.readouterr()
        return caught.value.code, out, err

    return run


def test_a_sound_provider_conforms(harness, world):
    code, out, err = harness("check", "subjects:Good", *SMALL, "-n", "1", "--report", "run.jsonl")
    lines = [line for line in out.splitlines() if not line.startswith("where the time goes")]
    assert (code, err, lines) == (
        0,
        "",
        [
            "provider   REQ   SEC",
            "Good      ok 4  ok 1",
            "",
            "not exercised: Good: SEC-01: it did not take place",
            "not exercised: Good: SEC-03: no scenario to play: record one",
            "",
            "1 provider, 5 requirements: 5 pass, 1 not-applicable, 2 not-exercised",
            "conforms",
        ],
    )
    assert read(world / "run.jsonl").counts["pass"] == 5


def test_hostile_providers_fail_and_the_others_are_judged(harness, world):
    names = ("Good", "Bad", "Exits", "Kills", "Blocks", "Swallows")
    chosen = ("--only", "REQ-01", "--scenario", "one", "--limit", "4", "-n", "2", "--report", "run.jsonl")
    code, out, _ = harness("check", *(f"subjects:{name}" for name in names), *SMALL, *chosen)
    report = read(world / "run.jsonl")
    reasons = {one.provider: one.evidence.reason if one.evidence else one.outcome for one in report.verdicts}
    assert (code, reasons) == (
        1,
        {
            "Good": "pass",
            "Bad": "no hello",
            "Exits": "pass",
            "Kills": "the provider ended its process",
            "Blocks": "the provider blocked its process",
            "Swallows": "no hello",
        },
    )
    blocked = next(one for one in report.verdicts if one.provider == "Blocks")
    assert "subjects.py" in blocked.evidence.observed
    assert out.isascii()


def test_a_reproduction_does_what_it_says(harness):
    _, out, _ = harness("check", "subjects:Bad", *SMALL, "--only", "REQ-01", "--scenario", "one", "-n", "0")
    command = next(line.split("reproduce ")[1] for line in out.splitlines() if "reproduce " in line)
    assert command == "harness check subjects:Bad --only REQ-01 --scenario one"


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--strict",), 1)], ids=["lenient", "strict"])
def test_a_should_counts_when_asked(harness, flags, code):
    assert harness("check", "subjects:Rude", *SMALL, "--only", "REQ-*", "-n", "0", *flags)[0] == code


@pytest.mark.parametrize("workers", ["0", "1"], ids=["alone", "with a worker"])
def test_a_run_can_stop_at_the_first_failure(harness, world, workers):
    options = (*SMALL, "--fail-fast", "-n", workers, "--report", "run.jsonl")
    code, _, _ = harness("check", "subjects:Bad", "subjects:Good", *options)
    counts = read(world / "run.jsonl").counts
    assert (code, counts["fail"], counts["error"], counts["not-exercised"] > 3) == (1, 1, 0, True)


def test_a_check_that_breaks_is_the_fault_of_the_harness(harness):
    code, out, err = harness("check", "subjects:Good", "--suite", "broken", "--only", "ZOO-*", "-n", "0")
    assert (code, out.splitlines()[-1]) == (3, "the harness failed")
    assert err.startswith("the end of the log of the session:\n")


def test_nothing_tried_is_not_conformance(harness):
    code, out, _ = harness("check", "subjects:Good", *SMALL, "--only", "SEC-03", "-n", "0")
    assert (code, out.splitlines()[-2:]) == (1, ["nothing was exercised: Good", "does not conform"])


def test_a_session_that_cannot_start_shows_its_log(harness):
    code, out, err = harness("check", "subjects:Good", "--suite", "none", "-n", "0")
    assert (code, out) == (3, "")
    assert "ModuleNotFoundError: No module named 'none'" in err


@pytest.mark.parametrize(
    ("arguments", "err"),
    [
        (
            ("subjects:Goood", *SMALL),
            (
                "harness: expected an attribute of subjects, got 'Goood'; "
                "it has Bad, Blocks, Exits, Good, Kills, Rude, Swallows\nhint: harness check subjects:Good\n"
            ),
        ),
        (
            ("--report", "none/run.jsonl"),
            "harness: expected a folder for the report, got 'none/run.jsonl'\nhint: mkdir -p none\n",
        ),
        (
            ("--upstream", "live"),
            (
                "Usage: harness check [OPTIONS] [TARGET]...\nTry 'harness check --help' for help.\n\n"
                "Error: Invalid value for '--upstream': 'live' is not one of 'auto', 'in-process', 'loopback'.\n"
            ),
        ),
    ],
    ids=["class", "report", "upstream"],
)
def test_wrong_input_is_told(harness, arguments, err):
    assert harness("check", *arguments) == (2, "", err)


def test_a_terminal_sees_a_bar(harness, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    code, _, err = harness("check", "subjects:Good", *SMALL, "--only", "REQ-01", "-n", "0")
    assert code == 0
    assert "judging" in err


def test_the_equal_report_comes_from_any_number_of_workers(harness, world):
    for count in ("0", "2"):
        harness("check", "subjects:Good", "subjects:Bad", *SMALL, "-n", count, "--report", f"{count}.jsonl")
    none, two = (read(world / f"{count}.jsonl") for count in ("0", "2"))
    assert none.verdicts == two.verdicts


def test_failures_become_tests_of_their_own(harness, world):
    chosen = (*SMALL, "--only", "REQ-01", "-n", "0", "--pytest-file", "test_them.py")
    code, _, err = harness("check", "subjects:Bad", *chosen)
    assert (code, err) == (1, "2 failures as tests of their own: python -m pytest test_them.py\n")
    assert (world / "test_them.py").read_text().count("\ndef test_bad_req_01_") == 2
    code, _, err = harness("check", "subjects:Bad", *chosen, "--scenario", "one")
    assert (code, err) == (1, "1 failure as a test of its own: python -m pytest test_them.py\n")
    code, _, err = harness("check", "subjects:Good", *chosen)
    assert (code, err) == (0, "nothing failed, so 'test_them.py' is not written\n")


def test_a_provider_that_kills_becomes_a_test_that_says_so(harness, world):
    harness("check", "subjects:Kills", *SMALL, "--only", "REQ-01", "--scenario", "one", "--pytest-file", "test_them.py")
    assert "no test of its own can show this" in (world / "test_them.py").read_text()


def test_a_file_of_somebody_elses_is_left_alone(harness, world):
    (world / "test_them.py").write_text("mine\n")
    code, out, err = harness("check", "subjects:Bad", *SMALL, "--pytest-file", "test_them.py")
    assert (code, out, (world / "test_them.py").read_text()) == (2, "", "mine\n")
    assert err.splitlines()[-1] == "hint: --pytest-file test_them_failures.py"
