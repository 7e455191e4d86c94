"""Kills processes (SIGKILL) at random moments of saving a big cassette, and looks for lost and half files.

A child that is forked for each kill writes a new cassette over an old one: half of the kills fall anywhere into
``store.save``, half into the part of it that writes, which is short. Afterwards the file must be the old or the new one
to the byte, alone in its folder. vcrpy saves the same exchanges beside it, in fewer kills. Exit code 1 where ours lost
a file or left half of one.
"""

import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vcr.persisters.filesystem import FilesystemPersister
from vcr.request import Request
from vcr.serializers import yamlserializer

from harness import replacement
from harness.cassette import store
from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire

EVENT = 'data: {{"choices": [{{"index": 0, "delta": {{"content": "{} é🍕"}}}}]}}\n\n'
SSE = (("content-type", "text/event-stream"),)
CHUNK = 50
"""Events that come in one chunk."""
COLUMNS = ("kills", "in time", "old", "new", "lost", "left half", "left whole")

Save = Callable[[], object]


def recording(size: int, word: str) -> Recording:
    """Make a recording of about so many bytes in 50 exchanges of one kind of event."""
    chunk = EVENT.format(word).encode() * CHUNK
    count = max(1, size // 50 // len(chunk))
    wire = Wire((len(chunk),) * count, (0.1,) * count)
    asked = b'{"messages": []}'
    one = Interaction("POST", "https://chat.example/v1", (), asked, 200, "OK", SSE, chunk * count, wire)
    call = Call("m", ({"role": "user", "content": "hi"},))
    return Recording(
        "x", "big", Provenance.STAND_IN, "made up", "", {}, call, Expected(word, "stop"), tuple([one] * 50)
    )


def vcrpy(recorded: Recording, path: Path, serializer: Any = yamlserializer) -> None:
    """Save the exchanges as vcrpy does."""
    asked = [Request(one.method, one.uri, one.request_body, {}) for one in recorded.interactions]
    replies = [
        {"status": {"code": one.status, "message": one.reason}, "headers": {}, "body": {"string": one.body}}
        for one in recorded.interactions
    ]
    FilesystemPersister.save_cassette(path, {"requests": asked, "responses": replies}, serializer)


def prepared(recorded: Recording, path: Path) -> Save:
    """Give the part of vcrpy's save that writes."""
    vcrpy(recorded, path)
    text = path.read_text("utf-8")
    return partial(vcrpy, recorded, path, SimpleNamespace(serialize=lambda _cassette: text))


def forked(save: Save) -> int:
    """Start a child that saves and ends, give its id."""
    child = os.fork()
    if child == 0:
        save()
        os._exit(0)
    return child


def seconds(save: Save) -> float:
    """Tell how long a child needs to save, by the clock."""
    began = time.monotonic()
    os.waitpid(forked(save), 0)
    return time.monotonic() - began


def digest(path: Path) -> str:
    """Tell one content from another; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


class Target:
    """One cassette on disk that children save over and over, and what became of it."""

    def __init__(self, path: Path, old: Save, new: Save) -> None:
        self._path = path
        self._old, self._new = old, new
        new()
        self._whole = digest(path)
        old()
        self._before = digest(path)
        self.seconds = min(seconds(new) for _ in range(3))
        self.size = path.stat().st_size
        self.found: Counter[str] = Counter()
        old()

    def kill(self, chance: random.Random) -> None:
        """Kill one save; note what it left, and put the old file back."""
        child = forked(self._new)
        time.sleep(chance.uniform(0, self.seconds))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        states = {self._before: "old", self._whole: "new"}
        state = states.get(digest(self._path), "lost")
        self.found.update({"kills": 1, "in time": int(os.WIFSIGNALED(status)), state: 1})
        for left in set(self._path.parent.iterdir()) - {self._path}:
            self.found["left whole" if digest(left) in states else "left half"] += 1
            left.unlink()
        if state != "old":
            self._old()


def main() -> int:
    """Print a line per saver."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="of ours; vcrpy gets a fifth")
    parser.add_argument("--megabytes", type=float, default=20.0, help="of the cassette")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where to save, for another file system; default: a temporary folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        return measured(chosen, Path(folder))


def measured(chosen: Namespace, folder: Path) -> int:
    """Kill; give the exit code."""
    old, new = (recording(int(chosen.megabytes * 1e6), word) for word in ("old", "new"))
    texts = [store.dumps(one).encode() for one in (old, new)]
    path = folder / "big.yaml"
    rows: dict[str, tuple[int, Save, Save]] = {
        "ours": (chosen.kills // 2, lambda: store.save(old, path), lambda: store.save(new, path)),
        "ours, its write": (chosen.kills // 2, *(partial(replacement.replace, path, text) for text in texts)),
        "vcrpy": (chosen.kills // 10, lambda: vcrpy(old, path), lambda: vcrpy(new, path)),
        "vcrpy, its write": (chosen.kills // 10, prepared(old, path), prepared(new, path)),
    }
    print(f"{'':18}" + "".join(f"{name:>{len(name) + 2}}" for name in COLUMNS) + "  save s    MB")
    damage: Counter[str] = Counter()
    for name, (kills, before, after) in rows.items():
        chance, target = random.Random(chosen.seed), Target(path, before, after)  # noqa: S311
        for _ in range(kills):
            target.kill(chance)
        cells = "".join(f"{target.found[column]:>{len(column) + 2}}" for column in COLUMNS)
        print(f"{name:18}{cells}{target.seconds:>8.2f}{target.size / 1e6:>6.1f}", flush=True)
        damage[name.partition(",")[0]] += target.found["lost"] + target.found["left half"]
    return int(damage["ours"] > 0)


if __name__ == "__main__":
    sys.exit(main())
