import asyncio
import json
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from harness.observation import item, raised
from harness.transcript import Item, Kind
from providers.backend_api.contract import CONTRACT as BACKEND_API

HERE = Path(__file__).parent


class FinishReason:
    def __init__(self, reason):
        self.reason = reason


class RawResponse:
    def __init__(self, **event):
        self.__dict__.update(event)
        self._hidden = 1


class Usage:
    def get_dict(self):
        return {"total": 3, "parts": (1, None), "odd": {1}}


class Own(RuntimeError):
    pass


def name(cls):
    return f"{cls.__module__}.{cls.__qualname__}"


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("é", Item(Kind.TEXT, "é", "é", "str")),
        (Text("a"), Item(Kind.TEXT, "a", "a", name(Text))),
        (FinishReason("stop"), Item(Kind.FINISH, "stop", "", name(FinishReason))),
        (
            RawResponse(type="content", content="a"),
            Item(Kind.RAW, {"type": "content", "content": "a"}, "a", name(RawResponse)),
        ),
        (RawResponse(type="log"), Item(Kind.RAW, {"type": "log"}, "", name(RawResponse))),
        (Usage(), Item(Kind.USAGE, {"total": 3, "parts": [1, None], "odd": "{1}"}, "", name(Usage))),
        (b"a", Item(Kind.OTHER, "b'a'", "", "bytes")),
        (None, Item(Kind.OTHER, "None", "", "NoneType")),
    ],
)
def test_an_item_is_recognised_by_the_name_of_its_class(value, expected):
    assert item(BACKEND_API, value) == expected


def test_an_item_with_slots_is_read():
    class RawResponse:
        __slots__ = ("_hidden", "content", "type")

        def __init__(self):
            self.type, self.content, self._hidden = "content", "a", 1

    assert item(BACKEND_API, RawResponse()).value == {"content": "a", "type": "content"}


def test_an_item_that_will_not_tell_is_of_no_declared_type():
    class Usage:
        def get_dict(self):
            raise KeyError

        def __repr__(self):
            raise KeyError

    told = item(BACKEND_API, Usage())
    assert (told.kind, told.value) == (Kind.OTHER, "<its __repr__ raised KeyError>")


def describe(function):
    try:
        function()
    except BaseException as error:  # noqa: BLE001
        return raised(error, [HERE])
    raise AssertionError


def on_purpose():
    raise ValueError("no")


def own_from_library():
    try:
        json.loads("{oops")
    except ValueError as error:
        raise Own("garbage") from error


def library():
    json.loads("{oops")


def accident():
    int("x")


def unpacking():
    _, _ = (1,)


def exhausted():
    def generate():
        yield next(iter(()))

    list(generate())


def foreign():
    raise KeyError("x")


