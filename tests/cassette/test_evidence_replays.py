"""Every cassette is one: plain vcrpy replays it, through two libraries, and saving it again changes no byte."""

import asyncio
from pathlib import Path

import aiohttp
import httpx
import pytest
import vcr
from yarl import URL

from harness.cassette import store

ROOT = Path(__file__).parents[2] / "cassettes"
CASSETTES = sorted(ROOT.glob("*/*.yaml"))
cassettes = pytest.mark.parametrize("path", CASSETTES, ids=lambda path: f"{path.parent.name}/{path.stem}")


@cassettes
def test_plain_vcrpy_replays_it_through_httpx(path):
    recorded = store.load(path).interactions
    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        for interaction in recorded:
            response = httpx.request(interaction.method, interaction.uri, content=interaction.request_body)
            assert (response.status_code, response.content) == (interaction.status, interaction.body)
        assert cassette.all_played


@cassettes
def test_plain_vcrpy_replays_it_through_aiohttp(path):
    async def ask(interaction):
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                interaction.method, URL(interaction.uri, encoded=True), data=interaction.request_body
            ) as response,
        ):
            return response.status, await response.read()

    with vcr.use_cassette(str(path), record_mode="none"):
        for interaction in store.load(path).interactions:
            assert asyncio.run(ask(interaction)) == (interaction.status, interaction.body)


@cassettes
def test_saving_it_again_changes_no_byte(path):
    assert store.dumps(store.load(path)) == path.read_text("utf-8")


@cassettes
def test_it_says_where_it_is_from(path):
    recording = store.load(path)
    assert (recording.provider, recording.scenario) == (path.parent.name, path.stem)
    assert recording.provenance in {"local-llm", "stand-in"}
    assert "SmolLM2" in recording.upstream or "stand-in" in recording.upstream
    assert set(recording.versions) >= {"llm-provider-harness", "httpx", "python"}


@pytest.mark.parametrize("provider", ["acytoo", "aiask", "backend_api", "flowgpt", "openai_chat", "pizzagpt"])
def test_each_provider_has_at_least_five(provider):
    recordings = store.recordings(ROOT / provider)
    assert len(recordings) >= 5
    assert {"one-turn", "conversation", "unicode", "long", "refusal"} == {
        word for recording in recordings for word in NEEDED if recording.scenario.startswith(word)
    }


NEEDED = ("one-turn", "conversation", "unicode", "long", "refusal")
