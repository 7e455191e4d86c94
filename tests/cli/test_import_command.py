import json

import pytest

from harness.cassette import store
from harness.cli import main

URL = "https://chat.example/v1/chat/completions"
REQUEST = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
STREAM = 'data: {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["import", *map(str, arguments)])
    return caught.value.code


@pytest.fixture
def file(tmp_path):
    def write(*uris, name="one.yaml"):
        pairs = [
            {
                "request": {"method": "POST", "uri": uri, "headers": {}, "body": json.dumps(REQUEST)},
                "response": {"status": {"code": 200}, "headers": {}, "body": {"string": STREAM}},
            }
            for uri in uris or [URL]
        ]
        (tmp_path / name).write_text(json.dumps({"interactions": pairs}))
        return tmp_path / name

    return write


def test_a_file_becomes_a_cassette(file, tmp_path, capsys):
    folder = tmp_path / "own"
    assert run(file(), "--provider", "openai_chat", "--cassettes", folder) == 0
    assert capsys.readouterr() == ("openai_chat/one: 1 characters, stop\n", "")
    recording = store.load(folder / "openai_chat" / "one.yaml")
    assert (recording.expected.text, str(recording.provenance)) == ("a", "imported")


def test_what_is_left_out_is_told(file, tmp_path, capsys):
    path = file("https://x/\u2028\u202e".replace("\u2028", "a"), URL)
    assert run(path, "--provider", "openai_chat", "--cassettes", tmp_path / "own", "--scenario", "own-name") == 0
    assert capsys.readouterr().out == (
        "openai_chat/own-name: 1 characters, stop\n"
        f"left out: {path}: expected an exchange with /chat/completions, got POST https://x/a?\n"
    )


def test_a_refused_file_does_not_stop_the_others(file, tmp_path, capsys):
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: 1")
    assert run(bad, file(), "--provider", "openai_chat", "--cassettes", tmp_path / "own") == 2
    out, err = capsys.readouterr()
    assert out == "openai_chat/one: 1 characters, stop\n"
    assert err.startswith(f"refused: {bad}: expected one of the shapes vcrpy, ")


def test_a_cassette_is_never_replaced(file, tmp_path, capsys):
    folder = tmp_path / "own"
    run(file(), "--provider", "openai_chat", "--cassettes", folder)
    before = (folder / "openai_chat" / "one.yaml").read_bytes()
    assert run(file(), "--provider", "openai_chat", "--cassettes", folder) == 2
    assert "expected the name of no cassette, got that of" in capsys.readouterr().err
    assert (folder / "openai_chat" / "one.yaml").read_bytes() == before


def test_without_a_provider_nothing_is_written(file, tmp_path, capsys):
    bad = tmp_path / "bad.yaml"
    bad.write_text("*x")
    one, two = file(), file(URL, URL, name="two.yaml")
    assert run(one, bad, two, "--cassettes", tmp_path / "own") == 2
    out, err = capsys.readouterr()
    assert out == f"{one}: vcrpy, 1 exchange\n{two}: vcrpy, 2 exchanges\n"
    assert err.splitlines()[0].startswith(f"refused: {bad}: expected safe YAML or JSON in UTF-8: line 1: ")
    assert err.splitlines()[1:] == [
        "harness: expected a provider, whose answer is what a cassette expects; got none, so nothing is written",
        f"hint: harness import {one} --provider openai_chat",
    ]
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing argument 'FILE...'"),
        (("a", "b", "--provider", "openai_chat", "--scenario", "x"), "expected one FILE with --scenario, got 2"),
        (("a", "--provider", "nobody"), "expected a name in providers/"),
        (("a", "--provider", "openai_chat", "--contract", "nothing"), "expected a contract"),
        (("none.yaml", "--provider", "openai_chat"), "none.yaml: No such file or directory"),
        ((".", "--provider", "openai_chat"), ".: Is a directory"),
        (("/dev/zero", "--provider", "openai_chat"), "/dev/zero: expected a file, got a device"),
        (("x", "--provider", "openai_chat", "--scenario", "../../x"), "expected a name without a path, got '../../x'"),
    ],
)
def test_a_mistake_is_told(arguments, message, capsys):
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err
