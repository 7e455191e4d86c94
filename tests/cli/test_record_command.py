import pytest

from harness.cassette import store
from harness.cli import main
from harness.live import programme
from harness.recording import Provenance
from harness.scenario import from_recording
from harness.script import Chunk, Script, Sleep, reply
from harness.settings import Road, Settings
from harness.stage import Stage
from harness.target import CASSETTES

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


def test_without_live_the_scenes_are_recorded_and_kept(monkeypatch, tmp_path, capsys):
    asked = []
    one = store.load(CASSETTES / "acytoo" / "one-turn.yaml")

    def recorded(names, _say, **chosen):
        asked.append((names, chosen))
        return {"acytoo": {"one-turn": one, "unicode": "unicode: expected a whole reply, got none"}}

    monkeypatch.setattr(programme, "record_all", recorded)
    assert run("acytoo", "--scenario", "one-*", "--cassettes", str(tmp_path), "--yes") == 1
    assert asked == [(("acytoo",), {"scenarios": ("one-*",)})]
    assert store.recordings(tmp_path / "acytoo") == (one,)
    out, err = capsys.readouterr()
    assert out == "kept: acytoo/one-turn\n"
    assert "not recorded: acytoo/unicode: unicode: expected a whole reply, got none" in err


def test_with_live_the_calls_of_the_cassettes_are_made_again(live, folder, capsys, monkeypatch):
    key = "sk-live-0123456789abcdef"
    monkeypatch.setenv("THE_KEY", key)
    old = store.load(folder / "backend_api" / "one-turn-ndjson.yaml")
    fresh = old.interactions[0].body.replace(b"{", b'{"x_new": 1, ', 1)
    with live.play(
        Script((from_recording(old).script.head, Chunk(fresh[:99]), Sleep(0.02), Chunk(fresh[99:])))
    ) as play:
        arguments = ("--live", live.origin, "--key-env", "THE_KEY", "--cassettes", str(folder), "--max-requests", "5")
        code = run("backend_api", *arguments, "--yes")
        assert key.encode() in play.exchanges()[0].request.body
    path = folder / "backend_api" / "one-turn-ndjson.yaml"
    new, (out, err) = store.load(path), capsys.readouterr()
    assert (code, key in path.read_text(), new.call, new.provenance) == (0, False, old.call, Provenance.LIVE)
    assert "[1/1] backend_api/one-turn-ndjson: " in err
    assert "INFO    backend_api: added: " in out
    assert out.endswith("kept: backend_api/one-turn-ndjson\n")
    assert store.load(folder / "acytoo" / "unicode.yaml").provenance is Provenance.STAND_IN


def test_what_is_unfit_is_refused_and_the_old_file_stays(live, folder, capsys):
    before = (folder / "acytoo" / "one-turn.yaml").read_bytes()
    with live.play(reply(b"", headers=TEXT)):
        code = run("acytoo", "--live", live.origin, "--scenario", "one-*", "--cassettes", str(folder), "--yes")
    assert (code, (folder / "acytoo" / "one-turn.yaml").read_bytes()) == (1, before)
    assert "refused: acytoo/" in capsys.readouterr().err


def test_an_upstream_that_is_down_leaves_everything_as_it_was(folder, capsys):
    before = (folder / "acytoo" / "one-turn.yaml").read_bytes()
    code = run("acytoo", "--live", "http://127.0.0.1:9", "--scenario", "one-*", "--cassettes", str(folder), "--yes")
    assert (code, (folder / "acytoo" / "one-turn.yaml").read_bytes()) == (1, before)
    assert "not recorded: acytoo/one-turn: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--live", "http://127.0.0.1:1"), "expected a TARGET with --live, got none"),
        (("acytoo", "--live", "http://x", "--key-env", "NO_SUCH_KEY"), "expected a key in $NO_SUCH_KEY, got nothing"),
        (("nobody", "--live", "http://x"), "expected a name in providers/"),
        (
            ("nobody",),
            "expected providers among acytoo, aiask, ",
        ),
        (("acytoo", "--scenario", "nothing"), "expected scenarios among advert, conversation, long"),
    ],
)
def test_a_mistake_is_told(arguments, message, capsys):
    assert run(*arguments, "--yes") == 2
    assert message in capsys.readouterr().err


def test_without_a_terminal_to_ask_on_a_decision_is_wanted_at_once(capsys):
    assert run("acytoo", "--live", "http://127.0.0.1:9") == 2
    assert "expected --yes, or a terminal to ask on, got neither" in capsys.readouterr().err
