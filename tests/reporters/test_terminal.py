import pytest

from harness.report import assemble
from harness.reporters.terminal import render
from harness.verdict import Evidence, Level, Outcome, Verdict

RULES = {
    "ERROR-01": ("MUST", "Statuses map by table", "Map them."),
    "REQ-01": ("MUST", "The target is right", "Join once."),
    "STREAM-01": ("MUST", "Cuts do not matter", "Buffer until an event is whole."),
    "STREAM-02": ("SHOULD", "Characters survive", "Decode incrementally."),
}


def run(expected, rules=RULES):
    return {
        "type": "run",
        "format": 1,
        "providers": {name: {"command": f"harness check {name}"} for name in expected},
        "requirements": {
            name: {"level": level, "title": title, "remedy": remedy} for name, (level, title, remedy) in rules.items()
        },
        "expected": expected,
    }


def line(provider, rule, outcome, scenario="one", evidence=None):
    command = f"harness check {provider} --only {rule} --scenario {scenario}"
    level = Level(RULES[rule][0])
    return Verdict(provider, rule, level, outcome, scenario, evidence, command).to_json()


EXPECTED = {
    "acytoo": {"ERROR-01": ["one"], "REQ-01": ["one"], "STREAM-01": ["one", "two"], "STREAM-02": ["one"]},
    "broken": {"ERROR-01": ["one"], "REQ-01": ["one"], "STREAM-01": ["one", "two"], "STREAM-02": ["one"]},
}
CUT = Evidence("the text depends on the cut", "text hello", "text hel", "< 200, text/plain, chunked\nhe | llo")
LINES = [
    run(EXPECTED),
    *(line("acytoo", rule, Outcome.PASS) for rule in ("ERROR-01", "REQ-01", "STREAM-01", "STREAM-02")),
    line("acytoo", "STREAM-01", Outcome.PASS, "two"),
    line("broken", "ERROR-01", Outcome.NOT_EXERCISED, evidence=Evidence("needs real sockets")),
    line("broken", "REQ-01", Outcome.ERROR, evidence=Evidence("the harness broke: KeyError")),
    line("broken", "STREAM-01", Outcome.FAIL, "one", CUT),
    line("broken", "STREAM-01", Outcome.FAIL, "two", CUT),
    line("broken", "STREAM-02", Outcome.FAIL, evidence=Evidence("\ud800 came")),
    {"type": "end", "seconds": {"ERROR": 0.25, "REQ": 0.0, "STREAM": 1.5, "elapsed": 2.0}},
]
TEXT = """\
provider  ERROR      REQ    STREAM
acytoo     ok 1     ok 1      ok 3
broken       --  ERR 1/1  FAIL 2/3

STREAM-01 MUST fail: Cuts do not matter
  provider  broken
  scenario  one
  also in   1 more: two
  why       the text depends on the cut
  wire      < 200, text/plain, chunked
            he | llo
  expected  text hello
  observed  text hel
  remedy    Buffer until an event is whole.
  reproduce harness check broken --only STREAM-01 --scenario one

STREAM-02 SHOULD fail: Characters survive
  provider  broken
  scenario  one
  why       \\ud800 came
  remedy    Decode incrementally.
  reproduce harness check broken --only STREAM-02 --scenario one

REQ-01 MUST error: The target is right
  provider  broken
  scenario  one
  why       the harness broke: KeyError
  remedy    Join once.
  reproduce harness check broken --only REQ-01 --scenario one

not exercised: broken: ERROR-01: needs real sockets

where the time goes (s, all workers): STREAM 1.5, ERROR 0.2, REQ 0.0; elapsed 2.0
2 providers, 4 requirements: 5 pass, 2 fail, 1 not-exercised, 1 error, 1 warn
does not conform
"""


@pytest.mark.parametrize("width", [60, 100], ids=["narrow", "wide"])
def test_the_whole_text_for_a_pipe(width):
    assert render(assemble(LINES), width) == TEXT


def test_colour_adds_nothing_but_escapes():
    text = render(assemble(LINES), 100, colour=True)
    assert "\x1b[1;31m" in text
    assert "\x1b[32mconforms" not in text


@pytest.mark.parametrize(
    ("outcome", "strict", "end"),
    [
        (Outcome.PASS, False, ["1 provider, 1 requirement: 1 pass", "conforms"]),
        (Outcome.FAIL, False, ["1 provider, 1 requirement: 1 warn", "conforms"]),
        (Outcome.FAIL, True, ["1 provider, 1 requirement: 1 fail", "does not conform"]),
        (
            Outcome.ERROR,
            False,
            ["1 provider, 1 requirement: 1 error", "nothing was exercised: acytoo", "the harness failed"],
        ),
        (
            Outcome.NOT_EXERCISED,
            False,
            ["1 provider, 1 requirement: 1 not-exercised", "nothing was exercised: acytoo", "does not conform"],
        ),
    ],
    ids=["pass", "should", "strict", "error", "untried"],
)
def test_the_last_lines_sum_up(outcome, strict, end):
    only = {"STREAM-02": RULES["STREAM-02"]}
    report = assemble(
        [
            run({"acytoo": {"STREAM-02": ["one"]}}, only),
            line("acytoo", "STREAM-02", outcome),
            {"type": "end", "seconds": {}},
        ]
    )
    assert render(report, strict=strict).splitlines()[-len(end) :] == end


def test_an_incomplete_run_says_so():
    lines = render(assemble(LINES[:-1])).splitlines()
    assert lines[-2:] == ["incomplete: the run ended before all verdicts had come", "the harness failed"]


def test_errors_of_one_reason_are_shown_once():
    gone = Evidence("not driven")
    lines = [
        run({"broken": {"REQ-01": ["one", "two"], "STREAM-02": [""]}}),
        line("broken", "REQ-01", Outcome.ERROR, "one", gone),
        line("broken", "REQ-01", Outcome.ERROR, "two", gone),
        line("broken", "STREAM-02", Outcome.ERROR, "", gone),
    ]
    told = [text for text in render(assemble(lines)).splitlines() if "also in" in text or " error:" in text]
    assert told == ["REQ-01 MUST error: The target is right", "  also in   2 more: REQ-01 two, STREAM-02"]


def test_columns_that_do_not_fit_follow_in_another_block():
    rules = {f"AREA{number}-01": ("MUST", "Title", "Remedy") for number in range(10)}
    report = assemble([run({"a-provider-of-a-long-name": {key: [""] for key in rules}}, rules)])
    matrix = render(report, 60).split("\n\n")[:3]
    assert [len(block.splitlines()) for block in matrix] == [2, 2, 2]
    assert max(len(line) for block in matrix for line in block.splitlines()) <= 60
    assert [block.splitlines()[0].split() for block in matrix] == [
        ["provider", "AREA0", "AREA1", "AREA2"],
        ["provider", "AREA3", "AREA4", "AREA5"],
        ["provider", "AREA6", "AREA7", "AREA8"],
    ]


def test_a_long_list_of_what_was_not_tried_is_cut():
    expected = {"acytoo": {"ERROR-01": ["one"]}}
    evidence = Evidence("needs real sockets, " * 9)
    report = assemble([run(expected), line("acytoo", "ERROR-01", Outcome.NOT_EXERCISED, evidence=evidence)])
    told = [text for text in render(report, 60).splitlines() if text.startswith("not exercised")]
    assert told == ["not exercised: acytoo: ERROR-01: needs real sockets, need..."]
