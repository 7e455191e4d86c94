import json

import httpx
import pytest

from harness.live.documented import KEY
from harness.live.prompts import TOOLS
from harness.live.service import Reply, Service
from harness.live.standins.ollama import Ollama
from harness.live.voice import Voice

BODY = {
    "model": "llama3.2",
    "messages": [{"role": "user", "content": "Say hi"}],
    "options": {"temperature": 0, "num_predict": 8, "stop": ["."]},
}
CLIENT = httpx.Client(trust_env=False, headers={"connection": "close", "authorization": f"Bearer {KEY}"})


def line(**message):
    return {
        "model": "llama3.2",
        "created_at": "2026-08-07T06:08:09.335586Z",
        "message": {"role": "assistant", **message},
        "done": False,
    }


LAST = {**line(content=""), "done": True, "done_reason": "length", "prompt_eval_count": 5, "eval_count": 2}


class Model:
    """Says what a test tells it to."""

    def __init__(self):
        self.tokens, self.fails, self.asked = ("Hel", "lo"), False, []

    def __call__(self, asked):
        self.asked.append(json.loads(asked.body))
        told = [{"choices": [{"delta": {"content": token}}]} for token in self.tokens]
        end = [{"choices": [{"delta": {}, "finish_reason": "length"}]}]
        usage = [{"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}]
        rest = [{"error": {"message": "overloaded"}}] if self.fails else [*end, *usage]
        return Reply(tuple(f"data: {json.dumps(one)}\n\n".encode() for one in (*told, *rest)), "text/event-stream")


@pytest.fixture
def model():
    host = Model()
    with Service(host) as service:
        host.api = f"{service.url}/v1"
        yield host


def ask(host, calls_left=9, headers=None, **changes):
    with Service(Ollama(Voice(host.api), calls_left=calls_left)) as service:
        return CLIENT.post(f"{service.url}/api/chat", json={**BODY, **changes}, headers=headers)


def test_a_stream_is_a_line_for_each_token_and_a_last_one(model):
    got = ask(model)
    lines = [json.loads(one) for one in got.text.split("\n")[:-1]]
    assert (got.headers["content-type"], lines) == (
        "application/x-ndjson",
        [line(content="Hel"), line(content="lo"), LAST],
    )
    asked = {name: model.asked[0][name] for name in ("temperature", "max_tokens", "stop")}
    assert asked == {"temperature": 0, "max_tokens": 8, "stop": ["."]}


def test_a_document_is_all_lines_as_one(model):
    assert ask(model, stream=False).json() == {**LAST, "message": {"role": "assistant", "content": "Hello"}}


def test_with_tools_the_first_one_is_called(model):
    model.tokens = ('{"city": ', '"Paris"}')
    call = {"id": "call_gsiiy8py", "function": {"index": 0, "name": "weather", "arguments": {"city": "Paris"}}}
    first, last = (json.loads(one) for one in ask(model, tools=list(TOOLS)).text.splitlines())
    assert (first, last) == (line(content="", tool_calls=[call]), LAST)
    assert ask(model, tools=list(TOOLS), stream=False).json()["message"] == first["message"]


def test_a_model_that_fails_is_told_in_a_line_or_by_500(model):
    model.fails = True
    error = {"error": "an error was encountered while running the model"}
    assert json.loads(ask(model).text.splitlines()[-1]) == error
    got = ask(model, stream=False)
    assert (got.status_code, got.json()) == (500, error)


@pytest.mark.parametrize(
    ("status", "change"),
    [
        (400, {"options": {"temperature": "warm"}}),
        (400, {"options": {"num_pizza": 1}}),
        (400, {"unknown": 1}),
        (401, {"headers": {"authorization": ""}}),
        (404, {"model": "pizza"}),
        (429, {"calls_left": 0}),
    ],
    ids=str,
)
def test_what_ollama_does_not_take_is_refused(status, change, model):
    got = ask(model, **change)
    assert (got.status_code, list(got.json())) == (status, ["error"])
