"""Real recordings of others, where they are at hand: read, or refused by a rule that is written down."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from harness.cassette.foreign.reading import find
from harness.errors import UsageError

FOLDER = Path(os.environ.get("HARNESS_SHARED", Path(__file__).parents[4] / "shared")) / "cassettes"
ENCODED = {"content-encoding", "content-length", "transfer-encoding"}
RULES = ("expected an http(s) URL", "expected a body that can be read", "expected safe YAML or JSON in UTF-8")
"""Reasons that the help of the command names; whatever else is refused is a bug of the reader."""


@pytest.fixture(scope="module")
def index():
    if not (FOLDER / "index.json").exists():
        pytest.skip("recordings of others are not at hand; HARNESS_SHARED names the folder above theirs")
    return json.loads((FOLDER / "index.json").read_text())["files"]


def read_or_refused(entry):
    try:
        return find(FOLDER / entry["file"])
    except UsageError as error:
        reason = error.message
    assert [rule for rule in RULES if rule in reason], reason
    return None


def test_all_are_read_or_refused_by_a_rule(index, capsys):
    found = [read_or_refused(entry) for entry in index]
    counts = Counter(one.family if one else "refused" for one in found)
    with capsys.disabled():
        print(f"\n{len(index)} recordings of others: {dict(counts)}")
    assert counts.total() == len(index)
    assert counts["refused"] * 10 <= len(index)


def test_what_is_read_is_what_the_index_tells(index):
    for entry in index:
        if found := read_or_refused(entry):
            told = [(row["method"], row["status"]) for row in entry["interactions"]]
            assert [(one.method, one.status) for one in found.interactions] == told, entry["file"]


def test_bodies_are_decoded_and_cut_without_loss(index):
    for entry in index:
        found = read_or_refused(entry)
        for one, row in zip(found.interactions if found else (), entry["interactions"], strict=bool(found)):
            assert sum(one.wire.chunks) == len(one.body)
            assert not one.body.startswith(b"\x1f\x8b")
            assert ENCODED.isdisjoint(name.lower() for name, _ in one.headers)
            if "json" in row["content_type"] and not row["stream"]:
                json.loads(one.body)
            if row["stream"] in {"sse", "ndjson"} and row["content_type"]:
                assert len(one.wire.chunks) >= sum(row["events"].values()) > 0 or not row["events"], entry["file"]
