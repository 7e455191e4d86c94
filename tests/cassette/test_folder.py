from pathlib import Path

import pytest

from harness.cassette import folder, rules
from harness.errors import UsageError


@pytest.fixture
def place(tmp_path, monkeypatch):
    for name in ("acytoo/b.yaml", "acytoo/a.yaml", "acytoo/.a-1.tmp", "gone/x.yaml", "gone/y.yaml", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_cassettes_are_found_in_order_and_once(place):
    found = folder.find([Path("acytoo"), Path(), Path("acytoo/a.yaml")])
    assert found == folder.Found(
        tuple(map(Path, ("acytoo/a.yaml", "acytoo/b.yaml", "gone/x.yaml", "gone/y.yaml"))),
        (Path("acytoo/.a-1.tmp"), Path("notes.txt")),
    )


def test_what_belongs_to_nobody_is_told_once(place):
    (place / "acytoo" / "old").symlink_to(place / "gone")
    found = folder.orphans(folder.find([Path()]), ["acytoo", "aiask"])
    assert [(finding.rule, str(finding.file), finding.message) for finding in found] == [
        (rules.USED, "notes.txt", "expected cassettes (.yaml) alone, got 'notes.txt', which nothing plays"),
        (rules.USED, "acytoo/.a-1.tmp", "expected cassettes (.yaml) alone, got '.a-1.tmp', which nothing plays"),
        (rules.USED, "acytoo/old", "expected cassettes (.yaml) alone, got 'old', which nothing plays"),
        (rules.USED, "gone", "expected a folder named after a contract (acytoo, aiask), got 'gone'"),
    ]


def test_a_sound_folder_has_no_orphans(place):
    assert list(folder.orphans(folder.find([Path("acytoo/a.yaml")]), ["acytoo"])) == []


def test_a_folder_has_its_name_from_wherever_it_is_looked_at(place, monkeypatch):
    monkeypatch.chdir(place / "acytoo")
    assert [folder.owner(Path(way)) for way in ("", ".", "..", "../acytoo")] == [
        "acytoo",
        "acytoo",
        place.name,
        "acytoo",
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere", "expected a file or a folder, got 'nowhere': there is nothing"),
        ("empty", "expected cassettes in 'empty', got no file at all"),
    ],
)
def test_nothing_to_judge_is_told(place, path, message):
    (place / "empty").mkdir()
    with pytest.raises(UsageError) as caught:
        folder.find([Path(path)])
    assert caught.value.message == message


def test_a_folder_that_cannot_be_read_is_told(place, monkeypatch):
    def refuse(_path):
        raise PermissionError(13, "Permission denied", "acytoo")

    monkeypatch.setattr("os.scandir", refuse)  # the tests may run as root, whom no folder refuses
    with pytest.raises(UsageError, match="expected a folder that can be read, got 'acytoo': Permission denied"):
        folder.find([Path("acytoo")])
