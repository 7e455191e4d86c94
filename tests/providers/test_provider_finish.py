import pytest

from providers.errors import UpstreamFailed
from providers.finish import finish_of
from providers.response import FinishReason

REASONS = {"stop": "stop", "eos": "stop", "Error": "unknown"}


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        (None, None),
        ("", None),
        ("stop", FinishReason("stop")),
        ("eos", FinishReason("stop")),
        ("Error", FinishReason("unknown")),
        ("pause", FinishReason("unknown", "pause")),
        ("a fail", FinishReason("unknown", "a fail")),
        (0, FinishReason("unknown", 0)),
        (False, FinishReason("unknown", raw=False)),
        (["stop"], FinishReason("unknown", ["stop"])),
    ],
)
def test_a_stop_value_has_one_meaning(raw, finish):
    assert finish_of(raw, REASONS, ("error", "fail")) == finish


@pytest.mark.parametrize("raw", ["error", "ERROR", "failed", "Failure: x"])
def test_a_failure_is_no_finish(raw):
    with pytest.raises(UpstreamFailed, match=f"^the answer ended by {raw}$") as failed:
        finish_of(raw, REASONS, ("error", "fail"))
    assert failed.value.code == raw
