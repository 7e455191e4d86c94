import re
from dataclasses import replace

import pytest

from harness.cassette import store
from harness.cassette.scrub import PLACEHOLDER
from harness.live.programme import look_at
from harness.live.scenes import SCENES
from harness.target import CASSETTES

IDS = [f"{scene.provider}/{scene.name}" for scene in SCENES]
MACHINE = re.compile(
    r"/(home|root|Users|tmp|work)/|127\.0\.0\.1:(?!3128|11434)\d|localhost:\d|�"
)  # documented: 3128 by g4f, 11434 by Ollama


def test_there_is_one_cassette_for_each_scene():
    files = {str(path.relative_to(CASSETTES).with_suffix("")) for path in CASSETTES.glob("*/*.yaml")}

    assert files == set(IDS)


@pytest.mark.parametrize("scene", SCENES, ids=IDS)
def test_a_cassette_is_what_its_scene_planned(scene):
    path = CASSETTES / scene.provider / f"{scene.name}.yaml"
    recording = store.load(path)

    look_at(scene, recording)
    assert (recording.provider, recording.scenario) == (scene.provider, scene.name)
    assert (recording.provenance, recording.upstream) == (scene.provenance, scene.upstream)
    hidden = {"api_key": PLACEHOLDER} if "api_key" in scene.call.options else {}
    assert recording.call == replace(scene.call, options={**scene.call.options, **hidden})
    assert MACHINE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("provider", ["acytoo", "aiask", "backend_api", "flowgpt", "openai_chat"])
def test_a_long_answer_came_in_two_hundred_chunks(provider):
    assert len(store.load(CASSETTES / provider / "long.yaml").interactions[0].wire.chunks) >= 200


@pytest.mark.parametrize("provider", ["acytoo", "aiask", "backend_api", "flowgpt", "openai_chat", "pizzagpt"])
def test_the_unicode_answer_has_every_kind_of_character(provider):
    text = store.load(CASSETTES / provider / "unicode.yaml").expected.text

    assert re.search("[\u4e00-\u9fff].*[\u3040-\u30ff].*[\uac00-\ud7af].*\u0308", text)
    assert re.search("[\U0001f300-\U0001faff].*\u200d", text)


@pytest.mark.parametrize("provider", ["acytoo", "aiask"])
def test_characters_of_the_unicode_answer_are_cut_between_chunks(provider):
    interaction = store.load(CASSETTES / provider / "unicode.yaml").interactions[0]
    border = interaction.wire.chunks[0]

    assert interaction.body[border] & 0xC0 == 0x80
