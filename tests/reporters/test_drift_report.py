import json
from dataclasses import replace

from harness.cassette.drift import Aspect, Change, Finding, Severity
from harness.reporters.drift import as_json, markdown, terminal

TYPE = Change(Severity.ERROR, Aspect.TYPE, "chunk", "id", "string", "number", "1")
GONE = Change(Severity.WARNING, Aspect.REMOVED, "chunk", "usage", "object", "absent", "{}")
STATUS = Change(Severity.ERROR, Aspect.STATUS, "", "status", "200", "404")
FINDINGS = (
    Finding("one", "a", (GONE,)),
    Finding("one", "b", (TYPE, replace(GONE, example="[]"))),
    Finding("one", "c", incomparable="a refusal"),
    Finding("two", "a", (STATUS,)),
    Finding("two", "b", unchecked="no route\nto host"),
)
HOSTILE = "`|<b>@all\x1b[0m\n\u00e9"


def test_a_terminal_shows_changes_the_worst_first_then_reasons_then_the_sum():
    assert terminal(FINDINGS).splitlines() == [
        "ERROR   one: type changed: chunk id",
        "        string -> number, such as 1",
        "        in b",
        "ERROR   two: status: status",
        "        200 -> 404",
        "        in a",
        "WARNING one: removed: chunk usage",
        "        object -> absent, such as {}",
        "        in a, b",
        r"COULD NOT CHECK two/b: no route\nto host",
        "not comparable: one/c: a refusal",
        "5 scenarios: 3 compared, 1 not comparable, 1 could not check; changes: 2 error, 1 warning",
        "drift",
    ]


def test_the_last_line_says_what_the_exit_code_says():
    clean, warned = Finding("p", "a"), Finding("p", "b", (GONE,))
    unchecked = Finding("p", "c", unchecked="x")
    last = [terminal(found).splitlines()[-1] for found in ([clean], [warned], [clean, unchecked], [unchecked])]
    assert last == ["no drift", "no drift", "could not check", "could not check"]
    assert terminal([warned], strict=True).splitlines()[-1] == "drift"
    assert terminal([clean]) == "1 scenario: 1 compared; changes: none\nno drift\n"


def test_json_has_everything():
    whole = json.loads(as_json(FINDINGS[1:4]))
    assert whole == {
        "format": 1,
        "verdict": "drift",
        "changes": [
            {
                "provider": "one",
                "severity": "error",
                "aspect": "type changed",
                "kind": "chunk",
                "path": "id",
                "before": "string",
                "after": "number",
                "example": "1",
                "scenarios": ["b"],
            },
            {
                "provider": "two",
                "severity": "error",
                "aspect": "status",
                "kind": "",
                "path": "status",
                "before": "200",
                "after": "404",
                "example": "",
                "scenarios": ["a"],
            },
            {
                "provider": "one",
                "severity": "warning",
                "aspect": "removed",
                "kind": "chunk",
                "path": "usage",
                "before": "object",
                "after": "absent",
                "example": "[]",
                "scenarios": ["b"],
            },
        ],
        "scenarios": [
            {"provider": "one", "scenario": "b", "outcome": "compared", "reason": ""},
            {"provider": "one", "scenario": "c", "outcome": "not comparable", "reason": "a refusal"},
            {"provider": "two", "scenario": "a", "outcome": "compared", "reason": ""},
        ],
    }
    assert json.loads(as_json(FINDINGS[4:]))["verdict"] == "could not check"


def test_markdown_is_a_table_and_a_list():
    assert markdown(FINDINGS).splitlines() == [
        "### API drift: drift",
        "",
        "5 scenarios: 3 compared, 1 not comparable, 1 could not check; changes: 2 error, 1 warning",
        "",
        "| | change | event | path | before | after | example | scenarios |",
        "|---|---|---|---|---|---|---|---|",
        "| **error** | type changed | `chunk` | `id` | `string` | `number` | `1` | `one: b` |",
        "| **error** | status |  | `status` | `200` | `404` |  | `two: a` |",
        "| **warning** | removed | `chunk` | `usage` | `object` | `absent` | `{}` | `one: a, b` |",
        "",
        "**Could not check:**",
        "",
        r"- `two/b`: `no route\nto host`",
    ]
    assert markdown([Finding("p", "a")]) == "### API drift: no drift\n\n1 scenario: 1 compared; changes: none\n"


def test_what_an_upstream_says_is_inert():
    change = Change(Severity.INFO, Aspect.ADDED, HOSTILE, HOSTILE, "absent", "string", HOSTILE)
    findings = [Finding("p", HOSTILE, (change,)), Finding("p", "x", unchecked=HOSTILE)]
    inert = r"`'\|<b>@all\x1b[0m\n\xe9`"
    row = next(line for line in markdown(findings).splitlines() if line.startswith("| **info"))
    assert row == f"| **info** | added | {inert} | {inert} | `absent` | `string` | {inert} | `p: {inert[1:]} |"
    for render in (terminal, markdown, as_json):
        assert render(findings).replace("\n", "").isascii()
        assert render(findings).replace("\n", "").isprintable()


def test_much_is_cut_short():
    many = tuple(Change(Severity.INFO, Aspect.ADDED, "chunk", f"a{number}", "absent", "null") for number in range(60))
    findings = [Finding("p", f"s{number}", many, unchecked="") for number in range(6)]
    findings += [Finding("p", f"t{number}", unchecked="x" * 300) for number in range(60)]
    shown = terminal(findings).splitlines()
    assert shown[150] == "... and 10 more changes: --format json has all"
    assert shown[2] == "        in s0, s1, s2, s3, and 2 more"
    assert shown[151] == f"COULD NOT CHECK p/t0: {'x' * 197}..."
    text = markdown(findings)
    assert (len(text.splitlines()), len(text) < 30_000) == (112, True)
    assert "10 more changes are not shown." in text
    assert text.endswith("- and 10 more\n")
    assert len(json.loads(as_json(findings))["changes"]) == 60
