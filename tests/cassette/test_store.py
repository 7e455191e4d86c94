import asyncio
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import aiohttp
import httpx
import pytest
import vcr
import yaml

from harness.cassette import source, store
from harness.errors import HarnessError, UsageError
from harness.recording import Call, Expected, Wire

AWKWARD = {
    "crlf": b"a\r\nb\r\n",
    "cr": b"a\rb",
    "bom": b"\xef\xbb\xbfa",
    "nul": b"a\0b",
    "separators": "a\u2028b\u2029c\u0085d\u000be".encode(),
    "invalid utf-8": b"\xff\xfea",
    "cut utf-8": "é".encode()[:1],
    "surrogate": "\ud83c".encode(errors="surrogatepass"),
    "blanks": b"  leading\ntrailing  \n\n",
    "empty": b"",
    "like yaml": b"- a: *b\n# no comment\n'\"",
    "emoji": "🍕 e\u0301".encode(),
    "tab": b"\ta\tb\n",
}


@pytest.mark.parametrize("body", AWKWARD.values(), ids=AWKWARD)
def test_a_recording_is_read_back_as_it_was(tmp_path, make_recording, make_interaction, body):
    wire = Wire((len(body),), (0.1234,), "reset", 0.05)
    saved = make_recording(make_interaction(body=body, request_body=body, wire=wire))
    store.save(saved, tmp_path / "a.yaml")
    assert store.load(tmp_path / "a.yaml") == saved


def test_saving_a_loaded_cassette_changes_no_byte(tmp_path, make_recording):
    store.save(make_recording(expected=Expected(error="ValueError")), tmp_path / "a.yaml")
    text = (tmp_path / "a.yaml").read_bytes()
    store.save(store.load(tmp_path / "a.yaml"), tmp_path / "a.yaml")
    assert (tmp_path / "a.yaml").read_bytes() == text


def test_recordings_come_by_name(tmp_path, make_recording):
    for name in ("b", "a"):
        store.save(make_recording(scenario=name), tmp_path / f"{name}.yaml")
    (tmp_path / "notes.txt").write_text("no cassette")
    assert [recording.scenario for recording in store.recordings(tmp_path)] == ["a", "b"]


def test_numbers_stand_on_one_line_and_text_in_blocks(make_recording, make_interaction):
    text = store.dumps(make_recording(make_interaction(body=b"a\nb\n", wire=Wire((1, 3), (0.1, 0.2)))))
    assert "chunks: [1, 3]\n" in text
    assert "string: |\n        a\n        b\n" in text


def test_plain_vcrpy_replays_a_cassette_through_httpx(tmp_path, make_recording, make_interaction):
    path = tmp_path / "a.yaml"
    store.save(make_recording(make_interaction()), path)
    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        response = httpx.post("https://chat.example/api?x=1", json={"messages": ["hi"]})
    assert (response.status_code, response.content, cassette.all_played) == (200, make_interaction().body, True)
    assert response.headers["content-type"] == "text/event-stream"


def test_plain_vcrpy_replays_a_cassette_through_aiohttp(tmp_path, make_recording, make_interaction):
    path = tmp_path / "a.yaml"
    store.save(make_recording(make_interaction()), path)

    async def ask():
        async with aiohttp.ClientSession() as session, session.post("https://chat.example/api?x=1") as response:
            return await response.read()

    with vcr.use_cassette(str(path), record_mode="none"):
        assert asyncio.run(ask()) == make_interaction().body


def document(make_recording):
    return yaml.safe_load(store.dumps(make_recording()))


def changed(make_recording, way, value):
    whole = place = document(make_recording)
    for member in way[:-1]:
        place = place[member]
    if value is KeyError:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return yaml.safe_dump(whole, allow_unicode=True)


