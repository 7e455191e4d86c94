"""What a stop value means: a reason, a failure, or nothing yet. No I/O."""

from collections.abc import Mapping
from typing import Any

from .errors import UpstreamFailed
from .response import FinishReason


def finish_of(raw: Any, reasons: Mapping[str, str], failures: tuple[str, ...]) -> FinishReason | None:
    """Read a stop value: one outside the table is ``unknown``, an absent one is no finish.

    A value that begins, whatever its case, with one of ``failures`` is RuntimeError: the answer is not complete.
    """
    if raw in (None, ""):
        return None
    if isinstance(raw, str) and raw in reasons:
        return FinishReason(reasons[raw])
    if isinstance(raw, str) and raw.lower().startswith(failures):
        raise UpstreamFailed(f"the answer ended by {raw}", code=raw)
    return FinishReason("unknown", raw)
