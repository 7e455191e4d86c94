import json
from pathlib import Path

from harness.cassette.rules import FRESH, RULES, SECRET, SMALL, Finding, Lint
from harness.reporters.findings import as_json, as_sarif, as_text

FILE = Path("cassettes/acytoo/one-turn.yaml")
FOUND = Lint(
    (
        Finding(SECRET, FILE, "expected \u00e9, got \x1b", "metadata.call", 13),
        Finding(SMALL, FILE, "expected at most 1 bytes, got 2"),
        Finding(SECRET, FILE, "expected x, got y", "metadata.upstream"),
    ),
    cassettes=2,
    replayed=1,
)
CLEAN = Lint((), cassettes=1, replayed=1)
WARNED = Lint(FOUND.findings[1:2], cassettes=1, replayed=1)
NOTED = Lint((Finding(FRESH, FILE, "old"),), cassettes=1, replayed=1)


def test_text_has_a_line_per_finding_and_each_remedy_once():
    assert as_text(FOUND) == (
        "cassettes/acytoo/one-turn.yaml:13: error LINT-08: expected \\xe9, got \\x1b (metadata.call)\n"
        "cassettes/acytoo/one-turn.yaml: warning LINT-14: expected at most 1 bytes, got 2\n"
        "cassettes/acytoo/one-turn.yaml: error LINT-08: expected x, got y (metadata.upstream)\n"
        "\n"
        f"LINT-08 {SECRET.title}\n"
        f"  remedy  {SECRET.remedy}\n"
        f"LINT-14 {SMALL.title}\n"
        f"  remedy  {SMALL.remedy}\n"
        "\n"
        "2 cassettes, 1 replayed: 2 errors, 1 warning, 0 notes\n"
        "not sound\n"
    )


def test_text_of_nothing_found_is_short():
    assert as_text(CLEAN) == "1 cassette, 1 replayed: 0 errors, 0 warnings, 0 notes\nsound\n"


def test_colour_marks_the_level():
    assert "\x1b[1;31merror\x1b[0m LINT-08" in as_text(FOUND, colour=True)
    assert as_text(CLEAN, colour=True).endswith("\x1b[1;32msound\x1b[0m\n")


def test_warnings_count_where_that_is_asked_and_notes_never():
    told = [(lint.sound(strict=False), lint.sound(strict=True)) for lint in (CLEAN, NOTED, WARNED, FOUND)]
    assert told == [(True, True), (True, True), (True, False), (False, False)]
    assert as_text(WARNED, strict=True).endswith("\nnot sound\n")


def test_json_holds_all():
    text = as_json(FOUND)
    whole = json.loads(text)
    rules = whole.pop("rules")
    assert text.isascii()
    assert rules["LINT-14"] == {"level": "warning", "title": SMALL.title, "remedy": SMALL.remedy}
    assert list(rules) == [rule.id for rule in RULES]
    where = {"file": str(FILE)}
    assert whole == {
        "format": 1,
        "cassettes": 2,
        "replayed": 1,
        "counts": {"error": 2, "warning": 1, "note": 0},
        "findings": [
            {
                "rule": "LINT-08",
                "level": "error",
                **where,
                "line": 13,
                "place": "metadata.call",
                "message": "expected \\xe9, got \\x1b",
            },
            {
                "rule": "LINT-14",
                "level": "warning",
                **where,
                "line": None,
                "place": "",
                "message": "expected at most 1 bytes, got 2",
            },
            {
                "rule": "LINT-08",
                "level": "error",
                **where,
                "line": None,
                "place": "metadata.upstream",
                "message": "expected x, got y",
            },
        ],
    }


def test_sarif_names_rules_and_places():
    log = json.loads(as_sarif(FOUND, "1.0", Path.cwd()))["runs"][0]
    assert [rule["id"] for rule in log["tool"]["driver"]["rules"]] == [rule.id for rule in RULES]
    first = log["results"][0]
    assert (first["ruleId"], first["level"], first["locations"][0]["physicalLocation"]) == (
        "LINT-08",
        "error",
        {"artifactLocation": {"uri": str(FILE)}, "region": {"startLine": 13}},
    )