FIRST = ("interactions", 0)
WRONG = [
    (("interactions",), KeyError, "expected a member 'interactions' at the whole file"),
    (("interactions",), {"a": 1}, "expected a list at interactions, got {'a': 1}"),
    (("interactions",), [1], "expected a mapping at interactions[0], got 1"),
    (("metadata",), KeyError, "expected a member 'metadata' at the whole file"),
    (("metadata",), [], "expected a mapping at metadata, got []"),
    (("metadata", "provider"), 1, "expected text at metadata.provider, got 1"),
    (
        ("metadata", "provenance"),
        "made up",
        "expected live or local-llm or stand-in or imported at metadata.provenance, got 'made up'",
    ),
    (("metadata", "scenario"), "../../x", "expected a name without a path at metadata.scenario, got '../../x'"),
    (("metadata", "scenario"), ".hidden", "expected a name without a path at metadata.scenario, got '.hidden'"),
    (("metadata", "versions"), {"\x1b" + "a" * 300: 1}, f"expected text at {'a' * 200}, got 1"),
    (("metadata", "versions"), {1: "a"}, "expected safe YAML in UTF-8: line"),
    (("metadata", "versions"), {"a": 1}, "expected text at metadata.versions.a, got 1"),
    (("metadata", "call"), None, "expected a mapping at metadata.call, got None"),
    (("metadata", "call", "messages"), "hi", "expected a list at metadata.call.messages, got 'hi'"),
    (("metadata", "call", "messages"), ["hi"], "expected a mapping at metadata.call.messages[0], got 'hi'"),
    (("metadata", "call", "options"), 1, "expected a mapping at metadata.call.options, got 1"),
    (("metadata", "expected", "text"), ["a"], "expected text at metadata.expected.text, got ['a']"),
    ((*FIRST, "request"), KeyError, "expected a member 'request' at interactions[0]"),
    ((*FIRST, "request", "body"), 1, "expected text or binary at interactions[0].request.body, got 1"),
    ((*FIRST, "request", "headers"), [], "expected a mapping at interactions[0].request.headers, got []"),
    ((*FIRST, "request", "headers"), {"a": "b"}, "expected a list at interactions[0].request.headers.a, got 'b'"),
    (("interactions",), [], "expected at least one exchange at interactions, got []"),
    ((*FIRST, "request", "headers"), {"a b": ["c"]}, "expected names of headers at interactions[0].request.headers"),
    ((*FIRST, "response", "headers"), {"a": ["b\r\nc: d"]}, "expected the value of a header at"),
    ((*FIRST, "response", "headers"), {"a": ["\u2028"]}, "expected the value of a header at"),
    ((*FIRST, "response", "headers"), {"a": [1]}, "expected text at interactions[0].response.headers.a[0], got 1"),
    ((*FIRST, "response", "status", "message"), "OK\r\n", "expected a reason phrase at"),
    ((*FIRST, "response", "status", "code"), "200", "expected a whole number, 100 to 599 at"),
    ((*FIRST, "response", "status", "code"), True, "expected a whole number, 100 to 599 at"),
    ((*FIRST, "response", "status", "code"), 99, "expected a whole number, 100 to 599 at"),
    ((*FIRST, "response", "status", "code"), 600, "expected a whole number, 100 to 599 at"),
    ((*FIRST, "response", "x_wire", "chunks"), [-1], "expected a whole number, 0 or above at"),
    ((*FIRST, "response", "x_wire", "head_s"), -0.5, "expected a number, 0 or above at"),
    ((*FIRST, "response", "x_wire", "head_s"), float("nan"), "expected a number, 0 or above at"),
    ((*FIRST, "response", "body"), "x", "expected a mapping at interactions[0].response.body, got 'x'"),
    ((*FIRST, "response", "x_wire"), KeyError, "expected a member 'x_wire' at interactions[0].response"),
    ((*FIRST, "response", "x_wire", "chunks"), [1], "expected chunks of"),
    ((*FIRST, "response", "x_wire", "at_s"), [0.1], "expected chunks of"),
    ((*FIRST, "response", "x_wire", "at_s"), ["a", "b"], "expected a number, 0 or above at"),
    ((*FIRST, "response", "x_wire", "at_s"), [True, 1], "expected a number, 0 or above at"),
    ((*FIRST, "response", "x_wire", "end"), "never", "expected complete or reset or half-close or timeout at"),
]


@pytest.mark.parametrize(("way", "value", "message"), WRONG, ids=[f"{way[-1]}-{value}"[:40] for way, value, _ in WRONG])
def test_what_is_no_cassette_is_a_clear_error(tmp_path, make_recording, way, value, message):
    path = tmp_path / "a.yaml"
    path.write_text(changed(make_recording, way, value))
    with pytest.raises(UsageError) as caught:
        store.load(path)
    assert caught.value.message.startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a mapping at the whole file, got None"),
        (b"\xff", "expected safe YAML in UTF-8"),
        (b"a: [", "expected safe YAML in UTF-8"),
        (b"!!python/object/apply:os.system ['true']", "expected safe YAML in UTF-8"),
        (b"a: &x [1]\nb: *x\n", "expected safe YAML in UTF-8: line 2: expected no alias, got *x"),
        (b"[" * 100_000, "expected safe YAML in UTF-8"),
    ],
    ids=["empty", "no text", "no yaml", "a tag", "an alias", "deep"],
)
def test_hostile_yaml_is_a_clear_error(tmp_path, content, message):
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        store.load(path)
    assert caught.value.message.startswith(f"{path}: {message}")


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(source.LARGEST + 1)
    with pytest.raises(UsageError, match="expected at most"):
        store.load(path)


