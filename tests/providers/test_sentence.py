import pytest
from served import all_cuts

from providers.errors import UpstreamFailed
from providers.sentence import Withheld

SENTENCE = "Out of credit。"


def passed(pieces):
    withheld = Withheld(SENTENCE)
    text = [part for piece in pieces for part in withheld.feed(piece)]
    return text, withheld


@pytest.mark.parametrize("before", ["", " ", "\n\t"], ids=repr)
@pytest.mark.parametrize("after", ["", " ", "\r\n\n"], ids=repr)
def test_the_whole_sentence_is_withheld_for_every_cut(before, after):
    for pieces in all_cuts(before + SENTENCE + after):
        text, withheld = passed(pieces)
        assert text == []
        with pytest.raises(UpstreamFailed, match="Out of credit。"):
            list(withheld.end())


@pytest.mark.parametrize(
    "answer",
    [
        "",
        " \n ",
        "Out",
        "Out of credit",
        "Out of  credit。",
        f"{SENTENCE}!",
        f"{SENTENCE} \n!",
        SENTENCE * 2,
        f"x {SENTENCE}",
    ],
)
def test_any_other_answer_is_complete_for_every_cut(answer):
    for pieces in all_cuts(answer):
        text, withheld = passed(pieces)
        assert "".join([*text, *withheld.end()]) == answer


def test_what_cannot_become_the_sentence_passes_at_once():
    assert passed(["Ou", "x", "t"])[0] == ["Oux", "t"]
