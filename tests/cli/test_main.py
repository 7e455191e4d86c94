import runpy
import sys

import click
import pytest

from harness import cli
from harness.cli import commands, main


@pytest.fixture
def bad(monkeypatch):
    """Make a command that raises what it is given."""

    def add(error):
        def run():
            raise error

        monkeypatch.setitem(commands.commands, "bad", click.Command("bad", callback=run))

    return add


@pytest.mark.parametrize(
    ("error", "code", "err"),
    [
        (KeyboardInterrupt(), 130, "\nharness: interrupted\n"),
        (click.Abort(), 130, "harness: interrupted\n"),
        (cli.HarnessError("x", "a message"), 3, "harness: a message\n"),
        (cli.HarnessError("x", "a message", "a hint"), 3, "harness: a message\nhint: a hint\n"),
    ],
    ids=["interrupt", "abort", "error", "error with hint"],
)
def test_errors_become_exit_codes(bad, capsys, error, code, err):
    bad(error)
    with pytest.raises(SystemExit) as caught:
        main(["bad"])
    assert (caught.value.code, capsys.readouterr().err) == (code, err)


def test_a_bug_is_no_verdict(bad, capsys):
    bad(KeyError("x"))
    with pytest.raises(SystemExit) as caught:
        main(["bad"])
    assert caught.value.code == 3
    assert capsys.readouterr().err.endswith("KeyError: 'x'\nharness: this is a bug of the harness\n")


def test_the_package_runs_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["harness", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("harness", run_name="__main__")
    assert (caught.value.code, capsys.readouterr().out.split()[0]) == (0, "llm-provider-harness")


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert "check" in capsys.readouterr().out
