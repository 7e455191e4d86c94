"""A mutation run: small changes to the built-in providers, each judged by ``harness check --strict`` alone.

It works in a clone of the last commit with a virtual environment of its own (``build/mutants/``), draws an even sample
of all mutants (``mutations.py`` makes them) and tells which ones the suite lets live. A provider's own file is judged
by the check of that provider, a shared one by the check of all. What hangs is dead. An interrupted run is resumed.
``equivalents.txt`` explains survivors that no input or no law tells from the sound code; they are shown, not counted.

    python benchmarks/mutants.py --count 200

Exit codes: 0 when less than 5 % survive unexplained, else 1.
"""

import difflib
import json
import os
import random
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
FILES = ("providers/*/provider.py", "providers/http.py", "providers/codecs.py")
TOOL = "mutmut>=3.8,<4"
MOST = 0.05
"""The part of the mutants that may survive."""
PATIENCE = 3
"""How much longer than the sound code a mutant may take, and ``GRACE`` seconds."""
GRACE = 60
_KILLED = {1: "failed", 2: "refused", 3: "broke"}
"""What the exit code of the check says of a dead mutant: a MUST, a target that cannot be loaded, the harness."""
_COLUMNS = ("failed", "refused", "broke", "hung", "survived")
_print_lock = threading.Lock()


@dataclass(frozen=True)
class Mutant:
    """One change of one file: ``source[start:end]`` becomes ``text``."""

    file: str
    line: int
    operator: str
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        """Give a short name that stays while the commit does."""
        return sha256(repr(self).encode()).hexdigest()[:10]

    def changed(self, source: str) -> str:
        """Give the first changed line, by which ``equivalents.txt`` names a mutant."""
        return self.of(source).splitlines()[source.count("\n", 0, self.start)].strip()

    @property
    def targets(self) -> list[str]:
        """Name the providers that read the file; none means all."""
        name = Path(self.file)
        return [name.parent.name] if name.parent.parent.name == "providers" else []

    def of(self, source: str) -> str:
        """Give the changed source."""
        return source[: self.start] + self.text + source[self.end :]

    def diff(self, source: str) -> str:
        """Show the change."""
        pair = (source.splitlines(), self.of(source).splitlines())
        return "\n".join(list(difflib.unified_diff(*pair, self.file, f"{self.operator} {self.id}", lineterm="", n=1)))


