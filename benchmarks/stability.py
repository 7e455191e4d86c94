"""Does the same provider get the same verdicts every time? Many runs, in random order, beside a busy process.

Each run is ``harness check -n 2 --shuffle SEED`` with another seed. What is compared: provider, requirement, scenario
and outcome of every verdict. Exit code 1 where any run differs from the first.
"""

import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

Verdicts = dict[tuple[str, str, str], str]


def spin() -> None:
    """Load a core until the process is ended."""
    while True:
        sum(range(100_000))


def judged(targets: list[str], options: list[str], seed: int, folder: Path) -> Verdicts:
    """Run the law once in the order of a seed; give the outcome of each row."""
    report = folder / f"{seed}.jsonl"
    command = [sys.executable, "-m", "harness", "check", *targets, "-n", "2", "--shuffle", str(seed), *options]
    done = subprocess.run([*command, "--report", str(report)], capture_output=True, text=True, check=False)
    if not report.is_file():
        raise SystemExit(f"expected a report of seed {seed}, got exit code {done.returncode}:\n{done.stderr[-2000:]}")
    lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    return {
        (line["provider"], line["requirement"], line["scenario"]): line["outcome"]
        for line in lines
        if line["type"] == "verdict"
    }


def differences(first: Verdicts, other: Verdicts) -> list[str]:
    """Name the rows whose outcomes differ, or that only one run has."""
    rows = sorted(first.keys() | other.keys())
    changed = [row for row in rows if first.get(row) != other.get(row)]
    return [f"{'/'.join(row)}: {first.get(row, 'absent')} -> {other.get(row, 'absent')}" for row in changed]


def main() -> int:
    """Print a line per run, then the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help="providers; none: all of providers/")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each further one counts up")
    parser.add_argument("--only", action="append", default=[], help="glob of requirement ids")
    chosen = parser.parse_args()
    options = [word for glob in chosen.only for word in ("--only", glob)]
    busy = multiprocessing.get_context("spawn").Process(target=spin, daemon=True)
    busy.start()
    runs: list[Verdicts] = []
    seconds: list[float] = []
    differing = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(chosen.seed, chosen.seed + chosen.runs):
                began = time.monotonic()
                runs.append(judged(chosen.targets, options, seed, Path(folder)))
                seconds.append(time.monotonic() - began)
                found = differences(runs[0], runs[-1])
                differing += bool(found)
                print(f"seed {seed}: {len(runs[-1])} verdicts, {seconds[-1]:.1f} s, {len(found)} differ", flush=True)
                print("".join(f"  {line}\n" for line in found), end="", flush=True)
    finally:
        busy.kill()
    seconds.sort()
    print(
        f"{len(runs)} runs in random order with -n 2 and a busy process: {differing} differ from the first; "
        f"{len(runs[0])} verdicts each; {seconds[0]:.0f} to {seconds[-1]:.0f} s"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
