import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_sample_of_mutants_is_read_or_refused():
    command = [sys.executable, "benchmarks/loader.py", "--mutants", "300", "--seed", "7", "--workers", "1"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr, ended.stdout.splitlines()[-1]) == (0, "", "0 bad"), ended.stdout
