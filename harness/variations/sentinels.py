"""How the end sentinel of an SSE stream may look, and what may follow it. Pure."""

from providers.contract import OK, Codec, Contract

from ..framing import Event, render, text_of, with_text
from ..scenario import Scenario
from .answers import events_of

_WAYS = {
    "as usual": "data: {}\n\n",
    "without the space": "data:{}\n\n",
    "between blanks": "data:  \t{} \n\n",
    "with CRLF": "data: {}\r\n\r\n",
}


def has_sentinel(contract: Contract, scenario: Scenario) -> bool:
    """Tell whether a recorded answer ends with the sentinel of its contract."""
    return any(event.value == contract.sentinel for event in events_of(contract, scenario.script))


def ended(contract: Contract, scenario: Scenario) -> dict[str, list[bytes]]:
    """Give the pieces of an answer that ends right after its sentinel, for each way to write it."""
    events = events_of(contract, scenario.script)
    before = render(Codec.SSE, events[: [event.value for event in events].index(contract.sentinel)])
    return {name: [*before, way.format(contract.sentinel).encode()] for name, way in _WAYS.items()}


def junk(contract: Contract, scenario: Scenario) -> dict[str, bytes]:
    """Give what a provider must not read any more: garbage, a page, more text, an error."""
    events = events_of(contract, scenario.script)
    model = next(event for event in events if text_of(contract, event))
    found = {
        "garbage": b"data: {oops\n\n",
        "a page": b"<html></html>\n\n",
        "more text": render(Codec.SSE, [with_text(contract, model, "x_new")])[0],
    }
    error = next((case.event for case in contract.errors if case.status == OK and case.event is not None), None)
    return found if error is None else found | {"an error": render(Codec.SSE, [Event(error)])[0]}
