import json
from dataclasses import replace

import pytest

from harness.recording import Call, Expected
from harness.scenario import Scenario
from harness.script import reply
from harness.target import resolve
from harness.variations.answers import events_of
from harness.variations.samples import counts, is_of_another_choice, showing
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.contract import Capability, Place, Sample
from providers.openai_chat.contract import CONTRACT as OPENAI_CHAT

CALL = Call("m", ({"role": "user", "content": "hi"},))
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
FINISH = {"type": "finish", "finish": {"reason": "stop"}}
TEXT = "abcdefghijk"
EVENTS = ({"type": "provider"}, {"type": "content", "content": TEXT}, FINISH)
"""Its compact form has three texts: abc, defghi, jk."""


class Judged:
    """A contract with one recorded answer."""

    def __init__(self, contract, events, *, end="", text=TEXT):
        body = "".join(f"{json.dumps(event)}\n" if not end else f"data: {json.dumps(event)}\n\n" for event in events)
        self.contract = contract
        self.recordings = (Scenario("plain", CALL, (reply((body + end).encode()),), Expected(text, "stop")),)


def made(sample, events=EVENTS, contract=BACKEND_API):
    """Give name, event values and expectation of each answer with the sample."""
    judged = Judged(replace(contract, samples=(sample,)), events)
    for scenario in showing(sample.shows)(judged):
        yield scenario.name, [event.value for event in events_of(contract, scenario.script)], scenario.expected


def sample(**changes):
    usual = {"name": "x", "shows": Capability.REASONING, "events": ({"type": "x"},), "source": "-"}
    return Sample(**{**usual, **changes})


def test_a_sample_stands_at_each_of_its_places():
    assert {name: values.index({"type": "x"}) for name, values, _ in made(sample(places=tuple(Place)))} == {
        "x-first-ndjson": 0,
        "x-middle-ndjson": 2,
        "x-last-ndjson": 4,
        "x-after-ndjson": 5,
    }
    assert [name for name, _, _ in made(sample(places=(Place.LAST,)))] == ["x-last-ndjson"]


def test_its_text_is_expected_at_its_place():
    texts = {name: expected.text for name, _, expected in made(sample(text="-"))}
    assert texts == {"x-first-ndjson": f"-{TEXT}", "x-middle-ndjson": "abc-defghijk", "x-last-ndjson": f"{TEXT}-"}


def test_the_whole_text_takes_the_place_of_the_placeholder():
    repeating = sample(places=(Place.LAST,), events=({"type": "x", "all": ["{text}", {"n": 1}], "pair": ("{text}",)},))
    ((_, values, _),) = made(repeating)
    assert values[4] == {"type": "x", "all": [TEXT, {"n": 1}], "pair": [TEXT]}


def test_a_finish_that_it_changes_is_expected_and_the_wire_stays():
    ((_, values, expected),) = made(sample(places=(Place.LAST,), finish="content_filter"))
    assert (expected, values[-1]) == (Expected(TEXT, "content_filter"), FINISH)


def test_calls_end_in_their_own_stop_value_and_come_alone_too():
    calls = ({"id": "a", "name": "f", "arguments": "{}"},)
    (_, values, expected), (name, alone, silent) = made(sample(places=(Place.LAST,), calls=calls))
    ended = {"type": "finish", "finish": {"reason": "tool_calls"}}
    assert (expected, values[-1]) == (Expected(TEXT, "tool_calls", calls=calls), ended)
    assert (name, alone) == ("x-alone-ndjson", [{"type": "provider"}, {"type": "x"}, ended])
    assert silent == Expected("", "tool_calls", calls=calls)


def test_calls_of_an_api_without_terminal_marker_change_nothing_else():
    contract = replace(BACKEND_API, finish=None)
    calls = ({"id": "a", "name": "f", "arguments": "{}"},)
    names = [name for name, _, _ in made(sample(calls=calls), EVENTS[:-1], contract)]
    assert names == ["x-first-ndjson", "x-middle-ndjson", "x-last-ndjson", "x-alone-ndjson"]


