from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import pytest

from harness.errors import HarnessError, UsageError
from harness.live import local, studio
from harness.live.local import Framing
from harness.live.place import Place
from harness.live.programme import chosen, look_at, record_all, record_scene
from harness.live.relay import Behaviour
from harness.live.scene import Scene
from harness.live.scenes import SCENES
from harness.live.studio import Studio, serve
from harness.recording import Call, Expected, Interaction, Recording, Wire

CALL = Call("m", ({"role": "user", "content": "Say hi"},))
STOP = Scene(provider="pizzagpt", name="one-turn", call=CALL, finish="stop")
REFUSAL = Scene(provider="pizzagpt", name="refusal", call=CALL, error="RuntimeError", behaviour=Behaviour(status=503))
SSE = Scene(provider="backend_api", name="one-turn", call=CALL, finish="stop", framing=Framing.SSE)


def recording(scene, expected, body=b"body"):
    interaction = Interaction("POST", "/", (), b"", 200, "OK", (), body, Wire((1, len(body) - 1), (0.0, 0.1)))
    return Recording(
        scene.provider, scene.name, scene.provenance, scene.upstream, "", {}, scene.call, expected, (interaction,)
    )


@pytest.fixture
def stage(monkeypatch, model, tmp_path):
    """Let the fake model host stand for the model, and a name for each g4f server; note what is installed."""
    events = []

    @contextmanager
    def running(url):
        events.append(f"up {url}")
        try:
            yield SimpleNamespace(url=url)
        finally:
            events.append(f"down {url}")

    monkeypatch.setattr(local, "model", lambda _place: running(model.api.removesuffix("/v1")))
    monkeypatch.setattr(local, "g4f", lambda _place, framing, _api: running(f"g4f {framing}"))
    monkeypatch.setattr(studio, "install", lambda _place, parts, _say, _run: events.append(list(parts)))
    return Place(tmp_path), events


def ask(scene, url):
    """Record as a provider of Pizzagpt would."""
    headers = {"origin": "https://www.pizzagpt.it", "referer": "https://www.pizzagpt.it/en", "x-secret": "Marinara"}
    path = "/api/chatx-completion"
    got = httpx.post(url + path, headers=headers, json={"question": "Say hi"}, trust_env=False)
    expected = Expected(got.json()["answer"]["content"], "stop") if got.is_success else Expected(error="RuntimeError")
    return recording(scene, expected, got.content)


def test_every_scene_of_the_chosen_providers_is_recorded_in_its_state(stage, model):
    place, events = stage
    said = []

    made = record_all(["pizzagpt"], said.append, place=place, scenes=(STOP, REFUSAL, SSE), record=ask)

    assert {name: one.expected for name, one in made["pizzagpt"].items()} == {
        "one-turn": Expected("Hello!", "stop"),
        "refusal": Expected(error="RuntimeError"),
    }
    assert said == [
        "[1/2] pizzagpt/one-turn: 6 characters in 2 chunks, stop",
        "[2/2] pizzagpt/refusal: 0 characters in 2 chunks, RuntimeError",
    ]
    url = model.api.removesuffix("/v1")
    assert events == [["llm"], f"up {url}", f"down {url}"]


def test_g4f_servers_come_up_as_they_are_needed(stage, model):
    place, events = stage
    said, urls = [], []

    def record(scene, url):
        urls.append(url)
        return recording(scene, Expected("Hi", "stop"))

    record_all([], said.append, place=place, scenes=(SSE,), record=record)

    url = model.api.removesuffix("/v1")
    assert urls == ["g4f sse"]
    assert events == [["llm", "new"], f"up {url}", "up g4f sse", "down g4f sse", f"down {url}"]
    assert said[0] == "g4f 8.8.6 gui is ready"


