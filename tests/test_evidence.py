import pytest

from harness.evidence import bounded, draw, draw_pieces, draw_request, fail, outcome, require_equal, show
from harness.requirement import Failure
from harness.script import STALL, Chunk, Close, Gate, HalfClose, Reset, Script, Send
from harness.transcript import Course, Item, Kind, Raised, Request, Transcript
from harness.verdict import Evidence, Level

HEAD = Send(200, (("Content-Type", "text/plain"),))


def test_show_is_ascii_on_one_line():
    assert show("é\r\n\ud83c") == "\\xe9\\r\\n\\ud83c"
    assert show({"a": "é"}) == '{"a": "\\u00e9"}'
    assert show({1}) == '"{1}"'


def test_bounded_shortens_in_the_middle():
    assert bounded("abcdef", 6) == "abcdef"
    assert bounded("abcdefgh", 4) == "ab ...(4 more)... gh"


def test_pieces_are_drawn_with_cut_marks():
    assert draw_pieces([b"a\xc3", b"\xa9\n"]) == "a\\xc3 | \\xa9\\n"


def test_a_long_body_with_one_cut_is_drawn_around_the_cut():
    assert draw_pieces([b"x" * 50 + b"ab", b"cd" + b"y" * 50], limit=8) == "...xxab | cdyy..."
    assert draw_pieces([b"ab", b"cd" + b"y" * 50], limit=8) == "ab | cdyy..."
    assert draw_pieces([b"x" * 50 + b"ab", b"cd"], limit=8) == "...xxab | cd"


def test_a_script_is_drawn_with_its_head_waits_and_ending():
    script = Script((HEAD, Chunk(b"a"), Gate("g"), Chunk(b"b"), STALL, Reset()))
    assert draw(script) == ("< 200, Content-Type: text/plain, chunked\na\n< waits for g\nb\n< silence\n< reset")
    assert draw(Script((HEAD, HalfClose()))) == "< 200, Content-Type: text/plain, chunked\n< halfclose"
    assert draw(Script((Close(),))) == "< close"


def test_a_request_is_drawn_with_headers_and_body():
    request = Request("POST", "/x", (("A", "1"),), b"{}")
    assert draw_request(request) == "> POST /x\n> A: 1\n{}"


def test_outcome_tells_text_finish_and_exception():
    items = (Item(Kind.TEXT, "a", "a"), Item(Kind.FINISH, "stop"))
    raised = Raised("builtins.ValueError", "ValueError", True, True, "p.py:1 f", "no", "")
    assert outcome(Transcript(Course.FINISHED, items, ())) == "text a; finish ['stop']; finished"
    assert outcome(Transcript(Course.RAISED, (), (), raised)) == (
        "text ; finish []; raised builtins.ValueError: no at p.py:1 f"
    )


def test_fail_makes_a_failure_with_evidence_and_level():
    failure = fail("why", expected=1, observed=["é"], wire="w", level=Level.SHOULD)
    assert isinstance(failure, Failure)
    assert (failure.evidence, failure.level) == (Evidence("why", "1", '["\\u00e9"]', "w"), Level.SHOULD)


def test_require_equal_shows_the_members_that_differ():
    require_equal({"a": 1}, {"a": 1}, "same")
    with pytest.raises(Failure) as caught:
        require_equal({"a": 1, "b": 2}, {"a": 1, "b": 3}, "differs")
    assert caught.value.evidence == Evidence("differs", '{"b": 2}', '{"b": 3}')
    with pytest.raises(Failure) as caught:
        require_equal("x", "y", "differs")
    assert caught.value.evidence == Evidence("differs", "x", "y")
