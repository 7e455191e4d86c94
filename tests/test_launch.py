import tempfile

import pytest

from harness.errors import HarnessError
from harness.launch import session
from harness.settings import Settings


def lines_of(world, settings, quiet=30.0):
    return list(session(settings, world / "log", quiet))


def test_a_hostile_project_has_no_say(world):
    settings = Settings(targets=("subjects:Good",), suite="small", only=("REQ-*",), workers=1)
    lines = lines_of(world, settings)
    assert [line["type"] for line in lines] == ["run", "verdict", "verdict", "verdict", "verdict", "end"]
    assert {line["outcome"] for line in lines[1:-1]} == {"pass"}


def test_what_is_printed_goes_to_the_log(world):
    settings = Settings(targets=("subjects:Good",), suite="small", only=("REQ-01",))
    lines_of(world, settings)
    assert "imported" in (world / "log").read_text().splitlines()


def test_nothing_stays_in_the_folder_for_temporary_files(world, monkeypatch):
    folder = world / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    lines_of(world, Settings(targets=("subjects:Good",), suite="small", only=("REQ-01",)))
    assert list(folder.iterdir()) == []


def test_a_mistake_ends_the_session_with_its_code(world):
    with pytest.raises(HarnessError) as caught:
        lines_of(world, Settings(targets=("subjects:Goood",), suite="small"))
    assert (caught.value.exit_code, caught.value.code, caught.value.hint) == (
        2,
        "no-class",
        "harness check subjects:Good",
    )


def test_a_target_that_ends_its_process_at_import_is_told(world):
    with pytest.raises(HarnessError, match="expected a session with a plan, got none") as caught:
        lines_of(world, Settings(targets=("kills:Good",), suite="small"))
    assert caught.value.exit_code == 3


def test_a_session_that_dies_gives_no_end(world):
    settings = Settings(targets=("subjects:Kills",), suite="small", only=("REQ-01",))
    assert [line["type"] for line in lines_of(world, settings)] == ["run"]


def test_a_session_that_falls_silent_is_ended(world):
    settings = Settings(targets=("subjects:Blocks",), suite="small", only=("REQ-01",), limit=60.0)
    assert [line["type"] for line in lines_of(world, settings, quiet=-57.0)] == ["run"]


def test_a_single_row_that_ends_the_session_is_judged_again_in_a_worker(world):
    settings = Settings(targets=("subjects:Kills",), suite="small", only=("REQ-01",), scenario="one", workers=1)
    lines = lines_of(world, settings)
    assert [line["type"] for line in lines] == ["run", "verdict", "end"]
    assert (lines[1]["outcome"], lines[1]["evidence"]["reason"]) == ("fail", "the provider ended its process")


def test_a_single_row_needs_no_worker(world):
    settings = Settings(targets=("subjects:Good",), suite="small", only=("REQ-01",), scenario="one", workers=4)
    assert [line["type"] for line in lines_of(world, settings)] == ["run", "verdict", "end"]
    assert "gw0" not in (world / "log").read_text()
