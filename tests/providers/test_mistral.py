import json

import pytest
from served import MESSAGES, failing, run, serving

from providers.mistral import Mistral
from providers.mistral.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

STOP = FinishReason("stop")
THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}


def chunk(finish=None, /, usage=None, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": usage, "p": "abc"}


def stream(*chunks):
    return b"".join(f"data: {json.dumps(each)}\n\n".encode() for each in chunks) + b"data: [DONE]\n\n"


def read(*chunks):
    with serving(stream(*chunks), content_type="text/event-stream"):
        return run(Mistral, MESSAGES, "m")


def test_no_option_of_openai_goes_to_mistral():
    with serving(stream(chunk("stop", content="x")), content_type="text/event-stream") as served:
        run(Mistral, MESSAGES, "m", random_seed=0)
    (request,) = served.requests
    assert str(request.url) == f"{CONTRACT.origin}{CONTRACT.root}{CONTRACT.path}"
    assert json.loads(request.content) == {"model": "m", "messages": MESSAGES, "stream": True, "random_seed": 0}


def test_content_changes_from_parts_to_text():
    assert read(chunk(content=[THINKING]), chunk(content="x"), chunk("stop", content="")) == [
        Reasoning("Hm."),
        "x",
        STOP,
    ]


def test_calls_and_usage_come_beside_the_finish():
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    function = {"name": "f", "arguments": "{}"}
    assert read(chunk("tool_calls", usage, content="", tool_calls=[{"id": "a", "function": function}])) == [
        ToolCalls(({"id": "a", "type": "function", "function": function},)),
        Usage(1, 2, 3),
        FinishReason("tool_calls"),
    ]


def test_the_end_of_the_context_is_a_length():
    assert read(chunk("model_length", content="x")) == ["x", FinishReason("length")]


def test_a_stop_value_that_means_failure_raises():
    with serving(stream(chunk("error", content="x")), content_type="text/event-stream"):
        assert failing(RuntimeError, Mistral, MESSAGES, "m")[0] == ["x"]


@pytest.mark.parametrize(
    ("kind", "code", "family"),
    [
        ("server_error", "3000", RuntimeError),
        ("rate_limit_error", 429, RuntimeError),
        ("invalid_request_error", None, ValueError),
    ],
)
def test_an_error_object_in_the_stream_raises(kind, code, family):
    event = {"object": "error", "message": "no", "type": kind, "param": None, "code": code}
    with serving(stream(chunk(content="x"), event), content_type="text/event-stream"):
        items, error = failing(family, Mistral, MESSAGES, "m")
    assert (items, error.message) == (["x"], "no")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"object": "error", "message": "no", "type": "x"}, "no"),
        ({"object": "error", "message": {"detail": [{"loc": ["body"], "msg": "no"}]}}, "no"),
        ({"detail": [{"loc": ["body"], "msg": "no"}]}, "no"),
        ({"detail": "no"}, "no"),
        ({"message": "no", "request_id": "1"}, "no"),
    ],
    ids=["error", "list in the message", "list", "detail", "gateway"],
)
def test_an_error_body_is_read_in_every_shape(body, said):
    with serving(json.dumps(body).encode(), content_type="application/json", status=422):
        _, error = failing(ValueError, Mistral, MESSAGES, "m")
    assert error.message == said
