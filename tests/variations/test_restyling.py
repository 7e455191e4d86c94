import json
from dataclasses import replace

from harness.framing import Event
from harness.recording import Call, Expected
from harness.scenario import Scenario
from harness.script import reply
from harness.variations.answers import events_of
from harness.variations.restyling import varied
from harness.variations.style import Style
from providers.backend_api.contract import CONTRACT as BACKEND_API

CALL = {"type": "call", "input": {"city": {"name": "Paris"}}, "more": [{}]}
UNKNOWN = {"x_new": [1, None, "x_new", {}]}


def with_members(contract):
    scenario = Scenario("one", Call("", ()), (reply(json.dumps(CALL).encode() + b"\n"),), Expected())
    return events_of(contract, varied(contract, scenario, Style(members=True)).script)


def test_every_object_gets_an_unknown_member():
    told = {"city": {"name": "Paris", **UNKNOWN}, **UNKNOWN}
    assert with_members(BACKEND_API) == (Event({**CALL, "input": told, "more": [UNKNOWN], **UNKNOWN}),)


def test_what_the_model_writes_as_json_gets_none():
    contract = replace(BACKEND_API, model_json=frozenset({"input"}))
    assert with_members(contract) == (Event({**CALL, "more": [UNKNOWN], **UNKNOWN}),)
