"""Saving that is killed, has no room or may not write: the old cassette stays, and no half file."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import replacement
from harness.cassette import source, store
from harness.errors import HarnessError

SAVING = """
import pathlib, resource, subprocess, sys
from dataclasses import replace
from harness.cassette import store
from harness.errors import HarnessError

path = pathlib.Path(sys.argv[1])

def big(recording, times):
    one = recording.interactions[0]
    body = b"word " * times
    return replace(recording, interactions=(replace(one, body=body, wire=replace(one.wire, chunks=(0, len(body)))),))

def told(recording, path):
    try:
        store.save(recording, path)
    except HarnessError as error:
        print(error.code, error.message.removeprefix(f"{path}: "), error.hint.replace(str(path.parent), "FOLDER"))
    print(sorted(one.name for one in path.parent.iterdir()), path.is_file() and store.load(path) == recording)
"""
KILLED = """
old, new = (big(store.load(path), times) for times in (200_000, 300_000))
print("ready", flush=True)
while True:
    store.save(new, path)
    store.save(old, path)
"""
LIMITED = """
recording = store.load(path)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
told(big(recording, 10_000), path)
told(recording, path)
"""
FULL = """
recording = store.load(path)
folder = path.parent / "disk"
folder.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
told(recording, folder / "a.yaml")
told(big(recording, 100_000), folder / "a.yaml")
told(recording, folder / "a.yaml")
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
told(replace(recording, scenario="other"), folder / "a.yaml")
told(recording, folder / "a.yaml")
"""


@pytest.fixture
def path(tmp_path, make_recording):
    path = tmp_path / "a.yaml"
    store.save(make_recording(), path)
    return path


def started(program, path, *before):
    """Start a child that coverage does not measure: its files would be as broken."""
    command = [*before, sys.executable, "-c", SAVING + program, str(path)]
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=unmeasured)


def said(program, path, *before):
    with started(program, path, *before) as child:
        lines = child.stdout.read().splitlines()
    assert child.returncode == 0
    return lines


def test_a_killed_save_leaves_a_whole_file_and_no_half_one(path):
    chance = random.Random(1)  # noqa: S311
    bodies = {len(store.load(path).interactions[0].body), 1_000_000, 1_500_000}
    for _ in range(6):
        child = started(KILLED, path)
        assert child.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.3))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert path.is_file()
        assert {len(store.load(left).interactions[0].body) for left in path.parent.iterdir()} <= bodies


def test_a_file_that_grows_over_a_limit_is_a_clear_error(path):
    assert said(LIMITED, path) == [
        "unwritable-cassette expected to write it, got File too large ls -ld FOLDER; df FOLDER",
        "['a.yaml'] False",
        "['a.yaml'] True",
    ]


@pytest.fixture
def own_mounts():
    """Give the command whose children may mount, which nobody else sees."""
    command = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.call([*command, "true"], stderr=subprocess.DEVNULL):
        pytest.skip("this system lets nobody mount a small disk: unshare --user --mount")
    return command


def test_a_full_disk_and_a_read_only_one_are_clear_errors(path, own_mounts):
    assert said(FULL, path, *own_mounts) == [
        "['a.yaml'] True",
        "unwritable-cassette expected to write it, got No space left on device ls -ld FOLDER; df FOLDER",
        "['a.yaml'] False",
        "['a.yaml'] True",
        "unwritable-cassette expected to write it, got Read-only file system ls -ld FOLDER; df FOLDER",
        "['a.yaml'] False",
        "unwritable-cassette expected to write it, got Read-only file system ls -ld FOLDER; df FOLDER",
        "['a.yaml'] True",
    ]


def test_a_folder_that_takes_no_files_is_a_clear_error(make_recording):
    if not Path("/proc/self").is_dir():
        pytest.skip("only Linux has a folder that takes no files from anybody: /proc")
    with pytest.raises(HarnessError, match="expected to write it, got No such file or directory"):
        store.save(make_recording(), Path("/proc/a.yaml"))


def test_what_could_not_be_loaded_is_not_saved(path, make_recording, monkeypatch):
    old = path.read_bytes()
    monkeypatch.setattr(source, "LARGEST", len(old))
    store.save(make_recording(), path)
    with pytest.raises(HarnessError, match=rf"a.yaml: expected at most {len(old)} bytes, since no more"):
        store.save(make_recording(upstream="x" * 1_000), path)
    assert path.read_bytes() == old


def test_a_system_without_nameless_files_saves_as_well_and_leaves_nothing(path, make_recording, monkeypatch):
    monkeypatch.setattr(replacement, "_DESCRIPTORS", path.parent / "none")
    new = make_recording(scenario="new")
    store.save(new, path)
    path.with_name("folder.yaml").mkdir()
    with pytest.raises(HarnessError, match=r"expected to write it, got Is a directory"):
        store.save(new, path.with_name("folder.yaml"))
    assert store.load(path) == new
    assert sorted(left.name for left in path.parent.iterdir()) == ["a.yaml", "folder.yaml"]