class Clone:
    """A checkout of one commit, with the tools of its virtual environment."""

    def __init__(self, folder: Path, origin: Path, commit: str) -> None:
        self.folder = folder
        self.python = folder / ".venv/bin/python"
        if not (folder / ".git").exists():
            _run("git", "clone", "--quiet", str(origin), str(folder))
        self._git("fetch", "--quiet", str(origin), commit)
        self._git("checkout", "--quiet", "--force", "--detach", commit)
        ready = folder / ".venv" / commit
        if not ready.exists():
            _run(sys.executable, "-m", "venv", str(folder / ".venv"))
            pip = [str(self.python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            _run(*pip, "--editable", str(folder), TOOL)
            self.output("-m", "compileall", "-q", "harness", "providers")
            ready.touch()

    def _git(self, *words: str) -> None:
        _run("git", "-C", str(self.folder), *words)

    def output(self, *words: str) -> str:
        """Run its Python and give what that prints."""
        return subprocess.run([self.python, *words], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def source(self, file: str) -> str:
        """Give the sound text of a file."""
        return _run("git", "-C", str(self.folder), "show", f"HEAD:{file}")

    def check(self, targets: list[str], processes: int, limit: float | None = None) -> tuple[int | None, str]:
        """Judge; give the exit code, None for a hang, and the first requirement that failed."""
        report = self.folder / ".venv" / "mutant.jsonl"
        report.unlink(missing_ok=True)
        options = ["--strict", "--fail-fast", f"-n{processes}", "--report", str(report)]
        command = [str(self.python), "-m", "harness", "check", *options, *targets]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        null = subprocess.DEVNULL
        with subprocess.Popen(command, cwd=self.folder, stdout=null, stderr=null, env=environment) as process:
            try:
                code = process.wait(limit)
            except subprocess.TimeoutExpired:
                process.terminate()  # it ends what it has started
                return None, _ended(process)
        return code, _culprit(report) if report.exists() else ""

    def judge(self, mutant: Mutant, processes: int, limit: float) -> tuple[str, str]:
        """Tell what becomes of a mutant, and by which requirement; the file is as before afterwards."""
        path, source = self.folder / mutant.file, self.source(mutant.file)
        for cached in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            cached.unlink()
        try:
            path.write_text(mutant.of(source), "utf-8")
            code, culprit = self.check(mutant.targets, processes, limit)
        finally:
            path.write_text(source, "utf-8")
        return ("hung" if code is None else "survived" if code == 0 else _KILLED.get(code, "broke")), culprit


def _ended(process: "subprocess.Popen[bytes]") -> str:
    """Wait for the farewell of a process that was told to end, but not for ever."""
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
    return ""


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _culprit(report: Path) -> str:
    """Name the requirement of the first MUST that failed, or of the first error."""
    lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    bad = [line for line in lines if line["type"] == "verdict" and line["outcome"] in {"fail", "error"}]
    must = [line for line in bad if line["outcome"] == "fail" and line["level"] == "MUST"]
    return next((f"{line['requirement']} {line['provider']} {line['scenario']}" for line in [*must, *bad]), "")


def drawn(mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Draw evenly: every so many of the list that is sorted by file and operator, shuffled within."""
    dice = random.Random(seed)  # noqa: S311  the same draw every time is the point
    dice.shuffle(mutants)
    mutants.sort(key=lambda mutant: (mutant.file, mutant.operator))
    if not 0 < count < len(mutants):
        return mutants
    step = len(mutants) / count
    begin = dice.random() * step
    chosen = [mutants[int(begin + step * number)] for number in range(count)]
    dice.shuffle(chosen)  # so that a part of the run is a sample too
    return chosen


def baseline(clone: Clone, mutants: list[Mutant], processes: int) -> dict[tuple[str, ...], float]:
    """Judge the sound code in every way that is needed; give the limits in seconds."""
    limits = {}
    for targets in dict.fromkeys(tuple(mutant.targets) for mutant in mutants):
        began = time.monotonic()
        code, culprit = clone.check([*targets], processes)
        taken = time.monotonic() - began
        if code != 0:
            sys.exit(f"expected the sound {' '.join(targets) or 'providers'} to conform, got {code!r}: {culprit}")
        limits[targets] = PATIENCE * taken + GRACE
        print(f"sound: harness check {' '.join(targets)}: {taken:.0f} s", flush=True)
    return limits


def judged(clones: list[Clone], mutants: list[Mutant], processes: int, notes: Path) -> dict[str, dict[str, str]]:
    """Judge what no earlier run has, and give what became of each; each verdict is noted at once."""
    told = (
        {line["id"]: line for line in map(json.loads, notes.read_text("utf-8").splitlines())} if notes.exists() else {}
    )
    left = [mutant for mutant in mutants if mutant.id not in told]
    limits = baseline(clones[0], left, processes)
    free: SimpleQueue[Clone] = SimpleQueue()
    for clone in clones:
        free.put(clone)

    def judge(mutant: Mutant) -> None:
        clone, began = free.get(), time.monotonic()
        try:
            outcome, culprit = clone.judge(mutant, processes, limits[tuple(mutant.targets)])
        finally:
            free.put(clone)
        seconds = round(time.monotonic() - began, 1)
        line = {"id": mutant.id, "outcome": outcome, "by": culprit, "seconds": seconds, **asdict(mutant)}
        with _print_lock, notes.open("a", encoding="utf-8") as file:
            told[mutant.id] = line
            file.write(json.dumps(line) + "\n")
            number = sum(each.id in told for each in mutants)
            done = f"{number}/{len(mutants)} {seconds:5.1f} s  {mutant.file}:{mutant.line} {mutant.operator}"
            print(f"{done}: {outcome} {culprit}", flush=True)

    with ThreadPoolExecutor(len(clones)) as pool:
        futures = [pool.submit(judge, mutant) for mutant in left]
        try:
            for future in futures:
                future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return {mutant.id: told[mutant.id] for mutant in mutants}


def table(mutants: list[Mutant], told: dict[str, dict[str, str]]) -> Iterator[str]:
    """Give the rows: what became of the mutants of each file."""
    yield f"{'file':36}{'mutants':>9}" + "".join(f"{column:>9}" for column in _COLUMNS)
    for file in [*sorted({mutant.file for mutant in mutants}), ""]:
        own = [mutant for mutant in mutants if file in {mutant.file, ""}]
        tally = Counter(told[mutant.id]["outcome"] for mutant in own)
        yield f"{file or 'all':36}{len(own):9}" + "".join(f"{tally[column]:9}" for column in _COLUMNS)


def explained() -> dict[tuple[str, str], str]:
    """Read why a mutant is as good as the sound code, by its file and its first changed line."""
    lines = Path(__file__).with_name("equivalents.txt").read_text("utf-8").splitlines()
    rows = [line.split(" || ") for line in lines if line and not line.startswith("#")]
    return {(file.strip(), changed.strip()): reason.strip() for file, changed, reason in rows}


def credit(told: dict[str, dict[str, str]]) -> str:
    """Tell how many mutants each requirement caught first."""
    tally = Counter(line["by"].partition(" ")[0] for line in told.values() if line["outcome"] == "failed")
    return "caught first by: " + ", ".join(f"{name} {number}" for name, number in tally.most_common())


def main() -> None:
    """Prepare the clones, draw, judge, tell."""
    choices = _choices()
    origin, work = choices.origin.resolve(), choices.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    commit = _run("git", "-C", str(origin), "rev-parse", "HEAD").strip()
    clones = [Clone(work / f"clone-{number}", origin, commit) for number in range(1, choices.workers + 1)]
    first = clones[0]
    files = sorted({str(path.relative_to(first.folder)) for glob in choices.files for path in first.folder.glob(glob)})
    lines = first.output(str(Path(__file__).with_name("mutations.py")), *files).splitlines()
    mutants = [Mutant(**json.loads(line)) for line in lines]
    chosen = drawn(list(mutants), choices.count, choices.seed)
    print(f"{len(chosen)} of {len(mutants)} mutants of {len(files)} files at {commit[:10]}", flush=True)
    processes = max(1, (os.cpu_count() or 1) // choices.workers)
    told = judged(clones, chosen, processes, work / f"{commit[:10]}.jsonl")
    survivors = sorted((m for m in chosen if told[m.id]["outcome"] == "survived"), key=lambda m: (m.file, m.line))
    reasons = explained()
    unexplained = 0
    for mutant in survivors:
        source = first.source(mutant.file)
        reason = reasons.get((mutant.file, mutant.changed(source)), "")
        unexplained += not reason
        seen = told[mutant.id]["by"]  # a SHOULD does not kill
        said = [f"seen by {seen}"] * bool(seen) + [f"equivalent: {reason}"] * bool(reason)
        print("", mutant.diff(source), *said, sep="\n")
    print("", *table(chosen, told), credit(told), sep="\n")
    total = len(chosen) - len(survivors) + unexplained
    print(f"{len(survivors) - unexplained} of {len(chosen)} survived and are equivalent")
    print(f"{unexplained} of {total} survived unexplained: {unexplained / total:.1%}")
    sys.exit(unexplained >= MOST * total)


def _choices() -> Namespace:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", default=FILES, help="globs, relative to the checkout")
    parser.add_argument("--count", type=int, default=200, help="mutants to draw; 0: all")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="clones that work side by side")
    parser.add_argument("--origin", type=Path, default=ROOT, help="the checkout whose last commit is judged")
    parser.add_argument("--work", type=Path, default=ROOT / "build/mutants", help="folder of clones and notes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
