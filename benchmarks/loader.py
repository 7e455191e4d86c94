"""Fuzzes what reads cassettes and foreign recordings: every outcome is a recording or a clear error, in time.

Mutants of our cassettes and, where they are at hand, of the third-party ones in the folder that HARNESS_SHARED names:
bytes flipped, cut, doubled, spliced with hostile pieces; values of wrong types, huge, deep or odd at every level, as
YAML and as JSON. Each goes to the loader of cassettes, to the reader of foreign files, and some on to the whole
import. What loads is saved again. Exit code 1 for any other exception, a hang, or a piece that was executed.
"""

import copy
import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from harness.cassette import store
from harness.cassette.foreign import plain, reading
from harness.errors import HarnessError, UsageError
from harness.importing import import_file
from harness.target import resolve
from harness.upstream.loopback import Loopback

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("HARNESS_SHARED", ROOT.parent / "shared")) / "cassettes"
_NINE = [f", &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcdefghi")]
BOMB = f"[&a [x,x,x,x,x,x,x,x,x]{''.join(_NINE)}]"
PIECES = (
    b'!!python/object/apply:os.system ["touch CANARY"]',
    b"!!python/object/new:subprocess.Popen [[touch, CANARY]]",
    b"!!python/name:os.system",
    b"!!python/object/apply:multidict._multidict.istr [x, y]",
    b"!!python/object/new:_io.BytesIO {state: !!python/tuple [x, 0, null]}",
    b"!!python/object/apply:builtins.iter {args: [[x]]}",
    BOMB.encode(),
    b"&a [*a]",
    b"*id001",
    b"&id001 ",
    b"!!binary ",
    b"%TAG ! x\n",
    b"\n---\n",
    b"\n...\n",
    b"[" * 3000,
    b"- " * 3000,
    b'{"a":' * 3000,
    b"? ",
    b"<<: ",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    "\u2028\u0085".encode(),
    b"\r",
    b"\t",
    b"9" * 5000,
    b"1e999",
    b"x" * 200_000,
    b'"',
    b"'",
    b"#",
    b"|",
    b": ",
)


def deep(levels: int) -> Any:
    """Give nested lists."""
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    99,
    101,
    204,
    599,
    600,
    10**290,
    0.5,
    1e308,
    float("inf"),
    "",
    "x",
    "../../x",
    "a\nb",
    "\x1b[2J",
    "\ud800",
    "https://[x",
    "2026-11-21",
    "x" * 100_000,
    b"",
    b"\x1f\x8b",
    b"\x1f\x8b\x08\x00junk",
    b"\xff" * 100,
    [],
    {},
    [[]],
    [None],
    [True, "x"],
    ["a", "b", "c"],
    {"": ""},
    {"string": 1},
    {"base64_string": "?"},
    {"name": "x"},
    {"code": "200", "message": []},
    {"content-encoding": ["br"]},
    {"content-encoding": "gzip, deflate, br, zstd"},
    deep(30),
    deep(70),
    deep(150),
)


@dataclass
class Tally:
    """What came of the mutants."""

    outcomes: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    memory: int = 0
    """Peak of the process, KiB."""


class Hung(BaseException):
    """A mutant took too long; no part of the harness swallows this."""


def by_bytes(data: bytes, dice: random.Random) -> bytes:
    """Change some bytes."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(changed) + 1)
        end = min(len(changed), at + int(dice.expovariate(1 / 30)))
        match dice.randrange(7):
            case 0:
                del changed[at:]
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end]
            case 3 | 4:
                changed[at:at] = dice.choice(PIECES)
            case 5:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case _:
                changed = bytearray(bytes(changed).replace(b"\n", dice.choice((b"\r\n", b"\r", b"\n\n", b" "))))
    return bytes(changed)


def places(value: Any) -> list[tuple[Any, Any]]:
    """List all places of a document: a collection and a key or index in it."""
    found = []
    stack = [value]
    while stack:
        one = stack.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        found += [(one, key) for key in keys]
        stack += [one[key] for key in keys]
    return found


def by_value(value: Any, dice: random.Random) -> bytes:
    """Change some values of a document, and write it as YAML or JSON."""
    value = copy.deepcopy(value)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        if not (known := places(value)):
            break
        holder, key = dice.choice(known)
        match dice.randrange(6):
            case 0 | 1 | 2:
                holder[key] = copy.deepcopy(dice.choice(VALUES))
            case 3:
                del holder[key]
            case 4 if isinstance(holder, dict):
                holder[dice.choice(("", "x", "a: b", "\x7f", "x" * 5000, 1, None, True, 2.5, b"x"))] = holder.pop(key)
            case _:
                other, place = dice.choice(known)
                holder[key] = copy.deepcopy(other[place]) if place in other or isinstance(other, list) else None
    return written(value, dice)


def written(value: Any, dice: random.Random) -> bytes:
    """Give the document as YAML, with aliases where values are shared, or as JSON."""
    if dice.randrange(3) == 0:
        try:
            return json.dumps(value, default=repr, ensure_ascii=dice.random() < 0.5).encode(errors="surrogatepass")  # noqa: PLR2004
        except (TypeError, ValueError):
            pass
    try:
        text: str = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=dice.random() < 0.5, sort_keys=False)  # noqa: PLR2004
    except (RecursionError, UnicodeError, TypeError):
        return b""
    return text.encode(errors="surrogatepass")


def mutants(seeds: list[tuple[str, bytes, Any]], count: int, dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Give so many mutants, each with a name."""
    for number in range(count):
        name, data, value = dice.choice(seeds)
        kind = dice.choice(("bytes", "value", "value"))
        yield f"{number} {kind} {name}", by_bytes(data, dice) if kind == "bytes" else by_value(value, dice)


