"""A run reads each cassette once in each of its processes, however often it asks for the recordings."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from harness.cassette import store
from harness.errors import UsageError
from harness.settings import Settings
from harness.stage import Stage

OPENED = Counter()
LISTENING = []


def hear(event, given):
    """Count the files that are opened; a hook stays for good, so that it must cost nothing when it is not asked."""
    if LISTENING and event == "open" and isinstance(given[0], str | os.PathLike):
        OPENED[Path(given[0])] += 1


sys.addaudithook(hear)


@pytest.fixture
def opened():
    OPENED.clear()
    LISTENING.append(None)
    yield lambda: {path.name: count for path, count in OPENED.items() if path.suffix == ".yaml"}
    LISTENING.clear()


@pytest.fixture
def folder(tmp_path, make_recording):
    folder = tmp_path / "acytoo"
    for name in ("a", "b"):
        store.save(make_recording(scenario=name), folder / f"{name}.yaml")
    return folder


def test_both_stages_of_a_run_in_one_process_read_each_cassette_once(folder, opened):
    for _ in range(2):
        stage = Stage(Settings(targets=("acytoo",), cassettes=str(folder.parent), only=("STREAM-01",)))
        assert stage.rows
        stage.close()
    assert opened() == {"a.yaml": 1, "b.yaml": 1}


def test_a_cassette_that_was_saved_anew_is_read_anew(folder, make_recording, opened):
    store.recordings(folder)
    store.save(make_recording(scenario="c"), folder / "a.yaml")
    assert [recording.scenario for recording in store.recordings(folder)] == ["c", "b"]
    assert opened() == {"a.yaml": 2, "b.yaml": 1}


def test_a_cassette_that_is_gone_is_a_clear_error(folder):
    (folder / "c.yaml").symlink_to("none.yaml")
    with pytest.raises(UsageError, match=r"c.yaml: No such file or directory"):
        store.recordings(folder)