@pytest.mark.parametrize(
    ("function", "family", "own", "deliberate"),
    [
        (on_purpose, "ValueError", True, True),
        (own_from_library, "RuntimeError", True, True),
        (library, "ValueError", False, False),
        (accident, "ValueError", True, False),
        (unpacking, "ValueError", True, False),
        (exhausted, "RuntimeError", True, False),
        (foreign, None, False, True),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_accidents_are_told_from_exceptions_raised_on_purpose(function, family, own, deliberate):
    told = describe(function)
    assert (told.family, told.own, told.deliberate) == (family, own, deliberate)


def test_the_frame_is_where_the_exception_began():
    assert describe(on_purpose).frame.endswith(" on_purpose")
    assert describe(library).frame.startswith("decoder.py:")
    assert raised(ValueError("never raised"), [HERE]).frame == "nowhere"


def test_everything_holds_the_whole_chain_with_args_and_notes():
    def noted():
        try:
            on_purpose()
        except ValueError as error:
            error.add_note("a note")
            raise Own("outer", "second") from error

    everything = describe(noted).everything
    assert all(part in everything for part in ("'outer', 'second'", "a note", "ValueError('no')"))


def test_details_are_public_plain_attributes():
    error = Own("x")
    error.status, error.retry_after, error._secret, error.odd = 429, 1.5, "s", {1}
    assert raised(error, [HERE]).details == {"status": 429, "retry_after": 1.5, "odd": "{1}"}


def test_an_exception_that_cannot_be_shown_is_still_described():
    class Hostile(RuntimeError):
        def __str__(self):
            raise KeyError

        __repr__ = RuntimeError.__repr__

    assert raised(Hostile(), [HERE]).text == "<its __str__ raised KeyError>"


def test_code_installed_below_a_root_is_not_the_providers_own():
    assert not raised(json.JSONDecodeError("m", "d", 0), [Path("/")]).own


def test_a_class_without_a_file_is_not_the_providers_own():
    assert not raised(type("Loose", (ValueError,), {"__module__": "nowhere"})(), [HERE]).own


def test_a_finish_keeps_what_it_tells_beside_its_reason():
    finish = FinishReason("unknown")
    finish.raw, finish.nothing = {"odd": 1}, None
    assert item(BACKEND_API, finish).raw == {"raw": {"odd": 1}}


def test_a_finish_that_will_not_tell_keeps_nothing():
    class Finish:
        __slots__ = ("reason", "told")

    Finish.__name__ = "FinishReason"
    shy = Finish()
    shy.reason = "stop"
    assert item(BACKEND_API, shy) == Item(Kind.FINISH, "stop", "", name(Finish))


class Waiting(RuntimeError):
    def __init__(self, message, wait):
        super().__init__(message)
        self._wait = wait

    @property
    def retry_after(self):
        return self._wait

    @property
    def broken(self):
        raise KeyError("broken")

    def tell(self):
        return self._wait


def test_details_hold_properties_dates_and_spans():
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    assert raised(Waiting("x", timedelta(minutes=2)), [HERE]).details == {"retry_after": 120.0, "broken": None}
    assert raised(Waiting("x", moment), [HERE]).details["retry_after"] == "2026-01-02T00:00:00+00:00"


def test_details_hold_the_headers_of_a_response_and_of_the_cause():
    cause = Own("cause")
    cause.response = SimpleNamespace(headers=Message())
    cause.response.headers["Retry-After"] = "7"
    error = Own("x")
    error.headers, error.__cause__ = {"Retry-After": 7}, cause
    expected = {"headers": {"Retry-After": 7}, "cause": {"response": {"Retry-After": "7"}}}
    assert raised(error, [HERE]).details == expected


def test_details_of_a_circle_of_causes_end():
    error = Own("x")
    error.code, error.__cause__ = 1, error
    assert raised(error, [HERE]).details["cause"]["cause"]["cause"] == {"code": 1}


class Slotted:
    __slots__ = "reason"  # noqa: PLC0205  foreign classes may


class Inheriting(Slotted):
    __slots__ = ("_seen", "raw")

    def __init__(self):
        self.reason, self.raw, self._seen = "unknown", 7, None

    @property
    def told(self):
        return "odd"


class Counted(NamedTuple):
    prompt_tokens: int
    total_tokens: int


def called(cls, new):
    return type(new, (cls,), {"__slots__": ()})


def test_members_are_found_in_slots_of_bases_named_tuples_and_properties():
    finish = called(Inheriting, "FinishReason")()
    assert item(BACKEND_API, finish).raw == {"raw": 7, "told": "odd"}
    usage = called(Counted, "Usage")(1, 4)
    assert item(BACKEND_API, usage).value == {"prompt_tokens": 1, "total_tokens": 4}


def test_tool_calls_may_be_objects():
    function = SimpleNamespace(name="f", arguments="{}")
    calls = called(SimpleNamespace, "ToolCalls")(calls=[SimpleNamespace(id="a", function=function), {"id": "b"}, 3])
    flat = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    assert item(BACKEND_API, calls).value == {"calls": [flat, {"id": "b"}, {}]}


def test_tool_calls_that_will_not_tell_are_of_no_declared_type():
    class ToolCalls:
        def get_dict(self):
            raise OSError

        __repr__ = object.__repr__

    assert item(BACKEND_API, ToolCalls()).kind is Kind.OTHER


def test_a_note_is_a_detail_of_an_exception():
    error = RuntimeError("busy")
    error.add_note("Retry-After: 7")
    assert raised(error, [HERE]).details == {"notes": ["Retry-After: 7"]}


async def awaited(error):
    future = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    await future


async def test_an_exception_given_to_a_future_is_deliberate():
    with pytest.raises(RuntimeError) as caught:
        await awaited(RuntimeError("given"))
    assert raised(caught.value, [HERE]).deliberate


async def test_an_exception_given_to_a_future_that_is_waited_for_is_deliberate():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_exception, RuntimeError("given"))
    with pytest.raises(RuntimeError) as caught:
        await future
    assert raised(caught.value, [HERE]).deliberate


def test_an_exception_of_an_own_class_is_deliberate_whoever_hands_it_on():
    future = Future()
    future.set_exception(Own("given"))
    with pytest.raises(Own) as caught:
        future.result()
    told = raised(caught.value, [HERE])
    assert (told.family, told.own, told.deliberate) == ("RuntimeError", True, True)


async def test_a_stop_iteration_that_turns_into_a_runtime_error_is_an_accident():
    async def careless():
        return next(iter(()))

    with pytest.raises(RuntimeError) as caught:
        await careless()
    assert not raised(caught.value, [HERE]).deliberate
