import sys

import pytest

from harness.errors import HarnessError
from harness.live import local
from harness.live.local import Framing
from harness.live.place import Place


@pytest.fixture
def place(monkeypatch, tmp_path):
    """Let this interpreter stand for all; it has neither llama.cpp nor g4f."""
    monkeypatch.setattr(Place, "python", lambda _self, _part: sys.executable)
    return Place(tmp_path)


def test_the_model_runs_in_its_own_environment(place):
    with pytest.raises(HarnessError, match=r"expected model to be ready within .* No module named 'xllamacpp'"):
        local.model(place).__enter__()


@pytest.mark.parametrize(("framing", "part"), [(Framing.SSE, "new"), (Framing.NDJSON, "old")])
def test_each_framing_has_its_own_server_with_its_own_home(place, framing, part):
    with pytest.raises(HarnessError, match=r"expected g4f http://model/v1 .* got: ModuleNotFoundError"):
        local.g4f(place, framing, "http://model/v1").__enter__()

    assert (place.root / "home" / part).is_dir()


def test_words_name_the_version():
    assert [local.g4f_words(framing) for framing in Framing] == ["g4f 8.8.6 gui", "g4f 0.5.2.9 gui"]
