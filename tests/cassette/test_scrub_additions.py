import re

import pytest

from harness.cassette.scrub import Scrub, additions
from harness.cassette.scrub.additions import Additions
from harness.errors import UsageError

WHOLE = """
[tool.harness.scrub]
environment = ["ACME_KEY"]
headers = ["X-Acme-Region"]
patterns = ["acme-[0-9a-f]{16}"]
members = ["Acme_Ticket"]
"""


def load(folder, text):
    (folder / "pyproject.toml").write_text(text)
    return additions.load(folder)


def test_a_project_adds_rules(tmp_path):
    assert load(tmp_path, WHOLE) == Additions(
        environment=("ACME_KEY",),
        headers=frozenset({"x-acme-region"}),
        patterns=(re.compile(b"acme-[0-9a-f]{16}"),),
        members=frozenset({"acme_ticket"}),
    )


def test_without_file_or_table_nothing_is_added(tmp_path):
    assert additions.load(tmp_path) == Additions()
    assert load(tmp_path, "[tool.other]\n") == Additions()
    assert load(tmp_path, "[tool.harness.scrub]\n") == Additions()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("keep = []", "expected members among environment, headers, patterns, members in .*, got 'keep'"),
        ("headers = 'x'", "expected a list of texts at headers in .*, got 'x'"),
        ("members = [1]", "expected a list of texts at members"),
        ("members = ['']", "expected a list of texts at members"),
        ("patterns = ['(']", "expected regular expressions of Python in"),
        ("patterns = ['a*']", "expected patterns that do not match nothing in .*, got 'a\\*'"),
        ("headers = ['Authorization']", "expected headers that hold no credential in .*, got 'Authorization'"),
        ("members = ['max_tokens']", "expected members that count no tokens in .*, got 'max_tokens'"),
        ("members = ['completion_tokens_details']", "expected members that count no tokens"),
    ],
)
def test_misuse_is_told(tmp_path, table, message):
    with pytest.raises(UsageError, match=message) as caught:
        load(tmp_path, f"[tool.harness.scrub]\n{table}\n")
    assert (caught.value.code, caught.value.hint) == (
        "bad-scrub-rule",
        f"grep -n -A 9 tool.harness.scrub {tmp_path / 'pyproject.toml'}",
    )


@pytest.mark.parametrize("text", ["[tool]\nharness = 1\n", "tool = []\n", "[tool.harness]\nscrub = 'x'\n"])
def test_a_table_must_be_one(tmp_path, text):
    with pytest.raises(UsageError, match="expected a table in"):
        load(tmp_path, text)


def test_a_file_that_is_no_toml_is_told(tmp_path):
    with pytest.raises(UsageError, match="expected TOML in UTF-8, got"):
        load(tmp_path, "[")
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="expected TOML in UTF-8, got"):
        additions.load(tmp_path)


def test_values_of_named_variables_are_secrets():
    environment = {
        "ACME_KEY": "12345678",
        "OPENAI_API_KEY": "87654321",
        "GROQ_API_KEY": "dummy",
        "OTHER_KEY": "abcdefgh",
    }
    assert Additions(environment=("ACME_KEY", "UNSET")).secrets(environment) == {"12345678", "87654321"}
    with pytest.raises(UsageError, match=r"expected at least 8 characters in \$ACME_KEY, got 7"):
        Additions(environment=("ACME_KEY",)).secrets({"ACME_KEY": "1234567"})


def test_added_shapes_and_members_are_removed_too():
    scrub = Scrub(shapes=(re.compile(b"acme-[0-9a-f]{16}"),), members=frozenset({"acme_ticket"}))
    assert scrub.text('acme-0123456789abcdef {"ACME_TICKET": "x"} &acme_ticket=y') == (
        'REDACTED {"ACME_TICKET": "REDACTED"} &acme_ticket=REDACTED'
    )
    assert scrub.value({"Acme_Ticket": "x", "ticket": "x"}) == {"Acme_Ticket": "REDACTED", "ticket": "x"}
