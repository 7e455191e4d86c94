import pytest

from harness.casualties import autopsy, count, limited, note
from harness.verdict import Evidence

ANSWER = "an answer or an exception"


@pytest.mark.parametrize(
    ("dump", "evidence"),
    [
        (None, Evidence("the provider ended its process", ANSWER)),
        (b"", Evidence("the provider ended its process", ANSWER)),
        (
            (
                b"Timeout (0:00:03)!\nThread 0x01 (most recent call first):\n  File a\n"
                b"Thread 0x02 (most recent call first):\n  File \xff\n  File c\n"
            ),
            Evidence("the provider blocked its process", ANSWER, "  File \\xff\n  File c"),
        ),
        (
            b"Fatal Python error: Segmentation fault\n\nCurrent thread 0x01 (most recent call first):\n  File a\n",
            Evidence("the provider ended its process", ANSWER, "  File a"),
        ),
    ],
    ids=["no dump", "empty dump", "time-out", "crash"],
)
def test_an_autopsy_tells_how_a_process_was_ended(tmp_path, dump, evidence):
    if dump is not None:
        (tmp_path / "gw0").write_bytes(dump)
    assert autopsy(tmp_path, "gw0") == evidence


def test_the_tally_counts_per_provider(tmp_path):
    for provider in ("a/b", "a/b", "c"):
        note(tmp_path, provider)
    assert [count(tmp_path, provider) for provider in ("a/b", "c", "d")] == [2, 1, 0]


def test_what_ends_in_time_leaves_no_stack(tmp_path):
    with limited(tmp_path, "gw0", 60):
        pass
    assert (tmp_path / "gw0").read_bytes() == b""
