import json
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from harness.cassette import lint, store
from harness.cli import main
from harness.target import CASSETTES, contract_named

SUMMARY = "1 cassette, 1 replayed: 0 errors, 0 warnings, 0 notes\nsound\n"
SMALL = ("--max-size", "100")


@pytest.fixture
def harness(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with one sound cassette; give exit code, stdout and stderr."""
    raw = store.load(CASSETTES / "acytoo" / "one-turn.yaml")
    store.save(lint.scrub_of(raw, contract_named("acytoo", "")).recording(raw), tmp_path / "acytoo" / "one-turn.yaml")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["lint", *arguments])
        out, err = capsys.readouterr()
        return caught.value.code, out, err

    return run


def spoil():
    path = Path("acytoo/one-turn.yaml")
    store.save(replace(store.load(path), upstream=""), path)


def test_a_sound_cassette_exits_with_0(harness):
    assert harness("acytoo") == (0, SUMMARY, "")


def test_an_error_exits_with_1(harness):
    spoil()
    code, out, err = harness("acytoo")
    lines = out.splitlines()
    assert (code, err, lines[:2], lines[-1]) == (
        1,
        "",
        [
            "acytoo/one-turn.yaml:6: error LINT-05: expected metadata.upstream, got nothing (metadata.upstream)",
            "",
        ],
        "not sound",
    )


def test_a_warning_counts_where_that_is_asked(harness):
    code, out, _ = harness("acytoo", *SMALL)
    assert (code, "warning LINT-14" in out, out.splitlines()[-1]) == (0, True, "sound")
    code, out, _ = harness("acytoo", *SMALL, "--strict")
    assert (code, out.splitlines()[-1]) == (1, "not sound")


def test_age_is_a_note(harness):
    code, out, _ = harness("acytoo", "--max-age", "0", "--strict")
    assert (code, "acytoo/one-turn.yaml:7: note LINT-15: " in out) == (0, True)


@pytest.mark.parametrize(
    ("form", "way"),
    [("json", ["findings", 0, "rule"]), ("sarif", ["runs", 0, "results", 0, "ruleId"])],
)
def test_a_machine_can_read_it(harness, form, way):
    code, out, err = harness("acytoo", *SMALL, "--format", form)
    found = json.loads(out)
    for step in way:
        found = found[step]
    assert (code, err, found) == (0, "", "LINT-14")


@pytest.mark.parametrize("form", ["terminal", "json", "sarif"])
def test_a_file_has_it_and_the_terminal_too(harness, form):
    assert harness("acytoo", "--format", form, "-o", "found") == (0, SUMMARY, "")
    text = Path("found").read_text("ascii")
    assert text == SUMMARY if form == "terminal" else json.loads(text)
    assert sorted(path.name for path in Path().iterdir()) == ["acytoo", "found"]


def test_a_name_in_sarif_is_relative_to_where_one_stands(harness):
    _, out, _ = harness(str(Path.cwd() / "acytoo"), *SMALL, "--format", "sarif")
    [found] = json.loads(out)["runs"][0]["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "acytoo/one-turn.yaml"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "harness: expected a file or a folder, got 'nowhere': there is nothing\n"),
        (("acytoo", "-o", "no/found"), "harness: expected a file that can be written, got 'no/found': No such file"),
        (("acytoo", "--contract", "nobody"), "harness: expected a contract: one of acytoo, "),
        (("acytoo", "--max-age", "-1"), "Usage: harness lint [OPTIONS] [PATH]..."),
    ],
)
def test_wrong_input_is_told(harness, arguments, message):
    code, out, err = harness(*arguments)
    assert (code, out, err[: len(message)]) == (2, "", message)


def test_what_the_project_scrubs_is_scrubbed(harness):
    Path("pyproject.toml").write_text('[tool.harness.scrub]\npatterns = ["[Ss]ay hi"]\n')
    code, out, _ = harness("acytoo")
    assert (code, "error LINT-08" in out) == (1, True)


def test_a_terminal_sees_a_bar(harness, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    code, out, err = harness("acytoo")
    assert (code, out, "judging" in err) == (0, SUMMARY, True)


def test_the_defaults_are_those_of_the_rules():
    command = import_module("harness.cli.lint")
    assert (command._AGE, command._SIZE) == (lint.OLDEST, lint.LARGEST)