def test_a_scene_that_fails_is_told_and_the_others_go_on(stage):
    place, _ = stage
    said = []

    def record(scene, _url):
        if scene is STOP:
            raise HarnessError("not-recordable", "one-turn: expected a whole reply, got none")
        return recording(scene, Expected("Hi", "stop"))

    made = record_all([], said.append, place=place, scenes=(STOP, REFUSAL, SSE), record=record)

    assert made["pizzagpt"]["one-turn"] == "one-turn: expected a whole reply, got none"
    assert made["pizzagpt"]["refusal"].startswith("expected pizzagpt/refusal to end in ")
    assert made["backend_api"]["one-turn"].expected == Expected("Hi", "stop")
    assert said[1] == "[1/3] pizzagpt/one-turn: not recorded: one-turn: expected a whole reply, got none"


def test_what_is_no_origin_stops_a_programme(stage):
    place, _ = stage

    def record(_scene, _url):
        raise UsageError("no-origin", "expected the origin")

    with pytest.raises(UsageError, match="expected the origin"):
        record_all([], print, place=place, scenes=(STOP,), record=record)


def test_a_g4f_server_that_does_not_come_up_takes_the_model_down(stage, monkeypatch, model):
    place, events = stage
    monkeypatch.setattr(local, "g4f", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError), Studio(place, [Framing.SSE], print):
        pass  # pragma: no cover

    url = model.api.removesuffix("/v1")
    assert events == [["llm", "new"], f"up {url}", f"down {url}"]


def test_no_name_means_all_scenes():
    assert chosen([]) == SCENES
    assert {scene.provider for scene in chosen(["aiask", "flowgpt"])} == {"aiask", "flowgpt"}


def test_an_unknown_name_is_refused_before_anything_starts():
    with pytest.raises(UsageError, match=r"expected providers among acytoo, aiask, .*; got 'nobody'") as caught:
        record_all(["nobody"], print)

    assert caught.value.code == "unknown-provider"


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (STOP, Expected("Hi", "length")),
        (STOP, Expected(error="RuntimeError")),
        (REFUSAL, Expected(error="ValueError")),
        (REFUSAL, Expected("Hi", "stop")),
    ],
    ids=["finish", "refused", "family", "answered"],
)
def test_a_recording_that_is_not_as_planned_is_an_error(scene, expected):
    with pytest.raises(HarnessError, match=f"expected pizzagpt/{scene.name} to end in ") as caught:
        look_at(scene, recording(scene, expected))

    assert (caught.value.code, caught.value.hint) == ("unplanned-recording", "look into the reply: b'body'")


def test_serving_the_model_tells_where_and_waits(stage):
    place, events = stage
    said = []

    serve(place, said.append, lambda: events.append("waited"))

    url = events[1].removeprefix("up ")
    assert events == [["llm"], f"up {url}", "waited", f"down {url}"]
    assert said == [
        f"SmolLM2-135M by llama.cpp answers at {url} as model smollm2:",
        f"  {url}/v1/chat/completions  OpenAI Chat Completions",
        f"  {url}/v1/responses  OpenAI Responses",
        f"  {url}/v1/messages  Anthropic Messages",
    ]


def test_a_scene_is_recorded_through_its_built_in_provider(stage):
    place, _ = stage

    with Studio(place, [], print) as studio, studio.upstream(STOP) as url:
        made = record_scene(STOP, url)

    assert (made.provider, made.scenario, made.provenance, made.upstream) == (
        "pizzagpt",
        "one-turn",
        STOP.provenance,
        STOP.upstream,
    )
    assert (made.call, made.expected) == (CALL, Expected("Hello!", "stop"))
    assert made.interactions[0].body == b'{"answer": {"content": "Hello!"}}'


def test_the_model_itself_answers_a_direct_scene_unless_it_has_to_fail(stage, model):
    place, _ = stage
    answered = Scene(provider="openai_chat", name="one-turn", call=CALL, finish="stop", direct=True)
    busy = Scene(
        provider="openai_chat",
        name="refusal",
        call=CALL,
        error="RuntimeError",
        behaviour=Behaviour(status=503, message="busy"),
        direct=True,
    )

    with Studio(place, [], print) as studio:
        with studio.upstream(answered) as url:
            assert f"{url}/v1" == model.api
        with studio.upstream(busy) as url:
            made = record_scene(busy, url)

    assert made.expected == Expected(error="RuntimeError")
    assert (made.interactions[0].status, made.interactions[0].uri) == (
        503,
        "https://api.openai.com/v1/chat/completions",
    )
