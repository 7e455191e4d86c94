import json
from dataclasses import replace

import pytest

from harness.cassette import store
from harness.cli import main
from harness.script import reply
from harness.settings import Road, Settings
from harness.stage import Stage
from harness.target import CASSETTES

JSON = [("content-type", "application/json")]
ANSWER = reply(b'{"answer": {"content": "Something else"}}', headers=JSON)
RENAMED = reply(b'{"answer": {"text": "Something else"}}', headers=JSON)
ONE = ("pizzagpt", "--scenario", "one-turn")


@pytest.fixture(scope="module")
def live():
    stage = Stage(Settings())
    with stage.surroundings():
        yield stage.upstream(Road.LOOPBACK)
    stage.close()


@pytest.fixture
def run(capsys):
    """Run the command; give exit code, stdout and stderr."""

    def run_(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["drift", *map(str, arguments)])
        return caught.value.code, *capsys.readouterr()

    return run_


def test_an_unchanged_upstream_exits_0(live, run):
    with live.play(ANSWER):
        got = run(*ONE, "--live", live.origin)
    sum_ = "1 scenario: 1 compared; changes: none\nno drift\n"
    assert got == (0, sum_, "[1/1] pizzagpt/one-turn: 14 characters in 1 chunks, stop (1 requests)\n")


def test_a_renamed_member_exits_1_and_is_named(live, run):
    with live.play(RENAMED):
        code, out, _ = run(*ONE, "--live", live.origin)
    assert (code, out.splitlines()) == (
        1,
        [
            "ERROR   pizzagpt: removed: document answer.content",
            f'        string -> absent, such as "{recorded_text()[:56]}...',
            "        in one-turn",
            "INFO    pizzagpt: added: document answer.text",
            '        absent -> string, such as "Something else"',
            "        in one-turn",
            "1 scenario: 1 compared; changes: 1 error, 1 info",
            "drift",
        ],
    )


def recorded_text():
    return store.load(CASSETTES / "pizzagpt" / "one-turn.yaml").expected.text


@pytest.mark.parametrize("status", [401, 503])
def test_a_refusal_exits_4(live, run, status):
    with live.play(reply(b"no", status=status)):
        code, out, _ = run(*ONE, "--live", live.origin)
    reason = f"COULD NOT CHECK pizzagpt/one-turn: status {status}, where the old recording has 200"
    assert (code, out.splitlines()[0], out.splitlines()[-1]) == (4, reason, "could not check")


def test_an_upstream_that_is_down_exits_4(live, run):
    code, out, _ = run(*ONE, "--live", live.refused_origin, "--timeout", "5")
    assert (code, "expected a whole reply from" in out, "no reply: ConnectError" in out) == (4, True, True)


def test_the_key_of_a_variable_is_sent_and_never_shown(live, run, monkeypatch):
    key = "sk-live-0123456789abcdef"
    monkeypatch.setenv("THE_KEY", key)
    body = b'{"type": "content", "content": "%b"}\n' % key.encode()
    with live.play(reply(body)) as play:
        arguments = ("--scenario", "one-turn-ndjson", "--live", live.origin, "--key-env", "THE_KEY")
        code, out, err = run("backend_api", *arguments, "--format", "json")
        assert key.encode() in play.exchanges()[0].request.body
    assert (code, key in out + err, "terminator" in out) == (1, False, True)


def changed(folder, old='"answer"', new='"reply"'):
    """Write a newer recording of one scenario."""
    one = store.load(CASSETTES / "pizzagpt" / "one-turn.yaml")
    body = one.interactions[0].body.replace(old.encode(), new.encode())
    interaction = replace(one.interactions[0], body=body, wire=replace(one.interactions[0].wire, chunks=(len(body),)))
    store.save(replace(one, interactions=(interaction,)), folder / "pizzagpt" / "one-turn.yaml")
    return folder


def test_files_are_compared_without_any_network(run, tmp_path):
    assert run("pizzagpt", "acytoo", "pizzagpt", "--against", CASSETTES)[:2] == (
        0,
        "14 scenarios: 14 compared; changes: none\nno drift\n",
    )
    newer = changed(tmp_path / "newer")
    assert run("pizzagpt", "--against", newer / "pizzagpt" / "one-turn.yaml")[0] == 1
    assert run("pizzagpt", "--against", newer)[0] == 1
    assert run("pizzagpt", "--against", newer, "--scenario", "uni*")[0] == 4
    assert run("pizzagpt", "--against", CASSETTES / "pizzagpt", "--cassettes", newer, "--strict")[0] == 1


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--strict",), 1)], ids=["lenient", "strict"])
def test_a_warning_counts_when_asked(run, tmp_path, flags, code):
    old = changed(tmp_path, '"content"', '"more": 1, "content"')
    assert run(*ONE, "--cassettes", old, "--against", CASSETTES, *flags)[0] == code


def test_a_foreign_class_is_compared_by_the_contract_that_is_named(run):
    target = "providers.pizzagpt.provider:Pizzagpt"
    assert run(target, "--contract", "pizzagpt", "--against", CASSETTES)[0] == 0


def test_the_result_is_written_whole(run, tmp_path):
    file = tmp_path / "drift.md"
    newer = changed(tmp_path / "newer")
    assert run(*ONE, "--against", newer, "--format", "markdown", "-o", file) == (1, "", "")
    assert file.read_text().startswith(
        "### API drift: drift\n\n1 scenario: 1 compared; changes: 1 error, 1 info\n\n| |"
    )
    assert run(*ONE, "--against", newer, "--format", "json", "-o", file)[0] == 1
    assert json.loads(file.read_text())["verdict"] == "drift"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drift.md", "newer"]


def test_a_file_that_cannot_be_written_is_told(run, tmp_path):
    code, _, err = run(*ONE, "--against", CASSETTES, "-o", tmp_path / "a" / "b")
    assert (code, "expected a folder for the file" in err) == (2, True)
    code, _, err = run(*ONE, "--against", CASSETTES, "-o", tmp_path / ("x" * 250))
    assert (code, "expected to write it, got File name too long" in err) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing argument 'TARGET...'"),
        (("pizzagpt",), "expected either --live URL or --against FILE, got neither"),
        (
            ("pizzagpt", "--live", "http://x", "--against", "x"),
            "expected either --live URL or --against FILE, got both",
        ),
        (("nobody", "--live", "http://x"), "expected a name in providers/"),
        (("pizzagpt", "--live", "http://x", "--scenario", "x"), "expected scenarios among conversation, flat"),
        (("pizzagpt", "--live", "http://x", "--cassettes", "x"), "expected cassettes of pizzagpt, got none"),
        (("pizzagpt", "--live", "http://x", "--key-env", "NO_KEY"), "expected a key in $NO_KEY, got nothing"),
        (("pizzagpt", "--live", "nonsense"), "expected the origin of a live service"),
        (("pizzagpt", "--against", "nowhere.yaml"), "nowhere.yaml"),
        (("pizzagpt", "--live", "http://x", "--format", "pdf"), "'pdf' is not one of"),
    ],
)
def test_a_mistake_is_told(run, arguments, message):
    code, out, err = run(*arguments)
    assert (code, out, message in err) == (2, "", True)


def test_the_help_tells_the_exit_codes(run):
    code, out, _ = run("--help")
    assert (code, "4 could not check" in " ".join(out.split())) == (0, True)
