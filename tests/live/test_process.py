import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.live.process import Process

FAKE = """
import socket
class CommonParams:
    class model: path = ""
    class cpuparams: n_threads = 0
class Server:
    def __init__(self, parameters):
        print("chatter", flush=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.listening_address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
"""


def listens(url):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


@pytest.fixture
def launch(monkeypatch, tmp_path):
    """Start the launcher under this interpreter, with a module that stands for xllamacpp."""

    def launch(fake=FAKE, patience=20.0):
        (tmp_path / "xllamacpp.py").write_text(fake)
        return Process(Path(sys.executable), tmp_path / "log.txt", ("model", "weights"), patience)

    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return launch


def test_a_process_tells_where_it_serves_and_ends(launch, tmp_path):
    with launch() as process:
        assert listens(process.url)
        assert (tmp_path / "log.txt").read_text() == "chatter\n"
        url = process.url

    assert (process.url, listens(url)) == ("", False)


def test_a_process_ends_when_its_parent_is_gone(launch):
    with launch() as process:
        process._process.stdin.close()

        assert process._process.wait(10) == 0


@pytest.mark.parametrize(
    ("fake", "patience", "reason"),
    [
        ("raise RuntimeError('no weights')", 20.0, "RuntimeError: no weights"),
        ("import sys; sys.exit()", 20.0, "no output"),
        ("import time; time.sleep(60)", 0.5, "no output"),
    ],
    ids=["dies", "ends", "hangs"],
)
def test_a_process_that_does_not_come_up_is_an_error(launch, tmp_path, fake, patience, reason):
    with pytest.raises(HarnessError, match=reason) as caught, launch(fake, patience):
        pass  # pragma: no cover

    assert str(caught.value).startswith(f"expected model weights to be ready within {patience:g} s, got: ")
    assert caught.value.hint == f"read {tmp_path / 'log.txt'}"


def test_an_interpreter_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), Process(tmp_path / "python", tmp_path / "log.txt", ()):
        pass  # pragma: no cover


def test_a_killed_parent_takes_the_process_along(tmp_path):
    (tmp_path / "xllamacpp.py").write_text(FAKE)
    script = """if True:
        import os, sys
        from pathlib import Path
        from harness.live.process import Process
        process = Process(Path(sys.executable), Path("log.txt"), ("model", "weights")).__enter__()
        print(process.url, flush=True)
        os.kill(os.getpid(), 9)
    """
    environment = {"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == -9
    deadline = time.monotonic() + 10
    while listens(done.stdout.strip()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not listens(done.stdout.strip())
