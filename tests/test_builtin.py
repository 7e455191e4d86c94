from harness import builtin
from harness.builtin import known, rows
from harness.target import contract_named, resolve
from providers.openai_chat.rows import ROWS


def test_rows_are_told_without_an_import(tmp_path, monkeypatch):
    monkeypatch.setattr(builtin, "HOME", tmp_path)
    rows.cache_clear()
    for name in ("many", "half"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "provider.py").write_text("raise SystemExit")
    (tmp_path / "many/contract.py").write_text("raise SystemExit")
    (tmp_path / "many/rows.py").write_text("X: int = 1\nROWS: dict[str, type] = {'a': object, 'b': object, **{}}\n")
    try:
        assert (known(), rows()) == (("a", "b", "many"), {"a": "many", "b": "many"})
    finally:
        rows.cache_clear()


def test_a_row_is_found_by_its_name():
    subject = resolve("groq")
    assert (subject.name, subject.provider, subject.contract) == ("groq", ROWS["groq"], contract_named("groq", "groq"))
    assert (subject.root, subject.builtin, subject.target) == (builtin.HOME / "openai_chat", True, "groq")


def test_a_row_without_recordings_of_its_own_shares_those_of_another(tmp_path):
    assert [scenario.name for scenario in resolve("groq").recordings] == ["unicode", "document", "refusal-rate-limit"]
    assert resolve("groq", cassettes=str(tmp_path)).recordings == ()
