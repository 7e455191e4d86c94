import subprocess
import sys

import pytest
import yaml

from harness.cassette import libyaml, store

WITHOUT = """
import sys
sys.modules["yaml._yaml"] = None
from harness.cli import main
main(sys.argv[1:])
"""


def test_without_libyaml_a_command_says_so(tmp_path, make_recording):
    store.save(make_recording(), tmp_path / "a.yaml")
    command = [sys.executable, "-c", WITHOUT, "lint", str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        f"harness: expected PyYAML with libyaml, got {yaml.__version__} built without it",
        "hint: python -m pip install --force-reinstall --only-binary :all: pyyaml",
    ]


@pytest.mark.parametrize("slow", [yaml.reader.Reader, yaml.emitter.Emitter])
def test_reading_and_writing_ask_nothing_of_pure_python(tmp_path, make_recording, monkeypatch, slow):
    def refuse(*_):
        pytest.fail(f"expected libyaml, got {slow}")

    monkeypatch.setattr(slow, "__init__", refuse)
    store.save(make_recording(), tmp_path / "a.yaml")
    assert store.load(tmp_path / "a.yaml") == make_recording()
    assert (libyaml.loader(), libyaml.Dumper) == (yaml.CSafeLoader, yaml.CSafeDumper)
