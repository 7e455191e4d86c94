import asyncio
import copy
import inspect

import pytest
from served import MESSAGES, failing, run

from providers.acytoo import Acytoo
from providers.answer import answer
from providers.backend_api import BackendApi
from providers.errors import RequestRefused, UpstreamFailed
from providers.response import FinishReason, RawResponse, ToolCalls, Usage


def provider(*steps, seen=None):
    """Make a provider that yields the steps and raises an exception among them."""

    class Made:
        closed = False

        @classmethod
        @answer
        async def create_async_generator(cls, model, messages, proxy=None, *, base_url=None, api_key=None, extra=1):
            if seen is not None:
                seen.append((model, messages, proxy, base_url, api_key, extra))
            try:
                for step in steps:
                    if isinstance(step, BaseException):
                        raise step
                    yield step
            finally:
                cls.closed = True

    return Made


STOP = FinishReason("stop")


def test_it_is_an_async_generator_function_with_the_providers_own_signature():
    made = provider()
    assert inspect.isasyncgenfunction(made.create_async_generator)
    assert list(inspect.signature(Acytoo.create_async_generator).parameters) == [
        "model",
        "messages",
        "proxy",
        "temperature",
        "base_url",
        "timeout",
    ]


def test_items_come_in_order_without_blank_texts_and_the_finish_last():
    raw = RawResponse(type="log")
    assert run(provider("a", "", STOP, raw, " ", FinishReason("length"))) == ["a", raw, " ", STOP]


def test_tool_calls_are_an_answer_without_text():
    calls = ToolCalls(({"id": "a"},))
    assert run(provider(calls, STOP)) == [calls, STOP]
    failing(RuntimeError, provider(Usage(1, 2, 3), STOP))


def test_options_and_copies_are_handed_on():
    seen = []
    messages = [{"role": "user", "content": [{"type": "text", "text": "x"}]}]
    run(provider("a", STOP, seen=seen), messages, "m", proxy="p", base_url="b", extra=0, stream=True)
    assert seen == [("m", messages, "p", "b", None, 0)]
    seen[0][1][0]["content"].clear()
    assert messages == [{"role": "user", "content": [{"type": "text", "text": "x"}]}]


@pytest.mark.parametrize("option", [{"top_p": 1}, {"stream": False}, {"stream": 1}, {"tools": []}], ids=repr)
def test_an_unknown_option_is_refused_before_anything(option):
    seen = []
    items, error = failing(RequestRefused, provider("a", STOP, seen=seen), **option)
    assert (items, seen) == ([], [])
    assert str(error) == f"Made: expected options among api_key, base_url, extra, got {next(iter(option))!r}"


@pytest.mark.parametrize(
    "messages",
    [
        [],
        "hi",
        [{"role": "user", "content": None}],
        [{"role": "user", "content": "\ud83c"}],
        [{"role": "user", "content": "x", "name": "\udf55"}],
        [{"role": "user", "content": "x", "weight": float("nan")}],
        [{"role": "user", "content": "x", "thing": {1, 2}}],
    ],
    ids=ascii,
)
def test_unusable_messages_are_refused_before_anything(messages):
    seen = []
    failing(RequestRefused, provider("a", STOP, seen=seen), messages)
    assert seen == []


@pytest.mark.parametrize("key", ["", " ", "a b", "ké", "k\r\nX: 1", "k\0", 7, b"k"], ids=ascii)
def test_an_unusable_key_is_refused_without_being_shown(key):
    seen = []
    _, error = failing(RequestRefused, provider("a", STOP, seen=seen), api_key=key)
    assert (str(error), seen) == ("api_key: expected printable ASCII without blanks, got another value", [])


def test_a_model_is_a_str():
    failing(RequestRefused, provider("a", STOP), MESSAGES, 7)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (["a"], "ended before its finish"),
        ([], "ended before its finish"),
        ([STOP], "without any text"),
        (["", RawResponse(type="log"), FinishReason("unknown", "x")], "without any text"),
    ],
    ids=["no finish", "nothing", "no text", "no text but events"],
)
def test_an_incomplete_answer_is_a_failure(steps, words):
    items, error = failing(UpstreamFailed, provider(*steps))
    assert words in str(error)
    assert STOP not in items


@pytest.mark.parametrize("reason", ["tool_calls", "content_filter", "length"])
def test_some_answers_have_no_text(reason):
    assert run(provider(FinishReason(reason))) == [FinishReason(reason)]


def test_a_failure_has_the_partial_text_and_not_the_key():
    steps = ("My ", RawResponse(type="content", content="key-12345"), UpstreamFailed("bad key-12345", code="key-12345"))
    items, error = failing(UpstreamFailed, provider(*steps), api_key="key-12345")
    assert items == list(steps[:2])
    assert (error.partial, str(error), error.code) == ("My ***", "bad ***", "***")


def test_what_is_not_ours_passes_as_it_is():
    with pytest.raises(ZeroDivisionError):
        run(provider("a", ZeroDivisionError()))


def test_closing_closes_the_providers_generator_at_once():
    made = provider("a", "b", STOP)

    async def leave():
        items = made.create_async_generator("", MESSAGES)
        assert await anext(items) == "a"
        await items.aclose()
        assert made.closed

    asyncio.run(leave())


@pytest.mark.parametrize("messages", [MESSAGES, tuple(MESSAGES)], ids=["list", "tuple"])
def test_nothing_of_the_callers_changes(messages):
    options = {"stop": ["x"], "media": [(b"GIF89a", None)], "base_url": "nowhere"}
    before = copy.deepcopy((messages, options))
    failing(RequestRefused, BackendApi, messages, **options)
    assert (messages, options) == before
