"""The stand-ins of documented APIs: what they take, say and refuse."""

import json

import httpx
import pytest

from harness.frames import frames
from harness.live.documented import KEY, documented
from harness.live.prompts import TOOLS
from harness.live.service import Reply, Service
from harness.live.standins.bedrock_converse import BedrockConverse
from harness.live.standins.cohere_v2 import CohereV2
from harness.live.standins.mistral import Mistral
from harness.live.voice import Voice

CLIENT = httpx.Client(trust_env=False, headers={"connection": "close", "authorization": f"Bearer {KEY}"})
HI = [{"role": "user", "content": "Say hi"}]
MADE = {"bedrock_converse": BedrockConverse, "cohere_v2": CohereV2, "mistral": Mistral}
PATHS = {
    "bedrock_converse": "/model/us.amazon.nova-micro-v1%3A0/converse-stream",
    "cohere_v2": "/v2/chat",
    "mistral": "/v1/chat/completions",
}
BODIES = {
    "bedrock_converse": {
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": "Say"}, {"text": "hi"}]}],
        "inferenceConfig": {"temperature": 0, "maxTokens": 8},
    },
    "cohere_v2": {"model": "command-a-03-2025", "messages": HI, "stream": True, "temperature": 0, "max_tokens": 8},
    "mistral": {"model": "mistral-small-latest", "messages": HI, "stream": True, "temperature": 0, "max_tokens": 8},
}
STOPS = {
    "bedrock_converse": {"inferenceConfig": {"stopSequences": ["."]}},
    "cohere_v2": {"stop_sequences": ["."]},
    "mistral": {"stop": "."},
}
SPEC = {"name": "weather", "inputSchema": {"json": TOOLS[0]["function"]["parameters"]}}
WITH_TOOLS = {
    "bedrock_converse": {"toolConfig": {"tools": [{"toolSpec": SPEC}]}},
    "cohere_v2": {"tools": list(TOOLS)},
    "mistral": {"tools": list(TOOLS)},
}
ENDS = {
    "bedrock_converse": {"stop": "end_turn", "stopped": "stop_sequence", "length": "max_tokens", "tools": "tool_use"},
    "cohere_v2": {"stop": "COMPLETE", "stopped": "STOP_SEQUENCE", "length": "MAX_TOKENS", "tools": "TOOL_CALL"},
    "mistral": {"stop": "stop", "stopped": "stop", "length": "length", "tools": "tool_calls"},
}
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
EVERY = pytest.mark.parametrize("name", sorted(MADE))


class Model:
    """Says what a test tells it to."""

    def __init__(self):
        self.tokens, self.finish, self.fails, self.asked = ("Hel", "lo!"), "stop", False, []

    def __call__(self, asked):
        self.asked.append(json.loads(asked.body))
        return Reply(self._events(), "text/event-stream", chunked=True)

    def _events(self):
        for token in self.tokens:
            yield self._event(choices=[{"delta": {"content": token}, "finish_reason": None}])
        if self.fails:
            yield self._event(error={"message": "overloaded", "code": 529})
            return
        yield self._event(choices=[{"delta": {}, "finish_reason": self.finish}])
        yield self._event(choices=[], usage=USAGE)

    @staticmethod
    def _event(**value):
        return f"data: {json.dumps(value)}\n\n".encode()


@pytest.fixture
def model():
    host = Model()
    with Service(host) as service:
        host.api = f"{service.url}/v1"
        yield host


def whole(name, **changes):
    """Give the change that asks for a document."""
    if name == "bedrock_converse":
        return {"path": PATHS[name].removesuffix("-stream"), "body": changes}
    return {"body": {"stream": False, **changes}}


def ask(model, name, *, state=None, path=None, body=None, content=None, headers=None):
    with Service(MADE[name](Voice(model.api), **(state or {}))) as service:
        data = json.dumps({**BODIES[name], **(body or {})}) if content is None else content
        sent = {"content-type": "application/json", **(headers or {})}
        return CLIENT.post(service.url + (path or PATHS[name]), content=data, headers=sent)


def events(name, got):
    if name == "bedrock_converse":
        return list(frames(got.content))
    lines = [line.removeprefix("data: ") for line in got.text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]" or "error" in lines[-1]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def end_of(name, told):
    """Find the stop value in events or a document."""
    found = [value for event in told for value in _stops(name, event)]
    return next(value for value in found if value)


