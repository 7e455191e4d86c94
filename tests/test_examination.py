import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.cassette import lint, rules, store
from harness.cassette.lint import Limits
from harness.errors import UsageError
from harness.examination import examine
from harness.recording import Expected
from harness.target import CASSETTES, contract_named

LIMITS = Limits(now=datetime(2026, 12, 1, tzinfo=UTC))
FOREIGN = """
from dataclasses import replace
from providers.acytoo.contract import CONTRACT

OWN = replace(CONTRACT, name="own")
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with three sound cassettes of two providers."""
    for name in ("acytoo/one-turn", "acytoo/refusal-rate-limit", "backend_api/one-turn-ndjson"):
        raw = store.load(CASSETTES / f"{name}.yaml")
        contract = contract_named(raw.provider, "")
        store.save(lint.scrub_of(raw, contract).recording(raw), tmp_path / f"{name}.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(result):
    return [(str(finding.file), finding.line, finding.rule.id) for finding in result.findings]


def change(path, **changes):
    store.save(replace(store.load(path), **changes), path)


def line_of(text, occurrence=1):
    """Give the line of the recording of acytoo that begins so."""
    lines = Path("acytoo/one-turn.yaml").read_text().splitlines()
    return [number for number, line in enumerate(lines, 1) if line.startswith(text)][occurrence - 1]


def test_sound_cassettes_are_sound(place):
    assert examine([place], None, LIMITS) == rules.Lint((), cassettes=3, replayed=3)


def test_our_cassettes_are_sound_and_replay():
    result = examine([], None, LIMITS)
    count = len(list(CASSETTES.glob("*/*.yaml")))
    assert (told(result), result.replayed) == ([], count)


def test_one_bad_file_keeps_no_other_from_being_judged(place):
    Path("acytoo/broken.yaml").write_text("a: [")
    Path("acytoo/plain.yaml").write_text("interactions: []\nversion: 1\n")
    change(Path("acytoo/one-turn.yaml"), expected=Expected("something else", "stop"), upstream="")
    change(Path("backend_api/one-turn-ndjson.yaml"), provider="acytoo")
    result = examine([Path()], None, replace(LIMITS, size=2000))
    assert told(result) == [
        ("acytoo/broken.yaml", 2, "LINT-01"),
        ("acytoo/one-turn.yaml", 6, "LINT-05"),
        ("acytoo/one-turn.yaml", line_of("    text: something else"), "LINT-13"),
        ("acytoo/plain.yaml", None, "LINT-02"),
        ("backend_api/one-turn-ndjson.yaml", 3, "LINT-03"),
        ("backend_api/one-turn-ndjson.yaml", None, "LINT-14"),
    ]
    assert (result.cassettes, result.replayed) == (5, 3)


def test_a_provider_that_asks_otherwise_than_it_was_recorded_is_seen(place):
    old = store.load(Path("acytoo/one-turn.yaml"))
    change(Path("acytoo/one-turn.yaml"), interactions=old.interactions * 2)
    assert told(examine([place / "acytoo"], None, LIMITS)) == [
        (str(place / "acytoo/one-turn.yaml"), line_of("- request:", 2), "LINT-12"),
    ]


def test_a_folder_of_no_contract_is_judged_by_what_its_cassettes_say(place):
    shutil.move("acytoo", "gone")
    change(Path("gone/one-turn.yaml"), provider="nobody")
    result = examine([Path("gone")], None, LIMITS)
    assert (told(result), result.replayed) == ([("gone", None, "LINT-04")], 1)


def test_one_contract_can_judge_them_all(place):
    Path("contracts.py").write_text(FOREIGN)
    shutil.copytree("acytoo", "own")
    result = examine([Path("own")], "contracts.py:OWN", LIMITS)
    assert (told(result), result.replayed) == (
        [("own/one-turn.yaml", 3, "LINT-03"), ("own/refusal-rate-limit.yaml", 3, "LINT-03")],
        0,
    )
    for path in Path("own").glob("*"):
        change(path, provider="own")
    assert examine([Path("own")], "contracts.py:OWN", LIMITS) == rules.Lint((), cassettes=2, replayed=0)


def test_with_a_contract_and_no_path_its_own_cassettes_are_judged():
    result = examine([], "pizzagpt", LIMITS)
    assert (result.cassettes, result.replayed) == (len(list((CASSETTES / "pizzagpt").iterdir())),) * 2


def test_an_unknown_contract_is_told():
    with pytest.raises(UsageError, match="expected a contract: one of acytoo, ") as caught:
        examine([], "nobody", LIMITS)
    assert caught.value.hint == "harness lint --contract acytoo"


def test_how_far_it_has_come_can_be_shown(place):
    seen = []

    def show(files):
        seen.extend(files)
        return files

    examine([Path("acytoo")], None, LIMITS, show)
    assert seen == [Path("acytoo/one-turn.yaml"), Path("acytoo/refusal-rate-limit.yaml")]


def test_whatever_line_is_missing_it_is_a_finding_and_no_error(place):
    whole = Path("acytoo/refusal-rate-limit.yaml").read_text("utf-8").splitlines(keepends=True)
    for number in range(len(whole)):
        text = "".join(whole[:number] + whole[number + 1 :])
        Path("acytoo", f"without-{number}.yaml").write_text(text, "utf-8")
    found = {Path(file).stem for file, *_ in told(examine([Path("acytoo")], None, LIMITS))}
    assert found == {f"without-{number}" for number in range(len(whole))}
