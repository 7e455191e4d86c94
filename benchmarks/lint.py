"""Judges mutants of our cassettes with ``harness lint``: whatever a file holds, it is findings and no error.

python benchmarks/lint.py --mutants 20000 --seed 1
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness.cassette.lint import Limits
from harness.examination import examine
from harness.target import CASSETTES

LARGEST = 8_000
"""Bytes of a cassette that is mutated; a replay of a long one shows nothing more."""
ODD = (b"", b"\x00", b"\xff", b"[" * 200, b"*a", b"&a", b"!!x", b"\t", b"1e999", b"-1", b"null", b"\n- ", b"{", b"'")


def mutant(chance: random.Random, text: bytes) -> bytes:
    """Give a cassette with a change or two: lines swapped, doubled or dropped, values and bytes replaced."""
    for _ in range(chance.choice((1, 1, 1, 2))):
        lines = text.split(b"\n")
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 1:
                del lines[at]
            case 2:
                name, colon, _ = lines[at].partition(b":")
                lines[at] = name + colon + b" " + chance.choice(ODD)
            case 3:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                place = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:place] + chance.choice(ODD) + lines[at][place + 1 :]
        text = b"\n".join(lines) or b"\n"
    return text


def main() -> None:
    """Print how many findings there were of each rule; an error of the harness ends it with the mutant's path."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  a repeatable choice
    sources = [path for path in sorted(CASSETTES.glob("*/*.yaml")) if path.stat().st_size < LARGEST]
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(asked.mutants):
            source = chance.choice(sources)
            path = Path(scratch, source.parent.name, f"{source.stem}-{number}.yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(mutant(chance, source.read_bytes()))
        began = time.monotonic()
        result = examine([Path(scratch)], None, Limits(now=datetime.now(UTC)), print_progress)
    seconds = time.monotonic() - began
    rules = Counter(finding.rule.id for finding in result.findings)
    print(f"{result.cassettes} mutants, {result.replayed} replayed in {seconds:.1f} s, no error")
    print(", ".join(f"{rule} {number}" for rule, number in sorted(rules.items())))


def print_progress(files: Sequence[Path]) -> Iterator[Path]:
    """Pass the files on, and name the one at which an error comes."""
    for file in files:
        try:
            yield file
        except GeneratorExit:
            print(f"stopped at {file}:\n{file.read_bytes()!r}")
            raise


if __name__ == "__main__":
    main()