def test_usage_is_told_by_the_sample_alone():
    told = {"type": "usage", "usage": {**USAGE, "details": {}}}
    finish = {**FINISH, "usage": USAGE, "list": [USAGE, 1]}
    events = (*EVENTS[:-1], finish, told, {"type": "log"})
    telling = sample(shows=Capability.USAGE, places=(Place.AFTER,), usage=USAGE, events=({"type": "u", "u": USAGE},))
    ((_, values, expected),) = made(telling, events)
    assert expected == Expected(TEXT, "stop", usage=USAGE)
    assert values[4:] == [{**FINISH, "usage": None, "list": [None, 1]}, {"type": "u", "u": USAGE}, {"type": "log"}]


def test_a_named_event_keeps_its_name():
    judged = Judged(replace(BACKEND_API, samples=(sample(places=(Place.FIRST,)),)), EVENTS, end="\n")
    (scenario,) = showing(Capability.REASONING)(judged)
    assert scenario.name == "x-first"
    assert scenario.script.body.startswith(b'event: x\ndata: {"type": "x"}\n\n')


def test_an_answer_without_events_has_no_room_for_samples():
    judged = Judged(replace(ACYTOO, samples=(sample(),)), [])
    assert list(showing(Capability.REASONING)(judged)) == []


def test_samples_are_chosen_by_kind_and_by_what_they_are_about():
    judged = Judged(replace(BACKEND_API, samples=(sample(), sample(name="y", shows=Capability.USAGE))), EVENTS)
    only = showing(Capability.REASONING, lambda _contract, one: one.name == "z")
    assert list(only(judged)) == []
    assert {scenario.name[0] for scenario in showing(Capability.REASONING)(judged)} == {"x"}


def test_documents_are_asked_for_as_such():
    (scenario,) = (each for each in showing(Capability.PARTS)(resolve("openai_chat")) if each.name == "document-parts")
    assert scenario.call.options["stream"] is False
    assert scenario.expected == Expected("Rye bread.", "stop")
    assert json.loads(scenario.script.body)["object"] == "chat.completion"


@pytest.mark.parametrize(
    ("events", "other"),
    [
        (({"choices": []}, {}, {"choices": None}), False),
        (({"choices": [{"index": 0}, {}]},), False),
        (({"choices": []}, {"choices": [{"index": 1}]}), True),
    ],
    ids=["none", "first", "second"],
)
def test_a_sample_is_of_another_choice_by_its_index(events, other):
    assert is_of_another_choice(OPENAI_CHAT, sample(events=events)) is other
    assert is_of_another_choice(BACKEND_API, sample(events=events)) is False


def test_counts_are_found_wherever_they_stand():
    value = {"a": [{"n": 1, "m": 2, "deep": {"n": 3, "m": 4}}, ({"n": 5},), "x"]}
    assert [found["n"] for found in counts(value, ("n", "m"))] == [1, 3]


def test_a_sample_may_be_a_whole_answer():
    sample = Sample(name="s", shows=Capability.PARTS, events=({"all": 1},), source="-", text="x", whole=True)
    assert list(made(sample)) == [("s-ndjson", [{"all": 1}], Expected("x", "stop"))]


def test_where_no_stop_value_means_calls_the_usual_one_ends_them():
    calls = ({"id": None, "name": "f", "arguments": "{}"},)
    sample = Sample(name="s", shows=Capability.TOOL_CALLS, events=({"call": 1},), source="-", calls=calls)
    contract = replace(BACKEND_API, finish=replace(BACKEND_API.finish, reasons={"length": "length", "end": "stop"}))
    for _, events, expected in made(sample, contract=contract):
        assert (events[-1]["finish"]["reason"], expected.finish) == ("end", "tool_calls")


def test_counts_of_the_answer_itself_go_by_their_names_on_the_wire():
    sample = Sample(
        name="s",
        shows=Capability.USAGE,
        events=({"in": 5},),
        source="-",
        usage={"prompt_tokens": 5},
        places=(Place.FIRST,),
    )
    contract = replace(BACKEND_API, counts={"prompt_tokens": "in"})
    ending = {**FINISH, "in": 1, "usage": {"in": 1}}
    ((_, events, _),) = made(sample, (*EVENTS[:2], {"in": 1}, ending), contract)
    assert (events[0], events[-1], len(events)) == ({"in": 5}, {**FINISH, "usage": None}, 6)
