import io
import json
import os
import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import pytest

from harness import session
from harness.casualties import count
from harness.errors import HarnessError, UsageError
from harness.session import Collector, first_line, main, run
from harness.settings import Settings
from harness.stage import Stage
from harness.verdict import Outcome

GOOD = Settings(targets=("subjects:Good",), suite="small", scenario="one")


@pytest.fixture
def scratch(own_process):
    folder = own_process / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def rows(own_process):
    stage = Stage(GOOD)
    yield stage.rows
    stage.close()


def test_a_session_tells_the_run_each_verdict_and_the_end(scratch):
    lines = []
    run(GOOD, scratch, lines.append)
    first, *verdicts, last = lines
    assert first["expected"] == {"Good": {"REQ-01": ["one"], "REQ-02": ["one"], "SEC-01": ["one"]}}
    assert [(line["requirement"], line["outcome"]) for line in verdicts] == [
        ("REQ-01", "pass"),
        ("REQ-02", "pass"),
        ("SEC-01", "pass"),
    ]
    assert (last["type"], list(last["seconds"])) == ("end", ["REQ", "SEC", "elapsed"])


def test_pytest_that_fails_to_run_is_an_error(scratch, monkeypatch):
    monkeypatch.setattr(pytest, "main", lambda *_, **__: pytest.ExitCode.INTERNAL_ERROR)
    with pytest.raises(HarnessError, match="expected pytest to run the suite, got exit code"):
        run(GOOD, scratch, lambda _line: None)


def test_what_the_guard_cannot_see_is_refused_unless_it_is_held_otherwise(scratch, monkeypatch):
    monkeypatch.setitem(sys.modules, "pycurl", ModuleType("pycurl"))
    with pytest.raises(UsageError, match=r"expected connections that the harness sees, got .*pycurl") as refused:
        run(GOOD, scratch, print)
    assert refused.value.hint == "harness check subjects:Good --unguarded"
    for settings, isolated in ((GOOD, True), (replace(GOOD, unguarded=True), False)):
        lines = []
        run(settings, scratch, lines.append, isolated=isolated)
        assert lines[-1]["type"] == "end"


def test_the_first_line_tells_all_that_reporters_need(rows):
    line = first_line(GOOD, rows)
    assert line["providers"] == {
        "Good": {"target": "subjects:Good", "contract": "acytoo", "command": "harness check subjects:Good"}
    }
    assert line["requirements"]["REQ-01"] == {
        "level": "MUST",
        "title": "It says hello.",
        "rationale": "Because.",
        "remedy": "Say hello.",
        "source": "-",
    }
    assert Settings.from_json(line["settings"]) == GOOD
    assert {"python", "pytest", "httpx", "llm-provider-harness"} <= set(line["versions"])
    json.dumps(line)


@pytest.fixture
def collected(rows, scratch):
    lines = []
    return lines, Collector(rows, scratch, lines.append)


def phase(row, when, outcome=None, nodeid="test_small.py::test_x[Good/REQ-01/one]"):
    properties = []
    if outcome:
        data = {"verdict": row.verdict(outcome).to_json(), "seconds": 0.5}
        properties = [("harness", json.dumps(data))]
    node = SimpleNamespace(gateway=SimpleNamespace(id="gw0"))
    return SimpleNamespace(when=when, nodeid=nodeid, user_properties=properties, node=node)


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ((None, Outcome.PASS, None), ["pass"]),
        ((None, Outcome.PASS, Outcome.ERROR), ["error"]),
        ((Outcome.ERROR, None, None), ["error"]),
        ((None, None, None), []),
    ],
    ids=["passed", "teardown broke", "setup broke", "an item that is none of ours"],
)
def test_an_item_is_told_once_it_is_over_by_its_worst_phase(rows, collected, outcomes, told):
    lines, collector = collected
    for when, outcome in zip(("setup", "call", "teardown"), outcomes, strict=True):
        collector.pytest_runtest_logreport(phase(rows[0], when, outcome))
    assert [line["outcome"] for line in lines] == told


def test_a_process_that_is_gone_is_a_failure(rows, collected, scratch):
    lines, collector = collected
    collector.pytest_runtest_logreport(phase(rows[0], "call", Outcome.PASS))
    collector.pytest_runtest_logreport(phase(rows[0], "???"))
    (line,) = lines
    assert (line["outcome"], line["evidence"]["reason"]) == ("fail", "the provider ended its process")
    assert count(scratch, "Good") == 1


@pytest.fixture
def lines_of_main(scratch, monkeypatch):
    """Run ``main`` on settings, with a file in the place of the descriptor of stdout; give the lines in it."""

    def lines(settings):
        monkeypatch.setattr(sys, "argv", ["session", str(scratch)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(replace(settings, unguarded=True).to_json())))
        kept = os.dup(1)
        with (scratch / "stdout").open("wb") as file:
            os.dup2(file.fileno(), 1)
            try:
                main()
            finally:
                os.dup2(kept, 1)
                os.close(kept)
        return [json.loads(line) for line in (scratch / "stdout").read_text().splitlines()]

    return lines


def test_stdout_carries_lines_only(lines_of_main):
    types = [line["type"] for line in lines_of_main(GOOD)]
    assert types == ["run", "verdict", "verdict", "verdict", "end"]


def test_a_stop_tells_what_is_wrong(lines_of_main):
    (line,) = lines_of_main(Settings(targets=("subjects:Goood",), suite="small"))
    has = "Bad, Blocks, Exits, Good, Kills, Rude, Swallows"
    assert line == {
        "type": "stop",
        "exit_code": 2,
        "code": "no-class",
        "message": f"expected an attribute of subjects, got 'Goood'; it has {has}",
        "hint": "harness check subjects:Good",
    }


def test_the_configuration_ships_with_the_package():
    assert session._INI.is_file()
