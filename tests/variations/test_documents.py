import json
from dataclasses import replace

from harness.recording import Call, Expected
from harness.scenario import Scenario
from harness.script import reply
from harness.target import resolve
from harness.variations.documents import as_document, finishes_of_documents, streams_as_documents
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.openai_chat.contract import CONTRACT

CALL = Call("m", ({"role": "user", "content": "hi"},), {"temperature": 0})
USAGE = {"total_tokens": 3}


def stream(*chunks):
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return Scenario("plain", CALL, (reply(body.encode()),), Expected("x", "length"))


CHUNKS = (
    {"choices": [{"index": 0, "delta": {"content": "x"}}], "usage": {"total_tokens": 1}},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
    {"choices": [], "usage": USAGE},
)


class Judged:
    def __init__(self, contract, *recordings):
        self.contract = contract
        self.recordings = recordings


def test_a_document_holds_text_finish_and_usage_of_the_stream():
    whole = as_document(CONTRACT, CONTRACT.document, stream(*CHUNKS))
    told = json.loads(whole.script.body)
    assert (whole.name, whole.expected) == ("plain-as-document", Expected("x", "length"))
    assert whole.call == Call("m", CALL.messages, {"temperature": 0, "stream": False})
    assert (told["choices"][0]["message"]["content"], told["choices"][0]["finish_reason"]) == ("x", "length")
    assert told["usage"] == USAGE
    assert CONTRACT.document.document["choices"][0]["message"]["content"] == ""


def test_a_document_of_a_stream_without_usage_and_finish_has_none():
    told = json.loads(as_document(CONTRACT, CONTRACT.document, stream(CHUNKS[1])).script.body)
    assert told["usage"] is None
    unfinished = {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": None}]}
    told = json.loads(as_document(CONTRACT, CONTRACT.document, stream(unfinished)).script.body)
    assert told["choices"][0]["finish_reason"] is None


def test_every_recorded_stream_is_a_document_and_no_recorded_document():
    judged = resolve("openai_chat")
    names = [scenario.name for scenario in streams_as_documents(judged)]
    assert sorted(names) == [
        "conversation-as-document",
        "length-as-document",
        "long-as-document",
        "one-turn-as-document",
        "stop-sequence-as-document",
        "unicode-as-document",
    ]


def test_every_stop_value_ends_a_document():
    ends = {
        json.loads(scenario.script.body)["choices"][0]["finish_reason"]: scenario.expected.finish
        for scenario in finishes_of_documents(Judged(CONTRACT, stream(*CHUNKS)))
    }
    assert ends == CONTRACT.finish.reasons


def test_an_api_of_one_mode_has_no_documents():
    judged = Judged(BACKEND_API, stream(*CHUNKS))
    assert [*streams_as_documents(judged), *finishes_of_documents(judged)] == []


def test_usage_that_events_tell_in_parts_is_one():
    events = ({"message": {"usage": {"in": 1, "out": 1}}}, CHUNKS[1], {"usage": {"out": 2}})
    rule = replace(CONTRACT.document, usage_paths=("message.usage", "usage"))
    told = json.loads(as_document(CONTRACT, rule, stream(*events)).script.body)
    assert told["usage"] == {"in": 1, "out": 2}


def test_usage_may_stand_at_the_top():
    contract = replace(CONTRACT, counts={"prompt_tokens": "in", "total_tokens": "all"})
    rule = replace(CONTRACT.document, usage_path="")
    whole = as_document(contract, rule, stream(*CHUNKS[:2], {"in": 1, "other": 2}))
    bare = as_document(contract, rule, stream(*CHUNKS[:2]))
    assert [{"in", "other"} & set(json.loads(each.script.body)) for each in (whole, bare)] == [{"in"}, set()]
