import pytest

from harness.reporters.block import block, escape
from harness.verdict import Evidence, Level, Outcome, Verdict


def verdict(evidence=None):
    command = "harness check acytoo --only STREAM-01 --scenario 'one turn' --and-some-more-to-be-copied"
    return Verdict("acytoo", "STREAM-01", Level.MUST, Outcome.FAIL, "one turn", evidence, command)


@pytest.mark.parametrize(
    ("text", "keep", "escaped"),
    [("a\x1b[0m\ud800\xe9\n", "", r"a\x1b[0m\ud800\xe9\n"), ("a\nb\t", "\n", "a\nb\\t")],
    ids=["all", "keeping line ends"],
)
def test_only_printable_ascii_is_left(text, keep, escaped):
    assert escape(text, keep) == escaped


def test_a_failure_is_told_in_full():
    evidence = Evidence("text differs", "text hello", "text he\ud83dlo", "< 200, text/plain, chunked\nhe | llo")
    got = list(block(verdict(evidence), "Output is the same however the body is cut", "Buffer.", 60, ("two", "three")))
    assert got == [
        "STREAM-01 MUST fail: Output is the same however the body is",
        "  cut",
        "  provider  acytoo",
        "  scenario  one turn",
        "  also in   2 more: two, three",
        "  why       text differs",
        "  wire      < 200, text/plain, chunked",
        "            he | llo",
        "  expected  text hello",
        r"  observed  text he\ud83dlo",
        "  remedy    Buffer.",
        "  reproduce harness check acytoo --only STREAM-01 --scenario 'one turn' --and-some-more-to-be-copied",
    ]


def test_long_texts_are_cut_in_the_middle():
    evidence = Evidence("why", observed="\n".join(f"line {number}" for number in range(100)))
    got = [line for line in block(verdict(evidence), "Title", "Remedy") if "line" in line]
    assert (len(got), got[0], got[11:14]) == (
        25,
        "  observed  line 0",
        ["            line 11", "            ... 76 lines ...", "            line 88"],
    )


def test_of_many_scenarios_the_first_are_named():
    also = tuple(str(number) for number in range(13))
    told = [line for line in block(verdict(), "Title", "Remedy", also=also) if "also in" in line]
    assert told == ["  also in   13 more: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ..."]


def test_a_verdict_without_evidence_is_told():
    assert [line.split()[0] for line in block(verdict(), "Title", "Remedy")] == [
        "STREAM-01",
        "provider",
        "scenario",
        "remedy",
        "reproduce",
    ]


def test_no_line_but_the_command_is_wider_than_asked():
    evidence = Evidence("x" * 300, "y " * 300, "z" * 61, "w" * 61)
    got = list(block(verdict(evidence), "Title " * 30, "Remedy " * 30, 60))
    assert max(map(len, got[:-1])) <= 60
