import re
from collections import Counter

import pytest

from harness.builtin import known, rows
from harness.live.local import Framing
from harness.live.relay import Behaviour
from harness.live.scene import SERVICES, Scene
from harness.live.scenes import SCENES
from harness.recording import Call, Provenance

PROVIDERS = sorted({scene.provider for scene in SCENES})
NAMES = [(scene.provider, scene.name) for scene in SCENES]
HI = Call("m", ({"role": "user", "content": "Say hi"},))


def test_every_provider_has_at_least_five_scenes():
    counts = Counter(scene.provider for scene in SCENES)

    assert [name for name in known() if name not in rows()] == PROVIDERS
    assert min(counts.values()) >= 5


def test_names_are_unique_and_fit_for_files():
    assert [pair for pair, count in Counter(NAMES).items() if count > 1] == []
    assert [name for _, name in NAMES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_has_the_answers_that_all_share_and_a_refusal(provider):
    names = {name for owner, name in NAMES if owner == provider}

    assert names >= {"one-turn", "conversation", "unicode"}
    assert any(name.startswith("refusal-") for name in names)


@pytest.mark.parametrize("scene", SCENES, ids=[f"{provider}/{name}" for provider, name in NAMES])
def test_a_scene_is_an_answer_or_a_refusal(scene):
    refusal = scene.name.startswith("refusal-")

    assert (scene.finish is None, scene.error is not None) == (refusal, refusal)
    assert scene.error in {None, "ValueError", "RuntimeError"}
    assert [scene.framing is not None, scene.direct, scene.provider in SERVICES].count(True) == 1


def test_both_framings_are_asked_for_the_same():
    names = {
        framing: {scene.name.removesuffix("-ndjson") for scene in SCENES if scene.framing is framing}
        for framing in Framing
    }

    assert names[Framing.SSE] == names[Framing.NDJSON]


@pytest.mark.parametrize(
    ("changes", "provenance", "upstream"),
    [
        (
            {"finish": "stop"},
            Provenance.STAND_IN,
            "stand-in for chat.acytoo.com, text by SmolLM2-135M by llama.cpp",
        ),
        (
            {"finish": "stop", "behaviour": Behaviour(adds={"grammar": "g"})},
            Provenance.STAND_IN,
            "stand-in for chat.acytoo.com, text by SmolLM2-135M by llama.cpp under a grammar",
        ),
        ({"error": "RuntimeError"}, Provenance.STAND_IN, "stand-in for chat.acytoo.com"),
        ({"direct": True, "finish": "stop"}, Provenance.LOCAL_LLM, "SmolLM2-135M by llama.cpp"),
        (
            {"direct": True, "behaviour": Behaviour(status=429)},
            Provenance.LOCAL_LLM,
            "SmolLM2-135M by llama.cpp, its replies replaced by status 429",
        ),
        (
            {"framing": Framing.SSE, "error": "RuntimeError"},
            Provenance.LOCAL_LLM,
            "g4f 8.8.6 gui, its model SmolLM2-135M by llama.cpp",
        ),
        (
            {"framing": Framing.NDJSON, "behaviour": Behaviour(status=429)},
            Provenance.LOCAL_LLM,
            "g4f 0.5.2.9 gui, its model SmolLM2-135M by llama.cpp, its replies replaced by status 429",
        ),
        (
            {"framing": Framing.SSE, "behaviour": Behaviour(tokens=2)},
            Provenance.LOCAL_LLM,
            "g4f 8.8.6 gui, its model SmolLM2-135M by llama.cpp, made to fail after token 2",
        ),
    ],
    ids=["answer", "grammar", "speechless", "direct", "direct-status", "g4f", "status", "tokens"],
)
def test_a_scene_tells_who_answers(changes, provenance, upstream):
    scene = Scene(provider="acytoo", name="x", call=HI, **changes)

    assert (scene.provenance, scene.upstream) == (provenance, upstream)
