import pytest

from harness.live.voice import SEED, ModelFailed, Voice, recut

HELLO = [{"role": "user", "content": "Say hi"}]


def test_the_voice_gives_the_tokens_of_the_model(model):
    assert [token for token in Voice(model.api).say(HELLO, 0.5) if token] == ["Hel", "lo", "!"]
    assert model.requests == [{"messages": HELLO, "temperature": 0.5, "seed": SEED, "stream": True}]


def test_a_refusing_model_has_failed(model):
    model.status = 503

    with pytest.raises(ModelFailed, match="503"):
        list(Voice(model.api).say(HELLO))


def test_a_model_that_breaks_off_has_failed(model):
    model.breaks = True

    with pytest.raises(ModelFailed):
        list(Voice(model.api).say(HELLO))


@pytest.mark.parametrize(
    ("tokens", "pieces"),
    [
        ([], []),
        (["a", "", "b"], [b"a", b"", b"b"]),
        (["é"], [b"\xc3", b"\xa9"]),
        (["aé", "b"], [b"a\xc3", b"\xa9b"]),
        (["🍕", "", "🍕"], [b"\xf0\x9f\x8d", b"\x95", b"\xf0\x9f\x8d", b"\x95"]),
    ],
    ids=["nothing", "ascii", "last", "two bytes", "four bytes"],
)
def test_the_last_byte_of_a_character_comes_with_the_next_piece(tokens, pieces):
    assert list(recut(tokens)) == pieces
