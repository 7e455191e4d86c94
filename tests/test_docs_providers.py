"""docs/providers.md says what the contracts claim and what the cassettes show."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_document_is_what_its_script_writes():
    command = [sys.executable, "docs/write_providers.py"]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout
    assert (ROOT / "docs/providers.md").read_text() == written, "python docs/write_providers.py > docs/providers.md"
