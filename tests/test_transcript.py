import pytest

from harness.transcript import Course, Item, Kind, Request, Transcript


def transcript(*items):
    return Transcript(Course.FINISHED, items, ())


CALLS = [
    ({"calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]}, ("a", "f", "{}")),
    ({"list": [{"name": "f", "arguments": "{}"}]}, (None, "f", "{}")),
    ({"calls": ["odd"]}, (None, None, None)),
]


@pytest.mark.parametrize(("members", "expected"), CALLS, ids=["as OpenAI", "flat", "no mapping"])
def test_tool_calls_are_read_in_either_shape(members, expected):
    found = transcript(Item(Kind.TEXT, "x", "x"), Item(Kind.TOOL_CALLS, members))
    assert found.calls == (dict(zip(("id", "name", "arguments"), expected, strict=True)),)


def test_an_item_without_a_list_has_no_calls():
    assert transcript(Item(Kind.TOOL_CALLS, {"name": "f"})).calls == ()


def test_usages_are_told_in_order():
    items = [Item(Kind.USAGE, {"total_tokens": total}) for total in (1, 2)]
    assert transcript(*items).usages == ({"total_tokens": 1}, {"total_tokens": 2})


def test_the_path_of_a_request_to_a_proxy_is_that_of_its_target():
    found = [Request("POST", target, (), b"").path for target in ("/a?b", "http://x/a?b", "http://x")]
    assert found == ["/a?b", "/a?b", "/"]