def test_a_moment_without_end_is_a_clear_error(tmp_path, make_recording):
    path = tmp_path / "a.yaml"
    path.write_text(store.dumps(make_recording()).replace("head_s: 0.005", "head_s: 1.0e+999"))
    with pytest.raises(UsageError, match=r"expected a number, 0 or above at .*head_s, got inf"):
        store.load(path)


def test_a_missing_file_is_a_clear_error(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        store.load(tmp_path / "none.yaml")


def test_a_text_that_looks_like_an_alias_is_none(tmp_path, make_recording):
    store.save(make_recording(upstream="[*bold*] and *x"), tmp_path / "a.yaml")
    assert store.load(tmp_path / "a.yaml").upstream == "[*bold*] and *x"


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, make_recording, monkeypatch):
    path = tmp_path / "a.yaml"
    store.save(make_recording(), path)
    old = path.read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HarnessError, match=r"a.yaml: expected to write it, got No space left"):
        store.save(make_recording(scenario="new"), path)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (old, [path])


def test_a_killed_save_leaves_the_old_file(tmp_path, make_recording):
    path = tmp_path / "a.yaml"
    store.save(make_recording(), path)
    old = store.load(path)
    program = textwrap.dedent(
        f"""
        import dataclasses, pathlib
        from harness.cassette import source, store
        path = pathlib.Path({str(path)!r})
        recording = store.load(path)
        print("ready", flush=True)
        while True:
            store.save(recording, path)
        """
    )
    for number in range(5):
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(0.007 * number)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert store.load(path) == old


def test_reading_cassettes_imports_no_http_library():
    program = (
        "import harness.cassette.store, sys; print([m for m in ('vcr', 'aiohttp', 'requests') if m in sys.modules])"
    )
    command = [sys.executable, "-c", program]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert out == "[]\n"


def test_a_cassette_is_readable_by_all_and_leaves_no_temporary_file(tmp_path, make_recording):
    store.save(make_recording(), tmp_path / "new" / "a.yaml")
    assert [path.name for path in Path(tmp_path, "new").iterdir()] == ["a.yaml"]
    assert Path(tmp_path, "new", "a.yaml").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_none_is_a_clear_error(tmp_path, make_recording):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(HarnessError, match=r"expected to write it, got (File exists|Not a directory)"):
        store.save(make_recording(), tmp_path / "file" / "a.yaml")


def test_a_link_out_of_the_folder_is_refused(tmp_path, make_recording):
    store.save(make_recording(), tmp_path / "a.yaml")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.yaml").symlink_to(tmp_path / "a.yaml")
    with pytest.raises(UsageError, match="expected a file in this folder, got a link to"):
        store.recordings(tmp_path / "folder")


@pytest.mark.parametrize("value", [object(), "\ud800"], ids=["an object", "a lone surrogate"])
def test_a_call_that_no_file_can_hold_is_a_clear_error(make_recording, value):
    with pytest.raises(HarnessError, match="one-turn: expected text, bytes and JSON values in the call, got"):
        store.dumps(make_recording(call=Call("m", (), {"odd": value})))


@pytest.mark.parametrize(
    "text", ["1.5e5", "0898", "yes", "~", "1_0", "<<", "=", "a\u2028\n", "\ufeff", " x ", "", "True"]
)
def test_text_stays_text(tmp_path, make_recording, text):
    saved = make_recording(expected=Expected(text, "stop"), call=Call(text, (), {text: text}))
    store.save(saved, tmp_path / "a.yaml")
    assert store.load(tmp_path / "a.yaml") == saved


def test_a_request_without_body_is_read(tmp_path, make_recording):
    path = tmp_path / "a.yaml"
    path.write_text(changed(make_recording, (*FIRST, "request", "body"), None))
    assert store.load(path).interactions[0].request_body == b""


def test_mutated_cassettes_load_or_are_clear_errors(tmp_path, make_recording):
    source, path, chance = store.dumps(make_recording()).encode(), tmp_path / "a.yaml", random.Random(1)  # noqa: S311
    pieces = [
        b"*a",
        b"&a ",
        b"!!binary ",
        b"!!int ",
        b"[",
        b"{",
        b"}",
        b"- ",
        b": ",
        b"\n",
        b"\0",
        b"\xff",
        b"null",
        b"|",
        b"'",
    ]
    told = {True: 0, False: 0}
    for _ in range(500):
        data = bytearray(source)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            data[place : place + chance.choice([0, 0, 1, 30])] = chance.choice(pieces)
        path.write_bytes(data)
        try:
            told[isinstance(store.load(path).call, Call)] += 1
        except UsageError as error:
            told[not error.message.startswith(f"{path}: expected ")] += 1
    assert told[False] > 300
    assert told[True] > 10
