from dataclasses import replace

import pytest

from harness.cassette import store
from harness.cli import main
from harness.errors import UsageError
from harness.live import programme
from harness.live.programme import record_live
from harness.recording import Provenance
from harness.scenario import from_recording
from harness.script import reply
from harness.settings import Road, Settings
from harness.stage import Stage
from harness.target import CASSETTES, resolve

TEXT = [("content-type", "text/plain")]


@pytest.fixture(scope="module")
def live():
    stage = Stage(Settings())
    with stage.surroundings():
        yield stage.upstream(Road.LOOPBACK)
    stage.close()


@pytest.fixture
def folder(tmp_path):
    for name in ("acytoo/one-turn", "acytoo/unicode", "backend_api/one-turn-ndjson"):
        store.save(store.load(CASSETTES / f"{name}.yaml"), tmp_path / f"{name}.yaml")
    return tmp_path


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["record", *arguments])
    return caught.value.code


def test_without_live_the_scenes_are_recorded(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(programme, "record_all", lambda *given, **named: asked.append((given[0], given[2], named)))
    assert run("acytoo", "--scenario", "one-*", "--cassettes", str(tmp_path)) == 0
    assert run() == 0
    assert asked == [
        (("acytoo",), tmp_path, {"scenarios": ("one-*",)}),
        ((), CASSETTES, {"scenarios": ()}),
    ]


def test_with_live_the_calls_of_the_cassettes_are_made_again(live, folder, capsys):
    with live.play(reply(b"fresh text", headers=TEXT)):
        code = run("acytoo", "--live", live.origin, "--scenario", "one-*", "--cassettes", str(folder))
    new = store.load(folder / "acytoo" / "one-turn.yaml")
    assert (code, new.expected.text, new.provenance, new.upstream) == (0, "fresh text", Provenance.LIVE, live.origin)
    assert store.load(folder / "acytoo" / "unicode.yaml").provenance is Provenance.STAND_IN
    assert capsys.readouterr().out == "acytoo/one-turn: 10 characters in 1 chunks, stop\n"


def test_the_key_is_sent_and_never_written(live, folder, monkeypatch):
    key = "sk-live-0123456789abcdef"
    monkeypatch.setenv("THE_KEY", key)
    old = store.load(folder / "backend_api" / "one-turn-ndjson.yaml")
    with live.play(from_recording(old).script) as play:
        arguments = ("--live", live.origin, "--key-env", "THE_KEY", "--cassettes", str(folder))
        code = run("backend_api", *arguments)
        assert key.encode() in play.exchanges()[0].request.body
    path = folder / "backend_api" / "one-turn-ndjson.yaml"
    assert (code, key in path.read_text(), store.load(path).call) == (0, False, old.call)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--live", "http://127.0.0.1:1"), "expected a TARGET with --live, got none"),
        (("acytoo", "--live", "http://x", "--key-env", "NO_SUCH_KEY"), "expected a key in $NO_SUCH_KEY, got nothing"),
        (("nobody", "--live", "http://x"), "expected a name in providers/"),
        (
            ("nobody",),
            "expected providers among acytoo, aiask, backend_api, flowgpt, openai_chat, pizzagpt; got 'nobody'",
        ),
        (("acytoo", "--scenario", "nothing"), "expected scenarios among advert, conversation, long"),
    ],
)
def test_a_mistake_is_told(arguments, message, capsys):
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err


def test_no_matching_cassette_is_told(folder):
    with pytest.raises(UsageError, match="expected scenarios among one-turn, unicode; got 'x'"):
        record_live(resolve("acytoo"), "http://x", None, ["x"], print, folder)
    empty = replace(resolve("acytoo"))
    with pytest.raises(UsageError, match="expected scenarios among none at all"):
        record_live(empty, "http://x", None, [], print, folder / "empty")
