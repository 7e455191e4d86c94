import threading

import pytest

from harness.cli import main
from harness.live import studio
from harness.live.place import Place


@pytest.fixture
def interrupted(monkeypatch):
    """Let the wait for Ctrl-C end at once."""

    class Event:
        def wait(self):
            raise KeyboardInterrupt

    monkeypatch.setattr(threading, "Event", Event)


@pytest.mark.usefixtures("interrupted")
def test_the_model_runs_until_interrupted(monkeypatch, capsys):
    def serve(place, say, wait):
        say(f"serving {place == Place()}")
        wait()
        say("stopped")

    monkeypatch.setattr(studio, "serve", serve)
    with pytest.raises(SystemExit) as caught:
        main(["live"])
    assert (caught.value.code, capsys.readouterr().out) == (0, "serving True\nstopped\n")