def seeds(shared: Path) -> list[tuple[str, bytes, Any]]:
    """Read what is mutated, as many of ours as of others'; small files, so that a place is hit often."""
    ours = _small(ROOT.glob("cassettes/*/*.yaml"))
    theirs = _small([*shared.glob("*/*.yaml"), *shared.glob("*/*.json")])
    files = ours * max(1, len(theirs) // len(ours)) + theirs
    return [(path.name, path.read_bytes(), plain.parse(path.read_bytes())) for path in files]


def _small(paths: Iterable[Path]) -> list[Path]:
    return [path for path in sorted(paths) if path.stat().st_size < 15_000]  # noqa: PLR2004


def hung(_number: int, _frame: object) -> None:
    """End a mutant that takes too long."""
    raise Hung


def tried(tally: Tally, kind: str, name: str, act: Callable[[], object], limit: float) -> None:
    """Let one reader read one mutant, and note what came of it."""
    began = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        act()
        outcome = "read"
    except UsageError as error:
        outcome = "refused"
        if len(error.message) > 2000:  # noqa: PLR2004
            tally.bad.append(f"{kind} {name}: a message of {len(error.message)} characters")
    except HarnessError as error:
        outcome = "BROKE"
        tally.bad.append(f"{kind} {name}: {error.code}: {error.message[:300]}")
    except (Exception, Hung) as error:  # noqa: BLE001  that is what is looked for
        outcome = "CRASH"
        tally.bad.append(f"{kind} {name}: {error!r:.300}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    tally.outcomes[f"{kind}: {outcome}"] += 1
    tally.slowest = max(tally.slowest, (time.monotonic() - began, f"{kind} {name}"))


def fuzz(task: tuple[int, int, Path, float, int, Path | None]) -> Tally:
    """Run one share of the mutants in a folder of its own."""
    count, seed, shared, limit, share, keep = task
    signal.signal(signal.SIGALRM, hung)
    tally, dice = Tally(), random.Random(seed)  # noqa: S311  no secret
    subject, upstream = resolve("openai_chat"), Loopback()
    with tempfile.TemporaryDirectory(prefix="loader-") as folder:
        os.chdir(folder)
        path, again = Path("mutant.yaml"), Path("again.yaml")

        def load() -> None:
            recording = store.load(path)
            store.save(recording, again)
            if store.load(again) != recording:
                raise AssertionError("what is saved is not what was loaded")

        def take() -> None:
            for recording in import_file(path, subject, upstream).recordings:
                store.save(recording, again)
                if store.load(again) != recording:
                    raise AssertionError("what is saved is not what was imported")

        for number, (name, data) in enumerate(mutants(seeds(shared), count, dice)):
            path.write_bytes(data)
            before = len(tally.bad)
            tried(tally, "load", name, load, limit)
            tried(tally, "import", name, lambda: reading.read(path), limit)
            if number % share == 0:
                tried(tally, "whole import", name, take, 4 * limit)
            if keep and len(tally.bad) > before:
                (keep / f"{seed}-{number}.yaml").write_bytes(data)
        if Path("CANARY").exists():
            tally.bad.append("a piece was executed")
        os.chdir(ROOT)
    upstream.close()
    tally.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return tally


def main() -> int:
    """Fuzz in some processes, print the figures."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mutants", type=int, default=20_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for one mutant (default: %(default)s)")
    parser.add_argument("--share", type=int, default=20, help="one in so many is imported whole (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for the mutants that broke something")
    chosen = parser.parse_args()
    began = time.monotonic()
    keep = chosen.keep.resolve() if chosen.keep else None
    each = -(-chosen.mutants // chosen.workers)
    tasks = [(each, chosen.seed + n, SHARED.resolve(), chosen.limit, chosen.share, keep) for n in range(chosen.workers)]
    with multiprocessing.get_context("spawn").Pool(chosen.workers) as pool:
        tallies = pool.map(fuzz, tasks)
    for outcome, number in sorted(sum((tally.outcomes for tally in tallies), Counter()).items()):
        print(f"{number:8,}  {outcome}")
    seconds, name = max(tally.slowest for tally in tallies)
    memory = max(tally.memory for tally in tallies) / 1024
    print(f"{each * chosen.workers:,} mutants in {time.monotonic() - began:.0f} s; peak memory {memory:.0f} MiB")
    print(f"slowest: {seconds:.2f} s, {name}")
    bad = [line for tally in tallies for line in tally.bad]
    print("\n".join([f"{len(bad)} bad", *bad[:40]]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