def _stops(name, event):
    if name == "mistral":
        return [choice.get("finish_reason") for choice in event.get("choices", [])]
    if name == "cohere_v2":
        return [event.get("finish_reason") or event.get("delta", {}).get("finish_reason")]
    return [event.get("stopReason")]


@EVERY
def test_the_text_is_the_models_and_the_model_gets_the_conversation(name, model):
    got = ask(model, name)
    assert got.status_code == 200
    told = json.dumps(events(name, got))
    assert '"Hel"' in told
    assert '"lo!"' in told
    (asked,) = model.asked
    assert (asked["temperature"], asked["max_tokens"]) == (0, 8)
    system = [{"role": "system", "content": "Be brief."}] if name == "bedrock_converse" else []
    content = "Say\nhi" if name == "bedrock_converse" else "Say hi"
    assert asked["messages"] == [*system, {"role": "user", "content": content}]


@EVERY
@pytest.mark.parametrize("mode", ["stream", "document"])
@pytest.mark.parametrize("end", ["stop", "length", "tools"])
def test_both_modes_tell_the_same_end(name, mode, end, model):
    changes = WITH_TOOLS[name] if end == "tools" else {}
    model.finish = "length" if end == "length" else "stop"
    model.tokens = ('{"city":', '"Paris"}') if end == "tools" else model.tokens
    got = ask(model, name, **({"body": changes} if mode == "stream" else whole(name, **changes)))
    told = events(name, got) if mode == "stream" else [got.json()]
    assert end_of(name, told) == ENDS[name][end]
    assert ("weather" in json.dumps(told)) is (end == "tools")
    assert ("response_format" in model.asked[0]) is (end == "tools")
    assert "7" in json.dumps(told) or name == "cohere_v2"


@EVERY
def test_a_stop_sequence_is_told_where_the_api_tells_it(name, model):
    told = events(name, ask(model, name, body=STOPS[name]))
    assert end_of(name, told) == ENDS[name]["stopped"]
    assert model.asked[0]["stop"] in (["."], ".")


@EVERY
def test_a_failing_model_is_told_in_band_or_by_status(name, model):
    model.fails = True
    told = json.dumps(events(name, ask(model, name)))
    assert any(word in told for word in ("exception", "error"))
    assert ask(model, name, **whole(name)).status_code == 500


@EVERY
@pytest.mark.parametrize(
    ("status", "change"),
    [
        (404, {"path": "/"}),
        (415, {"headers": {"content-type": "text/plain"}}),
        (400, {"content": "{"}),
        (429, {"state": {"calls_left": 0}}),
    ],
    ids=["path", "type", "json", "calls"],
)
def test_what_is_not_documented_is_refused(name, status, change, model):
    got = ask(model, name, **change)
    assert (got.status_code, model.asked) == (status, [])
    assert "message" in got.json()


@EVERY
def test_a_key_is_asked_for(name, model):
    status = 403 if name == "bedrock_converse" else 401
    assert ask(model, name, headers={"authorization": "Basic x"}).status_code == status


@pytest.mark.parametrize(
    ("name", "status", "change"),
    [
        ("bedrock_converse", 400, {"path": "/model/none/converse"}),
        ("bedrock_converse", 400, {"body": {"stream": True}}),
        ("bedrock_converse", 400, {"body": {"messages": [{"role": "user", "content": "x"}]}}),
        ("bedrock_converse", 400, {"body": {"messages": [{"role": "user", "content": [{"text": " "}]}]}}),
        ("bedrock_converse", 400, {"body": {"inferenceConfig": {"seed": 1}}}),
        ("cohere_v2", 404, {"body": {"model": "none"}}),
        ("cohere_v2", 422, {"body": {"top_p": 1}}),
        ("cohere_v2", 422, {"body": {"k": True}}),
        ("mistral", 400, {"body": {"model": "none"}}),
        ("mistral", 422, {"body": {"stream_options": {}}}),
        ("mistral", 422, {"body": {"max_tokens": 1.5}}),
    ],
    ids=ascii,
)
def test_a_body_of_another_shape_is_refused(name, status, change, model):
    assert (ask(model, name, **change).status_code, model.asked) == (status, [])


def test_every_documented_api_is_asked_for_the_same():
    names = [[scene.name for scene in documented(name, "m", stop="stop")] for name in MADE]
    assert names[0] == names[1] == names[2]
    assert len(names[0]) == len(set(names[0]))
