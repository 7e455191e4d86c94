import json
import re
from pathlib import Path

import pytest

from harness.reporters.sarif import Result, Rule, render

RULES = (
    Rule(id="A-01", level="error", title="It holds", help="Mend it."),
    Rule(id="A-02", level="note", title="It shines\u2028", help="Polish it."),
)
ROOT = Path("/work place")


def run(*results, root=ROOT):
    text = render("harness lint", "1.2.3", RULES, results, root)
    assert text.isascii()
    log = json.loads(text)
    require_sarif(log)
    return log["runs"][0]


def result(**changes):
    told = {"rule": "A-01", "level": "error", "message": "expected a, got b", "file": ROOT / "a.yaml", **changes}
    return Result(**told)


MEMBERS = {
    "log": ({"$schema": str, "version": str, "runs": list}, {"version", "runs"}),
    "run": ({"tool": dict, "columnKind": str, "results": list}, {"tool"}),
    "driver": ({"name": str, "semanticVersion": str, "rules": list}, {"name"}),
    "rule": (
        {"id": str, "shortDescription": dict, "fullDescription": dict, "help": dict, "defaultConfiguration": dict},
        {"id"},
    ),
    "result": (
        {
            "ruleId": str,
            "ruleIndex": int,
            "level": str,
            "message": dict,
            "locations": list,
            "partialFingerprints": dict,
        },
        {"message"},
    ),
    "location": ({"physicalLocation": dict, "logicalLocations": list}, set()),
}
"""Members that we use of each object of SARIF 2.1.0, their types, and those that its schema requires."""
LEVELS = {"none", "note", "warning", "error"}
URI = re.compile(r"(file:///)?[A-Za-z0-9\-._~!$&'()*+,;=:@%/]+")


def require_sarif(log):
    """Hold a log to the schema of SARIF 2.1.0, as far as we use it; the schema itself forbids all other members."""
    require("log", log)
    assert log["version"] == "2.1.0"
    for one in log["runs"]:
        require("run", one)
        assert one["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
        driver = one["tool"]["driver"]
        require("driver", driver)
        for rule in driver["rules"]:
            require("rule", rule)
            assert [list(rule[name]) for name in ("shortDescription", "fullDescription", "help")] == [["text"]] * 3
            assert rule["defaultConfiguration"]["level"] in LEVELS
        for found in one["results"]:
            require("result", found)
            assert driver["rules"][found["ruleIndex"]]["id"] == found["ruleId"]
            assert (found["level"] in LEVELS, list(found["message"])) == (True, ["text"])
            assert {type(value) for value in found["partialFingerprints"].values()} == {str}
            for location in found.get("locations", []):
                require("location", location)
                if physical := location.get("physicalLocation"):
                    assert URI.fullmatch(physical["artifactLocation"]["uri"])
                    assert physical["region"]["startLine"] >= 1


def require(name, value):
    types, needed = MEMBERS[name]
    assert needed <= value.keys() <= types.keys()
    assert {member: type(inner) for member, inner in value.items()} == {member: types[member] for member in value}


def test_rules_carry_their_prose_and_level():
    assert run()["tool"]["driver"] == {
        "name": "harness lint",
        "semanticVersion": "1.2.3",
        "rules": [
            {
                "id": "A-01",
                "shortDescription": {"text": "It holds"},
                "fullDescription": {"text": "It holds."},
                "help": {"text": "Mend it."},
                "defaultConfiguration": {"level": "error"},
            },
            {
                "id": "A-02",
                "shortDescription": {"text": "It shines\\u2028"},
                "fullDescription": {"text": "It shines\\u2028."},
                "help": {"text": "Polish it."},
                "defaultConfiguration": {"level": "note"},
            },
        ],
    }


def test_a_result_tells_where():
    [found] = run(result(rule="A-02", level="note", line=7, place="metadata.expected"))["results"]
    fingerprints = found.pop("partialFingerprints")
    assert found == {
        "ruleId": "A-02",
        "ruleIndex": 1,
        "level": "note",
        "message": {"text": "expected a, got b"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "a.yaml"}, "region": {"startLine": 7}},
                "logicalLocations": [{"fullyQualifiedName": "metadata.expected"}],
            }
        ],
    }
    assert [len(value) for value in fingerprints.values()] == [64]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("/work place/b c/\u00e9#?.yaml", "b%20c/%C3%A9%23%3F.yaml"),
        ("/work place/\udcff.yaml", "%FF.yaml"),
        ("/elsewhere/a b.yaml", "file:///elsewhere/a%20b.yaml"),
    ],
)
def test_a_file_has_a_sound_address(file, uri):
    [found] = run(result(file=Path(file)))["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_colon_in_the_first_name_is_no_scheme():
    [found] = run(result(file=ROOT / "a:b.yaml"))["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%3Ab.yaml"


def test_a_result_without_a_file_has_a_name_or_nothing():
    named, nameless = run(result(file=None, place="acytoo one-turn"), result(file=None))["results"]
    assert named["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "acytoo one-turn"}]}]
    assert "locations" not in nameless


def test_a_fingerprint_outlives_lines_and_wordings_and_tells_places_apart():
    one = result(place="a")
    others = [
        result(place="b"),
        result(place="a", rule="A-02"),
        result(place="a", file=ROOT / "b.yaml"),
        result(place="a", file=None),
    ]
    same = result(place="a", line=9, message="expected a, got c", level="note")
    marks = [found["partialFingerprints"]["harness/v1"] for found in run(one, same, *others)["results"]]
    assert (marks[0] == marks[1], len(set(marks))) == (True, 5)


def test_a_fingerprint_is_the_same_on_every_machine():
    marks = [run(result(file=root / "a.yaml"), root=root)["results"] for root in (Path("/one"), Path("/two"))]
    assert marks[0] == marks[1]


def test_messages_are_printable():
    [found] = run(result(message="a\x1b[31m\ud800\nb"))["results"]
    assert found["message"] == {"text": "a\\x1b[31m\\ud800\nb"}
