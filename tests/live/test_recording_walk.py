"""The commands of docs/recording.md, run as a new user would: against the real local model where it is installed."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.cassette import store
from harness.live import local
from harness.live.place import Place
from harness.live.service import Reply, Service, json_reply
from harness.recording import Provenance

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "recording.md").read_text(), re.DOTALL)
LINES = [line.partition("  #")[0].strip() for block in BLOCKS for line in block.splitlines()]
HERE = [line for line in LINES if " mine" in line and "other.yaml" not in line]


def answer(asked):
    """Speak Chat Completions as the model does."""
    told, usage = "H\u00e9, hello! \U0001f355", {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
    body = json.loads(asked.body)
    finish = "length" if body.get("max_tokens") == 8 else "stop"
    common = {"id": "chatcmpl-1", "model": body["model"], "created": 1}
    if not body["stream"]:
        choice = {"index": 0, "message": {"role": "assistant", "content": told}, "finish_reason": finish}
        return json_reply({**common, "object": "chat.completion", "choices": [choice], "usage": usage})

    def events():
        deltas = [{"role": "assistant", "content": None}, *({"content": character} for character in told), {}]
        for number, delta in enumerate(deltas, 1):
            choice = {"index": 0, "delta": delta, "finish_reason": finish if number == len(deltas) else None}
            yield f"data: {json.dumps({**common, 'choices': [choice]}, ensure_ascii=False)}\n\n".encode()
        yield f"data: {json.dumps({**common, 'choices': [], 'usage': usage})}\n\ndata: [DONE]\n\n".encode()

    return Reply(events(), "text/event-stream", chunked=True)


@contextmanager
def upstream(kind: str) -> Iterator[str]:
    if kind == "stand-in":
        with Service(answer) as service:
            yield service.url
    elif Place(ROOT / ".live").stamp("llm").exists():
        with local.model(Place(ROOT / ".live")) as model:
            yield model.url
    else:
        pytest.skip("the local model is not installed: harness live")


@pytest.mark.parametrize("kind", ["stand-in", "local model"])
def test_a_new_user_gets_from_nothing_to_a_reviewed_cassette(kind, tmp_path):
    with upstream(kind) as url:
        for line in HERE:
            command = [sys.executable, "-m", "harness", *shlex.split(line.replace("$URL", url))[1:]]
            environment = {**os.environ, "COLUMNS": "100"}
            ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            assert ended.returncode == 0, f"{line}\n{ended.stdout}\n{ended.stderr}"
    kept = store.recordings(tmp_path / "mine" / "openai_chat")
    assert [one.scenario for one in kept] == ["conversation", "document", "length", "one-turn", "unicode"]
    assert {one.provenance for one in kept} == {Provenance.LIVE}
    assert next(one for one in kept if one.scenario == "length").expected.finish == "length"


def test_the_other_commands_exist():
    for line in LINES:
        if line.startswith("harness "):
            command = [sys.executable, "-m", "harness", shlex.split(line)[1], "--help"]
            assert subprocess.run(command, capture_output=True, check=False).returncode == 0, line
