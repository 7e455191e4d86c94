import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.live.installation import install, run
from harness.live.place import PARTS, Place


def runs(commands, *codes):
    """Note each command, and give the exit codes in order; making an environment makes its folder."""
    left = list(codes)

    def fake(command):
        commands.append(command[1:])
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True, exist_ok=True)
        return subprocess.CompletedProcess(command, left.pop(0), "first\nlast but one\nboom\nthe reason\n")

    return fake


def test_a_part_is_installed_once(tmp_path):
    place, commands, said = Place(tmp_path), [], []

    install(place, ["old"], said.append, runs(commands, 0, 0))
    install(place, ["old"], said.append, runs(commands))

    assert commands == [
        ("-m", "venv", "--clear", str(tmp_path / "old")),
        ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "g4f[gui]==0.5.2.9"),
    ]
    assert said == [f"installing g4f[gui]==0.5.2.9 into {tmp_path / 'old'} (about a minute, once)"]


def test_another_wish_is_installed_anew(tmp_path):
    place, commands = Place(tmp_path), []
    install(place, ["llm"], print, runs(commands, 0, 0))
    place.stamp("llm").write_text("other")

    install(place, ["llm"], print, runs(commands, 0, 0))

    assert len(commands) == 4
    assert place.stamp("llm").read_text() == " ".join(PARTS["llm"])


@pytest.mark.parametrize(
    ("codes", "code", "hint"),
    [((1,), "live-venv", "python3-venv"), ((0, 1), "live-install", "package index")],
    ids=["no venv module", "no network"],
)
def test_a_failure_names_its_reason_and_leaves_no_stamp(tmp_path, codes, code, hint):
    place = Place(tmp_path)

    with pytest.raises(HarnessError, match="last but one / boom / the reason") as caught:
        install(place, ["new"], print, runs([], *codes))

    assert (caught.value.code, hint in caught.value.hint) == (code, True)
    assert not place.stamp("new").exists()


def test_a_command_runs_to_its_end_with_both_streams_in_one():
    done = run((sys.executable, "-c", "import sys; print('out', flush=True); sys.exit('err')"))

    assert (done.returncode, done.stdout) == (1, "out\nerr\n")


@pytest.mark.parametrize(("system", "python"), [("posix", "bin/python"), ("nt", "Scripts/python.exe")])
def test_a_place_knows_the_interpreters(monkeypatch, tmp_path, system, python):
    place = Place(tmp_path)
    monkeypatch.setattr("harness.live.place.os.name", system)

    assert str(place.python("llm")).endswith(f"llm/{python}")


def test_a_place_is_below_the_current_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert Place().log("llm") == tmp_path / ".live" / "log" / "llm.txt"
    assert Place().home("old").is_dir()
