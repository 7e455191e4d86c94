import json
import os

import pytest

from harness.settings import Road, Settings, default_workers, no_match, reproduce

ALL = Settings(
    targets=("a b.py:C",),
    contract="acytoo",
    only=("REQ-*",),
    scenario="one",
    upstream=Road.LOOPBACK,
    cassettes="my tapes",
    suite="own",
    workers=3,
    limit=2.0,
    shuffle=7,
)


def test_settings_survive_json():
    assert Settings.from_json(json.loads(json.dumps(ALL.to_json()))) == ALL


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        (Settings(), "harness check acytoo"),
        (ALL, "harness check acytoo --contract acytoo --cassettes 'my tapes' --upstream loopback"),
    ],
    ids=["defaults", "all"],
)
def test_the_command_repeats_the_choices(settings, command):
    assert settings.command("acytoo") == command


@pytest.mark.parametrize(
    ("scenario", "command"),
    [("", "harness check x --only REQ-01"), ("it's", "harness check x --only REQ-01 --scenario 'it'\"'\"'s'")],
    ids=["without scenario", "quoted"],
)
def test_a_reproduction_names_one_row(scenario, command):
    assert reproduce("harness check x", "REQ-01", scenario) == command


def test_no_more_than_four_workers_are_the_default(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert default_workers() == 4


def test_an_unknown_name_is_told_with_what_is_known():
    error = no_match("scenario", "x", ("one", "two"), "harness check")
    assert (error.exit_code, error.message) == (2, "expected a scenario that matches one of one, two; got 'x'")
