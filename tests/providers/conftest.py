"""Facts shared beside the repository, where they are at hand."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def shared():
    """Find a file of shared facts; the test is skipped where they are not at hand."""
    return _shared


def _shared(name):
    folder = Path(os.environ.get("HARNESS_SHARED", Path(__file__).parents[3] / "shared"))
    if not (folder / name).exists():
        pytest.skip(f"{name} is not at hand; HARNESS_SHARED names its folder")
    return folder / name
